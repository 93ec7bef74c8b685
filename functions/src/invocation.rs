//! One invocation: what a process is given, and what becomes of it.

use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use bytes::Bytes;
use ringway_core::limits::FUNCTION_TAIL_BYTES_MAX;
use tokio::sync::{mpsc, oneshot};

use crate::concurrency::Permit;

/// What a process is asked to do.
#[derive(Debug)]
pub(crate) struct Invocation {
    pub(crate) request_id: Arc<str>,
    pub(crate) payload: Bytes,
    /// As it was invoked: with the qualifier of the caller.
    pub(crate) arn: Box<str>,
    /// `X-Amzn-Trace-Id`.
    pub(crate) trace: Box<str>,
    /// JSON, of a synchronous invocation.
    pub(crate) client_context: Option<Box<str>>,
    /// What one invocation may take.
    pub(crate) timeout: Duration,
    /// The end of its log, where the caller wants it.
    pub(crate) tail: Option<Arc<Tail>>,
    /// Who waits for it; gone once it is told.
    pub(crate) reply: Option<oneshot::Sender<Reply>>,
    /// Told when a process has it.
    pub(crate) taken: Option<oneshot::Sender<Instant>>,
    /// Its place among the concurrent executions, given back when it is dropped.
    pub(crate) _permit: Permit,
}

/// What became of an invocation.
#[derive(Debug)]
pub(crate) enum Reply {
    /// The function's answer.
    Answered(Bytes),
    /// The function's answer, which goes on arriving.
    Streamed(mpsc::Receiver<Piece>),
    /// The function says that it failed; in its own words.
    Failed(Bytes),
    /// The answer is longer than an answer may be.
    TooLarge,
    /// Its process is gone; `exit status 1`.
    Exited(String),
    /// Its process could not be started, or not get ready; in words of its own, as JSON.
    NotReady(Bytes),
    /// No process ever had it: it may be tried with another.
    NotTaken(Box<Invocation>),
}

/// A piece of a streamed answer. A stream without [`Piece::End`] was cut off.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Piece {
    Bytes(Bytes),
    /// It is complete.
    End,
    /// The function failed on the way: type, and what it says.
    Failed {
        error_type: Box<str>,
        details: Box<str>,
    },
}

/// The last bytes of an invocation's log.
#[derive(Debug, Default)]
pub(crate) struct Tail(Mutex<Vec<u8>>);

impl Tail {
    /// A line, with its line feed.
    pub(crate) fn line(&self, line: &[u8]) {
        let mut kept = self.0.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        kept.extend_from_slice(line);
        kept.push(b'\n');
        let surplus = kept.len().saturating_sub(FUNCTION_TAIL_BYTES_MAX);
        kept.drain(..surplus);
    }

    /// What there is.
    pub(crate) fn bytes(&self) -> Vec<u8> {
        self.0.lock().unwrap_or_else(std::sync::PoisonError::into_inner).clone()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_tail_is_the_end() {
        let tail = Tail::default();
        tail.line(&[b'a'; FUNCTION_TAIL_BYTES_MAX]);
        tail.line(b"the end");
        let bytes = tail.bytes();
        assert_eq!(bytes.len(), FUNCTION_TAIL_BYTES_MAX);
        assert!(bytes.ends_with(b"aaa\nthe end\n"));
    }
}
