//! The stored values of one shard, bounded by bytes, evicted by SIEVE.
//!
//! Owns the accounting of bytes and the order of eviction. Must not know fills or waiters, nor
//! locks: the shard holds one around it. Whatever is displaced is returned, so that the caller
//! can drop it after unlocking.
//!
//! SIEVE (Zhang et al., NSDI 2024): entries stand in the order of insertion. A hit only sets a bit.
//! To evict, a hand walks from the oldest to the newest; it clears the bit where it is set and
//! evicts where it is not, and stays there for the next time.

use std::sync::Arc;

use hashbrown::HashTable;

/// What an entry is charged besides its key and value: its place in the list (which may be half
/// empty after growing) and the index, the counters of two shared allocations and their rounding.
pub const ENTRY_OVERHEAD_BYTES: usize = 256;

/// No position.
const NONE: usize = usize::MAX;

struct Entry<V> {
    hash: u64,
    key: Arc<[u8]>,
    value: Arc<V>,
    weight: usize,
    stored_ns: u64,
    expires_ns: u64,
    /// Hit since the hand last passed.
    visited: bool,
    newer: usize,
    older: usize,
}

/// What a fill brings.
pub(super) struct Stored<V> {
    pub(super) hash: u64,
    pub(super) key: Arc<[u8]>,
    pub(super) value: Arc<V>,
    pub(super) value_bytes: usize,
    pub(super) stored_ns: u64,
    pub(super) expires_ns: u64,
}

pub(super) struct Entries<V> {
    /// Positions in `places`.
    index: HashTable<usize>,
    places: Vec<Option<Entry<V>>>,
    vacant: Vec<usize>,
    newest: usize,
    oldest: usize,
    /// The next to be considered; `NONE` is the oldest.
    hand: usize,
    bytes: usize,
    capacity_bytes: usize,
    evictions: u64,
}

impl<V> Entries<V> {
    pub(super) fn with_capacity(capacity_bytes: usize) -> Self {
        Self {
            index: HashTable::new(),
            places: Vec::new(),
            vacant: Vec::new(),
            newest: NONE,
            oldest: NONE,
            hand: NONE,
            bytes: 0,
            capacity_bytes,
            evictions: 0,
        }
    }

    pub(super) fn len(&self) -> usize {
        self.index.len()
    }

    pub(super) fn bytes(&self) -> usize {
        self.bytes
    }

    pub(super) fn evictions(&self) -> u64 {
        self.evictions
    }

    /// The value and its age, unless it has expired.
    pub(super) fn hit(&mut self, hash: u64, key: &[u8], now_ns: u64) -> Option<(Arc<V>, u64)> {
        let at = self.position(hash, key)?;
        let entry = self.entry_mut(at);
        if now_ns >= entry.expires_ns {
            return None;
        }
        entry.visited = true;
        Some((Arc::clone(&entry.value), now_ns.saturating_sub(entry.stored_ns)))
    }

    /// Takes the entry of `key` out, expired or not.
    pub(super) fn remove(&mut self, hash: u64, key: &[u8]) -> Option<Arc<V>> {
        let at = self.position(hash, key)?;
        Some(self.take(at))
    }

    /// Stores a value as the newest, and returns what had to go: the values evicted, the earlier
    /// value of the key, or the value itself if it is heavier than the whole capacity.
    pub(super) fn insert(&mut self, stored: Stored<V>) -> Vec<Arc<V>> {
        let mut displaced: Vec<Arc<V>> =
            self.remove(stored.hash, &stored.key).into_iter().collect();
        let overhead = stored.key.len() + ENTRY_OVERHEAD_BYTES;
        let weight = stored.value_bytes.saturating_add(overhead);
        let Some(others_max) = self.capacity_bytes.checked_sub(weight) else {
            displaced.push(stored.value);
            return displaced;
        };
        self.evict_down_to(others_max, stored.stored_ns, &mut displaced);
        self.push(stored, weight);
        displaced
    }

