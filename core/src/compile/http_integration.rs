//! Integrations that call something over HTTP: HTTP, HTTP_PROXY, AWS and AWS_PROXY.

use super::aws_uri::{self, AwsUri};
use super::integration::{self, RequestMappings};
use super::report::Report;
use super::scope::MethodScope;
use super::{payload, response, uri};
use crate::definition::IntegrationType;
use crate::http::{FieldName, rules};
use crate::limits;
use crate::snapshot::{
    HttpIntegration, HttpKind, InvalidEndpoint, MappedHeader, MappedQuery, MediaTypes, Passthrough,
    TransferMode, UpstreamMethod,
};

/// Fields that a signature sets.
const SIGNED: [&str; 4] =
    ["Authorization", "X-Amz-Date", "X-Amz-Security-Token", "X-Amz-Content-Sha256"];

/// End of the path that invokes a function whose answer is streamed.
const STREAMING: &str = "/response-streaming-invocations";

/// Compiles an HTTP integration; `None` when it is refused.
pub(super) fn compile(
    scope: &MethodScope<'_, '_>,
    mappings: RequestMappings<'_>,
    report: &mut Report,
) -> Option<HttpIntegration> {
    refuse_unsupported(scope, report);
    let transfer = transfer(scope, report);
    let method = method(scope, report);
    let timeout_ms = timeout(scope, transfer, report);
    let target = target(scope, &mappings, report);
    // A proxy integration ignores templates and response mappings (aws-facts 137).
    let (templates, passthrough, responses) = if is_proxy(scope) {
        (MediaTypes(Box::default()), Passthrough::Pass, None)
    } else {
        let templates = integration::templates(scope, report);
        let responses = response::selector(scope, report);
        (templates, integration::passthrough(scope), responses)
    };
    let (mut target, method) = (target?, method?);
    let mappings = match target.kind {
        // Ignored (aws-facts 163).
        HttpKind::FunctionProxy(_) => RequestMappings::default(),
        HttpKind::Proxy | HttpKind::Mapped | HttpKind::Service | HttpKind::Function => mappings,
    };
    let body_use = mappings.body_use();
    let (mut mapped_headers, forbidden_header) = mapped_headers(mappings.headers);
    if target.signing.is_some() {
        mapped_headers.retain(|header| !is_signature(&header.name));
    }
    if invokes(&target.kind) && method != UpstreamMethod::Fixed("POST".into()) {
        // AWS keeps such an integration, and every call of it fails (aws-facts 162).
        let why = "a Lambda function is invoked with POST alone";
        target.uri.endpoint = Err(InvalidEndpoint(why.into()));
    }
    Some(HttpIntegration {
        constant_head: constant_head(scope, &target, &mapped_headers),
        kind: target.kind,
        signing: target.signing,
        endpoint: target.uri.endpoint,
        method,
        path: target.uri.path,
        query: target.uri.query,
        content_type: target.content_type,
        mapped_query: mappings.query.into_iter().map(mapped_query).collect(),
        mapped_headers: mapped_headers.into(),
        body_use,
        content_handling: payload::handling(scope, scope.integration.content_handling),
        forbidden_header,
        templates,
        passthrough,
        responses,
        timeout_ms,
        transfer,
    })
}

/// Neither templates nor integration responses.
fn is_proxy(scope: &MethodScope<'_, '_>) -> bool {
    match scope.integration.integration_type {
        IntegrationType::HttpProxy | IntegrationType::AwsProxy => true,
        IntegrationType::Http | IntegrationType::Aws | IntegrationType::Mock => false,
    }
}

/// What is called, and where.
fn target(
    scope: &MethodScope<'_, '_>,
    mappings: &RequestMappings<'_>,
    report: &mut Report,
) -> Option<AwsUri> {
    let kind = match scope.integration.integration_type {
        IntegrationType::Aws | IntegrationType::AwsProxy => {
            return aws_uri::compile(scope, mappings, report);
        }
        IntegrationType::HttpProxy => HttpKind::Proxy,
        IntegrationType::Http | IntegrationType::Mock => HttpKind::Mapped,
    };
    let uri = uri::compile(scope, &mappings.path, report)?;
    Some(AwsUri { uri, kind, signing: None, target: None, content_type: None })
}

const fn invokes(kind: &HttpKind) -> bool {
    match kind {
        HttpKind::Function | HttpKind::FunctionProxy(_) => true,
        HttpKind::Proxy | HttpKind::Mapped | HttpKind::Service => false,
    }
}

fn is_signature(name: &str) -> bool {
    SIGNED.iter().any(|field| field.eq_ignore_ascii_case(name))
}

/// Settings of AWS that would change the call.
fn refuse_unsupported(scope: &MethodScope<'_, '_>, report: &mut Report) {
    let place = scope.integration_place();
    match scope.integration.connection_type.as_deref() {
        None | Some("INTERNET") => {}
        Some("VPC_LINK") => {
            report.refuse(&place.key("connectionType"), "VPC links are not yet supported");
        }
        Some(other) => report.refuse(
            &place.key("connectionType"),
            format!("{other} is not a connection type; AWS has INTERNET and VPC_LINK"),
        ),
    }
}

