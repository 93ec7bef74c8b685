//! Answers of back ends, on their way to clients.

use super::super::{
    Own, ResponseBody, write_mapped_fields, write_own_fields, write_proxied_fields,
};
use super::*;
use crate::context::Context;
use crate::mapping::{BodyUse, ResponseSource};
use crate::snapshot::{ContentHandling, Conversion, ResponseRule};

const REQUEST: &str = "GET /dev/pets/7?q=%0a HTTP/1.1\r\nHost: h\r\n\r\n";
const IDS: &str = "x-amzn-RequestId: 00000000-0000-4000-8000-000000000000\r\n\
                   x-amz-apigw-id: AbCdEfGhIjKlMnO=\r\n";

fn proxied(upstream: &str, body: BodyLength, delivery: Delivery<'_>) -> String {
    Fixture::new(REQUEST).with(|ctx| {
        with_upstream(upstream, |head| {
            let mut out = Vec::new();
            let own = Own { delivery, traced: false };
            write_own_fields(head.status(), ctx, body, own, &mut out);
            write_proxied_fields(head, &mut out);
            String::from_utf8(out).expect("UTF-8")
        })
    })
}

#[test]
fn proxied_as_recorded() {
    // TestApiGatewayHeaderRemapping[HTTP_PROXY], and test_http_integration_with_lambda.
    let upstream = "HTTP/1.1 201 Made\r\nServer: gunicorn/19.9.0\r\nDate: yesterday\r\n\
        Connection: keep-alive\r\nContent-Type: application/json\r\nContent-Length: 790\r\n\
        Access-Control-Allow-Origin: *\r\nVia: 1.1 x\r\nX-Amzn-RequestId: theirs\r\n\
        X-Amzn-Trace-Id: Root=theirs\r\nSet-Cookie: a=1\r\nSet-Cookie: b=2\r\n\r\n";
    let expect = format!(
        "HTTP/1.1 201 Created\r\nDate: Sat, 10 Oct 2020 13:55:36 GMT\r\nContent-Length: 790\r\n\
         Connection: close\r\n{IDS}x-amzn-Remapped-Server: gunicorn/19.9.0\r\n\
         x-amzn-Remapped-Date: yesterday\r\nx-amzn-Remapped-Connection: keep-alive\r\n\
         Content-Type: application/json\r\nx-amzn-Remapped-Content-Length: 790\r\n\
         Access-Control-Allow-Origin: *\r\nx-amzn-Remapped-X-Amzn-RequestId: theirs\r\n\
         X-Amzn-Trace-Id: Root=theirs\r\nSet-Cookie: a=1\r\nSet-Cookie: b=2\r\n"
    );
    assert_eq!(proxied(upstream, BodyLength::Length(790), CLOSE), expect);
}

#[test]
fn proxied_framing() {
    let chunked = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nConnection: close, X-Hop\r\n\
                   X-Hop: 1\r\nX-End: 2\r\n\r\n";
    let expect = format!(
        "HTTP/1.1 200 OK\r\nDate: Sat, 10 Oct 2020 13:55:36 GMT\r\nTransfer-Encoding: chunked\r\n\
         Connection: keep-alive\r\n{IDS}x-amzn-Remapped-Connection: close, X-Hop\r\nX-End: 2\r\n"
    );
    assert_eq!(proxied(chunked, BodyLength::Chunked, KEEP), expect);
    for status in ["204 No Content", "304 Not Modified"] {
        let expect = format!(
            "HTTP/1.1 {status}\r\nDate: Sat, 10 Oct 2020 13:55:36 GMT\r\nConnection: keep-alive\r\n\
             {IDS}"
        );
        let upstream = format!("HTTP/1.1 {status}\r\n\r\n");
        assert_eq!(proxied(&upstream, BodyLength::Length(0), KEEP), expect);
        assert_eq!(proxied(&upstream, BodyLength::None, KEEP), expect);
    }
}

