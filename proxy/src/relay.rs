//! The one body pump from an upstream to a client, with back-pressure: a piece is read when the
//! piece before it was sent.

use std::time::Duration;

use ringway_core::http::write::chunk_size;

use crate::client::Sink;
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

/// Bytes kept for the response cache while they pass.
#[derive(Debug, Default)]
pub(crate) struct Capture {
    /// The body so far.
    pub(crate) bytes: Vec<u8>,
    /// It grew too large to keep.
    pub(crate) overflowed: bool,
    /// Largest body kept.
    pub(crate) bytes_max: usize,
}

impl Capture {
    fn take(&mut self, data: &[u8]) {
        if self.overflowed || self.bytes.len() + data.len() > self.bytes_max {
            self.overflowed = true;
            self.bytes = Vec::new();
        } else {
            self.bytes.extend_from_slice(data);
        }
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
    stall: Duration,
) -> Result<u64, Closed> {
    let mut sent = 0;
    loop {
        let data = incoming.data();
        if let Some(capture) = &mut capture {
            capture.take(data);
        }
        if framing != ToClient::Nothing {
            sent += data.len() as u64;
        }
        let complete = incoming.is_complete();
        append(sink.out, framing, data, complete);
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
        incoming.fill(worker, stall, sink.control).await?;
        if matches!(framing, ToClient::Length(_) | ToClient::UntilClose) {
            sent += stream_whole_buffers(worker, &mut incoming, sink, &mut capture, stall).await?;
        }
    }
}

/// While more is to come, sends each filled buffer as it is, without a copy.
async fn stream_whole_buffers(
    worker: &Worker,
    incoming: &mut Incoming,
    sink: &mut Sink<'_>,
    capture: &mut Option<&mut Capture>,
    stall: Duration,
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
        incoming.fill(worker, stall, sink.control).await?;
    }
    Ok(sent)
}

fn append(out: &mut Vec<u8>, framing: ToClient, data: &[u8], complete: bool) {
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

/// Sends what `sink.out` holds and a text behind it.
pub(crate) async fn send_text(
    sink: &mut Sink<'_>,
    framing: ToClient,
    text: &[u8],
    capture: Option<&mut Capture>,
) -> Result<u64, Closed> {
    if let Some(capture) = capture {
        capture.take(text);
    }
    append(sink.out, framing, text, true);
    sink.flush().await?;
    Ok(if framing == ToClient::Nothing { 0 } else { text.len() as u64 })
}
