//! One connection of the upstream: keep-alive, pipelining, one write for all waiting answers.

use std::io;
use std::sync::atomic::Ordering;
use std::time::Duration;

use monoio::buf::{IoBuf, IoBufMut};
use monoio::io::{AsyncReadRent, AsyncWriteRentExt};
use monoio::net::TcpStream;
use monoio::time::Instant;

use super::Shared;
use super::body::{self, Coding, FILL};
use super::request::{self, Ask, Framing, Request};
use crate::chunked::Decoder;
use crate::limits::{HEAD_BYTES_MAX, PIECE_BYTES, REQUEST_BODY_BYTES_MAX};

/// Serves until either side closes.
pub(super) async fn serve(stream: TcpStream, shared: &Shared) {
    let mut connection = Connection {
        stream,
        shared,
        input: Vec::with_capacity(HEAD_BYTES_MAX),
        at: 0,
        output: Vec::with_capacity(HEAD_BYTES_MAX),
        echo: Vec::new(),
    };
    // An error means the client is gone or was told so: nothing is left to do for it.
    let _ = connection.serve().await;
}

struct Connection<'a> {
    stream: TcpStream,
    shared: &'a Shared,
    /// Bytes read; those before `at` are done with.
    input: Vec<u8>,
    at: usize,
    /// Answers not written yet.
    output: Vec<u8>,
    /// The body of a request to `/echo`.
    echo: Vec<u8>,
}

