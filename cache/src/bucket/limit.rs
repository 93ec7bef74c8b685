//! A limit (rate and burst) compiled to the integer arithmetic of GCRA, and the unit of time.
//!
//! Owns every number that depends on rate or burst. Must not know tables, keys or threads.
//!
//! # Arithmetic
//!
//! GCRA keeps one number per bucket, the *theoretical arrival time* (TAT): when the bucket will be
//! full again. Spending one token moves it one interval (1 / rate) later, from now if it has
//! passed;
//! a request is admitted when the TAT is at most `burst - 1` intervals ahead of now. That is a
//! token bucket of rate and burst, exactly, in one word.
//!
//! Time is counted in ticks of 1/16 ns. 2⁶³ ticks are 18 years of process life; the other half of
//! the range holds debt. A tick alone is too coarse for high rates: 300,000/s has an interval of
//! 53,333⅓ ticks, and rounding it loses six requests in a million. So the interval is a whole
//! number of ticks plus, at the right steps, one more (`Limit::after`). Which steps is read off
//! the TAT itself, so that nothing else needs storing: with `grid` = 2⁶⁴ / interval, the product
//! `tat * grid` in 64 bits is the position of the TAT on a line of exact intervals, and its
//! remainder modulo `grid` is how far the TAT lies, in parts of a tick, past an exact point. A
//! whole step moves that remainder down by 2⁶⁴ mod `grid`; when it cannot go down, the step is one
//! tick longer. The remainder is thus kept within one tick for ever: the error of a chain of steps
//! is below two ticks, however long. What stays is the rounding of the rate to 32 or more bits,
//! downwards: one request in 4 · 10⁹ too few. A token is never more than a quarter of a nanosecond
//! early.

/// Ticks of the bucket clock in one nanosecond.
const TICKS_PER_NS: u64 = 16;
const TICKS_PER_SECOND: f64 = 16e9;
/// The clock stops here, 18 years after the start, and buckets no longer refill: closed, not open.
const NOW_TICKS_MAX: u64 = 1 << 63;
/// The longest debt, 4.6 years. With the clock's maximum it stays below [`super::table::LOCKED`].
const DEBT_TICKS_MAX: u64 = 1 << 61;
/// From here on (slower than 3.7/s) a whole number of ticks is the better rounding.
const WHOLE_INTERVAL_TICKS_MIN: f64 = 4_294_967_296.0;
/// What a chain of steps may add to its exact length rounded up: it is less than two ticks too
/// long.
const CHAIN_ERROR_TICKS: u64 = 1;

/// Below this many tokens left, threads that passed the check may fail to spend.
const SCARCE_TOKENS: u64 = 64;

const TWO_POW_64: u128 = 1 << 64;

/// 67 ms: how exactly the table knows the latest time (`table.rs`), and so how much more debt than
/// there is a caller may see whose clock lags.
pub(super) const LAG_TICKS_MAX: u64 = 1 << 30;

/// The highest rate that is told apart: one token per nanosecond, the resolution of the clock.
/// Higher rates count as this one; no node serves a tenth of it.
pub const RATE_PER_SECOND_MAX: f64 = 1e9;

/// Nanoseconds since the start of the process in ticks.
pub(super) fn ticks(now_ns: u64) -> u64 {
    now_ns.saturating_mul(TICKS_PER_NS).min(NOW_TICKS_MAX)
}

/// A rate and a burst, ready for use on a request; belongs into a snapshot.
///
/// The algorithm is the token bucket that AWS documents ("Throttle requests to your REST APIs for
/// better throughput in API Gateway"): burst is the size of the bucket, rate its refill.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limit {
    /// Whole ticks between two tokens; zero refuses everything.
    interval: u64,
    /// 2⁶⁴ / exact interval, or 1 when the interval is whole.
    grid: u64,
    /// 2⁶⁴ mod `grid`: how far one whole interval falls behind the exact one, in the same unit.
    behind: u64,
    /// The debt up to which one more token is there: `burst - 1` intervals.
    tolerance: u64,
}

/// What a limit says about a bucket at one instant.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Standing {
    /// A token is there. `scarce`: so few that other threads may take them first.
    Open { scarce: bool },
    /// No token is there.
    Empty,
    /// No token is there, and the debt is more than this limit can have caused: the bucket was
    /// spent under another limit.
    Relic,
}

