//! `diff`: two results of the same command, and which figures got worse beyond the noise.
//!
//! Pure but for the reading of the files. A result of `compare` is held against the other through
//! a peer that both measured, so that a machine that became faster or slower cancels out; a result
//! of `run` only at a speed of the machine that both saw.

mod change;
mod context;
mod figures;

use std::fmt;
use std::fs;
use std::io;
use std::path::Path;

use serde::Serialize;

use crate::report::{Kind, RINGWAY, Report};
pub use change::{Change, Figure, Verdict};

/// The peer the others are held against, when both results have it.
const REFERENCE: &str = "nginx";

/// What changed from one result to the other.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Diff {
    /// The peer whose figures the others are divided by.
    pub reference: Option<String>,
    /// What else differs: machine, versions, parameters, the speeds of the machine.
    pub warnings: Vec<String>,
    /// Every figure of every scenario and server that both have.
    pub changes: Vec<Change>,
}

/// Reads a result that `run --json` or `compare --json` wrote.
pub fn read(path: &Path) -> io::Result<Report> {
    let text = fs::read_to_string(path)
        .map_err(|error| io::Error::new(error.kind(), format!("{}: {error}", path.display())))?;
    serde_json::from_str(&text).map_err(|error| {
        let what = "is no result of run or compare of this version";
        io::Error::new(io::ErrorKind::InvalidData, format!("{} {what}: {error}", path.display()))
    })
}

impl Diff {
    /// From `before` to `after`. The error says why the two cannot be compared.
    pub fn of(before: &Report, after: &Report) -> Result<Self, String> {
        let kinds = (before.context.kind, after.context.kind);
        if kinds.0 != kinds.1 {
            let name = |kind: Kind| if kind == Kind::Run { "run" } else { "compare" };
            return Err(format!(
                "the first is a result of {}, the second of {}: only two of the same command can \
                 be compared",
                name(kinds.0),
                name(kinds.1)
            ));
        }
        let both = common(before, after);
        let reference = (kinds.0 == Kind::Compare)
            .then(|| {
                let peers: Vec<_> = both.iter().filter(|server| **server != RINGWAY).collect();
                peers
                    .iter()
                    .find(|peer| ***peer == REFERENCE)
                    .or_else(|| peers.first())
                    .map(|peer| **peer)
            })
            .flatten();
        let mut warnings = context::warnings(&before.context, &after.context);
        warnings.extend(context::disturbances(before, after));
        if kinds.0 == Kind::Compare && reference.is_none() {
            warnings
                .push("no peer is in both: figures are held against each other directly".into());
        }
        let mut changes = Vec::new();
        for row in &after.rows {
            let (server, scenario) = (row.server.as_str(), row.scenario);
            let known = before.rows.iter().any(|r| r.server == server && r.scenario == scenario);
            if !known {
                warnings.push(format!("only in the second: {} of {server}", scenario.name()));
            } else if Some(server) != reference {
                let found = figures::changes(before, after, (server, scenario), reference);
                changes.extend(found.unwrap_or_else(|why| {
                    warnings.push(format!("{} of {server}: {why}", scenario.name()));
                    Vec::new()
                }));
            }
        }
        for row in &before.rows {
            let found =
                |r: &crate::report::Row| r.server == row.server && r.scenario == row.scenario;
            if !after.rows.iter().any(found) {
                let (name, server) = (row.scenario.name(), &row.server);
                warnings.push(format!("only in the first: {name} of {server}"));
            }
        }
        let peers = changes.iter().filter(|change| change.server != RINGWAY);
        warnings.extend(peers.filter(|change| change.verdict.is_sure()).map(|change| {
            let Change { server, scenario, figure, .. } = change;
            let (name, figure) = (scenario.name(), figure.name());
            format!("{server} itself changed ({name}, {figure}): the conditions differ")
        }));
        Ok(Self { reference: reference.map(str::to_owned), warnings, changes })
    }

    /// What got worse for Ringway beyond the noise.
    pub fn regressions(&self) -> Vec<&Change> {
        let ours = self.changes.iter().filter(|change| change.server == RINGWAY);
        ours.filter(|change| change.verdict == Verdict::Worse).collect()
    }
}

