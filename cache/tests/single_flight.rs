//! One fill per key in flight, whatever threads do.

use std::{
    sync::{
        Arc,
        atomic::{AtomicU64, AtomicUsize, Ordering},
        mpsc,
    },
    task::{Context, Poll, Wake, Waker},
};

use ringway_cache::{Answer, Cached, FillSlot, Lookup, ResponseCache, Ticket};

const TTL_NS: u64 = 1_000_000;

#[derive(Clone, Debug)]
struct Page {
    key: Vec<u8>,
    version: u64,
    bytes: usize,
}

impl Cached for Page {
    fn key(&self) -> &[u8] {
        &self.key
    }

    fn weight_bytes(&self) -> usize {
        self.bytes
    }
}

fn page(version: u64) -> Page {
    Page { key: b"key".into(), version, bytes: 100 }
}

fn cache() -> ResponseCache<Page> {
    ResponseCache::with_capacity(16 << 20, 4)
}

/// Counts how often it was woken.
#[derive(Default)]
struct Count(AtomicUsize);

impl Wake for Count {
    fn wake(self: Arc<Self>) {
        self.0.fetch_add(1, Ordering::SeqCst);
    }
}

/// A small executor: a wake-up is a message.
struct Message(mpsc::Sender<()>);

impl Wake for Message {
    fn wake(self: Arc<Self>) {
        // The receiver is gone when the future was dropped; then nobody waits.
        let _ = self.0.send(());
    }
}

fn block_on<F: Future + Unpin>(mut future: F) -> F::Output {
    let (sender, woken) = mpsc::channel();
    let waker = Waker::from(Arc::new(Message(sender)));
    loop {
        if let Poll::Ready(output) =
            std::pin::Pin::new(&mut future).poll(&mut Context::from_waker(&waker))
        {
            return output;
        }
        woken.recv().expect("the waker keeps the channel open");
    }
}

fn filler(cache: &ResponseCache<Page>, key: &[u8]) -> FillSlot<Page> {
    let waker = Waker::from(Arc::new(Count::default()));
    match cache.lookup(key, 1, &waker) {
        Lookup::Fill(slot) => slot,
        _ => panic!("somebody else is filling"),
    }
}

fn waiters(cache: &ResponseCache<Page>, number: usize) -> Vec<(Arc<Count>, Ticket<Page>)> {
    let wait = |_| {
        let count = Arc::new(Count::default());
        match cache.lookup(b"key", 1, &Waker::from(Arc::clone(&count))) {
            Lookup::Pending(ticket) => (count, ticket),
            _ => panic!("nothing to wait for"),
        }
    };
    (0..number).map(wait).collect()
}

fn woken(waiters: &[(Arc<Count>, Ticket<Page>)]) -> Vec<usize> {
    let was = |(at, (count, _)): (usize, &(Arc<Count>, _))| {
        (count.0.load(Ordering::SeqCst) > 0).then_some(at)
    };
    waiters.iter().enumerate().filter_map(was).collect()
}

#[test]
fn a_value_wakes_everyone_and_everyone_gets_it() {
    let cache = cache();
    let slot = filler(&cache, b"key");
    let waiters = waiters(&cache, 100);
    slot.complete(page(7), TTL_NS, 10);
    assert_eq!(woken(&waiters).len(), 100);
    for (count, ticket) in waiters {
        let Lookup::Hit { value, age_ns } = ticket.poll(13, &Waker::from(count)) else {
            panic!("woken without a value")
        };
        assert_eq!((value.version, age_ns), (7, 3));
    }
    let stats = cache.stats();
    assert_eq!((stats.hits, stats.misses, stats.entries), (100, 1, 1));
}

#[test]
fn who_waits_gets_also_what_is_not_stored() {
    // No time to live; and a page that no shard has room for.
    for (bytes, ttl_ns) in [(100, 0), (64 << 20, TTL_NS)] {
        let cache = cache();
        let slot = filler(&cache, b"key");
        let waiters = waiters(&cache, 3);
        slot.complete(Page { bytes, ..page(1) }, ttl_ns, 10);
        for (count, ticket) in waiters {
            assert!(matches!(ticket.poll(11, &Waker::from(count)), Lookup::Hit { .. }));
        }
        assert_eq!(cache.stats().entries, 0);
        drop(filler(&cache, b"key"));
    }
}

