//! The response cache held against a naive model: maps, no shards, no eviction order.

use std::{
    collections::HashMap,
    sync::Arc,
    task::{Wake, Waker},
};

use proptest::prelude::*;
use ringway_cache::{
    Answer, Cached, FillSlot, Lookup, ResponseCache, Ticket, response_cache::ENTRY_OVERHEAD_BYTES,
};

const WAITERS_MAX: usize = 3;
const KEYS: u8 = 5;

#[derive(Clone, Debug)]
struct Blob {
    key: Vec<u8>,
    id: u32,
    bytes: usize,
}

impl Cached for Blob {
    fn key(&self) -> &[u8] {
        &self.key
    }

    fn weight_bytes(&self) -> usize {
        self.bytes
    }
}

struct Idle;

impl Wake for Idle {
    fn wake(self: Arc<Self>) {}
}

#[derive(Clone, Debug)]
enum Step {
    Advance(u64),
    Hit(u8),
    Begin(u8),
    Lookup(u8),
    Complete { slot: usize, bytes: usize, ttl_ns: u64 },
    Abandon { slot: usize },
    Uncacheable { slot: usize },
    Poll { ticket: usize },
    GiveUp { ticket: usize },
    Invalidate(u8),
    Flush,
    Resize(usize),
}

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let complete = (0..9_usize, 0..3_000_usize, prop_oneof![Just(0), 1..400_u64])
        .prop_map(|(slot, bytes, ttl_ns)| Step::Complete { slot, bytes, ttl_ns });
    let step = prop_oneof![
        2 => (1..100_u64).prop_map(Step::Advance),
        3 => (0..KEYS).prop_map(Step::Hit),
        4 => (0..KEYS).prop_map(Step::Begin),
        9 => (0..KEYS).prop_map(Step::Lookup),
        5 => complete,
        2 => (0..9_usize).prop_map(|slot| Step::Abandon { slot }),
        1 => (0..9_usize).prop_map(|slot| Step::Uncacheable { slot }),
        4 => (0..9_usize).prop_map(|ticket| Step::Poll { ticket }),
        2 => (0..9_usize).prop_map(|ticket| Step::GiveUp { ticket }),
        1 => (0..KEYS).prop_map(Step::Invalidate),
        1 => Just(Step::Flush),
        1 => (1_000..12_000_usize).prop_map(Step::Resize),
    ];
    prop::collection::vec(step, 1..250)
}

#[derive(Clone, Copy, Debug, PartialEq)]
enum Phase {
    Filling,
    Vacant,
    Filled { id: u32, at_ns: u64 },
    Released,
}

#[derive(Debug)]
struct Flight {
    key: u8,
    attached: bool,
    phase: Phase,
    tickets: usize,
}

#[derive(Clone, Copy, Debug)]
struct Entry {
    id: u32,
    weight: usize,
    stored_ns: u64,
    expires_ns: u64,
}

/// What the cache must answer, as far as a model without an eviction order can tell.
#[derive(Debug, PartialEq)]
enum Expected {
    Hit { id: u32, age_ns: u64 },
    Fill,
    Pending,
    Busy,
}

fn told(lookup: &Lookup<Blob>) -> Expected {
    match lookup {
        Lookup::Hit { value, age_ns } => Expected::Hit { id: value.id, age_ns: *age_ns },
        Lookup::Fill(_) => Expected::Fill,
        Lookup::Pending(_) => Expected::Pending,
        Lookup::Busy => Expected::Busy,
    }
}

#[derive(Default)]
struct Model {
    now_ns: u64,
    stored: HashMap<u8, Entry>,
    flights: Vec<Flight>,
    hits: u64,
    misses: u64,
    /// Entries found missing that only an eviction can have taken.
    missing: u64,
}

impl Model {
    fn fresh(&self, key: u8) -> Option<Entry> {
        self.stored.get(&key).copied().filter(|entry| self.now_ns < entry.expires_ns)
    }

    fn count(&mut self, expected: &Expected) {
        match expected {
            Expected::Hit { .. } => self.hits += 1,
            Expected::Fill | Expected::Busy => self.misses += 1,
            Expected::Pending => {}
        }
    }

    /// The answer to a lookup that finds nothing stored, and the flight it concerns.
    fn miss(&mut self, key: u8) -> (Expected, usize) {
        self.stored.remove(&key);
        let Some(at) = self.flights.iter().position(|f| f.attached && f.key == key) else {
            self.flights.push(Flight { key, attached: true, phase: Phase::Filling, tickets: 0 });
            return (Expected::Fill, self.flights.len() - 1);
        };
        let flight = &mut self.flights[at];
        if flight.phase == Phase::Vacant {
            flight.phase = Phase::Filling;
            return (Expected::Fill, at);
        }
        if flight.tickets == WAITERS_MAX {
            return (Expected::Busy, at);
        }
        flight.tickets += 1;
        (Expected::Pending, at)
    }

    fn is_filling(&self, key: u8) -> bool {
        let is_key = |flight: &&Flight| flight.attached && flight.key == key;
        self.flights.iter().find(is_key).is_some_and(|flight| flight.phase == Phase::Filling)
    }

