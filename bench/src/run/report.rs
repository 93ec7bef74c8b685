//! What `run` reports: every sample, and one row of medians a scenario.

use std::fmt;

use serde::{Deserialize, Serialize};

use super::scenario::Scenario;
use crate::machine::Machine;
use crate::stats::{Summary, median};

/// A core counts as saturated from here on; the rest is what sampling may lose.
const SATURATED: f64 = 0.95;
/// Foreign work above this share of the machine makes figures doubtful.
const FOREIGN_MAX: f64 = 0.10;

/// One measurement of one scenario.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Sample {
    /// What was measured.
    pub scenario: Scenario,
    /// From 1.
    pub round: u32,
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
    /// Requests that reached the upstream in the window.
    pub upstream_calls: u64,
    /// Why the figures may not mean what the scenario says.
    pub doubts: Vec<String>,
    /// What the load saw.
    pub summary: Summary,
}

impl fmt::Display for Sample {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Summary { requests_per_second, latency_us, .. } = &self.summary;
        write!(
            f,
            "round {} {}: {requests_per_second:.0} requests/s, p50 {} us, p99 {} us, \
             {:.2} us CPU a request",
            self.round,
            self.scenario.name(),
            latency_us.p50,
            latency_us.p99,
            self.cpu_us_per_request
        )
    }
}

/// What all samples have in common.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Context {
    /// The machine and the revision.
    pub machine: Machine,
    /// As the gateway printed it.
    pub gateway_driver: String,
    /// Driver of load and upstream.
    pub load_driver: String,
    /// Which core ran what.
    pub placement: String,
    /// Gateway and load had cores of their own.
    pub pinned: bool,
    /// Length of a measurement.
    pub seconds: u32,
    /// Measurements of each scenario.
    pub rounds: u32,
    /// Connections of the load.
    pub connections: u32,
    /// Workers of the gateway.
    pub workers: u32,
}

/// Median and range over the rounds.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Spread {
    /// Median.
    pub median: f64,
    /// Lowest.
    pub min: f64,
    /// Highest.
    pub max: f64,
}

impl Spread {
    pub(crate) fn of(values: &[f64]) -> Self {
        let min = values.iter().copied().reduce(f64::min).unwrap_or(0.0);
        let max = values.iter().copied().reduce(f64::max).unwrap_or(0.0);
        Self { median: median(values), min, max }
    }
}

/// What limits the requests per second.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum BoundBy {
    /// The gateway's cores are full: requests/s and latency are its own.
    Gateway,
    /// The client side is full: only the CPU time a request is the gateway's own.
    Client,
    /// Both are full: the gateway may be able to do more.
    Both,
    /// Neither: waiting, or other programs.
    Neither,
}

impl BoundBy {
    fn of(gateway_busy: f64, client_busy: f64) -> Self {
        match (gateway_busy >= SATURATED, client_busy >= SATURATED) {
            (true, true) => Self::Both,
            (true, false) => Self::Gateway,
            (false, true) => Self::Client,
            (false, false) => Self::Neither,
        }
    }

    fn name(self) -> &'static str {
        match self {
            Self::Gateway => "gateway",
            Self::Client => "client",
            Self::Both => "both",
            Self::Neither => "neither",
        }
    }
}

/// One scenario over all rounds.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Row {
    /// Which one.
    pub scenario: Scenario,
    /// Responses per second.
    pub requests_per_second: Spread,
    /// Latency from send.
    pub p50_us: Spread,
    /// Latency from send.
    pub p99_us: Spread,
    /// The gateway's.
    pub cpu_us_per_request: Spread,
    /// The gateway's, 0 to 1.
    pub gateway_busy: Spread,
    /// Of load and upstream, 0 to 1.
    pub client_busy: Spread,
    /// Judged by the medians.
    pub bound_by: BoundBy,
    /// Over all rounds.
    pub errors: u64,
}

