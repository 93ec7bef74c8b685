//! Where buckets live: fixed arrays of slots, found by key hash without a lock.
//!
//! Owns the uniqueness of a key (one key, one slot) and the reclaiming of idle slots. Must not know
//! limits.
//!
//! # Protocol
//!
//! A key is looked for in the `PROBE_SLOTS_MAX` slots from its home slot on. The key of a slot
//! goes from zero to a key by one CAS and never back to zero. So every thread that inserts a key
//! tries the same slots in the same order, and the first empty one decides.
//!
//! When all slots of the window hold other keys, one whose bucket is idle (full again) is given to
//! the new key: a full bucket is the same as no bucket. This is serialised per shard, because two
//! threads inserting one key must not take two slots; it is rare, and the lock is tried a bounded
//! number of times. The reclaimer swaps the idle TAT for [`LOCKED`] (which fails if someone spends
//! meanwhile), then sets the key, then sets the TAT to the present, a full bucket. Whoever spent
//! by CAS
//! therefore either spent before the swap, and the swap failed, or after the end, and then sees the
//! new key by reading it after the CAS: it takes its token back (or leaves it taken: the other
//! bucket admits one less) and looks for its own slot again.
//!
//! # Time
//!
//! Workers read their clocks at different moments, and a thread may be descheduled between reading
//! and use. A debt must not be forgotten because a late clock saw it end and an early one then
//! starts from a full bucket. So a shard keeps the latest time it was given, to [`LAG_TICKS_MAX`]
//! (so that it is seldom written), and no caller is served at an earlier time. A bucket is idle
//! only when it has been full for that long, and a reclaimed slot begins at that time.

use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

use crossbeam::utils::CachePadded;

use super::{BucketKey, Refusal, limit::LAG_TICKS_MAX};

/// The TAT of a slot that is changing hands. No clock and no debt reaches it, see `limit.rs`.
pub(super) const LOCKED: u64 = u64::MAX;

/// How many slots a key may be in: eight cache lines, read in order.
pub const PROBE_SLOTS_MAX: usize = 32;
const SHARDS_MAX: usize = 64;
/// Slots of all shards together: 64 GiB of address space, of which only what is used is resident.
const SLOTS_MAX: usize = 1 << 32;
/// How often a step that another thread holds up for a few instructions is tried again.
pub(super) const ATTEMPTS_MAX: u32 = 1_024;
/// From here on give up the processor: the other thread has been descheduled.
const ATTEMPTS_SPINNING: u32 = 64;

/// One bucket. Zeroed memory is an empty slot.
#[derive(Debug)]
#[repr(align(16))]
pub(super) struct Slot {
    /// Bits of the [`BucketKey`]; zero when never used.
    pub(super) key: AtomicU64,
    /// Theoretical arrival time in ticks; in the past when the bucket is full.
    pub(super) tat: AtomicU64,
}

/// The slots of the keys with some hash bits in common.
#[derive(Debug)]
pub(super) struct Shard {
    slots: Box<[Slot]>,
    /// The latest time given to this shard, in ticks, at most [`LAG_TICKS_MAX`] behind.
    latest: AtomicU64,
    /// Held while a slot of this shard is given to another key.
    reclaiming: AtomicBool,
    /// Refusals because no slot could be had.
    saturated: AtomicU64,
}

/// All buckets. Lookups and spending are lock-free.
#[derive(Debug)]
pub(super) struct Table {
    shards: Box<[CachePadded<Shard>]>,
}

enum Probe<'a> {
    Found(&'a Slot),
    Full,
}

impl Table {
    /// Room for `buckets` at three quarters full, in powers of two.
    pub(super) fn with_capacity(buckets: usize) -> Self {
        let slots = buckets.clamp(1, SLOTS_MAX / 2);
        let slots = (slots + slots / 3).next_power_of_two();
        let shards = (slots / (4 * PROBE_SLOTS_MAX)).clamp(1, SHARDS_MAX);
        let shard = || CachePadded::new(Shard::with_slots(slots / shards));
        Self { shards: (0..shards).map(|_| shard()).collect() }
    }

    pub(super) fn saturated(&self) -> u64 {
        self.shards.iter().map(|shard| shard.saturated.load(Ordering::Relaxed)).sum()
    }