impl Connection<'_> {
    async fn serve(&mut self) -> io::Result<()> {
        loop {
            match request::parse(&self.input[self.at..]) {
                Ok(Some(request)) => {
                    self.at += request.head_bytes;
                    self.body(&request).await?;
                    self.answer(&request).await?;
                    if !request.keep_alive || request.ask == Ask::Close {
                        return self.flush().await;
                    }
                }
                Ok(None) if self.input.len() - self.at >= HEAD_BYTES_MAX => {
                    return self.refuse(431).await;
                }
                Ok(None) => self.refill().await?,
                Err(request::Malformed) => return self.refuse(400).await,
            }
        }
    }

    /// Writes what is waiting, then reads more behind what is left of the input.
    async fn refill(&mut self) -> io::Result<()> {
        self.flush().await?;
        self.input.drain(..self.at);
        self.at = 0;
        self.more().await
    }

    /// Reads more behind the input.
    async fn more(&mut self) -> io::Result<()> {
        let (from, to) = (self.input.len(), self.input.capacity());
        let input = std::mem::take(&mut self.input);
        let (result, slice) = self.stream.read(input.slice_mut(from..to)).await;
        self.input = slice.into_inner();
        match result? {
            0 => Err(io::ErrorKind::UnexpectedEof.into()),
            _ => Ok(()),
        }
    }

    async fn flush(&mut self) -> io::Result<()> {
        if self.output.is_empty() {
            return Ok(());
        }
        let (result, output) = self.stream.write_all(std::mem::take(&mut self.output)).await;
        self.output = output;
        self.output.clear();
        result.map(drop)
    }

    /// Consumes the request's body; keeps it only for an echo.
    async fn body(&mut self, request: &Request) -> io::Result<()> {
        self.echo.clear();
        if request.expects_continue && self.at == self.input.len() {
            self.output.extend_from_slice(b"HTTP/1.1 100 Continue\r\n\r\n");
        }
        let keep = request.ask == Ask::Echo;
        match request.framing {
            Framing::Length(bytes) => self.body_of(bytes, keep).await,
            Framing::Chunked => self.chunked_body(keep).await,
        }
    }

    async fn body_of(&mut self, mut left: u64, keep: bool) -> io::Result<()> {
        if keep && left > REQUEST_BODY_BYTES_MAX as u64 {
            return self.refuse(413).await;
        }
        while left > 0 {
            if self.at == self.input.len() {
                self.refill().await?;
            }
            let ready = self.input.len() - self.at;
            let run = usize::try_from(left).unwrap_or(usize::MAX).min(ready);
            if keep {
                self.echo.extend_from_slice(&self.input[self.at..self.at + run]);
            }
            self.at += run;
            left -= run as u64;
        }
        Ok(())
    }

    async fn chunked_body(&mut self, keep: bool) -> io::Result<()> {
        let mut decoder = Decoder::default();
        loop {
            let echo = &mut self.echo;
            let fed = decoder.feed(&self.input[self.at..], |run| {
                if keep {
                    echo.extend_from_slice(run);
                }
            });
            let Ok(progress) = fed else { return self.refuse(400).await };
            self.at += progress.consumed;
            if self.echo.len() > REQUEST_BODY_BYTES_MAX {
                return self.refuse(413).await;
            }
            if progress.done {
                return Ok(());
            }
            self.refill().await?;
        }
    }

    /// Answers without looking further at the connection, and closes it.
    async fn refuse(&mut self, status: u16) -> io::Result<()> {
        body::head(&mut self.output, status, 0, Coding::Length, false, "");
        self.flush().await?;
        Err(io::ErrorKind::InvalidData.into())
    }

    /// Leaves the answer in `output`, or, when it is long or late, writes it.
    async fn answer(&mut self, request: &Request) -> io::Result<()> {
        self.shared.served.fetch_add(1, Ordering::Relaxed);
        let config = &self.shared.config;
        let delay = match request.ask {
            Ask::Delay { ms } => Duration::from_millis(ms),
            _ => config.delay,
        };
        if !delay.is_zero() {
            self.flush().await?;
            self.wait(delay).await?;
        }
        let fixed = config.body_bytes;
        match request.ask {
            Ask::Bytes { total } => self.generate(request, 200, total, Coding::Length).await,
            Ask::Chunked { total } => self.generate(request, 200, total, Coding::Chunked).await,
            Ask::Status { code: code @ (204 | 304) } => self.empty(request, code),
            Ask::Status { code } => self.generate(request, code, fixed, Coding::Length).await,
            Ask::Invoke => {
                self.output.extend_from_slice(&self.shared.invoked);
                Ok(())
            }
            Ask::Bad => self.generate(request, 400, 0, Coding::Length).await,
            Ask::Echo => self.send_echo(request).await,
            Ask::Fixed | Ask::Delay { .. } if self.ready_made(request) => {
                self.output.extend_from_slice(&self.shared.fixed);
                Ok(())
            }
            Ask::Fixed | Ask::Delay { .. } | Ask::Close => {
                self.generate(request, 200, fixed, Coding::Length).await
            }
        }
    }

    /// Waits, but not for a client that has gone: those whose patience is shorter than the delay
    /// would pile up.
    async fn wait(&mut self, delay: Duration) -> io::Result<()> {
        let until = Instant::now() + delay;
        while self.input.len() < self.input.capacity() {
            // What the timeout drops only waits: it has taken no bytes.
            match monoio::time::timeout_at(until, self.stream.readable(false)).await {
                Ok(ready) => ready?,
                Err(_) => return Ok(()),
            }
            self.more().await?;
        }
        // Full of further requests, which are read once this one is answered.
        monoio::time::sleep_until(until).await;
        Ok(())
    }

    fn ready_made(&self, request: &Request) -> bool {
        request.keep_alive && !request.head_only && !self.shared.fixed.is_empty()
    }

    fn head(&mut self, request: &Request, status: u16, bytes: u64, coding: Coding) {
        let keep_alive = request.keep_alive && request.ask != Ask::Close;
        let headers = &self.shared.config.headers;
        body::head(&mut self.output, status, bytes, coding, keep_alive, headers);
    }

    /// 204 and 304 announce no length.
    fn empty(&mut self, request: &Request, status: u16) -> io::Result<()> {
        let close = if request.keep_alive { "" } else { "Connection: close\r\n" };
        let head = format!("HTTP/1.1 {status} None\r\n{close}\r\n");
        self.output.extend_from_slice(head.as_bytes());
        Ok(())
    }

    async fn send_echo(&mut self, request: &Request) -> io::Result<()> {
        self.head(request, 200, self.echo.len() as u64, Coding::Length);
        if request.head_only {
            return Ok(());
        }
        if self.echo.len() <= PIECE_BYTES {
            self.output.extend_from_slice(&self.echo);
            return Ok(());
        }
        self.flush().await?;
        let (result, echo) = self.stream.write_all(std::mem::take(&mut self.echo)).await;
        self.echo = echo;
        result.map(drop)
    }

    /// A generated body: in one write with the head if short, else in pieces.
    async fn generate(
        &mut self,
        request: &Request,
        status: u16,
        total: u64,
        coding: Coding,
    ) -> io::Result<()> {
        self.head(request, status, total, coding);
        if request.head_only {
            return Ok(());
        }
        let mut at = 0;
        while at < total {
            let filler = body::filler_bytes(total, at);
            if coding == Coding::Length && filler == PIECE_BYTES {
                self.flush().await?;
                self.stream.write_all(FILL.as_slice().slice(..filler)).await.0?;
                at += filler as u64;
                continue;
            }
            let room = PIECE_BYTES.saturating_sub(self.output.len()).max(1) as u64;
            let to = total.min(at + room);
            self.piece(total, at, to, coding);
            at = to;
            if at < total {
                self.flush().await?;
            }
        }
        if coding == Coding::Chunked {
            self.output.extend_from_slice(b"0\r\n\r\n");
        }
        Ok(())
    }

    fn piece(&mut self, total: u64, from: u64, to: u64, coding: Coding) {
        if coding == Coding::Length {
            return body::append(&mut self.output, total, from, to);
        }
        // A chunk of a body that fits one piece is split in two, so that readers meet both.
        let half = from + (to - from).div_ceil(2);
        for (from, to) in [(from, half), (half, to)] {
            if from < to {
                self.output.extend_from_slice(format!("{:x}\r\n", to - from).as_bytes());
                body::append(&mut self.output, total, from, to);
                self.output.extend_from_slice(b"\r\n");
            }
        }
    }
}
