//! `run`: the upstream, the gateway and the load together, in rounds, with the gateway's CPU time.

pub(crate) mod definition;
pub(crate) mod gateway;
pub(crate) mod identity;
pub(crate) mod measure;
pub(crate) mod null;
pub(crate) mod placement;
pub(crate) mod probe;
mod scenario;
pub(crate) mod server;
mod templates;
pub(crate) mod window;
pub(crate) mod work;

use std::io;
use std::path::PathBuf;
use std::time::Duration;

use crate::cores;
use crate::machine::Machine;
use crate::report::{At, Context, Kind, RINGWAY, Report};
use crate::upstream::{self, Upstream};
use definition::{Api, Folder};
use gateway::Gateway;
use measure::Bench;
use null::NullServer;
use placement::Placement;
pub use scenario::Scenario;
use work::Subject;

/// What to run.
#[derive(Clone, Debug)]
pub struct Plan {
    /// Which ones, in the order of the first round; every other round goes backwards.
    pub scenarios: Vec<Scenario>,
    /// Seconds of measurement of each scenario in a round, in slices of [`SLICE_SECONDS`].
    pub seconds: u32,
    /// Load before the measurement that does not count, spread over the slices.
    pub warmup: Duration,
    /// Rounds.
    pub rounds: u32,
    /// Connections of the load; each scenario has its own number without it, and one is always
    /// one in `one-connection`.
    pub connections: Option<u32>,
    /// Workers of the gateway.
    pub workers: u32,
    /// The gateway's binary; by default `ringway` beside this one.
    pub gateway: Option<PathBuf>,
    /// `ringway-bench`, whose upstream is the server of `null`; by default this program.
    pub bench: Option<PathBuf>,
}

impl Plan {
    /// Where `ringway-bench` is.
    pub(crate) fn bench(&self) -> io::Result<PathBuf> {
        self.bench.clone().map_or_else(std::env::current_exe, Ok)
    }

    /// Who measures `scenario`, if it is among those to be measured.
    pub(crate) fn has(&self, scenario: Scenario) -> bool {
        self.scenarios.contains(&scenario)
    }
}

/// Length of a slice. Servers take turns slice by slice, so that a pair is seconds apart: a virtual
/// machine changes its speed within seconds to minutes.
pub const SLICE_SECONDS: u32 = 1;

impl Plan {
    /// Slices of each scenario in a round.
    pub(crate) fn slices(&self) -> u32 {
        self.seconds.div_ceil(SLICE_SECONDS)
    }

    /// The plan of one slice.
    pub(crate) fn slice(&self) -> Self {
        let warmup = self.warmup / self.slices().max(1);
        Self { seconds: SLICE_SECONDS, warmup, ..self.clone() }
    }

    /// Every slice in its order: round by round, in each the scenarios forwards or backwards, each
    /// in its slices.
    pub(crate) fn order(&self) -> Vec<(At, Scenario)> {
        let mut all = Vec::new();
        for round in 1..=self.rounds {
            for scenario in order(&self.scenarios, round) {
                let slices = (1..=self.slices()).map(|slice| (At { round, slice }, scenario));
                all.extend(slices);
            }
        }
        all
    }
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

    let bare = plan
        .has(Scenario::Null)
        .then(|| NullServer::start(&plan.bench()?, &gateway.driver(), plan.workers, &placement));
    let bare = bare.transpose()?;
    let slice = plan.slice();
    let bench = |scenario: Scenario| {
        let (address, server) = match (&bare, scenario) {
            (Some(bare), Scenario::Null) => (bare.address, &bare.server),
            (_, Scenario::Tls) => (gateway.https, gateway.server()),
            _ => (gateway.http, gateway.server()),
        };
        Bench {
            plan: &slice,
            placement: &placement,
            upstream: &upstream,
            address,
            server,
            name: RINGWAY,
            trust: &folder.identity.trust,
            subject: Subject::Ringway,
        }
    };
    let mut samples = Vec::new();
    for (at, scenario) in plan.order() {
        let sample = bench(scenario).sample(scenario, at, &progress)?;
        progress(&sample.to_string());
        samples.push(sample);
    }
    let context = Context {
        kind: Kind::Run,
        machine: Machine::read(&binary, cores.len()),
        servers: vec![format!("{RINGWAY}: {}", gateway.driver())],
        absent: Vec::new(),
        load_driver: upstream.rung.to_string(),
        placement: placement.to_string(),
        pinned: placement.is_pinned(),
        rounds: plan.rounds,
        slices: plan.slices(),
        connections: plan.connections,
        workers: plan.workers,
        access_log: false,
    };
    Ok(Report::new(context, &plan.scenarios, samples, Vec::new()))
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
        let mut backwards = all;
        backwards.reverse();
        assert_eq!(order(&all, 2), backwards);
        assert_eq!(order(&all, 3), all);
    }
}
