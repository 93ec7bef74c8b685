//! What all samples of a result have in common.

use serde::{Deserialize, Serialize};

use crate::machine::Machine;

/// Which command made it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Kind {
    /// Ringway alone.
    Run,
    /// Ringway and its peers.
    Compare,
}

/// Where and how it was measured.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Context {
    /// By what.
    pub kind: Kind,
    /// The machine and the revision.
    pub machine: Machine,
    /// Each server with its version, and Ringway with the driver it printed.
    pub servers: Vec<String>,
    /// Who is missing, and why.
    pub absent: Vec<String>,
    /// Driver of load and upstream.
    pub load_driver: String,
    /// Which core ran what.
    pub placement: String,
    /// Server and load had cores of their own.
    pub pinned: bool,
    /// Rounds.
    pub rounds: u32,
    /// Slices of a second for each scenario and server in a round.
    pub slices: u32,
    /// Connections of the load, if one number was asked for; each sample has its own.
    pub connections: Option<u32>,
    /// Workers of the gateway; the peers have one.
    pub workers: u32,
    /// Whether the servers wrote access logs.
    pub access_log: bool,
}

impl Context {
    /// How many connections the load has.
    pub(crate) fn load(&self) -> String {
        match self.connections {
            Some(asked) => format!("{asked} connections"),
            None => "as many connections as the scenario has".to_owned(),
        }
    }

    /// Names and values, for people.
    pub(super) fn facts(&self) -> Vec<(String, String)> {
        let Self { rounds, slices, load_driver, .. } = self;
        let log = if self.access_log { "on for all" } else { "off for all" };
        let how = "a slice of each server in turn; median (lowest - highest)";
        let mut facts = self.machine.facts();
        facts.extend(
            [
                ("servers", self.servers.join("\n")),
                ("cores", self.placement.clone()),
                ("load", format!("{}, {load_driver}", self.load())),
                ("parameters", format!("workers: {}; access logs {log}", self.workers)),
                ("samples", format!("{rounds} rounds of {slices} slices of 1 s, {how}")),
            ]
            .map(|(name, value)| (name.to_owned(), value)),
        );
        facts
    }
}
