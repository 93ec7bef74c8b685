//! Positions by hash.
//!
//! Owns where a position is found. Must not know what is at it: the caller compares keys.
//!
//! A table of slots, searched from the slot that the hash names to the next vacant one. A slot has
//! the hash beside the position, so that a search reads what a position stands for only when it
//! very likely is the one sought, and a table of 100,000 cold entries costs a search one cache
//! line. Removing closes the gap: nothing is left behind that would have to be cleaned up later.

/// No position.
pub(super) const NONE: u32 = u32::MAX;

/// The fewest slots of a table that has any.
const SLOTS_MIN: usize = 8;

#[derive(Clone, Copy)]
struct Slot {
    hash: u32,
    /// `NONE` in a vacant slot.
    at: u32,
}

const VACANT: Slot = Slot { hash: 0, at: NONE };

/// A multimap of hashes to positions.
#[derive(Default)]
pub(super) struct Index {
    /// None of them or a power of two; a quarter at least is vacant, so that each search ends.
    slots: Box<[Slot]>,
    len: usize,
}

impl Index {
    pub(super) fn len(&self) -> usize {
        self.len
    }

    /// The first position of this hash that `is_sought`.
    pub(super) fn find(&self, hash: u32, is_sought: impl Fn(u32) -> bool) -> Option<u32> {
        let slot = self.search(hash, is_sought)?;
        Some(self.slots[slot].at)
    }

    /// Adds a position, which must be below [`NONE`].
    pub(super) fn insert(&mut self, hash: u32, at: u32) {
        if (self.len + 1) * 4 > self.slots.len() * 3 {
            self.grow();
        }
        self.place(Slot { hash, at });
        self.len += 1;
    }

    /// Removes a position. False if it is not there.
    pub(super) fn remove(&mut self, hash: u32, at: u32) -> bool {
        let Some(mut hole) = self.search(hash, |other| other == at) else { return false };
        let mask = self.slots.len() - 1;
        let mut slot = hole;
        loop {
            slot = (slot + 1) & mask;
            let moving = self.slots[slot];
            if moving.at == NONE {
                break;
            }
            // Into the hole moves only what stays at or behind the slot its hash names.
            let from_home = slot.wrapping_sub(moving.hash as usize) & mask;
            if from_home >= slot.wrapping_sub(hole) & mask {
                self.slots[hole] = moving;
                hole = slot;
            }
        }
        self.slots[hole] = VACANT;
        self.len -= 1;
        true
    }

    /// Removes all positions.
    pub(super) fn clear(&mut self) {
        self.slots.fill(VACANT);
        self.len = 0;
    }

    fn search(&self, hash: u32, is_sought: impl Fn(u32) -> bool) -> Option<usize> {
        let mask = self.slots.len().checked_sub(1)?;
        let mut slot = hash as usize & mask;
        loop {
            let Slot { hash: other, at } = self.slots[slot];
            if at == NONE {
                return None;
            }
            if other == hash && is_sought(at) {
                return Some(slot);
            }
            slot = (slot + 1) & mask;
        }
    }

    fn place(&mut self, new: Slot) {
        let mask = self.slots.len() - 1;
        let mut slot = new.hash as usize & mask;
        while self.slots[slot].at != NONE {
            slot = (slot + 1) & mask;
        }
        self.slots[slot] = new;
    }

    fn grow(&mut self) {
        let slots = (self.slots.len() * 2).max(SLOTS_MIN);
        let earlier = std::mem::replace(&mut self.slots, vec![VACANT; slots].into());
        earlier.iter().filter(|slot| slot.at != NONE).for_each(|slot| self.place(*slot));
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use proptest::prelude::*;

    use super::Index;

    proptest! {
        /// Few hashes, so that runs are long, overlap and wrap around the end.
        #[test]
        fn holds_what_a_set_holds(
            steps in prop::collection::vec((any::<bool>(), 0..40_u32), 1..300),
        ) {
            let hash = |at: u32| [0, 1, 6, 7, 7, 15, 31, u32::MAX][at as usize % 8];
            let (mut index, mut set) = (Index::default(), BTreeSet::new());
            for (insert, at) in steps {
                if insert && set.insert(at) {
                    index.insert(hash(at), at);
                } else if !insert {
                    prop_assert_eq!(index.remove(hash(at), at), set.remove(&at));
                }
                prop_assert_eq!(index.len(), set.len());
                for at in 0..40 {
                    let found = index.find(hash(at), |other| other == at);
                    prop_assert_eq!(found, set.get(&at).copied());
                }
            }
            index.clear();
            prop_assert!((0..40).all(|at| index.find(hash(at), |_| true).is_none()));
        }
    }
}
