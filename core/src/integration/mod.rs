//! Requests to back ends and answers to clients, as bytes: phases 7 to 11 of a request without
//! their waiting.
//!
//! Pure: what was compiled, a [`Context`](crate::context::Context) and parsed heads go in, heads to
//! send come out. Sockets, bodies and clocks are the caller's. Heads are appended to a buffer that
//! the caller reuses; nothing else is allocated on the way of a request that succeeds.

mod cache_key;
mod choose;
mod client_head;
mod event;
mod gateway_response;
mod invocation;
mod models;
mod payload;
mod proxy_answer;
mod request_head;
mod required;
mod uri;

#[cfg(test)]
mod tests;

pub use cache_key::write_cache_key;
pub use choose::{
    ResponseBody, Selection, choose_template, response_body, select, select_status,
    selection_pattern,
};
pub use client_head::{
    BodyLength, Connection, Delivery, Own, has_content_encoding, write_mapped_fields,
    write_overridden_fields, write_own_fields, write_proxied_fields,
};
pub use event::{EventBody, write_event};
pub use gateway_response::{GatewayAnswer, default_template, write_gateway_response};
pub use invocation::{
    Invocation, STREAM_DELIMITER, StreamEvent, function_failed, invocation, metadata_length,
    request_id, stream_event,
};
pub use models::check_body;
pub use proxy_answer::{AnswerForm, AnswerScratch, MALFORMED, NO_BASE64, ProxyAnswer, malformed};
pub use request_head::{write_overridden_request_head, write_request_head};
pub use required::required_missing;

use crate::http::{FieldLines, FieldName};

/// Whether `Connection` may name fields. It usually says `keep-alive` or is not there, and then no
/// field needs to be looked up in it.
fn connection_lists_fields(lines: &FieldLines<'_>) -> bool {
    lines.field(FieldName::Connection).is_some()
        && lines.values("connection").any(|value| {
            !value.eq_ignore_ascii_case(b"keep-alive") && !value.eq_ignore_ascii_case(b"close")
        })
}
