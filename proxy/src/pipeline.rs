//! The life of a request: the order of its phases, written once.
//!
//! Order as in AWS: method request, API key and usage plan, throttle, validation, response cache,
//! integration. Every exit passes the tail: gateway response, metrics, access log.

use std::pin::pin;

use ringway_core::context::{Client as Caller, Context, Outcome, RequestFacts};
use ringway_core::execution_log::failure;
use ringway_core::http::{FieldName, HeadError, RequestHead};
use ringway_core::limits::PATH_PARAMETERS_MAX;
use ringway_core::router::PathRanges;
use ringway_core::snapshot::{Method, MethodIx};

use crate::applied::{Applied, AppliedMethod, AppliedStage};
use crate::client::{Client, Peer, Sink};
use crate::clock::Moment;
use crate::compression::Compression;
use crate::ending::{Answered, BackEnd, Closed, Failure, Next, TRUNCATED};
use crate::identifiers::{Identifiers, TRACE_ID_BYTES_MAX};
use crate::panics;
use crate::phase::metrics::CacheUse;
use crate::phase::response_cache::Looked;
use crate::phase::{
    access_log, api_key, decompress, gateway_response, integrate, method_request, metrics,
    response_cache, throttle, validate,
};
use crate::worker::Worker;

/// What became known on the way; the tail needs it whatever the end.
struct Seen<'a> {
    stage: Option<&'a AppliedStage>,
    method: Option<MethodIx>,
    path: &'a [u8],
    places: PathRanges,
    caller: Option<Caller<'a>>,
    cache: CacheUse,
    back_end: BackEnd,
}

/// Serves one request; every exit leaves through its tail.
pub(crate) async fn serve<'h>(
    worker: &Worker,
    client: &mut Client<'_, 'h>,
    head: &'h RequestHead<'h>,
    peer: Peer,
) -> Next {
    let applied = worker.applied();
    let received = worker.clock.now();
    let unix_ms = worker.clock.unix_ms(received);
    let identifiers = worker.identifiers.next(unix_ms);
    let request = facts(&identifiers, unix_ms, peer, Some(head));
    let mut seen = Seen::new();
    let ended = {
        let phases = pin!(answer(worker, &applied, client, received, &request, &mut seen));
        panics::caught(phases).await
    };
    let ended = ended.unwrap_or_else(|panic| {
        worker.counters.panics.add(1);
        client.sink.keep_alive = false;
        Err(Failure::Gateway(panic.into_error()))
    });
    if matches!(ended, Err(Failure::Gateway(_))) {
        client.leave_body();
    }
    let slots = seen.parameters();
    let request = seen.facts(&request, &slots);
    let error = match &ended {
        Err(Failure::Gateway(error)) => Some(error),
        Err(Failure::Closed(Closed::Truncated)) => Some(&TRUNCATED),
        Ok(_) | Err(Failure::Closed(Closed::ClientGone)) => None,
    };
    let context = Context { error, ..seen.context(&request) };
    let sent = match ended {
        Ok(answered) => Some(answered),
        Err(Failure::Gateway(_)) => {
            gateway_response::answer(worker, &mut client.sink, &context, received).await
        }
        Err(Failure::Closed(_)) => None,
    };
    tail(worker, &applied, &seen, &context, received, sent);
    match sent {
        None => Next::Close,
        Some(_) if client.sink.keep_alive => Next::KeepAlive,
        Some(_) if client.source.body.is_done() => Next::Close,
        Some(_) => Next::Linger,
    }
}