impl Limit {
    /// Admits nothing.
    pub const NOTHING: Self = Self { interval: 0, grid: 1, behind: 0, tolerance: 0 };

    /// A fresh bucket admits exactly `burst` requests at one instant, then `rate_per_second`.
    ///
    /// A rate that is zero, negative or not a number, or a burst of zero, refuses everything. Rates
    /// above [`RATE_PER_SECOND_MAX`] count as that one. A burst that takes more than 4.6 years to
    /// refill is cut to what refills in 4.6 years.
    #[must_use]
    pub fn new(rate_per_second: f64, burst: u32) -> Self {
        if rate_per_second.is_nan() || rate_per_second <= 0.0 || burst == 0 {
            return Self::NOTHING;
        }
        let exact = TICKS_PER_SECOND / rate_per_second.min(RATE_PER_SECOND_MAX);
        let steps = u128::from(burst - 1);
        // Where rounding is needed it is towards the slower rate.
        if exact.fract() == 0.0 || exact >= WHOLE_INTERVAL_TICKS_MIN {
            // `as` saturates, also for the infinite interval of a subnormal rate.
            let interval = (exact.ceil() as u64).min(DEBT_TICKS_MAX);
            let tolerance = clamped(steps * u128::from(interval));
            return Self { interval, grid: 1, behind: 0, tolerance };
        }
        let grid = (TWO_POW_64 as f64 / exact) as u64;
        let interval = (TWO_POW_64 / u128::from(grid)) as u64;
        let behind = (TWO_POW_64 % u128::from(grid)) as u64;
        let whole = (steps * TWO_POW_64).div_ceil(u128::from(grid));
        let tolerance = clamped(whole + u128::from(CHAIN_ERROR_TICKS));
        Self { interval, grid, behind, tolerance }
    }

    /// Whether no request is ever admitted.
    #[must_use]
    pub fn refuses_everything(&self) -> bool {
        self.interval == 0
    }

    /// The TAT after one more token is taken from a bucket whose TAT is `base`, see the head of
    /// this file. At most one tick longer than `interval`.
    pub(super) fn after(&self, base: u64) -> u64 {
        let part = base.wrapping_mul(self.grid) % self.grid;
        base + self.interval + u64::from(part < self.behind)
    }

    /// Where a bucket with this `tat` stands at `now`, both in ticks.
    pub(super) fn standing(&self, tat: u64, now: u64) -> Standing {
        if self.refuses_everything() {
            return Standing::Empty;
        }
        let debt = tat.saturating_sub(now);
        if debt <= self.tolerance {
            let scarce = self.tolerance - debt < self.interval.saturating_mul(SCARCE_TOKENS);
            return Standing::Open { scarce };
        }
        // A caller whose clock lags sees more debt than there is; that is no relic.
        if tat > self.empty_at(now) + CHAIN_ERROR_TICKS + LAG_TICKS_MAX {
            return Standing::Relic;
        }
        Standing::Empty
    }

    /// The TAT of an empty bucket: the next token is one interval away.
    pub(super) fn empty_at(&self, now: u64) -> u64 {
        now + self.tolerance + self.interval
    }
}

fn clamped(debt: u128) -> u64 {
    u64::try_from(debt).unwrap_or(u64::MAX).min(DEBT_TICKS_MAX)
}

#[cfg(test)]
mod tests {
    use super::{DEBT_TICKS_MAX, Limit, NOW_TICKS_MAX, Standing, ticks};

    /// How many tokens a fresh bucket gives at the instant `now`.
    fn burst_of(limit: &Limit, now: u64) -> u64 {
        let mut tat = now;
        (0..).take_while(|_| spend(limit, &mut tat, now)).count() as u64
    }

    fn spend(limit: &Limit, tat: &mut u64, now: u64) -> bool {
        let open = matches!(limit.standing(*tat, now), Standing::Open { .. });
        if open {
            *tat = limit.after((*tat).max(now));
        }
        open
    }

    #[test]
    fn nothing_is_admitted_without_rate_or_burst() {
        for rate in [0.0, -0.0, -5.0, f64::NAN, f64::NEG_INFINITY] {
            assert_eq!(Limit::new(rate, 10), Limit::NOTHING, "{rate}");
        }
        assert_eq!(Limit::new(10.0, 0), Limit::NOTHING);
        assert!(Limit::NOTHING.refuses_everything());
    }

