//! HTTP and HTTP_PROXY integrations.

use super::integration::{self, RequestMappings, refuse_conversion};
use super::report::Report;
use super::scope::MethodScope;
use super::{response, uri};
use crate::definition::IntegrationType;
use crate::http::{FieldName, rules};
use crate::limits;
use crate::snapshot::{
    HttpIntegration, MappedHeader, MappedQuery, MediaTypes, Passthrough, UpstreamMethod,
};

/// Compiles an HTTP integration; `None` when it is refused.
pub(super) fn compile(
    scope: &MethodScope<'_, '_>,
    mappings: RequestMappings<'_>,
    report: &mut Report,
) -> Option<HttpIntegration> {
    let proxy = scope.integration.integration_type == IntegrationType::HttpProxy;
    refuse_unsupported(scope, report);
    let method = method(scope, report);
    let timeout_ms = timeout(scope, report);
    let body_use = mappings.body_use();
    let uri = uri::compile(scope, &mappings.path, report);
    // A proxy integration ignores templates and response mappings (aws-facts 137).
    let (templates, passthrough, responses) = if proxy {
        (MediaTypes(Box::default()), Passthrough::Pass, None)
    } else {
        refuse_conversion(
            scope,
            scope.integration.content_handling,
            &scope.integration_place(),
            report,
        );
        let templates = integration::templates(scope, report);
        let responses = response::selector(scope, report);
        (templates, integration::passthrough(scope), responses)
    };
    let (mapped_headers, forbidden_header) = mapped_headers(mappings.headers);
    let uri = uri?;
    Some(HttpIntegration {
        proxy,
        endpoint: uri.endpoint,
        method: method?,
        path: uri.path,
        query: uri.query,
        mapped_query: mappings.query.into_iter().map(mapped_query).collect(),
        constant_head: constant_head(scope, proxy, &mapped_headers),
        mapped_headers,
        body_use,
        forbidden_header,
        templates,
        passthrough,
        responses,
        timeout_ms,
    })
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
    match scope.integration.response_transfer_mode.as_deref() {
        None | Some("BUFFERED") => {}
        Some("STREAM") => report.refuse(
            &place.key("responseTransferMode"),
            "response streaming (responseTransferMode STREAM) is not yet supported",
        ),
        Some(other) => report.refuse(
            &place.key("responseTransferMode"),
            format!("{other} is not a transfer mode; AWS has BUFFERED and STREAM"),
        ),
    }
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

fn timeout(scope: &MethodScope<'_, '_>, report: &mut Report) -> u32 {
    let timeout = scope.integration.timeout_in_millis;
    let (least, most) =
        (limits::INTEGRATION_TIMEOUT_MS_MIN, scope.stage.limits.integration_timeout_ms);
    if !(least..=most).contains(&timeout) {
        let place = scope.integration_place().key("timeoutInMillis");
        report.refuse(&place, format!("Timeout should be between {least} ms and {most} ms"));
    }
    timeout
}

/// Headers to send, and whether one of them makes every call fail (aws-facts 133, 134).
fn mapped_headers(mappings: Vec<(&str, crate::mapping::Source)>) -> (Box<[MappedHeader]>, bool) {
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
    (headers.into(), forbidden)
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
fn constant_head(scope: &MethodScope<'_, '_>, proxy: bool, mapped: &[MappedHeader]) -> Box<[u8]> {
    let api_id = scope.stage.api_id;
    let mut lines =
        vec![(FieldName::XAmznApigatewayApiId, format!("X-Amzn-Apigateway-Api-Id: {api_id}\r\n"))];
    if !proxy {
        lines.push((FieldName::Accept, "Accept: application/json\r\n".into()));
        lines.push((FieldName::UserAgent, format!("User-Agent: AmazonAPIGateway_{api_id}\r\n")));
    }
    lines.retain(|(field, _)| mapped.iter().all(|header| header.field != *field));
    lines.into_iter().map(|(_, line)| line).collect::<String>().into_bytes().into()
}
