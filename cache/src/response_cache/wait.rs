//! Waiting for a fill of another caller.
//!
//! Owns a waiter's place and its end. Must not know executors: a waiter is a `Waker`.

use std::{
    pin::Pin,
    sync::Arc,
    task::{Context, Poll, Waker},
};

use super::{
    FillSlot, Lookup, ResponseCache,
    flight::{Flight, Sight},
    shard::{SharedShard, lock, sweep},
};

/// A place among those who wait for a fill. Dropping it gives the place up and forgets its waker.
#[must_use = "dropping a Ticket gives up waiting"]
pub struct Ticket<V> {
    shard: SharedShard<V>,
    flight: Arc<Flight<V>>,
    number: u64,
}

impl<V> Ticket<V> {
    pub(super) fn new(shard: SharedShard<V>, flight: Arc<Flight<V>>, number: u64) -> Self {
        Self { shard, flight, number }
    }

    /// Looks whether the wait is over. To be called after the waker was woken; earlier calls are
    /// allowed. While it is not, the answer is `Pending` with this ticket, and `waker` replaces the
    /// one registered before.
    pub fn poll(self, now_ns: u64, waker: &Waker) -> Lookup<V> {
        match self.flight.look(self.number, waker) {
            Sight::Asleep => Lookup::Pending(self),
            Sight::Filled { value, filled_ns } => {
                lock(&self.shard).count_hit();
                Lookup::Hit { value, age_ns: now_ns.saturating_sub(filled_ns) }
            }
            Sight::Filler => {
                // The slot first: from here on it is the one that owes.
                let slot = FillSlot::new(Arc::clone(&self.shard), Arc::clone(&self.flight));
                lock(&self.shard).count_miss();
                Lookup::Fill(slot)
            }
            Sight::Released => {
                lock(&self.shard).count_miss();
                Lookup::Busy
            }
        }
    }
}

impl<V> Drop for Ticket<V> {
    fn drop(&mut self) {
        self.flight.leave(self.number);
        sweep(&self.shard, &self.flight);
    }
}

/// How a [`Wait`] ends.
#[must_use]
pub enum Answer<V> {
    /// A stored value, or that of the fill waited for.
    Hit {
        /// The value.
        value: Arc<V>,
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

impl<'a, V, N: Fn() -> u64> Wait<'a, V, N> {
    pub(super) fn new(cache: &'a ResponseCache<V>, key: &'a [u8], now: N) -> Self {
        Self { cache, key, now, ticket: None }
    }
}

/// Nothing in it is pinned: the clock is only called.
impl<V, N> Unpin for Wait<'_, V, N> {}

impl<V, N: Fn() -> u64> Future for Wait<'_, V, N> {
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
