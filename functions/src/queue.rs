//! Asynchronous invocations: events that wait for room, and are tried again when a function fails
//! (<https://docs.aws.amazon.com/lambda/latest/dg/invocation-async-error-handling.html>). They are
//! in memory alone: those that wait when the process ends are lost, and said so.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use ringway_core::limits::{
    FUNCTION_EVENT_AGE_SECONDS_MAX, FUNCTION_EVENTS_BYTES_MAX, FUNCTION_EVENTS_MAX,
    FUNCTION_RETRIES_MAX,
};
use tokio::time::sleep;

use crate::dispatch::{self, Event, Outcome};
use crate::error::LambdaError;
use crate::invocation::Piece;
use crate::name::Reference;
use crate::registry::Registry;

/// First and longest pause of an event that finds no room.
const ROOM_MS: u64 = 100;
const ROOM_MS_MAX: u64 = 60_000;

/// What waits and runs.
#[derive(Debug)]
pub(crate) struct Queue {
    events: AtomicUsize,
    bytes: AtomicUsize,
    /// Before the first try after a failure; twice as long before the second.
    retry: Duration,
}

/// The place of an event; given back when it is dropped.
#[derive(Debug)]
struct Place {
    queue: Arc<Queue>,
    bytes: usize,
}

impl Drop for Place {
    fn drop(&mut self) {
        self.queue.events.fetch_sub(1, Ordering::AcqRel);
        self.queue.bytes.fetch_sub(self.bytes, Ordering::AcqRel);
    }
}

impl Queue {
    pub(crate) fn new(retry: Duration) -> Arc<Self> {
        let (events, bytes) = (AtomicUsize::new(0), AtomicUsize::new(0));
        Arc::new(Self { events, bytes, retry })
    }

    /// Events that wait or run.
    pub(crate) fn count(&self) -> usize {
        self.events.load(Ordering::Acquire)
    }

    /// Takes an event.
    ///
    /// # Errors
    /// There is no room for it.
    pub(crate) fn add(
        self: &Arc<Self>,
        registry: &Arc<Registry>,
        reference: Reference,
        event: Event,
    ) -> Result<(), LambdaError> {
        let bytes = event.payload.len();
        let within = |max: usize, more: usize| {
            move |count: usize| Some(count + more).filter(|count| *count <= max)
        };
        let full = || LambdaError::throttled("CallerRateLimitExceeded");
        let (release, acquire) = (Ordering::AcqRel, Ordering::Acquire);
        let room = within(FUNCTION_EVENTS_MAX, 1);
        self.events.fetch_update(release, acquire, room).map_err(|_| full())?;
        let room = within(FUNCTION_EVENTS_BYTES_MAX, bytes);
        if self.bytes.fetch_update(release, acquire, room).is_err() {
            self.events.fetch_sub(1, release);
            return Err(full());
        }
        let place = Place { queue: Arc::clone(self), bytes };
        tokio::spawn(deliver(Arc::clone(registry), reference, event, place));
        Ok(())
    }
}

/// Runs an event until it succeeds, or was tried often enough, or got too old.
async fn deliver(registry: Arc<Registry>, reference: Reference, event: Event, place: Place) {
    let (host, began) = (Arc::clone(registry.host()), Instant::now());
    let told = |what: &str| {
        let (name, id) = (reference.name.as_bytes(), event.request_id.as_bytes());
        host.log.line(&[b"[", name, b"] ", id, b" ", what.as_bytes()]);
    };
    let (mut failures, mut pause) = (0, Duration::from_millis(ROOM_MS));
    loop {
        let qualifier = reference.qualifier.as_deref();
        let found = registry.expect(&reference.name, qualifier).and_then(|function| {
            let version = Arc::clone(function.version(&host.owner, qualifier)?);
            Ok((function, version))
        });
        let Ok((function, version)) = found else {
            return told("event dropped: the function is gone");
        };
        let Ok(permit) = host.concurrency.enter(&function.in_flight, function.reserved) else {
            if began.elapsed() > Duration::from_secs(FUNCTION_EVENT_AGE_SECONDS_MAX) {
                return told("event dropped: it found no room and is too old");
            }
            sleep(pause).await;
            pause = (pause * 2).min(Duration::from_millis(ROOM_MS_MAX));
            continue;
        };
        match dispatch::run(&host, &version, event.clone(), permit).await {
            Outcome::Answered(_) => return,
            Outcome::Streamed(mut pieces) => {
                let mut last = None;
                while let Some(piece) = pieces.recv().await {
                    last = Some(piece);
                }
                if last == Some(Piece::End) {
                    return;
                }
            }
            Outcome::Failed(_) => {}
        }
        failures += 1;
        if failures > FUNCTION_RETRIES_MAX {
            return told("event dropped: it failed three times");
        }
        sleep(place.queue.retry * failures).await;
    }
}
