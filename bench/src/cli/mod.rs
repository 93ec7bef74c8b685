//! The command line: flags in, plans out. Every number is bounded here.

mod check;
mod compare;
mod diff;
mod guard;
mod load;
mod manage;
mod run;
mod scale;
mod upstream;

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand, value_parser};

use crate::driver::Choice;
use crate::limits::WORKERS_MAX;
pub use check::CheckArgs;
pub use compare::CompareArgs;
pub use diff::DiffArgs;
pub use guard::GuardArgs;
pub use load::LoadArgs;
pub use manage::ManageArgs;
pub use run::RunArgs;
pub use scale::ScaleArgs;
pub use upstream::UpstreamArgs;

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
    /// Measure Ringway beside nginx, HAProxy and pingora, in alternating rounds on the same core
    ///
    /// The flags are those of `run`. Servers take turns every second, and the speed of the machine
    /// is read before and after each turn: ratios are of turns of the same second and the same
    /// speed. `wrk` gives a second opinion.
    Compare(CompareArgs),
    /// Count a warm gateway's system calls per request, and hold them against the recorded ones
    ///
    /// Needs strace, no particular rights, and any build of the gateway. The record is
    /// perf/guards/system-calls.toml in the source tree. Exit code 1 when a figure has grown, 3
    /// when this machine's driver is not the recorded one, so that nothing could be compared.
    Guard(GuardArgs),
    /// Compare two results that `run --json` or `compare --json` wrote
    ///
    /// A figure is worse when its median is worse by 3 % or more (p99: 10 %) and the intervals of
    /// both medians (95 %, by rank, so of any distribution) have nothing in common. Of two results
    /// of `compare`, each figure is first divided by nginx's in the same slice, or by that of
    /// another peer that both have: a machine that became faster or slower cancels out. Of two
    /// results of `run`, samples are compared at a speed of the machine that both saw. Exit code 1
    /// when a figure of Ringway is worse.
    Diff(DiffArgs),
    /// Measure how speed and memory grow with connections, routes, API keys and workers
    ///
    /// Every series runs up and down in turn. Memory is the resident memory of the gateway over
    /// several counts, and the line through them. The gateway is found as in `run`.
    Scale(ScaleArgs),
    /// Measure the management plane with a full store, or deployments under load
    ///
    /// Starts `ringway serve` with a data folder of its own, fills it through the admin port, and
    /// times management calls, publications and starts; memory is that after a start. Calls are
    /// signed with RINGWAY_ADMIN_ACCESS_KEY_ID and RINGWAY_ADMIN_SECRET_ACCESS_KEY, or a key made
    /// for the run. With --deployments an API whose answers name their revision twice is deployed
    /// again and again under load: exit code 1 when a request is lost, when an answer is of two
    /// revisions, or of one older than what every worker had confirmed. The gateway is found as in
    /// `run`.
    Manage(ManageArgs),
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
    /// Also write the result as an HTML page of its own
    #[arg(long, value_name = "FILE")]
    pub html: Option<PathBuf>,
}

#[cfg(test)]
pub(crate) mod tests {
    use clap::CommandFactory;

    use super::*;

    #[test]
    fn the_flags_are_consistent() {
        Cli::command().debug_assert();
    }

    pub(super) fn parse(line: &str) -> Result<Command, String> {
        let words = ["ringway-bench"].into_iter().chain(line.split_whitespace());
        Cli::try_parse_from(words).map(|cli| cli.command).map_err(|error| error.to_string())
    }

    #[test]
    fn what_is_out_of_bounds_is_refused() {
        let url = "load --url http://127.0.0.1:1/";
        for (line, part) in [
            ("load --url http://10.1.2.3/".to_owned(), "not a loopback address"),
            ("load --url ftp://127.0.0.1/".to_owned(), "does not start with http://"),
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
                "possible values: all, null, mock, cached, proxy, lambda, full-path, vtl, tls,",
            ),
        ] {
            let error = parse(&line).unwrap_err();
            assert!(error.contains(part), "{line}: {error}");
        }
    }
}
