//! Heads as whole texts, against AWS's recordings where there are any.

mod cache_key;
mod choose;
mod client_head;
mod event;
mod gateway_response;
mod proxy_answer;
mod request_head;
mod required;

use super::{BodyLength, Connection, Delivery, write_request_head};
use crate::context::fixture::Fixture;
use crate::error::GatewayError;
use crate::http::{FieldName, Fields, ResponseHead, parse_response};
use crate::mapping::{BodyUse, Source};
use crate::snapshot::{
    ContentHandling, Conversion, Endpoint, HttpIntegration, HttpKind, MappedHeader, MappedQuery,
    MediaTypes, Origin, Passthrough, Scheme, TransferMode, UpstreamMethod, UriPart,
};

/// What the gateway says of itself in [`answered`] heads.
const DATE: &[u8; 29] = b"Sat, 10 Oct 2020 13:55:36 GMT";
const KEEP: Delivery<'_> = Delivery { connection: Connection::KeepAlive, date: DATE };
const CLOSE: Delivery<'_> = Delivery { connection: Connection::Close, date: DATE };

fn source(expression: &str) -> Source {
    Source::parse(expression, &["petId".into()], &[]).expect(expression)
}

/// HTTP_PROXY to `/`, nothing mapped.
fn proxy() -> HttpIntegration {
    HttpIntegration {
        kind: HttpKind::Proxy,
        signing: None,
        endpoint: Ok(endpoint()),
        method: UpstreamMethod::Client,
        path: uri("/", &[]),
        query: Box::default(),
        mapped_query: Box::default(),
        mapped_headers: Box::default(),
        body_use: BodyUse::None,
        content_handling: ContentHandling::Always(Conversion::Pass),
        forbidden_header: false,
        content_type: None,
        constant_head: b"X-Amzn-Apigateway-Api-Id: a1b2c3d4e5\r\n".as_slice().into(),
        templates: MediaTypes(Box::default()),
        passthrough: Passthrough::Pass,
        responses: None,
        timeout_ms: 29_000,
        transfer: TransferMode::Buffered,
    }
}

fn endpoint() -> Endpoint {
    Endpoint {
        scheme: Scheme::Http,
        host: "b.example".into(),
        port: 9000,
        authority: "b.example:9000".into(),
        insecure_skip_verification: false,
        origin: Origin::Definition,
    }
}

/// Text whose `{name}` are filled by the expressions of the same names.
fn uri(text: &str, mappings: &[(&str, &str)]) -> Box<[UriPart]> {
    let mut parts = Vec::new();
    let mut rest = text;
    while let Some((before, after)) = rest.split_once('{') {
        let (name, after) = after.split_once('}').expect("closed");
        let (_, expression) = mappings.iter().find(|(known, _)| *known == name).expect(name);
        parts.push(UriPart::Literal(before.as_bytes().into()));
        parts.push(UriPart::Parameter {
            placeholder: format!("{{{name}}}").into_bytes().into(),
            source: source(expression),
        });
        rest = after;
    }
    parts.push(UriPart::Literal(rest.as_bytes().into()));
    parts.into()
}

fn headers(mappings: &[(&str, &str)]) -> Box<[MappedHeader]> {
    let header = |(name, expression): &(&str, &str)| MappedHeader {
        name: (*name).into(),
        field: FieldName::of(name.as_bytes()),
        source: source(expression),
    };
    mappings.iter().map(header).collect()
}

fn queries(mappings: &[(&str, &str)]) -> Box<[MappedQuery]> {
    let query = |(name, expression): &(&str, &str)| MappedQuery {
        name: (*name).into(),
        source: source(expression),
    };
    mappings.iter().map(query).collect()
}

/// The head a call has, or the error.
fn called(
    integration: &HttpIntegration,
    request: impl AsRef<[u8]>,
    body: BodyLength,
) -> Result<String, GatewayError> {
    Fixture::new(request).with(|ctx| {
        let mut out = b"before".to_vec();
        let result = write_request_head(integration, &endpoint(), ctx, body, &mut out);
        let head = String::from_utf8(out.split_off(6)).expect("UTF-8");
        assert!(result.is_ok() || head.is_empty());
        result.map(|()| head)
    })
}

/// The request line a GET of `/dev/pets/{rest}` becomes.
fn target(integration: &HttpIntegration, rest: &str) -> String {
    let request = format!("GET /dev/pets/{rest} HTTP/1.1\r\nHost: h\r\nX-Tag: a/b c\r\n\r\n");
    let head = called(integration, request, BodyLength::None).expect("a head");
    let line = head.lines().next().unwrap_or_default();
    let line = line.strip_prefix("GET ").and_then(|line| line.strip_suffix(" HTTP/1.1"));
    line.expect("a request line").to_owned()
}

/// Calls with a parsed back end's head.
fn with_upstream<R>(text: &str, call: impl FnOnce(&ResponseHead<'_>) -> R) -> R {
    let mut fields = Fields::new();
    let (parsed, _) = parse_response(text.as_bytes(), &mut fields, false)
        .expect("a valid response")
        .expect("a complete head");
    call(&parsed.view(text.as_bytes(), &fields))
}
