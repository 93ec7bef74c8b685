//! The command line: flags in, plans out. Every number is bounded here.

use std::fs;
use std::io;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::time::Duration;

use clap::{Args, Parser, Subcommand, ValueEnum, value_parser};

use crate::check;
use crate::compare;
use crate::driver::Choice;
use crate::guard;
use crate::limits::{
    CONNECTIONS_MAX, DELAY_MS_MAX, RATE_PER_SECOND_MAX, REQUEST_BODY_BYTES_MAX, REQUESTS_MAX,
    RESPONSE_BODY_BYTES_MAX, ROUNDS_MAX, SECONDS_MAX, TIMEOUT_MS_DEFAULT, TIMEOUT_MS_MAX,
    WORKERS_MAX,
};
use crate::load::{self, Bound, Header};
use crate::run::{self, Scenario};
use crate::target::{self, Target};
use crate::upstream;

/// Measures Ringway on this machine: a fast upstream, a load generator, and both with the gateway.
///
/// All traffic stays on loopback addresses.
#[derive(Debug, Parser)]
#[command(name = "ringway-bench", version, arg_required_else_help = true)]
pub struct Cli {
    /// What to do.
    #[command(subcommand)]
    pub command: Command,
}

/// The commands.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Serve as a very fast HTTP/1.1 upstream, until interrupted
    ///
    /// Paths: /delay/MS answers late, /bytes/N and /chunked/N answer N bytes of JSON,
    /// /status/CODE answers that status, /close closes after the answer, /echo answers the
    /// request's body, every other path answers the fixed body.
    Upstream(UpstreamArgs),
    /// Send load to a URL and report requests/s, latencies and errors
    ///
    /// Without --rate each connection sends as soon as it has its answer, and latency is counted
    /// from the send. With --rate requests leave on a fixed schedule and latency is counted from
    /// the time at which they should have left, so a slow server cannot hide.
    Load(LoadArgs),
    /// Start upstream and gateway, load the gateway, and report its CPU time a request
    ///
    /// The gateway is `ringway` beside this program: build it with `cargo build --release -p
    /// ringway`. It runs on a core of its own when there are enough, and with the environment of
    /// this program: RINGWAY_DRIVER=epoll measures its other driver.
    Run(RunArgs),
    /// Hold a gateway to its two promises: 10,000 requests/s, and 504 at 29 seconds
    ///
    /// Gates: the full path at 10,000/s without an error; exactly the account limit admitted of
    /// 20,000/s; 1,000 requests to a silent upstream answered in time while another route keeps
    /// its latency. Exit code 1 when one is missed. The gateway is found as in `run`.
    Check(CheckArgs),
    /// Measure Ringway beside nginx and HAProxy, in alternating rounds on the same core
    ///
    /// The flags are those of `run`. Ratios are of CPU time a request within the same round: a
    /// machine whose speed drifts does not change them. `wrk` gives a second opinion.
    Compare(CompareArgs),
    /// Count a warm gateway's system calls per request, and hold them against the recorded ones
    ///
    /// Needs strace, no particular rights, and any build of the gateway. The record is
    /// perf/guards/system-calls.toml in the source tree. Exit code 1 when a figure has grown, 3
    /// when this machine's driver is not the recorded one, so that nothing could be compared.
    Guard(GuardArgs),
}

/// Flags of `upstream`.
#[derive(Args, Debug)]
pub struct UpstreamArgs {
    /// Loopback address to listen on, with SO_REUSEPORT: more processes may share it
    #[arg(long, value_name = "ADDR", value_parser = target::loopback)]
    listen: SocketAddr,
    /// Length of the fixed body
    #[arg(long, value_name = "N", default_value_t = 1024,
        value_parser = value_parser!(u64).range(0..=RESPONSE_BODY_BYTES_MAX))]
    body_bytes: u64,
    /// Wait before every answer
    #[arg(long, value_name = "N", default_value_t = 0,
        value_parser = value_parser!(u64).range(0..=DELAY_MS_MAX))]
    delay_ms: u64,
    /// Header line of every answer, repeatable
    #[arg(long, value_name = "K: V")]
    header: Vec<Header>,
    #[command(flatten)]
    thread: ThreadArgs,
}

