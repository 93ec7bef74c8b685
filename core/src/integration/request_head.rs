//! Heads of calls to HTTP back ends.

use super::choose::JSON;
use super::uri::write_target;
use super::{BodyLength, connection_lists_fields};
use crate::context::Context;
use crate::error::GatewayError;
use crate::http::{FieldName, RequestHead, rules, write};
use crate::mapping::UnsafeValue;
use crate::snapshot::{Endpoint, HttpIntegration, MappedHeader};
use crate::template::RequestOverrides;

/// Appends the complete HTTP/1.1 request head of a call: request line, `Host`, mapped fields, for
/// HTTP_PROXY the client's fields (aws-facts 131), the gateway's own, and the framing of the body
/// that will follow. HTTP forwards no client field by itself (aws-facts 130); its body is of the
/// client's Content-Type, or JSON.
///
/// # Errors
/// 500, with `out` as it was: the definition maps a field nobody may map (aws-facts 134), or a
/// mapped value would break out of its line.
pub fn write_request_head(
    integration: &HttpIntegration,
    endpoint: &Endpoint,
    ctx: &Context<'_>,
    body: BodyLength,
    out: &mut Vec<u8>,
) -> Result<(), GatewayError> {
    write_overridden_request_head(integration, endpoint, ctx, (body, &RequestOverrides::NONE), out)
}

/// [`write_request_head`] with what templates have set of the call.
///
/// # Errors
/// As [`write_request_head`].
pub fn write_overridden_request_head(
    integration: &HttpIntegration,
    endpoint: &Endpoint,
    ctx: &Context<'_>,
    (body, overrides): (BodyLength, &RequestOverrides),
    out: &mut Vec<u8>,
) -> Result<(), GatewayError> {
    if integration.forbidden_header {
        return Err(GatewayError::configuration(
            "Content-Length or Transfer-Encoding is mapped to the integration request",
        ));
    }
    let Some(head) = ctx.request.head else {
        return Err(GatewayError::configuration("an integration is called without a request"));
    };
    let start = out.len();
    write_request_line(integration, head, ctx, overrides, out);
    let fields = Head { integration, head, ctx, overrides };
    if fields.write(endpoint, body, out).is_err() {
        out.truncate(start);
        return Err(GatewayError::configuration("a mapped header value has a control character"));
    }
    Ok(())
}

fn write_request_line(
    integration: &HttpIntegration,
    head: &RequestHead<'_>,
    ctx: &Context<'_>,
    overrides: &RequestOverrides,
    out: &mut Vec<u8>,
) {
    let method = integration.method.of(head);
    out.extend_from_slice(method.as_bytes());
    out.push(b' ');
    write_target(integration, head, ctx, overrides, out);
    out.extend_from_slice(b" HTTP/1.1\r\n");
}

/// What the fields of a call are made of.
struct Head<'a> {
    integration: &'a HttpIntegration,
    head: &'a RequestHead<'a>,
    ctx: &'a Context<'a>,
    overrides: &'a RequestOverrides,
}

