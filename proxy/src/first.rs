//! The read of a request's first bytes: what an idle connection waits in.
//!
//! It outlives the future of the requests, which ends when a connection has been idle for a while:
//! a read that is dropped may lose what it already took, and one that can be cancelled costs every
//! request the preparation. So it is never interrupted; only what surrounds it goes.

use std::future::Future;
use std::pin::Pin;
use std::time::Duration;

use crate::deadlines::Alarm;
use crate::socket::{Lent, Reader};

/// One read into the free capacity of a buffer. It would block when what came was of TLS alone.
#[allow(clippy::manual_async_fn)] // it would keep room for its arguments too
pub(crate) fn read(mut reader: Reader, buffer: Vec<u8>) -> impl Future<Output = Lent<usize>> {
    async move {
        match &mut reader {
            Reader::Plain(plain) => plain.read(buffer).await,
            Reader::Tls(session) => session.read_once(buffer).await,
            Reader::Ended => (Ok(0), buffer),
        }
    }
}

/// A place for one read at a time, and how to start it.
pub(crate) struct First<'p, R, S> {
    place: Pin<&'p mut Option<R>>,
    start: S,
}

impl<'p, R, S> First<'p, R, S>
where
    R: Future<Output = Lent<usize>>,
    S: Fn(Reader, Vec<u8>) -> R,
{
    /// No read yet.
    pub(crate) const fn new(place: Pin<&'p mut Option<R>>, start: S) -> Self {
        Self { place, start }
    }

    /// A read was started and has not ended.
    pub(crate) fn is_under_way(&self) -> bool {
        self.place.is_some()
    }

    /// Starts the read.
    pub(crate) fn start(&mut self, reader: Reader, buffer: Vec<u8>) {
        let read = (self.start)(reader, buffer);
        self.place.set(Some(read));
    }

    /// Waits for the read's end; `None` after `limit`, the read goes on then.
    pub(crate) async fn look(&mut self, alarm: &mut Alarm, limit: Duration) -> Option<Lent<usize>> {
        let read = self.place.as_mut().as_pin_mut()?;
        let lent = alarm.look(limit, read).await?;
        self.place.set(None);
        Some(lent)
    }

    /// Waits for the read's end; `None` when no read is under way.
    pub(crate) async fn wait(&mut self) -> Option<Lent<usize>> {
        let lent = self.place.as_mut().as_pin_mut()?.await;
        self.place.set(None);
        Some(lent)
    }
}