    #[test]
    fn a_fresh_bucket_admits_exactly_burst_at_any_rate_and_instant() {
        let rates = [
            0.001,
            0.5,
            1.0,
            3.0,
            7.0,
            10.0,
            1_234.567,
            10_000.0,
            300_000.0,
            7e7,
            333_333_333.0,
            999_999_999.0,
            1e9,
            1e12,
            f64::MAX,
            f64::INFINITY,
        ];
        for rate in rates {
            for burst in [1, 2, 3, 100, 5_000] {
                let limit = Limit::new(rate, burst);
                for now_ns in [1, 1_000_000_007, 86_400_000_000_000, 300_000_000_000_000_000] {
                    let admitted = burst_of(&limit, ticks(now_ns));
                    assert_eq!(admitted, u64::from(burst), "{rate}/s at {now_ns}");
                }
            }
        }
    }

    #[test]
    fn a_burst_is_exact_wherever_the_chain_of_steps_begins() {
        for rate in [7.0, 300_000.0, 123_456_789.0, 333_333_333.0, 870_000_000.0, 999_999_999.0] {
            let limit = Limit::new(rate, 40);
            for start in 0..20_000_u64 {
                let now = ticks(1_000_000_007 + start * 977);
                assert_eq!(burst_of(&limit, now), 40, "{rate}/s at {now}");
            }
        }
        // Here the chain begins at the last tick of a long step, and ends a tick late.
        let limit = Limit::new(870_000_000.0, 3);
        assert_eq!(burst_of(&limit, ticks(73_178_354)), 3);
    }

    #[test]
    fn a_chain_of_a_million_steps_is_off_by_less_than_two_ticks() {
        for rate in [3.9, 7.0, 300_000.0, 1_234_567.8, 7e7, 333_333_333.0, 987_654_321.0] {
            let limit = Limit::new(rate, 1);
            for start in [ticks(1), ticks(1_000_000_007) + 5, ticks(9_007_199_254_740_993) + 11] {
                let mut tat = start;
                for step in 1..=1_000_000_u32 {
                    tat = limit.after(tat);
                    if step % 99_991 == 0 || step == 1_000_000 {
                        let exact = 16e9 * f64::from(step) / rate;
                        let off = (tat - start) as f64 - exact;
                        let rounded_rate = exact / 4e9;
                        assert!(off.abs() < 2.0 + rounded_rate, "{rate}/s: {off} at {step}");
                    }
                }
            }
        }
    }

    #[test]
    fn tokens_are_scarce_when_few_are_left() {
        let limit = Limit::new(1_000.0, 100);
        let now = ticks(1_000_000_000);
        let scarce_from = (0..100)
            .position(|spent| {
                limit.standing(now + spent * limit.interval, now) == Standing::Open { scarce: true }
            })
            .unwrap();
        assert_eq!(scarce_from, 36);
    }

    #[test]
    fn the_slowest_limits_keep_clear_of_the_end_of_the_range() {
        for rate in [1e-3, 1e-9, 1e-12, f64::MIN_POSITIVE, 5e-324] {
            for burst in [1, 5_000, u32::MAX] {
                let limit = Limit::new(rate, burst);
                let now = ticks(u64::MAX);
                assert_eq!(now, NOW_TICKS_MAX);
                let last = limit.after(now + limit.tolerance);
                assert!(last - now <= 2 * DEBT_TICKS_MAX + 1, "{rate} {burst}");
                assert!(matches!(limit.standing(now, now), Standing::Open { .. }));
                assert_ne!(limit.standing(last, now), Standing::Open { scarce: true });
            }
        }
    }

    #[test]
    fn a_debt_of_another_limit_is_a_relic_and_an_own_debt_never() {
        let slow = Limit::new(0.01, 100);
        let fast = Limit::new(1_000.0, 100);
        let now = ticks(5_000_000_000);
        let mut tat = now;
        while spend(&slow, &mut tat, now) {}
        assert_eq!(slow.standing(tat, now), Standing::Empty);
        assert_eq!(fast.standing(tat, now), Standing::Relic);
        let settled = fast.empty_at(now);
        assert_eq!(fast.standing(settled, now), Standing::Empty);
        let next_token = settled - fast.tolerance;
        assert_eq!(next_token - now, fast.interval);
    }
}
