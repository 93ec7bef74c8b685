//! Buckets held against a naive token bucket that counts tokens in exact fractions.

use proptest::prelude::*;
use ringway_cache::{BucketKey, Buckets, Charge, Limit, Refusal, Refused};

const START_NS: u64 = 1_000_000_007;

/// Tokens as an exact fraction: `level` counts 1 / `one` of a token. The rate is `tokens` per
/// `per_seconds` seconds.
struct Model {
    tokens: i128,
    one: i128,
    burst: i128,
    level: i128,
    now_ns: u64,
}

impl Model {
    fn new(tokens: u32, per_seconds: u32, burst: u32, now_ns: u64) -> Self {
        let one = i128::from(per_seconds) * 1_000_000_000;
        let burst = i128::from(burst) * one;
        Self { tokens: i128::from(tokens), one, burst, level: burst, now_ns }
    }

    fn advance_to(&mut self, now_ns: u64) {
        let refill = i128::from(now_ns - self.now_ns) * self.tokens;
        self.level = (self.level + refill).min(self.burst);
        self.now_ns = now_ns;
    }

    /// A quarter of a nanosecond of refill, and what rounding the rate may have cost so far.
    fn slack(&self) -> i128 {
        let lived = i128::from(self.now_ns - START_NS) * self.tokens;
        self.tokens / 4 + 1 + lived / 5_000_000_000
    }
}

#[derive(Clone, Copy, Debug)]
enum Step {
    Advance(u64),
    Request(u8),
}

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let step = prop_oneof![
        (0..2_000_u64).prop_map(Step::Advance),
        (0..30_000_000_u64).prop_map(Step::Advance),
        (0..3_000_000_000_u64).prop_map(Step::Advance),
        (1..30_u8).prop_map(Step::Request),
    ];
    prop::collection::vec(step, 1..200)
}

fn rates() -> impl Strategy<Value = (u32, u32)> {
    let odd = prop::sample::select(vec![
        (3, 1),
        (7, 1),
        (300_000, 1),
        (1, 3),
        (10_000, 1),
        (333_333_333, 1),
        (1_000_000_000, 1),
    ]);
    prop_oneof![odd, (1..2_000_000_u32, 1..100_u32)]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    /// Each decision agrees with the exact model, up to a quarter of a nanosecond.
    #[test]
    fn every_decision_is_that_of_a_token_bucket(
        (tokens, per_seconds) in rates(),
        burst in 1..400_u32,
        steps in steps(),
    ) {
        let buckets = Buckets::with_capacity(16);
        let limit = Limit::new(f64::from(tokens) / f64::from(per_seconds), burst);
        let charge = Charge { key: BucketKey::new(&[b"one"]), limit };
        let mut model = Model::new(tokens, per_seconds, burst, START_NS);
        let mut now_ns = START_NS;
        for step in steps {
            match step {
                Step::Advance(ns) => now_ns += ns,
                Step::Request(times) => {
                    model.advance_to(now_ns);
                    for _ in 0..times {
                        let level = model.level;
                        if buckets.admit(now_ns, &[charge]).is_ok() {
                            prop_assert!(level >= model.one - model.slack(), "early: {level}");
                            model.level -= model.one;
                        } else {
                            prop_assert!(level < model.one + model.slack(), "late: {level}");
                        }
                    }
                }
            }
        }
    }

    /// Several limits: all or nothing, and the index is the first bucket without a token.
    #[test]
    fn a_refusal_names_the_first_empty_bucket_and_spends_nothing(
        bursts in prop::collection::vec(0..6_u32, 1..=8),
        requests in prop::collection::vec((prop::bits::u8::ANY, 0..1_500_u64), 1..60),
    ) {
        // A rate of 1000/s is exact in ticks: the model must agree to the request.
        let buckets = Buckets::with_capacity(64);
        let mut models: Vec<Model> =
            bursts.iter().map(|burst| Model::new(1_000, 1, *burst, START_NS)).collect();
        let mut now_ns = START_NS;
        for (mask, advance_us) in requests {
            now_ns += advance_us * 1_000;
            models.iter_mut().for_each(|model| model.advance_to(now_ns));
            let chosen: Vec<usize> = (0..bursts.len()).filter(|at| mask >> at & 1 == 1).collect();
            let charges: Vec<Charge> = chosen
                .iter()
                .map(|at| Charge {
                    key: BucketKey::new(&[&[*at as u8]]),
                    limit: Limit::new(1_000.0, bursts[*at]),
                })
                .collect();
            let first_empty = chosen.iter().position(|at| models[*at].level < models[*at].one);
            let expected = match first_empty {
                Some(index) => Err(Refused { index, refusal: Refusal::Empty }),
                None => Ok(()),
            };
            prop_assert_eq!(buckets.admit(now_ns, &charges), expected);
            if expected.is_ok() {
                chosen.iter().for_each(|at| models[*at].level -= models[*at].one);
            }
        }
    }

    /// However limits change on one bucket, after a change no more than the new burst and rate is
    /// admitted, and an admission is never further away than one interval and 67 ms.
    #[test]
    fn a_changed_limit_acts_at_once(
        changes in prop::collection::vec((0.01..100_000_f64, 1..200_u32, 0..5_000_000_u64), 2..8),
    ) {
        let buckets = Buckets::with_capacity(16);
        let key = BucketKey::new(&[b"one"]);
        let mut now_ns = START_NS;
        for (rate, burst, pause_ns) in changes {
            let charge = Charge { key, limit: Limit::new(rate, burst) };
            let mut at_once = 0_u32;
            while buckets.admit(now_ns, &[charge]).is_ok() {
                at_once += 1;
                prop_assert!(at_once <= burst);
            }
            let interval_ns = (1e9 / rate) as u64 + 1;
            let latest = now_ns + interval_ns + 67_108_865;
            prop_assert!(buckets.admit(latest, &[charge]).is_ok(), "{rate}/s after {interval_ns}");
            now_ns = latest + pause_ns;
        }
    }
}

