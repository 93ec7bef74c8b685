//! Exact token buckets, shared by all workers.
//!
//! Owns the decision whether a request may pass a list of limits, and the spending that follows.
//! Must not know which limits there are or why: the caller orders them.
//!
//! A bucket is found by key in a fixed table (`table`), a limit is integer arithmetic on one atomic
//! word (`limit`). Buckets outlive the configuration that names them; the limit comes with
//! each request.
//!
//! # What a changed limit does
//!
//! The same key with another limit is the same bucket, and the new limit acts at once:
//!
//! - A debt that the new limit could have caused itself is kept, in time: a bucket that is full
//!   again in 80 ms under the old limit is so under the new one.
//! - A longer debt (a slower rate or a larger burst left it) is cut to an empty bucket of the new
//!   limit, on the first request that meets it. So the next token is there after one interval of
//!   the new limit, or, for a debt less than 67 ms too long, after at most that more. Whatever
//!   happened before, no more than the new burst and the new rate is admitted from then on.
//! - A shorter debt (a faster rate left it) counts for little under a slower rate: a change grants
//!   at most one fresh burst.

mod key;
mod limit;
mod table;

use std::sync::atomic::Ordering;

pub use key::BucketKey;
pub use limit::{Limit, RATE_PER_SECOND_MAX};
use limit::{Standing, ticks};
pub use table::PROBE_SLOTS_MAX;
use table::{ATTEMPTS_MAX, LOCKED, Slot, Table, pause};

/// The longest list of limits one request can be held against.
pub const CHARGES_MAX: usize = 8;

/// One token to take from one bucket.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Charge {
    /// Which bucket.
    pub key: BucketKey,
    /// How large it is and how fast it refills.
    pub limit: Limit,
}

/// Why and by which charge a request was refused. It has spent nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Refused {
    /// Position in the slice of charges; the first that refuses.
    pub index: usize,
    /// Why it refuses.
    pub refusal: Refusal,
}

/// Why a charge was refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Refusal {
    /// The bucket has no token left, or its limit admits nothing.
    Empty,
    /// The table has no room for the bucket: all [`PROBE_SLOTS_MAX`] slots it may use belong to
    /// buckets that are not full. Counted by [`Buckets::saturated`]; the table is too small.
    Saturated,
    /// More than [`CHARGES_MAX`] charges, a mistake of the caller; the index is the first too many.
    TooManyCharges,
}

/// A fixed number of token buckets.
///
/// All methods take `&self` and may be called from any thread; nothing here allocates after
/// construction. The clocks of callers may lag each other: time never goes back here.
#[derive(Debug)]
pub struct Buckets {
    table: Table,
}

/// A token that was taken and can be given back.
#[derive(Clone, Copy)]
struct Spent<'a> {
    slot: &'a Slot,
    from: u64,
    to: u64,
}

impl Buckets {
    /// Room for `buckets` that are in use at the same time; 21 to 43 bytes of address space each,
    /// resident only once used. Full buckets need no room: theirs is reclaimed when it is needed.
    #[must_use]
    pub fn with_capacity(buckets: usize) -> Self {
        Self { table: Table::with_capacity(buckets) }
    }

    /// How many requests were refused because the table had no room, see [`Refusal::Saturated`].
    #[must_use]
    pub fn saturated(&self) -> u64 {
        self.table.saturated()
    }

    /// The number of slots, of which keys are bound to windows of [`PROBE_SLOTS_MAX`].
    #[must_use]
    pub fn slots(&self) -> usize {
        self.table.slots()
    }

    /// Takes one token from each bucket, or none from any.
    ///
    /// All limits are checked before any is spent: a refused request costs one plain load per
    /// bucket and takes nothing. If another thread takes the last token between check and
    /// spending, what was spent is given back, unless yet another thread has spent on the same
    /// bucket meanwhile: then that token is lost. The error is on the safe side, and rare, because
    /// buckets near their end are spent first.
    ///
    /// # Errors
    ///
    /// The first charge, in the order of the slice, that has no token. AWS's order is the usage
    /// plan's limits, the stage's method limit, the account's limit.
    pub fn admit(&self, now_ns: u64, charges: &[Charge]) -> Result<(), Refused> {
        let now = ticks(now_ns);
        if charges.len() > CHARGES_MAX {
            return Err(Refused { index: CHARGES_MAX, refusal: Refusal::TooManyCharges });
        }
        let mut slots = [None; CHARGES_MAX];
        let mut scarce = 0_u8;
        for (index, charge) in charges.iter().enumerate() {
            let refused = |refusal| Refused { index, refusal };
            let (slot, is_scarce) = self.check(charge, now).map_err(refused)?;
            slots[index] = Some(slot);
            scarce |= u8::from(is_scarce) << index;
        }
        self.spend_all(now, charges, &slots, scarce)
    }

