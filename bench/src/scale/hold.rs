//! Connections that are held open: unused, idle after an answer, or waiting for one.

use std::io::{self, Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::time::Duration;

use rustls::{ClientConnection, StreamOwned};

use crate::limits::{PROBE_BYTES_MAX, PROBE_TIMEOUT_MS};
use crate::run::probe;
use crate::trust::Trust;

/// What a held connection has behind it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum State {
    /// Nothing: it is only open.
    Unused,
    /// One request, answered in full; the connection is kept alive.
    Answered,
    /// One request; nobody reads the answer.
    Waiting,
}

/// A connection of either kind.
enum Stream {
    Plain(TcpStream),
    Tls(Box<StreamOwned<ClientConnection, TcpStream>>),
}

/// A growing set of connections to one address; closed when dropped.
pub(crate) struct Held {
    address: SocketAddr,
    request: Vec<u8>,
    state: State,
    trust: Option<Trust>,
    streams: Vec<Stream>,
    buffer: Vec<u8>,
}

impl Held {
    /// None yet; each will GET `path`.
    pub(crate) fn new(address: SocketAddr, path: &str, state: State) -> Self {
        let request = format!("GET {path} HTTP/1.1\r\nHost: {address}\r\n\r\n").into_bytes();
        Self { address, request, state, trust: None, streams: Vec::new(), buffer: Vec::new() }
    }

    /// The same through TLS.
    pub(crate) fn through_tls(self, trust: Trust) -> Self {
        Self { trust: Some(trust), ..self }
    }

    /// Opens more until there are `count`, one after the other.
    pub(crate) fn grow(&mut self, count: u64) -> io::Result<()> {
        while (self.streams.len() as u64) < count {
            let at = self.streams.len();
            self.open().map_err(|error| {
                io::Error::new(error.kind(), format!("connection {at}: {error}"))
            })?;
        }
        Ok(())
    }

    fn open(&mut self) -> io::Result<()> {
        let timeout = Duration::from_millis(PROBE_TIMEOUT_MS);
        let tcp = TcpStream::connect_timeout(&self.address, timeout)?;
        tcp.set_read_timeout(Some(timeout))?;
        let mut stream = match &self.trust {
            None => Stream::Plain(tcp),
            Some(trust) => {
                let connection = trust.connection(self.address.ip())?;
                Stream::Tls(Box::new(StreamOwned::new(connection, tcp)))
            }
        };
        match &mut stream {
            Stream::Plain(stream) => self.ask(stream)?,
            Stream::Tls(stream) => self.ask(stream)?,
        }
        self.streams.push(stream);
        Ok(())
    }

    fn ask(&mut self, stream: &mut (impl Read + Write)) -> io::Result<()> {
        if self.state != State::Unused {
            stream.write_all(&self.request)?;
        }
        if self.state == State::Answered { self.answer(stream) } else { Ok(()) }
    }

    /// Reads one answer in full, so that the connection is idle and not half read.
    fn answer(&mut self, stream: &mut impl Read) -> io::Result<()> {
        self.buffer.clear();
        let mut piece = [0; 4096];
        loop {
            match stream.read(&mut piece)? {
                0 => return Err(io::Error::other("closed instead of answered")),
                bytes => self.buffer.extend_from_slice(&piece[..bytes]),
            }
            match probe::parse(&self.buffer) {
                Some(answer) if answer.status == 200 => return Ok(()),
                Some(answer) => {
                    return Err(io::Error::other(format!("answered {}", answer.status)));
                }
                None if self.buffer.len() as u64 > PROBE_BYTES_MAX => {
                    return Err(io::Error::other("the answer has no end"));
                }
                None => {}
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::upstream::{Config, Upstream};

    #[test]
    fn answered_ones_were_answered_and_stay_open() {
        let upstream = Upstream::start(Config::new()).unwrap();
        let mut held = Held::new(upstream.address, "/", State::Answered);
        held.grow(3).unwrap();
        held.grow(2).unwrap();
        held.grow(5).unwrap();
        assert_eq!((held.streams.len(), upstream.served()), (5, 5));
        for stream in &held.streams {
            let Stream::Plain(stream) = stream else { panic!("nobody asked for TLS") };
            stream.set_nonblocking(true).unwrap();
            let error = stream.peek(&mut [0]).unwrap_err();
            assert_eq!(error.kind(), io::ErrorKind::WouldBlock, "open, with nothing to read");
        }
    }

    #[test]
    fn unused_and_waiting_ones_have_no_answer() {
        let upstream = Upstream::start(Config::new()).unwrap();
        Held::new(upstream.address, "/", State::Unused).grow(3).unwrap();
        let mut waiting = Held::new(upstream.address, "/delay/600000", State::Waiting);
        waiting.grow(3).unwrap();
        assert_eq!(upstream.served(), 0);
    }

    #[test]
    fn a_refusal_is_an_error_with_its_status() {
        let upstream = Upstream::start(Config::new()).unwrap();
        let mut held = Held::new(upstream.address, "/status/503", State::Answered);
        let error = held.grow(1).unwrap_err().to_string();
        assert_eq!(error, "connection 0: answered 503");
    }
}
