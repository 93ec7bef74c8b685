//! The project's aims for its speed, held against a comparison.

use serde::{Deserialize, Serialize};

use super::pairs::{cpu, pairs, ratios};
use super::{RINGWAY, Row, Sample};
use crate::run::Scenario;
use crate::speed::Speed;
use crate::spread::Spread;
use crate::table::Column::{Left, Right};
use crate::table::{Cell, Table, Tone};

/// One aim, and what was measured.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Target {
    /// What is held against what.
    pub figure: String,
    /// Least that is acceptable.
    pub must: f64,
    /// What is aimed at.
    pub aim: f64,
    /// How it is judged.
    pub rule: Rule,
    /// How it is written.
    pub unit: Unit,
    /// Over the pairs; without count when there were none.
    pub measured: Spread,
    /// Pairs in all.
    pub pairs: usize,
    /// The place of the speed at which they were measured; `None` when at all speeds. Ratios differ
    /// by speed: what crosses the cores costs every server the same.
    pub speed: Option<usize>,
}

/// How a figure is judged.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Rule {
    /// By its median.
    Median,
    /// "No worse" and "better": by the interval of its median (95 %). No worse when the interval
    /// reaches the least value, better when all of it is above.
    Interval,
}

/// How a figure is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Unit {
    /// `2.00x`.
    Times,
    /// `80 %`.
    Percent,
}

/// What became of an aim.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// Aimed at and reached.
    Aim,
    /// Acceptable.
    Must,
    /// Less than acceptable.
    Missed,
    /// No pair to judge by.
    Unmeasured,
}

/// CPU time a request of a peer by Ringway's: scenario, peer, must, aim.
const CPU: [(Scenario, &str, f64, f64); 5] = [
    (Scenario::FullPath, "nginx", 2.0, 2.3),
    (Scenario::FullPath, "haproxy", 2.0, 2.4),
    (Scenario::FullPath, "pingora", 3.5, 4.5),
    (Scenario::Cached, "nginx", 2.5, 3.0),
    (Scenario::LargeBody, "nginx", 1.8, 2.1),
];
/// The share of one's speed that another keeps: the one, the other, must, aim.
const SHARES: [(Scenario, Scenario, f64, f64); 3] = [
    (Scenario::Null, Scenario::Cached, 0.8, 0.9),
    // At most 1.6 times the CPU time, 1.3 aimed at.
    (Scenario::Proxy, Scenario::Vtl, 1.0 / 1.6, 1.0 / 1.3),
    // At most 1.5 times of HTTP_PROXY's.
    (Scenario::Proxy, Scenario::Lambda, 1.0 / 1.5, 0.8),
];
/// No worse, and better.
const ONE_CONNECTION: (f64, f64) = (1.0, 1.0);

/// What is compared with what.
pub(super) const TEXT: &str = "Speed to reach: the peer's CPU time a request by Ringway's (of \
     one-connection: its p99) in the same round and slice at the same speed of the machine; above \
     1, Ringway needs less. Judged by the median of these ratios, shown with the lowest and the \
     highest. One-connection is judged and shown by the interval that holds the median with 95 %: \
     no worse when it reaches 1, better when all of it is above. cached as a share of null: the \
     bare server's CPU time a request by that of the cached answer; vtl as a share of proxy: that \
     of a request passed through by that of one through two templates; lambda \
     likewise. Resident memory of an idle connection is a figure of the command scale.";

/// Every aim that a comparison can be held against.
pub(super) fn all(rows: &[Row], samples: &[Sample], speeds: &[Speed]) -> Vec<Target> {
    let against = |scenario: Scenario, server: &str, what: &str, of: fn(&Row) -> Spread| {
        let row = rows.iter().find(|row| row.server == server && row.scenario == scenario);
        Target {
            figure: format!("{} against {server}, {what}", scenario.name()),
            must: 0.0,
            aim: 0.0,
            rule: Rule::Median,
            unit: Unit::Times,
            measured: row.map(of).unwrap_or_default(),
            pairs: row.map_or(0, |row| row.pairs),
            speed: row.map(|row| row.speed),
        }
    };
    let cpu = CPU.iter().map(|(scenario, server, must, aim)| Target {
        must: *must,
        aim: *aim,
        ..against(*scenario, server, "CPU a request", |row| row.cpu_ratio)
    });
    let mut targets: Vec<Target> = cpu.collect();
    targets.extend(SHARES.map(|share| self::share(share, samples, speeds)));
    targets.push(Target {
        must: ONE_CONNECTION.0,
        aim: ONE_CONNECTION.1,
        rule: Rule::Interval,
        ..against(Scenario::OneConnection, "nginx", "p99", |row| row.p99_ratio)
    });
    targets
}

/// The share of a scenario's speed that another keeps: CPU time of the one by that of the other.
fn share(
    (of, keeps, must, aim): (Scenario, Scenario, f64, f64),
    samples: &[Sample],
    speeds: &[Speed],
) -> Target {
    let pairs = pairs(samples, (RINGWAY, of), (RINGWAY, keeps));
    Target {
        figure: format!("{} as a share of {}, CPU a request", keeps.name(), of.name()),
        must,
        aim,
        rule: Rule::Median,
        unit: Unit::Percent,
        measured: ratios(&pairs, cpu, speeds, None),
        pairs: pairs.len(),
        speed: None,
    }
}

impl Target {
    /// Held against what was measured.
    pub fn verdict(&self) -> Verdict {
        let Spread { count, median, low, high, .. } = self.measured;
        let (must, aim) = match self.rule {
            Rule::Median => (median >= self.must, median >= self.aim),
            Rule::Interval => (high >= self.must, low > self.aim),
        };
        match (count, must, aim) {
            (0, ..) => Verdict::Unmeasured,
            (_, _, true) => Verdict::Aim,
            (_, true, false) => Verdict::Must,
            (_, false, false) => Verdict::Missed,
        }
    }

