//! The back end's response to the client: its body streamed, or replaced by a template.

use std::time::Duration;

use ringway_core::context::Context;
use ringway_core::error::{Cause, GatewayError, ResponseType};
use ringway_core::http::{FieldName, write};
use ringway_core::integration::{
    BodyLength, Own, ResponseBody, has_content_encoding, response_body, select_status,
    write_mapped_fields, write_own_fields, write_proxied_fields,
};
use ringway_core::limits::{STREAM_IDLE_MS_MAX, TEST_RESPONSE_BYTES_MAX};
use ringway_core::snapshot::{HttpKind, ResponseRule, TransferMode};
use ringway_core::template::{MappingTemplate, Overrides};

use super::http::{Call, call_error};
use super::{mapped_function, transformed};
use crate::client::Sink;
use crate::clock;
use crate::ending::{Answered, Failure};
use crate::phase::response_cache::Looked;
use crate::relay::{self, Pace, ToClient};
use crate::trace::Trace;
use crate::upstream::{Bounds, GatherError, Incoming, Reply};
use crate::worker::Worker;

/// What the client gets.
#[derive(Clone, Copy)]
enum Response<'r> {
    /// The back end's response (HTTP_PROXY).
    Proxied,
    /// An integration response (HTTP).
    Mapped(&'r ResponseRule, ResponseBody<'r>),
}

/// Sends the response to a call, and fills the cache with it. `overrides` is what a template of the
/// request has set.
pub(super) async fn respond(
    worker: &Worker,
    call: &Call<'_>,
    reply: Reply,
    sink: &mut Sink<'_>,
    looked: Looked,
    (context, overrides): (&Context<'_>, Option<&Overrides>),
) -> Result<Answered, Failure> {
    let mut incoming = Incoming::new(reply).map_err(|_| broken_body())?;
    if let Some(trace) = sink.trace {
        // Boxed: only tests gather, which must not enlarge every request's future.
        Box::pin(show(worker, call, &mut incoming, trace)).await?;
    }
    if let (HttpKind::Function, Some(selector)) = (&call.http.kind, &call.http.responses) {
        // Boxed: it must not enlarge every connection's future.
        let (chooses, seen) = ((call, selector), (context, overrides));
        let respond = mapped_function::respond(worker, chooses, incoming, sink, looked, seen);
        return Box::pin(respond).await;
    }
    let response = choose(call, &incoming, sink.trace)?;
    if let Response::Mapped(rule, body) = response {
        let media_type = incoming.head().field(FieldName::ContentType);
        let conversion = rule.content_handling.of_response(context, media_type);
        if transformed::makes_response(rule, &body, conversion, overrides) {
            // Boxed: the rare path must not enlarge every connection's future.
            let (mapped, seen) = ((rule, body, conversion), (context, overrides));
            let respond = transformed::respond(worker, call, incoming, mapped, sink, looked, seen);
            return Box::pin(respond).await;
        }
    }
    let (status, text) = match &response {
        Response::Proxied => (incoming.head().status(), None),
        Response::Mapped(rule, body) => {
            (rule.status, body.template.and_then(MappingTemplate::as_text))
        }
    };
    let framing = match text {
        _ if sink.omit_body => ToClient::Nothing,
        Some(text) => ToClient::Length(text.len() as u64),
        None => framing_of(&incoming, status, sink),
    };
    let framing = if sink.compression.is_some() {
        Box::pin(compressed(call, &mut incoming, (&response, context), sink, framing, text)).await?
    } else {
        framing
    };
    sink.keep_alive &= framing != ToClient::UntilClose;
    let fields = write_head(worker, sink, context, &incoming, &response, (status, framing))?;
    let fill = looked.into_fill();
    let mut captured =
        fill.as_ref().map(|fill| fill.capture(worker, status, &sink.out[fields..], framing));
    let capture = captured.as_mut();
    sink.out.extend_from_slice(write::CRLF);
    let bytes = match text {
        Some(text) => {
            // What the back end sent is of no use; a complete body frees its connection.
            incoming.finish(worker, call.pool);
            relay::send_text(sink, framing, text.as_bytes(), capture).await?
        }
        None => {
            let pace = pace(call);
            relay::send(worker, call.pool, incoming, sink, framing, capture, pace).await?
        }
    };
    if let Some((fill, captured)) = fill.zip(captured) {
        fill.complete(worker, status, captured);
    }
    Ok(Answered { status, bytes })
}

/// Framing for a client that asked for compression. Of a body without a length so much is read as
/// has to be there for it to be compressed.
async fn compressed(
    call: &Call<'_>,
    incoming: &mut Incoming,
    (response, context): (&Response<'_>, &Context<'_>),
    sink: &mut Sink<'_>,
    framing: ToClient,
    text: Option<&str>,
) -> Result<ToClient, Failure> {
    let bytes_min = sink.compression.as_ref().map_or(0, |asked| asked.bytes_min());
    let bytes = match (text, framing) {
        (Some(text), _) => text.len() as u64,
        (None, ToClient::Nothing) => 0,
        (None, ToClient::Length(length)) => length,
        (None, ToClient::Chunked | ToClient::UntilClose) => {
            let short = bytes_min.saturating_sub(incoming.data().len() as u64);
            if short > 0 {
                let most = usize::try_from(bytes_min - 1).unwrap_or(usize::MAX);
                match incoming.gather(most, &call.bounds).await {
                    Ok(()) | Err(GatherError::TooLarge) => {}
                    Err(GatherError::Call(error)) => return Err(call_error(error)),
                }
            }
            incoming.data().len() as u64
        }
    };
    let head = incoming.head();
    // A part of a body has the place in it that its range says, so it stays as it is.
    Ok(sink.compress(framing, bytes, || match response {
        Response::Proxied => {
            head.status() == 206 || head.field(FieldName::ContentEncoding).is_some()
        }
        Response::Mapped(rule, _) => has_content_encoding(rule, context, Some(&head), &[]),
    }))
}

/// A buffered response may take its time between two pieces; one that is streamed has it for all.
fn pace(call: &Call<'_>) -> Pace {
    let Bounds { started, timeout, .. } = call.bounds;
    match call.http.transfer {
        TransferMode::Buffered => Pace { pause: timeout, end: None },
        TransferMode::Stream => {
            let pause = Duration::from_millis(STREAM_IDLE_MS_MAX);
            Pace { pause, end: Some(started.after(timeout)) }
        }
    }
}

/// Reads the whole body of a test's response, and says what came.
async fn show(
    worker: &Worker,
    call: &Call<'_>,
    incoming: &mut Incoming,
    trace: &Trace,
) -> Result<(), Failure> {
    let latency_us = worker.clock.now().us_since(call.bounds.started);
    let gathered = incoming.gather(TEST_RESPONSE_BYTES_MAX, &call.bounds).await;
    gathered.map_err(|error| match error {
        GatherError::Call(error) => call_error(error),
        GatherError::TooLarge => {
            GatewayError::configuration("the response of the back end is too large for a test")
                .into()
        }
    })?;
    trace.answered(&incoming.head(), incoming.data(), latency_us);
    Ok(())
}

fn choose<'r>(
    call: &Call<'r>,
    incoming: &Incoming,
    trace: Option<&Trace>,
) -> Result<Response<'r>, GatewayError> {
    let Some(selector) = &call.http.responses else { return Ok(Response::Proxied) };
    let head = incoming.head();
    let selection = select_status(selector, head.status());
    trace.filter(|_| selection.gave_up).inspect(|trace| trace.gave_up());
    let Some(rule) = selection.rule else {
        trace.inspect(|trace| trace.no_match(head.status()));
        let cause = "no integration response fits the back end's status";
        return Err(GatewayError::configuration(cause));
    };
    Ok(Response::Mapped(rule, response_body(rule, head.field(FieldName::ContentType))))
}

