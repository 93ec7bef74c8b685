//! One call to an upstream whose request is complete: send, and read the response head.
//!
//! A pooled connection may have gone stale; an idempotent call is then repeated once, on a fresh
//! one.

use std::io;
use std::time::Duration;

use ringway_core::http::{HeadError, ParsedResponse, parse_response};
use ringway_core::limits::UPSTREAM_HEAD_BYTES_MAX;

use super::{ConnectError, Pool, Upstream};
use crate::clock::{self, Moment};
use crate::deadlines::{Cancel, Ended, Limit};
use crate::socket::{Control, Lent};
use crate::worker::Worker;

/// A response head in its connection's buffer; the body follows.
pub(crate) struct Reply {
    /// Where it came from.
    pub(crate) upstream: Box<Upstream>,
    /// The head.
    pub(crate) head: ParsedResponse,
    /// The connection may serve another call: its request was sent whole.
    pub(crate) reusable: bool,
}

/// Why there is no response.
#[derive(Debug)]
pub(crate) enum CallError {
    /// No connection.
    Connect(ConnectError),
    /// The connection broke before the head was complete.
    Network(io::Error),
    /// What came is no HTTP response.
    Garbage(HeadError),
    /// The integration timeout.
    Elapsed,
    /// The client went away meanwhile.
    ClientGone,
}

impl From<Ended> for CallError {
    fn from(ended: Ended) -> Self {
        match ended {
            Ended::Elapsed => Self::Elapsed,
            Ended::Gone => Self::ClientGone,
        }
    }
}

/// What bounds a call.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Bounds {
    /// When the call started.
    pub(crate) started: Moment,
    /// Integration timeout.
    pub(crate) timeout: Duration,
    /// The verb may be repeated (RFC 9110 section 9.2.2).
    pub(crate) idempotent: bool,
    /// The verb is HEAD: the response has no body.
    pub(crate) head_only: bool,
    /// The client, watched while the upstream thinks.
    pub(crate) client: Control,
}

impl Bounds {
    /// What is left of the timeout.
    pub(crate) fn left(&self, now: Moment) -> Duration {
        self.timeout.saturating_sub(Duration::from_micros(now.us_since(self.started)))
    }
}

/// How one attempt failed.
enum Broken {
    /// Before a byte of a response: the connection may have been stale.
    Unanswered(io::Error),
    Network(io::Error),
    Garbage(HeadError),
}

/// Calls; the request buffer comes back.
pub(crate) async fn call(
    worker: &Worker,
    pool: &Pool,
    mut request: Vec<u8>,
    bounds: Bounds,
) -> (Result<Reply, CallError>, Vec<u8>) {
    let mut pooled = take_pooled(pool, clock::recent(), bounds.idempotent);
    loop {
        let mut upstream = match pooled.take() {
            Some(upstream) => upstream,
            None => {
                let left = bounds.left(clock::recent());
                match Upstream::connect(worker, &pool.endpoint, left).await {
                    Ok(upstream) => upstream,
                    Err(error) => return (Err(CallError::Connect(error)), request),
                }
            }
        };
        let control = upstream.control;
        let left = bounds.left(clock::recent());
        let limit = Limit::watching(left, bounds.client, Cancel::Shutdown(control));
        let (outcome, buffer) = upstream.exchange(request, bounds.head_only).await;
        request = buffer;
        if let Err(ended) = limit.lift() {
            return (Err(ended.into()), request);
        }
        match outcome {
            Ok(head) => return (Ok(Reply { upstream, head, reusable: true }), request),
            Err(Broken::Unanswered(_)) if upstream.reused && bounds.idempotent => {
                worker.counters.upstream_retries.add(1);
                worker.clock.now();
            }
            Err(Broken::Unanswered(error) | Broken::Network(error)) => {
                return (Err(CallError::Network(error)), request);
            }
            Err(Broken::Garbage(error)) => {
                return (Err(CallError::Garbage(error)), request);
            }
        }
    }
}

/// A pooled connection; before a call that cannot be repeated, one that still looks alive.
pub(crate) fn take_pooled(pool: &Pool, now: Moment, idempotent: bool) -> Option<Box<Upstream>> {
    loop {
        let upstream = pool.check_out(now)?;
        if idempotent || !upstream.control.readable() {
            return Some(upstream);
        }
    }
}

impl Upstream {
    /// Sends a complete request and reads the head of its response.
    async fn exchange(
        &mut self,
        request: Vec<u8>,
        head_only: bool,
    ) -> (Result<ParsedResponse, Broken>, Vec<u8>) {
        let (sent, request) = self.writer.write_all(request).await;
        if let Err(error) = sent {
            return (Err(Broken::Unanswered(error)), request);
        }
        (self.read_head(head_only).await, request)
    }

    async fn read_head(&mut self, head_only: bool) -> Result<ParsedResponse, Broken> {
        loop {
            if !self.buffer.is_empty() {
                let parsed = parse_response(&self.buffer, &mut self.fields, head_only);
                match parsed.map_err(Broken::Garbage)? {
                    // 100 and 103 are for the gateway, which asked for neither.
                    Some((head, length)) if head.is_interim() => {
                        self.buffer.drain(..length);
                        continue;
                    }
                    Some((head, _)) => return Ok(head),
                    None => {}
                }
            }
            let buffer = self.room_for_head();
            let (read, buffer): Lent<usize> = self.reader.read(buffer).await;
            self.buffer = buffer;
            match read {
                Ok(0) if self.buffer.is_empty() => {
                    return Err(Broken::Unanswered(io::ErrorKind::UnexpectedEof.into()));
                }
                Ok(0) => return Err(Broken::Network(io::ErrorKind::UnexpectedEof.into())),
                Ok(_) => {}
                Err(error) if self.buffer.is_empty() => return Err(Broken::Unanswered(error)),
                Err(error) => return Err(Broken::Network(error)),
            }
        }
    }

    fn room_for_head(&mut self) -> Vec<u8> {
        let mut buffer = std::mem::take(&mut self.buffer);
        if buffer.len() == buffer.capacity() {
            // The parser refuses a longer head, so this grows at most once.
            buffer.reserve_exact(
                UPSTREAM_HEAD_BYTES_MAX + 1 - buffer.len().min(UPSTREAM_HEAD_BYTES_MAX),
            );
        }
        buffer
    }

    /// Reads a response head while the request is still being sent by someone else.
    pub(crate) async fn receive(&mut self, head_only: bool) -> Result<ParsedResponse, CallError> {
        self.read_head(head_only).await.map_err(|broken| match broken {
            Broken::Unanswered(error) | Broken::Network(error) => CallError::Network(error),
            Broken::Garbage(error) => CallError::Garbage(error),
        })
    }
}
