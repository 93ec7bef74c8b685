//! What a warm request does here allocates nothing.

use std::{
    alloc::{GlobalAlloc, Layout, System},
    cell::Cell,
    sync::Arc,
    task::{Wake, Waker},
};

use ringway_cache::{BucketKey, Buckets, Charge, Limit, Lookup, ResponseCache, Weigh};

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

struct Body(Vec<u8>);

impl Weigh for Body {
    fn weight_bytes(&self) -> usize {
        self.0.len()
    }
}

struct Idle;

impl Wake for Idle {
    fn wake(self: Arc<Self>) {}
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
    let waker = Waker::from(Arc::new(Idle));
    let Lookup::Fill(slot) = cache.lookup(b"key", 1, &waker) else { panic!("empty") };
    assert!(allocations(|| drop(slot.complete(Body(vec![7; 1_000]), 1_000, 1))) > 0);
    let count = allocations(|| {
        for now_ns in 1..1_000 {
            let (body, _) = cache.hit(b"key", now_ns).expect("fresh");
            assert_eq!(body.0.len(), 1_000);
            assert!(cache.hit(b"another", now_ns).is_none());
        }
    });
    assert_eq!(count, 0);
}
