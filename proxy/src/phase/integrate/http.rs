//! Everything that is called over HTTP: one call to the back end, and its response to the client.

use std::time::Duration;

use ringway_core::context::Context;
use ringway_core::error::{Cause, GatewayError, ResponseType};
use ringway_core::http::{FieldName, Framing};
use ringway_core::integration::{BodyLength, write_request_head};
use ringway_core::reach::Forbidden;
use ringway_core::snapshot::{Conversion, HttpIntegration, HttpKind};

use super::{function, proxied, streamed, transformed};
use crate::applied::AppliedMethod;
use crate::client::Client;
use crate::clock::{self, Moment};
use crate::credentials::Signer;
use crate::duplex::{self, ToUpstream};
use crate::ending::{Answered, BackEnd, Closed, Failure};
use crate::phase::response_cache::Looked;
use crate::phase::validate::body_error;
use crate::trace::Trace;
use crate::upstream;
use crate::upstream::{Bounds, CallError, ConnectError, Pool, Reply};
use crate::worker::Worker;

/// What one call needs of its method.
pub(super) struct Call<'c> {
    pub(super) http: &'c HttpIntegration,
    pub(super) pool: &'c Pool,
    pub(super) bounds: Bounds,
    /// As [`HttpIntegration::signing`].
    pub(super) signer: Option<&'c Signer>,
}

/// Calls the back end.
pub(super) async fn answer(
    worker: &Worker,
    (http, bound): (&HttpIntegration, &AppliedMethod),
    client: &mut Client<'_, '_>,
    looked: Looked,
    context: &Context<'_>,
    back_end: &mut BackEnd,
) -> Result<Answered, Failure> {
    let Some(head) = context.request.head else { return Err(Failure::Closed(Closed::ClientGone)) };
    let trace = client.sink.trace;
    let Some(pool) = bound.pool.as_deref() else {
        trace.inspect(|trace| trace.invalid_endpoint());
        return Err(invalid_endpoint(http).into());
    };
    let bounds = bounds(worker, http, http.method.of(head), client);
    let signer = signer(worker, http, trace).await?;
    let call = Call { http, pool, bounds, signer: signer.as_ref() };
    if let HttpKind::FunctionProxy(_) = &http.kind {
        return function::answer(worker, &call, client, looked, context, back_end).await;
    }
    let template = transformed::template(http, context)?;
    let conversion = match client.source.body.is_done() {
        true => Conversion::Pass,
        false => http.content_handling.of_request(context),
    };
    if transformed::makes_request(http, template, conversion) {
        // Boxed: the rare path must not enlarge every connection's future.
        let made = (template, conversion);
        let transformed =
            transformed::answer(worker, &call, made, client, looked, context, back_end);
        return Box::pin(transformed).await;
    }
    let text = template.and_then(|template| template.template.as_text());
    let mut request = worker.buffers.small();
    let framing = client.source.body.framing(head.framing());
    let whole = write_request(&call, client, context, (text, framing), &mut request)?;
    if !client.source.body.is_done() && whole {
        // A template takes the place of the body.
        client.leave_body();
    }
    trace.inspect(|trace| trace.calling(&pool.endpoint, &request));
    let called = if whole {
        let (called, buffer) = upstream::call(worker, pool, request, bounds).await;
        worker.buffers.give_back(buffer);
        if let (Some(trace), Err(error)) = (trace, &called) {
            trace.call_failed(error);
        }
        called.map_err(call_error)
    } else {
        // Boxed: the rare path must not enlarge every connection's future.
        let streamed = streamed::answer(worker, &call, client, looked, context, request, back_end);
        return Box::pin(streamed).await;
    };
    note(worker, &called, bounds.started, back_end);
    proxied::respond(worker, &call, called?, &mut client.sink, looked, (context, None)).await
}

fn bounds(worker: &Worker, http: &HttpIntegration, verb: &str, client: &Client<'_, '_>) -> Bounds {
    Bounds {
        started: worker.clock.now(),
        timeout: Duration::from_millis(u64::from(http.timeout_ms)),
        idempotent: is_idempotent(verb),
        head_only: verb == "HEAD",
        client: client.sink.control,
    }
}

/// Integration latency and status, whatever the outcome.
pub(super) fn note(
    worker: &Worker,
    called: &Result<Reply, Failure>,
    started: Moment,
    back_end: &mut BackEnd,
) {
    back_end.latency_us = Some(worker.clock.now().us_since(started));
    let Ok(reply) = called else { return };
    back_end.status = Some(reply.head.status());
    let head = reply.head.view(&reply.upstream.buffer, &reply.upstream.fields);
    let id = head.field(FieldName::XAmznRequestId);
    let is_id = |id: &&[u8]| id.iter().all(|&byte| byte.is_ascii_hexdigit() || byte == b'-');
    back_end.request_id = id.filter(is_id).and_then(|id| id.try_into().ok());
}

