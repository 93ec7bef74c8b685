//! TLS over the plain halves of a socket: rustls, one session for both halves.
//!
//! Reading and writing may be under way at once (bodies stream in both directions); only one of
//! them sends at a time, and whoever sends also sends what the other produced.

use std::cell::{Cell, RefCell};
use std::future::Future;
use std::io::{self, BufRead, Write};
use std::rc::Rc;
use std::sync::Arc;
use std::time::Duration;

use ringway_core::limits::{CONNECTION_READ_BYTES, POOLED_BUFFER_BYTES};
use rustls::pki_types::ServerName;
use rustls::{ClientConfig, ClientConnection, Connection, ServerConfig, ServerConnection};

use crate::socket::{Lent, PlainReader, PlainWriter, Reader, Stream, Writer};
use crate::timer;

/// A TLS session over one socket.
pub(crate) struct Session {
    connection: RefCell<Connection>,
    reader: RefCell<Option<PlainReader>>,
    writer: RefCell<Option<PlainWriter>>,
    /// Lent to the read under way, which may wait for long.
    inbound: Cell<Vec<u8>>,
    /// Its least size.
    inbound_bytes: usize,
    outbound: Cell<Vec<u8>>,
}

/// Accepts a client's session; the caller limits the time.
///
/// # Errors
/// The handshake's error.
pub(crate) async fn accept(
    stream: Stream,
    config: Arc<ServerConfig>,
) -> io::Result<(Reader, Writer)> {
    let connection = ServerConnection::new(config).map_err(io::Error::other)?;
    Session::establish(stream, connection.into(), CONNECTION_READ_BYTES).await
}

/// Opens a session to an upstream; the caller limits the time.
///
/// # Errors
/// The handshake's error, an untrusted certificate included.
pub(crate) async fn connect(
    stream: Stream,
    config: Arc<ClientConfig>,
    name: ServerName<'static>,
) -> io::Result<(Reader, Writer)> {
    let connection = ClientConnection::new(config, name).map_err(io::Error::other)?;
    Session::establish(stream, connection.into(), POOLED_BUFFER_BYTES).await
}

impl Session {
    async fn establish(
        stream: Stream,
        connection: Connection,
        inbound_bytes: usize,
    ) -> io::Result<(Reader, Writer)> {
        let (reader, writer) = stream.split();
        let session = Rc::new(Self {
            connection: RefCell::new(connection),
            reader: RefCell::new(Some(reader)),
            writer: RefCell::new(Some(writer)),
            inbound: Cell::new(Vec::with_capacity(inbound_bytes)),
            inbound_bytes,
            outbound: Cell::default(),
        });
        loop {
            session.send().await?;
            let (done, wants_read) = {
                let connection = session.connection.borrow();
                (!connection.is_handshaking(), connection.wants_read())
            };
            if done {
                break;
            }
            if wants_read && session.receive().await? == 0 {
                return Err(io::ErrorKind::UnexpectedEof.into());
            }
        }
        Ok((Reader::Tls(Rc::clone(&session)), Writer::Tls(session)))
    }

    /// Reads at most `most` bytes of plaintext behind what `buffer` holds; 0 is the end.
    pub(crate) async fn read(&self, mut buffer: Vec<u8>, most: usize) -> Lent<usize> {
        loop {
            match self.take_plaintext(&mut buffer, most) {
                Ok(0) => return (Ok(0), buffer),
                Ok(read) => return (Ok(read), buffer),
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => {}
                Err(error) => return (Err(error), buffer),
            }
            match self.receive().await {
                Ok(_) => {}
                Err(error) => return (Err(error), buffer),
            }
            // Key updates and alerts; skipped when the writer is sending, which takes them along.
            if let Err(error) = self.send().await {
                return (Err(error), buffer);
            }
        }
    }

    /// Reads from the socket at most once; would block when what came holds no plaintext. What the
    /// session wants to send then goes with the next response.
    #[allow(clippy::manual_async_fn)] // it would keep room for its arguments too
    pub(crate) fn read_once(&self, mut buffer: Vec<u8>) -> impl Future<Output = Lent<usize>> {
        async move {
            let most = buffer.capacity() - buffer.len();
            match self.take_plaintext(&mut buffer, most) {
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => {}
                taken => return (taken, buffer),
            }
            if let Err(error) = self.receive().await {
                return (Err(error), buffer);
            }
            let most = buffer.capacity() - buffer.len();
            (self.take_plaintext(&mut buffer, most), buffer)
        }
    }