    /// Finds the bucket and whether a token is in it.
    fn check(&self, charge: &Charge, now: u64) -> Result<(&Slot, bool), Refusal> {
        if charge.limit.refuses_everything() {
            return Err(Refusal::Empty);
        }
        let shard = self.table.shard(charge.key);
        let now = shard.time(now);
        for attempt in 0..ATTEMPTS_MAX {
            let slot = shard.slot(charge.key, now)?;
            let tat = slot.tat.load(Ordering::Acquire);
            // The key is read after the TAT: if it still is ours, so was the TAT.
            if tat == LOCKED || slot.key.load(Ordering::Acquire) != charge.key.bits() {
                pause(attempt);
                continue;
            }
            return match charge.limit.standing(tat, now) {
                Standing::Open { scarce } => Ok((slot, scarce)),
                Standing::Empty => Err(Refusal::Empty),
                Standing::Relic => {
                    settle(slot, tat, &charge.limit, shard.time(now));
                    Err(Refusal::Empty)
                }
            };
        }
        Err(shard.refuse())
    }

    /// Spends buckets that may run out first, so that a lost race seldom leaves anything to undo.
    fn spend_all<'a>(
        &'a self,
        now: u64,
        charges: &[Charge],
        slots: &[Option<&'a Slot>; CHARGES_MAX],
        scarce: u8,
    ) -> Result<(), Refused> {
        let mut spent = [None; CHARGES_MAX];
        for scarce_turn in [true, false] {
            for (index, charge) in charges.iter().enumerate() {
                if (scarce >> index & 1 == 1) != scarce_turn {
                    continue;
                }
                match self.spend(charge, slots[index], now) {
                    Ok(token) => spent[index] = Some(token),
                    Err(refusal) => {
                        spent.iter().rev().flatten().for_each(Spent::give_back);
                        return Err(Refused { index, refusal });
                    }
                }
            }
        }
        Ok(())
    }

    /// Takes one token, starting from the slot that the check found.
    fn spend<'a>(
        &'a self,
        charge: &Charge,
        found: Option<&'a Slot>,
        now: u64,
    ) -> Result<Spent<'a>, Refusal> {
        let shard = self.table.shard(charge.key);
        let now = shard.time(now);
        let mut hint = found;
        for attempt in 0..ATTEMPTS_MAX {
            let slot = match hint.take() {
                Some(slot) => slot,
                None => shard.slot(charge.key, now)?,
            };
            match take_token(slot, charge, now) {
                Taken::Token(spent) => return Ok(spent),
                Taken::Nothing => return Err(Refusal::Empty),
                Taken::Moved => pause(attempt),
            }
        }
        Err(shard.refuse())
    }
}

/// Cuts a debt that another limit has left to an empty bucket. `now` was read after `tat`, so that
/// it is no caller's lagging clock that makes the debt look too long.
fn settle(slot: &Slot, tat: u64, limit: &Limit, now: u64) {
    if limit.standing(tat, now) == Standing::Relic {
        let empty = limit.empty_at(now);
        // If this fails, another thread has settled it or has spent under its own limit.
        let _ = slot.tat.compare_exchange(tat, empty, Ordering::AcqRel, Ordering::Relaxed);
    }
}

/// What became of an attempt to take a token from a slot.
enum Taken<'a> {
    Token(Spent<'a>),
    Nothing,
    /// The slot is, or has become, another key's.
    Moved,
}

