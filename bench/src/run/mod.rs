//! `run`: the upstream, the gateway and the load together, in rounds, with the gateway's CPU time.

pub(crate) mod definition;
pub(crate) mod gateway;
pub(crate) mod measure;
pub(crate) mod placement;
pub(crate) mod probe;
pub(crate) mod report;
mod scenario;
pub(crate) mod server;

use std::io;
use std::path::{Path, PathBuf};

use crate::cores;
use crate::machine::Machine;
use crate::upstream::{self, Upstream};
use definition::{Api, Folder};
use gateway::Gateway;
use measure::Bench;
use placement::Placement;
use report::Context;
pub use report::{Report, Sample};
pub use scenario::Scenario;

/// What to run.
#[derive(Clone, Debug)]
pub struct Plan {
    /// Which ones, in the order of the first round; every other round goes backwards.
    pub scenarios: Vec<Scenario>,
    /// Length of one measurement.
    pub seconds: u32,
    /// Load before each measurement that does not count.
    pub warmup_seconds: u32,
    /// Measurements of each scenario.
    pub rounds: u32,
    /// Connections of the load.
    pub connections: u32,
    /// Workers of the gateway.
    pub workers: u32,
    /// The gateway's binary; by default `ringway` beside this one.
    pub gateway: Option<PathBuf>,
}

/// Runs everything and tells `progress` a line at a time.
pub fn run(plan: &Plan, progress: impl Fn(&str) + Sync) -> io::Result<Report> {
    let binary = gateway::locate(plan.gateway.as_deref())?;
    let cores = cores::allowed()?;
    let placement = Placement::on(&cores, plan.workers as usize);
    progress(&placement.to_string());

    let config = upstream::Config { core: placement.upstream, ..upstream::Config::new() };
    let upstream = Upstream::start(config)?;
    progress(&format!("upstream at {}, {}", upstream.address, upstream.rung));
    let folder = Folder::write(&Api::unlimited(upstream.address))?;
    let gateway = Gateway::start(&binary, &folder, plan.workers, &placement)?;
    progress(&format!("gateway at {}, {}", gateway.http, gateway.driver()));

    let bench = Bench {
        plan,
        placement: &placement,
        upstream: &upstream,
        address: gateway.http,
        server: gateway.server(),
    };
    let mut samples = Vec::new();
    for round in 1..=plan.rounds {
        for scenario in order(&plan.scenarios, round) {
            let sample = bench.sample(scenario, round, &progress)?;
            progress(&sample.to_string());
            samples.push(sample);
        }
    }
    let tree = binary.parent().unwrap_or_else(|| Path::new("."));
    let context = Context {
        machine: Machine::read(tree, cores.len()),
        gateway_driver: gateway.driver(),
        load_driver: upstream.rung.to_string(),
        placement: placement.to_string(),
        pinned: placement.is_pinned(),
        seconds: plan.seconds,
        rounds: plan.rounds,
        connections: plan.connections,
        workers: plan.workers,
    };
    Ok(Report::new(context, &plan.scenarios, samples))
}

/// Forwards in odd rounds, backwards in even ones, so that drift hits all alike.
pub(crate) fn order<T: Clone>(all: &[T], round: u32) -> Vec<T> {
    let mut order = all.to_vec();
    if round.is_multiple_of(2) {
        order.reverse();
    }
    order
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_other_round_goes_backwards() {
        let all = Scenario::ALL;
        assert_eq!(order(&all, 1), all);
        let [mock, cached, proxy, full_path] = all;
        assert_eq!(order(&all, 2), [full_path, proxy, cached, mock]);
        assert_eq!(order(&all, 3), all);
    }
}