/// Flags of whatever runs on one thread.
#[derive(Args, Debug)]
struct ThreadArgs {
    /// Core to pin the thread to
    #[arg(long, value_name = "N")]
    core: Option<usize>,
    /// Drivers that may be used
    #[arg(long, value_enum, default_value_t)]
    driver: Choice,
}

/// Flags of `load`.
#[derive(Args, Debug)]
pub struct LoadArgs {
    /// Where to: http:// on a loopback address
    #[arg(long)]
    url: Target,
    /// Connections at once
    #[arg(long, value_name = "N", default_value_t = 64,
        value_parser = value_parser!(u32).range(1..=i64::from(CONNECTIONS_MAX)))]
    connections: u32,
    /// Length of the measurement
    #[arg(long, value_name = "S", default_value_t = 5,
        value_parser = value_parser!(u32).range(1..=i64::from(SECONDS_MAX)))]
    seconds: u32,
    /// Send this many requests instead of measuring for a time
    #[arg(long, value_name = "N", conflicts_with_all = ["seconds", "warmup", "rate"],
        value_parser = value_parser!(u64).range(1..=REQUESTS_MAX))]
    requests: Option<u64>,
    /// Seconds of the same load before the measurement
    #[arg(long, value_name = "S", default_value_t = 1,
        value_parser = value_parser!(u32).range(0..=i64::from(SECONDS_MAX)))]
    warmup: u32,
    /// Open loop: requests per second on a fixed schedule
    #[arg(long, value_name = "R",
        value_parser = value_parser!(u64).range(1..=RATE_PER_SECOND_MAX))]
    rate: Option<u64>,
    /// Header line of every request, repeatable
    #[arg(long, value_name = "K: V")]
    header: Vec<Header>,
    /// Method; POST by default with --body, GET without
    #[arg(long, value_name = "M", value_parser = method)]
    method: Option<String>,
    /// File with the body of every request
    #[arg(long, value_name = "FILE")]
    body: Option<PathBuf>,
    /// Time for one exchange, from send to the last byte
    #[arg(long, value_name = "N", default_value_t = TIMEOUT_MS_DEFAULT,
        value_parser = value_parser!(u64).range(1..=TIMEOUT_MS_MAX))]
    timeout_ms: u64,
    /// Print JSON
    #[arg(long)]
    pub json: bool,
    #[command(flatten)]
    thread: ThreadArgs,
}

/// Flags of whatever starts a gateway.
#[derive(Args, Debug)]
pub struct GatewayArgs {
    /// The gateway's binary [default: `ringway` beside this program]
    #[arg(long, value_name = "PATH")]
    gateway: Option<PathBuf>,
    /// Workers of the gateway
    #[arg(long, value_name = "N", default_value_t = 1,
        value_parser = value_parser!(u32).range(1..=i64::from(WORKERS_MAX)))]
    workers: u32,
    /// Also write the result as JSON
    #[arg(long, value_name = "FILE")]
    pub json: Option<PathBuf>,
}

/// Flags of `run`.
#[derive(Args, Debug)]
pub struct RunArgs {
    /// What to measure, repeatable
    #[arg(long, value_enum, default_value = "all")]
    scenario: Vec<Which>,
    /// Length of one measurement
    #[arg(long, value_name = "S", default_value_t = 5,
        value_parser = value_parser!(u32).range(1..=i64::from(SECONDS_MAX)))]
    seconds: u32,
    /// Seconds of the same load before each measurement
    #[arg(long, value_name = "S", default_value_t = 1,
        value_parser = value_parser!(u32).range(0..=i64::from(SECONDS_MAX)))]
    warmup: u32,
    /// Measurements of each scenario; every other round runs them backwards
    #[arg(long, value_name = "N", default_value_t = 3,
        value_parser = value_parser!(u32).range(1..=i64::from(ROUNDS_MAX)))]
    rounds: u32,
    /// Connections of the load
    #[arg(long, value_name = "N", default_value_t = 64,
        value_parser = value_parser!(u32).range(1..=i64::from(CONNECTIONS_MAX)))]
    connections: u32,
    /// The gateway, and where the result goes.
    #[command(flatten)]
    pub gateway: GatewayArgs,
}

