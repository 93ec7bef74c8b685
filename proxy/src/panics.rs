//! A panic loses one request, never a worker.

use std::any::Any;
use std::future::{Future, poll_fn};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::Pin;
use std::task::Poll;

use ringway_core::error::{Cause, GatewayError};

/// A caught panic.
pub(crate) struct Panic(Box<dyn Any + Send>);

impl Panic {
    /// 500; the panic's message goes to the log.
    pub(crate) fn into_error(self) -> GatewayError {
        let text = self.0.downcast_ref::<&str>().copied();
        let text = text.or_else(|| self.0.downcast_ref::<String>().map(String::as_str));
        let mut error = GatewayError::configuration("");
        error.cause = Cause(format!("panic: {}", text.unwrap_or("no message")).into());
        error
    }
}

/// Polls a future; a panic inside becomes an error. The future is not polled again after it.
pub(crate) async fn caught<F: Future>(mut future: Pin<&mut F>) -> Result<F::Output, Panic> {
    poll_fn(|cx| {
        // What the future borrowed is per request and dropped with it.
        match catch_unwind(AssertUnwindSafe(|| future.as_mut().poll(cx))) {
            Ok(Poll::Pending) => Poll::Pending,
            Ok(Poll::Ready(output)) => Poll::Ready(Ok(output)),
            Err(panic) => Poll::Ready(Err(Panic(panic))),
        }
    })
    .await
}