/// The phases, in their order.
async fn answer<'a>(
    worker: &Worker,
    applied: &'a Applied,
    client: &mut Client<'_, '_>,
    received: Moment,
    request: &RequestFacts<'a>,
    seen: &mut Seen<'a>,
) -> Result<Answered, Failure> {
    let Some(head) = request.head else { return Err(Failure::Closed(Closed::ClientGone)) };

    let snapshot = &*applied.snapshot;
    let (at, path) = method_request::stage(&snapshot.apis, &worker.process.host_suffixes, head)?;
    let stage = applied.stage(at).chosen(|| worker.identifiers.random());
    let account = applied.account(at);
    (seen.stage, seen.path) = (Some(stage), path);
    let ix = method_request::method(&stage.stage, path, head.method(), &mut seen.places)?;
    seen.method = Some(ix);
    let (method, bound) = stage.method(ix);

    let plans = (snapshot.usage(at), &*stage.stage);
    let identified = api_key::identify(&account.account, plans, method, head)?;
    seen.caller = identified.map(|(caller, _)| caller);
    throttle::admit(&worker.process.buckets, received, identified, (stage, ix), account)?;

    let slots = seen.parameters();
    let request = seen.facts(request, &slots);
    let context = seen.context(&request);
    validate::body_size(&mut client.source.body, stage.stage.request_body_bytes_max)?;
    validate::parameters(method, &context)?;
    if let Some(coding) = decompress::coding(&client.source.body, &context)? {
        // Boxed: the rare path must not enlarge every connection's future.
        let bytes_max = stage.stage.request_body_bytes_max;
        Box::pin(decompress::body(worker, client, coding, bytes_max)).await?;
    }
    if !method.models.0.is_empty() {
        Box::pin(validate::body(worker, method, client, &context)).await?;
    }

    let looked = response_cache::look_up(worker, stage, method, &context).await?;
    client.sink.warns = response_cache::warns(method, &context);
    client.sink.compression = Compression::asked(&stage.stage, head);
    seen.cache = looked.cache_use();
    if let Looked::Hit { response, .. } = &looked {
        return response_cache::answer(worker, client, response, &context, received).await;
    }
    integrate::answer(worker, (method, bound), client, looked, &context, &mut seen.back_end).await
}

/// A test of one method: the phases that follow once a caller may call, and the gateway response.
/// It is no request of a stage, so nothing is counted or logged. `None`: nothing could be sent.
pub(crate) async fn test(
    worker: &Worker,
    client: &mut Client<'_, '_>,
    (method, bound): (&Method, &AppliedMethod),
    context: &Context<'_>,
    received: Moment,
) -> Option<Answered> {
    let ended = {
        let phases = pin!(async {
            let bytes_max = context.stage.map_or(u64::MAX, |stage| stage.request_body_bytes_max);
            validate::body_size(&mut client.source.body, bytes_max)?;
            validate::parameters(method, context)?;
            if let Some(coding) = decompress::coding(&client.source.body, context)? {
                Box::pin(decompress::body(worker, client, coding, bytes_max)).await?;
            }
            if !method.models.0.is_empty() {
                Box::pin(validate::body(worker, method, client, context)).await?;
            }
            let (looked, back_end) = (Looked::Off, &mut BackEnd::default());
            integrate::answer(worker, (method, bound), client, looked, context, back_end).await
        });
        panics::caught(phases).await
    };
    let error = match ended.unwrap_or_else(|panic| Err(Failure::Gateway(panic.into_error()))) {
        Ok(answered) => return Some(answered),
        Err(Failure::Gateway(error)) => error,
        Err(Failure::Closed(_)) => TRUNCATED.clone(),
    };
    if let Some(trace) = client.sink.trace {
        trace.fail(failure(&error));
    }
    let context = Context { error: Some(&error), ..*context };
    gateway_response::answer(worker, &mut client.sink, &context, received).await
}