/// Writes the head without its last CRLF; returns where the fields start that are not the gateway's
/// own.
fn write_head(
    worker: &Worker,
    sink: &mut Sink<'_>,
    context: &Context<'_>,
    incoming: &Incoming,
    response: &Response<'_>,
    (status, framing): (u16, ToClient),
) -> Result<usize, GatewayError> {
    let head = incoming.head();
    let body = match framing {
        ToClient::Length(length) => BodyLength::Length(length),
        ToClient::Chunked => BodyLength::Chunked,
        ToClient::UntilClose => BodyLength::None,
        // An answer to HEAD says what a GET would get.
        ToClient::Nothing => length_field(&head),
    };
    let date = worker.date(clock::recent());
    let own = Own {
        delivery: sink.delivery(worker, &date),
        traced: matches!(response, Response::Mapped(..)),
    };
    write_own_fields(status, context, body, own, sink.out);
    sink.write_warning();
    sink.write_coding();
    let fields = sink.out.len();
    match response {
        Response::Proxied => write_proxied_fields(&head, sink.out),
        Response::Mapped(rule, body) => {
            let written = write_mapped_fields(rule, context, Some(&head), body, sink.out);
            if let Err(error) = written {
                sink.out.clear();
                return Err(error);
            }
        }
    }
    Ok(fields)
}

fn length_field(head: &ringway_core::http::ResponseHead<'_>) -> BodyLength {
    let length = head.field(FieldName::ContentLength);
    let length = length.and_then(|digits| std::str::from_utf8(digits).ok()?.parse().ok());
    length.map_or(BodyLength::None, BodyLength::Length)
}

/// How the client learns where the body ends. A chunked body that arrived whole has a length.
fn framing_of(incoming: &Incoming, status: u16, sink: &Sink<'_>) -> ToClient {
    if matches!(status, 100..=199 | 204 | 304) {
        return ToClient::Nothing;
    }
    match incoming.remaining() {
        Some(left) => ToClient::Length(incoming.data().len() as u64 + left),
        None if sink.http10 => ToClient::UntilClose,
        None => ToClient::Chunked,
    }
}

fn broken_body() -> GatewayError {
    let mut error = GatewayError::new(ResponseType::IntegrationFailure, "").status(502);
    error.message = "Internal server error".into();
    error.cause = Cause("the back end's chunked framing is broken".into());
    error
}
