//! One shard: stored values and fills in flight under one lock.
//!
//! Owns the rule that a key is stored or in flight, never both, and the counters. Must not know
//! how many shards there are.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use crossbeam::utils::CachePadded;
use hashbrown::HashTable;

use super::{
    CacheStats,
    entries::{Entries, Stored},
    flight::Flight,
};

/// A shard as the cache, its fills and its waiters hold it.
pub(super) type SharedShard<V> = Arc<CachePadded<Mutex<Shard<V>>>>;

pub(super) struct Shard<V> {
    entries: Entries<V>,
    flights: HashTable<Arc<Flight<V>>>,
    hits: u64,
    misses: u64,
}

/// What was taken out of a shard, to be dropped when it is unlocked.
pub(super) struct Drained<V> {
    _entries: Entries<V>,
    _flights: HashTable<Arc<Flight<V>>>,
}

impl<V> Shard<V> {
    pub(super) fn with_capacity(capacity_bytes: usize) -> SharedShard<V> {
        let entries = Entries::with_capacity(capacity_bytes);
        let shard = Self { entries, flights: HashTable::new(), hits: 0, misses: 0 };
        Arc::new(CachePadded::new(Mutex::new(shard)))
    }

    /// The stored value and its age, counted as a hit. Nothing is counted when there is none.
    pub(super) fn hit(&mut self, hash: u64, key: &[u8], now_ns: u64) -> Option<(Arc<V>, u64)> {
        let found = self.entries.hit(hash, key, now_ns)?;
        self.hits += 1;
        Some(found)
    }

    pub(super) fn count_hit(&mut self) {
        self.hits += 1;
    }

    pub(super) fn count_miss(&mut self) {
        self.misses += 1;
    }

    /// Takes the stored value of `key` out.
    pub(super) fn remove(&mut self, hash: u64, key: &[u8]) -> Option<Arc<V>> {
        self.entries.remove(hash, key)
    }

    /// The flight that a lookup of `key` finds.
    pub(super) fn flight(&self, hash: u64, key: &[u8]) -> Option<&Arc<Flight<V>>> {
        self.flights.find(hash, |flight| *flight.key == *key)
    }

    /// Lets lookups find `flight`. No other of its key may be attached.
    pub(super) fn attach(&mut self, flight: &Arc<Flight<V>>) {
        self.flights.insert_unique(flight.hash, Arc::clone(flight), |other| other.hash);
    }

    /// Takes a flight out of the way of lookups. False when a flush or an invalidation has done
    /// so: what it brings is out of date.
    pub(super) fn detach(&mut self, flight: &Arc<Flight<V>>) -> bool {
        let found = self.flights.find_entry(flight.hash, |other| Arc::ptr_eq(other, flight));
        // The caller has a reference, so that nothing is dropped here but a count.
        found.map(hashbrown::hash_table::OccupiedEntry::remove).is_ok()
    }

    /// Takes the flight of `key` out of the way, whichever it is.
    pub(super) fn detach_key(&mut self, hash: u64, key: &[u8]) -> Option<Arc<Flight<V>>> {
        let found = self.flights.find_entry(hash, |flight| *flight.key == *key).ok()?;
        Some(found.remove().0)
    }

    /// Stores a value and returns what had to go.
    pub(super) fn store(&mut self, stored: Stored<V>) -> Vec<Arc<V>> {
        self.entries.insert(stored)
    }

    pub(super) fn resize(&mut self, capacity_bytes: usize) -> Vec<Arc<V>> {
        self.entries.resize(capacity_bytes)
    }

    /// Takes out all values and detaches all flights.
    pub(super) fn drain(&mut self) -> Drained<V> {
        Drained { _entries: self.entries.drain(), _flights: std::mem::take(&mut self.flights) }
    }

    /// Adds the numbers of this shard.
    pub(super) fn add_to(&self, stats: &mut CacheStats) {
        stats.entries += self.entries.len();
        stats.bytes += self.entries.bytes();
        stats.in_flight += self.flights.len();
        stats.hits += self.hits;
        stats.misses += self.misses;
        stats.evictions += self.entries.evictions();
    }
}

/// Detaches a flight that nobody fills or waits for any more.
pub(super) fn sweep<V>(shard: &Mutex<Shard<V>>, flight: &Arc<Flight<V>>) {
    if flight.is_deserted() {
        let mut shard = lock(shard);
        // A lookup may have taken it over since.
        if flight.is_deserted() {
            shard.detach(flight);
        }
    }
}

/// Locks, also after a panic: no code under these locks can panic half-way through a change but
/// for running out of memory, which aborts.
pub(super) fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