fn take_token<'a>(slot: &'a Slot, charge: &Charge, now: u64) -> Taken<'a> {
    let mut from = slot.tat.load(Ordering::Acquire);
    // Bounded by the bucket: a failed CAS means that another thread has taken or returned a token.
    loop {
        if from == LOCKED {
            return Taken::Moved;
        }
        if !matches!(charge.limit.standing(from, now), Standing::Open { .. }) {
            let ours = slot.key.load(Ordering::Acquire) == charge.key.bits();
            return if ours { Taken::Nothing } else { Taken::Moved };
        }
        let to = charge.limit.after(from.max(now));
        match slot.tat.compare_exchange_weak(from, to, Ordering::AcqRel, Ordering::Acquire) {
            Ok(_) => {
                let spent = Spent { slot, from, to };
                if slot.key.load(Ordering::Acquire) == charge.key.bits() {
                    return Taken::Token(spent);
                }
                spent.give_back();
                return Taken::Moved;
            }
            Err(seen) => from = seen,
        }
    }
}

impl Spent<'_> {
    /// Puts the token back if the bucket is as the spending left it. Subtracting an interval
    /// instead would always succeed, but gives a token too many when the bucket has meanwhile been
    /// spent on by a thread whose later clock had already forgotten this debt.
    fn give_back(&self) {
        for attempt in 0..GIVE_BACK_ATTEMPTS {
            let order = (Ordering::AcqRel, Ordering::Relaxed);
            if self.slot.tat.compare_exchange(self.to, self.from, order.0, order.1).is_ok() {
                return;
            }
            // A thread that spent after this one may be about to give back too.
            pause(attempt);
        }
    }
}

/// How often to wait for others to undo what they spent on top.
const GIVE_BACK_ATTEMPTS: u32 = 8;

#[cfg(test)]
mod tests {
    use super::{
        BucketKey, Buckets, CHARGES_MAX, Charge, Limit, Ordering, Refusal, Refused, Taken,
        take_token, ticks,
    };

    const NOW_NS: u64 = 1_000_000_000;

    fn charge(name: &[u8], burst: u32) -> Charge {
        Charge { key: BucketKey::new(&[name]), limit: Limit::new(1.0, burst) }
    }

    /// The race that a stress test seldom meets: the slot changes hands between check and CAS.
    #[test]
    fn a_token_taken_from_a_slot_that_changed_hands_is_given_back() {
        let buckets = Buckets::with_capacity(4);
        let (ours, other) = (charge(b"ours", 5), charge(b"other", 5));
        let now = ticks(NOW_NS);
        let slot = buckets.table.shard(ours.key).slot(ours.key, now).unwrap();
        slot.key.store(other.key.bits(), Ordering::Relaxed);
        slot.tat.store(now - 7, Ordering::Relaxed);
        assert!(matches!(take_token(slot, &ours, now), Taken::Moved));
        assert_eq!(slot.tat.load(Ordering::Relaxed), now - 7);
    }

    #[test]
    fn the_check_tells_scarce_from_plenty() {
        let buckets = Buckets::with_capacity(3);
        let now = ticks(NOW_NS);
        assert!(!buckets.check(&charge(b"plenty", 1_000), now).unwrap().1);
        assert!(buckets.check(&charge(b"tight", 10), now).unwrap().1);
    }

    #[test]
    fn a_scarce_bucket_is_spent_before_one_with_plenty() {
        let buckets = Buckets::with_capacity(3);
        let (tight, plenty) = (charge(b"tight", 1), charge(b"plenty", 1_000));
        for name in 0..3_u8 {
            assert!(buckets.admit(NOW_NS, &[charge(&[name], 1)]).is_ok());
        }
        assert!(buckets.admit(NOW_NS, &[tight]).is_ok());
        // The check has passed, then the tight bucket ran out. All slots are in use, so an attempt
        // to spend the other bucket would end in `Saturated`.
        let now = ticks(NOW_NS);
        let mut slots = [None; CHARGES_MAX];
        slots[1] = Some(buckets.table.shard(tight.key).slot(tight.key, now).unwrap());
        let refused = buckets.spend_all(now, &[plenty, tight], &slots, 0b10);
        assert_eq!(refused, Err(Refused { index: 1, refusal: Refusal::Empty }));
        assert_eq!(buckets.saturated(), 0);
    }
}
