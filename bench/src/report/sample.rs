//! One measurement of one scenario on one server.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::run::Scenario;
use crate::speed::Moments;
use crate::stats::Summary;

/// When in a result a sample was taken; samples of the same moment are a pair.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct At {
    /// From 1.
    pub round: u32,
    /// Within the round, from 1.
    pub slice: u32,
}

impl fmt::Display for At {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "round {}, slice {}", self.round, self.slice)
    }
}

/// One measurement.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Sample {
    /// What was measured.
    pub scenario: Scenario,
    /// Whose.
    pub server: String,
    /// When.
    pub at: At,
    /// Connections of the load.
    pub connections: u32,
    /// On-CPU time of all threads of the server by responses.
    pub cpu_us_per_request: f64,
    /// Share of the time in which the server's workers ran, 0 to 1.
    pub server_busy: f64,
    /// Share of the time in which load and upstream used their cores, 0 to 1.
    pub client_busy: f64,
    /// Share of the machine that other programs used, 0 to 1.
    pub foreign: f64,
    /// Share of the machine that the hypervisor gave to others, 0 to 1.
    pub stolen: f64,
    /// Requests that reached the upstream in the window.
    pub upstream_calls: u64,
    /// How fast the machine was.
    pub moments: Moments,
    /// How often it was measured anew, because the machine changed its speed meanwhile.
    pub repeats: u32,
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
            "{}, {}: {requests_per_second:.0} requests/s, p50 {} us, p99 {} us, \
             {:.2} us CPU a request",
            self.at,
            self.scenario.name(),
            latency_us.p50,
            latency_us.p99,
            self.cpu_us_per_request
        )?;
        if let Some(bounce) = self.moments.speed().bounce_ns {
            write!(f, ", cores {bounce:.0} ns apart")?;
        }
        Ok(())
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use std::collections::BTreeMap;

    use super::*;
    use crate::machine::Machine;
    use crate::report::{Context, Kind, Report};
    use crate::speed::Speed;
    use crate::stats::Percentiles;

    /// On a machine whose cores are `bounce` ns apart.
    pub(crate) fn sample(server: &str, slice: u32, cpu: f64, bounce: f64) -> Sample {
        let speed = Speed { compute_ns: 1.4, bounce_ns: Some(bounce) };
        let p = (cpu * 64.0) as u64;
        let latency_us = Percentiles { p50: p, p99: 2 * p, p999: 3 * p, ..Percentiles::default() };
        Sample {
            scenario: Scenario::Proxy,
            server: server.to_owned(),
            at: At { round: 1, slice },
            connections: 64,
            cpu_us_per_request: cpu,
            server_busy: 0.99,
            client_busy: 0.5,
            foreign: 0.02,
            stolen: 0.0,
            upstream_calls: 0,
            moments: Moments { before: speed, after: speed },
            repeats: 0,
            doubts: Vec::new(),
            summary: Summary { requests_per_second: 1e6 / cpu, latency_us, ..Summary::default() },
        }
    }

    pub(crate) fn context(kind: Kind) -> Context {
        Context {
            kind,
            machine: Machine {
                cpu_model: "Fast CPU".into(),
                cores: 2,
                kernel: "6.18".into(),
                mitigations: BTreeMap::from([("meltdown".into(), "Mitigation: PTI".into())]),
                congestion_control: "cubic".into(),
                git_revision: "abc".into(),
            },
            servers: vec!["ringway: 0.1.0, io_uring".into(), "nginx: nginx/1.22".into()],
            absent: Vec::new(),
            load_driver: "io_uring".into(),
            placement: "server on core 0".into(),
            pinned: true,
            rounds: 1,
            slices: 9,
            connections: Some(64),
            workers: 1,
            access_log: false,
        }
    }

    /// Nine samples of each server around its CPU time.
    pub(crate) fn report(kind: Kind, servers: &[(&str, f64)]) -> Report {
        let samples = (1..=9).flat_map(|slice| {
            let noise = 1.0 + f64::from(slice) / 1000.0;
            servers.iter().map(move |(server, cpu)| sample(server, slice, cpu * noise, 45.0))
        });
        Report::new(context(kind), &[Scenario::Proxy], samples.collect(), Vec::new())
    }
}