/// How a response reaches the client. A function that streams is invoked by another path
/// (<https://docs.aws.amazon.com/apigateway/latest/developerguide/response-transfer-mode-lambda.html>).
fn transfer(scope: &MethodScope<'_, '_>, report: &mut Report) -> TransferMode {
    let place = scope.integration_place().key("responseTransferMode");
    let integration = scope.integration;
    let mode = match integration.response_transfer_mode.as_deref() {
        None | Some("BUFFERED") => TransferMode::Buffered,
        Some("STREAM") => TransferMode::Stream,
        Some(other) => {
            let why = format!("{other} is not a transfer mode; AWS has BUFFERED and STREAM");
            report.refuse(&place, why);
            return TransferMode::Buffered;
        }
    };
    if mode == TransferMode::Stream && !is_proxy(scope) {
        report.refuse(&place, "STREAM is only for HTTP_PROXY and AWS_PROXY integrations");
    }
    let streams = integration.uri.as_deref().is_some_and(|uri| uri.ends_with(STREAMING));
    let invokes = integration.integration_type == IntegrationType::AwsProxy;
    if invokes && streams != (mode == TransferMode::Stream) {
        let why = format!("STREAM, and nothing else, invokes a function by a path to {STREAMING}");
        report.refuse(&place, why);
    }
    mode
}

/// The verb of the call.
fn method(scope: &MethodScope<'_, '_>, report: &mut Report) -> Option<UpstreamMethod> {
    let Some(method) = &scope.integration.http_method else { return Some(UpstreamMethod::Client) };
    let method = method.to_ascii_uppercase();
    match method.as_str() {
        "ANY" => Some(UpstreamMethod::Client),
        "GET" | "HEAD" | "POST" | "PUT" | "DELETE" | "PATCH" | "OPTIONS" => {
            Some(UpstreamMethod::Fixed(method.into()))
        }
        _ => {
            let place = scope.integration_place().key("httpMethod");
            report.refuse(&place, format!("Invalid HTTP method specified: {method}"));
            None
        }
    }
}

fn timeout(scope: &MethodScope<'_, '_>, transfer: TransferMode, report: &mut Report) -> u32 {
    let timeout = scope.integration.timeout_in_millis;
    let most = match transfer {
        TransferMode::Buffered => scope.stage.limits.integration_timeout_ms,
        TransferMode::Stream => limits::STREAM_TIMEOUT_MS_MAX,
    };
    let least = limits::INTEGRATION_TIMEOUT_MS_MIN;
    if !(least..=most).contains(&timeout) {
        let place = scope.integration_place().key("timeoutInMillis");
        report.refuse(&place, format!("Timeout should be between {least} ms and {most} ms"));
    }
    timeout
}

/// Headers to send, and whether one of them makes every call fail (aws-facts 133, 134).
fn mapped_headers(mappings: Vec<(&str, crate::mapping::Source)>) -> (Vec<MappedHeader>, bool) {
    let mut forbidden = false;
    let mut headers = Vec::new();
    for (name, source) in mappings {
        let field = FieldName::of(name.as_bytes());
        match rules::mapped_request(field) {
            rules::MappedRequestField::Send => {
                headers.push(MappedHeader { name: name.into(), field, source });
            }
            rules::MappedRequestField::Drop => {}
            rules::MappedRequestField::Fail => forbidden = true,
        }
    }
    (headers, forbidden)
}

fn mapped_query((name, source): (&str, crate::mapping::Source)) -> MappedQuery {
    let mut encoded = String::with_capacity(name.len());
    for byte in name.bytes() {
        // RFC 3986 section 2.3, unreserved.
        if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
            encoded.push(char::from(byte));
        } else {
            encoded.push_str(&format!("%{byte:02X}"));
        }
    }
    MappedQuery { name: encoded.into(), source }
}

/// What the gateway says of itself, unless mapped (aws-facts 130, 131).
fn constant_head(
    scope: &MethodScope<'_, '_>,
    target: &AwsUri,
    mapped: &[MappedHeader],
) -> Box<[u8]> {
    let api_id = scope.stage.api_id;
    let fields = [
        ("X-Amzn-Apigateway-Api-Id", "", Some(api_id)),
        ("Accept", "", (!target.kind.is_proxy()).then_some("application/json")),
        ("User-Agent", "AmazonAPIGateway_", (!target.kind.is_proxy()).then_some(api_id)),
        ("X-Amz-Target", "", target.target.as_deref()),
    ];
    let is_mapped = |name: &str| mapped.iter().any(|header| header.name.eq_ignore_ascii_case(name));
    let mut lines = String::with_capacity(128);
    for (name, start, value) in fields {
        if let Some(value) = value.filter(|_| !is_mapped(name)) {
            for text in [name, ": ", start, value, "\r\n"] {
                lines.push_str(text);
            }
        }
    }
    lines.into_bytes().into()
}
