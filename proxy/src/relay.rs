//! The one body pump from an upstream to a client, with back-pressure: a piece is read when the
//! piece before it was sent.

use std::time::Duration;

use ringway_core::http::write::chunk_size;
use ringway_core::limits::{LARGE_BUFFER_BYTES, POOLED_BUFFER_BYTES};

use crate::cached::CachedResponse;
use crate::client::Sink;
use crate::clock::{self, Moment};
use crate::ending::Closed;
use crate::upstream::{Incoming, Pool};
use crate::worker::Worker;

/// How the client learns where the body ends; decided before its head is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum ToClient {
    /// Content-Length.
    Length(u64),
    /// Chunked.
    Chunked,
    /// The end of the connection (HTTP/1.0).
    UntilClose,
    /// No body, e.g. HEAD.
    Nothing,
}

/// How long a back end may take for its response.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Pace {
    /// Between two pieces.
    pub(crate) pause: Duration,
    /// For all of it.
    pub(crate) end: Option<Moment>,
}

impl Pace {
    /// For the next piece.
    ///
    /// # Errors
    /// The time for all of it is over.
    fn limit(&self) -> Result<Duration, Closed> {
        let Some(end) = self.end else { return Ok(self.pause) };
        match end.us_since(clock::recent()) {
            0 => Err(Closed::Truncated),
            left => Ok(Duration::from_micros(left).min(self.pause)),
        }
    }
}

/// A response kept for the cache while it passes, in a buffer of the worker: the memory where it
/// stays is cold, and written once.
#[derive(Debug)]
pub(crate) struct Capture {
    /// What [`CachedResponse::start`] has written, then the body so far.
    bytes: Vec<u8>,
    body_at: usize,
    body_bytes_max: usize,
    overflowed: bool,
}

impl Capture {
    /// Starts to keep a response by its field lines. `framing` tells how long its body will be, so
    /// that the memory is taken once.
    pub(crate) fn new(
        worker: &Worker,
        (status, key): (u16, &[u8]),
        fields: &[u8],
        framing: ToClient,
        body_bytes_max: usize,
    ) -> Self {
        let body = match framing {
            ToClient::Length(length) => {
                usize::try_from(length).ok().filter(|length| *length <= body_bytes_max)
            }
            ToClient::Chunked | ToClient::UntilClose | ToClient::Nothing => None,
        };
        let body_at = CachedResponse::bytes_before_body(key, fields);
        let expected = body_at + body.unwrap_or_default();
        let mut bytes = match expected {
            0..=POOLED_BUFFER_BYTES => worker.buffers.small(),
            _ => Vec::with_capacity(expected),
        };
        let overflowed = !CachedResponse::start(status, key, fields, &mut bytes);
        Self { bytes, body_at, body_bytes_max, overflowed }
    }

    fn take(&mut self, data: &[u8]) {
        if self.overflowed {
            return;
        }
        let body_bytes = self.bytes.len() - self.body_at + data.len();
        if body_bytes > self.body_bytes_max {
            self.overflowed = true;
            self.bytes = Vec::new();
        } else {
            self.bytes.extend_from_slice(data);
        }
    }

    /// What was kept; `None` when it was too long.
    pub(crate) fn response(&self) -> Option<CachedResponse> {
        (!self.overflowed).then(|| CachedResponse::finish(&self.bytes))
    }

    /// Gives the buffer back.
    pub(crate) fn put_away(self, worker: &Worker) {
        worker.buffers.give_back(self.bytes);
    }
}

/// Sends what `sink.out` holds (the response's head) and the body behind it; the upstream goes back
/// to its pool. Returns the body bytes sent.
pub(crate) async fn send(
    worker: &Worker,
    pool: &Pool,
    mut incoming: Incoming,
    sink: &mut Sink<'_>,
    framing: ToClient,
    mut capture: Option<&mut Capture>,
    pace: Pace,
) -> Result<u64, Closed> {
    let mut sent = 0;
    loop {
        let data = incoming.data();
        if let Some(capture) = &mut capture {
            capture.take(data);
        }
        let complete = incoming.is_complete();
        sent += append(sink, framing, data, complete);
        if complete {
            // Before the write: another request may use the connection while this one is sent.
            incoming.finish(worker, pool);
            sink.flush().await?;
            return Ok(sent);
        }
        incoming.consume();
        if !sink.out.is_empty() {
            sink.flush().await?;
        }
        incoming.fill(worker, pace.limit()?, sink.control).await?;
        if matches!(framing, ToClient::Length(_) | ToClient::UntilClose) {
            sent += stream_whole_buffers(worker, &mut incoming, sink, &mut capture, pace).await?;
        }
    }
}

/// While more is to come, sends each filled buffer as it is, without a copy.
async fn stream_whole_buffers(
    worker: &Worker,
    incoming: &mut Incoming,
    sink: &mut Sink<'_>,
    capture: &mut Option<&mut Capture>,
    pace: Pace,
) -> Result<u64, Closed> {
    let mut sent = 0;
    while !incoming.is_complete() {
        if let Some(capture) = capture {
            capture.take(incoming.data());
        }
        sent += incoming.data().len() as u64;
        let buffer = incoming.take_buffer();
        incoming.upstream.buffer = sink.send(buffer).await?;
        incoming.consume();
        incoming.fill(worker, pace.limit()?, sink.control).await?;
    }
    Ok(sent)
}

/// Appends a piece of a body as the client is to get it; returns how many bytes of it that are.
pub(crate) fn append(sink: &mut Sink<'_>, framing: ToClient, data: &[u8], complete: bool) -> u64 {
    if let Some(compression) = &mut sink.compression
        && let Some(piece) = compression.encode(data, complete)
    {
        append_piece(sink.out, framing, piece, complete);
        return piece.len() as u64;
    }
    append_piece(sink.out, framing, data, complete);
    if framing == ToClient::Nothing { 0 } else { data.len() as u64 }
}

fn append_piece(out: &mut Vec<u8>, framing: ToClient, data: &[u8], complete: bool) {
    match framing {
        ToClient::Nothing => {}
        ToClient::Length(_) | ToClient::UntilClose => out.extend_from_slice(data),
        ToClient::Chunked => {
            if !data.is_empty() {
                chunk_size(data.len() as u64, out);
                out.extend_from_slice(data);
                out.extend_from_slice(b"\r\n");
            }
            if complete {
                out.extend_from_slice(b"0\r\n\r\n");
            }
        }
    }
}

/// Sends what `sink.out` holds and a text behind it; one that is compressed in pieces, between
/// which others have their turn.
pub(crate) async fn send_text(
    sink: &mut Sink<'_>,
    framing: ToClient,
    text: &[u8],
    capture: Option<&mut Capture>,
) -> Result<u64, Closed> {
    if let Some(capture) = capture {
        capture.take(text);
    }
    let (mut sent, mut left) = (0, text);
    while framing == ToClient::Chunked && left.len() > LARGE_BUFFER_BYTES {
        let (piece, rest) = left.split_at(LARGE_BUFFER_BYTES);
        sent += append(sink, framing, piece, false);
        sink.flush().await?;
        left = rest;
    }
    sent += append(sink, framing, left, true);
    sink.flush().await?;
    Ok(sent)
}

/// Appends a whole body to a head.
pub(crate) fn append_whole(
    sink: &mut Sink<'_>,
    framing: ToClient,
    text: &[u8],
    capture: Option<&mut Capture>,
) -> u64 {
    if let Some(capture) = capture {
        capture.take(text);
    }
    append(sink, framing, text, true)
}