#[test]
fn an_abandoned_fill_has_exactly_one_successor() {
    let cache = cache();
    drop(filler(&cache, b"key"));
    let slot = filler(&cache, b"key");
    let mut waiters = waiters(&cache, 100);
    drop(slot);
    assert_eq!(woken(&waiters), [0], "the one who has waited longest");

    // It gives up instead of taking over: the next is woken, and only the next.
    drop(waiters.remove(0));
    assert_eq!(woken(&waiters), [0]);

    let (count, ticket) = waiters.remove(0);
    let Lookup::Fill(slot) = ticket.poll(2, &Waker::from(count)) else {
        panic!("the duty was not passed on")
    };
    let waiters: Vec<_> = waiters
        .into_iter()
        .map(|(count, ticket)| match ticket.poll(2, &Waker::from(Arc::clone(&count))) {
            Lookup::Pending(ticket) => (count, ticket),
            _ => panic!("a second successor"),
        })
        .collect();
    slot.complete(page(1), TTL_NS, 2);
    assert_eq!(woken(&waiters).len(), 98);
}

#[test]
fn a_newcomer_may_take_over_and_the_one_woken_waits_on() {
    let cache = cache();
    let slot = filler(&cache, b"key");
    let (count, ticket) = waiters(&cache, 1).remove(0);
    drop(slot);
    let slot = filler(&cache, b"key");
    let Lookup::Pending(ticket) = ticket.poll(2, &Waker::from(Arc::clone(&count))) else {
        panic!("two fillers")
    };
    slot.complete(page(1), TTL_NS, 2);
    assert_eq!(count.0.load(Ordering::SeqCst), 2);
    assert!(matches!(ticket.poll(2, &Waker::from(count)), Lookup::Hit { .. }));
}

#[test]
fn an_uncacheable_fill_sends_everyone_on_their_own_way() {
    let cache = cache();
    let slot = filler(&cache, b"key");
    let waiters = waiters(&cache, 5);
    slot.uncacheable();
    assert_eq!(woken(&waiters).len(), 5);
    for (count, ticket) in waiters {
        assert!(matches!(ticket.poll(2, &Waker::from(count)), Lookup::Busy));
    }
    assert_eq!(cache.stats().misses, 6);
    drop(filler(&cache, b"key"));
}

#[test]
fn waiters_are_bounded_and_leave_nothing_behind() {
    let cache = cache().with_waiters_max(2);
    let slot = filler(&cache, b"key");
    let mut waiting = waiters(&cache, 2);
    let count = Arc::new(Count::default());
    let waker = Waker::from(Arc::clone(&count));
    assert!(matches!(cache.lookup(b"key", 1, &waker), Lookup::Busy));

    let (gone, ticket) = waiting.remove(0);
    drop(ticket);
    assert_eq!(Arc::strong_count(&gone), 1, "its waker is forgotten");
    let Lookup::Pending(ticket) = cache.lookup(b"key", 1, &waker) else {
        panic!("a place is free again")
    };
    // Looking again with another waker forgets the earlier one.
    let other = Arc::new(Count::default());
    let other_waker = Waker::from(Arc::clone(&other));
    let Lookup::Pending(ticket) = ticket.poll(1, &other_waker) else { panic!("still filling") };
    slot.complete(page(1), TTL_NS, 1);
    assert_eq!(count.0.load(Ordering::SeqCst), 0);
    assert_eq!(other.0.load(Ordering::SeqCst), 1);
    drop((ticket, waker, other_waker));
    assert_eq!((Arc::strong_count(&count), Arc::strong_count(&other)), (1, 1));
}

#[test]
fn what_began_before_a_flush_or_an_invalidation_is_not_stored() {
    let forget: [fn(&ResponseCache<Page>); 2] = [|c| c.flush(), |c| c.invalidate(b"key")];
    for forget in forget {
        let cache = cache();
        let early = filler(&cache, b"key");
        let (count, ticket) = waiters(&cache, 1).remove(0);
        forget(&cache);
        // Who asks now must not be given the early value, so a second fill begins.
        let late = filler(&cache, b"key");
        early.complete(page(1), TTL_NS, 2);
        assert!(cache.hit(b"key", 3).is_none());
        let Lookup::Hit { value, .. } = ticket.poll(3, &Waker::from(count)) else {
            panic!("it asked before")
        };
        assert_eq!(value.version, 1);
        late.complete(page(2), TTL_NS, 4);
        assert_eq!(cache.hit(b"key", 5).map(|(value, _)| value.version), Some(2));
    }
}

