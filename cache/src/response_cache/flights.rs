//! The fills in flight of one shard: who owes which value, and who waits for it.
//!
//! Owns the rule that at most one caller fills a key at a time. Must not know where values are
//! stored, nor locks: the shard holds one around it. What may run code of others when it is woken
//! or dropped (wakers, values) is returned, so that the caller does so after unlocking.
//!
//! A flight has a place as long as somebody holds its [`FillSlot`](super::FillSlot) or a
//! [`Ticket`](super::Ticket), which name it by position. Lookups find it by its key while it is
//! attached; after a flush they do not, but those who wait still get its value. Places and the
//! memory of their keys are used again: a fill that nobody waits for allocates nothing here.

use std::{collections::BTreeMap, task::Waker};

use super::index::Index;

/// Up to so many places are kept when no fill is in flight.
const IDLE_PLACES_MAX: usize = 64;
/// A longer key's memory is not kept, bytes.
const IDLE_KEY_BYTES_MAX: usize = 512;

struct Flight<V> {
    key: Vec<u8>,
    hash: u32,
    /// Found by lookups.
    attached: bool,
    phase: Phase<V>,
    /// Tickets not yet dropped.
    tickets: usize,
    /// Wakers by ticket, oldest first. A ticket that was woken has none until it looks again.
    asleep: BTreeMap<u64, Waker>,
    next_ticket: u64,
}

/// How a flight ends, and what it is until then.
pub(super) enum Phase<V> {
    /// Somebody owes the value.
    Filling,
    /// The filler has given up; whoever looks first takes over.
    Vacant,
    Filled {
        value: V,
        filled_ns: u64,
    },
    /// There is no value to share.
    Released,
}

/// The part a caller gets in the flight of a key.
pub(super) enum Part {
    Filler {
        at: u32,
    },
    Waiter {
        at: u32,
        ticket: u64,
    },
    /// As many wait as may.
    Crowded,
    /// There is a filler, and the caller did not ask to wait.
    Taken,
}

/// What a waiter sees.
pub(super) enum Sight<V> {
    /// Still flying; the waker is registered.
    Asleep,
    /// The duty to fill has come to this waiter.
    Filler,
    Filled {
        value: V,
        filled_ns: u64,
    },
    Released,
}

/// A flight that has ended.
pub(super) struct Landed {
    pub(super) hash: u32,
    /// False when a flush or an invalidation came in between: what it brings is out of date.
    pub(super) up_to_date: bool,
    pub(super) asleep: BTreeMap<u64, Waker>,
}

/// What a waiter leaves behind who gives up.
pub(super) struct Left<V> {
    pub(super) _own: Option<Waker>,
    pub(super) _value: Option<V>,
    /// The next to take over.
    pub(super) next: Option<Waker>,
}

pub(super) struct Flights<V> {
    /// Attached flights.
    index: Index,
    places: Vec<Flight<V>>,
    vacant: Vec<u32>,
}

impl<V> Default for Flights<V> {
    fn default() -> Self {
        Self { index: Index::default(), places: Vec::new(), vacant: Vec::new() }
    }
}

impl<V> Flights<V> {
    /// How many lookups find.
    pub(super) fn attached(&self) -> usize {
        self.index.len()
    }

    /// Joins the flight of `key`, or starts one. Who gives no waker does not wait.
    pub(super) fn join(
        &mut self,
        hash: u32,
        key: &[u8],
        waiters_max: usize,
        waker: Option<&Waker>,
    ) -> Part {
        let Some(at) = self.position(hash, key) else {
            return Part::Filler { at: self.start(hash, key) };
        };
        let flight = self.flight(at);
        if matches!(flight.phase, Phase::Vacant) {
            flight.phase = Phase::Filling;
            return Part::Filler { at };
        }
        let Some(waker) = waker else { return Part::Taken };
        if flight.tickets >= waiters_max {
            return Part::Crowded;
        }
        let ticket = flight.next_ticket;
        flight.asleep.insert(ticket, waker.clone());
        flight.next_ticket += 1;
        flight.tickets += 1;
        Part::Waiter { at, ticket }
    }

    /// Looks again with a ticket, which is used up unless the sight is `Asleep`; then `waker`
    /// replaces the earlier one. The waker returned is of no more use.
    pub(super) fn look(&mut self, at: u32, ticket: u64, waker: &Waker) -> (Sight<V>, Option<Waker>)
    where
        V: Clone,
    {
        let flight = self.flight(at);
        let sight = match &flight.phase {
            Phase::Filling => {
                let known = flight.asleep.get(&ticket).is_some_and(|known| known.will_wake(waker));
                let earlier =
                    if known { None } else { flight.asleep.insert(ticket, waker.clone()) };
                return (Sight::Asleep, earlier);
            }
            Phase::Vacant => {
                flight.phase = Phase::Filling;
                Sight::Filler
            }
            Phase::Filled { value, filled_ns } => {
                Sight::Filled { value: value.clone(), filled_ns: *filled_ns }
            }
            Phase::Released => Sight::Released,
        };
        let own = flight.asleep.remove(&ticket);
        // A value that the place had is also in the sight, so that this is not its last clone.
        drop(self.give_ticket_back(at));
        (sight, own)
    }

