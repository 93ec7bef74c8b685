//! A client connection: heads in, one request after the other through the pipeline.
//!
//! The head buffer is frozen while a request is served, so a head borrows it; bodies come in other
//! buffers.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use ringway_core::http::{Fields, HeadError, ParsedHead, Version, parse_request_head};
use ringway_core::limits::{
    CLIENT_HEAD_MS, CLIENT_IDLE_MS, CONNECTION_BUFFER_BYTES, LINGER_MS, REQUEST_HEAD_BYTES_MAX,
    TLS_HANDSHAKE_MS,
};
use rustls::ServerConfig;

use crate::body::RequestBody;
use crate::client::{Client, Sink, Source};
use crate::deadlines::{Cancel, Limit};
use crate::ending::Next;
use crate::pipeline;
use crate::socket::{Control, Reader, Stream, Writer};
use crate::worker::Worker;
use crate::{timer, tls};

/// Pause before an idle connection is closed while draining: a request may be on its way.
const DRAIN_IDLE_GRACE_MS: u64 = 100;

struct Connection {
    reader: Reader,
    writer: Writer,
    control: Control,
    peer: SocketAddr,
    /// The head buffer.
    input: Vec<u8>,
    fields: Fields,
    out: Vec<u8>,
}

/// How waiting for a head ended without one.
enum NoHead {
    /// Closed, idle for too long, or too slow.
    Close,
    /// Refused.
    Refuse(HeadError),
}

/// Counts an open connection, however it ends.
struct Open<'w>(&'w Worker);

impl<'w> Open<'w> {
    fn new(worker: &'w Worker) -> Self {
        worker.counters.connections.add(1);
        Self(worker)
    }
}

impl Drop for Open<'_> {
    fn drop(&mut self) {
        self.0.counters.connections.sub(1);
    }
}

/// Serves a client until its connection ends.
pub(crate) async fn serve(
    worker: &Worker,
    stream: Stream,
    peer: SocketAddr,
    tls: Option<Arc<ServerConfig>>,
) {
    worker.counters.accepted.add(1);
    let _open = Open::new(worker);
    let control = stream.control();
    let entry = worker.connections.enter(control);
    let halves = match tls {
        None => {
            let (reader, writer) = stream.split();
            Some((Reader::Plain(reader), Writer::Plain(writer)))
        }
        Some(config) => {
            let limit = Duration::from_millis(TLS_HANDSHAKE_MS);
            let limit = Limit::new(limit, Cancel::Shutdown(control));
            let accepted = Box::pin(tls::accept(stream, config)).await;
            limit.lift().ok().and(accepted.ok())
        }
    };
    if let Some((reader, writer)) = halves {
        let mut connection = Connection {
            reader,
            writer,
            control,
            peer,
            input: Vec::with_capacity(CONNECTION_BUFFER_BYTES),
            fields: Fields::default(),
            out: Vec::with_capacity(CONNECTION_BUFFER_BYTES),
        };
        loop {
            entry.idle();
            let head = connection.next_head(worker).await;
            entry.serving();
            let next = match head {
                Ok(head) => connection.serve_one(worker, head).await,
                Err(NoHead::Refuse(error)) => Box::pin(connection.refuse(worker, &error)).await,
                Err(NoHead::Close) => Next::Close,
            };
            match next {
                Next::KeepAlive => {}
                Next::Linger => {
                    Box::pin(connection.linger()).await;
                    break;
                }
                Next::Close => break,
            }
        }
        connection.writer.finish().await;
    }
}

impl Connection {
    async fn next_head(&mut self, worker: &Worker) -> Result<ParsedHead, NoHead> {
        let mut first_byte = None;
        let mut parsed = 0;
        loop {
            // A line more is needed for a parse to make progress.
            if self.input[parsed..].contains(&b'\n') || self.input.len() > REQUEST_HEAD_BYTES_MAX {
                parsed = self.input.len();
                match parse_request_head(&self.input, &mut self.fields) {
                    Ok(Some(head)) => return Ok(head),
                    Ok(None) => {}
                    Err(error) => return Err(NoHead::Refuse(error)),
                }
            }
            let limit_ms = if self.input.is_empty() {
                if worker.process.is_draining() && !self.has_late_request().await {
                    return Err(NoHead::Close);
                }
                CLIENT_IDLE_MS
            } else {
                let now = worker.clock.now();
                let since = *first_byte.get_or_insert(now);
                CLIENT_HEAD_MS.saturating_sub(now.us_since(since) / 1_000).max(1)
            };
            self.read_input(Duration::from_millis(limit_ms), worker).await?;
        }
    }

