//! `compare`: Ringway and its peers on the same work, in alternating rounds on the same core.
//!
//! Owns who is compared and in which order; the measuring is that of `run`.

mod config;
mod peer;
mod report;
mod wrk;

use std::io;
use std::path::{Path, PathBuf};

use crate::cores;
use crate::machine::Machine;
use crate::run::definition::{Api, Folder};
use crate::run::measure::Bench;
use crate::run::placement::Placement;
use crate::run::{self, Scenario, gateway, order};
use crate::upstream::{self, Upstream};
use config::PeerFolder;
use peer::Peer;
pub use report::{Comparison, PeerSample};

/// What to compare, and how long.
#[derive(Clone, Debug)]
pub struct Plan {
    /// Scenarios, rounds, lengths and the gateway, as in `run`.
    pub run: run::Plan,
    /// Every server that can writes an access log to a file, or none does.
    pub access_log: bool,
    /// Leaves out the second opinion of `wrk`.
    pub skip_wrk: bool,
}

/// Runs everything and tells `progress` a line at a time.
///
/// A peer that is not installed is left out, and the report says so.
pub fn run(plan: &Plan, progress: impl Fn(&str) + Sync) -> io::Result<Comparison> {
    let binary = gateway::locate(plan.run.gateway.as_deref())?;
    let cores = cores::allowed()?;
    let placement = Placement::on(&cores, plan.run.workers as usize);
    progress(&placement.to_string());
    let config = upstream::Config {
        core: placement.upstream,
        // HAProxy caches only what says how long it lives.
        headers: "Cache-Control: max-age=3600\r\n".to_owned(),
        ..upstream::Config::new()
    };
    let upstream = Upstream::start(config)?;
    let api = Api { access_log: plan.access_log, ..Api::unlimited(upstream.address) };
    let folder = Folder::write(&api)?;
    let peers = PeerFolder::create(upstream.address, plan.access_log)?;
    let (servers, absent) = start(&binary, &folder, &peers, plan, &placement)?;
    servers.iter().for_each(|server| progress(&server.to_string()));
    absent.iter().for_each(|reason| progress(reason));

    let rounds = Rounds { plan, placement: &placement, upstream: &upstream };
    let samples = rounds.measure(&servers, &progress)?;
    let second = if plan.skip_wrk {
        Vec::new()
    } else {
        wrk::opinions(&servers, &plan.run, &placement, &progress)?
    };
    let tree = binary.parent().unwrap_or_else(|| Path::new("."));
    let machine = Machine::read(tree, cores.len());
    let servers = servers.iter().map(ToString::to_string).collect();
    Ok(Comparison::new(plan, machine, placement.to_string(), servers, absent, samples, second))
}

/// Ringway first; then whoever is installed. Servers without load use no CPU time, so all of them
/// stay up.
fn start(
    binary: &Path,
    folder: &Folder,
    peers: &PeerFolder,
    plan: &Plan,
    placement: &Placement,
) -> io::Result<(Vec<Peer>, Vec<String>)> {
    let mut servers = vec![Peer::ringway(binary, folder, plan.run.workers, placement)?];
    let mut absent = Vec::new();
    match installed("nginx") {
        Some(nginx) => servers.push(Peer::nginx(&nginx, peers, placement)?),
        None => absent.push("nginx is not installed".to_owned()),
    }
    match installed("haproxy") {
        _ if plan.access_log => {
            absent.push("haproxy: left out, it writes no log file by itself".to_owned());
        }
        Some(haproxy) => servers.push(Peer::haproxy(&haproxy, peers, placement)?),
        None => absent.push("haproxy is not installed".to_owned()),
    }
    Ok((servers, absent))
}

/// Where `program` lies; Debian's servers are in a folder that an ordinary PATH leaves out.
fn installed(program: &str) -> Option<PathBuf> {
    let path = std::env::var_os("PATH").unwrap_or_default();
    let folders = std::env::split_paths(&path).chain([PathBuf::from("/usr/sbin")]);
    folders.map(|folder| folder.join(program)).find(|file| file.is_file())
}

struct Rounds<'a> {
    plan: &'a Plan,
    placement: &'a Placement,
    upstream: &'a Upstream,
}

impl Rounds<'_> {
    /// Each scenario on all servers one after the other, so that a pair is seconds apart.
    fn measure(
        &self,
        servers: &[Peer],
        progress: &(impl Fn(&str) + Sync),
    ) -> io::Result<Vec<PeerSample>> {
        let mut samples = Vec::new();
        for round in 1..=self.plan.run.rounds {
            for scenario in order(&self.plan.run.scenarios, round) {
                for index in order(&(0..servers.len()).collect::<Vec<_>>(), round) {
                    samples.push(self.sample(&servers[index], scenario, round, progress)?);
                }
            }
        }
        Ok(samples)
    }

    fn sample(
        &self,
        peer: &Peer,
        scenario: Scenario,
        round: u32,
        progress: &(impl Fn(&str) + Sync),
    ) -> io::Result<PeerSample> {
        let bench = Bench {
            plan: &self.plan.run,
            placement: self.placement,
            upstream: self.upstream,
            address: peer.address,
            server: peer.server(),
        };
        let named = |line: &str| progress(&format!("{}: {line}", peer.name));
        let sample = bench.sample(scenario, round, &named)?;
        named(&sample.to_string());
        Ok(PeerSample { peer: peer.name.to_owned(), sample })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn programs_are_found_or_not() {
        assert!(installed("sh").is_some());
        assert_eq!(installed("no-such-server"), None);
    }
}
