//! Stream sockets: plain and TLS, split in two halves that work at the same time.
//!
//! Buffers are lent to an operation and come back with it. Knows nothing of HTTP.
#![allow(unsafe_code)] // poll(2), and borrowing a descriptor this module owns.

use std::cell::{RefCell, UnsafeCell};
use std::io;
use std::net::{Shutdown, SocketAddr};
use std::os::fd::{AsRawFd, BorrowedFd, RawFd};
use std::rc::Rc;

use monoio::buf::IoBufMut;
use monoio::io::{AsyncReadRent, AsyncWriteRent, AsyncWriteRentExt};
use monoio::net::TcpStream;
use socket2::SockRef;

use crate::tls::Session;

/// A result and the buffer that was lent.
pub(crate) type Lent<T> = (io::Result<T>, Vec<u8>);

/// A connected TCP socket before it is split.
pub(crate) struct Stream(pub(crate) TcpStream);

/// Something that can end a socket's operations from beside; valid while the socket's halves are.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Control(RawFd);

/// The reading half.
pub(crate) enum Reader {
    /// TCP.
    Plain(PlainReader),
    /// TLS over TCP.
    Tls(Rc<Session>),
    /// No socket: nothing comes any more.
    Ended,
}

/// The writing half.
pub(crate) enum Writer {
    /// TCP.
    Plain(PlainWriter),
    /// TLS over TCP.
    Tls(Rc<Session>),
    /// No socket: what is written is kept.
    Kept(Kept),
}

/// What was written where there is no socket; refuses what is too much.
#[derive(Clone)]
pub(crate) struct Kept {
    bytes: Rc<RefCell<Vec<u8>>>,
    bytes_max: usize,
}

/// Reading half of a TCP socket.
pub(crate) struct PlainReader(Shared);

/// Writing half of a TCP socket.
pub(crate) struct PlainWriter(Shared);

/// A socket that is read and written at the same time. The runtime's own halves shut the socket
/// down
/// when the writing one is dropped, which a second handle must not.
struct Shared(Rc<UnsafeCell<TcpStream>>);

impl Shared {
    #[allow(clippy::mut_from_ref)] // see SAFETY
    fn stream(&self) -> &mut TcpStream {
        // SAFETY: one thread; reads and writes of a TcpStream only clone its descriptor into their
        // operation (the runtime marks it `Split` for that reason), and no reference outlives a
        // call.
        unsafe { &mut *self.0.get() }
    }
}

impl Stream {
    /// Connects without blocking. Dropping the future closes the socket and leaks nothing: the wait
    /// is a poll for writability, not a connect operation.
    ///
    /// # Errors
    /// The socket's error, e.g. connection refused.
    pub(crate) async fn connect(address: SocketAddr) -> io::Result<Self> {
        let domain = socket2::Domain::for_address(address);
        let socket = socket2::Socket::new(domain, socket2::Type::STREAM, None)?;
        socket.set_nonblocking(true)?;
        socket.set_tcp_nodelay(true)?;
        let under_way = match socket.connect(&address.into()) {
            Ok(()) => false,
            Err(error) if error.raw_os_error() == Some(libc::EINPROGRESS) => true,
            Err(error) => return Err(error),
        };
        let stream = TcpStream::from_std(std::net::TcpStream::from(socket))?;
        if under_way {
            stream.writable(false).await?;
        }
        let fd = borrow(&stream);
        if let Some(error) = SockRef::from(&fd).take_error()? {
            return Err(error);
        }
        // A ring waits by itself only on blocking sockets; epoll needs the opposite.
        SockRef::from(&fd).set_nonblocking(monoio::utils::is_legacy())?;
        Ok(Self(stream))
    }

    /// The two halves, without TLS.
    #[must_use]
    pub(crate) fn split(self) -> (PlainReader, PlainWriter) {
        let shared = Rc::new(UnsafeCell::new(self.0));
        (PlainReader(Shared(Rc::clone(&shared))), PlainWriter(Shared(shared)))
    }

