//! Answers of the gateway itself: the only place that writes an error body on the data port.

use super::choose::JSON;
use super::client_head::{self, BodyLength, Delivery};
use crate::context::{Context, Variable};
use crate::error::{GatewayError, ResponseType};
use crate::http::rules::{REMAPPED_PREFIX, ResponseField, mapped_response};
use crate::http::{FieldName, write};
use crate::mapping::Source;
use crate::snapshot::{GatewayResponse, Stage};

/// What [`write_gateway_response`] has appended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct GatewayAnswer {
    /// Status sent.
    pub status: u16,
    /// Bytes of the body, which stand last: an answer to HEAD goes without them.
    pub body_bytes: usize,
}

/// Body of a type that nobody customised (aws-facts 111, 116). AWS prints a blank after the colon
/// where the execution of a method fails, as its recorded Content-Length of 36 shows, and none
/// where a request does not get that far.
#[must_use]
pub const fn default_template(response_type: ResponseType) -> &'static str {
    match response_type {
        ResponseType::AccessDenied => "{\"Message\":$context.error.messageString}",
        ResponseType::ApiConfigurationError
        | ResponseType::BadRequestBody
        | ResponseType::BadRequestParameters
        | ResponseType::IntegrationFailure
        | ResponseType::IntegrationTimeout
        | ResponseType::UnsupportedMediaType => "{\"message\": $context.error.messageString}",
        ResponseType::AuthorizerConfigurationError
        | ResponseType::AuthorizerFailure
        | ResponseType::Default4xx
        | ResponseType::Default5xx
        | ResponseType::ExpiredToken
        | ResponseType::InvalidApiKey
        | ResponseType::InvalidSignature
        | ResponseType::MissingAuthenticationToken
        | ResponseType::QuotaExceeded
        | ResponseType::RequestTooLarge
        | ResponseType::ResourceNotFound
        | ResponseType::Throttled
        | ResponseType::Unauthorized
        | ResponseType::WafFiltered => "{\"message\":$context.error.messageString}",
    }
}

/// Appends head and body of the answer to an error. `stage` is absent when none was found.
///
/// The stage's entry of the error's type decides; where only DEFAULT_4XX or DEFAULT_5XX is
/// customised, the compiler has put it there. Its status comes before the error's own, and that
/// before the type's. The body is of the first media type in `Accept` that has a template, else
/// JSON, else the first.
pub fn write_gateway_response(
    stage: Option<&Stage>,
    error: &GatewayError,
    ctx: &Context<'_>,
    delivery: Delivery<'_>,
    out: &mut Vec<u8>,
) -> GatewayAnswer {
    let ctx = &Context { error: Some(error), ..*ctx };
    let response = stage.map(|stage| &stage.gateway_responses[error.response_type as usize]);
    let status = response
        .and_then(|response| response.status)
        .or(error.status)
        .or_else(|| error.response_type.default_status())
        .unwrap_or(if error.response_type == ResponseType::Default4xx { 400 } else { 500 });
    let start = out.len();
    // The head has to say how long the body is: written first, it goes last.
    let content_type = write_body(response, error, ctx, out);
    let body_bytes = out.len() - start;
    write_head(status, response, content_type, body_bytes, ctx, delivery, out);
    out[start..].rotate_left(body_bytes);
    GatewayAnswer { status, body_bytes }
}

/// Returns the media type.
fn write_body<'a>(
    response: Option<&'a GatewayResponse>,
    error: &GatewayError,
    ctx: &Context<'_>,
    out: &mut Vec<u8>,
) -> &'a str {
    let accept = ctx.request.head.and_then(|head| head.field(FieldName::Accept));
    let template = response.and_then(|response| {
        let of_type = |wanted: &[u8]| {
            response.templates.iter().find(|(name, _)| name.as_bytes().eq_ignore_ascii_case(wanted))
        };
        accepted(accept.unwrap_or_default())
            .find_map(of_type)
            .or_else(|| of_type(JSON.as_bytes()))
            .or_else(|| response.templates.first())
    });
    match template {
        Some((media_type, template)) => {
            template.render(ctx, out);
            media_type
        }
        None => {
            write_default_body(error, ctx, out);
            JSON
        }
    }
}

