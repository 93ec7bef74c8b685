//! The stage's response cache: one look-up per request, one fill per key in flight.

use std::pin::pin;
use std::time::Duration;

use ringway_cache::response_cache::{Answer, FillSlot};
use ringway_core::coding::{Coding, codings_in};
use ringway_core::context::Context;
use ringway_core::error::{GatewayError, ResponseType};
use ringway_core::http::FieldName;
use ringway_core::http::write;
use ringway_core::integration::{BodyLength, Own, write_cache_key, write_own_fields};
use ringway_core::limits::{
    CACHE_KEY_BYTES_MAX, CACHED_RESPONSE_BYTES_MAX, INTEGRATION_TIMEOUT_MS_MAX,
};
use ringway_core::snapshot::{InvalidationRule, Method, MethodCache};

use crate::applied::AppliedStage;
use crate::cached::CachedResponse;
use crate::client::Client;
use crate::clock::{self, Moment};
use crate::ending::{Answered, Failure};
use crate::phase::metrics::CacheUse;
use crate::process::StageResponses;
use crate::relay::{self, Capture, ToClient};
use crate::timer;
use crate::worker::Worker;

/// What the cache says.
pub(crate) enum Looked {
    /// The method is not cached, or the key is being filled by too many others.
    Off,
    /// Kept.
    Hit {
        /// The response.
        response: CachedResponse,
    },
    /// This request fills the key; dropping it lets the next one try.
    Fill(Fill),
    /// Others were waiting; this one goes on its own.
    Miss,
}

/// The duty to fill a key.
pub(crate) struct Fill {
    slot: FillSlot<CachedResponse>,
    key: Box<[u8]>,
    ttl_ns: u64,
}

impl Looked {
    /// The duty to fill, if there is one.
    pub(crate) fn into_fill(self) -> Option<Fill> {
        match self {
            Self::Fill(fill) => Some(fill),
            Self::Off | Self::Hit { .. } | Self::Miss => None,
        }
    }

    /// For the metrics.
    pub(crate) const fn cache_use(&self) -> CacheUse {
        match self {
            Self::Off => CacheUse::None,
            Self::Hit { .. } => CacheUse::Hit,
            Self::Fill(_) | Self::Miss => CacheUse::Miss,
        }
    }
}

impl Fill {
    /// Starts to keep a response of this status whose field lines are these.
    pub(crate) fn capture(
        &self,
        worker: &Worker,
        status: u16,
        fields: &[u8],
        framing: ToClient,
    ) -> Capture {
        Capture::new(worker, (status, &self.key), fields, framing, CACHED_RESPONSE_BYTES_MAX)
    }

    /// Keeps a response that was sent whole. Responses of 500 and above are not kept.
    pub(crate) fn complete(self, worker: &Worker, status: u16, captured: Capture) {
        match captured.response() {
            Some(response) if status < 500 => {
                self.slot.complete(response, self.ttl_ns, worker.clock.now().0);
            }
            _ => self.slot.uncacheable(),
        }
        captured.put_away(worker);
    }
}

/// Looks the request up; waits while another request fills the key.
pub(crate) async fn look_up(
    worker: &Worker,
    stage: &AppliedStage,
    method: &Method,
    context: &Context<'_>,
) -> Result<Looked, GatewayError> {
    let (Some(cache), Some(rule)) = (&stage.cache, &method.cache) else { return Ok(Looked::Off) };
    let mut key = worker.buffers.small();
    write_cache_key(rule, context, &mut key);
    let looked = if key.len() > CACHE_KEY_BYTES_MAX {
        Ok(Looked::Miss)
    } else {
        look_up_key(worker, cache, rule, &key, context).await
    };
    worker.buffers.give_back(key);
    looked
}

