//! What `compare` reports: every sample, medians, and ratios of samples of the same round.

use std::fmt;

use serde::{Deserialize, Serialize};

use super::Plan;
use super::peer::RINGWAY;
use super::wrk::Opinion;
use crate::machine::Machine;
use crate::run::report::Spread;
use crate::run::{Sample, Scenario};

/// Foreign work above this share of the machine makes figures doubtful.
const FOREIGN_MAX: f64 = 0.10;

/// A measurement of one server.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct PeerSample {
    /// Whose.
    pub peer: String,
    /// What was measured.
    pub sample: Sample,
}

/// One server in one scenario over all rounds.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Row {
    /// Which scenario.
    pub scenario: Scenario,
    /// Which server.
    pub peer: String,
    /// Of the server, over all its threads.
    pub cpu_us_per_request: Spread,
    /// Its CPU time a request by Ringway's in the same round: above 1, Ringway needs less.
    pub cpu_ratio: Spread,
    /// Responses per second.
    pub requests_per_second: Spread,
    /// Latency from send.
    pub p50_us: Spread,
    /// Latency from send.
    pub p99_us: Spread,
    /// Share of the time in which load and upstream used their cores.
    pub client_busy: Spread,
}

/// The whole result.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Comparison {
    /// The machine and the revision.
    pub machine: Machine,
    /// Which core ran what.
    pub placement: String,
    /// Names and versions.
    pub servers: Vec<String>,
    /// Who is missing, and why.
    pub absent: Vec<String>,
    /// Connections of the load.
    pub connections: u32,
    /// Rounds, and the length of a measurement in seconds.
    pub rounds: (u32, u32),
    /// Whether the servers wrote access logs.
    pub access_log: bool,
    /// Medians.
    pub rows: Vec<Row>,
    /// By `wrk`.
    pub wrk: Vec<Opinion>,
    /// In the order in which they were taken.
    pub samples: Vec<PeerSample>,
}

impl Comparison {
    pub(super) fn new(
        plan: &Plan,
        machine: Machine,
        placement: String,
        servers: Vec<String>,
        absent: Vec<String>,
        samples: Vec<PeerSample>,
        wrk: Vec<Opinion>,
    ) -> Self {
        Self {
            machine,
            placement,
            servers,
            absent,
            connections: plan.run.connections,
            rounds: (plan.run.rounds, plan.run.seconds),
            access_log: plan.access_log,
            rows: rows(&plan.run.scenarios, &samples),
            wrk,
            samples,
        }
    }

    /// Something in it is not what its scenario says.
    pub fn is_doubtful(&self) -> bool {
        self.samples.iter().any(|of| !of.sample.doubts.is_empty())
    }

    fn notes(&self) -> Vec<String> {
        let mut notes = self.absent.clone();
        let foreign = self.samples.iter().map(|of| of.sample.foreign + of.sample.stolen);
        let foreign = foreign.fold(0.0, f64::max);
        if foreign > FOREIGN_MAX {
            let share = foreign * 100.0;
            notes.push(format!("the machine was not quiet: others used up to {share:.0} % of it"));
        }
        notes.push(
            "full-path: Ringway with key, throttles and a missing cache; the peers proxy plainly"
                .to_owned(),
        );
        notes.push(
            "client busy near 100 %: requests/s and latency are bounded by load and upstream"
                .to_owned(),
        );
        for PeerSample { peer, sample } in &self.samples {
            for doubt in &sample.doubts {
                let (name, round) = (sample.scenario.name(), sample.round);
                notes.push(format!("doubtful: {peer}, {name}, round {round}: {doubt}"));
            }
        }
        notes
    }
}

fn rows(scenarios: &[Scenario], samples: &[PeerSample]) -> Vec<Row> {
    let mut peers: Vec<&str> = Vec::new();
    for of in samples {
        if !peers.contains(&of.peer.as_str()) {
            peers.push(&of.peer);
        }
    }
    let pairs = scenarios.iter().flat_map(|scenario| peers.iter().map(move |p| (*scenario, *p)));
    pairs.map(|(scenario, peer)| row(scenario, peer, samples)).collect()
}