/// Media types of an `Accept` value in the client's order, without those it refuses.
fn accepted(accept: &[u8]) -> impl Iterator<Item = &[u8]> {
    accept.split(|&byte| byte == b',').filter_map(|range| {
        let mut parts = range.split(|&byte| byte == b';').map(<[u8]>::trim_ascii);
        let media_type = parts.next()?;
        (!parts.any(is_zero_weight)).then_some(media_type)
    })
}

/// `q=0`, `q=0.0` (RFC 9110 section 12.4.2).
fn is_zero_weight(parameter: &[u8]) -> bool {
    match parameter {
        [b'q' | b'Q', b'=', b'0', rest @ ..] => rest.iter().all(|byte| matches!(byte, b'.' | b'0')),
        _ => false,
    }
}

fn write_default_body(error: &GatewayError, ctx: &Context<'_>, out: &mut Vec<u8>) {
    let text = default_template(error.response_type);
    let (before, after) = text.split_once("$context.error.messageString").unwrap_or((text, ""));
    out.extend_from_slice(before.as_bytes());
    Variable::ErrorMessageString.write(ctx, out);
    out.extend_from_slice(after.as_bytes());
}

fn write_head(
    status: u16,
    response: Option<&GatewayResponse>,
    content_type: &str,
    body_bytes: usize,
    ctx: &Context<'_>,
    delivery: Delivery<'_>,
    out: &mut Vec<u8>,
) {
    let headers = response.map_or(&[][..], |response| &response.headers);
    write::status_line(status, out);
    write::field(out, "Date", delivery.date);
    write_content_type(headers, content_type, ctx, out);
    client_head::write_framing(status, BodyLength::Length(body_bytes as u64), out);
    client_head::write_connection(delivery.connection, out);
    let error_type = ctx.error.map(|error| error.response_type.error_type());
    let is_custom = headers.iter().any(|(_, field, _)| *field == FieldName::XAmznErrorType);
    client_head::write_ids(ctx.request, error_type.filter(|_| !is_custom), out);
    for (name, field, source) in headers {
        let prefix = match mapped_response(*field) {
            ResponseField::Drop => continue,
            ResponseField::Keep if *field == FieldName::ContentType => continue,
            ResponseField::Keep => "",
            ResponseField::Remap => REMAPPED_PREFIX,
        };
        write_custom(prefix, name, source, ctx, out);
    }
    out.extend_from_slice(write::CRLF);
}

/// The customised one when it has a value.
fn write_content_type(
    headers: &[(Box<str>, FieldName, Source)],
    content_type: &str,
    ctx: &Context<'_>,
    out: &mut Vec<u8>,
) {
    let custom = headers.iter().find(|(_, field, _)| *field == FieldName::ContentType);
    let is_written =
        custom.is_some_and(|(name, _, source)| write_custom("", name, source, ctx, out));
    if !is_written {
        write::field(out, "Content-Type", content_type);
    }
}

/// `false`: nothing was written. An error has to be answered: a value that would break its line
/// counts as undefined.
fn write_custom(
    prefix: &str,
    name: &str,
    source: &Source,
    ctx: &Context<'_>,
    out: &mut Vec<u8>,
) -> bool {
    let start = out.len();
    out.extend_from_slice(prefix.as_bytes());
    out.extend_from_slice(name.as_bytes());
    out.extend_from_slice(b": ");
    let is_written = source.write_field_value(ctx, out) == Ok(true);
    if is_written {
        out.extend_from_slice(write::CRLF);
    } else {
        out.truncate(start);
    }
    is_written
}
