//! One figure before and after, and whether the difference is more than noise.

use std::fmt;

use serde::Serialize;

use crate::report::Sample;
use crate::report::pairs::{cpu, p99, rate};
use crate::run::Scenario;
use crate::spread::Spread;
use crate::table::Column::{Left, Right};
use crate::table::{Cell, Table, Tone};

/// Below so many samples on either side nothing can be said.
const SAMPLES_MIN: usize = 3;

/// What is compared.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Figure {
    /// CPU time of the server a request.
    Cpu,
    /// Requests per second.
    Rate,
    /// 99th percentile of the latency.
    P99,
}

impl Figure {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Cpu, Self::Rate, Self::P99];

    /// In words.
    pub fn name(self) -> &'static str {
        match self {
            Self::Cpu => "CPU a request",
            Self::Rate => "requests/s",
            Self::P99 => "p99",
        }
    }

    pub(super) fn of(self) -> fn(&Sample) -> f64 {
        match self {
            Self::Cpu => cpu,
            Self::Rate => rate,
            Self::P99 => p99,
        }
    }

    /// The smallest share of change that counts, however quiet the machine: two builds of the same
    /// code differ by as much in where the linker put things.
    fn least(self) -> f64 {
        match self {
            Self::Cpu | Self::Rate => 0.03,
            Self::P99 => 0.10,
        }
    }

    fn is_worse(self, change: f64) -> bool {
        match self {
            Self::Cpu | Self::P99 => change > 0.0,
            Self::Rate => change < 0.0,
        }
    }
}

/// What a change means.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Verdict {
    /// Worse: the intervals of the medians lie apart, and by more than the least that counts.
    Worse,
    /// Better, likewise.
    Better,
    /// Neither.
    Noise,
    /// Too few samples to say.
    TooFew,
}

impl Verdict {
    /// More than noise.
    pub fn is_sure(self) -> bool {
        matches!(self, Self::Worse | Self::Better)
    }
}

/// One figure of one scenario on one server.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Change {
    /// Which scenario.
    pub scenario: Scenario,
    /// Whose.
    pub server: String,
    /// What.
    pub figure: Figure,
    /// In the first result; by the reference's when there is one.
    pub before: Spread,
    /// In the second.
    pub after: Spread,
    /// From median to median: 0.1 is a tenth more.
    pub change: f64,
    /// What that means.
    pub verdict: Verdict,
}

impl Change {
    pub(super) fn new(
        (server, scenario): (&str, Scenario),
        figure: Figure,
        before: Spread,
        after: Spread,
    ) -> Self {
        let change = if before.median > 0.0 { after.median / before.median - 1.0 } else { 0.0 };
        let verdict = if before.count.min(after.count) < SAMPLES_MIN {
            Verdict::TooFew
        } else if change.abs() < figure.least() || !before.apart(&after) {
            Verdict::Noise
        } else if figure.is_worse(change) {
            Verdict::Worse
        } else {
            Verdict::Better
        };
        Self { scenario, server: server.to_owned(), figure, before, after, change, verdict }
    }

    fn row(&self) -> Vec<Cell> {
        let (verdict, tone) = match self.verdict {
            Verdict::Worse => ("WORSE", Tone::Bad),
            Verdict::Better => ("better", Tone::Good),
            Verdict::Noise => ("within the noise", Tone::Plain),
            Verdict::TooFew => ("too few samples", Tone::Plain),
        };
        vec![
            self.scenario.name().into(),
            self.server.as_str().into(),
            self.figure.name().into(),
            figure(self.before).into(),
            figure(self.after).into(),
            format!("{:+.1} %", self.change * 100.0).into(),
            Cell { text: verdict.to_owned(), tone },
        ]
    }
}

/// Median, half the width of its interval, and samples.
fn figure(spread: Spread) -> String {
    let Spread { count, median, low, high, .. } = spread;
    let noise = if median > 0.0 { (high - low) / 2.0 / median * 100.0 } else { 0.0 };
    let decimals = if median >= 1000.0 { 0 } else { 3 };
    format!("{median:.decimals$} +-{noise:.1} % of {count}")
}

impl fmt::Display for Change {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { scenario, server, figure: what, before, after, change, .. } = self;
        write!(
            f,
            "{} of {server}: {} {:+.1} % (from {} to {})",
            scenario.name(),
            what.name(),
            change * 100.0,
            figure(*before),
            figure(*after)
        )
    }
}

/// All of them.
pub(super) fn table(changes: &[Change]) -> Table {
    let mut table = Table::new(&[
        Left("scenario"),
        Left("server"),
        Left("figure"),
        Right("before"),
        Right("after"),
        Right("change"),
        Left("verdict"),
    ]);
    changes.iter().for_each(|change| table.push(change.row()));
    table
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn change(figure: Figure, before: &[f64], after: &[f64]) -> Change {
        let spread = |values: &[f64]| Spread::of(values.iter().copied());
        Change::new(("ringway", Scenario::Mock), figure, spread(before), spread(after))
    }

    #[test]
    fn verdicts() {
        use Figure::{Cpu, P99, Rate};
        let base = &[9.9, 10.0, 10.1][..];
        for (figure, after, expect) in [
            (Cpu, &[10.9, 11.0, 11.1][..], Verdict::Worse),
            (Cpu, &[8.9, 9.0, 9.1], Verdict::Better),
            (Rate, &[8.9, 9.0, 9.1], Verdict::Worse),
            (Rate, &[10.9, 11.0, 11.1], Verdict::Better),
            (P99, &[10.4, 10.5, 10.6], Verdict::Noise), // sure, but too little
            (P99, &[11.5, 11.6, 11.7], Verdict::Worse),
            (Cpu, &[10.15, 10.2, 10.25], Verdict::Noise), // likewise
            (Cpu, &[10.0, 11.0, 12.0], Verdict::Noise),   // the ranges touch
            (Cpu, &[11.0, 11.0], Verdict::TooFew),
        ] {
            assert_eq!(change(figure, base, after).verdict, expect, "{figure:?} {after:?}");
        }
    }

    proptest! {
        #[test]
        fn samples_of_one_distribution_differ_rarely(seed: u64) {
            // 100 pairs of 15 samples with a tenth of noise each: at most a handful look different.
            let mut random = proptest::test_runner::TestRng::from_seed(
                proptest::test_runner::RngAlgorithm::XorShift,
                &[seed.to_le_bytes(), (!seed).to_le_bytes()].concat(),
            );
            let mut spread = || {
                let mut noise = || f64::from(random.next_u32()) / f64::from(u32::MAX);
                Spread::of((0..15).map(|_| 10.0 + noise()))
            };
            let sure = (0..100).filter(|_| {
                let (before, after) = (spread(), spread());
                Change::new(("x", Scenario::Mock), Figure::Cpu, before, after).verdict.is_sure()
            });
            prop_assert!(sure.count() <= 6);
        }

        #[test]
        fn turning_the_results_round_turns_the_verdict(
            before in prop::collection::vec(1.0..10.0_f64, 3..20),
            factor in 0.2..5.0_f64,
        ) {
            // Away from the threshold, which is a share of the first.
            prop_assume!((factor - 1.0).abs() > 0.05);
            let after: Vec<_> = before.iter().map(|value| value * factor).collect();
            let there = change(Figure::Cpu, &before, &after).verdict;
            let back = change(Figure::Cpu, &after, &before).verdict;
            let expect = match there {
                Verdict::Worse => Verdict::Better,
                Verdict::Better => Verdict::Worse,
                same => same,
            };
            prop_assert_eq!(back, expect);
        }
    }
}
