//! One shard: stored values and fills in flight under one lock.
//!
//! Owns the rule that a key is stored or in flight, never both, and the counters. Must not know
//! how many shards there are.

use std::{
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    task::Waker,
};

use crossbeam::utils::CachePadded;

use super::{
    CacheStats, Cached,
    entries::{Displaced, Entries, Found, Stored},
    flights::{Flights, Landed, Left, Part, Phase, Sight},
};

/// A shard as the cache, its fills and its waiters hold it.
pub(super) type SharedShard<V> = Arc<CachePadded<Mutex<Shard<V>>>>;

pub(super) struct Shard<V> {
    entries: Entries<V>,
    flights: Flights<V>,
    hits: u64,
    misses: u64,
}

/// How a lookup goes on.
pub(super) enum Begun<V> {
    Hit { value: V, age_ns: u64 },
    Part(Part),
}

impl<V: Cached> Shard<V> {
    pub(super) fn with_capacity(capacity_bytes: usize) -> SharedShard<V> {
        let entries = Entries::with_capacity(capacity_bytes);
        let shard = Self { entries, flights: Flights::default(), hits: 0, misses: 0 };
        Arc::new(CachePadded::new(Mutex::new(shard)))
    }

    /// The stored value and its age, counted as a hit. Nothing is counted when there is none.
    pub(super) fn hit(&mut self, hash: u32, key: &[u8], now_ns: u64) -> Option<(V, u64)> {
        let found = self.entries.hit(hash, key, now_ns)?;
        self.hits += 1;
        Some(found)
    }

    /// The stored value, or a part in the flight of `key`; counted unless the part is to wait.
    /// What has expired is returned besides.
    pub(super) fn begin(
        &mut self,
        hash: u32,
        key: &[u8],
        now_ns: u64,
        waiters_max: usize,
        waker: Option<&Waker>,
    ) -> (Begun<V>, Found<V>) {
        let expired = match self.entries.find(hash, key, now_ns) {
            Found::Fresh { value, age_ns } => {
                self.hits += 1;
                return (Begun::Hit { value, age_ns }, Found::Nothing);
            }
            expired => expired,
        };
        let part = self.flights.join(hash, key, waiters_max, waker);
        if matches!(part, Part::Filler { .. } | Part::Crowded) {
            self.misses += 1;
        }
        (Begun::Part(part), expired)
    }

    /// Looks again with a ticket; counted unless the wait goes on.
    pub(super) fn look(
        &mut self,
        at: u32,
        ticket: u64,
        waker: &Waker,
    ) -> (Sight<V>, Option<Waker>) {
        let seen = self.flights.look(at, ticket, waker);
        match &seen.0 {
            Sight::Asleep => {}
            Sight::Filled { .. } => self.hits += 1,
            Sight::Filler | Sight::Released => self.misses += 1,
        }
        seen
    }

    /// Ends a flight with a value: for those who wait, and stored if that is allowed. Returns
    /// what had to go.
    pub(super) fn complete(
        &mut self,
        at: u32,
        value: V,
        ttl_ns: u64,
        now_ns: u64,
    ) -> (Landed, Displaced<V>) {
        let shared = || Phase::Filled { value: value.clone(), filled_ns: now_ns };
        let landed = self.flights.land(at, shared);
        if landed.up_to_date && ttl_ns > 0 {
            let hash = landed.hash;
            let expires_ns = now_ns.saturating_add(ttl_ns);
            let stored = Stored { hash, value, stored_ns: now_ns, expires_ns };
            return (landed, self.entries.insert(stored));
        }
        let mut displaced = Displaced::none();
        displaced.push(value);
        (landed, displaced)
    }

    /// Ends a flight without a value.
    pub(super) fn release(&mut self, at: u32) -> Landed {
        self.flights.land(at, || Phase::Released)
    }

    /// Forgets the value of `key`, and lets lookups no longer find its flight.
    pub(super) fn invalidate(&mut self, hash: u32, key: &[u8]) -> Option<V> {
        self.flights.detach_key(hash, key);
        self.entries.remove(hash, key)
    }

    pub(super) fn resize(&mut self, capacity_bytes: usize) -> Displaced<V> {
        self.entries.resize(capacity_bytes)
    }

    /// Takes out all values and detaches all flights.
    pub(super) fn drain(&mut self) -> Entries<V> {
        self.flights.detach_all();
        self.entries.drain()
    }

    /// Adds the numbers of this shard.
    pub(super) fn add_to(&self, stats: &mut CacheStats) {
        stats.entries += self.entries.len();
        stats.bytes += self.entries.bytes();
        stats.in_flight += self.flights.attached();
        stats.hits += self.hits;
        stats.misses += self.misses;
        stats.evictions += self.entries.evictions();
    }
}

impl<V> Shard<V> {
    /// The filler gives up, see [`Flights::give_up`].
    pub(super) fn give_up(&mut self, at: u32) -> Option<Waker> {
        self.flights.give_up(at)
    }

    /// A waiter gives up, see [`Flights::leave`].
    pub(super) fn leave(&mut self, at: u32, ticket: u64) -> Left<V> {
        self.flights.leave(at, ticket)
    }
}

/// Locks, also after a panic: no code under these locks can panic half-way through a change but
/// for running out of memory, which aborts.
pub(super) fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
