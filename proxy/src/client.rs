//! A client's connection as one request sees it.

use std::net::SocketAddr;
use std::time::Duration;

use ringway_core::context::Forwarded;
use ringway_core::integration::{Connection, Delivery};
use ringway_core::limits::{CLIENT_STALL_MS, LARGE_BUFFER_BYTES};

use crate::body::RequestBody;
use crate::compression::Compression;
use crate::deadlines::{Cancel, Limit};
use crate::ending::{Closed, Failure};
use crate::phase::validate::{body_error, body_failure};
use crate::socket::{Control, Reader, Writer};
use crate::trace::Trace;
use crate::worker::Worker;

/// Who sends requests, and where they arrive.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Peer {
    /// The client's address.
    pub(crate) address: SocketAddr,
    /// The gateway's port.
    pub(crate) forwarded: Forwarded,
}

/// Both directions of a client's connection during one request.
pub(crate) struct Client<'c, 'h> {
    /// Where the request's body comes from.
    pub(crate) source: Source<'c, 'h>,
    /// Where the response goes.
    pub(crate) sink: Sink<'c>,
}

/// The request's direction.
pub(crate) struct Source<'c, 'h> {
    /// Socket.
    pub(crate) reader: &'c mut Reader,
    /// Ends it from beside.
    pub(crate) control: Control,
    /// The body.
    pub(crate) body: RequestBody<'h>,
}

/// The response's direction.
pub(crate) struct Sink<'c> {
    /// Socket.
    pub(crate) writer: &'c mut Writer,
    /// Ends it from beside.
    pub(crate) control: Control,
    /// What is to be sent next; sent by [`Self::flush`].
    pub(crate) out: &'c mut Vec<u8>,
    /// Bytes of a final response were sent: no other response can be.
    pub(crate) started: bool,
    /// Another request may follow on this connection.
    pub(crate) keep_alive: bool,
    /// HEAD: bodies are left out.
    pub(crate) omit_body: bool,
    /// HTTP/1.0: no chunked responses.
    pub(crate) http10: bool,
    /// The request asked for a fresh response without being allowed to; its response says so.
    pub(crate) warns: bool,
    /// What the client asked for, where the API compresses.
    pub(crate) compression: Option<Box<Compression>>,
    /// The execution log of a test; no other request has one.
    pub(crate) trace: Option<&'c Trace>,
}

impl Client<'_, '_> {
    /// Reads the body to its end, bounded by the stage's limit.
    pub(crate) async fn read_body(&mut self, worker: &Worker) -> Result<Vec<u8>, Failure> {
        let source = &mut self.source;
        if let Some(whole) = source.body.take_whole() {
            return Ok(whole);
        }
        if source.body.take_expectation() {
            self.sink.invite_body().await?;
        }
        let mut whole = worker.buffers.small();
        source.body.take_early(|data| whole.extend_from_slice(data)).map_err(body_error)?;
        while !source.body.is_done() {
            if whole.len() == whole.capacity() {
                whole.reserve(LARGE_BUFFER_BYTES);
            }
            let read = source.body.read(source.reader, source.control, whole).await;
            whole = read.map_err(body_failure)?;
        }
        Ok(whole)
    }

    /// Before a response that nobody read the body for: takes what of the body is at hand, and
    /// gives
    /// the connection up when too much of it is left.
    pub(crate) fn leave_body(&mut self) {
        if self.source.body.take_early(|_| {}).is_err() || !self.source.body.is_drainable() {
            self.sink.keep_alive = false;
        }
    }
}

impl Sink<'_> {
    /// What the response's head says of its delivery.
    pub(crate) fn delivery<'d>(&mut self, worker: &Worker, date: &'d [u8; 29]) -> Delivery<'d> {
        // A drain may have begun since the request came.
        self.keep_alive &= !worker.process.is_draining();
        let connection = if self.keep_alive { Connection::KeepAlive } else { Connection::Close };
        Delivery { connection, date }
    }

    /// Adds the Warning field of an invalidation that had no effect (AWS's
    /// SUCCEED_WITH_RESPONSE_HEADER; its exact text is not recorded).
    pub(crate) fn write_warning(&mut self) {
        if self.warns {
            self.out.extend_from_slice(
                b"Warning: 199 - \"Cache-Control: max-age=0 needs authorization; ignored\"\r\n",
            );
        }
    }

    /// Sends what is in `out`, in one send.
    pub(crate) async fn flush(&mut self) -> Result<(), Closed> {
        let buffer = std::mem::take(self.out);
        let mut buffer = self.send(buffer).await?;
        buffer.clear();
        *self.out = buffer;
        Ok(())
    }

    /// Sends a whole buffer and gives it back.
    pub(crate) async fn send(&mut self, buffer: Vec<u8>) -> Result<Vec<u8>, Closed> {
        self.started = true;
        let limit =
            Limit::new(Duration::from_millis(CLIENT_STALL_MS), Cancel::Shutdown(self.control));
        let (sent, buffer) = self.writer.write_all(buffer).await;
        match (limit.lift(), sent) {
            (Ok(()), Ok(())) => Ok(buffer),
            (Err(_), _) | (_, Err(_)) => Err(Closed::ClientGone),
        }
    }

    /// Tells the client to send its body.
    pub(crate) async fn invite_body(&mut self) -> Result<(), Closed> {
        self.out.extend_from_slice(b"HTTP/1.1 100 Continue\r\n\r\n");
        self.flush().await?;
        self.started = false;
        Ok(())
    }
}