/// Flags of `check`.
#[derive(Args, Debug)]
pub struct CheckArgs {
    /// Length of each measured window
    #[arg(long, value_name = "S", default_value_t = 5,
        value_parser = value_parser!(u32).range(1..=i64::from(SECONDS_MAX)))]
    seconds: u32,
    /// Connections of the open-loop load
    #[arg(long, value_name = "N", default_value_t = 64,
        value_parser = value_parser!(u32).range(1..=i64::from(CONNECTIONS_MAX)))]
    connections: u32,
    /// Integration timeout of the silent route, as AWS bounds it
    ///
    /// With less than about 15 s, the two moments in which the requests come and are answered are
    /// more than a hundredth of the time, so the other route's p99 is theirs and its gate missed.
    #[arg(long, value_name = "N", default_value_t = 29_000,
        value_parser = value_parser!(u64).range(50..=29_000))]
    timeout_ms: u64,
    /// Leave the silent upstream out
    #[arg(long)]
    skip_timeout: bool,
    /// The gateway, and where the result goes.
    #[command(flatten)]
    pub gateway: GatewayArgs,
}

impl CheckArgs {
    /// The plan.
    pub fn plan(&self) -> check::Plan {
        check::Plan {
            seconds: self.seconds,
            connections: self.connections,
            workers: self.gateway.workers,
            timeout_ms: self.timeout_ms,
            skip_timeout: self.skip_timeout,
            gateway: self.gateway.gateway.clone(),
        }
    }
}

/// Flags of `compare`.
#[derive(Args, Debug)]
pub struct CompareArgs {
    /// As in `run`.
    #[command(flatten)]
    pub run: RunArgs,
    /// Every server writes an access log to a file; without it, none does
    #[arg(long)]
    access_log: bool,
    /// Leave the second opinion out
    #[arg(long)]
    skip_wrk: bool,
}

impl CompareArgs {
    /// The plan.
    pub fn plan(&self) -> compare::Plan {
        let run = self.run.plan();
        compare::Plan { run, access_log: self.access_log, skip_wrk: self.skip_wrk }
    }
}

/// Flags of `guard`.
#[derive(Args, Debug)]
pub struct GuardArgs {
    /// The gateway's binary [default: `ringway` beside this program]
    #[arg(long, value_name = "PATH")]
    gateway: Option<PathBuf>,
    /// Record what was counted instead of comparing it
    #[arg(long)]
    pub record: bool,
}

impl GuardArgs {
    /// The plan.
    pub fn plan(&self) -> guard::Plan {
        guard::Plan { gateway: self.gateway.clone() }
    }
}

/// A scenario, or all of them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Which {
    All,
    Mock,
    Cached,
    Proxy,
    FullPath,
}

impl UpstreamArgs {
    /// The configuration.
    pub fn config(&self) -> upstream::Config {
        upstream::Config {
            listen: self.listen,
            body_bytes: self.body_bytes,
            delay: Duration::from_millis(self.delay_ms),
            headers: self.header.iter().map(Header::line).collect(),
            core: self.thread.core,
            driver: self.thread.driver,
        }
    }
}

impl LoadArgs {
    /// The plan; reads the body's file.
    pub fn plan(&self) -> io::Result<load::Plan> {
        let body = self.body.as_deref().map(read_body).transpose()?;
        let default = if body.is_some() { "POST" } else { "GET" };
        let seconds = |seconds: u32| Duration::from_secs(u64::from(seconds));
        let bound = match self.requests {
            Some(requests) => Bound::Requests(requests),
            None => Bound::Time(seconds(self.seconds)),
        };
        let warmup = if self.requests.is_some() { Duration::ZERO } else { seconds(self.warmup) };
        Ok(load::Plan {
            method: self.method.clone().unwrap_or_else(|| default.to_owned()),
            headers: self.header.clone(),
            body: body.unwrap_or_default(),
            warmup,
            rate: self.rate,
            timeout: Duration::from_millis(self.timeout_ms),
            core: self.thread.core,
            driver: self.thread.driver,
            ..load::Plan::new(self.url.clone(), self.connections, bound)
        })
    }
}