impl Row {
    fn of(scenario: Scenario, samples: &[Sample]) -> Option<Self> {
        let samples: Vec<_> = samples.iter().filter(|sample| sample.scenario == scenario).collect();
        if samples.is_empty() {
            return None;
        }
        let spread =
            |of: fn(&Sample) -> f64| Spread::of(&samples.iter().map(|s| of(s)).collect::<Vec<_>>());
        let gateway_busy = spread(|sample| sample.gateway_busy);
        let client_busy = spread(|sample| sample.client_busy);
        Some(Self {
            scenario,
            requests_per_second: spread(|sample| sample.summary.requests_per_second),
            p50_us: spread(|sample| sample.summary.latency_us.p50 as f64),
            p99_us: spread(|sample| sample.summary.latency_us.p99 as f64),
            cpu_us_per_request: spread(|sample| sample.cpu_us_per_request),
            gateway_busy,
            client_busy,
            bound_by: BoundBy::of(gateway_busy.median, client_busy.median),
            errors: samples.iter().map(|sample| sample.summary.errors).sum(),
        })
    }
}

/// The whole result; its JSON form is what later runs are compared with.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Report {
    /// Where and how.
    pub context: Context,
    /// Medians.
    pub rows: Vec<Row>,
    /// In the order in which they were taken.
    pub samples: Vec<Sample>,
}

impl Report {
    pub(crate) fn new(context: Context, scenarios: &[Scenario], samples: Vec<Sample>) -> Self {
        let rows = scenarios.iter().filter_map(|scenario| Row::of(*scenario, &samples)).collect();
        Self { context, rows, samples }
    }

    /// Something in it is not what its scenario says.
    pub fn is_doubtful(&self) -> bool {
        self.samples.iter().any(|sample| !sample.doubts.is_empty())
    }

    /// Sentences to read before the figures are used.
    fn notes(&self) -> Vec<String> {
        let mut notes = Vec::new();
        if !self.context.pinned {
            notes.push(UNPINNED.to_owned());
        }
        for (bound, what) in
            [(BoundBy::Client, CLIENT), (BoundBy::Both, BOTH), (BoundBy::Neither, NEITHER)]
        {
            let rows = self.rows.iter().filter(|row| row.bound_by == bound);
            let names: Vec<_> = rows.map(|row| row.scenario.name()).collect();
            if !names.is_empty() {
                notes.push(format!("{}: {what}", names.join(", ")));
            }
        }
        let most = |of: fn(&Sample) -> f64| self.samples.iter().map(of).fold(0.0, f64::max);
        let (foreign, stolen) = (most(|sample| sample.foreign), most(|sample| sample.stolen));
        if foreign > FOREIGN_MAX || stolen > FOREIGN_MAX {
            notes.push(format!(
                "the machine was not quiet: other programs used up to {:.0} % of it, the \
                 hypervisor took up to {:.0} %",
                foreign * 100.0,
                stolen * 100.0
            ));
        }
        for sample in self.samples.iter().filter(|sample| !sample.doubts.is_empty()) {
            let (name, round) = (sample.scenario.name(), sample.round);
            notes.push(format!("doubtful: {name}, round {round}: {}", sample.doubts.join(", ")));
        }
        notes
    }
}

const UNPINNED: &str = "nothing was pinned: gateway and load shared cores, so requests/s and \
     latency are of both together; only the CPU time a request is the gateway's";
const CLIENT: &str = "client-bound. Load and upstream were full before the gateway: it can do more \
     requests/s than shown; read the CPU time a request";
const BOTH: &str = "gateway and client were both full: the gateway may be able to do more \
     requests/s than shown";
const NEITHER: &str = "neither side was full. They waited, for each other or for other programs: \
     requests/s is a lower bound";

impl fmt::Display for Context {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { machine, gateway_driver, load_driver, placement, seconds, rounds, .. } = self;
        let Machine { cpu_model, cores, kernel, git_revision, .. } = machine;
        let mitigations: Vec<_> =
            machine.mitigations.iter().map(|(name, state)| format!("{name}: {state}")).collect();
        writeln!(f, "machine      {cpu_model}, {cores} cores, Linux {kernel}")?;
        writeln!(f, "mitigations  {}", mitigations.join("\n             "))?;
        writeln!(f, "revision     {git_revision}")?;
        writeln!(f, "gateway      workers: {}; it printed: {gateway_driver}", self.workers)?;
        writeln!(f, "load         closed loop, {} connections, {load_driver}", self.connections)?;
        writeln!(f, "cores        {placement}")?;
        writeln!(f, "samples      {rounds} rounds of {seconds} s; median (lowest - highest)")
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{}", self.context)?;
        writeln!(
            f,
            "{:<9}{:>27}{:>8}{:>8}{:>24}{:>14}{:>13}{:>10}{:>8}",
            "scenario",
            "requests/s",
            "p50 us",
            "p99 us",
            "CPU us/request",
            "gateway busy",
            "client busy",
            "bound by",
            "errors"
        )?;
        for row in &self.rows {
            writeln!(f, "{row}")?;
        }
        let notes = self.notes();
        if !notes.is_empty() {
            writeln!(f)?;
        }
        notes.iter().try_for_each(|note| writeln!(f, "* {note}"))
    }
}

