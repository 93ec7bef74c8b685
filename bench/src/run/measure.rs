//! One measurement: look at the answer, load, and read CPU times at both ends of the window.

use std::io;
use std::net::SocketAddr;
use std::thread;
use std::time::{Duration, Instant};

use super::definition::BODY_BYTES;
use super::placement::Placement;
use super::report::Sample;
use super::scenario::Scenario;
use super::server::Server;
use super::{Plan, probe};
use crate::cpu::{self, Others, Ticks};
use crate::load::{self, Bound, Event, Header, NUMBER};
use crate::stats::Summary;
use crate::target::Target;
use crate::upstream::Upstream;

/// Everything that stays the same between measurements.
pub(crate) struct Bench<'a> {
    pub(crate) plan: &'a Plan,
    pub(crate) placement: &'a Placement,
    pub(crate) upstream: &'a Upstream,
    /// Where the server under test listens.
    pub(crate) address: SocketAddr,
    pub(crate) server: &'a Server,
}

/// The counters at one end of the window.
struct Reading {
    at: Instant,
    gateway: Duration,
    ours: Duration,
    machine: Ticks,
    upstream: u64,
}

/// The header lines of `scenario` for the generator.
pub(crate) fn load_headers(scenario: Scenario) -> io::Result<Vec<Header>> {
    let parse = |(name, value): &(&str, &str)| format!("{name}: {value}").parse();
    scenario.headers().iter().map(parse).collect::<Result<_, _>>().map_err(io::Error::other)
}

impl Bench<'_> {
    /// Measures `scenario` once.
    pub(crate) fn sample(
        &self,
        scenario: Scenario,
        round: u32,
        progress: &(impl Fn(&str) + Sync),
    ) -> io::Result<Sample> {
        self.look(scenario)?;
        let url = format!("http://{}{}", self.address, scenario.target());
        let target = url.parse::<Target>().map_err(io::Error::other)?;
        let time = Duration::from_secs(u64::from(self.plan.seconds));
        let mut plan = load::Plan::new(target, self.plan.connections, Bound::Time(time));
        plan.warmup = Duration::from_secs(u64::from(self.plan.warmup_seconds));
        plan.core = self.placement.load;
        plan.headers = load_headers(scenario)?;

        let label = format!("round {round}/{} {}", self.plan.rounds, scenario.name());
        let mut readings = Vec::with_capacity(2);
        // A thread of its own, so that the pinning ends with the measurement.
        let outcome = thread::scope(|scope| {
            let running = scope.spawn(|| {
                load::run(&plan, |event| match event {
                    Event::Started | Event::Ended => readings.push(self.read()),
                    Event::Progress { .. } => progress(&format!("{label}: {event}")),
                })
            });
            running.join().map_err(|_| io::Error::other("the load panicked"))?
        })?;
        let mut readings = readings.into_iter();
        let (Some(start), Some(end)) = (readings.next(), readings.next()) else {
            return Err(io::Error::other("the load ended without a measurement"));
        };
        let sample = self.evaluate(scenario, round, outcome.summary, &start?, &end?);
        for doubt in &sample.doubts {
            progress(&format!("{label}: {doubt}"));
        }
        Ok(sample)
    }

    /// The answer must be what is to be measured; twice, because a cache fills on the first.
    fn look(&self, scenario: Scenario) -> io::Result<()> {
        for number in ["0", "0"] {
            let path = &scenario.target().replace(NUMBER, number);
            let answer = probe::ask(self.address, path, scenario.headers())?;
            if answer.status != 200 || answer.body.len() != BODY_BYTES {
                let body = String::from_utf8_lossy(&answer.body);
                let start: String = body.chars().take(200).collect();
                return Err(io::Error::other(format!(
                    "GET {path} answers {} with {} bytes instead of 200 with {BODY_BYTES}: {start}",
                    answer.status,
                    answer.body.len()
                )));
            }
        }
        Ok(())
    }

    fn read(&self) -> io::Result<Reading> {
        Ok(Reading {
            at: Instant::now(),
            gateway: self.server.cpu()?,
            ours: cpu::of_process(std::process::id())?,
            machine: cpu::of_machine()?,
            upstream: self.upstream.served(),
        })
    }

    fn evaluate(
        &self,
        scenario: Scenario,
        round: u32,
        summary: Summary,
        start: &Reading,
        end: &Reading,
    ) -> Sample {
        let wall = (end.at - start.at).as_secs_f64();
        let gateway = (end.gateway - start.gateway).as_secs_f64();
        let ours = (end.ours - start.ours).as_secs_f64();
        let known = (end.gateway - start.gateway) + (end.ours - start.ours);
        let Others { foreign, stolen } = Others::between(start.machine, end.machine, known);
        let upstream_calls = end.upstream - start.upstream;
        let mut doubts = Vec::new();
        if summary.errors > 0 {
            doubts.push(format!("{} errors", summary.errors));
        }
        if !scenario.upstream_use().allows(upstream_calls, summary.responses) {
            let responses = summary.responses;
            doubts.push(format!("{upstream_calls} upstream calls for {responses} responses"));
        }
        Sample {
            scenario,
            round,
            cpu_us_per_request: gateway * 1e6 / summary.responses.max(1) as f64,
            gateway_busy: gateway / wall / f64::from(self.plan.workers),
            client_busy: ours / wall / self.placement.client_cores() as f64,
            foreign,
            stolen,
            upstream_calls,
            doubts,
            summary,
        }
    }
}
