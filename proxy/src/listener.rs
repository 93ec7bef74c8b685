//! Listening sockets: one of each per worker, shared by SO_REUSEPORT. Knows nothing of HTTP.

use std::cell::{Cell, RefCell};
use std::future::{Future, poll_fn};
use std::io;
use std::net::SocketAddr;
use std::pin::pin;
use std::task::Poll;
use std::time::Duration;

use monoio::io::{CancelHandle, Canceller};
use monoio::net::TcpListener;
use ringway_core::limits::ACCEPT_BACKOFF_MS;

use crate::socket::Stream;
use crate::timer;

/// Backlog of a listening socket; the kernel caps it at `net.core.somaxconn`.
const BACKLOG: i32 = 4_096;

/// A socket bound before the workers start, so that a port in use is a start-up error.
#[derive(Debug)]
pub(crate) struct Bound(socket2::Socket);

impl Bound {
    /// Binds and listens.
    ///
    /// # Errors
    /// E.g. the address is in use or not ours.
    pub(crate) fn new(address: SocketAddr) -> io::Result<Self> {
        let socket = socket2::Socket::new(
            socket2::Domain::for_address(address),
            socket2::Type::STREAM.nonblocking(),
            Some(socket2::Protocol::TCP),
        )?;
        socket.set_reuse_address(true)?;
        socket.set_reuse_port(true)?;
        // Accepted sockets inherit it: one system call less per connection.
        socket.set_tcp_nodelay(true)?;
        socket.bind(&address.into())?;
        socket.listen(BACKLOG)?;
        Ok(Self(socket))
    }

    /// Fails when any other socket already listens there; SO_REUSEPORT alone would share the port
    /// with another process in silence.
    ///
    /// # Errors
    /// Address in use.
    pub(crate) fn check_free(address: SocketAddr) -> io::Result<()> {
        let socket = socket2::Socket::new(
            socket2::Domain::for_address(address),
            socket2::Type::STREAM,
            Some(socket2::Protocol::TCP),
        )?;
        socket.set_reuse_address(true)?;
        socket.bind(&address.into())?;
        socket.listen(1)
    }

    /// The address, its port chosen by the kernel when 0 was asked for.
    ///
    /// # Errors
    /// When the kernel refuses to say.
    pub(crate) fn address(&self) -> io::Result<SocketAddr> {
        let address = self.0.local_addr()?;
        address.as_socket().ok_or_else(|| io::Error::other("not an internet address"))
    }
}

/// Tells a listener to stop.
#[derive(Default)]
pub(crate) struct Stop {
    canceller: RefCell<Option<Canceller>>,
    stopped: Cell<bool>,
}

impl Stop {
    /// Stops the accept loop after what already waits in its queue.
    pub(crate) fn stop(&self) {
        self.stopped.set(true);
        if let Some(canceller) = self.canceller.take() {
            let _ = canceller.cancel();
        }
    }

    fn handle(&self) -> CancelHandle {
        self.canceller.borrow_mut().get_or_insert_default().handle()
    }
}

/// Accepts until told to stop, then empties the queue; each connection goes to `serve`.
///
/// `room` says whether another connection may be taken; `out_of_descriptors` counts back-offs.
///
/// # Errors
/// When the socket cannot be used by this runtime.
pub(crate) async fn accept_all(
    bound: Bound,
    stop: &Stop,
    room: impl Fn() -> bool,
    out_of_descriptors: impl Fn(),
    serve: impl Fn(Stream, SocketAddr),
) -> io::Result<()> {
    if !monoio::utils::is_legacy() {
        bound.0.set_nonblocking(false)?;
    }
    let listener = TcpListener::from_std(std::net::TcpListener::from(bound.0))?;
    while !stop.stopped.get() {
        if !room() {
            timer::sleep(Duration::from_millis(ACCEPT_BACKOFF_MS)).await;
            continue;
        }
        match listener.cancelable_accept(stop.handle()).await {
            Ok((stream, peer)) => serve(Stream(stream), peer),
            Err(_) if stop.stopped.get() => break,
            Err(error) if is_of_one_connection(&error) => {}
            Err(_) => {
                // EMFILE, ENFILE, ENOBUFS, ENOMEM: retrying at once would spin.
                out_of_descriptors();
                timer::sleep(Duration::from_millis(ACCEPT_BACKOFF_MS)).await;
            }
        }
    }
    empty_queue(&listener, &serve).await;
    Ok(())
}

/// The connection was gone before it was accepted.
fn is_of_one_connection(error: &io::Error) -> bool {
    matches!(error.raw_os_error(), Some(libc::ECONNABORTED | libc::EINTR | libc::EPROTO))
}

/// Connections the kernel completed before the stop are served: closing would reset them.
async fn empty_queue(listener: &TcpListener, serve: &impl Fn(Stream, SocketAddr)) {
    loop {
        let canceller = Canceller::new();
        let accepted = {
            let mut accept = pin!(listener.cancelable_accept(canceller.handle()));
            let mut grace = pin!(monoio::time::sleep(Duration::from_millis(1)));
            let raced = poll_fn(|cx| {
                if let Poll::Ready(accepted) = accept.as_mut().poll(cx) {
                    return Poll::Ready(Some(accepted));
                }
                grace.as_mut().poll(cx).map(|()| None)
            })
            .await;
            match raced {
                Some(accepted) => accepted,
                None => {
                    let _ = canceller.cancel();
                    accept.await
                }
            }
        };
        match accepted {
            Ok((stream, peer)) => serve(Stream(stream), peer),
            Err(_) => return,
        }
    }
}
