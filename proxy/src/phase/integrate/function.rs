//! AWS_PROXY to a Lambda function: the event out, its answer back (aws-facts 230 to 236).

use ringway_core::context::Context;
use ringway_core::error::{Cause, GatewayError, ResponseType};
use ringway_core::http::{FieldName, write};
use ringway_core::integration::{
    AnswerForm, BodyLength, EventBody, Invocation, Own, ProxyAnswer, function_failed, invocation,
    malformed, request_id, write_event, write_own_fields, write_request_head,
};
use ringway_core::limits::{FUNCTION_ANSWER_MARGIN_BYTES, FUNCTION_PAYLOAD_BYTES_MAX};
use ringway_core::snapshot::TransferMode;

use super::http::{Call, call_error, note, sign};
use super::streamed_function;
use crate::client::{Client, Sink};
use crate::clock;
use crate::ending::{Answered, BackEnd, Failure};
use crate::phase::response_cache::{Fill, Looked};
use crate::relay::{self, Capture, ToClient};
use crate::trace::Trace;
use crate::upstream::{self, Bounds, CallError, GatherError, Incoming, Reply};
use crate::worker::Worker;

/// Invokes the function and sends what it answers.
pub(super) async fn answer(
    worker: &Worker,
    call: &Call<'_>,
    client: &mut Client<'_, '_>,
    looked: Looked,
    context: &Context<'_>,
    back_end: &mut BackEnd,
) -> Result<Answered, Failure> {
    let request = request(worker, call, client, context).await?;
    // The time limit is the function's, and starts when its event is there.
    let bounds = Bounds { started: worker.clock.now(), ..call.bounds };
    let call = Call { bounds, ..*call };
    let reply = invoke(worker, &call, request, client.sink.trace, back_end).await?;
    if call.http.transfer == TransferMode::Stream && streamed_function::is_stream(&reply) {
        // Boxed: the rare path must not enlarge every connection's future.
        let sink = &mut client.sink;
        let streamed = streamed_function::answer(worker, &call, reply, sink, context, back_end);
        return Box::pin(streamed).await;
    }
    let mut incoming = gather(worker, &call, reply, client.sink.trace, back_end).await?;
    let written = respond(worker, &mut incoming, &mut client.sink, looked, context);
    let written = written.inspect_err(|error| {
        client.sink.out.clear();
        explain(client.sink.trace, error);
    })?;
    back_end.function_status = Some(written.status);
    // Before the write: another request may use the connection while this one is sent.
    incoming.finish(worker, call.pool);
    written.send(worker, &mut client.sink).await
}

/// Head and event of an invocation, in one buffer.
async fn request(
    worker: &Worker,
    call: &Call<'_>,
    client: &mut Client<'_, '_>,
    context: &Context<'_>,
) -> Result<Vec<u8>, Failure> {
    let bytes = client.read_body(worker).await?;
    let media_type = context.request.head.and_then(|head| head.field(FieldName::ContentType));
    let listed = context.stage.map(|stage| &stage.binary_media_types);
    let is_binary = listed.is_some_and(|listed| listed.is_binary(media_type));
    let mut event = worker.buffers.small();
    write_event(context, EventBody { bytes: &bytes, is_binary }, &mut event);
    worker.buffers.give_back(bytes);
    let mut request = worker.buffers.small();
    let written = if event.len() > FUNCTION_PAYLOAD_BYTES_MAX {
        let cause = "the event is larger than Lambda takes";
        Err(GatewayError::new(ResponseType::RequestTooLarge, cause))
    } else {
        let length = BodyLength::Length(event.len() as u64);
        write_request_head(call.http, &call.pool.endpoint, context, length, &mut request)
            .and_then(|()| sign(worker, call, &event, &mut request))
    };
    request.extend_from_slice(&event);
    worker.buffers.give_back(event);
    written.map(|()| request).map_err(Failure::from)
}

/// Calls Lambda.
async fn invoke(
    worker: &Worker,
    call: &Call<'_>,
    request: Vec<u8>,
    trace: Option<&Trace>,
    back_end: &mut BackEnd,
) -> Result<Reply, Failure> {
    trace.inspect(|trace| trace.calling(&call.pool.endpoint, &request));
    let (called, buffer) = upstream::call(worker, call.pool, request, call.bounds).await;
    worker.buffers.give_back(buffer);
    if let (Some(trace), Err(error)) = (trace, &called) {
        trace.call_failed(error);
    }
    let called = called.map_err(unreachable);
    note(worker, &called, call.bounds.started, back_end);
    called
}

