//! One connection of the generator: send, read to the last byte, again. Nothing is allocated per
//! request: the request is shared by all connections, the read buffer is kept.

use std::io;
use std::net::SocketAddr;
use std::rc::Rc;
use std::time::Duration;

use super::Expected;
use super::request;
use super::response::{Answer, Reader, Step};
use super::revision;
use super::socket::Socket;
use crate::limits::{HEAD_BYTES_MAX, LOAD_BUFFER_BYTES, PIECE_BYTES};
use crate::stats::Failure;
use crate::trust::Trust;

/// What every exchange of a run has in common.
pub(super) struct Exchange {
    pub(super) address: SocketAddr,
    /// TLS, with these.
    pub(super) trust: Option<Trust>,
    pub(super) request: Rc<Vec<u8>>,
    /// Where in the request its ten-digit number stands, if it has one.
    pub(super) number_at: Option<usize>,
    /// What every response must be.
    pub(super) expected: Expected,
    /// The request is HEAD.
    pub(super) head_only: bool,
    /// From send to the last byte.
    pub(super) timeout: Duration,
}

/// A connection that is made when it is needed.
#[derive(Default)]
pub(super) struct Connection {
    socket: Option<Socket>,
    buffer: Vec<u8>,
    /// The copy of the request that carries this connection's numbers.
    numbered: Vec<u8>,
}

impl Connection {
    pub(super) fn is_open(&self) -> bool {
        self.socket.is_some()
    }

    /// Connects unless connected.
    pub(super) async fn open(&mut self, exchange: &Exchange) -> Result<(), Failure> {
        if self.socket.is_none() {
            let Exchange { address, trust, timeout, .. } = exchange;
            let socket = Socket::connect(*address, trust.as_ref(), *timeout).await;
            self.socket = Some(socket.map_err(|_| Failure::Connect)?);
        }
        Ok(())
    }

    /// One request and its response on an open connection. The connection is closed after a
    /// failure, and when the response says so.
    pub(super) async fn exchange(
        &mut self,
        exchange: &Exchange,
        number: u64,
    ) -> Result<Answer, Failure> {
        let Some(socket) = &mut self.socket else { return Err(Failure::Connect) };
        self.buffer.clear();
        // A read that timed out took the buffer with it.
        self.buffer.reserve(LOAD_BUFFER_BYTES);
        let (buffer, numbered) = (&mut self.buffer, &mut self.numbered);
        let confirmed = match &exchange.expected {
            Expected::Revision(revisions) => revisions.confirmed(),
            Expected::Anything | Expected::Body(_) => 0,
        };
        let answer = monoio::time::timeout(exchange.timeout, async {
            send(socket, exchange, numbered, number).await?;
            let answer = read(socket, buffer, exchange.head_only).await?;
            match &exchange.expected {
                Expected::Body(body)
                    if !buffer.ends_with(body) || answer.body_bytes != body.len() as u64 =>
                {
                    Err(Failure::Body)
                }
                Expected::Revision(_) if answer.status == 200 => {
                    revision::check(buffer, confirmed).map(|()| answer)
                }
                Expected::Anything | Expected::Body(_) | Expected::Revision(_) => Ok(answer),
            }
        });
        let answer = answer.await.unwrap_or(Err(Failure::Timeout));
        if !matches!(answer, Ok(Answer { keep_alive: true, .. })) {
            self.socket = None;
        }
        answer
    }
}

/// Writes the request; a numbered one from this connection's own copy.
async fn send(
    socket: &mut Socket,
    exchange: &Exchange,
    numbered: &mut Vec<u8>,
    number: u64,
) -> Result<(), Failure> {
    let result = match exchange.number_at {
        None => socket.write(Rc::clone(&exchange.request)).await.0,
        Some(at) => {
            // Empty at first, and after a write that timed out took it along.
            if numbered.is_empty() {
                numbered.extend_from_slice(&exchange.request);
            }
            request::write_number(&mut numbered[at..], number);
            let (result, bytes) = socket.write(std::mem::take(numbered)).await;
            *numbered = bytes;
            result
        }
    };
    result.map_err(|error| socket_failure(&error))
}

async fn read(
    socket: &mut Socket,
    buffer: &mut Vec<u8>,
    head_only: bool,
) -> Result<Answer, Failure> {
    let mut reader = Reader::new(head_only);
    loop {
        if socket.read(buffer).await.map_err(|error| socket_failure(&error))? == 0 {
            return reader.close();
        }
        match reader.advance(buffer)? {
            Step::Done(answer) => return Ok(answer),
            Step::More => {
                if buffer.len() == buffer.capacity() {
                    buffer.reserve(HEAD_BYTES_MAX);
                }
            }
            Step::Drained { left } => {
                let filled = buffer.len() == buffer.capacity();
                buffer.clear();
                if filled || left > buffer.capacity() as u64 {
                    buffer.reserve_exact(PIECE_BYTES);
                }
            }
        }
    }
}

fn socket_failure(error: &io::Error) -> Failure {
    match error.kind() {
        io::ErrorKind::UnexpectedEof | io::ErrorKind::WriteZero => Failure::Closed,
        _ => Failure::Socket,
    }
}
