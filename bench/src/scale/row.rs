//! One point of a series: what each of its slices showed, and what they show together.

use serde::{Deserialize, Serialize};

use super::Part;
use crate::report::BoundBy;
use crate::speed::{self, Moments, Speed};
use crate::spread::Spread;

/// What one slice showed.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Slice {
    /// Responses per second.
    pub requests_per_second: f64,
    /// Latency from send.
    pub p50_us: u64,
    /// Latency from send.
    pub p99_us: u64,
    /// On-CPU time of all threads of the gateway by responses.
    pub cpu_us_per_request: f64,
    /// Share of the time in which the gateway's workers ran, 0 to 1.
    pub gateway_busy: f64,
    /// Share of the time in which load and upstream used their cores, 0 to 1.
    pub client_busy: f64,
    /// Share of the machine that other programs used, 0 to 1.
    pub foreign: f64,
    /// Share of the machine that the hypervisor gave to others, 0 to 1.
    pub stolen: f64,
    /// How fast the machine was.
    pub moments: Moments,
    /// Failures and responses other than 2xx.
    pub errors: u64,
    /// Requests that reached the upstream and should not have, or the other way round.
    pub strayed: u64,
    /// Connections of the load that were not there when it began to count.
    pub missing: u64,
}

/// One point of a series over its slices at one speed of the machine.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Row {
    /// Which series.
    pub part: Part,
    /// What was done.
    pub work: String,
    /// Where on the series.
    pub at: u64,
    /// That speed; `None` when no slice was taken at the speed of the series, and all count.
    pub speed: Option<Speed>,
    /// Responses per second.
    pub requests_per_second: Spread,
    /// Latency from send.
    pub p50_us: Spread,
    /// Latency from send.
    pub p99_us: Spread,
    /// The gateway's.
    pub cpu_us_per_request: Spread,
    /// The same by that of the first point with the same work, slice by slice of the same round
    /// and speed.
    pub against_first: Spread,
    /// Whose cores were full, by the medians; both where they share cores.
    pub bound_by: BoundBy,
    /// Over all slices.
    pub errors: u64,
    /// In the order in which they were taken.
    pub slices: Vec<Slice>,
}

/// A point as it was measured.
pub(super) struct Point {
    pub(super) part: Part,
    /// What was done.
    pub(super) work: &'static str,
    /// Where on the series.
    pub(super) at: u64,
    /// Gateway and client had cores of their own.
    pub(super) pinned: bool,
    pub(super) slices: Vec<Slice>,
}

/// One for each of `points`.
pub(super) fn rows(points: &[Point]) -> Vec<Row> {
    let row = |point: &Point| {
        let series: Vec<_> = points.iter().filter(|other| other.work == point.work).collect();
        let moments = || series.iter().flat_map(|of| of.slices.iter().map(|slice| &slice.moments));
        let steady = moments().filter(|moments| moments.steady()).map(Moments::speed);
        let speeds = speed::modes(steady);
        let main = speed::main_mode(moments(), &speeds);
        let first = series.first().map_or(&point.slices, |first| &first.slices);
        point.row(&speeds, main, first)
    };
    points.iter().map(row).collect()
}

impl Point {
    fn row(&self, speeds: &[Speed], main: usize, first: &[Slice]) -> Row {
        let (speed, used) = self.used(speeds, main);
        let spread = |of: fn(&Slice) -> f64| Spread::of(used.iter().map(|slice| of(slice)));
        let bound_by = if self.pinned {
            let gateway = spread(|slice| slice.gateway_busy).median;
            BoundBy::of(gateway, spread(|slice| slice.client_busy).median)
        } else {
            BoundBy::Both
        };
        Row {
            part: self.part,
            work: self.work.to_owned(),
            at: self.at,
            speed,
            requests_per_second: spread(|slice| slice.requests_per_second),
            p50_us: spread(|slice| slice.p50_us as f64),
            p99_us: spread(|slice| slice.p99_us as f64),
            cpu_us_per_request: spread(|slice| slice.cpu_us_per_request),
            against_first: against(&self.slices, first),
            bound_by,
            errors: self.slices.iter().map(|slice| slice.errors).sum(),
            slices: self.slices.clone(),
        }
    }

    /// The slices at the main speed of the series; all of them where there are none.
    fn used(&self, speeds: &[Speed], main: usize) -> (Option<Speed>, Vec<&Slice>) {
        let at_main = self.slices.iter().filter(|slice| slice.moments.is_at(speeds, main));
        let at_main: Vec<_> = at_main.collect();
        if at_main.is_empty() {
            return (None, self.slices.iter().collect());
        }
        (speeds.get(main).copied(), at_main)
    }
}

/// CPU time by CPU time, of slices that were taken in the same round at the same speed.
fn against(slices: &[Slice], first: &[Slice]) -> Spread {
    let holds = |(one, two): &(&Slice, &Slice)| one.moments.holds_with(&two.moments);
    let pairs = slices.iter().zip(first).filter(holds);
    let ratios = pairs.map(|(slice, first)| slice.cpu_us_per_request / first.cpu_us_per_request);
    Spread::of(ratios.filter(|ratio| ratio.is_finite()))
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;

    /// On a machine whose cores are `bounce_ns` apart.
    pub(in crate::scale) fn slice(cpu_us_per_request: f64, bounce_ns: f64) -> Slice {
        let speed = Speed { compute_ns: 1.4, bounce_ns: Some(bounce_ns) };
        Slice {
            requests_per_second: 125_000.0,
            p50_us: 100,
            p99_us: 200,
            cpu_us_per_request,
            gateway_busy: 1.0,
            client_busy: 0.5,
            foreign: 0.2,
            stolen: 0.0,
            moments: Moments { before: speed, after: speed },
            errors: 0,
            strayed: 0,
            missing: 0,
        }
    }

    pub(in crate::scale) fn point(at: u64, slices: Vec<Slice>) -> Point {
        Point { part: Part::Connections, work: "cached", at, pinned: true, slices }
    }

    #[test]
    fn a_row_is_of_the_main_speed_and_ratios_are_within_a_round() {
        let first = vec![slice(2.0, 45.0), slice(4.0, 540.0), slice(2.0, 45.0)];
        let later = vec![slice(3.0, 45.0), slice(6.0, 540.0), slice(9.0, 540.0)];
        let rows = rows(&[point(1, first), point(64, later)]);
        let cpu = |row: &Row| (row.cpu_us_per_request.count, row.cpu_us_per_request.median);
        // Three and three: the faster speed is the main one.
        assert_eq!((cpu(&rows[0]), cpu(&rows[1])), ((2, 2.0), (1, 3.0)));
        assert_eq!(rows[1].speed.map(|speed| speed.to_string()).as_deref(), Some("45 ns"));
        let Spread { count, median, .. } = rows[1].against_first;
        assert_eq!((count, median), (2, 1.5));
    }

    #[test]
    fn a_point_that_never_saw_the_main_speed_counts_all_it_has() {
        let first = vec![slice(2.0, 45.0); 3];
        let rows = rows(&[point(1, first), point(64, vec![slice(6.0, 540.0); 2])]);
        assert_eq!((rows[1].speed, rows[1].cpu_us_per_request.median), (None, 6.0));
        assert_eq!(rows[1].against_first.count, 0);
    }
}