    pub(super) fn slots(&self) -> usize {
        self.shards.iter().map(|shard| shard.slots.len()).sum()
    }

    /// Where the slot of `key` is.
    pub(super) fn shard(&self, key: BucketKey) -> &Shard {
        // The low bits choose the home slot; the numbers of shards and slots are powers of two.
        &self.shards[(key.bits() >> 48) as usize & (self.shards.len() - 1)]
    }
}

impl Shard {
    fn with_slots(slots: usize) -> Self {
        Self {
            slots: zeroed(slots),
            latest: AtomicU64::new(0),
            reclaiming: AtomicBool::new(false),
            saturated: AtomicU64::new(0),
        }
    }

    /// The time to serve a caller at whose clock says `now`: not earlier than others were served.
    ///
    /// Read again after the TAT of a slot, it is at most [`LAG_TICKS_MAX`] earlier than the time at
    /// which that TAT was written: whoever wrote it had noted the time before.
    pub(super) fn time(&self, now: u64) -> u64 {
        let latest = self.latest.load(Ordering::Relaxed);
        if now > latest + LAG_TICKS_MAX {
            self.latest.fetch_max(now, Ordering::Relaxed);
        }
        now.max(latest)
    }

    /// The one slot of `key`, taken for it if it has none yet.
    pub(super) fn slot(&self, key: BucketKey, now: u64) -> Result<&Slot, Refusal> {
        match self.probe(key.bits()) {
            Probe::Found(slot) => Ok(slot),
            Probe::Full => self.reclaim(key.bits(), now).ok_or_else(|| self.refuse()),
        }
    }

    /// Counts a refusal for want of a slot.
    pub(super) fn refuse(&self) -> Refusal {
        self.saturated.fetch_add(1, Ordering::Relaxed);
        Refusal::Saturated
    }

    fn window(&self, key: u64) -> impl Iterator<Item = &Slot> {
        let mask = self.slots.len() - 1;
        let home = key as usize;
        (0..PROBE_SLOTS_MAX.min(self.slots.len())).map(move |step| {
            let index = home.wrapping_add(step) & mask;
            &self.slots[index]
        })
    }

    fn probe(&self, key: u64) -> Probe<'_> {
        for slot in self.window(key) {
            let mut seen = slot.key.load(Ordering::Acquire);
            if seen == 0 {
                match slot.key.compare_exchange(0, key, Ordering::AcqRel, Ordering::Acquire) {
                    Ok(_) => return Probe::Found(slot),
                    Err(other) => seen = other,
                }
            }
            if seen == key {
                return Probe::Found(slot);
            }
        }
        Probe::Full
    }

    /// Gives the slot that has been idle for longest to `key`. `None` when every bucket of the
    /// window is in use, or another thread holds the shard for too long.
    fn reclaim(&self, key: u64, now: u64) -> Option<&Slot> {
        let _held = Reclaiming::begin(&self.reclaiming)?;
        // Another thread may have reclaimed a slot for the same key before this one got here.
        if let Probe::Found(slot) = self.probe(key) {
            return Some(slot);
        }
        let now = self.time(now);
        for _ in 0..PROBE_SLOTS_MAX {
            let tat_of = |slot: &&Slot| slot.tat.load(Ordering::Acquire);
            let (tat, slot) = self.window(key).map(|s| (tat_of(&s), s)).min_by_key(|(t, _)| *t)?;
            // Full for so long that `latest` is past it: when this key comes back, its bucket
            // begins later than it ended here.
            if tat != 0 && tat.saturating_add(LAG_TICKS_MAX) > now {
                return None;
            }
            let swap = slot.tat.compare_exchange(tat, LOCKED, Ordering::AcqRel, Ordering::Relaxed);
            if swap.is_ok() {
                slot.key.store(key, Ordering::Release);
                slot.tat.store(self.latest.load(Ordering::Relaxed), Ordering::Release);
                return Some(slot);
            }
        }
        None
    }
}

/// The right to reclaim in one shard, given up when dropped.
struct Reclaiming<'a>(&'a AtomicBool);

