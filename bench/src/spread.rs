//! A figure over many samples: its median, its range, and how sure the median is.

use serde::{Deserialize, Serialize};

use crate::stats::median;

/// Median, range and the interval of the median.
///
/// The interval holds the median of all that could have been measured with a probability of 95 %
/// or more, whatever the distribution: its ends are those samples whose ranks bound the median
/// (binomial, one half). Below six samples no interval reaches 95 %, and it is the whole range.
/// Samples that were taken together are more alike than chance makes them, so it is rather too
/// narrow than too wide.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Spread {
    /// Samples.
    pub count: usize,
    /// Median; 0 without samples.
    pub median: f64,
    /// Lowest.
    pub min: f64,
    /// Highest.
    pub max: f64,
    /// Lower end of the interval of the median.
    pub low: f64,
    /// Upper end.
    pub high: f64,
}

/// Above so many samples the normal distribution takes the place of the binomial one.
const BINOMIAL_MAX: usize = 60;

impl Spread {
    /// Of `values`, in any order.
    pub fn of(values: impl IntoIterator<Item = f64>) -> Self {
        let mut sorted: Vec<f64> = values.into_iter().collect();
        sorted.sort_by(f64::total_cmp);
        let (Some(&min), Some(&max)) = (sorted.first(), sorted.last()) else {
            return Self::default();
        };
        let skipped = outside(sorted.len());
        Self {
            count: sorted.len(),
            median: median(&sorted),
            min,
            max,
            low: sorted[skipped],
            high: sorted[sorted.len() - 1 - skipped],
        }
    }

    /// Median and range with so many decimals.
    pub fn text(&self, decimals: usize) -> String {
        let Self { count, median, min, max, .. } = self;
        match count {
            0 => "-".to_owned(),
            1 => format!("{median:.decimals$}"),
            _ => format!("{median:.decimals$} ({min:.decimals$} - {max:.decimals$})"),
        }
    }

    /// Whether the intervals have nothing in common.
    pub fn apart(&self, other: &Self) -> bool {
        self.count > 0 && other.count > 0 && (self.high < other.low || other.high < self.low)
    }
}

/// How many of `count` sorted samples lie outside the interval on each side: the largest number for
/// which each side is left out with a probability of at most 2.5 %.
fn outside(count: usize) -> usize {
    if count > BINOMIAL_MAX {
        let count = count as f64;
        return (count / 2.0 - 0.98 * count.sqrt()).floor().max(1.0) as usize - 1;
    }
    // P(at most `below` of `count` samples lie below the median).
    let (mut probability, mut sum, mut below) = (0.5_f64.powi(count as i32), 0.0, 0);
    loop {
        sum += probability;
        if sum > 0.025 {
            return below.max(1_usize) - 1;
        }
        probability *= (count - below) as f64 / (below + 1) as f64;
        below += 1;
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn ranks_are_those_of_the_tables() {
        // Tables of the binomial interval of a median at 95 %, ranks from 1.
        for (count, rank) in
            [(1, 1), (5, 1), (6, 1), (8, 1), (9, 2), (15, 4), (20, 6), (30, 10), (60, 22)]
        {
            assert_eq!(outside(count) + 1, rank, "{count} samples");
        }
        assert!((outside(61) as i64 - outside(60) as i64).abs() <= 1);
    }

    #[test]
    fn a_spread_is_in_the_middle_of_its_samples() {
        let spread = Spread::of([3.0, 1.0, 2.0]);
        let expect = Spread { count: 3, median: 2.0, min: 1.0, max: 3.0, low: 1.0, high: 3.0 };
        assert_eq!(spread, expect);
        assert_eq!(spread.text(1), "2.0 (1.0 - 3.0)");
        assert_eq!(Spread::of([]).text(1), "-");
        assert_eq!(Spread::of([4.0]).text(0), "4");
    }

    #[test]
    fn an_outlier_widens_the_range_and_not_the_interval() {
        let spread = Spread::of((1..=15).map(f64::from).chain([1000.0]));
        assert_eq!((spread.max, spread.high), (1000.0, 13.0));
        assert!(!spread.apart(&Spread::of([])));
    }

    proptest! {
        #[test]
        fn the_ends_are_in_order(values in prop::collection::vec(-1e6..1e6_f64, 1..200)) {
            let Spread { min, low, median, high, max, .. } = Spread::of(values);
            prop_assert!(min <= low && low <= median && median <= high && high <= max);
        }

        #[test]
        fn apart_is_the_same_from_both_sides(
            one in prop::collection::vec(0.0..10.0_f64, 1..20),
            two in prop::collection::vec(0.0..10.0_f64, 1..20),
        ) {
            let (one, two) = (Spread::of(one), Spread::of(two));
            prop_assert_eq!(one.apart(&two), two.apart(&one));
            prop_assert!(!one.apart(&one));
        }

        #[test]
        fn the_interval_misses_the_middle_of_a_known_distribution_rarely(seed: u64) {
            // 200 experiments of 15 samples, uniform over 0 to 1: about 4 % miss 0.5.
            let mut state = seed;
            let mut uniform = || {
                state = state.wrapping_add(0x9E37_79B9_7F4A_7C15);
                let mixed = (state ^ (state >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
                let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
                ((mixed ^ (mixed >> 31)) >> 11) as f64 / (1_u64 << 53) as f64
            };
            let spreads = (0..200).map(|_| Spread::of((0..15).map(|_| uniform())));
            let missed = spreads.filter(|spread| spread.low > 0.5 || spread.high < 0.5).count();
            prop_assert!(missed < 30, "{missed} of 200");
        }
    }
}
