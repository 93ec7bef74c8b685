//! The bytes of one connection: as they are, or through TLS. Knows nothing of HTTP.

use std::io::{self, BufRead, Write};
use std::net::SocketAddr;
use std::time::Duration;

use monoio::buf::{IoBuf, IoBufMut};
use monoio::io::{AsyncReadRent, AsyncWriteRentExt};
use monoio::net::TcpStream;
use rustls::ClientConnection;

use crate::limits::TLS_BUFFER_BYTES;
use crate::trust::Trust;

/// A connected socket.
pub(super) enum Socket {
    Plain(TcpStream),
    Tls(Box<Tls>),
}

/// The client's half of a TLS connection.
pub(super) struct Tls {
    stream: TcpStream,
    session: ClientConnection,
    /// As it came; what is before `at` is decrypted.
    wire: Vec<u8>,
    at: usize,
    /// As it goes.
    out: Vec<u8>,
}

impl Socket {
    /// Connects, and shakes hands within `timeout` if there is somebody to trust. The connect is
    /// never cancelled: on loopback it ends at once.
    pub(super) async fn connect(
        address: SocketAddr,
        trust: Option<&Trust>,
        timeout: Duration,
    ) -> io::Result<Self> {
        let stream = TcpStream::connect_addr(address).await?;
        stream.set_nodelay(true)?;
        let Some(trust) = trust else { return Ok(Self::Plain(stream)) };
        let session = trust.connection(address.ip())?;
        let wire = Vec::with_capacity(TLS_BUFFER_BYTES);
        let mut tls = Tls { stream, session, wire, at: 0, out: Vec::new() };
        monoio::time::timeout(timeout, tls.shake_hands()).await??;
        Ok(Self::Tls(Box::new(tls)))
    }

    /// Writes all of `bytes` and gives them back.
    pub(super) async fn write<B>(&mut self, bytes: B) -> (io::Result<()>, B)
    where
        B: IoBuf + AsRef<Vec<u8>>,
    {
        match self {
            Self::Plain(stream) => {
                let (result, bytes) = stream.write_all(bytes).await;
                (result.map(drop), bytes)
            }
            Self::Tls(tls) => (tls.write(bytes.as_ref()).await, bytes),
        }
    }

    /// Appends to `buffer` what has come, as much as it has room for, which must be some. 0 at
    /// the end.
    pub(super) async fn read(&mut self, buffer: &mut Vec<u8>) -> io::Result<usize> {
        match self {
            Self::Plain(stream) => {
                let (from, to) = (buffer.len(), buffer.capacity());
                let (result, slice) = stream.read(std::mem::take(buffer).slice_mut(from..to)).await;
                *buffer = slice.into_inner();
                result
            }
            Self::Tls(tls) => tls.read(buffer).await,
        }
    }
}

impl Tls {
    async fn shake_hands(&mut self) -> io::Result<()> {
        while self.session.is_handshaking() {
            self.flush().await?;
            if self.session.is_handshaking() && !self.advance().await? {
                return Err(io::ErrorKind::UnexpectedEof.into());
            }
        }
        // The client's last word.
        self.flush().await
    }

    async fn write(&mut self, bytes: &[u8]) -> io::Result<()> {
        // The session takes 64 KB at most before it wants them sent.
        let mut rest = bytes;
        while !rest.is_empty() {
            let taken = self.session.writer().write(rest)?;
            rest = &rest[taken..];
            self.flush().await?;
        }
        Ok(())
    }

    async fn read(&mut self, buffer: &mut Vec<u8>) -> io::Result<usize> {
        loop {
            match self.session.reader().fill_buf() {
                Ok(ready) => {
                    let run = ready.len().min(buffer.capacity() - buffer.len());
                    buffer.extend_from_slice(&ready[..run]);
                    self.session.reader().consume(run);
                    return Ok(run);
                }
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => {}
                Err(error) => return Err(error),
            }
            if !self.advance().await? {
                return Ok(0);
            }
            // An answer to what was read, as to a new key.
            self.flush().await?;
        }
    }

    /// Decrypts the next records, after reading if there are none; false at the end.
    async fn advance(&mut self) -> io::Result<bool> {
        if self.at == self.wire.len() {
            self.at = 0;
            self.wire.clear();
            let capacity = self.wire.capacity().max(TLS_BUFFER_BYTES);
            let mut wire = std::mem::take(&mut self.wire);
            wire.reserve(capacity);
            let (result, slice) = self.stream.read(wire.slice_mut(0..capacity)).await;
            self.wire = slice.into_inner();
            if result? == 0 {
                return Ok(false);
            }
        }
        let mut rest = &self.wire[self.at..];
        let taken = self.session.read_tls(&mut rest)?;
        self.at += taken;
        self.session.process_new_packets().map_err(io::Error::other)?;
        // Nothing is taken after a notice that the server closes.
        Ok(taken > 0)
    }

    async fn flush(&mut self) -> io::Result<()> {
        while self.session.wants_write() {
            self.session.write_tls(&mut self.out)?;
        }
        if self.out.is_empty() {
            return Ok(());
        }
        let (result, out) = self.stream.write_all(std::mem::take(&mut self.out)).await;
        self.out = out;
        self.out.clear();
        result.map(drop)
    }
}