impl RunArgs {
    /// The plan.
    pub fn plan(&self) -> run::Plan {
        let chosen = |scenario: &Scenario| {
            let which = match scenario {
                Scenario::Mock => Which::Mock,
                Scenario::Cached => Which::Cached,
                Scenario::Proxy => Which::Proxy,
                Scenario::FullPath => Which::FullPath,
            };
            self.scenario.contains(&which) || self.scenario.contains(&Which::All)
        };
        run::Plan {
            scenarios: Scenario::ALL.into_iter().filter(chosen).collect(),
            seconds: self.seconds,
            warmup_seconds: self.warmup,
            rounds: self.rounds,
            connections: self.connections,
            workers: self.gateway.workers,
            gateway: self.gateway.gateway.clone(),
        }
    }
}

fn read_body(path: &Path) -> io::Result<Vec<u8>> {
    let named = |error: io::Error| io::Error::new(error.kind(), format!("{path:?}: {error}"));
    if fs::metadata(path).map_err(named)?.len() > REQUEST_BODY_BYTES_MAX as u64 {
        let text = format!("{path:?} is longer than {REQUEST_BODY_BYTES_MAX} bytes");
        return Err(io::Error::new(io::ErrorKind::InvalidInput, text));
    }
    fs::read(path).map_err(named)
}

fn method(name: &str) -> Result<String, String> {
    let known = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"];
    let name = name.to_ascii_uppercase();
    if known.contains(&name.as_str()) { Ok(name) } else { Err(format!("one of {known:?}")) }
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    use super::*;

    #[test]
    fn the_flags_are_consistent() {
        Cli::command().debug_assert();
    }

    fn parse(line: &str) -> Result<Command, String> {
        let words = ["ringway-bench"].into_iter().chain(line.split(' '));
        Cli::try_parse_from(words).map(|cli| cli.command).map_err(|error| error.to_string())
    }

    #[test]
    fn what_is_out_of_bounds_is_refused() {
        let url = "load --url http://127.0.0.1:1/";
        for (line, part) in [
            ("load --url http://10.1.2.3/".to_owned(), "not a loopback address"),
            ("load --url https://127.0.0.1/".to_owned(), "does not start with http://"),
            ("upstream --listen 0.0.0.0:80".to_owned(), "not a loopback address"),
            (format!("{url} --connections 0"), "0 is not in 1..=16384"),
            (format!("{url} --seconds 3601"), "3601 is not in 1..=3600"),
            (format!("{url} --rate 0"), "0 is not in 1..="),
            (format!("{url} --requests 5 --rate 5"), "cannot be used with"),
            (format!("{url} --method BREW"), "one of"),
            (format!("{url} --header x"), "has no colon"),
            ("run --rounds 0".to_owned(), "0 is not in 1..=100"),
            (
                "run --scenario fast".to_owned(),
                "possible values: all, mock, cached, proxy, full-path",
            ),
        ] {
            let error = parse(&line).unwrap_err();
            assert!(error.contains(part), "{line}: {error}");
        }
    }

    #[test]
    fn load_plans() {
        let plan = |line: &str| match parse(line).unwrap() {
            Command::Load(args) => args.plan(),
            other => panic!("{other:?}"),
        };
        let plain = plan("load --url http://127.0.0.1:1/").unwrap();
        assert_eq!((plain.method.as_str(), plain.connections), ("GET", 64));
        assert_eq!(plain.bound, Bound::Time(Duration::from_secs(5)));
        assert_eq!(plain.warmup, Duration::from_secs(1));
        let counted = plan("load --url http://127.0.0.1:1/ --requests 10 --method head").unwrap();
        assert_eq!((counted.bound, counted.warmup), (Bound::Requests(10), Duration::ZERO));
        assert_eq!(counted.method, "HEAD");
        let error = plan("load --url http://127.0.0.1:1/ --body /nonexistent").unwrap_err();
        assert!(error.to_string().contains("/nonexistent"), "{error}");
    }

    #[test]
    fn run_plans() {
        let scenarios = |line: &str| match parse(line).unwrap() {
            Command::Run(args) => args.plan().scenarios,
            other => panic!("{other:?}"),
        };
        assert_eq!(scenarios("run"), Scenario::ALL);
        assert_eq!(
            scenarios("run --scenario proxy --scenario mock"),
            [Scenario::Mock, Scenario::Proxy]
        );
    }
}
