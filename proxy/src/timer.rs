//! Waiting, and limits for what may be dropped. Reads and writes have theirs in
//! [`deadlines`](crate::deadlines).

use std::future::{Future, poll_fn};
use std::pin::{Pin, pin};
use std::task::Poll;
use std::time::Duration;

/// The limit was reached.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Elapsed;

/// Waits.
pub(crate) async fn sleep(duration: Duration) {
    monoio::time::sleep(duration).await;
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
    let first = poll_fn(|cx| Poll::Ready(operation.as_mut().poll(cx))).await;
    match first {
        Poll::Ready(output) => Ok(output),
        // Boxed: a timer is large, and what is worth a limit seldom waits.
        Poll::Pending => Box::pin(race(limit, operation)).await,
    }
}

async fn race<F: Future>(
    limit: Duration,
    mut operation: Pin<&mut F>,
) -> Result<F::Output, Elapsed> {
    let mut sleep = pin!(monoio::time::sleep(limit));
    poll_fn(|cx| {
        if let Poll::Ready(output) = operation.as_mut().poll(cx) {
            return Poll::Ready(Ok(output));
        }
        sleep.as_mut().poll(cx).map(|()| Err(Elapsed))
    })
    .await
}