    fn poll(&mut self, at: usize) -> Expected {
        let now_ns = self.now_ns;
        let flight = &mut self.flights[at];
        let expected = match flight.phase {
            Phase::Filling => return Expected::Pending,
            Phase::Vacant => {
                flight.phase = Phase::Filling;
                Expected::Fill
            }
            Phase::Filled { id, at_ns } => Expected::Hit { id, age_ns: now_ns - at_ns },
            Phase::Released => Expected::Busy,
        };
        flight.tickets -= 1;
        expected
    }

    fn desert(&mut self, at: usize) {
        let flight = &mut self.flights[at];
        if flight.phase == Phase::Vacant && flight.tickets == 0 {
            flight.attached = false;
        }
    }

    fn detach(&mut self, concerned: impl Fn(u8) -> bool) {
        self.stored.retain(|key, _| !concerned(*key));
        self.flights.iter_mut().filter(|f| concerned(f.key)).for_each(|f| f.attached = false);
    }
}

struct Run {
    cache: ResponseCache<Blob>,
    capacity: usize,
    evicting: bool,
    waker: Waker,
    model: Model,
    slots: Vec<(usize, FillSlot<Blob>)>,
    tickets: Vec<(usize, Ticket<Blob>)>,
    next_id: u32,
}

impl Run {
    fn new(capacity: usize, evicting: bool) -> Self {
        Self {
            cache: ResponseCache::with_capacity(capacity, 8).with_waiters_max(WAITERS_MAX),
            capacity,
            evicting,
            waker: Waker::from(Arc::new(Idle)),
            model: Model { now_ns: 1, ..Model::default() },
            slots: Vec::new(),
            tickets: Vec::new(),
            next_id: 0,
        }
    }

    fn step(&mut self, step: &Step) {
        match *step {
            Step::Advance(ns) => self.model.now_ns += ns,
            Step::Hit(key) => self.hit(key),
            Step::Begin(key) => self.begin(key),
            Step::Lookup(key) => self.lookup(key),
            Step::Complete { slot, bytes, ttl_ns } => self.complete(slot, bytes, ttl_ns),
            Step::Abandon { slot } => {
                if let Some((at, slot)) = taken(&mut self.slots, slot) {
                    drop(slot);
                    self.model.flights[at].phase = Phase::Vacant;
                    self.model.desert(at);
                }
            }
            Step::Uncacheable { slot } => {
                if let Some((at, slot)) = taken(&mut self.slots, slot) {
                    slot.uncacheable();
                    self.model.flights[at].phase = Phase::Released;
                    self.model.flights[at].attached = false;
                }
            }
            Step::Poll { ticket } => self.poll(ticket),
            Step::GiveUp { ticket } => {
                if let Some((at, ticket)) = taken(&mut self.tickets, ticket) {
                    drop(ticket);
                    self.model.flights[at].tickets -= 1;
                    self.model.desert(at);
                }
            }
            Step::Invalidate(key) => {
                self.cache.invalidate(&[key]);
                self.model.detach(|other| other == key);
            }
            Step::Flush => {
                self.cache.flush();
                self.model.detach(|_| true);
            }
            Step::Resize(bytes) => {
                if self.evicting {
                    self.cache.resize(bytes);
                    self.capacity = bytes;
                }
            }
        }
    }

    fn hit(&mut self, key: u8) {
        let found = self.cache.hit(&[key], self.model.now_ns);
        match (found, self.model.fresh(key)) {
            (Some((value, age_ns)), Some(entry)) => {
                assert_eq!((value.id, age_ns), (entry.id, self.model.now_ns - entry.stored_ns));
                self.model.hits += 1;
            }
            (Some((value, _)), None) => panic!("stale value {value:?} of key {key}"),
            (None, Some(_)) => self.lose(key),
            (None, None) => {}
        }
    }

    /// The model has a value that the cache has not.
    fn lose(&mut self, key: u8) {
        self.model.stored.remove(&key);
        self.model.missing += 1;
        assert!(self.model.missing <= self.cache.stats().evictions, "key {key} lost");
    }

    fn lookup(&mut self, key: u8) {
        let found = self.cache.lookup(&[key], self.model.now_ns, &self.waker);
        let is_hit = matches!(found, Lookup::Hit { .. });
        let (expected, at) = self.expect(key, is_hit);
        assert_eq!(told(&found), expected);
        self.model.count(&expected);
        self.keep(at, found);
    }

    fn begin(&mut self, key: u8) {
        let found = self.cache.begin(&[key], self.model.now_ns);
        let is_hit = matches!(found, Some(Answer::Hit { .. }));
        if self.model.fresh(key).is_none() && self.model.is_filling(key) {
            self.model.stored.remove(&key);
            assert!(found.is_none(), "it would have to wait");
            return;
        }
        let (expected, at) = self.expect(key, is_hit);
        let found = match found.expect("nobody is filling") {
            Answer::Hit { value, age_ns } => Lookup::Hit { value, age_ns },
            Answer::Fill(slot) => Lookup::Fill(slot),
            Answer::Busy => Lookup::Busy,
        };
        assert_eq!(told(&found), expected);
        self.model.count(&expected);
        self.keep(at, found);
    }

