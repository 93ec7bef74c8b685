//! The stored values of one shard, bounded by bytes, evicted by SIEVE.
//!
//! Owns the accounting of bytes and the order of eviction. Must not know fills or waiters, nor
//! locks: the shard holds one around it. Whatever is displaced is returned, so that the caller
//! can drop it after unlocking.
//!
//! SIEVE (Zhang et al., NSDI 2024): entries stand in the order of insertion. A hit only sets a bit.
//! To evict, a hand walks from the oldest to the newest; it clears the bit where it is set and
//! evicts where it is not, and stays there for the next time.
//!
//! In a cache that is full every fill evicts, and all it touches is cold: an entry is small, and
//! its key and weight are asked of the value.

use super::{
    Cached,
    index::{Index, NONE},
};

/// What an entry is charged besides its value: its place in the list and the index (both may be
/// half empty after growing), the counters of a shared allocation and its rounding.
pub const ENTRY_OVERHEAD_BYTES: usize = 192;

/// So many bytes that positions of entries fit: 800 GB.
const CAPACITY_BYTES_MAX: usize = (NONE as usize - 1) * ENTRY_OVERHEAD_BYTES;

struct Entry<V> {
    value: V,
    stored_ns: u64,
    expires_ns: u64,
    hash: u32,
    newer: u32,
    older: u32,
    /// Hit since the hand last passed.
    visited: bool,
}

/// What a fill brings.
pub(super) struct Stored<V> {
    pub(super) hash: u32,
    pub(super) value: V,
    pub(super) stored_ns: u64,
    pub(super) expires_ns: u64,
}

/// What is stored of a key.
pub(super) enum Found<V> {
    Fresh {
        value: V,
        age_ns: u64,
    },
    /// It was; the entry is gone.
    Expired {
        _value: V,
    },
    Nothing,
}

/// Values that had to go; mostly one, which costs no allocation.
pub(super) struct Displaced<V> {
    first: Option<V>,
    more: Vec<V>,
}

pub(super) struct Entries<V> {
    index: Index,
    places: Vec<Option<Entry<V>>>,
    vacant: Vec<u32>,
    newest: u32,
    oldest: u32,
    /// The next to be considered; `NONE` is the oldest.
    hand: u32,
    bytes: usize,
    capacity_bytes: usize,
    evictions: u64,
}

