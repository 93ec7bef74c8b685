//! Accepts connections of the admin port, bounded in number, idle time and life.

use std::io::{self, ErrorKind};
use std::net::{SocketAddr, TcpListener};
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;

use axum::Router;
use axum::extract::connect_info::Connected;
use axum::serve::{IncomingStream, Listener};
use ringway_core::limits::{
    ACCEPT_BACKOFF_MS, ADMIN_CONNECTION_MS, ADMIN_CONNECTIONS_MAX, ADMIN_IDLE_MS,
};
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::TcpStream;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::time::{Instant, Sleep, sleep, sleep_until};

/// Serves until the runtime ends.
pub(super) async fn run(listener: TcpListener, router: Router) -> io::Result<()> {
    let listener = tokio::net::TcpListener::from_std(listener)?;
    let places = Arc::new(Semaphore::new(ADMIN_CONNECTIONS_MAX));
    let service = router.into_make_service_with_connect_info::<Peer>();
    axum::serve(Bounded { listener, places }, service).await
}

/// Where a request comes from.
#[derive(Debug, Clone, Copy)]
pub(super) struct Peer(pub(super) SocketAddr);

impl Connected<IncomingStream<'_, Bounded>> for Peer {
    fn connect_info(stream: IncomingStream<'_, Bounded>) -> Self {
        Self(*stream.remote_addr())
    }
}

/// A listener that takes no more connections than it has places for.
struct Bounded {
    listener: tokio::net::TcpListener,
    places: Arc<Semaphore>,
}

impl Listener for Bounded {
    type Io = Connection;
    type Addr = SocketAddr;

    async fn accept(&mut self) -> (Connection, SocketAddr) {
        let backoff = || sleep(Duration::from_millis(ACCEPT_BACKOFF_MS));
        loop {
            // The semaphore is never closed, so waiting for a place cannot fail.
            let Ok(place) = Arc::clone(&self.places).acquire_owned().await else {
                backoff().await;
                continue;
            };
            match self.listener.accept().await {
                Ok((stream, peer)) => return (Connection::new(stream, place), peer),
                // Out of descriptors, or a peer that left the queue: no reason to stop.
                Err(_) => backoff().await,
            }
        }
    }

    fn local_addr(&self) -> io::Result<SocketAddr> {
        self.listener.local_addr()
    }
}

/// A connection that fails when nothing moves for [`ADMIN_IDLE_MS`], or when it gets too old.
struct Connection {
    stream: TcpStream,
    /// When it fails unless something moves before.
    deadline: Pin<Box<Sleep>>,
    /// When it fails in any case.
    end: Instant,
    _place: OwnedSemaphorePermit,
}

impl Connection {
    fn new(stream: TcpStream, place: OwnedSemaphorePermit) -> Self {
        let end = Instant::now() + Duration::from_millis(ADMIN_CONNECTION_MS);
        let deadline = Box::pin(sleep_until(idle_deadline(end)));
        Self { stream, deadline, end, _place: place }
    }

    fn bounded<T>(
        &mut self,
        cx: &mut Context<'_>,
        poll: impl FnOnce(Pin<&mut TcpStream>, &mut Context<'_>) -> Poll<io::Result<T>>,
    ) -> Poll<io::Result<T>> {
        let outcome = poll(Pin::new(&mut self.stream), cx);
        if outcome.is_ready() {
            self.deadline.as_mut().reset(idle_deadline(self.end));
            return outcome;
        }
        self.deadline.as_mut().poll(cx).map(|()| Err(ErrorKind::TimedOut.into()))
    }
}

fn idle_deadline(end: Instant) -> Instant {
    end.min(Instant::now() + Duration::from_millis(ADMIN_IDLE_MS))
}

impl AsyncRead for Connection {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        self.bounded(cx, |stream, cx| stream.poll_read(cx, buffer))
    }
}

impl AsyncWrite for Connection {
    fn poll_write(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        self.bounded(cx, |stream, cx| stream.poll_write(cx, bytes))
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        self.bounded(cx, |stream, cx| stream.poll_flush(cx))
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        self.bounded(cx, |stream, cx| stream.poll_shutdown(cx))
    }
}

#[cfg(test)]
mod tests {
    use tokio::io::AsyncReadExt;

    use super::*;

    async fn pair() -> (Connection, TcpStream) {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let places = Arc::new(Semaphore::new(1));
        let client = TcpStream::connect(listener.local_addr().unwrap()).await.unwrap();
        let (connection, _) = Bounded { listener, places }.accept().await;
        (connection, client)
    }

    fn block_on(test: impl Future<Output = ()>) {
        let mut runtime = tokio::runtime::Builder::new_current_thread();
        runtime.enable_all().build().unwrap().block_on(test);
    }

    #[test]
    fn a_connection_on_which_nothing_moves_fails() {
        block_on(async {
            let (mut connection, _client) = pair().await;
            connection.deadline.as_mut().reset(Instant::now());
            let error = connection.read(&mut [0; 8]).await.unwrap_err();
            assert_eq!(error.kind(), ErrorKind::TimedOut);
        });
    }

    #[test]
    fn what_moves_postpones_the_deadline_but_not_the_end() {
        block_on(async {
            let (mut connection, client) = pair().await;
            client.writable().await.unwrap();
            client.try_write(b"x").unwrap();
            connection.stream.readable().await.unwrap();
            connection.deadline.as_mut().reset(Instant::now());
            assert_eq!(connection.read(&mut [0; 1]).await.unwrap(), 1);
            assert!(connection.deadline.deadline() > Instant::now());
            connection.end = Instant::now();
            client.try_write(b"y").unwrap();
            assert_eq!(connection.read(&mut [0; 1]).await.unwrap(), 1);
            let error = connection.read(&mut [0; 1]).await.unwrap_err();
            assert_eq!(error.kind(), ErrorKind::TimedOut);
        });
    }
}
