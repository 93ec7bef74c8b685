//! `ringway-bench`: results on stdout, progress and errors on stderr.

use std::fmt;
use std::fs;
use std::io;
use std::path::Path;
use std::process::ExitCode;

use clap::Parser;
use serde::Serialize;

use ringway_bench::cli::{
    CheckArgs, Cli, Command, CompareArgs, DiffArgs, GatewayArgs, GuardArgs, LoadArgs, ManageArgs,
    RunArgs, ScaleArgs, UpstreamArgs,
};
use ringway_bench::diff::{self, Diff};
use ringway_bench::html::Page;
use ringway_bench::load;
use ringway_bench::report::Report;
use ringway_bench::stats::{Percentiles, Summary};
use ringway_bench::{check, compare, guard, manage, run, scale, upstream};

fn main() -> ExitCode {
    let result = match Cli::parse().command {
        Command::Upstream(args) => serve(&args),
        Command::Load(args) => load(&args),
        Command::Run(args) => measure(&args),
        Command::Check(args) => gates(&args),
        Command::Compare(args) => compare(&args),
        Command::Diff(args) => diff(&args),
        Command::Scale(args) => scale(&args),
        Command::Manage(args) => manage(&args),
        Command::Guard(args) => return guard_calls(&args),
    };
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("ringway-bench: {error}");
            ExitCode::FAILURE
        }
    }
}

fn serve(args: &UpstreamArgs) -> io::Result<()> {
    let config = args.config();
    let listen = config.listen;
    let started = |address, rung| println!("upstream at http://{address}/, {rung}");
    upstream::serve(config, args.workers, started)
        .map_err(|error| io::Error::new(error.kind(), format!("{listen}: {error}")))
}

fn load(args: &LoadArgs) -> io::Result<()> {
    let plan = args.plan()?;
    let target = &plan.target;
    let mode = match plan.rate {
        Some(rate) => format!("open loop at {rate} requests/s"),
        None => "closed loop".to_owned(),
    };
    eprintln!("{mode}, {} connections, {} {target}", plan.connections, plan.method);
    let outcome = load::run(&plan, |event| eprintln!("{event}"))?;
    if args.json {
        println!("{}", serde_json::to_string_pretty(&outcome.summary)?);
    } else {
        println!("driver       {}", outcome.rung);
        print!("{}", Text(&outcome.summary));
    }
    Ok(())
}

fn measure(args: &RunArgs) -> io::Result<()> {
    let report = run::run(&args.plan(), |line| eprintln!("{line}"))?;
    report_on(&report, &args.gateway)
}

/// Prints and writes a result.
fn report_on(report: &Report, args: &GatewayArgs) -> io::Result<()> {
    print!("{report}");
    write_json(args.json.as_deref(), report)?;
    write_html(args.html.as_deref(), || report.page())?;
    if report.is_doubtful() {
        return Err(io::Error::other("some figures are doubtful, see the notes"));
    }
    Ok(())
}

fn compare(args: &CompareArgs) -> io::Result<()> {
    let report = compare::run(&args.plan(), |line| eprintln!("{line}"))?;
    report_on(&report, &args.run.gateway)
}

fn diff(args: &DiffArgs) -> io::Result<()> {
    let (before, after) = (diff::read(&args.before)?, diff::read(&args.after)?);
    let diff = Diff::of(&before, &after).map_err(io::Error::other)?;
    if args.json {
        println!("{}", serde_json::to_string_pretty(&diff)?);
    } else {
        print!("{diff}");
    }
    match diff.regressions().len() {
        0 => Ok(()),
        worse => Err(io::Error::other(format!("{worse} figures are worse beyond the noise"))),
    }
}

