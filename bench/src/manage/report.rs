//! What `manage` found, for people and as JSON.

use std::fmt;
use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::publish::Published;
use crate::machine::{Machine, lines};
use crate::spread::Spread;
use crate::stats::{Failure, Percentiles, Summary};
use crate::table::{Column, Table};

/// A publication may take so long to reach the last worker, ms.
const PUBLISH_MS_AIM: f64 = 100.0;
/// A start with a full store may take so long, seconds.
const START_UP_SECONDS_AIM: f64 = 1.0;

/// Times of one kind.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Figure {
    /// Of what.
    pub name: String,
    /// How many.
    pub count: usize,
    /// How long.
    pub us: Percentiles,
}

impl Figure {
    pub(super) fn of(name: &str, durations: &[Duration]) -> Self {
        let us = Percentiles::of_durations(durations);
        Self { name: name.into(), count: durations.len(), us }
    }
}

/// How long publications took.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Publications {
    /// From the answer of a call until every worker serves it.
    pub ready: Figure,
    /// From the answer of a call until callers see it.
    pub seen: Figure,
    /// From compiling until every worker serves it, as the gateway counts.
    pub counted: Published,
}

/// A full store, and calls to it.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Full {
    /// Calls of the mix, and all of them.
    pub calls: Vec<Figure>,
    /// Of the mix.
    pub publications: Publications,
    /// From the start of the process until it is ready and answers a management call, seconds.
    pub start_up_seconds: Spread,
    /// Resident memory after a start, bytes.
    pub resident_bytes: u64,
    /// The most it was during that start.
    pub peak_bytes: u64,
    /// Bytes of the store.
    pub store_bytes: u64,
}

/// Deployments under load.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Deployments {
    /// How many there were to be.
    pub wanted: u32,
    /// How many every worker served before the load ended.
    pub made: u32,
    /// Requests per second.
    pub rate: u64,
    /// Driver of the load.
    pub driver: String,
    /// The calls that made them.
    pub calls: Vec<Figure>,
    /// How long they took.
    pub publications: Publications,
    /// The load.
    pub summary: Summary,
}

impl Deployments {
    /// Requests that got no answer of a revision.
    pub fn lost(&self) -> u64 {
        self.summary.errors + self.summary.unsent - self.mixed() - self.stale()
    }

    /// Answers whose parts were of different revisions.
    pub fn mixed(&self) -> u64 {
        self.failed(Failure::Mixed)
    }

    /// Answers older than what was confirmed.
    pub fn stale(&self) -> u64 {
        self.failed(Failure::Stale)
    }

    fn failed(&self, why: Failure) -> u64 {
        self.summary.failures.get(why.name()).copied().unwrap_or(0)
    }
}

/// All of it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Report {
    /// Where.
    pub machine: Machine,
    /// APIs in the store.
    pub apis: u32,
    /// Resources of each.
    pub resources: u32,
    /// Workers of the gateway.
    pub workers: u32,
    /// How long filling the store took, seconds.
    pub filled_seconds: f64,
    /// Resident memory with an empty store, bytes.
    pub empty_bytes: u64,
    /// Without `--deployments`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub full: Option<Full>,
    /// With it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub deployments: Option<Deployments>,
}

impl Report {
    /// What deployments cost requests, as an error.
    ///
    /// # Errors
    /// Something was lost, mixed or stale, or deployments came too late.
    pub fn verdict(&self) -> Result<(), String> {
        let Some(found) = &self.deployments else { return Ok(()) };
        let (lost, mixed, stale) = (found.lost(), found.mixed(), found.stale());
        let late = found.wanted - found.made;
        if lost + mixed + stale + u64::from(late) == 0 {
            return Ok(());
        }
        Err(format!("{lost} requests lost, {mixed} mixed, {stale} stale, {late} deployments late"))
    }

    /// Routes of all APIs.
    fn routes(&self) -> u64 {
        u64::from(self.apis) * u64::from(self.resources)
    }
}