async fn look_up_key(
    worker: &Worker,
    cache: &StageResponses,
    rule: &MethodCache,
    key: &[u8],
    context: &Context<'_>,
) -> Result<Looked, GatewayError> {
    if asks_for_fresh(context) {
        match rule.invalidation {
            InvalidationRule::Anyone => cache.invalidate(key),
            InvalidationRule::Forbid => {
                return Err(GatewayError::new(
                    ResponseType::AccessDenied,
                    "Cache-Control: max-age=0 without authorization",
                ));
            }
            InvalidationRule::IgnoreAndWarn | InvalidationRule::Ignore => {}
        }
    }
    let looked = match cache.begin(key, clock::recent().0) {
        Some(answer) => answer,
        None => match wait(worker, cache, key).await {
            Ok(answer) => answer,
            Err(timer::Elapsed) => return Ok(Looked::Miss),
        },
    };
    Ok(match looked {
        // A back end may have coded it for another client.
        Answer::Hit { value, .. } if !is_taken(&value, context) => Looked::Miss,
        Answer::Hit { value, .. } => Looked::Hit { response: value },
        Answer::Fill(slot) => {
            let ttl_ns = u64::from(rule.ttl_seconds) * 1_000_000_000;
            Looked::Fill(Fill { slot, key: key.into(), ttl_ns })
        }
        Answer::Busy => Looked::Miss,
    })
}

/// Whether this client takes a kept response in the coding it has.
fn is_taken(response: &CachedResponse, context: &Context<'_>) -> bool {
    let accepted =
        || context.request.head.into_iter().flat_map(|head| head.values("accept-encoding"));
    !response.has_coding() || Coding::takes(accepted, codings_in(response.fields()))
}

/// Waits while another request fills the key.
async fn wait(
    worker: &Worker,
    cache: &StageResponses,
    key: &[u8],
) -> Result<Answer<CachedResponse>, timer::Elapsed> {
    // As long as the fill itself may take; it ends by its own timeout.
    let limit = Duration::from_millis(u64::from(INTEGRATION_TIMEOUT_MS_MAX));
    let clock = &worker.clock;
    let wait = pin!(cache.wait(key, || clock.now().0));
    timer::or_drop(limit, wait).await
}

/// Whether the response is to say that `Cache-Control: max-age=0` had no effect.
pub(crate) fn warns(method: &Method, context: &Context<'_>) -> bool {
    let rule = method.cache.as_ref().map(|cache| cache.invalidation);
    rule == Some(InvalidationRule::IgnoreAndWarn) && asks_for_fresh(context)
}

/// `Cache-Control: max-age=0` (AWS: "Invalidate an API Gateway cache entry").
fn asks_for_fresh(context: &Context<'_>) -> bool {
    let control = context.request.head.and_then(|head| head.field(FieldName::CacheControl));
    control.is_some_and(|value| {
        value
            .split(|byte| *byte == b',')
            .any(|part| part.trim_ascii().eq_ignore_ascii_case(b"max-age=0"))
    })
}

/// Sends a kept response under this request's own identifiers.
pub(crate) async fn answer(
    worker: &Worker,
    client: &mut Client<'_, '_>,
    response: &CachedResponse,
    context: &Context<'_>,
    received: Moment,
) -> Result<Answered, Failure> {
    client.leave_body();
    let sink = &mut client.sink;
    let date = worker.date(received);
    let own = Own { delivery: sink.delivery(worker, &date), traced: false };
    let bytes = response.body().len() as u64;
    let framing = match response.status() {
        204 | 304 => ToClient::Nothing,
        _ if sink.omit_body => ToClient::Nothing,
        _ => ToClient::Length(bytes),
    };
    let framing =
        sink.compress(framing, bytes, || response.has_coding() || response.status() == 206);
    let length = match framing {
        ToClient::Chunked => BodyLength::Chunked,
        ToClient::Length(_) | ToClient::UntilClose | ToClient::Nothing => BodyLength::Length(bytes),
    };
    write_own_fields(response.status(), context, length, own, sink.out);
    sink.write_warning();
    sink.write_coding();
    sink.out.extend_from_slice(response.fields());
    sink.out.extend_from_slice(write::CRLF);
    let bytes = relay::send_text(sink, framing, response.body(), None).await?;
    Ok(Answered { status: response.status(), bytes })
}
