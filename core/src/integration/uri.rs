//! Request target of a call: path and query of the integration's URI with their values.

use super::request_head::Written;
use crate::context::Context;
use crate::http::RequestHead;
use crate::mapping::query;
use crate::snapshot::{HttpIntegration, MappedQuery, UriPart};

/// Appends path, `?` and query. The query holds the URI's own parameters, then the mapped ones,
/// then, for HTTP_PROXY, the client's (aws-facts 155).
pub(super) fn write_target(
    integration: &HttpIntegration,
    head: &RequestHead<'_>,
    ctx: &Context<'_>,
    out: &mut Vec<u8>,
) {
    for part in &integration.path {
        match part {
            UriPart::Literal(text) => out.extend_from_slice(text),
            UriPart::Parameter { placeholder, source } => {
                // Stays in the text when the source is undefined (aws-facts 152).
                if !source.write_path_text(ctx, out) {
                    out.extend_from_slice(placeholder);
                }
            }
        }
    }
    let start = out.len();
    write_own_query(&integration.query, ctx, start, out);
    let mut written = Written::default();
    for (position, mapped) in integration.mapped_query.iter().enumerate() {
        let open = |out: &mut Vec<u8>| {
            separate(start, out);
            out.extend_from_slice(mapped.name.as_bytes());
            out.push(b'=');
        };
        if mapped.source.write_query_parameters(ctx, out, open) {
            written.insert(position);
        }
    }
    if integration.proxy {
        let sent = head.query().unwrap_or_default();
        write_client_query(&integration.mapped_query, written, sent, start, out);
    }
}

/// Starts a parameter of the query that starts at `start`.
fn separate(start: usize, out: &mut Vec<u8>) {
    out.push(if out.len() == start { b'?' } else { b'&' });
}

fn write_own_query(query: &[UriPart], ctx: &Context<'_>, start: usize, out: &mut Vec<u8>) {
    if query.is_empty() {
        return;
    }
    separate(start, out);
    for part in query {
        match part {
            UriPart::Literal(text) => out.extend_from_slice(text),
            UriPart::Parameter { placeholder, source } => {
                if !source.write_query_text(ctx, out) {
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