    /// Ends this socket's operations from beside.
    #[must_use]
    pub(crate) fn control(&self) -> Control {
        Control(self.0.as_raw_fd())
    }
}

fn borrow(stream: &TcpStream) -> BorrowedFd<'_> {
    // SAFETY: the descriptor is open for as long as the stream is borrowed.
    unsafe { BorrowedFd::borrow_raw(stream.as_raw_fd()) }
}

impl Kept {
    /// Nothing yet.
    pub(crate) fn new(bytes_max: usize) -> Self {
        Self { bytes: Rc::default(), bytes_max }
    }

    /// Takes what was written.
    pub(crate) fn take(&self) -> Vec<u8> {
        self.bytes.take()
    }

    fn write_all(&self, buffer: Vec<u8>) -> Lent<()> {
        let mut bytes = self.bytes.borrow_mut();
        if bytes.len() + buffer.len() > self.bytes_max {
            return (Err(io::ErrorKind::StorageFull.into()), buffer);
        }
        bytes.extend_from_slice(&buffer);
        (Ok(()), buffer)
    }
}

impl Control {
    /// Of no socket: there is nothing to end, and nobody who could go away.
    pub(crate) const NONE: Self = Self(-1);

    /// Of a descriptor that outlives it.
    #[cfg(test)]
    pub(crate) const fn of(fd: RawFd) -> Self {
        Self(fd)
    }

    /// Ends every operation of the socket: reads see the end, writes fail.
    pub(crate) fn shutdown(self) {
        self.shutdown_how(Shutdown::Both);
    }

    /// Ends a waiting read; what already arrived can still be read.
    pub(crate) fn shutdown_read(self) {
        self.shutdown_how(Shutdown::Read);
    }

    /// Tells the peer that nothing more comes.
    pub(crate) fn shutdown_write(self) {
        self.shutdown_how(Shutdown::Write);
    }

    fn shutdown_how(self, how: Shutdown) {
        if self.0 < 0 {
            return;
        }
        // SAFETY: a Control lives beside the halves of its socket, which keep the descriptor open.
        let fd = unsafe { BorrowedFd::borrow_raw(self.0) };
        // The peer may have been faster; there is nothing else to do then.
        let _ = SockRef::from(&fd).shutdown(how);
    }

    /// The peer closed its side, or the connection broke. Looks, takes nothing.
    #[must_use]
    pub(crate) fn peer_gone(self) -> bool {
        let mut poll = libc::pollfd { fd: self.0, events: libc::POLLRDHUP, revents: 0 };
        // SAFETY: one pollfd, a zero timeout; the descriptor is open as said above, and poll passes
        // a negative one over.
        let ready = unsafe { libc::poll(&raw mut poll, 1, 0) };
        ready == 1 && poll.revents & (libc::POLLRDHUP | libc::POLLHUP | libc::POLLERR) != 0
    }

    /// Bytes of a request wait to be read. Looks, takes nothing.
    #[must_use]
    pub(crate) fn has_bytes(self) -> bool {
        if self.0 < 0 {
            return false;
        }
        // SAFETY: as above.
        let fd = unsafe { BorrowedFd::borrow_raw(self.0) };
        let mut byte = [std::mem::MaybeUninit::uninit()];
        let flags = libc::MSG_PEEK | libc::MSG_DONTWAIT;
        matches!(SockRef::from(&fd).recv_with_flags(&mut byte, flags), Ok(1))
    }

    /// Something can be read, the end included. Looks, takes nothing.
    #[must_use]
    pub(crate) fn readable(self) -> bool {
        let mut poll = libc::pollfd { fd: self.0, events: libc::POLLIN, revents: 0 };
        // SAFETY: as above.
        unsafe { libc::poll(&raw mut poll, 1, 0) == 1 }
    }
}

// `&mut` keeps a second read of the same socket out.
#[allow(clippy::needless_pass_by_ref_mut)]
impl PlainReader {
    /// Reads into the free capacity of `buffer`, behind what it holds.
    pub(crate) async fn read(&mut self, buffer: Vec<u8>) -> Lent<usize> {
        let (from, to) = (buffer.len(), buffer.capacity());
        let (result, slice) = self.0.stream().read(buffer.slice_mut(from..to)).await;
        (result, slice.into_inner())
    }