    fn take_plaintext(&self, buffer: &mut Vec<u8>, most: usize) -> io::Result<usize> {
        let mut connection = self.connection.borrow_mut();
        let mut reader = connection.reader();
        let mut taken = 0;
        let most = most.min(buffer.capacity() - buffer.len());
        while taken < most {
            let plaintext = match reader.fill_buf() {
                Ok(plaintext) => plaintext,
                Err(_) if taken > 0 => break,
                Err(error) => return Err(error),
            };
            if plaintext.is_empty() {
                break;
            }
            let n = plaintext.len().min(most - taken);
            buffer.extend_from_slice(&plaintext[..n]);
            reader.consume(n);
            taken += n;
        }
        Ok(taken)
    }

    /// Writes all of `buffer` as records.
    pub(crate) async fn write_all(&self, buffer: Vec<u8>) -> Lent<()> {
        let mut at = 0;
        while at < buffer.len() {
            let taken = self.connection.borrow_mut().writer().write(&buffer[at..]);
            match taken {
                // The session is full and the other half is sending: its turn.
                Ok(0) => Box::pin(timer::sleep(Duration::from_millis(1))).await,
                Ok(taken) => at += taken,
                Err(error) => return (Err(error), buffer),
            }
            if let Err(error) = self.send().await {
                return (Err(error), buffer);
            }
        }
        (Ok(()), buffer)
    }

    /// Sends close_notify.
    pub(crate) async fn close_notify(&self) {
        self.connection.borrow_mut().send_close_notify();
        // The peer may be gone already; the socket is closed next in any case.
        let _ = self.send().await;
    }

    /// Sends what the session produced, unless the other half is sending already.
    async fn send(&self) -> io::Result<()> {
        let Some(mut writer) = self.writer.borrow_mut().take() else { return Ok(()) };
        let mut result = Ok(());
        while result.is_ok() && self.connection.borrow().wants_write() {
            let mut records = self.outbound.take();
            records.clear();
            while self.connection.borrow().wants_write() && records.len() < POOLED_BUFFER_BYTES {
                if let Err(error) = self.connection.borrow_mut().write_tls(&mut records) {
                    result = Err(error);
                    break;
                }
            }
            let (sent, records) = writer.write_all(records).await;
            self.outbound.set(records);
            result = result.and(sent);
        }
        *self.writer.borrow_mut() = Some(writer);
        result
    }

    /// Reads ciphertext once; 0 is the end.
    async fn receive(&self) -> io::Result<usize> {
        let Some(mut reader) = self.reader.borrow_mut().take() else {
            return Err(io::Error::other("two reads at once on one TLS session"));
        };
        let mut buffer = self.inbound.take();
        buffer.clear();
        let (read, buffer) = reader.read(buffer).await;
        *self.reader.borrow_mut() = Some(reader);
        let outcome = read.and_then(|n| self.accept_records(&buffer, n));
        self.inbound.set(self.fitting(buffer));
        outcome
    }

    /// The buffer of the next read: a large one while reads fill it, for uploads, else a small one.
    fn fitting(&self, buffer: Vec<u8>) -> Vec<u8> {
        let (filled, least) = (buffer.len(), self.inbound_bytes);
        let wanted = if filled >= least { least.max(POOLED_BUFFER_BYTES) } else { least };
        if buffer.capacity() == wanted { buffer } else { Vec::with_capacity(wanted) }
    }

    /// Gives back what only sending needs; nothing is being sent.
    pub(crate) fn release(&self) {
        drop(self.outbound.take());
    }

    fn accept_records(&self, ciphertext: &[u8], n: usize) -> io::Result<usize> {
        let mut connection = self.connection.borrow_mut();
        let mut rest = &ciphertext[..n];
        if n == 0 {
            connection.read_tls(&mut rest)?;
            connection.process_new_packets().map_err(io::Error::other)?;
        }
        while !rest.is_empty() {
            connection.read_tls(&mut rest)?;
            connection.process_new_packets().map_err(io::Error::other)?;
        }
        Ok(n)
    }
}
