//! A response cache shared by all workers: bounded by bytes, with a time to live, and one fill per
//! key in flight.
//!
//! Owns which value a key has and who is to bring it. Must not know what a response is, nor what
//! its key is made of: keys are bytes, compared in full, values are generic.
//!
//! A shard, chosen by key hash, is a mutex around a hash table (`shard`). A hit locks it, probes,
//! sets a bit and counts a reference; it allocates nothing. A miss makes the caller the filler of
//! the key, or lets it wait for the one who already is (`flights`, `fill`, `wait`). Waiting is
//! registering a [`Waker`], so that fillers and waiters may be on different threads and executors.
//!
//! # Counting
//!
//! Each request counts once, by how its lookup ends: as a hit when it got a value here, be it one
//! it waited for; as a miss when it has to go to the back end (`Fill`, `Busy`). That is what AWS
//! counts as CacheHitCount and CacheMissCount. Who gives up waiting counts as neither, and so does
//! a [`ResponseCache::hit`] that finds nothing, because a lookup follows.

mod entries;
mod fill;
mod flights;
mod index;
mod shard;
mod wait;

use std::task::Waker;

use ahash::RandomState;

pub use entries::ENTRY_OVERHEAD_BYTES;
pub use fill::FillSlot;
use flights::Part;
use shard::{Begun, Shard, SharedShard, lock};
pub use wait::{Answer, Ticket, Wait};

/// The least bytes of a shard: a response of 1 MiB takes a quarter of it.
pub const SHARD_BYTES_MIN: usize = 4 << 20;
/// More shards than this only cost memory.
pub const SHARDS_MAX: usize = 1 << 10;
/// How many may wait for one key unless [`ResponseCache::with_waiters_max`] says otherwise.
pub const WAITERS_PER_KEY_MAX: usize = 1_024;

/// What a cache holds: a handle, cheap to clone, of a response that knows its key.
///
/// The key is kept where the response is, so that a stored response can be one allocation. Both
/// methods must answer the same each time, and quickly: they are called under the shard's lock, as
/// is `clone`. None of them may panic.
pub trait Cached: Clone {
    /// The key it is stored by.
    fn key(&self) -> &[u8];

    /// The bytes the value keeps from being used otherwise: those it points to, its key's
    /// included.
    fn weight_bytes(&self) -> usize;
}

/// What a lookup found.
#[must_use]
pub enum Lookup<V> {
    /// A stored value, or that of the fill waited for.
    Hit {
        /// The value.
        value: V,
        /// Nanoseconds since it was stored.
        age_ns: u64,
    },
    /// There is no value, and the caller is to bring it.
    Fill(FillSlot<V>),
    /// Another caller is bringing it; the waker is woken when there is news.
    Pending(Ticket<V>),
    /// Too many wait for this key already, or the fill turned out not to be shareable: the caller
    /// is to go to the back end and to store nothing.
    Busy,
}

/// The numbers of a cache. Each shard's are exact; shards are read one after the other.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct CacheStats {
    /// Values stored, expired ones that nobody has asked for included.
    pub entries: usize,
    /// What they are charged.
    pub bytes: usize,
    /// Keys that a lookup finds being filled, or waiting for a filler.
    pub in_flight: usize,
    /// Requests answered from here.
    pub hits: u64,
    /// Requests sent to the back end.
    pub misses: u64,
    /// Values displaced to make room. Those expired, replaced, invalidated or flushed do not count.
    pub evictions: u64,
}

/// A cache of `V` by key, see the [module](self).
///
/// Memory: values stored are charged their weight and [`ENTRY_OVERHEAD_BYTES`], and never exceed
/// the capacity. A fill in flight costs its key and the waiters' wakers besides; there are as many
/// as requests that hold a [`FillSlot`] or a [`Ticket`].
pub struct ResponseCache<V> {
    hasher: RandomState,
    /// A power of two of them.
    shards: Box<[SharedShard<V>]>,
    waiters_max: usize,
}

impl<V: Cached> ResponseCache<V> {
    /// A cache of `bytes` in up to `shards` shards.
    ///
    /// The number of shards is rounded down to a power of two, and reduced so that each has at
    /// least [`SHARD_BYTES_MIN`]: a value heavier than its shard's part of the capacity is not
    /// stored. A cache of less than that is one shard. Keys are hashed with a seed of this cache's
    /// own, because clients choose them.
    #[must_use]
    pub fn with_capacity(bytes: usize, shards: usize) -> Self {
        let shards = shards.min(bytes / SHARD_BYTES_MIN).clamp(1, SHARDS_MAX);
        let shards = 1 << shards.ilog2();
        let shard = |_| Shard::with_capacity(bytes / shards);
        Self {
            hasher: RandomState::new(),
            shards: (0..shards).map(shard).collect(),
            waiters_max: WAITERS_PER_KEY_MAX,
        }
    }

