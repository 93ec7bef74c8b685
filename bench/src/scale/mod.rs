//! `scale`: how speed and memory grow with connections, routes, API keys and workers.
//!
//! Owns the parts and their order; each part has a file of its own.

mod api;
mod charts;
mod connections;
mod fit;
mod hold;
mod memory;
pub(crate) mod process;
mod report;
mod room;
mod row;
mod series;
mod sizes;
mod table;

use std::io;
use std::path::{Path, PathBuf};

use clap::ValueEnum;
use serde::{Deserialize, Serialize};

use crate::cores;
use crate::machine::Machine;
use crate::run::definition::{Api, Folder};
use crate::run::gateway::{self, Gateway};
use crate::run::placement::Placement;
use crate::upstream::{self, Upstream};
pub use fit::Line;
pub use memory::{Each, Memory};
pub use report::Report;
use room::Room;
pub use row::{Row, Slice};
pub use sizes::StartUp;

/// Slices of each point.
const ROUNDS: u32 = 12;
/// The same where some points take longer.
const ROUNDS_OF_CONNECTIONS: u32 = 6;
/// The same in a quick run.
const ROUNDS_QUICK: u32 = 2;

/// One question.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, ValueEnum, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Part {
    /// Workers of the gateway.
    Workers,
    /// Connections of the load.
    Connections,
    /// Resources of the API.
    Routes,
    /// API keys of the account.
    Keys,
    /// Resident memory of connections and of requests in flight; that of routes and keys comes
    /// with their own parts.
    Memory,
}

impl Part {
    /// In the order of the report.
    pub const ALL: [Self; 5] =
        [Self::Workers, Self::Connections, Self::Routes, Self::Keys, Self::Memory];

    /// As on the command line.
    pub fn name(self) -> &'static str {
        match self {
            Self::Workers => "workers",
            Self::Connections => "connections",
            Self::Routes => "routes",
            Self::Keys => "keys",
            Self::Memory => "memory",
        }
    }
}

/// What to measure.
#[derive(Clone, Debug)]
pub struct Plan {
    /// Which parts, in order.
    pub parts: Vec<Part>,
    /// One round, fewer points.
    pub quick: bool,
    /// The gateway's binary; by default `ringway` beside this one.
    pub gateway: Option<PathBuf>,
}

/// What all parts share.
struct Setting<'a> {
    plan: &'a Plan,
    binary: &'a Path,
    placement: &'a Placement,
    upstream: &'a Upstream,
    room: Room,
    progress: &'a (dyn Fn(&str) + Sync),
}

impl Setting<'_> {
    /// Slices of each point: up, down, and so on.
    fn rounds(&self, part: Part) -> u32 {
        match part {
            _ if self.plan.quick => ROUNDS_QUICK,
            Part::Connections => ROUNDS_OF_CONNECTIONS,
            _ => ROUNDS,
        }
    }
}

/// Runs all parts of `plan` and tells `progress` a line at a time.
///
/// # Errors
/// When the gateway is not there, does not start, or does not answer as it should.
pub fn run(plan: &Plan, progress: impl Fn(&str) + Sync) -> io::Result<Report> {
    let binary = gateway::locate(plan.gateway.as_deref())?;
    let cores = cores::allowed()?;
    let placement = Placement::on(&cores, 1);
    progress(&placement.to_string());
    let room = Room::read()?;
    let config = upstream::Config { core: placement.upstream, ..upstream::Config::new() };
    let upstream = Upstream::start(config)?;
    let setting = Setting {
        plan,
        binary: &binary,
        placement: &placement,
        upstream: &upstream,
        room,
        progress: &progress,
    };
    let mut report = Report {
        machine: Machine::read(&binary, cores.len()),
        gateway_driver: driver(&setting)?,
        placement: placement.to_string(),
        rows: Vec::new(),
        start_ups: Vec::new(),
        memory: Vec::new(),
        notes: Vec::new(),
    };
    for part in &plan.parts {
        match part {
            Part::Workers => connections::workers(&setting, &mut report)?,
            Part::Connections => connections::measure(&setting, &mut report)?,
            Part::Routes => sizes::routes(&setting, &mut report)?,
            Part::Keys => sizes::keys(&setting, &mut report)?,
            Part::Memory => memory::measure(&setting, &mut report)?,
        }
    }
    Ok(report)
}

/// What the gateway says of its driver.
fn driver(setting: &Setting<'_>) -> io::Result<String> {
    let folder = Folder::write(&Api::unlimited(setting.upstream.address))?;
    Ok(Gateway::start(setting.binary, &folder, 1, setting.placement)?.driver())
}