fn row(scenario: Scenario, peer: &str, samples: &[PeerSample]) -> Row {
    let of_peer = |name: &str| -> Vec<&Sample> {
        let own = samples.iter().filter(|of| of.peer == name && of.sample.scenario == scenario);
        own.map(|of| &of.sample).collect()
    };
    let (own, ringway) = (of_peer(peer), of_peer(RINGWAY));
    let ratio = |sample: &&Sample| {
        let pair = ringway.iter().find(|ours| ours.round == sample.round)?;
        Some(sample.cpu_us_per_request / pair.cpu_us_per_request)
    };
    let ratios: Vec<f64> = own.iter().filter_map(ratio).collect();
    let spread =
        |of: fn(&Sample) -> f64| Spread::of(&own.iter().map(|s| of(s)).collect::<Vec<_>>());
    Row {
        scenario,
        peer: peer.to_owned(),
        cpu_us_per_request: spread(|sample| sample.cpu_us_per_request),
        cpu_ratio: Spread::of(&ratios),
        requests_per_second: spread(|sample| sample.summary.requests_per_second),
        p50_us: spread(|sample| sample.summary.latency_us.p50 as f64),
        p99_us: spread(|sample| sample.summary.latency_us.p99 as f64),
        client_busy: spread(|sample| sample.client_busy),
    }
}

impl fmt::Display for Comparison {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Machine { cpu_model, cores, kernel, git_revision, .. } = &self.machine;
        let (rounds, seconds) = self.rounds;
        let log = if self.access_log { "on for all" } else { "off for all" };
        writeln!(f, "machine      {cpu_model}, {cores} cores, Linux {kernel}")?;
        writeln!(f, "revision     {git_revision}")?;
        self.servers.iter().try_for_each(|server| writeln!(f, "server       {server}"))?;
        writeln!(f, "cores        {}", self.placement.replace("gateway", "server"))?;
        writeln!(
            f,
            "load         closed loop, {} connections; access logs {log}",
            self.connections
        )?;
        writeln!(f, "samples      {rounds} rounds of {seconds} s; median (lowest - highest)\n")?;
        writeln!(
            f,
            "{:<10}{:<9}{:>22}{:>24}{:>12}{:>8}{:>8}{:>13}",
            "scenario",
            "server",
            "CPU us/request",
            "CPU / ringway's CPU",
            "requests/s",
            "p50 us",
            "p99 us",
            "client busy"
        )?;
        self.rows.iter().try_for_each(|row| writeln!(f, "{row}"))?;
        if !self.wrk.is_empty() {
            writeln!(f)?;
        }
        for Opinion { peer, scenario, requests_per_second, cpu_us_per_request } in &self.wrk {
            let name = scenario.name();
            writeln!(
                f,
                "wrk, {name}: {peer} {requests_per_second:.0} requests/s, \
                 {cpu_us_per_request:.2} us CPU a request"
            )?;
        }
        writeln!(f)?;
        self.notes().iter().try_for_each(|note| writeln!(f, "* {note}"))
    }
}

impl fmt::Display for Row {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let range =
            |Spread { median, min, max }: Spread| format!("{median:.2} ({min:.2} - {max:.2})");
        write!(
            f,
            "{:<10}{:<9}{:>22}{:>24}{:>12.0}{:>8.0}{:>8.0}{:>11.0} %",
            self.scenario.name(),
            self.peer,
            range(self.cpu_us_per_request),
            range(self.cpu_ratio),
            self.requests_per_second.median,
            self.p50_us.median,
            self.p99_us.median,
            self.client_busy.median * 100.0
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::stats::Summary;

    fn sample(peer: &str, round: u32, cpu: f64) -> PeerSample {
        let sample = Sample {
            scenario: Scenario::Proxy,
            round,
            cpu_us_per_request: cpu,
            gateway_busy: 1.0,
            client_busy: 0.5,
            foreign: 0.0,
            stolen: 0.0,
            upstream_calls: 0,
            doubts: Vec::new(),
            summary: Summary::default(),
        };
        PeerSample { peer: peer.to_owned(), sample }
    }

    #[test]
    fn ratios_are_of_the_same_round() {
        // Round 2 ran on a machine of half the speed: the ratios do not show it.
        let samples = [
            sample(RINGWAY, 1, 10.0),
            sample("nginx", 1, 25.0),
            sample("nginx", 2, 50.0),
            sample(RINGWAY, 2, 20.0),
        ];
        let rows = rows(&[Scenario::Proxy], &samples);
        assert_eq!(rows.len(), 2);
        assert_eq!(rows[0].cpu_ratio, Spread { median: 1.0, min: 1.0, max: 1.0 });
        assert_eq!(rows[1].peer, "nginx");
        assert_eq!(rows[1].cpu_ratio, Spread { median: 2.5, min: 2.5, max: 2.5 });
        assert_eq!(rows[1].cpu_us_per_request, Spread { median: 37.5, min: 25.0, max: 50.0 });
    }
}
