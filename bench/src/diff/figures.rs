//! Which values of two results may be held against each other.

use super::change::{Change, Figure};
use crate::report::pairs::{Of, pairs};
use crate::report::{Report, Sample};
use crate::speed;
use crate::spread::Spread;

/// A value and the speed of the machine it was measured at.
type Value = (usize, f64);

/// All figures of `of`, by the reference's where both results have pairs with it.
///
/// The error says why there are none.
pub(super) fn changes(
    before: &Report,
    after: &Report,
    of: Of<'_>,
    reference: Option<&str>,
) -> Result<Vec<Change>, String> {
    let has = |report: &Report| {
        reference.is_some_and(|reference| {
            report.rows.iter().any(|row| row.server == reference && row.scenario == of.1)
        })
    };
    let reference = reference.filter(|_| has(before) && has(after));
    let mut changes = Vec::new();
    for figure in Figure::ALL {
        let one = values(before, of, reference, figure.of());
        let two = values(after, of, reference, figure.of());
        if one.is_empty() || two.is_empty() {
            return Err("no steady samples to compare".to_owned());
        }
        let spread = |values: &[Value], mode: Option<usize>| {
            let values = values.iter().filter(|(at, _)| mode.is_none_or(|mode| mode == *at));
            Spread::of(values.map(|(_, value)| *value))
        };
        let (one, two) = match (common_speed(before, after, &one, &two), reference) {
            (Some((before, after)), _) => (spread(&one, Some(before)), spread(&two, Some(after))),
            // Ratios bear another speed, plain figures do not.
            (None, Some(_)) => (spread(&one, None), spread(&two, None)),
            (None, None) => {
                let text = "the machine ran at different speeds, nothing can be compared";
                return Err(text.to_owned());
            }
        };
        changes.push(Change::new(of, figure, one, two));
    }
    Ok(changes)
}

fn values(
    report: &Report,
    of: Of<'_>,
    reference: Option<&str>,
    figure: fn(&Sample) -> f64,
) -> Vec<Value> {
    let (server, scenario) = of;
    let Some(reference) = reference else {
        let samples = report.samples.iter().filter(|sample| {
            sample.server == server && sample.scenario == scenario && sample.moments.steady()
        });
        let mode = |sample: &Sample| speed::mode_of(sample.moments.speed(), &report.speeds);
        return samples.map(|sample| (mode(sample), figure(sample))).collect();
    };
    let pairs = pairs(&report.samples, of, (reference, scenario));
    let held = pairs.iter().filter(|pair| pair.holds());
    held.filter_map(|pair| Some((pair.mode(&report.speeds), pair.ratio(figure)?))).collect()
}

/// The speed that both results saw in most samples, by its place in each.
fn common_speed(
    before: &Report,
    after: &Report,
    one: &[Value],
    two: &[Value],
) -> Option<(usize, usize)> {
    let count = |values: &[Value], mode: usize| values.iter().filter(|(at, _)| *at == mode).count();
    let mut best: Option<(usize, (usize, usize))> = None;
    for (first, speed) in before.speeds.iter().enumerate() {
        for (second, other) in after.speeds.iter().enumerate() {
            let samples = count(one, first).min(count(two, second));
            if samples > best.map_or(0, |(most, _)| most) && speed.agrees(other) {
                best = Some((samples, (first, second)));
            }
        }
    }
    best.map(|(_, speeds)| speeds)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::sample::tests::{context, sample};
    use crate::report::{Kind, RINGWAY};
    use crate::run::Scenario;

    /// Samples of CPU time and bounce.
    fn run(samples: &[(f64, f64)]) -> Report {
        let samples = (1..).zip(samples);
        let samples = samples.map(|(at, (cpu, bounce))| sample(RINGWAY, at, *cpu, *bounce));
        Report::new(context(Kind::Run), &[Scenario::Proxy], samples.collect(), Vec::new())
    }

    const NEAR: (f64, f64) = (10.0, 45.0);
    const FAR: (f64, f64) = (24.0, 540.0);

    #[test]
    fn results_are_compared_at_the_speed_they_share() {
        let mostly_near = run(&[NEAR, NEAR, NEAR, NEAR, FAR, FAR, FAR]);
        let far = run(&[FAR, FAR, FAR, (24.1, 530.0)]);
        let changes = changes(&mostly_near, &far, (RINGWAY, Scenario::Proxy), None).unwrap();
        assert!(changes.iter().all(|change| !change.verdict.is_sure()), "{changes:?}");
        assert_eq!((changes[0].before.count, changes[0].after.count), (3, 4));
        assert_eq!(changes[0].before.median, 24.0);
    }

    #[test]
    fn without_a_common_speed_nothing_is_said() {
        let error = changes(&run(&[NEAR; 4]), &run(&[FAR; 4]), (RINGWAY, Scenario::Proxy), None);
        assert!(error.unwrap_err().contains("different speeds"));
    }
}