    /// The filler ends a flight; `outcome` is asked for when somebody waits for it.
    pub(super) fn land(&mut self, at: u32, outcome: impl FnOnce() -> Phase<V>) -> Landed {
        let up_to_date = self.detach(at);
        let flight = self.flight(at);
        let hash = flight.hash;
        let asleep = std::mem::take(&mut flight.asleep);
        if flight.tickets > 0 {
            flight.phase = outcome();
        } else {
            self.vacate_place(at);
        }
        Landed { hash, up_to_date, asleep }
    }

    /// The filler gives up. Returns the waker of the one who has waited longest.
    pub(super) fn give_up(&mut self, at: u32) -> Option<Waker> {
        let flight = self.flight(at);
        if flight.tickets == 0 {
            self.detach(at);
            self.vacate_place(at);
            return None;
        }
        flight.phase = Phase::Vacant;
        flight.asleep.pop_first().map(|(_, waker)| waker)
    }

    /// A waiter gives up. If it was the one woken to take over, the next is to be woken instead;
    /// when it was not, the next is woken for nothing, which is harmless.
    pub(super) fn leave(&mut self, at: u32, ticket: u64) -> Left<V> {
        let flight = self.flight(at);
        let own = flight.asleep.remove(&ticket);
        let vacant = matches!(flight.phase, Phase::Vacant);
        let next = if vacant { flight.asleep.pop_first() } else { None };
        let value = self.give_ticket_back(at);
        Left { _own: own, _value: value, next: next.map(|(_, waker)| waker) }
    }

    /// Takes the flight of `key` out of the way of lookups.
    pub(super) fn detach_key(&mut self, hash: u32, key: &[u8]) {
        if let Some(at) = self.position(hash, key) {
            self.detach(at);
        }
    }

    /// Takes all flights out of the way of lookups.
    pub(super) fn detach_all(&mut self) {
        self.index.clear();
        self.places.iter_mut().for_each(|flight| flight.attached = false);
    }

    /// False when it was detached before.
    fn detach(&mut self, at: u32) -> bool {
        let flight = self.flight(at);
        let attached = std::mem::replace(&mut flight.attached, false);
        let hash = flight.hash;
        if attached {
            self.index.remove(hash, at);
        }
        attached
    }

    /// A flight whose filler is the caller.
    fn start(&mut self, hash: u32, key: &[u8]) -> u32 {
        let at = self.vacant.pop().unwrap_or_else(|| {
            let at = u32::try_from(self.places.len()).expect("fewer fills than 4 billion");
            self.places.push(Flight {
                key: Vec::new(),
                hash: 0,
                attached: false,
                phase: Phase::Filling,
                tickets: 0,
                asleep: BTreeMap::new(),
                next_ticket: 0,
            });
            at
        });
        let flight = self.flight(at);
        flight.key.extend_from_slice(key);
        (flight.hash, flight.attached) = (hash, true);
        self.index.insert(hash, at);
        at
    }

    /// Counts a ticket as gone. What nobody fills or waits for any more loses its place.
    fn give_ticket_back(&mut self, at: u32) -> Option<V> {
        let flight = self.flight(at);
        flight.tickets -= 1;
        if flight.tickets > 0 || matches!(flight.phase, Phase::Filling) {
            return None;
        }
        self.detach(at);
        self.vacate_place(at)
    }

    fn vacate_place(&mut self, at: u32) -> Option<V> {
        let flight = self.flight(at);
        flight.key.clear();
        if flight.key.capacity() > IDLE_KEY_BYTES_MAX {
            flight.key = Vec::new();
        }
        let phase = std::mem::replace(&mut flight.phase, Phase::Filling);
        self.vacant.push(at);
        if self.vacant.len() == self.places.len() && self.places.len() > IDLE_PLACES_MAX {
            *self = Self::default();
        }
        match phase {
            Phase::Filled { value, .. } => Some(value),
            Phase::Filling | Phase::Vacant | Phase::Released => None,
        }
    }

    fn position(&self, hash: u32, key: &[u8]) -> Option<u32> {
        self.index.find(hash, |at| self.places[at as usize].key == key)
    }

    fn flight(&mut self, at: u32) -> &mut Flight<V> {
        &mut self.places[at as usize]
    }
}