/// Writes the upstream's head and what of the body is at hand; whether that is all of it.
fn write_request(
    call: &Call<'_>,
    client: &mut Client<'_, '_>,
    context: &Context<'_>,
    (text, framing): (Option<&str>, Framing),
    out: &mut Vec<u8>,
) -> Result<bool, GatewayError> {
    let http = call.http;
    if let Some(text) = text {
        let length = BodyLength::Length(text.len() as u64);
        write_request_head(http, &call.pool.endpoint, context, length, out)?;
        out.extend_from_slice(text.as_bytes());
        return Ok(true);
    }
    let length = match framing {
        Framing::None => BodyLength::None,
        Framing::Length(length) => BodyLength::Length(length),
        Framing::Chunked => BodyLength::Chunked,
    };
    write_request_head(http, &call.pool.endpoint, context, length, out)?;
    let to = ToUpstream::from(framing);
    let body = &mut client.source.body;
    body.take_early(|data| duplex::append(out, to, data)).map_err(body_error)?;
    if body.is_done() && to == ToUpstream::Chunked {
        out.extend_from_slice(b"0\r\n\r\n");
    }
    Ok(body.is_done())
}

/// Who signs the calls, where they are signed.
async fn signer(
    worker: &Worker,
    http: &HttpIntegration,
    trace: Option<&Trace>,
) -> Result<Option<Signer>, GatewayError> {
    let Some(signing) = &http.signing else { return Ok(None) };
    let signer = worker.signers.signer(worker, signing).await;
    let explain = |error: &GatewayError| {
        trace.inspect(|trace| trace.misconfigured(&error.cause.0));
    };
    signer.inspect_err(explain).map(Some)
}

/// Adds the signature that a call needs: nothing is called without it. `request` is a complete
/// head.
pub(super) fn sign(
    worker: &Worker,
    call: &Call<'_>,
    body: &[u8],
    request: &mut Vec<u8>,
) -> Result<(), GatewayError> {
    let (signing, signer) = match (&call.http.signing, call.signer) {
        (None, _) => return Ok(()),
        (Some(signing), Some(signer)) => (signing, signer),
        (Some(_), None) => return Err(GatewayError::configuration("nobody signs the call")),
    };
    let now = worker.clock.unix_ms(clock::recent()) / 1_000;
    let signed = signer.borrow_mut().sign(signing, 0, body, now, request);
    signed.map_err(|error| GatewayError::configuration(error.0))
}

fn is_idempotent(method: &str) -> bool {
    matches!(method, "GET" | "HEAD" | "PUT" | "DELETE" | "OPTIONS" | "TRACE")
}

fn invalid_endpoint(http: &HttpIntegration) -> GatewayError {
    let mut error = GatewayError::configuration("");
    let why = http.endpoint.as_ref().err().map_or("no endpoint", |invalid| &invalid.0);
    error.cause = Cause(format!("invalid endpoint address: {why}").into());
    error
}

/// What the client gets for a call that failed.
pub(super) fn call_error(error: CallError) -> Failure {
    let (response_type, status, cause) = match error {
        CallError::ClientGone => return Failure::Closed(Closed::ClientGone),
        CallError::Elapsed | CallError::Connect(ConnectError::Elapsed) => {
            (ResponseType::IntegrationTimeout, None, "integration timeout".into())
        }
        // aws-facts 115: a host that does not exist is an internal error, not a gateway timeout.
        CallError::Connect(ConnectError::Unresolved) => {
            (ResponseType::IntegrationFailure, Some(500), "the host has no address".into())
        }
        CallError::Connect(ConnectError::Forbidden(address, why)) => {
            let what = match why {
                Forbidden::Special => "is not one that integrations may call",
                Forbidden::Own => "is a port of Ringway itself",
            };
            let cause = format!("the address {address} {what} (--allow-upstream)");
            (ResponseType::IntegrationFailure, Some(500), cause)
        }
        CallError::Connect(ConnectError::Network(error)) => {
            (ResponseType::IntegrationFailure, None, format!("cannot connect: {error}"))
        }
        CallError::Network(error) => {
            (ResponseType::IntegrationFailure, None, format!("connection broke: {error}"))
        }
        CallError::Garbage(error) => (
            ResponseType::IntegrationFailure,
            Some(502),
            format!("the back end's answer is no HTTP response: {}", error.reason()),
        ),
    };
    let mut error = GatewayError::new(response_type, "");
    if let Some(status) = status {
        error = error.status(status).message("Internal server error");
    }
    error.cause = Cause(cause.into());
    Failure::Gateway(error)
}
