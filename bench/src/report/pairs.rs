//! Pairs: two samples of the same moment on a machine of the same speed. Only such are divided.

use crate::run::Scenario;
use crate::speed::{self, Speed};
use crate::spread::Spread;

use super::Sample;

/// Two samples of the same round and slice.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Pair<'a> {
    /// Of the first.
    pub(crate) one: &'a Sample,
    /// Of the second.
    pub(crate) two: &'a Sample,
}

/// Which samples: of this server in this scenario.
pub(crate) type Of<'a> = (&'a str, Scenario);

/// All pairs of `one` and `two`.
pub(crate) fn pairs<'a>(samples: &'a [Sample], one: Of<'a>, two: Of<'a>) -> Vec<Pair<'a>> {
    let of = |(server, scenario): Of<'a>| {
        samples.iter().filter(move |s| s.server == server && s.scenario == scenario)
    };
    let pair = |one: &'a Sample| of(two).find(|two| two.at == one.at).map(|two| Pair { one, two });
    of(one).filter_map(pair).collect()
}

impl Pair<'_> {
    /// The machine had the same speed before and after both.
    pub(crate) fn holds(&self) -> bool {
        self.one.moments.holds_with(&self.two.moments)
    }

    /// Which of `speeds` that was.
    pub(crate) fn mode(&self, speeds: &[Speed]) -> usize {
        speed::mode_of(self.one.moments.speed(), speeds)
    }

    /// One figure of both: the first's by the second's; `None` when that is no number.
    pub(crate) fn ratio(&self, of: fn(&Sample) -> f64) -> Option<f64> {
        Some(of(self.one) / of(self.two)).filter(|ratio| ratio.is_finite() && *ratio > 0.0)
    }
}

/// The ratios of the pairs that hold, of all speeds or of one.
pub(crate) fn ratios(
    pairs: &[Pair<'_>],
    of: fn(&Sample) -> f64,
    speeds: &[Speed],
    mode: Option<usize>,
) -> Spread {
    let held = pairs.iter().filter(|pair| pair.holds());
    let held = held.filter(|pair| mode.is_none_or(|mode| pair.mode(speeds) == mode));
    Spread::of(held.filter_map(|pair| pair.ratio(of)))
}

/// CPU time a request, for [`ratios`].
pub(crate) fn cpu(sample: &Sample) -> f64 {
    sample.cpu_us_per_request
}

/// The 99th percentile, µs, for [`ratios`].
pub(crate) fn p99(sample: &Sample) -> f64 {
    sample.summary.latency_us.p99 as f64
}

/// Requests per second, for [`ratios`].
pub(crate) fn rate(sample: &Sample) -> f64 {
    sample.summary.requests_per_second
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::report::sample::tests::sample;

    const NGINX: Of<'_> = ("nginx", Scenario::Proxy);
    const RINGWAY: Of<'_> = ("ringway", Scenario::Proxy);

    #[test]
    fn a_pair_on_two_speeds_does_not_hold() {
        // The machine flipped within slice 2; slice 3 was slow for both.
        let samples = [
            sample("ringway", 1, 10.0, 45.0),
            sample("nginx", 1, 25.0, 48.0),
            sample("nginx", 2, 50.0, 540.0),
            sample("ringway", 2, 10.0, 45.0),
            sample("ringway", 3, 20.0, 550.0),
            sample("nginx", 3, 52.0, 540.0),
            sample("nginx", 4, 1.0, 45.0),
        ];
        let speeds = speed::modes(samples.iter().map(|sample| sample.moments.speed()));
        let pairs = pairs(&samples, NGINX, RINGWAY);
        assert_eq!(pairs.iter().map(Pair::holds).collect::<Vec<_>>(), [true, false, true]);
        let all = ratios(&pairs, cpu, &speeds, None);
        assert_eq!((all.count, all.min, all.max), (2, 2.5, 2.6));
        assert_eq!(ratios(&pairs, cpu, &speeds, Some(1)).median, 2.6);
    }

    #[test]
    fn an_unsteady_sample_makes_no_pair() {
        let mut samples = [sample("ringway", 1, 10.0, 45.0), sample("nginx", 1, 25.0, 45.0)];
        samples[0].moments.after.bounce_ns = Some(540.0);
        assert!(!pairs(&samples, NGINX, RINGWAY)[0].holds());
    }

    proptest! {
        #[test]
        fn a_flip_between_pairs_does_not_change_the_ratio(
            flips in prop::collection::vec(any::<bool>(), 1..20),
            ratio in 0.2..5.0_f64,
        ) {
            let samples: Vec<_> = (1..).zip(&flips).flat_map(|(slice, far)| {
                let (slower, bounce) = if *far { (2.3, 540.0) } else { (1.0, 47.0) };
                let own = sample("ringway", slice, 10.0 * slower, bounce);
                [own, sample("nginx", slice, 10.0 * ratio * slower, bounce)]
            }).collect();
            let all = ratios(&pairs(&samples, NGINX, RINGWAY), cpu, &[], None);
            prop_assert_eq!(all.count, flips.len());
            prop_assert!((all.min - ratio).abs() < 1e-9 && (all.max - ratio).abs() < 1e-9);
        }
    }
}
