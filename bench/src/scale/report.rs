//! What `scale` reports.

use std::fmt;
use std::io;
use std::path::Path;

use serde::{Deserialize, Serialize};

use super::memory::Memory;
use super::row::Row;
use super::sizes::StartUp;
use super::{charts, table};
use crate::machine::Machine;

/// Foreign work above this share of the machine makes figures doubtful.
const FOREIGN_MAX: f64 = 0.10;

/// The whole result.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Report {
    /// Where.
    pub machine: Machine,
    /// As the gateway printed it.
    pub gateway_driver: String,
    /// Which core ran what.
    pub placement: String,
    /// Speed, a row for each point.
    pub rows: Vec<Row>,
    /// Start-up by the size of what is served.
    pub start_ups: Vec<StartUp>,
    /// Resident memory over counts.
    pub memory: Vec<Memory>,
    /// What was left out, and why.
    pub notes: Vec<String>,
}

impl Report {
    /// Writes the charts into `folder`, as SVG; says the names of the files.
    ///
    /// # Errors
    /// When a file cannot be written.
    pub fn write_charts(&self, folder: &Path) -> io::Result<Vec<String>> {
        charts::write(self, folder)
    }

    /// What to think of when reading the figures.
    fn all_notes(&self) -> Vec<String> {
        let mut notes = self.notes.clone();
        let slices = || self.rows.iter().flat_map(|row| &row.slices);
        let foreign = slices().map(|slice| slice.foreign).fold(0.0, f64::max);
        let stolen = slices().map(|slice| slice.stolen).fold(0.0, f64::max);
        if foreign > FOREIGN_MAX || stolen > FOREIGN_MAX {
            notes.push(format!(
                "the machine was not quiet: other programs used up to {:.0} % of it, the \
                 hypervisor took up to {:.0} %",
                foreign * 100.0,
                stolen * 100.0
            ));
        }
        for row in &self.rows {
            let strayed: u64 = row.slices.iter().map(|slice| slice.strayed).sum();
            if strayed > 0 {
                let (work, at) = (&row.work, row.at);
                notes.push(format!(
                    "doubtful: {work} at {at}: {strayed} requests reached the upstream that should \
                     not, or did not that should"
                ));
            }
            let missing = row.slices.iter().map(|slice| slice.missing).max().unwrap_or(0);
            if missing > 0 {
                let (work, at) = (&row.work, row.at);
                notes.push(format!(
                    "{work} at {at}: up to {missing} connections of the load were missing when it \
                     began to count"
                ));
            }
        }
        notes
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (name, value) in self.machine.facts() {
            writeln!(f, "* {name}: {}", value.replace('\n', "; "))?;
        }
        writeln!(f, "* the gateway printed: {}; {}", self.gateway_driver, self.placement)?;
        writeln!(
            f,
            "* short slices, up and down each series in turn: median (lowest - highest); closed \
             loop, latency from the send; x first: CPU time by that of the first point, within \
             the same round"
        )?;
        writeln!(
            f,
            "* speed: how far the cores of gateway and client are apart, see `bench/src/speed.rs`; \
             a row is of the slices at that one speed, a ratio is of two slices at one speed"
        )?;
        writeln!(
            f,
            "* bound by: whose cores were full. Where it is not the gateway alone, it can do more \
             requests/s than shown, and the CPU time a request is the figure"
        )?;
        self.all_notes().iter().try_for_each(|note| writeln!(f, "* {note}"))?;
        writeln!(f)?;
        table::tables(self).iter().try_for_each(|table| write!(f, "{table}"))
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;
    use std::fs;

    use super::super::Memory;
    use super::super::memory::Each;
    use super::super::row::rows;
    use super::super::row::tests::{point, slice};
    use super::*;

    fn report() -> Report {
        let mut late = slice(8.0, 45.0);
        late.missing = 3;
        let slow = [slice(7.5, 45.0), late, slice(8.5, 45.0)];
        let points = [point(1, vec![slice(5.0, 45.0); 3]), point(10_000, slow.into())];
        Report {
            machine: Machine {
                cpu_model: "Fast CPU".into(),
                cores: 2,
                kernel: "6.18".into(),
                mitigations: BTreeMap::new(),
                congestion_control: "cubic".into(),
                git_revision: "abc".into(),
            },
            gateway_driver: "driver epoll".into(),
            placement: "gateway on 0".into(),
            rows: rows(&points),
            start_ups: Vec::new(),
            memory: vec![Memory::new(Each::IdleConnection, vec![(0, 1_000), (10, 41_960)])],
            notes: vec!["1000000 keys: refused".into()],
        }
    }

    #[test]
    fn it_shows_the_figures_and_what_to_think_of_them() {
        let text = report().to_string();
        for part in [
            "| cached |      10,000 | 8.00 (7.50 - 8.50) |",
            "| idle keep-alive connection |           4096 |            1.0000 |",
            "* 1000000 keys: refused",
            "* cached at 10000: up to 3 connections of the load were missing",
            "other programs used up to 20 %",
        ] {
            assert!(text.contains(part), "{part}: {text}");
        }
        assert!(!text.contains("cached at 1:"), "{text}");
    }

    #[test]
    fn charts_are_of_what_was_measured() {
        let folder = std::env::temp_dir().join(format!("ringway-charts-{}", std::process::id()));
        let names = report().write_charts(&folder).unwrap();
        let expect = [
            "scale-connections-cpu.svg",
            "scale-connections-rate.svg",
            "scale-connections-p99.svg",
            "scale-memory-connections.svg",
        ];
        assert_eq!(names, expect);
        let text = fs::read_to_string(folder.join(&names[0])).unwrap();
        assert!(text.starts_with("<svg") && text.contains("connections"), "{text}");
        fs::remove_dir_all(&folder).unwrap();
    }

    #[test]
    fn the_json_form_reads_back() {
        let text = serde_json::to_string(&report()).unwrap();
        assert_eq!(serde_json::from_str::<Report>(&text).unwrap(), report());
    }
}