impl fmt::Display for Row {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Spread { median, min, max } = self.requests_per_second;
        let cpu = self.cpu_us_per_request;
        write!(
            f,
            "{:<9}{:>27}{:>8.0}{:>8.0}{:>24}{:>12.0} %{:>11.0} %{:>10}{:>8}",
            self.scenario.name(),
            format!("{median:.0} ({min:.0} - {max:.0})"),
            self.p50_us.median,
            self.p99_us.median,
            format!("{:.2} ({:.2} - {:.2})", cpu.median, cpu.min, cpu.max),
            self.gateway_busy.median * 100.0,
            self.client_busy.median * 100.0,
            self.bound_by.name(),
            self.errors
        )
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;

    fn sample(scenario: Scenario, round: u32, rate: f64, busy: (f64, f64)) -> Sample {
        Sample {
            scenario,
            round,
            cpu_us_per_request: 1e6 / rate,
            gateway_busy: busy.0,
            client_busy: busy.1,
            foreign: 0.02,
            stolen: 0.0,
            upstream_calls: 0,
            doubts: Vec::new(),
            summary: Summary { requests_per_second: rate, ..Summary::default() },
        }
    }

    fn report(samples: Vec<Sample>) -> Report {
        let context = Context {
            machine: Machine {
                cpu_model: "Fast CPU".into(),
                cores: 2,
                kernel: "6.18".into(),
                mitigations: BTreeMap::from([("meltdown".into(), "Mitigation: PTI".into())]),
                git_revision: "abc".into(),
            },
            gateway_driver: "driver: epoll".into(),
            load_driver: "io_uring".into(),
            placement: "gateway on 0".into(),
            pinned: true,
            seconds: 5,
            rounds: 3,
            connections: 64,
            workers: 1,
        };
        Report::new(context, &[Scenario::Mock, Scenario::Proxy], samples)
    }

    #[test]
    fn rows_are_medians_with_their_range() {
        let rates = [100_000.0, 120_000.0, 90_000.0];
        let samples = (1..).zip(rates);
        let samples = samples.map(|(n, rate)| sample(Scenario::Mock, n, rate, (0.99, 0.8)));
        let report = report(samples.collect());
        assert_eq!(report.rows.len(), 1);
        let row = &report.rows[0];
        let expect = Spread { median: 100_000.0, min: 90_000.0, max: 120_000.0 };
        assert_eq!((row.requests_per_second, row.bound_by), (expect, BoundBy::Gateway));
        assert_eq!(row.cpu_us_per_request.median, 10.0);
        assert!(report.notes().is_empty());
        assert!(report.to_string().contains("100000 (90000 - 120000)"), "{report}");
    }

    #[test]
    fn the_bound_is_whoever_is_full() {
        for (gateway, client, expect) in [
            (0.99, 0.60, BoundBy::Gateway),
            (0.60, 0.99, BoundBy::Client),
            (0.96, 0.97, BoundBy::Both),
            (0.60, 0.60, BoundBy::Neither),
        ] {
            assert_eq!(BoundBy::of(gateway, client), expect);
        }
    }

    #[test]
    fn notes_say_what_not_to_believe() {
        let mut proxy = sample(Scenario::Proxy, 1, 50_000.0, (0.7, 0.99));
        proxy.foreign = 0.4;
        proxy.doubts.push("3 errors".into());
        let mut report = report(vec![sample(Scenario::Mock, 1, 9.0, (0.5, 0.5)), proxy]);
        report.context.pinned = false;
        let notes = report.notes().join("\n");
        for part in
            ["proxy: client-bound", "mock: neither", "up to 40 %", "nothing was pinned", "3 errors"]
        {
            assert!(notes.contains(part), "{part}: {notes}");
        }
        assert!(report.is_doubtful());
    }

    #[test]
    fn the_json_form_reads_back() {
        let report = report(vec![sample(Scenario::Mock, 1, 1000.0, (1.0, 1.0))]);
        let text = serde_json::to_string(&report).unwrap();
        assert_eq!(serde_json::from_str::<Report>(&text).unwrap(), report);
    }
}