    /// Changes the capacity and returns what no longer fits.
    pub(super) fn resize(&mut self, capacity_bytes: usize) -> Vec<Arc<V>> {
        let mut displaced = Vec::new();
        self.capacity_bytes = capacity_bytes;
        // Without a clock nothing counts as expired.
        self.evict_down_to(capacity_bytes, 0, &mut displaced);
        displaced
    }

    /// Takes out everything, to be dropped by the caller. The counter of evictions stays.
    pub(super) fn drain(&mut self) -> Self {
        let mut empty = Self::with_capacity(self.capacity_bytes);
        empty.evictions = self.evictions;
        std::mem::replace(self, empty)
    }

    fn evict_down_to(&mut self, bytes: usize, now_ns: u64, displaced: &mut Vec<Arc<V>>) {
        while self.bytes > bytes {
            let at = self.victim(now_ns);
            self.evictions += 1;
            displaced.push(self.take(at));
        }
    }

    /// Moves the hand to the next entry to evict. It passes each entry at most once before it
    /// finds one whose bit it has cleared itself. Must not be called on an empty list.
    fn victim(&mut self, now_ns: u64) -> usize {
        loop {
            let at = if self.hand == NONE { self.oldest } else { self.hand };
            let entry = self.entry_mut(at);
            if !entry.visited || now_ns >= entry.expires_ns {
                return at;
            }
            entry.visited = false;
            self.hand = entry.newer;
        }
    }

    fn push(&mut self, stored: Stored<V>, weight: usize) {
        let Stored { hash, key, value, stored_ns, expires_ns, .. } = stored;
        let (newer, older) = (NONE, self.newest);
        let entry =
            Entry { hash, key, value, weight, stored_ns, expires_ns, visited: false, newer, older };
        let at = self.vacant.pop().unwrap_or_else(|| {
            self.places.push(None);
            self.places.len() - 1
        });
        self.places[at] = Some(entry);
        match older {
            NONE => self.oldest = at,
            older => self.entry_mut(older).newer = at,
        }
        self.newest = at;
        self.bytes += weight;
        let places = &self.places;
        self.index.insert_unique(hash, at, |at| linked(places, *at).hash);
    }

    /// Takes the entry at a position out of list and index.
    fn take(&mut self, at: usize) -> Arc<V> {
        let entry = self.places[at].take().expect("a position in the index holds an entry");
        self.vacant.push(at);
        match entry.newer {
            NONE => self.newest = entry.older,
            newer => self.entry_mut(newer).older = entry.older,
        }
        match entry.older {
            NONE => self.oldest = entry.newer,
            older => self.entry_mut(older).newer = entry.newer,
        }
        if self.hand == at {
            self.hand = entry.newer;
        }
        self.bytes -= entry.weight;
        if let Ok(found) = self.index.find_entry(entry.hash, |other| *other == at) {
            found.remove();
        }
        entry.value
    }

    fn position(&self, hash: u64, key: &[u8]) -> Option<usize> {
        let places = &self.places;
        let same = |at: &usize| {
            let entry = linked(places, *at);
            entry.hash == hash && *entry.key == *key
        };
        self.index.find(hash, same).copied()
    }

    fn entry_mut(&mut self, at: usize) -> &mut Entry<V> {
        self.places[at].as_mut().expect("a position in the list holds an entry")
    }
}

fn linked<V>(places: &[Option<Entry<V>>], at: usize) -> &Entry<V> {
    places[at].as_ref().expect("a position in the index holds an entry")
}

#[cfg(test)]
mod tests {
    use super::{ENTRY_OVERHEAD_BYTES, Entries, Entry, Stored};
    use std::sync::Arc;

    const WEIGHT: usize = 100 + 1 + ENTRY_OVERHEAD_BYTES;

    fn stored(name: u8, value_bytes: usize, expires_ns: u64) -> Stored<u8> {
        Stored {
            // One hash for all: only the key tells them apart.
            hash: 7,
            key: Arc::from([name].as_slice()),
            value: Arc::new(name),
            value_bytes,
            stored_ns: 1,
            expires_ns,
        }
    }

