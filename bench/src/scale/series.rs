//! A series of measurements: every point in short slices, up and down in turn, so that a machine
//! whose speed changes meanwhile does so to all points alike.

use std::io;
use std::time::Duration;

use super::row::{Point, Row, Slice, rows};
use super::{Part, Setting, process};
use crate::load::{self, Bound, Event, NUMBER, Numbers};
use crate::run::gateway::Gateway;
use crate::run::order;
use crate::run::placement::Placement;
use crate::run::probe;
use crate::run::window::{Reading, Window};
use crate::run::work::on_a_thread;
use crate::speed::{Moments, Speed};

/// Length of one measurement. Short, so that many fit in and a machine that changes its speed every
/// few seconds shows both speeds at every point.
const SLICE: Duration = Duration::from_millis(400);
/// The same for many connections, which wait longer for their turn.
const SLICE_MANY: Duration = Duration::from_millis(1_000);
/// So many are many.
const MANY: u32 = 2_000;
/// Load before a measurement, without connections and for each of them: until the gateway has
/// accepted them all.
const WARM_UP: Duration = Duration::from_millis(100);
const WARM_UP_EACH: Duration = Duration::from_micros(500);
const WARM_UP_MAX: Duration = Duration::from_millis(1_500);

/// One point of a series, ready to be measured.
pub(crate) struct Subject<'a> {
    /// What is done, for the report.
    pub(crate) work: &'static str,
    /// Where on the series.
    pub(crate) at: u64,
    pub(crate) gateway: &'a Gateway,
    pub(crate) placement: &'a Placement,
    pub(crate) workers: u32,
    pub(crate) connections: u32,
    /// Path of the requests.
    pub(crate) path: String,
    /// All requests have to reach the upstream; none may otherwise.
    pub(crate) proxied: bool,
    /// A header line of theirs.
    pub(crate) header: Option<(&'static str, String)>,
    pub(crate) numbers: Numbers,
}

/// Measures all of `subjects`.
pub(crate) fn measure(
    part: Part,
    subjects: &[Subject<'_>],
    setting: &Setting<'_>,
) -> io::Result<Vec<Row>> {
    let mut before = Vec::with_capacity(subjects.len());
    for subject in subjects {
        subject.look()?;
        before.push(process::descriptors(subject.gateway.server().pid())?);
    }
    let mut slices = vec![Vec::new(); subjects.len()];
    let rounds = setting.rounds(part);
    let indices: Vec<_> = (0..subjects.len()).collect();
    for round in 1..=rounds {
        for index in order(&indices, round) {
            let subject = &subjects[index];
            let slice = subject.slice(before[index], setting)?;
            (setting.progress)(&format!(
                "{} round {round}/{rounds}: {} at {}: {:.0} requests/s, {:.2} us CPU a request",
                part.name(),
                subject.work,
                subject.at,
                slice.requests_per_second,
                slice.cpu_us_per_request
            ));
            slices[index].push(slice);
        }
    }
    let point = |(subject, slices): (&Subject<'_>, Vec<Slice>)| Point {
        part,
        work: subject.work,
        at: subject.at,
        pinned: subject.placement.is_pinned(),
        slices,
    };
    Ok(rows(&subjects.iter().zip(slices).map(point).collect::<Vec<_>>()))
}

impl Subject<'_> {
    /// The answers must be right, for the first number and the last; twice, for a cache to fill.
    fn look(&self) -> io::Result<()> {
        let last = match self.numbers {
            Numbers::Counted => 0,
            Numbers::Below(below) => below - 1,
        };
        for number in [0, last, 0] {
            let number = format!("{number:010}");
            let path = self.path.replace(NUMBER, &number);
            let header =
                self.header.as_ref().map(|(name, value)| (*name, value.replace(NUMBER, &number)));
            let headers: Vec<_> =
                header.iter().map(|(name, value)| (*name, value.as_str())).collect();
            let answer = probe::ask(self.gateway.http, None, ("GET", &*path, ""), &headers)?;
            if answer.status != 200 {
                let text = format!("GET {path} answers {} instead of 200", answer.status);
                return Err(io::Error::other(text));
            }
        }
        Ok(())
    }

    fn plan(&self) -> io::Result<load::Plan> {
        let url = format!("http://{}{}", self.gateway.http, self.path);
        let target = url.parse().map_err(io::Error::other)?;
        let slice = if self.connections >= MANY { SLICE_MANY } else { SLICE };
        let mut plan = load::Plan::new(target, self.connections, Bound::Time(slice));
        plan.numbers = self.numbers;
        plan.connect_first = true;
        plan.warmup = (WARM_UP + WARM_UP_EACH * self.connections).min(WARM_UP_MAX);
        plan.core = self.placement.load;
        let header = self.header.as_ref().map(|(name, value)| format!("{name}: {value}").parse());
        plan.headers = header.into_iter().collect::<Result<_, _>>().map_err(io::Error::other)?;
        Ok(plan)
    }

    /// One measurement; the gateway had so many descriptors open `before` all of them.
    fn slice(&self, before: u64, setting: &Setting<'_>) -> io::Result<Slice> {
        let plan = self.plan()?;
        let server = self.gateway.server();
        let (mut readings, mut open) = (Vec::with_capacity(2), None);
        let speed = Speed::read(self.placement.pair())?;
        let outcome = on_a_thread(&plan, |event| {
            if event == Event::Started {
                open = Some(process::descriptors(server.pid()));
            }
            if matches!(event, Event::Started | Event::Ended) {
                readings.push(Reading::now(server, setting.upstream));
            }
        })?;
        let mut readings = readings.into_iter();
        let (Some(start), Some(end)) = (readings.next(), readings.next()) else {
            return Err(io::Error::other("the load ended without a measurement"));
        };
        let window = Window::between(&start?, &end?);
        let moments = Moments { before: speed, after: Speed::read(self.placement.pair())? };
        let open = open.transpose()?.unwrap_or(0).saturating_sub(before);
        let summary = outcome.summary;
        Ok(Slice {
            requests_per_second: summary.requests_per_second,
            p50_us: summary.latency_us.p50,
            p99_us: summary.latency_us.p99,
            cpu_us_per_request: window.server * 1e6 / summary.responses.max(1) as f64,
            gateway_busy: window.server / window.wall / f64::from(self.workers),
            client_busy: window.ours / window.wall / self.placement.client_cores() as f64,
            foreign: window.others.foreign,
            stolen: window.others.stolen,
            moments,
            errors: summary.errors,
            strayed: strayed(self.proxied, window.upstream_calls, summary.responses),
            missing: u64::from(self.connections).saturating_sub(open),
        })
    }
}

/// The edges of the window blur the count of what is proxied by as many as are under way.
fn strayed(proxied: bool, upstream_calls: u64, responses: u64) -> u64 {
    match proxied {
        false => upstream_calls,
        true if upstream_calls >= responses / 2 => 0,
        true => responses - upstream_calls,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cache_that_misses_is_noticed() {
        assert_eq!(strayed(false, 0, 1_000), 0);
        assert_eq!(strayed(false, 1, 1_000), 1);
        assert_eq!(strayed(true, 1_000, 1_000), 0);
        assert_eq!(strayed(true, 900, 1_000), 0);
        assert_eq!(strayed(true, 3, 1_000), 997);
    }
}