    /// Reads at most `most` bytes behind what `buffer` holds.
    pub(crate) async fn read_most(&mut self, buffer: Vec<u8>, most: usize) -> Lent<usize> {
        let from = buffer.len();
        let to = buffer.capacity().min(from + most);
        let (result, slice) = self.0.stream().read(buffer.slice_mut(from..to)).await;
        (result, slice.into_inner())
    }

    fn share(&self) -> Self {
        Self(Shared(Rc::clone(&self.0.0)))
    }
}

// `&mut` keeps a second write of the same handle out.
#[allow(clippy::needless_pass_by_ref_mut)]
impl PlainWriter {
    /// Writes all of `buffer`.
    pub(crate) async fn write_all(&mut self, buffer: Vec<u8>) -> Lent<()> {
        let length = buffer.len();
        // One send is the rule; the rest loops only when the socket's buffer was full.
        let (result, buffer) = self.0.stream().write(buffer).await;
        match result {
            Ok(written) if written == length => (Ok(()), buffer),
            Ok(0) => (Err(io::ErrorKind::WriteZero.into()), buffer),
            Ok(written) => {
                let rest = monoio::buf::IoBuf::slice(buffer, written..length);
                // Boxed: the rare path must not enlarge every write.
                let (result, slice) = Box::pin(self.0.stream().write_all(rest)).await;
                (result.map(drop), slice.into_inner())
            }
            Err(error) => (Err(error), buffer),
        }
    }

    fn share(&self) -> Self {
        Self(Shared(Rc::clone(&self.0.0)))
    }
}

impl Reader {
    /// Reads into the free capacity of `buffer`, behind what it holds; 0 is the end.
    pub(crate) async fn read(&mut self, buffer: Vec<u8>) -> Lent<usize> {
        let most = buffer.capacity() - buffer.len();
        match self {
            Self::Plain(plain) => plain.read(buffer).await,
            Self::Tls(session) => session.read(buffer, most).await,
            Self::Ended => (Ok(0), buffer),
        }
    }

    /// Reads at most `most` bytes; 0 is the end.
    pub(crate) async fn read_most(&mut self, buffer: Vec<u8>, most: usize) -> Lent<usize> {
        match self {
            Self::Plain(plain) => plain.read_most(buffer, most).await,
            Self::Tls(session) => session.read(buffer, most).await,
            Self::Ended => (Ok(0), buffer),
        }
    }

    /// A second handle on the same socket; the caller keeps the two from reading at once.
    pub(crate) fn share(&self) -> Self {
        match self {
            Self::Plain(plain) => Self::Plain(plain.share()),
            Self::Tls(session) => Self::Tls(Rc::clone(session)),
            Self::Ended => Self::Ended,
        }
    }
}

impl Writer {
    /// Writes all of `buffer`.
    pub(crate) async fn write_all(&mut self, buffer: Vec<u8>) -> Lent<()> {
        match self {
            Self::Plain(plain) => plain.write_all(buffer).await,
            Self::Tls(session) => session.write_all(buffer).await,
            Self::Kept(kept) => kept.write_all(buffer),
        }
    }

    /// A second handle on the same socket; the caller keeps the two from writing at once.
    pub(crate) fn share(&self) -> Self {
        match self {
            Self::Plain(plain) => Self::Plain(plain.share()),
            Self::Tls(session) => Self::Tls(Rc::clone(session)),
            Self::Kept(kept) => Self::Kept(kept.clone()),
        }
    }

    /// Gives back what only writing needs; nothing is being written.
    pub(crate) fn release(&mut self) {
        if let Self::Tls(session) = self {
            session.release();
        }
    }

    /// Says goodbye: TLS's close_notify.
    pub(crate) async fn finish(&mut self) {
        if let Self::Tls(session) = self {
            session.close_notify().await;
        }
    }
}