    fn filled(names: &[u8], room: usize) -> Entries<u8> {
        let mut entries = Entries::with_capacity(room * WEIGHT);
        for name in names {
            assert!(entries.insert(stored(*name, 100, 1_000)).is_empty());
        }
        entries
    }

    fn names(displaced: Vec<Arc<u8>>) -> Vec<u8> {
        displaced.iter().map(|value| **value).collect()
    }

    fn has(entries: &Entries<u8>, name: u8) -> bool {
        entries.position(7, &[name]).is_some()
    }

    #[test]
    fn what_was_hit_survives_and_the_hand_stays_where_it_stopped() {
        let mut entries = filled(&[1, 2, 3, 4], 4);
        assert!(entries.hit(7, &[1], 5).is_some());
        assert!(entries.hit(7, &[3], 5).is_some());
        // The hand clears 1 and evicts 2; then clears 3 and evicts 4; then 5, which came last.
        assert_eq!(names(entries.insert(stored(5, 100, 1_000))), [2]);
        assert_eq!(names(entries.insert(stored(6, 100, 1_000))), [4]);
        assert_eq!(names(entries.insert(stored(7, 100, 1_000))), [5]);
        assert!(has(&entries, 1) && has(&entries, 3) && has(&entries, 6) && has(&entries, 7));
        assert_eq!((entries.len(), entries.bytes(), entries.evictions()), (4, 4 * WEIGHT, 3));
    }

    #[test]
    fn an_expired_entry_gets_no_second_chance() {
        let mut entries = Entries::with_capacity(2 * WEIGHT);
        entries.insert(stored(1, 100, 50));
        entries.insert(stored(2, 100, 1_000));
        assert!(entries.hit(7, &[1], 49).is_some());
        assert!(entries.hit(7, &[1], 50).is_none());
        let late = Stored { stored_ns: 60, ..stored(3, 100, 1_000) };
        assert_eq!(names(entries.insert(late)), [1]);
    }

    #[test]
    fn a_heavy_value_evicts_several_and_one_that_never_fits_evicts_none() {
        let mut entries = filled(&[1, 2, 3, 4], 4);
        assert_eq!(names(entries.insert(stored(5, 4 * WEIGHT, 1_000))), [5]);
        assert_eq!(entries.len(), 4);
        let half = 2 * WEIGHT - 1 - ENTRY_OVERHEAD_BYTES;
        assert_eq!(names(entries.insert(stored(6, half, 1_000))), [1, 2]);
        assert_eq!(entries.bytes(), 4 * WEIGHT);
        assert_eq!(names(entries.insert(stored(7, usize::MAX, 1_000))), [7]);
    }

    #[test]
    fn a_value_replaces_the_earlier_one_of_its_key() {
        let mut entries = filled(&[1, 2], 2);
        assert_eq!(names(entries.insert(stored(1, 90, 1_000))), [1]);
        assert_eq!((entries.len(), entries.bytes()), (2, 2 * WEIGHT - 10));
        assert_eq!(entries.evictions(), 0);
    }

    #[test]
    fn shrinking_keeps_what_fits_and_removing_under_the_hand_is_sound() {
        let mut entries = filled(&[1, 2, 3, 4, 5], 5);
        for name in [1, 2] {
            assert!(entries.hit(7, &[name], 5).is_some());
        }
        assert_eq!(names(entries.resize(4 * WEIGHT)), [3]);
        // The hand stands on 4 now.
        assert!(entries.remove(7, &[4]).is_some());
        assert_eq!(names(entries.resize(2 * WEIGHT)), [5]);
        assert!(entries.remove(7, &[1]).is_some());
        assert_eq!(names(entries.resize(0)), [2]);
        assert_eq!((entries.len(), entries.bytes()), (0, 0));
        assert_eq!((entries.newest, entries.oldest), (super::NONE, super::NONE));
    }

    #[test]
    fn the_overhead_covers_the_place_in_the_list() {
        // Twice, because a vector that has just grown is half empty.
        assert!(2 * size_of::<Option<Entry<u8>>>() + 64 <= ENTRY_OVERHEAD_BYTES);
    }
}
