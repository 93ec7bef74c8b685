//! What `run` and `compare` report: every sample, medians, ratios of pairs, and the verdicts.
//!
//! A result of `run` is one of `compare` with a single server. Pure: samples in, tables out.

mod charts;
mod context;
mod notes;
pub(crate) mod pairs;
mod row;
pub(crate) mod sample;
mod tables;
mod targets;
mod wins;

use std::fmt;

use serde::{Deserialize, Serialize};

pub use crate::compare::Opinion;
use crate::html::{Block, Page};
use crate::machine;
use crate::run::Scenario;
use crate::speed::{self, Speed};
pub use context::{Context, Kind};
pub use row::{BoundBy, Row};
pub use sample::{At, Sample};
pub use targets::{Target, Verdict};

/// The server all others are held against.
pub const RINGWAY: &str = "ringway";

/// The whole result; its JSON form is what later ones are compared with.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Report {
    /// Where and how.
    pub context: Context,
    /// The speeds at which the machine ran, fastest first.
    pub speeds: Vec<Speed>,
    /// Each scenario on each server.
    pub rows: Vec<Row>,
    /// The project's aims for its speed; empty in a result of `run`.
    pub targets: Vec<Target>,
    /// By `wrk`.
    pub wrk: Vec<Opinion>,
    /// In the order in which they were taken.
    pub samples: Vec<Sample>,
}

impl Report {
    pub(crate) fn new(
        context: Context,
        scenarios: &[Scenario],
        samples: Vec<Sample>,
        wrk: Vec<Opinion>,
    ) -> Self {
        let steady = samples.iter().filter(|sample| sample.moments.steady());
        let speeds = speed::modes(steady.map(|sample| sample.moments.speed()));
        let rows = row::rows(scenarios, &samples, &speeds);
        let targets = match context.kind {
            Kind::Compare => targets::all(&rows, &samples, &speeds),
            Kind::Run => Vec::new(),
        };
        Self { context, speeds, rows, targets, wrk, samples }
    }

    /// Something in it is not what its scenario says.
    pub fn is_doubtful(&self) -> bool {
        self.samples.iter().any(|sample| !sample.doubts.is_empty())
    }

    /// The servers, in the order in which they were started.
    pub fn servers(&self) -> Vec<&str> {
        let mut servers: Vec<&str> = Vec::new();
        for sample in &self.samples {
            if !servers.contains(&sample.server.as_str()) {
                servers.push(&sample.server);
            }
        }
        servers
    }

    /// The page with charts, tables and notes.
    pub fn page(&self) -> Page {
        let title = match self.context.kind {
            Kind::Run => "Ringway: CPU time a request",
            Kind::Compare => "Ringway and its peers",
        };
        let mut figures = vec![Block::Table(tables::figures(self))];
        let more = [(OTHER_SPEEDS, tables::by_speed(self)), (WRK, tables::wrk(self))];
        for (text, table) in more.into_iter().filter(|(_, table)| !table.is_empty()) {
            figures.extend([Block::Text(text.to_owned()), Block::Table(table)]);
        }
        let mut parts = Vec::new();
        if !self.targets.is_empty() {
            let text = Block::Text(targets::TEXT.to_owned());
            let table = Block::Table(targets::table(&self.targets, &self.speeds));
            parts.push(("Speed to reach".to_owned(), vec![text, table]));
        }
        parts.extend(charts::parts(self));
        parts.push(("All figures".to_owned(), figures));
        parts.push(("To read with the figures".to_owned(), vec![Block::Notes(notes::of(self))]));
        Page { title: title.to_owned(), facts: self.context.facts(), parts }
    }
}

const OTHER_SPEEDS: &str = "The same at the other speeds of the machine:";
const WRK: &str = "A second opinion, by the load generator wrk:";

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{}", machine::lines(&self.context.facts()))?;
        writeln!(f, "{}", tables::figures(self))?;
        for table in [tables::by_speed(self), tables::wrk(self)] {
            if !table.is_empty() {
                writeln!(f, "{table}")?;
            }
        }
        if !self.targets.is_empty() {
            writeln!(f, "{}", targets::table(&self.targets, &self.speeds))?;
            writeln!(f, "* {}", targets::TEXT)?;
        }
        notes::of(self).iter().try_for_each(|note| writeln!(f, "* {note}"))
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;

    #[test]
    fn the_json_form_reads_back() {
        // Numbers that decimals hold exactly.
        let samples = [("ringway", 10.0), ("nginx", 25.0)];
        let samples = samples.map(|(server, cpu)| sample::tests::sample(server, 1, cpu, 45.0));
        let context = sample::tests::context(Kind::Compare);
        let report = Report::new(context, &[Scenario::Proxy], samples.into(), Vec::new());
        let text = serde_json::to_string(&report).unwrap();
        assert_eq!(serde_json::from_str::<Report>(&text).unwrap(), report);
    }

    #[test]
    fn text_and_page_say_the_same() {
        let report = sample::tests::report(Kind::Compare, &[("ringway", 10.0), ("nginx", 25.0)]);
        let (text, page) = (report.to_string(), report.page().html());
        for part in
            ["Fast CPU", "meltdown: Mitigation: PTI", "nginx/1.22", "abc", "2.50", "not measured"]
        {
            assert!(text.contains(part), "{part}: {text}");
            assert!(page.contains(part), "{part}: {page}");
        }
        assert!(page.contains("<svg"), "{page}");
    }
}
