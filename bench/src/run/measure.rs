//! One measurement: look at the answer, load, and read CPU times at both ends of the window.

use std::io;
use std::net::SocketAddr;

use super::Plan;
use super::placement::Placement;
use super::scenario::Scenario;
use super::server::Server;
use super::window::{Reading, Window};
use super::work::{Subject, on_a_thread};
use crate::load::Event;
use crate::report::{At, Sample};
use crate::speed::{Moments, Speed};
use crate::stats::Summary;
use crate::trust::Trust;
use crate::upstream::Upstream;

/// Everything that stays the same between measurements.
pub(crate) struct Bench<'a> {
    pub(crate) plan: &'a Plan,
    pub(crate) placement: &'a Placement,
    pub(crate) upstream: &'a Upstream,
    /// Where the server under test listens.
    pub(crate) address: SocketAddr,
    pub(crate) server: &'a Server,
    /// Its name in the report.
    pub(crate) name: &'a str,
    /// What its certificate is known by.
    pub(crate) trust: &'a Trust,
    pub(crate) subject: Subject,
}

/// How often a sample is measured anew when the machine changed its speed meanwhile.
const REPEATS_MAX: u32 = 1;

impl Bench<'_> {
    /// Measures `scenario` for a slice, and anew when the machine changed its speed meanwhile.
    pub(crate) fn sample(
        &self,
        scenario: Scenario,
        at: At,
        progress: &(impl Fn(&str) + Sync),
    ) -> io::Result<Sample> {
        self.look(scenario)?;
        let mut repeats = 0;
        let sample = loop {
            let before = Speed::read(self.placement.pair())?;
            let sample = self.once(scenario, at, progress)?;
            let moments = Moments { before, after: Speed::read(self.placement.pair())? };
            if moments.steady() || repeats == REPEATS_MAX {
                break Sample { moments, repeats, ..sample };
            }
            progress(&format!("{at}, {}: the machine changed its speed: again", scenario.name()));
            repeats += 1;
        };
        // Whatever it was offered, it must serve on.
        self.look(scenario)?;
        Ok(sample)
    }

    fn once(
        &self,
        scenario: Scenario,
        at: At,
        progress: &(impl Fn(&str) + Sync),
    ) -> io::Result<Sample> {
        let label = format!("{at}, {}", scenario.name());
        let plan = self.load_plan(scenario, |line| progress(&format!("{label}: {line}")))?;
        let mut readings = Vec::with_capacity(2);
        let outcome = on_a_thread(&plan, |event| match event {
            Event::Started | Event::Ended => {
                readings.push(Reading::now(self.server, self.upstream))
            }
            Event::Progress { .. } => progress(&format!("{label}: {event}")),
        })?;
        let mut readings = readings.into_iter();
        let (Some(start), Some(end)) = (readings.next(), readings.next()) else {
            return Err(io::Error::other("the load ended without a measurement"));
        };
        let sample = self.evaluate(scenario, at, outcome.summary, Window::between(&start?, &end?));
        for doubt in &sample.doubts {
            progress(&format!("{label}: {doubt}"));
        }
        Ok(sample)
    }

    fn evaluate(&self, scenario: Scenario, at: At, summary: Summary, window: Window) -> Sample {
        let Window { wall, server, ours, others, upstream_calls } = window;
        let connections = scenario.connections(self.plan.connections);
        Sample {
            scenario,
            server: self.name.to_owned(),
            at,
            connections,
            cpu_us_per_request: server * 1e6 / summary.responses.max(1) as f64,
            server_busy: server / wall / f64::from(self.plan.workers),
            client_busy: ours / wall / self.placement.client_cores() as f64,
            foreign: others.foreign,
            stolen: others.stolen,
            upstream_calls,
            moments: Moments::default(),
            repeats: 0,
            doubts: scenario.doubts(&summary, upstream_calls, connections),
            summary,
        }
    }
}
