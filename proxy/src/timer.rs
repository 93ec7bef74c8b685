//! Time limits: the only place that races anything.
//!
//! A time limit is: cancel, await the operation, report. Dropping an io_uring operation may lose
//! what it already did; so every race has a `cancel` that makes the operation end by itself
//! (usually `shutdown(2)` on its socket), and the operation is awaited after it. Operations come
//! pinned: a future passed by value would lie twice in the future of its caller.

use std::future::{Future, poll_fn};
use std::pin::{Pin, pin};
use std::task::Poll;
use std::time::{Duration, Instant};

use crate::clock;

/// The limit was reached; the operation has ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Elapsed;

/// How a watched operation was ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Ended {
    /// The limit was reached.
    Elapsed,
    /// The watch said so.
    Gone,
}

/// Waits.
pub(crate) async fn sleep(duration: Duration) {
    monoio::time::sleep(duration).await;
}

/// Runs an operation for at most `limit`; then cancels it and waits for its end.
///
/// # Errors
/// [`Elapsed`] when the limit was reached.
pub(crate) async fn within<F: Future>(
    limit: Duration,
    mut operation: Pin<&mut F>,
    cancel: impl FnOnce(),
) -> Result<F::Output, Elapsed> {
    if let Some(output) = race(&mut operation, clock::recent_instant() + limit).await {
        return Ok(output);
    }
    cancel();
    let _ = operation.await;
    Err(Elapsed)
}

/// Like [`within`], and asks `gone` after every `period`.
///
/// # Errors
/// Why it was ended.
pub(crate) async fn watched<F: Future>(
    limit: Duration,
    period: Duration,
    mut operation: Pin<&mut F>,
    gone: impl Fn() -> bool,
    cancel: impl FnOnce(),
) -> Result<F::Output, Ended> {
    let start = clock::recent_instant();
    let end = start + limit;
    let mut look = start;
    let ended = loop {
        look = end.min(look + period);
        if let Some(output) = race(&mut operation, look).await {
            return Ok(output);
        }
        if gone() {
            break Ended::Gone;
        }
        if look == end {
            break Ended::Elapsed;
        }
    };
    cancel();
    let _ = operation.await;
    Err(ended)
}

/// The operation's output, or `None` when the time was over first; the operation stays pinned with
/// the caller, who must go on with it or cancel it.
async fn race<F: Future>(operation: &mut Pin<&mut F>, end: Instant) -> Option<F::Output> {
    let mut sleep = pin!(monoio::time::sleep_until(end.into()));
    poll_fn(|cx| {
        if let Poll::Ready(output) = operation.as_mut().poll(cx) {
            return Poll::Ready(Some(output));
        }
        sleep.as_mut().poll(cx).map(|()| None)
    })
    .await
}

/// Runs an operation that may be dropped (a poll, a waker in a list; never a read or a write) for
/// at most `limit`.
///
/// # Errors
/// [`Elapsed`] when the limit was reached.
pub(crate) async fn or_drop<F: Future>(
    limit: Duration,
    mut operation: Pin<&mut F>,
) -> Result<F::Output, Elapsed> {
    race(&mut operation, clock::recent_instant() + limit).await.ok_or(Elapsed)
}
