//! One fill in flight: who owes the value, and who waits for it.
//!
//! Owns the rule that at most one caller fills at a time. Must not know where values are stored.
//! A flight outlives its place in the shard: after a flush it is no longer found by its key, but
//! those who wait on it still get its value.
//!
//! Lock order: shard, then flight. Wakers are woken and dropped after unlocking, for both may run
//! code of an executor that comes back here.

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex, MutexGuard},
    task::Waker,
};

use super::shard::lock;

pub(super) struct Flight<V> {
    pub(super) hash: u64,
    pub(super) key: Arc<[u8]>,
    state: Mutex<State<V>>,
}

struct State<V> {
    phase: Phase<V>,
    /// Tickets not yet dropped.
    tickets: usize,
    /// Wakers by ticket, oldest first. A ticket that was woken has none until it looks again.
    asleep: BTreeMap<u64, Waker>,
    next_ticket: u64,
}

/// How a flight ends, and what it is until then.
enum Phase<V> {
    /// Somebody owes the value.
    Filling,
    /// The filler has given up; whoever looks first takes over.
    Vacant,
    Filled {
        value: Arc<V>,
        filled_ns: u64,
    },
    /// There is no value to share.
    Released,
}

/// The part a caller gets in a flight that it has found.
pub(super) enum Part {
    Filler,
    Waiter {
        ticket: u64,
    },
    /// As many wait as may.
    Crowded,
}

/// What a waiter sees.
pub(super) enum Sight<V> {
    /// Still flying; the waker is registered.
    Asleep,
    /// The duty to fill has come to this waiter.
    Filler,
    Filled {
        value: Arc<V>,
        filled_ns: u64,
    },
    Released,
}

impl<V> Flight<V> {
    /// A flight whose filler is the caller.
    pub(super) fn new(hash: u64, key: &[u8]) -> Self {
        let state =
            State { phase: Phase::Filling, tickets: 0, asleep: BTreeMap::new(), next_ticket: 0 };
        Self { hash, key: Arc::from(key), state: Mutex::new(state) }
    }

    /// Joins a flight found by its key.
    pub(super) fn join(&self, waiters_max: usize, waker: &Waker) -> Part {
        let mut state = self.lock();
        match state.phase {
            Phase::Vacant => {
                state.phase = Phase::Filling;
                Part::Filler
            }
            _ if state.tickets >= waiters_max => Part::Crowded,
            _ => {
                let ticket = state.next_ticket;
                state.asleep.insert(ticket, waker.clone());
                state.next_ticket += 1;
                state.tickets += 1;
                Part::Waiter { ticket }
            }
        }
    }

    /// Looks again with a ticket. While the flight goes on, `waker` replaces the earlier one.
    pub(super) fn look(&self, ticket: u64, waker: &Waker) -> Sight<V> {
        let mut state = self.lock();
        match &state.phase {
            Phase::Filling => {}
            Phase::Vacant => {
                state.phase = Phase::Filling;
                return Sight::Filler;
            }
            Phase::Filled { value, filled_ns } => {
                return Sight::Filled { value: Arc::clone(value), filled_ns: *filled_ns };
            }
            Phase::Released => return Sight::Released,
        }
        let known = state.asleep.get(&ticket).is_some_and(|known| known.will_wake(waker));
        let replaced = if known { None } else { state.asleep.insert(ticket, waker.clone()) };
        drop(state);
        drop(replaced);
        Sight::Asleep
    }

    /// Ends the flight with a value for all who wait.
    pub(super) fn fill(&self, value: Arc<V>, filled_ns: u64) {
        self.end(Phase::Filled { value, filled_ns });
    }

    /// Ends the flight without a value.
    pub(super) fn release(&self) {
        self.end(Phase::Released);
    }

    fn end(&self, phase: Phase<V>) {
        let asleep = {
            let mut state = self.lock();
            state.phase = phase;
            std::mem::take(&mut state.asleep)
        };
        asleep.into_values().for_each(Waker::wake);
    }

    /// The filler gives up. Wakes the one who has waited longest.
    pub(super) fn vacate(&self) {
        let next = {
            let mut state = self.lock();
            state.phase = Phase::Vacant;
            state.asleep.pop_first()
        };
        if let Some((_, waker)) = next {
            waker.wake();
        }
    }

    /// A ticket is dropped. If it was the one woken to take over, the next is woken instead; when
    /// it was not, the next is woken for nothing, which is harmless.
    pub(super) fn leave(&self, ticket: u64) {
        let (own, next) = {
            let mut state = self.lock();
            state.tickets -= 1;
            let own = state.asleep.remove(&ticket);
            let vacant = matches!(state.phase, Phase::Vacant);
            (own, if vacant { state.asleep.pop_first() } else { None })
        };
        drop(own);
        if let Some((_, waker)) = next {
            waker.wake();
        }
    }

    /// Nobody fills and nobody waits: nothing will ever come of it.
    pub(super) fn is_deserted(&self) -> bool {
        let state = self.lock();
        matches!(state.phase, Phase::Vacant) && state.tickets == 0
    }

    fn lock(&self) -> MutexGuard<'_, State<V>> {
        lock(&self.state)
    }
}