fn scale(args: &ScaleArgs) -> io::Result<()> {
    let report = scale::run(&args.plan(), |line| eprintln!("{line}"))?;
    print!("{report}");
    write_json(args.json.as_deref(), &report)?;
    let folder = args.plots.as_deref();
    let charts = folder.map(|folder| report.write_charts(folder)).transpose()?.unwrap_or_default();
    let Some(path) = &args.markdown else { return Ok(()) };
    let linked = charts.iter().map(|name| format!("![{name}]({name})\n"));
    write(path, &format!("{report}{}", linked.collect::<String>()))
}

fn manage(args: &ManageArgs) -> io::Result<()> {
    let report = manage::run(&args.plan(), |line| eprintln!("{line}"))?;
    print!("{report}");
    write_json(args.json.as_deref(), &report)?;
    report.verdict().map_err(io::Error::other)
}

fn gates(args: &CheckArgs) -> io::Result<()> {
    let verdict = check::run(&args.plan(), |line| eprintln!("{line}"))?;
    print!("{verdict}");
    write_json(args.gateway.json.as_deref(), &verdict)?;
    write_html(args.gateway.html.as_deref(), || verdict.page())?;
    match verdict.missed() {
        0 => Ok(()),
        missed => Err(io::Error::other(format!("{missed} gates missed"))),
    }
}

fn guard_calls(args: &GuardArgs) -> ExitCode {
    let measured = guard::system_calls(&args.plan(), |line| eprintln!("{line}"));
    guard::SYSTEM_CALLS.conclude(measured, args.record)
}

fn write_json(path: Option<&Path>, result: &impl Serialize) -> io::Result<()> {
    let Some(path) = path else { return Ok(()) };
    write(path, &(serde_json::to_string_pretty(result)? + "\n"))
}

fn write_html(path: Option<&Path>, page: impl Fn() -> Page) -> io::Result<()> {
    path.map_or(Ok(()), |path| write(path, &page().html()))
}

fn write(path: &Path, text: &str) -> io::Result<()> {
    fs::write(path, text)
        .map_err(|error| io::Error::new(error.kind(), format!("{path:?}: {error}")))
}

/// A summary for people.
struct Text<'a>(&'a Summary);

impl fmt::Display for Text<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let summary = self.0;
        let megabytes = summary.body_bytes_per_second / 1e6;
        writeln!(f, "requests/s   {:.0}", summary.requests_per_second)?;
        writeln!(f, "responses    {} in {:.2} s", summary.responses, summary.seconds)?;
        writeln!(f, "bodies       {megabytes:.1} MB/s")?;
        writeln!(f, "latency us   {}", Line(&summary.latency_us))?;
        if let Some(lag) = &summary.lag_us {
            writeln!(f, "sent late us {}", Line(lag))?;
        }
        if summary.unsent > 0 {
            writeln!(f, "unsent       {} (no free connection; in the latency)", summary.unsent)?;
        }
        if summary.oldest_unfinished_us > summary.latency_us.max {
            let oldest = summary.oldest_unfinished_us;
            writeln!(f, "unanswered   oldest waits {oldest} us, longer than any answer took")?;
        }
        let statuses: Vec<_> =
            summary.statuses.iter().map(|(status, count)| format!("{status}: {count}")).collect();
        writeln!(f, "statuses     {}", statuses.join(", "))?;
        let failures: Vec<_> =
            summary.failures.iter().map(|(why, count)| format!("{why}: {count}")).collect();
        if !failures.is_empty() {
            writeln!(f, "failures     {}", failures.join(", "))?;
        }
        writeln!(f, "errors       {} (failures and other than 2xx)", summary.errors)?;
        writeln!(f, "reconnects   {}", summary.reconnects)
    }
}

/// A distribution on one line.
struct Line<'a>(&'a Percentiles);

impl fmt::Display for Line<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Percentiles { mean, p50, p90, p99, p999, max, .. } = self.0;
        write!(f, "mean {mean:.0}  p50 {p50}  p90 {p90}  p99 {p99}  p99.9 {p999}  max {max}")
    }
}
