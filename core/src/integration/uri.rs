//! Request target of a call: path and query of the integration's URI with their values.

use super::request_head::Written;
use crate::context::Context;
use crate::http::RequestHead;
use crate::mapping::percent::{Escapes, Part, encode};
use crate::mapping::query;
use crate::snapshot::{HttpIntegration, MappedQuery, UriPart};
use crate::template::RequestOverrides;

/// Appends path, `?` and query. The query holds the URI's own parameters, then the mapped ones,
/// then, for HTTP_PROXY, the client's (aws-facts 155).
pub(super) fn write_target(
    integration: &HttpIntegration,
    head: &RequestHead<'_>,
    ctx: &Context<'_>,
    overrides: &RequestOverrides,
    out: &mut Vec<u8>,
) {
    for part in &integration.path {
        match part {
            UriPart::Literal(text) => out.extend_from_slice(text),
            UriPart::Parameter { placeholder, source } => {
                if let Some(value) = overridden(overrides, placeholder) {
                    write_encoded(value, Part::Segment, out);
                    continue;
                }
                // Stays in the text when the source is undefined (aws-facts 152).
                if !source.write_path_text(ctx, out) {
                    out.extend_from_slice(placeholder);
                }
            }
        }
    }
    let start = out.len();
    write_own_query(&integration.query, ctx, overrides, start, out);
    let mut written = Written::default();
    let is_set = |name: &[u8]| {
        overrides.query.iter().any(|(own, _)| query::same_name(name, encoded(own).as_slice()))
    };
    for (position, mapped) in integration.mapped_query.iter().enumerate() {
        if is_set(mapped.name.as_bytes()) {
            continue;
        }
        let open = |out: &mut Vec<u8>| {
            separate(start, out);
            out.extend_from_slice(mapped.name.as_bytes());
            out.push(b'=');
        };
        if mapped.source.write_query_parameters(ctx, out, open) {
            written.insert(position);
        }
    }
    for (name, value) in &overrides.query {
        separate(start, out);
        write_encoded(name, Part::Query, out);
        out.push(b'=');
        write_encoded(value, Part::Query, out);
    }
    if integration.kind.is_proxy() {
        let sent = head.query().unwrap_or_default();
        write_client_query(&integration.mapped_query, written, sent, start, out);
    }
}

/// What a template has set for `{name}`.
fn overridden<'o>(overrides: &'o RequestOverrides, placeholder: &[u8]) -> Option<&'o str> {
    let set = |(name, _): &&(String, String)| {
        placeholder.strip_prefix(b"{").and_then(|rest| rest.strip_suffix(b"}"))
            == Some(name.as_bytes())
    };
    overrides.path.iter().rev().find(set).map(|(_, value)| &**value)
}

fn encoded(text: &str) -> Vec<u8> {
    let mut out = Vec::new();
    write_encoded(text, Part::Query, &mut out);
    out
}

fn write_encoded(text: &str, part: Part, out: &mut Vec<u8>) {
    let start = out.len();
    out.extend_from_slice(text.as_bytes());
    encode(out, start, part, Escapes::Text);
}

/// Starts a parameter of the query that starts at `start`.
fn separate(start: usize, out: &mut Vec<u8>) {
    out.push(if out.len() == start { b'?' } else { b'&' });
}

fn write_own_query(
    query: &[UriPart],
    ctx: &Context<'_>,
    overrides: &RequestOverrides,
    start: usize,
    out: &mut Vec<u8>,
) {
    if query.is_empty() {
        return;
    }
    separate(start, out);
    for part in query {
        match part {
            UriPart::Literal(text) => out.extend_from_slice(text),
            UriPart::Parameter { placeholder, source } => {
                if let Some(value) = overridden(overrides, placeholder) {
                    write_encoded(value, Part::Query, out);
                } else if !source.write_query_text(ctx, out) {
                    out.extend_from_slice(placeholder);
                }
            }
        }
    }
}

/// The client's parameters as sent, but for those a mapping has replaced, as it replaces headers.
fn write_client_query(
    mapped: &[MappedQuery],
    written: Written,
    sent: &[u8],
    start: usize,
    out: &mut Vec<u8>,
) {
    if sent.is_empty() {
        return;
    }
    if written.is_empty() {
        separate(start, out);
        out.extend_from_slice(sent);
        return;
    }
    for parameter in query::parameters(sent) {
        let (name, _) = query::name_and_value(parameter);
        let is_replaced = |(position, mapped): (usize, &MappedQuery)| {
            written.contains(position) && query::same_name(mapped.name.as_bytes(), name)
        };
        if !mapped.iter().enumerate().any(is_replaced) {
            separate(start, out);
            out.extend_from_slice(parameter);
        }
    }
}
