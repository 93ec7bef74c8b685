//! The duty to fill one key.
//!
//! Owns what happens when the duty is done, given up or forgotten. Must not know how the value is
//! made.

use std::task::Waker;

use super::{
    Cached,
    shard::{SharedShard, lock},
};

/// The duty to bring the value of one key, held by at most one caller at a time.
///
/// Ends by [`complete`](Self::complete) or [`uncacheable`](Self::uncacheable). Dropped without
/// either (the request was cancelled, the back end failed), the duty passes to whoever has waited
/// longest, or to whoever asks next. It may be moved to another thread.
#[must_use = "dropping a FillSlot passes the duty on"]
pub struct FillSlot<V> {
    shard: SharedShard<V>,
    /// Of the flight in the shard.
    at: u32,
    ended: bool,
}

impl<V> FillSlot<V> {
    pub(super) fn new(shard: SharedShard<V>, at: u32) -> Self {
        Self { shard, at, ended: false }
    }
}

impl<V: Cached> FillSlot<V> {
    /// Tells all who wait that there is no value to share: each gets `Busy` and goes to the back
    /// end on its own. For a response that must not be stored or given to others.
    pub fn uncacheable(mut self) {
        self.ended = true;
        let landed = lock(&self.shard).release(self.at);
        landed.asleep.into_values().for_each(Waker::wake);
    }

    /// Stores the value for `ttl_ns` from `now_ns` and gives it to all who wait. Its key must be
    /// the one that was looked up.
    ///
    /// Those who wait get it in any case, because they asked while it was on its way. It is not
    /// stored when `ttl_ns` is zero, when its weight (with
    /// [`ENTRY_OVERHEAD_BYTES`](super::ENTRY_OVERHEAD_BYTES)) exceeds the shard, or when the cache
    /// was flushed or the key invalidated since this fill began.
    pub fn complete(mut self, value: V, ttl_ns: u64, now_ns: u64) {
        self.ended = true;
        let (landed, displaced) = lock(&self.shard).complete(self.at, value, ttl_ns, now_ns);
        landed.asleep.into_values().for_each(Waker::wake);
        // After unlocking: freeing what was evicted may take long.
        drop(displaced);
    }
}

impl<V> Drop for FillSlot<V> {
    fn drop(&mut self) {
        if !self.ended {
            let next = lock(&self.shard).give_up(self.at);
            if let Some(waker) = next {
                waker.wake();
            }
        }
    }
}