/// Reads the whole of Lambda's response, and whether there is an answer in it.
async fn gather(
    worker: &Worker,
    call: &Call<'_>,
    reply: Reply,
    trace: Option<&Trace>,
    back_end: &mut BackEnd,
) -> Result<Incoming, Failure> {
    let latency_us = worker.clock.now().us_since(call.bounds.started);
    let mut incoming = Incoming::new(reply).map_err(|_| broken("its chunked framing is broken"))?;
    if !incoming.is_complete() {
        let most = FUNCTION_PAYLOAD_BYTES_MAX + FUNCTION_ANSWER_MARGIN_BYTES;
        let gathered = incoming.gather(most, &call.bounds).await;
        gathered.map_err(|error| match error {
            GatherError::Call(error) => unreachable(error),
            GatherError::TooLarge => {
                let error = malformed();
                explain(trace, &error);
                error.into()
            }
        })?;
        back_end.latency_us = Some(worker.clock.now().us_since(call.bounds.started));
    }
    let head = incoming.head();
    trace.inspect(|trace| trace.answered(&head, incoming.data(), latency_us));
    let invoked = invocation(&head, incoming.data()).and_then(|invoked| match invoked {
        Invocation::Answered => Ok(()),
        Invocation::Failed(message) => Err(function_failed(&head, &message)),
    });
    match invoked {
        Ok(()) => Ok(incoming),
        Err(error) => {
            if let Some(trace) = trace {
                trace.not_invoked(head.status(), &request_id(&head), &error);
            }
            incoming.finish(worker, call.pool);
            Err(error.into())
        }
    }
}

/// A response whose head was written, and its body as far as it is not compressed.
struct Written {
    status: u16,
    framing: ToClient,
    /// Body bytes that were written.
    bytes: u64,
    /// What is compressed in pieces while it is sent.
    body: Option<Vec<u8>>,
    fill: Option<(Fill, Capture)>,
}

impl Written {
    async fn send(self, worker: &Worker, sink: &mut Sink<'_>) -> Result<Answered, Failure> {
        let Self { status, framing, mut bytes, body, mut fill } = self;
        match body {
            None => sink.flush().await?,
            Some(body) => {
                let captured = fill.as_mut().map(|(_, captured)| captured);
                // Boxed: the rare path must not enlarge every connection's future.
                bytes = Box::pin(relay::send_text(sink, framing, &body, captured)).await?;
            }
        }
        if let Some((fill, captured)) = fill {
            fill.complete(worker, status, captured);
        }
        Ok(Answered { status, bytes })
    }
}

/// Reads the answer and writes the response to the client.
fn respond(
    worker: &Worker,
    incoming: &mut Incoming,
    sink: &mut Sink<'_>,
    looked: Looked,
    context: &Context<'_>,
) -> Result<Written, GatewayError> {
    let accept = context.request.head.and_then(|head| head.field(FieldName::Accept));
    let decodes = context.stage.is_some_and(|stage| stage.binary_media_types.is_accepted(accept));
    let mut scratch = worker.answers.borrow_mut();
    scratch.read(incoming.data_mut(), AnswerForm::Whole, |answer| {
        let body = answer.body(decodes)?;
        let (status, length) = (answer.status(), body.len() as u64);
        let framing = match status {
            204 | 304 => ToClient::Nothing,
            _ if sink.omit_body => ToClient::Nothing,
            _ => ToClient::Length(length),
        };
        let framing = sink.compress(framing, length, || answer.has("Content-Encoding"));
        let is_compressed = framing == ToClient::Chunked;
        let length = if is_compressed { BodyLength::Chunked } else { BodyLength::Length(length) };
        let fields = write_head(worker, sink, context, answer, length)?;
        let fill = looked.into_fill();
        let mut captured =
            fill.as_ref().map(|fill| fill.capture(worker, status, &sink.out[fields..], framing));
        sink.out.extend_from_slice(write::CRLF);
        let (bytes, body) = if is_compressed {
            (0, Some(body.into_owned()))
        } else {
            (relay::append_whole(sink, framing, &body, captured.as_mut()), None)
        };
        Ok(Written { status, framing, bytes, body, fill: fill.zip(captured) })
    })
}

/// Writes a head without its last CRLF; returns where the fields start that are not the gateway's
/// own.
pub(super) fn write_head(
    worker: &Worker,
    sink: &mut Sink<'_>,
    context: &Context<'_>,
    answer: &ProxyAnswer<'_>,
    length: BodyLength,
) -> Result<usize, GatewayError> {
    let date = worker.date(clock::recent());
    let own = Own { delivery: sink.delivery(worker, &date), traced: true };
    write_own_fields(answer.status(), context, length, own, sink.out);
    sink.write_warning();
    sink.write_coding();
    let fields = sink.out.len();
    answer.write_fields(sink.out)?;
    Ok(fields)
}

/// What a test's log says of an answer that is none.
fn explain(trace: Option<&Trace>, error: &GatewayError) {
    if let Some(trace) = trace {
        trace.misconfigured(&error.cause.0);
    }
}

/// What the client gets when there was no invocation: 500, where another back end would make it 504
/// (aws-facts 115).
pub(super) fn unreachable(error: CallError) -> Failure {
    match call_error(error) {
        Failure::Gateway(error) if error.response_type == ResponseType::IntegrationFailure => {
            Failure::Gateway(error.status(500).message("Internal server error"))
        }
        failure => failure,
    }
}

pub(super) fn broken(what: &'static str) -> GatewayError {
    let mut error = GatewayError::new(ResponseType::IntegrationFailure, "").status(500);
    error.message = "Internal server error".into();
    error.cause = Cause(what.into());
    error
}