impl<'a> Reclaiming<'a> {
    fn begin(flag: &'a AtomicBool) -> Option<Self> {
        (0..ATTEMPTS_MAX).find_map(|attempt| {
            let free = !flag.load(Ordering::Relaxed) && !flag.swap(true, Ordering::Acquire);
            if !free {
                pause(attempt);
            }
            // Not `then_some`: the guard must not exist, and be dropped, when the flag is not ours.
            free.then(|| Self(flag))
        })
    }
}

impl Drop for Reclaiming<'_> {
    fn drop(&mut self) {
        self.0.store(false, Ordering::Release);
    }
}

/// Lets another thread finish the few instructions this one waits for.
pub(super) fn pause(attempt: u32) {
    if attempt < ATTEMPTS_SPINNING {
        std::hint::spin_loop();
    } else {
        std::thread::yield_now();
    }
}

/// Empty slots whose pages the system provides when they are first used.
fn zeroed(slots: usize) -> Box<[Slot]> {
    let memory = Box::<[Slot]>::new_zeroed_slice(slots);
    // A safe constructor would write, and so make resident, every slot.
    // SAFETY: a `Slot` is two `AtomicU64`, for which all bits zero is the valid value 0.
    #[allow(unsafe_code)]
    unsafe {
        memory.assume_init()
    }
}

#[cfg(test)]
mod tests {
    use super::{BucketKey, LAG_TICKS_MAX, LOCKED, Ordering, Refusal, Slot, Table};

    fn key(name: u64) -> BucketKey {
        BucketKey::new(&[&name.to_le_bytes()])
    }

    fn slot(table: &Table, name: u64, now: u64) -> Result<&Slot, Refusal> {
        table.shard(key(name)).slot(key(name), now)
    }

    #[test]
    fn a_key_keeps_its_slot_and_no_two_keys_share_one() {
        let table = Table::with_capacity(1_000);
        let addresses: Vec<*const Slot> =
            (0..1_000).map(|name| std::ptr::from_ref(slot(&table, name, 1).unwrap())).collect();
        for (name, address) in (0..1_000).zip(&addresses) {
            assert!(std::ptr::eq(*address, slot(&table, name, 1).unwrap()));
        }
        let mut distinct = addresses;
        distinct.sort_unstable();
        distinct.dedup();
        assert_eq!(distinct.len(), 1_000);
        assert_eq!(table.saturated(), 0);
    }

    #[test]
    fn the_longest_idle_slot_is_reclaimed_and_none_in_use() {
        let table = Table::with_capacity(3);
        let now = 10 * LAG_TICKS_MAX;
        for name in 0..4 {
            slot(&table, name, now).unwrap().tat.store(now - name, Ordering::Relaxed);
        }
        // Full, but not for long enough.
        assert_eq!(slot(&table, 9, now).unwrap_err(), Refusal::Saturated);
        assert_eq!(table.saturated(), 1);

        let later = now + LAG_TICKS_MAX + 1;
        let oldest = slot(&table, 3, later).unwrap();
        let taken = slot(&table, 9, later).unwrap();
        assert!(std::ptr::eq(oldest, taken));
        assert_eq!(taken.key.load(Ordering::Relaxed), key(9).bits());
        assert_eq!(taken.tat.load(Ordering::Relaxed), later);
        for name in 0..3 {
            let kept = slot(&table, name, later).unwrap();
            assert_eq!(kept.tat.load(Ordering::Relaxed), now - name);
        }
    }

    #[test]
    fn nobody_is_served_at_an_earlier_time_than_others_were() {
        let table = Table::with_capacity(3);
        let shard = table.shard(key(0));
        let now = 10 * LAG_TICKS_MAX;
        assert_eq!(shard.time(now), now);
        assert_eq!(shard.time(now - 5 * LAG_TICKS_MAX), now);
        assert_eq!(shard.time(now + 1), now + 1);
        assert_eq!(shard.time(now + 2 * LAG_TICKS_MAX), now + 2 * LAG_TICKS_MAX);
        assert_eq!(shard.time(now), now + 2 * LAG_TICKS_MAX);
    }

    #[test]
    fn a_slot_changing_hands_is_not_taken() {
        let table = Table::with_capacity(1);
        slot(&table, 0, 1).unwrap().tat.store(LOCKED, Ordering::Relaxed);
        assert_eq!(slot(&table, 1, 1 << 62).unwrap_err(), Refusal::Saturated);
    }
}