#[test]
fn a_hundred_threads_make_one_fill_at_a_time() {
    const THREADS: usize = 100;
    const ABANDONED: usize = 17;
    for _ in 0..20 {
        let cache = cache();
        let (filling, fills) = (AtomicUsize::new(0), AtomicUsize::new(0));
        let got = AtomicUsize::new(0);
        let ask = || {
            // Who abandons asks again, so that all end with the value.
            loop {
                match block_on(cache.wait(b"key", || 5)) {
                    Answer::Hit { value, .. } => {
                        assert_eq!(value.version, 1);
                        got.fetch_add(1, Ordering::SeqCst);
                        return;
                    }
                    Answer::Busy => panic!("room for all"),
                    Answer::Fill(slot) => {
                        assert_eq!(filling.fetch_add(1, Ordering::SeqCst), 0, "two fills");
                        std::thread::yield_now();
                        let turn = fills.fetch_add(1, Ordering::SeqCst);
                        filling.fetch_sub(1, Ordering::SeqCst);
                        if turn == ABANDONED {
                            slot.complete(page(1), TTL_NS, 5);
                        } else {
                            drop(slot);
                        }
                    }
                }
            }
        };
        std::thread::scope(|scope| {
            (0..THREADS).for_each(|_| {
                scope.spawn(ask);
            });
        });
        assert_eq!(fills.load(Ordering::SeqCst), ABANDONED + 1);
        assert_eq!(got.load(Ordering::SeqCst), THREADS);
        let stats = cache.stats();
        // The one that completed asked once more and hit.
        assert_eq!((stats.hits, stats.misses), (THREADS as u64, ABANDONED as u64 + 1));
    }
}

/// Small, fast, seeded.
struct Random(u64);

impl Random {
    fn below(&mut self, bound: u64) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 >> 16) % bound
    }
}

#[test]
fn threads_at_random_never_get_a_wrong_value_or_exceed_the_bytes() {
    const BYTES: usize = 20_000;
    let cache: ResponseCache<Page> = ResponseCache::with_capacity(BYTES, 4).with_waiters_max(4);
    let clock = AtomicU64::new(1);
    let (hits, misses) = (AtomicU64::new(0), AtomicU64::new(0));
    let work = |seed: u64| {
        let mut random = Random(seed);
        for _ in 0..6_000 {
            let key = random.below(12);
            let name = key.to_le_bytes();
            let now = || clock.fetch_add(1, Ordering::Relaxed);
            match random.below(40) {
                0 => cache.flush(),
                1 => cache.invalidate(&name),
                2 => cache.resize(BYTES - random.below(3) as usize * 5_000),
                _ => match block_on(cache.wait(&name, now)) {
                    Answer::Hit { value, .. } => {
                        assert_eq!(value.key, name);
                        hits.fetch_add(1, Ordering::Relaxed);
                    }
                    Answer::Busy => drop(misses.fetch_add(1, Ordering::Relaxed)),
                    Answer::Fill(slot) => {
                        misses.fetch_add(1, Ordering::Relaxed);
                        let bytes = random.below(6_000) as usize;
                        match random.below(5) {
                            0 => drop(slot),
                            1 => slot.uncacheable(),
                            _ => {
                                let page = Page { key: name.into(), version: 0, bytes };
                                slot.complete(page, random.below(200), now());
                            }
                        }
                    }
                },
            }
            assert!(cache.stats().bytes <= BYTES);
        }
    };
    std::thread::scope(|scope| {
        (1..=8_u64).for_each(|id| {
            scope.spawn(move || work(id.wrapping_mul(0x9e37_79b9_7f4a_7c15)));
        });
    });
    let stats = cache.stats();
    assert_eq!(stats.hits, hits.load(Ordering::Relaxed));
    assert_eq!(stats.misses, misses.load(Ordering::Relaxed));
    assert!(stats.hits > 0 && stats.evictions > 0, "{stats:?}");
    assert_eq!(stats.in_flight, 0, "nobody is left");
}

/// The origin changes, then the cache is flushed: from then on no answer may be older, however
/// fills and flushes interleave.
#[test]
fn after_a_flush_no_thread_sees_what_was_before() {
    const VERSIONS: u64 = 3_000;
    let cache = cache();
    let (origin, flushed) = (AtomicU64::new(0), AtomicU64::new(0));
    let read = || {
        loop {
            let at_least = flushed.load(Ordering::SeqCst);
            match block_on(cache.wait(b"key", || 5)) {
                Answer::Hit { value, .. } => assert!(value.version >= at_least),
                Answer::Busy => panic!("room for all"),
                Answer::Fill(slot) => {
                    let version = origin.load(Ordering::SeqCst);
                    std::thread::yield_now();
                    slot.complete(page(version), TTL_NS, 5);
                }
            }
            if at_least == VERSIONS {
                return;
            }
        }
    };
    std::thread::scope(|scope| {
        (0..6).for_each(|_| {
            scope.spawn(read);
        });
        for version in 1..=VERSIONS {
            origin.store(version, Ordering::SeqCst);
            cache.flush();
            flushed.store(version, Ordering::SeqCst);
            std::thread::yield_now();
        }
    });
}