fn table(title: &'static str, figures: &[&Figure]) -> Table {
    let ms = ["n", "p50 ms", "p90 ms", "p99 ms", "max ms"].map(Column::Right);
    let columns: Vec<Column> = [Column::Left(title)].into_iter().chain(ms).collect();
    let mut table = Table::new(&columns);
    for Figure { name, count, us } in figures.iter().filter(|figure| figure.count > 0) {
        let times = [us.p50, us.p90, us.p99, us.max].map(|us| format!("{:.2}", us as f64 / 1e3));
        let row = [name.clone(), count.to_string()].into_iter().chain(times);
        table.push(row.map(Into::into).collect());
    }
    table
}

fn megabytes(bytes: u64) -> String {
    format!("{:.1} MB", bytes as f64 / 1e6)
}

impl fmt::Display for Publications {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", table("from the answer until", &[&self.ready, &self.seen]))?;
        let bound = |share| match self.counted.bound_us(share) {
            Some(us) => format!("<= {:.1} ms", us as f64 / 1e3),
            None => "above all bounds".into(),
        };
        let (count, p50, p99) = (self.counted.count, bound(0.5), bound(0.99));
        writeln!(f, "ringway_publish_seconds: {count} publications, p50 {p50}, p99 {p99}")?;
        let aim = PUBLISH_MS_AIM;
        let reached = self.counted.bound_us(0.99).is_some_and(|us| us as f64 <= aim * 1e3);
        writeln!(f, "aim: p99 <= {aim} ms, {}", if reached { "reached" } else { "missed" })
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&lines(&self.machine.facts()))?;
        let Self { apis, resources, workers, filled_seconds, .. } = self;
        writeln!(f, "store        {apis} APIs x {resources} resources, {workers} workers")?;
        writeln!(f, "filled in    {filled_seconds:.1} s, import and deployment of each API")?;
        let empty = megabytes(self.empty_bytes);
        if let Some(full) = &self.full {
            let figures: Vec<&Figure> = full.calls.iter().collect();
            write!(f, "\n{}\n{}", table("management call", &figures), full.publications)?;
            let Spread { median, min, max, count, .. } = full.start_up_seconds;
            writeln!(f, "\nstart-up     {median:.2} s ({min:.2} - {max:.2}, {count} starts)")?;
            let reached = median <= START_UP_SECONDS_AIM;
            let reached = if reached { "reached" } else { "missed" };
            writeln!(f, "aim          <= {START_UP_SECONDS_AIM} s, {reached}")?;
            let (resident, peak) = (megabytes(full.resident_bytes), megabytes(full.peak_bytes));
            writeln!(f, "resident     {resident} after a start, {peak} at most, {empty} empty")?;
            if let Some(routes) = std::num::NonZeroU64::new(self.routes()) {
                let each = full.resident_bytes.saturating_sub(self.empty_bytes) / routes;
                writeln!(f, "             {each} bytes a route")?;
            }
            writeln!(f, "store        {}", megabytes(full.store_bytes))?;
        }
        let Some(found) = &self.deployments else { return Ok(()) };
        let figures: Vec<&Figure> = found.calls.iter().collect();
        let Deployments { wanted, made, rate, driver, summary, publications, .. } = found;
        writeln!(f, "\ndeployments  {made} of {wanted} during {:.1} s", summary.seconds)?;
        writeln!(f, "load         {rate} requests/s, {} answers, {driver}", summary.responses)?;
        let us = &summary.latency_us;
        writeln!(
            f,
            "latency us   p50 {}  p99 {}  p99.9 {}  max {}",
            us.p50, us.p99, us.p999, us.max
        )?;
        let (lost, mixed, stale) = (found.lost(), found.mixed(), found.stale());
        writeln!(f, "lost         {lost}")?;
        writeln!(f, "mixed        {mixed} answers of two revisions, {stale} older than confirmed")?;
        write!(f, "\n{}\n{publications}", table("management call", &figures))
    }
}
