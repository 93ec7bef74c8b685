//! The duty to fill one key.
//!
//! Owns what happens when the duty is done, given up or forgotten. Must not know how the value is
//! made.

use std::sync::Arc;

use super::{
    Weigh,
    entries::Stored,
    flight::Flight,
    shard::{SharedShard, lock, sweep},
};

/// The duty to bring the value of one key, held by at most one caller at a time.
///
/// Ends by [`complete`](Self::complete) or [`uncacheable`](Self::uncacheable). Dropped without
/// either (the request was cancelled, the back end failed), the duty passes to whoever has waited
/// longest, or to whoever asks next. It may be moved to another thread.
#[must_use = "dropping a FillSlot passes the duty on"]
pub struct FillSlot<V> {
    shard: SharedShard<V>,
    flight: Arc<Flight<V>>,
    ended: bool,
}

impl<V> FillSlot<V> {
    pub(super) fn new(shard: SharedShard<V>, flight: Arc<Flight<V>>) -> Self {
        Self { shard, flight, ended: false }
    }

    /// Tells all who wait that there is no value to share: each gets `Busy` and goes to the back
    /// end on its own. For a response that must not be stored or given to others.
    pub fn uncacheable(mut self) {
        lock(&self.shard).detach(&self.flight);
        self.ended = true;
        self.flight.release();
    }
}

impl<V: Weigh> FillSlot<V> {
    /// Stores the value for `ttl_ns` from `now_ns` and gives it to all who wait.
    ///
    /// Those who wait get it in any case, because they asked while it was on its way. It is not
    /// stored when `ttl_ns` is zero, when its weight (with key and
    /// [`ENTRY_OVERHEAD_BYTES`](super::ENTRY_OVERHEAD_BYTES)) exceeds the shard, or when the cache
    /// was flushed or the key invalidated since this fill began.
    pub fn complete(mut self, value: V, ttl_ns: u64, now_ns: u64) -> Arc<V> {
        let value_bytes = value.weight_bytes();
        let value = Arc::new(value);
        let displaced = {
            let mut shard = lock(&self.shard);
            let up_to_date = shard.detach(&self.flight);
            if up_to_date && ttl_ns > 0 {
                shard.store(Stored {
                    hash: self.flight.hash,
                    key: Arc::clone(&self.flight.key),
                    value: Arc::clone(&value),
                    value_bytes,
                    stored_ns: now_ns,
                    expires_ns: now_ns.saturating_add(ttl_ns),
                })
            } else {
                Vec::new()
            }
        };
        self.ended = true;
        self.flight.fill(Arc::clone(&value), now_ns);
        // After unlocking: freeing what was evicted may take long.
        drop(displaced);
        value
    }
}

impl<V> Drop for FillSlot<V> {
    fn drop(&mut self) {
        if !self.ended {
            self.flight.vacate();
            sweep(&self.shard, &self.flight);
        }
    }
}