    fn text(&self, value: f64) -> String {
        match self.unit {
            Unit::Times => format!("{value:.2}x"),
            Unit::Percent => format!("{:.0} %", value * 100.0),
        }
    }

    fn row(&self, speeds: &[Speed]) -> Vec<Cell> {
        let Spread { count, median, min, max, low, high } = self.measured;
        let (from, to) = match self.rule {
            Rule::Median => (min, max),
            Rule::Interval => (low, high),
        };
        let measured = match count {
            0 => "-".to_owned(),
            _ => {
                let [median, from, to] = [median, from, to].map(|value| self.text(value));
                format!("{median} ({from} - {to})")
            }
        };
        let (must, aim) = match self.rule {
            Rule::Median => (self.text(self.must), self.text(self.aim)),
            Rule::Interval => ("no worse".to_owned(), "better".to_owned()),
        };
        let (verdict, tone) = match self.verdict() {
            Verdict::Aim => ("aim reached".to_owned(), Tone::Good),
            Verdict::Must => ("must reached".to_owned(), Tone::Good),
            Verdict::Unmeasured => ("not measured".to_owned(), Tone::Plain),
            Verdict::Missed => {
                let short = (1.0 - median / self.must) * 100.0;
                (format!("MISSED by {short:.0} %"), Tone::Bad)
            }
        };
        vec![
            self.figure.as_str().into(),
            must.into(),
            aim.into(),
            measured.into(),
            format!("{count}/{}", self.pairs).into(),
            self.speed
                .and_then(|speed| speeds.get(speed))
                .map_or_else(|| "-".to_owned(), ToString::to_string)
                .into(),
            Cell { text: verdict, tone },
        ]
    }
}

/// All of them.
pub(super) fn table(targets: &[Target], speeds: &[Speed]) -> Table {
    let mut table = Table::new(&[
        Left("speed to reach"),
        Right("must"),
        Right("aim"),
        Right("measured"),
        Right("pairs"),
        Right("speed"),
        Left("verdict"),
    ]);
    targets.iter().for_each(|target| table.push(target.row(speeds)));
    table
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::sample::tests::sample;

    fn target(must: f64, aim: f64, values: &[f64]) -> Target {
        let measured = Spread::of(values.iter().copied());
        let figure = "x".to_owned();
        Target {
            figure,
            must,
            aim,
            rule: Rule::Median,
            unit: Unit::Times,
            measured,
            pairs: 3,
            speed: None,
        }
    }

    #[test]
    fn verdicts() {
        for (must, aim, values, expect) in [
            (2.0, 2.3, &[2.3][..], Verdict::Aim),
            (2.0, 2.3, &[2.0, 2.2], Verdict::Must),
            (2.0, 2.3, &[1.5, 1.5, 9.0], Verdict::Missed),
            (2.0, 2.3, &[], Verdict::Unmeasured),
        ] {
            assert_eq!(target(must, aim, values).verdict(), expect, "{values:?}");
        }
    }

    #[test]
    fn no_worse_is_within_the_noise_and_better_is_beyond_it() {
        for (values, expect) in [
            // Six values are the fewest whose range is an interval of 95 %.
            ([0.90, 0.95, 0.97, 0.98, 0.99, 1.01], Verdict::Must),
            ([0.90, 0.95, 0.97, 0.98, 0.99, 0.99], Verdict::Missed),
            ([1.00, 1.05, 1.07, 1.08, 1.09, 1.09], Verdict::Must),
            ([1.01, 1.05, 1.07, 1.08, 1.09, 1.09], Verdict::Aim),
        ] {
            let target = Target { rule: Rule::Interval, ..target(1.0, 1.0, &values) };
            assert_eq!(target.verdict(), expect, "{values:?}");
        }
    }

    #[test]
    fn what_is_missed_says_by_how_much() {
        let mut missed = Table::new(&[Left(""); 7]);
        missed.push(target(2.0, 2.3, &[1.5]).row(&[]));
        assert!(
            missed.to_string().contains("1.50x (1.50x - 1.50x)  1/3  -  MISSED by 25 %"),
            "{missed}"
        );
    }

    #[test]
    fn aims_are_read_from_the_rows_of_their_scenario() {
        let cached = |mut sample: Sample| {
            sample.scenario = Scenario::Cached;
            sample
        };
        let samples = [
            cached(sample(RINGWAY, 1, 4.0, 45.0)),
            cached(sample("nginx", 1, 11.0, 45.0)),
            sample("nginx", 1, 99.0, 45.0),
            Sample { scenario: Scenario::Null, ..sample("nginx", 1, 9.0, 45.0) },
            Sample { scenario: Scenario::Null, ..sample(RINGWAY, 1, 3.5, 45.0) },
        ];
        let speeds = crate::speed::modes(samples.iter().map(|sample| sample.moments.speed()));
        let rows = super::super::row::rows(&Scenario::ALL, &samples, &speeds);
        let targets = all(&rows, &samples, &speeds);
        let measured = |part: &str| {
            let target = targets.iter().find(|target| target.figure.starts_with(part)).unwrap();
            (target.measured.median, target.verdict())
        };
        assert_eq!(measured("cached against nginx"), (2.75, Verdict::Must));
        assert_eq!(measured("full-path against nginx"), (0.0, Verdict::Unmeasured));
        assert_eq!(measured("cached as a share"), (0.875, Verdict::Must));
    }
}
