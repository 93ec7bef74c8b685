//! System calls of a warm gateway per request: the real binary under strace, a fixed number of
//! requests, and only the worker's thread.
//!
//! Two runs of different length, and the difference of their counts: what it costs to accept and
//! to close connections is in both. Under strace a call takes so long that everything that can be
//! batched is: the figures are of a saturated gateway, and do not depend on the machine.

use std::collections::BTreeMap;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use super::Measured;
use super::strace::{Calls, Log};
use crate::load::{self, Bound};
use crate::run::Scenario;
use crate::run::definition::{Api, Folder};
use crate::run::gateway::{driver_line, free_addresses, locate, wait_ready};
use crate::run::server::Server;
use crate::stats::Summary;
use crate::target::Target;
use crate::upstream::{self, Upstream};

/// What to count.
#[derive(Clone, Debug)]
pub struct Plan {
    /// The gateway's binary; by default `ringway` beside this one.
    pub gateway: Option<PathBuf>,
}

const SCENARIOS: [Scenario; 2] = [Scenario::Cached, Scenario::Proxy];
/// What the kernel grants, which should be io_uring, and what is asked for.
const DRIVERS: [(&str, Option<&str>); 2] = [("io_uring", None), ("epoll", Some("epoll"))];
/// Connections, and requests on all of them of the short and the long run.
const LOADS: [(u32, [u64; 2]); 2] = [(1, [500, 2_500]), (64, [3_200, 16_000])];
/// The thread that serves.
const WORKER: &str = "worker-0";
/// How often it waits depends on who is faster, the gateway or its client.
const WAITS: &str = "epoll_wait";
/// Calls of one name below this share of the requests are only in the total: chores, and what
/// depends on who is faster.
const CHORES: f64 = 0.2;
/// Time for a drained gateway to end.
const END: Duration = Duration::from_secs(15);

/// One run of the load.
struct Window {
    figure: String,
    requests: u64,
    /// Seconds since 1970.
    from: f64,
    to: f64,
}

/// Counts, on both drivers.
pub fn measure(plan: &Plan, progress: impl Fn(&str)) -> io::Result<Measured> {
    let binary = locate(plan.gateway.as_deref())?;
    let upstream = Upstream::start(upstream::Config::new())?;
    let folder = Folder::write(&Api::unlimited(upstream.address))?;
    let mut measured = Measured::default();
    for (driver, asked) in DRIVERS {
        let log = folder.path().join(format!("{driver}.strace"));
        let mut command = traced(&binary, &log);
        match asked {
            Some(asked) => command.env("RINGWAY_DRIVER", asked),
            None => command.env_remove("RINGWAY_DRIVER"),
        };
        let (windows, line) = serve(command, &folder, driver, &log, &progress)?;
        measured.with.insert(driver.to_owned(), line);
        let text = fs::read_to_string(&log)?;
        figures(&Log(&text), &windows, &mut measured.figures)?;
    }
    Ok(measured)
}

fn traced(binary: &Path, log: &Path) -> Command {
    let mut command = Command::new("strace");
    command.args(["-f", "-ttt", "-qq", "-s", "16", "-o"]).arg(log).arg(binary);
    command
}

/// A traced gateway, all loads on it, its orderly end; says what driver it ran on.
fn serve(
    mut command: Command,
    folder: &Folder,
    driver: &str,
    log: &Path,
    progress: &impl Fn(&str),
) -> io::Result<(Vec<Window>, String)> {
    let [http, admin] = free_addresses()?;
    command
        .arg("up")
        .arg(folder.settings())
        .args(["--http", &http.to_string(), "--admin", &admin.to_string(), "--workers", "1"])
        .current_dir(folder.path());
    let mut server = Server::start(command, &[]).map_err(|error| {
        io::Error::new(error.kind(), format!("strace does not run ({error}): install it"))
    })?;
    wait_ready("the gateway under strace", &mut server, admin, "/health/ready")?;
    let line = driver_line(&server.lines()).unwrap_or_default();

    let mut windows = Vec::new();
    for scenario in SCENARIOS {
        for (connections, runs) in LOADS {
            for requests in runs {
                let figure = format!("{driver}, {}, {connections} connection(s)", scenario.name());
                progress(&format!("{figure}: {requests} requests"));
                let url = format!("http://{http}{}", scenario.target());
                let target: Target = url.parse().map_err(io::Error::other)?;
                let mut plan = load::Plan::new(target, connections, Bound::Requests(requests));
                plan.connect_first = true;
                let from = now();
                let summary = load::run(&plan, |_| {})?.summary;
                answered(&summary, requests, &figure)?;
                windows.push(Window { figure, requests, from, to: now() });
            }
        }
    }
    end(&mut server, log)?;
    let words: Vec<_> = line.split_whitespace().collect();
    Ok((windows, words.join(" ")))
}