#[test]
fn a_long_chain_of_tokens_is_never_early_and_keeps_the_rate() {
    for rate in [3.0, 7.0, 10_000.0, 300_000.0] {
        let buckets = Buckets::with_capacity(1);
        let charge = Charge { key: BucketKey::new(&[b"chain"]), limit: Limit::new(rate, 10) };
        while buckets.admit(START_NS, &[charge]).is_ok() {}
        for token in 1..=200_000_u32 {
            let after_ns = f64::from(token) * 1e9 / rate;
            let due_ns = START_NS + after_ns.ceil() as u64;
            assert!(buckets.admit(due_ns - 2, &[charge]).is_err(), "{rate}/s: {token} early");
            // One request in four billion, and the nanosecond of the clock.
            let late_ns = 1 + (after_ns / 4e9) as u64;
            assert!(buckets.admit(due_ns + late_ns, &[charge]).is_ok(), "{rate}/s: {token} late");
        }
    }
}

#[test]
fn a_slow_debt_does_not_outlive_a_faster_limit() {
    let buckets = Buckets::with_capacity(16);
    let key = BucketKey::new(&[b"plan"]);
    let slow = Charge { key, limit: Limit::new(0.001, 50) };
    let fast = Charge { key, limit: Limit::new(1_000.0, 50) };
    for _ in 0..50 {
        assert!(buckets.admit(START_NS, &[slow]).is_ok());
    }
    // Fifty thousand seconds of debt become an empty bucket, not an open one.
    assert!(buckets.admit(START_NS, &[fast]).is_err());
    assert!(buckets.admit(START_NS + 999_999, &[fast]).is_err());
    assert!(buckets.admit(START_NS + 1_000_000, &[fast]).is_ok());
    assert!(buckets.admit(START_NS + 1_000_000, &[fast]).is_err());
}

#[test]
fn a_smaller_burst_refuses_until_the_debt_has_drained() {
    let buckets = Buckets::with_capacity(16);
    let key = BucketKey::new(&[b"plan"]);
    let large = Charge { key, limit: Limit::new(100.0, 20) };
    let small = Charge { key, limit: Limit::new(100.0, 5) };
    for _ in 0..20 {
        assert!(buckets.admit(START_NS, &[large]).is_ok());
    }
    // 200 ms of debt; the small bucket has its first token when 40 ms are left.
    assert!(buckets.admit(START_NS + 159_999_999, &[small]).is_err());
    assert!(buckets.admit(START_NS + 160_000_000, &[small]).is_ok());
}

#[test]
fn too_many_charges_are_refused_not_ignored() {
    let buckets = Buckets::with_capacity(16);
    let charge = Charge { key: BucketKey::new(&[b"one"]), limit: Limit::new(10.0, 10) };
    assert!(buckets.admit(START_NS, &[charge; 8]).is_ok());
    let refused = Refused { index: 8, refusal: Refusal::TooManyCharges };
    assert_eq!(buckets.admit(START_NS, &[charge; 9]), Err(refused));
    assert!(buckets.admit(START_NS, &[charge; 2]).is_ok());
    assert!(buckets.admit(START_NS, &[charge]).is_err());
}

#[test]
fn the_same_bucket_twice_takes_two_tokens_or_none() {
    let buckets = Buckets::with_capacity(16);
    let charge = Charge { key: BucketKey::new(&[b"one"]), limit: Limit::new(10.0, 3) };
    assert!(buckets.admit(START_NS, &[charge; 2]).is_ok());
    // One left: the check passes for both, the second spending fails and the first is undone.
    let refused = Refused { index: 1, refusal: Refusal::Empty };
    assert_eq!(buckets.admit(START_NS, &[charge; 2]), Err(refused));
    assert!(buckets.admit(START_NS, &[charge]).is_ok());
    assert!(buckets.admit(START_NS, &[charge]).is_err());
}