/// The servers of both.
fn common<'a>(before: &'a Report, after: &Report) -> Vec<&'a str> {
    let after = after.servers();
    before.servers().into_iter().filter(|server| after.contains(server)).collect()
}

impl fmt::Display for Diff {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(reference) = &self.reference {
            writeln!(f, "each figure by {reference}'s in the same slice\n")?;
        }
        writeln!(f, "{}", change::table(&self.changes))?;
        self.warnings.iter().try_for_each(|warning| writeln!(f, "* {warning}"))?;
        let regressions = self.regressions();
        if regressions.is_empty() {
            return writeln!(f, "no regression beyond the noise");
        }
        regressions.iter().try_for_each(|change| writeln!(f, "REGRESSION {change}"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::sample::tests::report;

    #[test]
    fn a_regression_is_named_and_nothing_else() {
        let before = report(Kind::Compare, &[(RINGWAY, 10.0), ("nginx", 25.0), ("haproxy", 30.0)]);
        let same = Diff::of(&before, &before).unwrap();
        assert_eq!(same.reference.as_deref(), Some("nginx"));
        assert!(same.regressions().is_empty() && same.warnings.is_empty(), "{same}");
        assert!(same.to_string().contains("no regression beyond the noise"), "{same}");
        // Ringway needs 20 % more, on a machine of half the speed.
        let after = report(Kind::Compare, &[(RINGWAY, 24.0), ("nginx", 50.0), ("haproxy", 60.0)]);
        let worse = Diff::of(&before, &after).unwrap();
        let figures: Vec<_> = worse.regressions().iter().map(|change| change.figure).collect();
        assert_eq!(figures, Figure::ALL, "{worse}");
        let text = worse.to_string();
        assert!(text.contains("REGRESSION proxy of ringway: CPU a request +20.0 %"), "{text}");
        assert!(!text.contains("itself changed"), "{text}");
        // The other way round it is an improvement.
        assert!(Diff::of(&after, &before).unwrap().regressions().is_empty());
    }

    #[test]
    fn a_peer_that_changes_is_a_warning() {
        let before = report(Kind::Compare, &[(RINGWAY, 10.0), ("nginx", 25.0), ("haproxy", 30.0)]);
        let after = report(Kind::Compare, &[(RINGWAY, 10.0), ("nginx", 25.0), ("haproxy", 60.0)]);
        let diff = Diff::of(&before, &after).unwrap();
        assert!(diff.regressions().is_empty());
        let warning = "haproxy itself changed (proxy, CPU a request): the conditions differ";
        assert!(diff.warnings.contains(&warning.to_owned()), "{diff}");
    }

    #[test]
    fn another_peer_takes_the_place_of_nginx() {
        let with = |peer| report(Kind::Compare, &[(RINGWAY, 10.0), (peer, 25.0)]);
        let diff = Diff::of(&with("haproxy"), &with("haproxy")).unwrap();
        assert_eq!(diff.reference.as_deref(), Some("haproxy"));
        let diff = Diff::of(&with("haproxy"), &with("nginx")).unwrap();
        assert_eq!(diff.reference, None);
        let warnings = diff.warnings.join("\n");
        for part in ["no peer is in both", "only in the first: proxy of haproxy", "in the second"] {
            assert!(warnings.contains(part), "{part}: {warnings}");
        }
    }

    #[test]
    fn results_of_two_commands_are_refused() {
        let run = report(Kind::Run, &[(RINGWAY, 10.0)]);
        let compare = report(Kind::Compare, &[(RINGWAY, 10.0)]);
        let error = Diff::of(&run, &compare).unwrap_err();
        assert!(error.contains("a result of run, the second of compare"), "{error}");
    }

    #[test]
    fn a_file_that_is_no_result_is_named() {
        let path = std::env::temp_dir().join(format!("ringway-diff-{}", std::process::id()));
        assert!(read(&path).unwrap_err().to_string().contains("ringway-diff"));
        fs::write(&path, "{}").unwrap();
        let error = read(&path).unwrap_err().to_string();
        fs::remove_file(&path).unwrap();
        assert!(error.contains("is no result of run or compare"), "{error}");
    }
}
