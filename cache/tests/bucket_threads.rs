//! Buckets under threads: no interleaving admits too much, and one key loses nothing.

use std::sync::atomic::{AtomicU64, Ordering};

use ringway_cache::{BucketKey, Buckets, Charge, Limit};

const START_NS: u64 = 1_000_000_007;
const THREADS: u64 = 8;

fn charge(name: &[u8], rate: f64, burst: u32) -> Charge {
    Charge { key: BucketKey::new(&[name]), limit: Limit::new(rate, burst) }
}

/// Runs `work` on every thread and sums what it returns.
fn on_threads(work: impl Fn(u64) -> u64 + Sync) -> u64 {
    std::thread::scope(|scope| {
        let work = &work;
        let threads: Vec<_> = (0..THREADS).map(|id| scope.spawn(move || work(id))).collect();
        threads
            .into_iter()
            .map(|thread| thread.join().expect("the assertion that failed is above"))
            .sum()
    })
}

fn drain(buckets: &Buckets, now_ns: u64, charges: &[Charge]) -> u64 {
    (0..).take_while(|_| buckets.admit(now_ns, charges).is_ok()).count() as u64
}

#[test]
fn threads_on_one_key_admit_burst_and_rate_exactly() {
    for (rate, burst, step_ns) in [(1_000_000, 100, 100), (1_000, 5, 90_000), (50, 3, 1_000_000)] {
        let buckets = Buckets::with_capacity(1_024);
        let hot = charge(b"hot", f64::from(rate), burst);
        let clock = AtomicU64::new(START_NS);
        let admitted = on_threads(|_| {
            (0..20_000)
                .filter(|_| {
                    let now_ns = clock.fetch_add(step_ns, Ordering::Relaxed);
                    buckets.admit(now_ns, &[hot]).is_ok()
                })
                .count() as u64
        });
        let end_ns = clock.load(Ordering::Relaxed);
        let admitted = admitted + drain(&buckets, end_ns, &[hot]);
        let elapsed_ns = end_ns - START_NS;
        let exact = u64::from(burst) + elapsed_ns * rate as u64 / 1_000_000_000;
        assert!(admitted <= exact && admitted + 1 >= exact, "{admitted} of {exact} at {rate}/s");
    }
}

#[test]
fn several_limits_spend_together_or_not_at_all() {
    for _ in 0..50 {
        let buckets = Buckets::with_capacity(1_024);
        let plan = charge(b"plan", 0.001, 5_000);
        let method = charge(b"method", 0.001, 300);
        let account = charge(b"account", 0.001, 4_000);
        let all = [plan, method, account];
        let admitted = on_threads(|_| drain(&buckets, START_NS, &all));
        // The tight bucket is spent to the last token. The wide ones have lost nothing to requests
        // that were too late (it is spent first once it is scarce), but for a thread that was
        // descheduled between check and spending while the tight bucket went from plenty to empty.
        assert_eq!(admitted, 300);
        assert_eq!(drain(&buckets, START_NS, &[method]), 0);
        let (plan, account) =
            (drain(&buckets, START_NS, &[plan]), drain(&buckets, START_NS, &[account]));
        assert!(plan <= 4_700 && plan + THREADS >= 4_700, "{plan}");
        assert!(account <= 3_700 && account + THREADS >= 3_700, "{account}");
    }
}

#[test]
fn lost_races_never_leave_a_token_too_many() {
    for _ in 0..200 {
        let buckets = Buckets::with_capacity(1_024);
        let narrow = charge(b"narrow", 0.001, 20);
        let wider = charge(b"wider", 0.001, 30);
        let admitted = on_threads(|_| drain(&buckets, START_NS, &[wider, narrow]));
        let narrow_left = drain(&buckets, START_NS, &[narrow]);
        let wider_left = drain(&buckets, START_NS, &[wider]);
        assert!(admitted + narrow_left <= 20, "{admitted} and {narrow_left} left");
        assert!(admitted + wider_left <= 30, "{admitted} and {wider_left} left");
        // What is missing was spent on top of by another thread before it could be returned; a
        // thread loses at most one per bucket before it sees it empty.
        assert!(admitted + wider_left + THREADS >= 30, "{admitted} and {wider_left} left");
    }
}

/// More keys than slots, so that slots change hands all the time, with clocks that lag.
#[test]
fn reclaiming_never_admits_too_much() {
    const KEYS: u64 = 24;
    const LAG_NS: u64 = 3_000_000_000;
    const ROUNDS: u64 = 40_000;
    let step_ns = 400_000;
    let buckets = Buckets::with_capacity(6);
    assert_eq!(buckets.slots(), 8);
    let rate = 2.0;
    let burst = 3;
    let charges: Vec<Charge> = (0..KEYS)
        .map(|name| Charge {
            key: BucketKey::new(&[&name.to_le_bytes()]),
            limit: Limit::new(rate, burst),
        })
        .collect();
    let admitted: Vec<AtomicU64> = (0..KEYS).map(|_| AtomicU64::new(0)).collect();
    let clock = AtomicU64::new(START_NS + LAG_NS);
    let total = on_threads(|id| {
        let mut total = 0;
        let mut random = 0x9e37_79b9_7f4a_7c15_u64.wrapping_mul(id + 1);
        for _ in 0..ROUNDS {
            random ^= random << 13;
            random ^= random >> 7;
            random ^= random << 17;
            let name = (random >> 32) % KEYS;
            let lag_ns = (random & 0xffff) * LAG_NS / 0xffff;
            let now_ns = clock.fetch_add(step_ns / THREADS, Ordering::Relaxed) - lag_ns;
            if buckets.admit(now_ns, &[charges[name as usize]]).is_ok() {
                admitted[name as usize].fetch_add(1, Ordering::Relaxed);
                total += 1;
            }
        }
        total
    });
    let elapsed_ns = clock.load(Ordering::Relaxed) - START_NS;
    let exact = u64::from(burst) + (elapsed_ns as f64 * rate / 1e9) as u64;
    for (name, count) in admitted.iter().enumerate() {
        let count = count.load(Ordering::Relaxed);
        assert!(count <= exact, "key {name}: {count} of {exact}");
    }
    // The table was really too small, and it really worked.
    assert!(buckets.saturated() > 0);
    assert!(total > u64::from(burst) * KEYS, "{total}");
}

/// Threads insert the same new keys into full windows: one key must get one slot, or its burst
/// would be there twice.
#[test]
fn a_key_inserted_by_many_threads_has_one_burst() {
    let buckets = Buckets::with_capacity(3);
    let mut now_ns = START_NS;
    for round in 0..3_000_u64 {
        let name = round.to_le_bytes();
        let fresh = charge(&name, 10.0, 5);
        // Long enough that all earlier buckets are idle.
        now_ns += 1_000_000_000;
        let admitted = on_threads(|_| drain(&buckets, now_ns, &[fresh]));
        assert_eq!(admitted, 5, "round {round}");
    }
}