    /// What a lookup must answer, and the flight it concerns.
    fn expect(&mut self, key: u8, is_hit: bool) -> (Expected, usize) {
        if self.model.fresh(key).is_some() && !is_hit {
            self.lose(key);
        }
        let now_ns = self.model.now_ns;
        match self.model.fresh(key) {
            Some(Entry { id, stored_ns, .. }) => {
                (Expected::Hit { id, age_ns: now_ns - stored_ns }, usize::MAX)
            }
            None => self.model.miss(key),
        }
    }

    fn poll(&mut self, ticket: usize) {
        if let Some((at, ticket)) = taken(&mut self.tickets, ticket) {
            let found = ticket.poll(self.model.now_ns, &self.waker);
            let expected = self.model.poll(at);
            assert_eq!(told(&found), expected);
            self.model.count(&expected);
            self.keep(at, found);
        }
    }

    fn keep(&mut self, at: usize, found: Lookup<Blob>) {
        match found {
            Lookup::Fill(slot) => self.slots.push((at, slot)),
            Lookup::Pending(ticket) => self.tickets.push((at, ticket)),
            Lookup::Hit { .. } | Lookup::Busy => {}
        }
    }

    fn complete(&mut self, slot: usize, bytes: usize, ttl_ns: u64) {
        let Some((at, slot)) = taken(&mut self.slots, slot) else { return };
        self.next_id += 1;
        let id = self.next_id;
        let now_ns = self.model.now_ns;
        let flight = &mut self.model.flights[at];
        slot.complete(Blob { key: vec![flight.key], id, bytes }, ttl_ns, now_ns);
        let weight = bytes + ENTRY_OVERHEAD_BYTES;
        if flight.attached && ttl_ns > 0 && weight <= self.capacity {
            let expires_ns = now_ns + ttl_ns;
            let entry = Entry { id, weight, stored_ns: now_ns, expires_ns };
            self.model.stored.insert(flight.key, entry);
        }
        flight.attached = false;
        flight.phase = Phase::Filled { id, at_ns: now_ns };
    }

    fn check(&self) {
        let stats = self.cache.stats();
        assert!(stats.bytes <= self.capacity, "{stats:?} in {}", self.capacity);
        assert_eq!(stats.in_flight, self.model.flights.iter().filter(|f| f.attached).count());
        assert_eq!((stats.hits, stats.misses), (self.model.hits, self.model.misses));
        if self.evicting {
            assert!(stats.entries <= self.model.stored.len());
        } else {
            assert_eq!(stats.evictions, 0);
            assert_eq!(stats.entries, self.model.stored.len());
            assert_eq!(stats.bytes, self.model.stored.values().map(|e| e.weight).sum::<usize>());
        }
    }
}

fn taken<T>(held: &mut Vec<T>, at: usize) -> Option<T> {
    let at = at.checked_rem(held.len())?;
    Some(held.remove(at))
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    #[test]
    fn with_room_for_all_every_answer_is_the_models(steps in steps()) {
        let mut run = Run::new(1 << 26, false);
        for step in &steps {
            run.step(step);
            run.check();
        }
    }

    #[test]
    fn without_room_only_evictions_make_a_difference(steps in steps()) {
        let mut run = Run::new(6_000, true);
        for step in &steps {
            run.step(step);
            run.check();
        }
    }
}

#[test]
fn shards_are_few_enough_that_a_mebibyte_fits() {
    for (bytes, asked) in [(2 << 20, 64), (9 << 20, 64), (512 << 20, 64), (512 << 20, 48)] {
        let cache = ResponseCache::with_capacity(bytes, asked);
        let idle = Waker::from(Arc::new(Idle));
        let Lookup::Fill(slot) = cache.lookup(b"large", 1, &idle) else { panic!("not empty") };
        slot.complete(Blob { key: b"large".into(), id: 1, bytes: 1 << 20 }, 10, 1);
        assert!(cache.hit(b"large", 2).is_some(), "{bytes} bytes, {asked} shards");
    }
}

#[test]
fn many_values_in_many_shards_stay_within_the_bytes() {
    let cache = ResponseCache::with_capacity(32 << 20, 8);
    let idle = Waker::from(Arc::new(Idle));
    for id in 0..2_000_u32 {
        let Lookup::Fill(slot) = cache.lookup(&id.to_le_bytes(), 1, &idle) else {
            panic!("{id} is new")
        };
        slot.complete(Blob { key: id.to_le_bytes().into(), id, bytes: 40_000 }, 100, 1);
        assert!(cache.stats().bytes <= 32 << 20);
    }
    let stats = cache.stats();
    assert_eq!(stats.entries as u64 + stats.evictions, 2_000);
    assert!(stats.entries > 700, "{stats:?}");
    // What is left is what was asked for, byte for byte of the key.
    let found = (0..2_000_u32).filter_map(|id| Some((id, cache.hit(&id.to_le_bytes(), 2)?.0)));
    assert_eq!(found.inspect(|(id, value)| assert_eq!(*id, value.id)).count(), stats.entries);
}
