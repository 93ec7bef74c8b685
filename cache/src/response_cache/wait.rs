//! Waiting for a fill of another caller.
//!
//! Owns a waiter's place and its end. Must not know executors: a waiter is a `Waker`.

use std::{
    pin::Pin,
    task::{Context, Poll, Waker},
};

use super::{
    Cached, FillSlot, Lookup, ResponseCache,
    flights::Sight,
    shard::{SharedShard, lock},
};

/// A place among those who wait for a fill. Dropping it gives the place up and forgets its waker.
#[must_use = "dropping a Ticket gives up waiting"]
pub struct Ticket<V> {
    shard: SharedShard<V>,
    /// Of the flight in the shard.
    at: u32,
    number: u64,
    ended: bool,
}

impl<V> Ticket<V> {
    pub(super) fn new(shard: SharedShard<V>, at: u32, number: u64) -> Self {
        Self { shard, at, number, ended: false }
    }
}

impl<V: Cached> Ticket<V> {
    /// Looks whether the wait is over. To be called after the waker was woken; earlier calls are
    /// allowed. While it is not, the answer is `Pending` with this ticket, and `waker` replaces the
    /// one registered before.
    pub fn poll(mut self, now_ns: u64, waker: &Waker) -> Lookup<V> {
        let (sight, earlier) = lock(&self.shard).look(self.at, self.number, waker);
        self.ended = !matches!(sight, Sight::Asleep);
        // After unlocking, and after the flight has lost the ticket.
        drop(earlier);
        match sight {
            Sight::Asleep => Lookup::Pending(self),
            Sight::Filled { value, filled_ns } => {
                Lookup::Hit { value, age_ns: now_ns.saturating_sub(filled_ns) }
            }
            Sight::Filler => Lookup::Fill(FillSlot::new(SharedShard::clone(&self.shard), self.at)),
            Sight::Released => Lookup::Busy,
        }
    }
}

impl<V> Drop for Ticket<V> {
    fn drop(&mut self) {
        if !self.ended {
            let mut left = lock(&self.shard).leave(self.at, self.number);
            if let Some(waker) = left.next.take() {
                waker.wake();
            }
        }
    }
}

/// How a [`Wait`] ends.
#[must_use]
pub enum Answer<V> {
    /// A stored value, or that of the fill waited for.
    Hit {
        /// The value.
        value: V,
        /// Nanoseconds since it was stored.
        age_ns: u64,
    },
    /// The caller is to bring the value.
    Fill(FillSlot<V>),
    /// The caller is to go to the back end and to store nothing.
    Busy,
}

/// The future of [`ResponseCache::wait`]. Dropping it gives up waiting.
#[must_use = "futures do nothing unless polled"]
pub struct Wait<'a, V, N> {
    cache: &'a ResponseCache<V>,
    key: &'a [u8],
    now: N,
    ticket: Option<Ticket<V>>,
}

impl<'a, V: Cached, N: Fn() -> u64> Wait<'a, V, N> {
    pub(super) fn new(cache: &'a ResponseCache<V>, key: &'a [u8], now: N) -> Self {
        Self { cache, key, now, ticket: None }
    }
}

/// Nothing in it is pinned: the clock is only called.
impl<V, N> Unpin for Wait<'_, V, N> {}

impl<V: Cached, N: Fn() -> u64> Future for Wait<'_, V, N> {
    type Output = Answer<V>;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Answer<V>> {
        let now_ns = (self.now)();
        let waker = context.waker();
        let found = match self.ticket.take() {
            Some(ticket) => ticket.poll(now_ns, waker),
            None => self.cache.lookup(self.key, now_ns, waker),
        };
        match found {
            Lookup::Hit { value, age_ns } => Poll::Ready(Answer::Hit { value, age_ns }),
            Lookup::Fill(slot) => Poll::Ready(Answer::Fill(slot)),
            Lookup::Busy => Poll::Ready(Answer::Busy),
            Lookup::Pending(ticket) => {
                self.ticket = Some(ticket);
                Poll::Pending
            }
        }
    }
}
