//! What a warm request does here allocates nothing.

use std::{
    alloc::{GlobalAlloc, Layout, System},
    cell::Cell,
    sync::Arc,
};

use ringway_cache::{Answer, BucketKey, Buckets, Cached, Charge, FillSlot, Limit, ResponseCache};

thread_local! {
    static ALLOCATIONS: Cell<u64> = const { Cell::new(0) };
}

struct Counting;

// SAFETY: every call is passed on to the system's allocator unchanged; the counter is a plain
// thread-local without a destructor, which allocates nothing.
#[allow(unsafe_code, reason = "only an allocator can count allocations")]
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        ALLOCATIONS.with(|count| count.set(count.get() + 1));
        // SAFETY: the caller keeps the contract of `alloc`.
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, pointer: *mut u8, layout: Layout) {
        // SAFETY: the caller keeps the contract of `dealloc`, and `alloc` is the system's.
        unsafe { System.dealloc(pointer, layout) }
    }
}

#[global_allocator]
static COUNTING: Counting = Counting;

fn allocations(work: impl FnOnce()) -> u64 {
    let before = ALLOCATIONS.with(Cell::get);
    work();
    ALLOCATIONS.with(Cell::get) - before
}

/// Key and body in one piece.
#[derive(Clone)]
struct Page {
    bytes: Arc<[u8]>,
    key_bytes: usize,
}

impl Page {
    fn new(key: &[u8], body: &[u8]) -> Self {
        let bytes: Vec<u8> = [key, body].concat();
        Self { bytes: bytes.into(), key_bytes: key.len() }
    }
}

impl Cached for Page {
    fn key(&self) -> &[u8] {
        &self.bytes[..self.key_bytes]
    }

    fn weight_bytes(&self) -> usize {
        self.bytes.len()
    }
}

fn fill(cache: &ResponseCache<Page>, key: &[u8], now_ns: u64) -> FillSlot<Page> {
    match cache.begin(key, now_ns) {
        Some(Answer::Fill(slot)) => slot,
        _ => panic!("the key is neither stored nor in flight"),
    }
}

#[test]
fn admitting_and_refusing_allocate_nothing() {
    let buckets = Buckets::with_capacity(1_000);
    let plan = BucketKey::new(&[b"plan"]);
    let method = BucketKey::new(&[b"method"]);
    let (mut admitted, mut refused) = (0, 0);
    let count = allocations(|| {
        for request in 0..1_000 {
            let charges = [
                Charge { key: plan.and(method.bits()), limit: Limit::new(10.0, 100) },
                Charge { key: plan, limit: Limit::new(300_000.0, 500) },
            ];
            match buckets.admit(1_000 + request, &charges) {
                Ok(()) => admitted += 1,
                Err(_) => refused += 1,
            }
        }
    });
    assert_eq!((admitted, refused, count), (100, 900, 0));
}

#[test]
fn a_hit_allocates_nothing() {
    let cache = ResponseCache::with_capacity(1 << 20, 1);
    let slot = fill(&cache, b"key", 1);
    assert!(allocations(|| slot.complete(Page::new(b"key", &[7; 1_000]), 1_000, 1)) > 0);
    let count = allocations(|| {
        for now_ns in 1..1_000 {
            let Some(Answer::Hit { value, .. }) = cache.begin(b"key", now_ns) else {
                panic!("it is fresh")
            };
            assert_eq!(value.bytes.len(), 1_003);
            assert!(cache.hit(b"another", now_ns).is_none());
        }
    });
    assert_eq!(count, 0);
}

/// All that a miss allocates is the value, which is the caller's.
#[test]
fn a_fill_that_evicts_allocates_nothing() {
    let cache = ResponseCache::with_capacity(1 << 20, 1);
    let key = |number: u64| number.to_be_bytes();
    let store = |number, page| {
        let slot = fill(&cache, &key(number), 1);
        slot.complete(page, 1_000, 1);
    };
    const FULL: u64 = 2_000;
    (0..FULL).for_each(|number| store(number, Page::new(&key(number), &[7; 1_000])));
    let evictions = cache.stats().evictions;
    assert!(evictions > 0);
    let pages: Vec<_> = (FULL..2 * FULL).map(|n| (n, Page::new(&key(n), &[7; 1_000]))).collect();
    let count = allocations(|| {
        for (number, page) in pages {
            store(number, page);
        }
    });
    assert_eq!((count, cache.stats().evictions), (0, evictions + FULL));
}
