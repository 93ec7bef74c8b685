//! Answers of the gateway itself.

use std::sync::Arc;

use super::super::{GatewayAnswer, default_template, write_gateway_response};
use super::*;
use crate::context::{Template, TemplateKind};
use crate::error::ResponseType;
use crate::snapshot::GatewayResponse;

const REQUEST: &str = "GET /dev/pets/7?q=%0a&o=1 HTTP/1.1\r\nHost: h\r\nOrigin: o.example\r\n\r\n";

fn response(
    status: Option<u16>,
    headers: &[(&str, &str)],
    templates: &[(&str, &str)],
) -> GatewayResponse {
    let header = |(name, expression): &(&str, &str)| {
        let source = Source::parse_for_api(expression, &[]).expect(expression);
        ((*name).into(), FieldName::of(name.as_bytes()), source)
    };
    let template = |(media_type, text): &(&str, &str)| {
        let text = Template::parse(text, TemplateKind::GatewayResponse, &[]).expect(text);
        ((*media_type).into(), text)
    };
    GatewayResponse {
        status,
        headers: headers.iter().map(header).collect(),
        templates: templates.iter().map(template).collect(),
    }
}

fn answered(
    request: &str,
    error: &GatewayError,
    customised: Option<GatewayResponse>,
) -> (GatewayAnswer, String) {
    let mut fixture = Fixture::new(request);
    if let Some(customised) = customised {
        let all = Arc::get_mut(&mut fixture.stage.gateway_responses).expect("not shared");
        all[error.response_type as usize] = customised;
    }
    fixture.with(|ctx| {
        let mut out = b"before".to_vec();
        let answer = write_gateway_response(ctx.stage, error, ctx, KEEP, &mut out);
        assert!(out.starts_with(b"before"));
        (answer, String::from_utf8(out.split_off(6)).expect("UTF-8"))
    })
}

fn body(answer: &(GatewayAnswer, String)) -> &str {
    let (_, body) = answer.1.split_once("\r\n\r\n").expect("a head");
    assert_eq!(body.len(), answer.0.body_bytes);
    let length = format!("\r\nContent-Length: {}\r\n", body.len());
    assert!(answer.1.contains(&length), "{}", answer.1);
    body
}

#[test]
fn as_recorded() {
    // TestApiGatewayHeaderRemapping: 36 bytes.
    let error = GatewayError::configuration("test");
    let expect = "HTTP/1.1 500 Internal Server Error\r\nDate: Sat, 10 Oct 2020 13:55:36 GMT\r\n\
        Content-Type: application/json\r\nContent-Length: 36\r\nConnection: keep-alive\r\n\
        x-amzn-RequestId: 00000000-0000-4000-8000-000000000000\r\n\
        x-amzn-ErrorType: InternalServerErrorException\r\nx-amz-apigw-id: AbCdEfGhIjKlMnO=\r\n\r\n\
        {\"message\": \"Internal server error\"}";
    let (answer, text) = answered(REQUEST, &error, None);
    assert_eq!(text, expect);
    assert_eq!(answer, GatewayAnswer { status: 500, body_bytes: 36 });
    // Without a stage, after a head nobody could read.
    assert_eq!(answered("", &error, None).1, expect);
}

#[test]
fn every_type_has_its_status_and_body() {
    for response_type in ResponseType::ALL {
        let error = GatewayError::new(response_type, "test");
        let answer = answered(REQUEST, &error, None);
        let expect = match response_type {
            ResponseType::Default4xx => 400,
            ResponseType::Default5xx => 500,
            _ => response_type.default_status().expect("a status"),
        };
        assert_eq!(answer.0.status, expect, "{}", response_type.name());
        let read: serde_json::Value = serde_json::from_str(body(&answer)).expect("JSON");
        let key = if response_type == ResponseType::AccessDenied { "Message" } else { "message" };
        assert_eq!(read[key], response_type.default_message());
        let parsed =
            Template::parse(default_template(response_type), TemplateKind::GatewayResponse, &[]);
        let customised = GatewayResponse {
            templates: [("application/json".into(), parsed.expect("template"))].into(),
            ..response(None, &[], &[])
        };
        assert_eq!(answered(REQUEST, &error, Some(customised)).1, answer.1);
    }
}

#[test]
fn statuses() {
    let check = |customised: Option<u16>, own: Option<u16>, expect: u16| {
        let mut error = GatewayError::new(ResponseType::IntegrationFailure, "test");
        error.status = own;
        let answer = answered(REQUEST, &error, Some(response(customised, &[], &[])));
        assert_eq!(answer.0.status, expect);
    };
    check(None, None, 504);
    check(None, Some(500), 500);
    check(Some(418), Some(500), 418);
}

#[test]
fn custom_headers() {
    let custom = response(
        None,
        &[
            ("Access-Control-Allow-Origin", "'*'"),
            ("x-origin", "method.request.header.origin"),
            ("x-pet", "method.request.path.petId"),
            ("x-o", "method.request.querystring.o"),
            ("x-none", "method.request.path.none"),
            ("x-broken", "method.request.querystring.q"),
            ("x-type", "context.error.responseType"),
            ("Content-Type", "'text/plain'"),
            ("Content-Length", "'0'"),
            ("Transfer-Encoding", "'chunked'"),
        ],
        &[],
    );
    let error = GatewayError::new(ResponseType::Throttled, "test");
    let answer = answered(REQUEST, &error, Some(custom));
    assert_eq!(body(&answer), "{\"message\":\"Too Many Requests\"}");
    let expect = "x-amz-apigw-id: AbCdEfGhIjKlMnO=\r\nAccess-Control-Allow-Origin: *\r\n\
        x-origin: o.example\r\nx-pet: 7\r\nx-o: 1\r\nx-type: THROTTLED\r\n\
        x-amzn-Remapped-Content-Length: 0\r\n\r\n";
    assert!(answer.1.contains(expect), "{}", answer.1);
    let types: Vec<_> = answer.1.lines().filter(|line| line.starts_with("Content-Type")).collect();
    assert_eq!(types, ["Content-Type: text/plain"]);

    let undefined = response(None, &[("Content-Type", "method.request.header.none")], &[]);
    let answer = answered(REQUEST, &error, Some(undefined));
    assert!(answer.1.contains("\r\nContent-Type: application/json\r\n"), "{}", answer.1);
}

#[test]
fn templates_by_accept() {
    let check = |templates: &[(&str, &str)], accept: &str, expect: (&str, &str)| {
        let request = REQUEST.replace("Origin:", &format!("Accept: {accept}\r\nOrigin:"));
        let error = GatewayError::new(ResponseType::Throttled, "test");
        let answer = answered(&request, &error, Some(response(None, &[], templates)));
        assert_eq!(body(&answer), expect.1, "{accept}");
        let line = format!("\r\nContent-Type: {}\r\n", expect.0);
        assert!(answer.1.contains(&line), "{accept}: {}", answer.1);
    };
    let xml = ("application/xml", "<e/>");
    let json = ("application/json", "{}");
    let text = ("text/plain", "$context.error.responseType!");
    let plain = ("text/plain", "THROTTLED!");
    check(&[xml, json, text], "", json);
    check(&[xml, json, text], "*/*", json);
    check(&[xml, json, text], "text/html, Text/Plain;q=0.5, application/xml", plain);
    check(&[xml, json, text], "text/plain; q=0.0, application/xml", xml);
    check(&[xml, text], "text/html", xml);
    check(&[], "text/html", ("application/json", "{\"message\":\"Too Many Requests\"}"));
}
