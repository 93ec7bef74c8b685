//! `compare`: Ringway and its peers on the same work, in alternating rounds on the same core.
//!
//! Owns who is compared and in which order; the measuring is that of `run`.

mod config;
mod haproxy;
mod nginx;
mod peer;
mod wrk;

use std::io;
use std::path::{Path, PathBuf};

use crate::cores;
use crate::machine::Machine;
use crate::report::{At, Context, Kind, Report, Sample};
use crate::run::definition::{Api, Folder};
use crate::run::measure::Bench;
use crate::run::placement::Placement;
use crate::run::{self, Scenario, gateway, order};
use crate::trust::Trust;
use crate::upstream::{self, Upstream};
use config::PeerFolder;
use peer::{Other, Peer};
pub use wrk::Opinion;

/// The name of the binary that bench/pingora builds.
const PINGORA: &str = "ringway-bench-pingora";

/// What to compare, and how long.
#[derive(Clone, Debug)]
pub struct Plan {
    /// Scenarios, rounds, lengths and the gateway, as in `run`.
    pub run: run::Plan,
    /// Every server writes an access log to a file, or none does.
    pub access_log: bool,
    /// Leaves out the second opinion of `wrk`.
    pub skip_wrk: bool,
    /// The proxy built in bench/pingora; by default `ringway-bench-pingora` beside this program.
    pub pingora: Option<PathBuf>,
}

/// Runs everything and tells `progress` a line at a time.
///
/// A peer that is not installed is left out, and the report says so.
pub fn run(plan: &Plan, progress: impl Fn(&str) + Sync) -> io::Result<Report> {
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
    let (servers, mut absent) = start(&binary, &folder, &peers, plan, &placement)?;
    absent.extend(servers.iter().filter_map(|server| left_out(server, &plan.run.scenarios)));
    servers.iter().for_each(|server| progress(&server.to_string()));
    absent.iter().for_each(|reason| progress(reason));

    let rounds = Rounds {
        plan,
        slice: &plan.run.slice(),
        placement: &placement,
        upstream: &upstream,
        trust: &folder.identity.trust,
    };
    let samples = rounds.measure(&servers, &progress)?;
    let second = if plan.skip_wrk {
        Vec::new()
    } else {
        wrk::opinions(&servers, &plan.run, &placement, &progress)?
    };
    let context = Context {
        kind: Kind::Compare,
        machine: Machine::read(&binary, cores.len()),
        servers: servers.iter().map(ToString::to_string).collect(),
        absent,
        load_driver: upstream.rung.to_string(),
        placement: placement.to_string().replace("gateway", "server"),
        pinned: placement.is_pinned(),
        rounds: plan.run.rounds,
        slices: plan.run.slices(),
        connections: plan.run.connections,
        workers: plan.run.workers,
        access_log: plan.access_log,
    };
    Ok(Report::new(context, &plan.run.scenarios, samples, second))
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
    let bench = plan.run.has(Scenario::Null).then(|| plan.run.bench()).transpose()?;
    let (log, workers) = (plan.access_log, plan.run.workers);
    let ours = Peer::ringway(binary, bench.as_deref(), folder, log, workers, placement)?;
    let (mut servers, mut absent) = (vec![ours], Vec::new());
    for kind in Other::ALL {
        match find(kind, plan)? {
            Found::At(file) => {
                servers.push(Peer::other(kind, &file, peers, &folder.identity, placement)?);
            }
            Found::Nowhere(how) => absent.push(format!("{} is left out: {how}", kind.name())),
        }
    }
    Ok((servers, absent))
}

/// Where a peer's binary is, or how to come by it.
#[derive(Debug, PartialEq, Eq)]
enum Found {
    At(PathBuf),
    Nowhere(&'static str),
}

fn find(kind: Other, plan: &Plan) -> io::Result<Found> {
    let (file, how) = match kind {
        Other::Nginx | Other::Haproxy => (installed(kind.name()), "it is not installed"),
        Other::Pingora => {
            let beside = plan.run.bench()?.with_file_name(PINGORA);
            let given = plan.pingora.clone().unwrap_or(beside);
            (given.is_file().then_some(given), "build bench/pingora and name it with --pingora")
        }
    };
    // Servers are started in folders of their own.
    Ok(match file {
        Some(file) => Found::At(std::path::absolute(file)?),
        None => Found::Nowhere(how),
    })
}

/// The scenarios of these that a server takes no part in, in a sentence.
fn left_out(server: &Peer, scenarios: &[Scenario]) -> Option<String> {
    let names = scenarios.iter().filter(|scenario| !server.takes_part(**scenario));
    let names: Vec<_> = names.map(|scenario| scenario.name()).collect();
    let who = server.name;
    (!names.is_empty()).then(|| format!("{who} takes no part in {}", names.join(", ")))
}

/// Where `program` lies; Debian's servers are in a folder that an ordinary PATH leaves out.
fn installed(program: &str) -> Option<PathBuf> {
    let path = std::env::var_os("PATH").unwrap_or_default();
    let folders = std::env::split_paths(&path).chain([PathBuf::from("/usr/sbin")]);
    folders.map(|folder| folder.join(program)).find(|file| file.is_file())
}

struct Rounds<'a> {
    plan: &'a Plan,
    slice: &'a run::Plan,
    placement: &'a Placement,
    upstream: &'a Upstream,
    trust: &'a Trust,
}

impl Rounds<'_> {
    /// Each slice on all servers one after the other, so that a pair is seconds apart.
    fn measure(
        &self,
        servers: &[Peer],
        progress: &(impl Fn(&str) + Sync),
    ) -> io::Result<Vec<Sample>> {
        let mut samples = Vec::new();
        for (at, scenario) in self.plan.run.order() {
            let part: Vec<_> = servers.iter().filter(|peer| peer.takes_part(scenario)).collect();
            for server in order(&part, at.round + at.slice - 1) {
                samples.push(self.sample(server, scenario, at, progress)?);
            }
        }
        Ok(samples)
    }

    fn sample(
        &self,
        peer: &Peer,
        scenario: Scenario,
        at: At,
        progress: &(impl Fn(&str) + Sync),
    ) -> io::Result<Sample> {
        let (address, server) = peer.at(scenario);
        let bench = Bench {
            plan: self.slice,
            placement: self.placement,
            upstream: self.upstream,
            address,
            server,
            name: peer.name,
            trust: self.trust,
            subject: peer.subject(),
        };
        let named = |line: &str| progress(&format!("{}: {line}", peer.name));
        let mut sample = bench.sample(scenario, at, &named)?;
        // The bare server keeps no log, whatever the gateway does.
        if peer.cut_log()? == Some(0) && scenario != Scenario::Null {
            sample.doubts.push("nothing was written to the access log".to_owned());
        }
        named(&sample.to_string());
        Ok(sample)
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