impl Head<'_> {
    fn write(
        &self,
        endpoint: &Endpoint,
        body: BodyLength,
        out: &mut Vec<u8>,
    ) -> Result<(), UnsafeValue> {
        let mapped = &*self.integration.mapped_headers;
        let start = out.len();
        let written = self.write_mapped(mapped, out)?;
        for (name, value) in &self.overrides.headers {
            write::field(out, name, value);
        }
        let is_mapped = |field: FieldName, name: &str| {
            is_mapped(mapped, written, field, b"") || self.overrides.has_header(name.as_bytes())
        };
        if !is_mapped(FieldName::Host, "Host") {
            write::field(out, "Host", &*endpoint.authority);
        }
        if self.integration.kind.is_proxy() {
            self.write_client_fields(mapped, written, out);
        } else if !matches!(body, BodyLength::None | BodyLength::Length(0))
            && !is_mapped(FieldName::ContentType, "Content-Type")
        {
            let own = self.integration.content_type.as_deref().map(str::as_bytes);
            let sent = || self.head.field(FieldName::ContentType);
            write::field(out, "Content-Type", own.or_else(sent).unwrap_or(JSON.as_bytes()));
        }
        self.write_constant_head(out);
        let trace = "X-Amzn-Trace-Id";
        if !self.ctx.request.trace_id.is_empty() && !is_mapped(FieldName::XAmznTraceId, trace) {
            write::field(out, trace, self.ctx.request.trace_id);
        }
        debug_assert!(out[start..].ends_with(b"\r\n"));
        write_framing(self.integration.method.of(self.head), body, out);
        out.extend_from_slice(write::CRLF);
        Ok(())
    }

    fn write_mapped(
        &self,
        mapped: &[MappedHeader],
        out: &mut Vec<u8>,
    ) -> Result<Written, UnsafeValue> {
        let mut written = Written::default();
        for (position, header) in mapped.iter().enumerate() {
            if self.overrides.has_header(header.name.as_bytes()) {
                continue;
            }
            let start = out.len();
            out.extend_from_slice(header.name.as_bytes());
            out.extend_from_slice(b": ");
            if header.source.write_field_value(self.ctx, out)? {
                out.extend_from_slice(write::CRLF);
                written.insert(position);
            } else {
                out.truncate(start);
            }
        }
        Ok(written)
    }

    /// The gateway's own lines, but for those that a template has set.
    fn write_constant_head(&self, out: &mut Vec<u8>) {
        if self.overrides.headers.is_empty() {
            out.extend_from_slice(&self.integration.constant_head);
            return;
        }
        for line in self.integration.constant_head.split_inclusive(|&byte| byte == b'\n') {
            let name = line.split(|&byte| byte == b':').next().unwrap_or_default();
            if !self.overrides.has_header(name) {
                out.extend_from_slice(line);
            }
        }
    }

    /// One pass; a field is looked up among the mapped ones only when there are any.
    fn write_client_fields(&self, mapped: &[MappedHeader], written: Written, out: &mut Vec<u8>) {
        let lists_fields = connection_lists_fields(self.head);
        for line in self.head.fields() {
            if !rules::forwarded_to_upstream(line.name())
                || lists_fields && self.head.connection_lists(line.text())
                || !written.is_empty() && is_mapped(mapped, written, line.name(), line.text())
            {
                continue;
            }
            line.write(out);
        }
    }
}

/// True when a mapping has written this field; `name` matters only for names that are not known.
fn is_mapped(mapped: &[MappedHeader], written: Written, field: FieldName, name: &[u8]) -> bool {
    mapped.iter().enumerate().any(|(position, header)| {
        header.field == field
            && (field != FieldName::Other || header.name.as_bytes().eq_ignore_ascii_case(name))
            && written.contains(position)
    })
}

/// A call without a body says so where its verb lets expect one (RFC 9110 section 8.6).
fn write_framing(verb: &str, body: BodyLength, out: &mut Vec<u8>) {
    match body {
        BodyLength::None if !matches!(verb, "POST" | "PUT" | "PATCH") => {}
        BodyLength::None => out.extend_from_slice(b"Content-Length: 0\r\n"),
        BodyLength::Length(length) => {
            out.extend_from_slice(b"Content-Length: ");
            write::decimal(length, out);
            out.extend_from_slice(write::CRLF);
        }
        BodyLength::Chunked => out.extend_from_slice(b"Transfer-Encoding: chunked\r\n"),
    }
}

/// Positions of mappings that had a value. Those beyond the first 128 count as written: a client's
/// field must never stand beside a mapped one.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Written(u128);

impl Written {
    pub(super) const fn insert(&mut self, position: usize) {
        if position < 128 {
            self.0 |= 1 << position;
        } else {
            self.0 |= 1 << 127;
        }
    }

    pub(super) const fn contains(self, position: usize) -> bool {
        position >= 127 || self.0 & 1 << position != 0
    }

    pub(super) const fn is_empty(self) -> bool {
        self.0 == 0
    }
}