    /// Changes how many may wait for one key; those beyond get `Busy`.
    #[must_use]
    pub fn with_waiters_max(mut self, waiters_max: usize) -> Self {
        self.waiters_max = waiters_max;
        self
    }

    /// The stored value of `key` and its age in nanoseconds. Registers nothing, and a `None` is not
    /// counted.
    #[must_use]
    pub fn hit(&self, key: &[u8], now_ns: u64) -> Option<(V, u64)> {
        let (hash, shard) = self.shard(key);
        lock(shard).hit(hash, key, now_ns)
    }

    /// What a [`lookup`](Self::lookup) finds that need not wait. `None` when another caller is
    /// bringing the value; [`wait`](Self::wait) is to follow, which counts it.
    ///
    /// A hit allocates nothing. Nor does a miss, once as many fills have been in flight before.
    #[must_use]
    pub fn begin(&self, key: &[u8], now_ns: u64) -> Option<Answer<V>> {
        Some(match self.look(key, now_ns, None)? {
            Lookup::Hit { value, age_ns } => Answer::Hit { value, age_ns },
            Lookup::Fill(slot) => Answer::Fill(slot),
            // Only who gives a waker waits.
            Lookup::Busy | Lookup::Pending(_) => Answer::Busy,
        })
    }

    /// The value of `key`, or the duty to bring it, or a place among those who wait for it, in
    /// which case `waker` is registered and [`Ticket::poll`] is next.
    pub fn lookup(&self, key: &[u8], now_ns: u64, waker: &Waker) -> Lookup<V> {
        // Who gives a waker is always answered.
        self.look(key, now_ns, Some(waker)).unwrap_or(Lookup::Busy)
    }

    fn look(&self, key: &[u8], now_ns: u64, waker: Option<&Waker>) -> Option<Lookup<V>> {
        let (hash, shared) = self.shard(key);
        // What has expired is dropped after unlocking, for that may take long.
        let (begun, _expired) = lock(shared).begin(hash, key, now_ns, self.waiters_max, waker);
        Some(match begun {
            Begun::Hit { value, age_ns } => Lookup::Hit { value, age_ns },
            Begun::Part(Part::Filler { at }) => {
                Lookup::Fill(FillSlot::new(SharedShard::clone(shared), at))
            }
            Begun::Part(Part::Waiter { at, ticket }) => {
                Lookup::Pending(Ticket::new(SharedShard::clone(shared), at, ticket))
            }
            Begun::Part(Part::Crowded) => Lookup::Busy,
            Begun::Part(Part::Taken) => return None,
        })
    }

    /// [`lookup`](Self::lookup) as a future, which waits while another caller brings the value.
    /// `now` is called at each poll. The future has no deadline; drop it to give up.
    pub fn wait<'a, N: Fn() -> u64>(&'a self, key: &'a [u8], now: N) -> Wait<'a, V, N> {
        Wait::new(self, key, now)
    }

    /// Forgets the value of `key`. A fill of it that is in flight will not be stored; who already
    /// waits for it still gets its value, who asks from now on does not.
    pub fn invalidate(&self, key: &[u8]) {
        let (hash, shard) = self.shard(key);
        let value = lock(shard).invalidate(hash, key);
        drop(value);
    }

    /// Forgets all values. Fills in flight will not be stored, as after
    /// [`invalidate`](Self::invalidate).
    pub fn flush(&self) {
        for shard in &self.shards {
            let drained = lock(shard).drain();
            drop(drained);
        }
    }

    /// Changes the capacity and evicts what no longer fits. The number of shards stays, and with
    /// it the part of the capacity that one value may take.
    pub fn resize(&self, bytes: usize) {
        for shard in &self.shards {
            let displaced = lock(shard).resize(bytes / self.shards.len());
            drop(displaced);
        }
    }

    /// The numbers of this cache.
    #[must_use]
    pub fn stats(&self) -> CacheStats {
        let mut stats = CacheStats::default();
        for shard in &self.shards {
            lock(shard).add_to(&mut stats);
        }
        stats
    }

    /// The shard of `key`, and the hash to use in it.
    fn shard(&self, key: &[u8]) -> (u32, &SharedShard<V>) {
        let hash = self.hasher.hash_one(key);
        let index = (hash >> 32) as usize & (self.shards.len() - 1);
        // The other half is enough for the slots of one shard.
        (hash as u32, &self.shards[index])
    }
}
