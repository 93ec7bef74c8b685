//! Heads of answers to clients: what a back end said, and what the gateway says itself.

use super::{ResponseBody, connection_lists_fields};
use crate::context::{Context, RequestFacts};
use crate::error::GatewayError;
use crate::http::rules::{self, REMAPPED_PREFIX, ResponseField};
use crate::http::{FieldName, ResponseHead, write};
use crate::mapping::ResponseSource;
use crate::snapshot::ResponseRule;

/// How a message's body is delimited for its receiver.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum BodyLength {
    /// No body. A request says `Content-Length: 0`, a response nothing: for 204, 304, and for HEAD
    /// when the length is not known.
    None,
    /// So many bytes; an answer to HEAD says how many a GET would get.
    Length(u64),
    /// Chunked transfer coding; never for an HTTP/1.0 client.
    Chunked,
}

/// What the gateway says of the client's connection.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Connection {
    /// Another request may follow.
    KeepAlive,
    /// It ends with this answer.
    Close,
}

/// How an answer is delivered.
#[derive(Debug, Clone, Copy)]
pub struct Delivery<'a> {
    /// Of the client's connection.
    pub connection: Connection,
    /// Value of `Date`.
    pub date: &'a [u8; 29],
}

/// The gateway's own fields of a response.
#[derive(Debug, Clone, Copy)]
pub struct Own<'a> {
    /// How it is delivered.
    pub delivery: Delivery<'a>,
    /// With `X-Amzn-Trace-Id`: HTTP, not HTTP_PROXY, MOCK or errors (aws-facts 125, 126).
    pub traced: bool,
}

/// Appends the status line and the gateway's own fields. The caller adds the answer's fields
/// ([`write_proxied_fields`], [`write_mapped_fields`] or kept ones) and the CRLF that ends the
/// head.
pub fn write_own_fields(
    status: u16,
    ctx: &Context<'_>,
    body: BodyLength,
    own: Own<'_>,
    out: &mut Vec<u8>,
) {
    write::status_line(status, out);
    write::field(out, "Date", own.delivery.date);
    write_framing(status, body, out);
    write_connection(own.delivery.connection, out);
    write_ids(ctx.request, None, out);
    if own.traced && !ctx.request.trace_id.is_empty() {
        write::field(out, "X-Amzn-Trace-Id", ctx.request.trace_id);
    }
}

/// Appends the fields of an HTTP_PROXY back end, some under another name (aws-facts 126, 137, 138).
pub fn write_proxied_fields(upstream: &ResponseHead<'_>, out: &mut Vec<u8>) {
    let lists_fields = connection_lists_fields(upstream);
    for line in upstream.fields() {
        let rule = rules::proxied_response(line.name());
        // What `Connection` lists was meant for us alone; `Connection` itself is renamed.
        if rule == ResponseField::Drop || lists_fields && upstream.connection_lists(line.text()) {
            continue;
        }
        if rule == ResponseField::Remap {
            out.extend_from_slice(REMAPPED_PREFIX.as_bytes());
        }
        line.write(out);
    }
}

/// Appends the mapped fields of an HTTP or MOCK answer, and the body's `Content-Type` unless a
/// value is mapped to it. `upstream` is the back end's head, absent for MOCK.
///
/// # Errors
/// 500, with `out` as it was: a mapped value would break out of its line.
pub fn write_mapped_fields(
    rule: &ResponseRule,
    ctx: &Context<'_>,
    upstream: Option<&ResponseHead<'_>>,
    body: &ResponseBody<'_>,
    out: &mut Vec<u8>,
) -> Result<(), GatewayError> {
    write_overridden_fields(rule, ctx, upstream, (body, &[]), out)
}

/// [`write_mapped_fields`] with headers that templates have set instead of mapped ones.
///
/// # Errors
/// As [`write_mapped_fields`].
pub fn write_overridden_fields(
    rule: &ResponseRule,
    ctx: &Context<'_>,
    upstream: Option<&ResponseHead<'_>>,
    (body, overrides): (&ResponseBody<'_>, &[(String, String)]),
    out: &mut Vec<u8>,
) -> Result<(), GatewayError> {
    let start = out.len();
    let mut has_type = false;
    for (name, value) in overrides {
        has_type |= name.eq_ignore_ascii_case("Content-Type");
        write::field(out, name, value);
    }
    let is_set = |name: &str| overrides.iter().any(|(set, _)| set.eq_ignore_ascii_case(name));
    for (name, field, source) in rule.headers.iter().filter(|(name, ..)| !is_set(name)) {
        let field_start = out.len();
        out.extend_from_slice(name.as_bytes());
        out.extend_from_slice(b": ");
        match source.write_field_value(ctx, upstream, out) {
            Ok(true) => {
                out.extend_from_slice(write::CRLF);
                has_type |= *field == FieldName::ContentType;
            }
            Ok(false) => out.truncate(field_start),
            Err(_) => {
                out.truncate(start);
                let cause = "a mapped response header value has a control character";
                return Err(GatewayError::configuration(cause));
            }
        }
    }
    if !has_type {
        write::field(out, "Content-Type", body.content_type);
    }
    Ok(())
}

/// Whether the head of [`write_overridden_fields`], or the back end's, has a `Content-Encoding`.
#[must_use]
pub fn has_content_encoding(
    rule: &ResponseRule,
    ctx: &Context<'_>,
    upstream: Option<&ResponseHead<'_>>,
    overrides: &[(String, String)],
) -> bool {
    let name = FieldName::ContentEncoding;
    let is_mapped = |source: &ResponseSource| {
        matches!(source.write_field_value(ctx, upstream, &mut Vec::new()), Ok(true))
    };
    upstream.is_some_and(|head| head.field(name).is_some())
        || overrides.iter().any(|(own, _)| own.eq_ignore_ascii_case(name.text()))
        || rule.headers.iter().any(|(_, field, source)| *field == name && is_mapped(source))
}

/// A status without a body says nothing of one (RFC 9110 section 8.6).
pub(super) fn write_framing(status: u16, body: BodyLength, out: &mut Vec<u8>) {
    match body {
        _ if matches!(status, 100..=199 | 204 | 304) => {}
        BodyLength::None => {}
        BodyLength::Length(length) => {
            out.extend_from_slice(b"Content-Length: ");
            write::decimal(length, out);
            out.extend_from_slice(write::CRLF);
        }
        BodyLength::Chunked => out.extend_from_slice(b"Transfer-Encoding: chunked\r\n"),
    }
}

pub(super) fn write_connection(connection: Connection, out: &mut Vec<u8>) {
    out.extend_from_slice(match connection {
        Connection::KeepAlive => b"Connection: keep-alive\r\n",
        Connection::Close => b"Connection: close\r\n",
    });
}

/// `x-amzn-RequestId`, `x-amzn-ErrorType` of an error, `x-amz-apigw-id`.
pub(super) fn write_ids(request: &RequestFacts<'_>, error_type: Option<&str>, out: &mut Vec<u8>) {
    write::field(out, "x-amzn-RequestId", request.request_id);
    if let Some(error_type) = error_type {
        write::field(out, "x-amzn-ErrorType", error_type);
    }
    write::field(out, "x-amz-apigw-id", request.extended_request_id);
}