fn answered(summary: &Summary, requests: u64, figure: &str) -> io::Result<()> {
    if summary.responses == requests && summary.errors == 0 {
        return Ok(());
    }
    let Summary { responses, errors, .. } = summary;
    Err(io::Error::other(format!("{figure}: {responses} of {requests} answered, {errors} errors")))
}

/// Ends the gateway in order, so that strace writes its log to the end.
fn end(server: &mut Server, log: &Path) -> io::Result<()> {
    let gone = || io::Error::other("strace wrote no process to its log");
    let text = fs::read_to_string(log)?;
    let process = Log(&text).process().ok_or_else(gone)?.to_string();
    // A program of its own: the standard library signals only children.
    let killed = Command::new("kill").args(["-TERM", &process]).stdin(Stdio::null()).status()?;
    let until = Instant::now() + END;
    while server.exited()?.is_none() {
        if !killed.success() || Instant::now() > until {
            return Err(io::Error::other("the gateway under strace does not end"));
        }
        std::thread::sleep(Duration::from_millis(10));
    }
    Ok(())
}

fn now() -> f64 {
    SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default().as_secs_f64()
}

/// Calls per request of each pair of windows: all, and those that every request makes by name.
fn figures(
    log: &Log<'_>,
    windows: &[Window],
    figures: &mut BTreeMap<String, f64>,
) -> io::Result<()> {
    let unnamed = || io::Error::other(format!("strace saw no thread named {WORKER}"));
    let thread = log.thread(WORKER).ok_or_else(unnamed)?;
    for pair in windows.chunks_exact(2) {
        let [short, long] = [&pair[0], &pair[1]];
        let calls = |of: &Window| log.calls(thread, (of.from, of.to));
        let requests = long.requests - short.requests;
        let (total, by_name) = per_request(&calls(short), &calls(long), requests);
        figures.insert(long.figure.clone(), total);
        for (name, count) in by_name {
            figures.insert(format!("{}: {name}", long.figure), count);
        }
    }
    Ok(())
}

/// What the longer run called more often, per request it made more.
fn per_request(short: &Calls, long: &Calls, requests: u64) -> (f64, BTreeMap<String, f64>) {
    let more = |name: &str, count: u64| {
        (count as f64 - short.get(name).copied().unwrap_or(0) as f64) / requests as f64
    };
    let asked = long.iter().filter(|(name, _)| *name != WAITS);
    let all: BTreeMap<_, _> =
        asked.map(|(name, count)| (name.clone(), more(name, *count))).collect();
    let total = all.values().sum();
    (total, all.into_iter().filter(|(_, count)| *count > CHORES).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_both_runs_do_is_not_the_requests() {
        let calls = |all: &[(&str, u64)]| {
            all.iter().map(|(name, count)| ((*name).to_owned(), *count)).collect::<Calls>()
        };
        let short = calls(&[("io_uring_enter", 120), ("accept4", 64), ("close", 64)]);
        let long = calls(&[
            ("io_uring_enter", 1120),
            ("accept4", 64),
            ("close", 64),
            ("read", 5),
            (WAITS, 900),
        ]);
        let (total, by_name) = per_request(&short, &long, 500);
        assert_eq!(total, 2.01);
        assert_eq!(by_name, BTreeMap::from([("io_uring_enter".to_owned(), 2.0)]));
    }
}
