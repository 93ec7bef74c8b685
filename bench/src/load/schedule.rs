//! When requests are due in the open-loop mode: request k at k / rate. Pure arithmetic.

use std::time::Duration;

const NANOS: u128 = 1_000_000_000;

/// A fixed schedule; it never waits for answers.
#[derive(Clone, Copy, Debug)]
pub(super) struct Schedule {
    rate: u64,
    total: u64,
}

impl Schedule {
    /// `rate` per second, from 1, over `length`.
    pub(super) fn new(rate: u64, length: Duration) -> Self {
        let total = (u128::from(rate) * length.as_nanos()).div_ceil(NANOS);
        Self { rate, total: u64::try_from(total).unwrap_or(u64::MAX) }
    }

    /// Requests in all.
    pub(super) fn total(&self) -> u64 {
        self.total
    }

    /// When request `k` is due, from the start.
    pub(super) fn at(&self, k: u64) -> Duration {
        let nanos = u128::from(k) * NANOS / u128::from(self.rate);
        Duration::from_nanos(u64::try_from(nanos).unwrap_or(u64::MAX))
    }

    /// How many requests are due once `elapsed` has passed.
    pub(super) fn due(&self, elapsed: Duration) -> u64 {
        // Request k is due when elapsed >= floor(k * NANOS / rate).
        let whole = (elapsed.as_nanos() + 1) * u128::from(self.rate);
        let due = whole.div_ceil(NANOS);
        u64::try_from(due).unwrap_or(u64::MAX).min(self.total)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn due_counts_exactly_those_whose_time_has_come() {
        for rate in [1, 3, 7, 1000, 10_000, 999_983] {
            let schedule = Schedule::new(rate, Duration::from_secs(2));
            assert_eq!(schedule.total(), 2 * rate);
            for k in (0..schedule.total()).step_by(1 + rate as usize / 50) {
                let at = schedule.at(k);
                assert_eq!(schedule.due(at), k + 1, "rate {rate}, at request {k}");
                if k > 0 {
                    let before = at - Duration::from_nanos(1);
                    assert_eq!(schedule.due(before), k, "rate {rate}, before request {k}");
                }
            }
        }
    }

    #[test]
    fn nothing_is_due_beyond_the_end() {
        let schedule = Schedule::new(100, Duration::from_secs(1));
        assert_eq!(schedule.due(Duration::from_secs(50)), 100);
        assert_eq!(schedule.due(Duration::ZERO), 1);
    }
}
