//! Recorded figures, and what became of them. Pure but for reading the file.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::fs;
use std::io;
use std::path::Path;

use serde::{Deserialize, Serialize};

use super::Measured;

/// A file of recorded figures.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(super) struct Baseline {
    /// Share of a figure by which it may grow.
    tolerance: f64,
    /// The same on top, in the unit of the figures: small ones have coarse shares.
    slack: f64,
    /// What they were recorded with.
    with: BTreeMap<String, String>,
    figures: BTreeMap<String, f64>,
}

/// What a comparison says.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Comparison {
    /// The figures were recorded with something else.
    Different(String),
    /// All figures of either side.
    Findings(Vec<Finding>),
}

/// One figure now and then.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Finding {
    name: String,
    recorded: Option<f64>,
    measured: Option<f64>,
    /// Most that passes.
    most: f64,
    /// Less than this deserves a new record.
    least: f64,
}

impl Baseline {
    pub(super) fn new(measured: &Measured, (tolerance, slack): (f64, f64)) -> Self {
        let round = |figure: &f64| (figure * 100.0).round() / 100.0;
        let figures = measured.figures.iter();
        let figures = figures.map(|(name, figure)| (name.clone(), round(figure))).collect();
        Self { tolerance, slack, with: measured.with.clone(), figures }
    }

    pub(super) fn read(file: &Path) -> io::Result<Self> {
        let named = |text: String| io::Error::other(format!("{}: {text}", file.display()));
        let text = fs::read_to_string(file).map_err(|error| named(error.to_string()))?;
        toml::from_str(&text).map_err(|error| named(error.to_string()))
    }

    pub(super) fn text(&self) -> io::Result<String> {
        toml::to_string(self).map_err(io::Error::other)
    }

    pub(super) fn allowed(&self) -> (f64, f64) {
        (self.tolerance, self.slack)
    }

    pub(super) fn compare(&self, measured: &Measured, same: &[&str]) -> Comparison {
        for &what in same {
            let (then, now) = (self.with.get(what), measured.with.get(what));
            if then != now {
                let word = |value: Option<&String>| value.map_or("nothing", |text| text).to_owned();
                let (then, now) = (word(then), word(now));
                return Comparison::Different(format!("recorded with {then}, this is {now}"));
            }
        }
        let names: BTreeSet<_> = self.figures.keys().chain(measured.figures.keys()).collect();
        let finding = |name: &String| {
            let recorded = self.figures.get(name).copied();
            let room = recorded.unwrap_or(0.0) * self.tolerance + self.slack;
            Finding {
                name: name.clone(),
                recorded,
                measured: measured.figures.get(name).copied(),
                most: recorded.unwrap_or(0.0) + room,
                least: recorded.unwrap_or(0.0) - room,
            }
        };
        Comparison::Findings(names.into_iter().map(finding).collect())
    }
}

impl Finding {
    /// Grown beyond the tolerance, not recorded, or gone.
    pub(super) fn fails(&self) -> bool {
        match (self.recorded, self.measured) {
            (Some(_), Some(measured)) => measured > self.most,
            _ => true,
        }
    }

    /// So much less that the record no longer guards it.
    pub(super) fn is_better(&self) -> bool {
        self.recorded.is_some() && self.measured.is_some_and(|measured| measured < self.least)
    }
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let name = &self.name;
        match (self.recorded, self.measured) {
            (Some(recorded), Some(measured)) => {
                write!(f, "{name:<48}{measured:>12.2}  recorded {recorded:<12.2}")?;
                if self.fails() {
                    write!(f, "FAILED: at most {:.2}", self.most)?;
                } else if self.is_better() {
                    write!(f, "less: record it")?;
                } else {
                    write!(f, "ok")?;
                }
                Ok(())
            }
            (None, Some(measured)) => write!(f, "{name:<48}{measured:>12.2}  FAILED: not recorded"),
            _ => write!(f, "{name:<48}{:>12}  FAILED: recorded, and gone", "-"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn measured(figures: &[(&str, f64)]) -> Measured {
        Measured {
            with: BTreeMap::from([("rustc".to_owned(), "1.95".to_owned())]),
            figures: figures.iter().map(|(name, figure)| ((*name).to_owned(), *figure)).collect(),
        }
    }

    #[test]
    fn growth_fails_less_is_told_and_nothing_is_left_out() {
        let recorded = Baseline::new(&measured(&[("a", 100.0), ("b", 0.0)]), (0.03, 2.0));
        for (now, failing, better) in [
            (&[("a", 105.0), ("b", 2.0)][..], vec![], 0),
            (&[("a", 105.1), ("b", 2.1)], vec!["a", "b"], 0),
            (&[("a", 94.9), ("b", 0.0)], vec![], 1),
            (&[("a", 100.0)], vec!["b"], 0),
            (&[("a", 100.0), ("b", 0.0), ("c", 1.0)], vec!["c"], 0),
        ] {
            let Comparison::Findings(findings) = recorded.compare(&measured(now), &["rustc"])
            else {
                panic!("{now:?} is comparable");
            };
            let fails: Vec<_> = findings.iter().filter(|finding| finding.fails()).collect();
            let names: Vec<_> = fails.iter().map(|finding| finding.name.as_str()).collect();
            assert_eq!(names, failing, "{now:?}");
            assert!(fails.iter().all(|finding| finding.to_string().contains("FAILED")));
            assert_eq!(findings.iter().filter(|finding| finding.is_better()).count(), better);
        }
    }

    #[test]
    fn another_compiler_is_not_compared() {
        let recorded = Baseline::new(&measured(&[("a", 1.0)]), (0.0, 0.0));
        let mut now = measured(&[("a", 1.0)]);
        now.with.insert("rustc".to_owned(), "1.96".to_owned());
        let Comparison::Different(why) = recorded.compare(&now, &["rustc"]) else {
            panic!("compared");
        };
        assert_eq!(why, "recorded with 1.95, this is 1.96");
        assert!(matches!(recorded.compare(&now, &[]), Comparison::Findings(_)));
    }

    #[test]
    fn a_file_gives_back_what_was_written() {
        let names = [("route: 10 methods, static", 12.345), ("b", 3.0)];
        let recorded = Baseline::new(&measured(&names), (0.03, 2.0));
        let read: Baseline = toml::from_str(&recorded.text().unwrap()).unwrap();
        assert_eq!(read, recorded);
        assert_eq!(read.figures["route: 10 methods, static"], 12.35);
    }
}
