//! AWS_PROXY to a Lambda function whose answer is streamed: metadata, eight NUL bytes, then the
//! body as it comes
//! (<https://docs.aws.amazon.com/apigateway/latest/developerguide/response-transfer-mode-lambda.html>).

use std::time::Duration;

use ringway_core::context::Context;
use ringway_core::event_stream;
use ringway_core::http::write;
use ringway_core::integration::{
    AnswerForm, BodyLength, STREAM_DELIMITER, StreamEvent, malformed, metadata_length, stream_event,
};
use ringway_core::limits::STREAM_IDLE_MS_MAX;

use super::function::{broken, unreachable, write_head};
use super::http::Call;
use crate::client::Sink;
use crate::clock;
use crate::ending::{Answered, BackEnd, Closed, Failure};
use crate::relay::{ToClient, append};
use crate::upstream::{CallError, GatherError, Incoming, Reply};
use crate::worker::Worker;

/// Whether a function's answer follows this head: not what Lambda says when there is none.
pub(super) fn is_stream(reply: &Reply) -> bool {
    let head = reply.head.view(&reply.upstream.buffer, &reply.upstream.fields);
    matches!(head.status(), 200..=299) && head.custom("X-Amz-Function-Error").is_none()
}

/// Sends what the function answers while it answers.
pub(super) async fn answer(
    worker: &Worker,
    call: &Call<'_>,
    reply: Reply,
    sink: &mut Sink<'_>,
    context: &Context<'_>,
    back_end: &mut BackEnd,
) -> Result<Answered, Failure> {
    let mut incoming = Incoming::new(reply).map_err(|_| broken("its chunked framing is broken"))?;
    // AWS compresses no response that is streamed.
    sink.compression = None;
    let mut held = worker.buffers.small();
    let mut ended = false;
    let metadata = loop {
        if let Some(length) = metadata_length(&held)? {
            break length;
        }
        if ended {
            return Err(malformed().into());
        }
        ended = next(call, &mut incoming, sink, &mut held).await?;
    };
    let (metadata, body) = held.split_at_mut(metadata);
    let body = &body[STREAM_DELIMITER.len()..];
    let (status, framing) = write_response(worker, metadata, sink, context)?;
    back_end.function_status = Some(status);
    append(sink, framing, body, ended);
    let mut bytes = body.len() as u64;
    sink.flush().await?;
    while !ended {
        held.clear();
        ended = next(call, &mut incoming, sink, &mut held).await.map_err(cut)?;
        bytes += held.len() as u64;
        append(sink, framing, &held, ended);
        if !sink.out.is_empty() {
            sink.flush().await?;
        }
    }
    incoming.finish(worker, call.pool);
    worker.buffers.give_back(held);
    Ok(Answered { status, bytes: if framing == ToClient::Nothing { 0 } else { bytes } })
}

/// Writes the head that the metadata say.
fn write_response(
    worker: &Worker,
    metadata: &mut [u8],
    sink: &mut Sink<'_>,
    context: &Context<'_>,
) -> Result<(u16, ToClient), Failure> {
    let mut scratch = worker.answers.borrow_mut();
    let written = scratch.read(metadata, AnswerForm::Metadata, |answer| {
        let status = answer.status();
        let (framing, length) = match status {
            204 | 304 => (ToClient::Nothing, BodyLength::None),
            _ if sink.omit_body => (ToClient::Nothing, BodyLength::Chunked),
            // A test has no client who would take chunks apart.
            _ if sink.http10 || sink.trace.is_some() => (ToClient::UntilClose, BodyLength::None),
            _ => (ToClient::Chunked, BodyLength::Chunked),
        };
        sink.keep_alive &= framing != ToClient::UntilClose;
        write_head(worker, sink, context, answer, length)?;
        Ok((status, framing))
    });
    if written.is_err() {
        sink.out.clear();
    }
    sink.out.extend_from_slice(if written.is_ok() { write::CRLF } else { b"" });
    Ok(written?)
}

/// Appends what came of the body, some of it at least; whether the stream ended well.
async fn next(
    call: &Call<'_>,
    incoming: &mut Incoming,
    sink: &Sink<'_>,
    out: &mut Vec<u8>,
) -> Result<bool, Failure> {
    loop {
        let (mut used, mut ended) = (0, false);
        let data = incoming.data();
        while !ended {
            let read = event_stream::message(&data[used..]);
            let Some(message) = read.map_err(|_| broken("its event stream is broken"))? else {
                break;
            };
            used += message.bytes;
            match stream_event(&message)? {
                StreamEvent::Payload(payload) => out.extend_from_slice(payload),
                StreamEvent::Complete => ended = true,
            }
        }
        incoming.used(used);
        if ended {
            return to_end(call, incoming, sink).await;
        }
        if used > 0 && !out.is_empty() {
            return Ok(false);
        }
        if !more(call, incoming, sink).await? {
            return Err(broken("its event stream broke off").into());
        }
    }
}

/// Behind the last message comes the end of the framing, and nothing else.
async fn to_end(
    call: &Call<'_>,
    incoming: &mut Incoming,
    sink: &Sink<'_>,
) -> Result<bool, Failure> {
    while incoming.data().is_empty() && more(call, incoming, sink).await? {}
    if incoming.data().is_empty() {
        return Ok(true);
    }
    Err(broken("its event stream goes on behind its end").into())
}

/// Reads on, within the time of the integration and the longest pause of a stream.
async fn more(call: &Call<'_>, incoming: &mut Incoming, sink: &Sink<'_>) -> Result<bool, Failure> {
    let left = call.bounds.left(clock::recent());
    if left.is_zero() {
        return Err(unreachable(CallError::Elapsed));
    }
    let limit = left.min(Duration::from_millis(STREAM_IDLE_MS_MAX));
    incoming.more(limit, sink.control).await.map_err(|error| match error {
        GatherError::Call(error) => unreachable(error),
        GatherError::TooLarge => broken("it is too large").into(),
    })
}

/// What a failure is once the head was sent: the client's connection is cut.
fn cut(failure: Failure) -> Failure {
    match failure {
        Failure::Gateway(_) => Failure::Closed(Closed::Truncated),
        Failure::Closed(closed) => Failure::Closed(closed),
    }
}