/// Metrics and access log: the end of every request.
fn tail(
    worker: &Worker,
    applied: &Applied,
    seen: &Seen<'_>,
    context: &Context<'_>,
    received: Moment,
    sent: Option<Answered>,
) {
    let (status, response_bytes) = match (sent, context.error) {
        (Some(answered), _) => (answered.status, answered.bytes),
        (None, Some(_)) => (502, 0),
        // As nginx logs it: the client closed before its response was complete.
        (None, None) => (499, 0),
    };
    let outcome = Outcome {
        status,
        response_bytes,
        latency_us: worker.clock.now().us_since(received),
        integration_latency_us: seen.back_end.latency_us,
        integration_status: seen.back_end.status,
        function_status: seen.back_end.function_status,
        integration_request_id: seen.back_end.request_id,
    };
    if status == 499 {
        worker.counters.client_gone.add(1);
    }
    let context = Context { outcome: Some(outcome), ..*context };
    match seen.stage {
        Some(stage) => {
            metrics::record(&stage.counters, &outcome, seen.cache);
            access_log::record(worker, stage, &context);
            if status >= 500 {
                access_log::diagnose(worker, applied, &context);
            }
        }
        None => {
            worker.counters.unrouted.add(1);
            access_log::diagnose(worker, applied, &context);
        }
    }
}

/// Answers a head that could not be parsed, with the same tail.
pub(crate) async fn reject(
    worker: &Worker,
    sink: &mut Sink<'_>,
    refused: &HeadError,
    peer: Peer,
) -> Next {
    let applied = worker.applied();
    let received = worker.clock.now();
    let unix_ms = worker.clock.unix_ms(received);
    let identifiers = worker.identifiers.next(unix_ms);
    let request = facts(&identifiers, unix_ms, peer, None);
    let seen = Seen::new();
    let error = gateway_response::of_refused_head(refused);
    let context = Context { error: Some(&error), ..seen.context(&request) };
    worker.counters.malformed.add(1);
    let sent = gateway_response::answer(worker, sink, &context, received).await;
    tail(worker, &applied, &seen, &context, received, sent);
    Next::Linger
}

fn facts<'a>(
    identifiers: &'a Identifiers,
    unix_ms: u64,
    peer: Peer,
    head: Option<&'a RequestHead<'a>>,
) -> RequestFacts<'a> {
    let sent = head.and_then(|head| head.field(FieldName::XAmznTraceId));
    let trace_id = match sent {
        Some(sent) if sent.len() <= TRACE_ID_BYTES_MAX && !sent.is_empty() => sent,
        Some(_) | None => &identifiers.trace_id,
    };
    RequestFacts {
        request_id: &identifiers.request_id,
        extended_request_id: &identifiers.extended_request_id,
        received_unix_ms: unix_ms,
        source_ip: peer.address.ip(),
        forwarded: Some(peer.forwarded),
        trace_id,
        head,
        resource_path_sent: b"",
        path_parameters: &[],
    }
}

impl<'a> Seen<'a> {
    fn new() -> Self {
        Self {
            stage: None,
            method: None,
            path: b"",
            places: PathRanges::default(),
            caller: None,
            cache: CacheUse::None,
            back_end: BackEnd::default(),
        }
    }

    /// Values of the path parameters.
    fn parameters(&self) -> [&'a [u8]; PATH_PARAMETERS_MAX] {
        let mut values: [&'a [u8]; PATH_PARAMETERS_MAX] = [b""; PATH_PARAMETERS_MAX];
        for (slot, value) in values.iter_mut().zip(self.places.values(self.path)) {
            *slot = value;
        }
        values
    }

    fn facts<'b>(&self, request: &RequestFacts<'b>, values: &'b [&'b [u8]]) -> RequestFacts<'b>
    where
        'a: 'b,
    {
        RequestFacts {
            resource_path_sent: self.path,
            path_parameters: &values[..self.places.len()],
            ..*request
        }
    }

    fn context<'b>(&self, request: &'b RequestFacts<'b>) -> Context<'b>
    where
        'a: 'b,
    {
        let stage = self.stage.map(|stage| &*stage.stage);
        Context {
            request,
            stage,
            method: stage.zip(self.method).map(|(stage, ix)| stage.method(ix)),
            client: self.caller,
            body: None,
            error: None,
            outcome: None,
        }
    }
}
