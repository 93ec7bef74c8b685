//! A client connection: what it keeps while it waits, and the wait itself.
//!
//! A connection is idle most of its life, so its task holds only what waiting needs: the socket,
//! the read under way and its buffer. Everything a request needs lives in
//! [`Connection::requests`], in a box that exists while requests come.

use std::future::Future;
use std::io;
use std::pin::pin;
use std::rc::Rc;
use std::sync::Arc;
use std::time::Duration;

use ringway_core::http::Fields;
use ringway_core::limits::{
    CLIENT_IDLE_MS, CONNECTION_READ_BYTES, IDLE_RELEASE_MS, TLS_HANDSHAKE_MS,
};
use ringway_core::link::Counter;
use rustls::ServerConfig;

use crate::client::Peer;
use crate::deadlines::{Cancel, Limit};
use crate::first::{self, First};
use crate::registry::Entry;
use crate::socket::{Control, Lent, Reader, Stream, Writer};
use crate::worker::Worker;
use crate::{clock, panics, timer, tls};

/// Pause before an idle connection is closed while draining: a request may be on its way.
const DRAIN_IDLE_GRACE_MS: u64 = 100;

/// A client's connection.
pub(crate) struct Connection {
    pub(crate) reader: Reader,
    pub(crate) writer: Writer,
    pub(crate) control: Control,
    pub(crate) peer: Peer,
    /// The head buffer.
    pub(crate) input: Vec<u8>,
    pub(crate) fields: Fields,
    pub(crate) out: Vec<u8>,
}

/// Why serving requests stopped.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Pause {
    /// No request came for a while.
    Idle,
    /// The connection is to be closed.
    Close,
}

/// The client closed, or was idle for too long.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Gone;

/// Counts a connection among others of its state for as long as it lives.
struct Counted<'c>(&'c Counter);

impl<'c> Counted<'c> {
    fn among(counter: &'c Counter) -> Self {
        counter.add(1);
        Self(counter)
    }
}

impl Drop for Counted<'_> {
    fn drop(&mut self) {
        self.0.sub(1);
    }
}

/// Serves a client until its connection ends; a panic ends only this connection.
///
/// Blocks instead of functions: an `async fn` keeps room for its arguments as long as it runs.
pub(crate) fn serve(
    worker: Rc<Worker>,
    stream: Stream,
    peer: Peer,
    tls: Option<Arc<ServerConfig>>,
) -> impl Future<Output = ()> {
    let control = stream.control();
    let (plain, handshake) = match tls {
        None => (Some(stream.split()), None),
        Some(config) => (None, Some(Box::pin(handshake(stream, config)))),
    };
    async move {
        let life = pin!(async {
            worker.counters.accepted.add(1);
            let _open = Counted::among(&worker.counters.connections);
            let entry = worker.connections.enter(control);
            let mut connection = match handshake {
                None => {
                    let Some((reader, writer)) = plain else { return };
                    let halves = (Reader::Plain(reader), Writer::Plain(writer));
                    Connection::new(halves, control, peer)
                }
                Some(handshake) => {
                    let Some(halves) = handshake.await else { return };
                    Connection::new(halves, control, peer)
                }
            };
            let place = pin!(None);
            connection.live(&worker, &entry, First::new(place, first::read)).await;
        });
        if panics::caught(life).await.is_err() {
            worker.counters.panics.add(1);
        }
    }
}

/// A client's TLS session; `None` when there will be none.
async fn handshake(stream: Stream, config: Arc<ServerConfig>) -> Option<(Reader, Writer)> {
    let limit = Duration::from_millis(TLS_HANDSHAKE_MS);
    let control = stream.control();
    let limit = Limit::new(limit, Cancel::Shutdown(control));
    let accepted = tls::accept(stream, config).await;
    limit.lift().ok().and_then(|()| accepted.ok())
}

impl Connection {
    fn new((reader, writer): (Reader, Writer), control: Control, peer: Peer) -> Self {
        let (input, fields, out) = (Vec::new(), Fields::new(), Vec::new());
        Self { reader, writer, control, peer, input, fields, out }
    }

    /// Waits and serves by turns, until the end.
    #[allow(clippy::manual_async_fn)] // it would keep room for its arguments too
    fn live<R, S>(
        &mut self,
        worker: &Worker,
        entry: &Entry<'_>,
        mut first: First<'_, R, S>,
    ) -> impl Future<Output = ()>
    where
        R: Future<Output = Lent<usize>>,
        S: Fn(Reader, Vec<u8>) -> R,
    {
        async move {
            let mut limit_ms = CLIENT_IDLE_MS;
            loop {
                entry.park(clock::recent().after(Duration::from_millis(limit_ms)));
                if self.first_bytes(worker, &mut first).await.is_err() {
                    break;
                }
                entry.idle();
                let requests = Box::pin(self.requests(worker, entry, &mut first));
                match requests.await {
                    Pause::Idle => self.release(),
                    Pause::Close => break,
                }
                limit_ms = CLIENT_IDLE_MS - IDLE_RELEASE_MS;
            }
            Box::pin(self.writer.finish()).await;
        }
    }

    /// Waits until the input holds something; who waits for too long is woken by the worker's
    /// chores, because a timer is larger than all the rest.
    async fn first_bytes<R, S>(
        &mut self,
        worker: &Worker,
        first: &mut First<'_, R, S>,
    ) -> Result<(), Gone>
    where
        R: Future<Output = Lent<usize>>,
        S: Fn(Reader, Vec<u8>) -> R,
    {
        let _parked = Counted::among(&worker.counters.parked);
        while self.input.is_empty() {
            if !first.is_under_way() {
                if worker.process.is_draining() && !Box::pin(self.has_late_request()).await {
                    return Err(Gone);
                }
                self.start(first);
            }
            let lent = first.wait().await.ok_or(Gone)?;
            self.take_first(worker, lent)?;
        }
        Ok(())
    }

    /// Starts the read of a request's first bytes, into a buffer that may wait for long.
    pub(crate) fn start<R, S>(&mut self, first: &mut First<'_, R, S>)
    where
        R: Future<Output = Lent<usize>>,
        S: Fn(Reader, Vec<u8>) -> R,
    {
        let mut input = std::mem::take(&mut self.input);
        if input.capacity() != CONNECTION_READ_BYTES {
            input = Vec::with_capacity(CONNECTION_READ_BYTES);
        }
        first.start(self.reader.share(), input);
    }

    /// Takes what the read of a request's first bytes yielded: nothing when a drain ended the wait.
    pub(crate) fn take_first(
        &mut self,
        worker: &Worker,
        (read, input): Lent<usize>,
    ) -> Result<(), Gone> {
        self.input = input;
        match read {
            Ok(0) if worker.process.is_draining() => Ok(()),
            Err(error) if error.kind() == io::ErrorKind::WouldBlock => Ok(()),
            Ok(0) | Err(_) => Err(Gone),
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

    /// Gives back what waiting does not need.
    fn release(&mut self) {
        self.out = Vec::new();
        self.fields = Fields::new();
        self.writer.release();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Size of the future a function returns, without calling it.
    fn future_bytes<A, B, C, D, F: Future>(_: fn(A, B, C, D) -> F) -> usize {
        size_of::<F>()
    }

    /// Guard: an idle connection keeps this future.
    #[test]
    fn a_connection_is_small() {
        let bytes = future_bytes(serve);
        assert!(bytes <= CONNECTION_FUTURE_BYTES_MAX, "{bytes} bytes");
    }

    const CONNECTION_FUTURE_BYTES_MAX: usize = 848;
}