    async fn read_input(&mut self, limit: Duration, worker: &Worker) -> Result<(), NoHead> {
        let mut input = std::mem::take(&mut self.input);
        if input.len() == input.capacity() {
            input.reserve(REQUEST_HEAD_BYTES_MAX + 1 - input.len().min(REQUEST_HEAD_BYTES_MAX));
        }
        let limit = Limit::new(limit, Cancel::ShutdownRead(self.control));
        let (read, input) = self.reader.read(input).await;
        self.input = input;
        limit.lift().map_err(|_| NoHead::Close)?;
        match read {
            Ok(0) if worker.process.is_draining() && self.input.is_empty() => Ok(()),
            Ok(0) | Err(_) => Err(NoHead::Close),
            Ok(_) => Ok(()),
        }
    }

    /// While draining: a request that was on its way when the drain began is still served.
    async fn has_late_request(&self) -> bool {
        if !self.control.readable() {
            timer::sleep(Duration::from_millis(DRAIN_IDLE_GRACE_MS)).await;
        }
        self.control.has_bytes()
    }

    async fn serve_one(&mut self, worker: &Worker, head: ParsedHead) -> Next {
        let (next, used, beyond) = {
            let early = &self.input[head.length()..];
            let head = head.view(&self.input, &self.fields);
            let body = RequestBody::new(head.framing(), early, head.expects_continue());
            let mut client = Client {
                source: Source { reader: &mut self.reader, control: self.control, body },
                sink: Sink {
                    writer: &mut self.writer,
                    control: self.control,
                    out: &mut self.out,
                    started: false,
                    keep_alive: head.keep_alive() && !worker.process.is_draining(),
                    omit_body: head.method() == "HEAD",
                    http10: head.version() == Version::Http10,
                    warns: false,
                },
            };
            let mut next = pipeline::serve(worker, &mut client, &head, self.peer).await;
            if matches!(next, Next::KeepAlive) && !client.source.body.is_done() {
                next = Box::pin(drain(worker, &mut client.source)).await;
            }
            let used = self.input.len() - client.source.body.early_left();
            (next, used, client.source.body.into_beyond())
        };
        if used == self.input.len() {
            self.input.clear();
        } else {
            self.input.drain(..used);
        }
        self.input.extend_from_slice(&beyond);
        next
    }

    async fn refuse(&mut self, worker: &Worker, error: &HeadError) -> Next {
        let mut sink = Sink {
            writer: &mut self.writer,
            control: self.control,
            out: &mut self.out,
            started: false,
            keep_alive: false,
            omit_body: false,
            http10: false,
            warns: false,
        };
        pipeline::reject(worker, &mut sink, error, self.peer).await
    }

    /// Closes so that the client gets to read the response: closing with unread bytes would reset.
    async fn linger(&mut self) {
        self.writer.finish().await;
        self.control.shutdown_write();
        // Either way the connection is closed next.
        let _limit = Limit::new(Duration::from_millis(LINGER_MS), Cancel::Shutdown(self.control));
        let mut sunk = std::mem::take(&mut self.input);
        loop {
            sunk.clear();
            let (read, buffer) = self.reader.read(sunk).await;
            sunk = buffer;
            if matches!(read, Ok(0) | Err(_)) {
                break;
            }
        }
    }
}

/// Reads and drops what is left of a body that nobody read.
async fn drain(worker: &Worker, source: &mut Source<'_, '_>) -> Next {
    if source.body.take_early(|_| {}).is_err() {
        return Next::Close;
    }
    let mut buffer = worker.buffers.small();
    while !source.body.is_done() {
        buffer.clear();
        match source.body.read(source.reader, source.control, buffer).await {
            Ok(back) => buffer = back,
            Err(_) => return Next::Close,
        }
    }
    worker.buffers.give_back(buffer);
    Next::KeepAlive
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Size of the future a function returns, without calling it.
    fn future_bytes<A, B, C, D, F: Future>(_: fn(A, B, C, D) -> F) -> usize {
        size_of::<F>()
    }

    /// Guard: an idle connection keeps this future and its buffers.
    #[test]
    fn a_connection_is_small() {
        let bytes = future_bytes(serve);
        assert!(bytes <= CONNECTION_FUTURE_BYTES_MAX, "{bytes} bytes");
    }

    const CONNECTION_FUTURE_BYTES_MAX: usize = 8 * 1024;
}