fn rule(status: u16, headers: &[(&str, &str)]) -> ResponseRule {
    let header = |(name, expression): &(&str, &str)| {
        let source = ResponseSource::parse(expression, &[]).expect(expression);
        ((*name).into(), FieldName::of(name.as_bytes()), source)
    };
    ResponseRule {
        status,
        headers: headers.iter().map(header).collect(),
        templates: MediaTypes(Box::default()),
        body_use: BodyUse::None,
        content_handling: ContentHandling::Always(Conversion::Pass),
    }
}

/// What follows the gateway's own fields.
fn mapped(rule: &ResponseRule, upstream: Option<&str>) -> Result<String, GatewayError> {
    let write = |ctx: &Context<'_>, head: Option<&ResponseHead<'_>>| {
        let mut out = b"before".to_vec();
        let result = write_mapped_fields(rule, ctx, head, &BODY, &mut out);
        let fields = String::from_utf8(out.split_off(6)).expect("UTF-8");
        assert!(result.is_ok() || fields.is_empty());
        result.map(|()| fields)
    };
    Fixture::new(REQUEST).with(|ctx| match upstream {
        Some(text) => with_upstream(text, |head| write(ctx, Some(head))),
        None => write(ctx, None),
    })
}

const BODY: ResponseBody<'_> = ResponseBody { content_type: "application/json", template: None };

#[test]
fn own_fields() {
    let check = |status, body, own, expect: &str| {
        let mut out = Vec::new();
        Fixture::new(REQUEST).with(|ctx| write_own_fields(status, ctx, body, own, &mut out));
        assert_eq!(String::from_utf8(out).expect("UTF-8"), expect);
    };
    let date = "Date: Sat, 10 Oct 2020 13:55:36 GMT\r\n";
    let traced = Own { delivery: KEEP, traced: true };
    let trace = "X-Amzn-Trace-Id: Root=1-5f81d1a8-0123456789abcdef01234567\r\n";
    let expect = format!(
        "HTTP/1.1 400 Bad Request\r\n{date}Content-Length: 2\r\nConnection: keep-alive\r\n\
         {IDS}{trace}"
    );
    check(400, BodyLength::Length(2), traced, &expect);
    let untraced = Own { delivery: CLOSE, traced: false };
    let expect = format!("HTTP/1.1 204 No Content\r\n{date}Connection: close\r\n{IDS}");
    check(204, BodyLength::Length(0), untraced, &expect);
}

#[test]
fn mapped_fields() {
    let json = "Content-Type: application/json\r\n";
    let cors = rule(200, &[("Access-Control-Allow-Origin", "'*'"), ("x", "context.identity.user")]);
    let expect = format!("Access-Control-Allow-Origin: *\r\n{json}");
    assert_eq!(mapped(&cors, None).expect("fields"), expect);

    let upstream = "HTTP/1.1 404 Not Found\r\nServer: nginx\r\nX-Other: 1\r\n\r\n";
    let http = rule(
        400,
        &[
            ("x-amzn-Remapped-Server", "integration.response.header.Server"),
            ("x-none", "integration.response.header.server"),
        ],
    );
    let expect = format!("x-amzn-Remapped-Server: nginx\r\n{json}");
    assert_eq!(mapped(&http, Some(upstream)).expect("fields"), expect);

    let html = rule(200, &[("Content-Type", "'text/html'")]);
    assert_eq!(mapped(&html, None).expect("fields"), "Content-Type: text/html\r\n");
    let undefined = rule(200, &[("Content-Type", "integration.response.header.Content-Type")]);
    assert_eq!(mapped(&undefined, Some(upstream)).expect("fields"), json);
}

#[test]
fn a_value_that_breaks_its_line_is_an_error() {
    let broken = rule(200, &[("x", "context.error.message")]);
    assert!(mapped(&broken, None).is_ok());
    let error = GatewayError::configuration("test").message("a\r\nb");
    Fixture::new(REQUEST).with(|ctx| {
        let ctx = Context { error: Some(&error), ..*ctx };
        let mut out = Vec::new();
        assert!(write_mapped_fields(&broken, &ctx, None, &BODY, &mut out).is_err());
        assert!(out.is_empty());
    });
}