impl<V: Cached> Entries<V> {
    pub(super) fn with_capacity(capacity_bytes: usize) -> Self {
        Self {
            index: Index::default(),
            places: Vec::new(),
            vacant: Vec::new(),
            newest: NONE,
            oldest: NONE,
            hand: NONE,
            bytes: 0,
            capacity_bytes: capacity_bytes.min(CAPACITY_BYTES_MAX),
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
    pub(super) fn hit(&mut self, hash: u32, key: &[u8], now_ns: u64) -> Option<(V, u64)> {
        let at = self.position(hash, key)?;
        self.visit(at, now_ns)
    }

    /// As [`hit`](Self::hit), and takes the entry out if it has expired.
    pub(super) fn find(&mut self, hash: u32, key: &[u8], now_ns: u64) -> Found<V> {
        let Some(at) = self.position(hash, key) else { return Found::Nothing };
        match self.visit(at, now_ns) {
            Some((value, age_ns)) => Found::Fresh { value, age_ns },
            None => Found::Expired { _value: self.take(at) },
        }
    }

    /// Takes the entry of `key` out, expired or not.
    pub(super) fn remove(&mut self, hash: u32, key: &[u8]) -> Option<V> {
        let at = self.position(hash, key)?;
        Some(self.take(at))
    }

    /// Stores the value of a key that has none as the newest, and returns what had to go: the
    /// values evicted, or the value itself if it is heavier than the whole capacity.
    pub(super) fn insert(&mut self, stored: Stored<V>) -> Displaced<V> {
        debug_assert!(self.position(stored.hash, stored.value.key()).is_none());
        let mut displaced = Displaced::none();
        let weight = weight_bytes(&stored.value);
        let Some(others_max) = self.capacity_bytes.checked_sub(weight) else {
            displaced.push(stored.value);
            return displaced;
        };
        self.evict_down_to(others_max, stored.stored_ns, &mut displaced);
        self.push(stored, weight);
        displaced
    }

    /// Changes the capacity and returns what no longer fits.
    pub(super) fn resize(&mut self, capacity_bytes: usize) -> Displaced<V> {
        let mut displaced = Displaced::none();
        self.capacity_bytes = capacity_bytes.min(CAPACITY_BYTES_MAX);
        // Without a clock nothing counts as expired.
        self.evict_down_to(self.capacity_bytes, 0, &mut displaced);
        displaced
    }

    /// Takes out everything, to be dropped by the caller. The counter of evictions stays.
    pub(super) fn drain(&mut self) -> Self {
        let mut empty = Self::with_capacity(self.capacity_bytes);
        empty.evictions = self.evictions;
        std::mem::replace(self, empty)
    }

    fn visit(&mut self, at: u32, now_ns: u64) -> Option<(V, u64)> {
        let entry = self.entry_mut(at);
        if now_ns >= entry.expires_ns {
            return None;
        }
        entry.visited = true;
        Some((entry.value.clone(), now_ns.saturating_sub(entry.stored_ns)))
    }

    fn evict_down_to(&mut self, bytes: usize, now_ns: u64, displaced: &mut Displaced<V>) {
        while self.bytes > bytes {
            let at = self.victim(now_ns);
            self.evictions += 1;
            displaced.push(self.take(at));
        }
    }

    /// Moves the hand to the next entry to evict. It passes each entry at most once before it
    /// finds one whose bit it has cleared itself. Must not be called on an empty list.
    fn victim(&mut self, now_ns: u64) -> u32 {
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
        let Stored { hash, value, stored_ns, expires_ns } = stored;
        let (newer, older) = (NONE, self.newest);
        let entry = Entry { value, stored_ns, expires_ns, hash, newer, older, visited: false };
        let at = self.vacant.pop().unwrap_or_else(|| {
            self.places.push(None);
            u32::try_from(self.places.len() - 1).expect("the overhead of all is in the capacity")
        });
        self.places[at as usize] = Some(entry);
        match older {
            NONE => self.oldest = at,
            older => self.entry_mut(older).newer = at,
        }
        self.newest = at;
        self.bytes += weight;
        self.index.insert(hash, at);
    }

    /// Takes the entry at a position out of list and index.
    fn take(&mut self, at: u32) -> V {
        let entry = self.places[at as usize].take();
        let entry = entry.expect("a position in the index holds an entry");
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
        self.bytes -= weight_bytes(&entry.value);
        self.index.remove(entry.hash, at);
        entry.value
    }

    fn position(&self, hash: u32, key: &[u8]) -> Option<u32> {
        self.index.find(hash, |at| {
            let entry = self.places[at as usize].as_ref();
            entry.is_some_and(|entry| entry.value.key() == key)
        })
    }

    fn entry_mut(&mut self, at: u32) -> &mut Entry<V> {
        self.places[at as usize].as_mut().expect("a position in the list holds an entry")
    }
}

impl<V> Displaced<V> {
    pub(super) const fn none() -> Self {
        Self { first: None, more: Vec::new() }
    }

    pub(super) fn push(&mut self, value: V) {
        if self.first.is_none() {
            self.first = Some(value);
        } else {
            self.more.push(value);
        }
    }
}

fn weight_bytes(value: &impl Cached) -> usize {
    value.weight_bytes().saturating_add(ENTRY_OVERHEAD_BYTES)
}

#[cfg(test)]
mod tests {
    use super::{Cached, Displaced, ENTRY_OVERHEAD_BYTES, Entries, Entry, Found, NONE, Stored};

    const WEIGHT: usize = 100 + ENTRY_OVERHEAD_BYTES;

    #[derive(Clone, Debug)]
    struct Named {
        key: [u8; 1],
        bytes: usize,
    }

    impl Cached for Named {
        fn key(&self) -> &[u8] {
            &self.key
        }

        fn weight_bytes(&self) -> usize {
            self.bytes
        }
    }

    fn stored(name: u8, bytes: usize, expires_ns: u64) -> Stored<Named> {
        // One hash for all: only the key tells them apart.
        Stored { hash: 7, value: Named { key: [name], bytes }, stored_ns: 1, expires_ns }
    }

    fn filled(of: &[u8], room: usize) -> Entries<Named> {
        let mut entries = Entries::with_capacity(room * WEIGHT);
        for name in of {
            assert!(names(entries.insert(stored(*name, 100, 1_000))).is_empty());
        }
        entries
    }

    fn names(displaced: Displaced<Named>) -> Vec<u8> {
        displaced.first.iter().chain(&displaced.more).map(|value| value.key[0]).collect()
    }

    fn has(entries: &Entries<Named>, name: u8) -> bool {
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
        let half = 2 * WEIGHT - ENTRY_OVERHEAD_BYTES;
        assert_eq!(names(entries.insert(stored(6, half, 1_000))), [1, 2]);
        assert_eq!(entries.bytes(), 4 * WEIGHT);
        assert_eq!(names(entries.insert(stored(7, usize::MAX, 1_000))), [7]);
    }

    #[test]
    fn what_is_found_expired_is_taken_out() {
        let mut entries = filled(&[1, 2], 2);
        let found = entries.find(7, &[1], 999);
        assert!(matches!(found, Found::Fresh { value, age_ns: 998 } if value.key == [1]));
        assert!(matches!(entries.find(7, &[1], 1_000), Found::Expired { .. }));
        assert!(matches!(entries.find(7, &[1], 999), Found::Nothing));
        assert_eq!((entries.len(), entries.bytes(), entries.evictions()), (1, WEIGHT, 0));
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
        assert_eq!((entries.newest, entries.oldest), (NONE, NONE));
    }

    #[test]
    fn an_entry_is_less_than_a_cache_line_and_the_overhead_covers_it() {
        let place = size_of::<Option<Entry<std::sync::Arc<[u8]>>>>();
        assert!(place <= 48, "{place} bytes");
        // Twice, because a vector that has just grown is half empty. An index that has is at
        // three eighths: 22 bytes an entry. The rest is for the allocator.
        assert!(2 * (place + size_of::<u32>()) + 22 + 48 <= ENTRY_OVERHEAD_BYTES);
    }
}
