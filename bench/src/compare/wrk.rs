//! A second opinion: `wrk` against the same servers, so that our generator is not the only witness.

use std::io;
use std::path::Path;
use std::process::Command;
use std::thread;
use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::installed;
use super::peer::Peer;
use crate::run::placement::Placement;
use crate::run::server::Server;
use crate::run::{self, Scenario};

/// What `wrk` saw of one server.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Opinion {
    /// Whose.
    pub peer: String,
    /// Of what.
    pub scenario: Scenario,
    /// By wrk's own count.
    pub requests_per_second: f64,
    /// The server's, by wrk's count of requests.
    pub cpu_us_per_request: f64,
}

/// What is asked of `wrk`: what reaches the upstream, and what never leaves the server.
const SCENARIOS: [Scenario; 2] = [Scenario::Cached, Scenario::Proxy];

/// Those of `SCENARIOS` that are measured, on each server that takes part; nothing when `wrk` is
/// not installed.
pub(super) fn opinions(
    servers: &[Peer],
    plan: &run::Plan,
    placement: &Placement,
    progress: &impl Fn(&str),
) -> io::Result<Vec<Opinion>> {
    let Some(wrk) = installed("wrk") else {
        progress("wrk is not installed: no second opinion");
        return Ok(Vec::new());
    };
    let scenarios = SCENARIOS.into_iter().filter(|scenario| plan.has(*scenario));
    let pairs = scenarios.flat_map(|scenario| servers.iter().map(move |peer| (scenario, peer)));
    let pairs = pairs.filter(|(scenario, peer)| peer.takes_part(*scenario));
    pairs
        .map(|(scenario, peer)| {
            let opinion = ask(&wrk, peer, scenario, plan, placement)?;
            let (name, rate) = (scenario.name(), opinion.requests_per_second);
            progress(&format!("wrk: {}: {name}: {rate:.0} requests/s", peer.name));
            Ok(opinion)
        })
        .collect()
}

fn ask(
    wrk: &Path,
    peer: &Peer,
    scenario: Scenario,
    plan: &run::Plan,
    placement: &Placement,
) -> io::Result<Opinion> {
    let (address, server) = peer.at(scenario);
    let connections = scenario.connections(plan.connections);
    let mut command = Command::new(wrk);
    command
        .args(["-t1", &format!("-c{connections}"), &format!("-d{}s", plan.seconds)])
        .arg(format!("http://{address}{}", scenario.target()));
    let before = server.cpu()?;
    let cores: Vec<_> = placement.load.into_iter().collect();
    let mut running = Server::start(command, &cores)?;
    while running.exited()?.is_none() {
        thread::sleep(Duration::from_millis(20));
    }
    let cpu = server.cpu()? - before;
    let text = running.output().join("\n");
    let (requests, requests_per_second) = figures(&text)
        .ok_or_else(|| io::Error::other(format!("wrk printed no figures:\n{text}")))?;
    Ok(Opinion {
        peer: peer.name.to_owned(),
        scenario,
        requests_per_second,
        cpu_us_per_request: cpu.as_secs_f64() * 1e6 / requests.max(1.0),
    })
}

/// Requests in all, and per second.
fn figures(text: &str) -> Option<(f64, f64)> {
    let lines = || text.lines().map(str::trim);
    let requests = lines().find_map(|line| line.split_once(" requests in "))?.0.parse().ok()?;
    let rate = lines().find_map(|line| line.strip_prefix("Requests/sec:"))?.trim().parse().ok()?;
    Some((requests, rate))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_wrk_prints() {
        let text = "Running 1s test\n  1234 requests in 1.10s, 5MB read\nRequests/sec:   1121.82\n";
        assert_eq!(figures(text), Some((1234.0, 1121.82)));
        assert_eq!(figures("unable to connect"), None);
    }
}
