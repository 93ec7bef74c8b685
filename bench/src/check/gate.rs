//! A gate: a figure, what is required of it, and whether it passes. Pure.

use std::fmt;

use serde::{Deserialize, Serialize};

use super::window::Window;
use crate::machine::{self, Machine};

/// One figure held against its bounds.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Gate {
    /// Which promise it belongs to.
    pub promise: String,
    /// What is measured, with its unit.
    pub figure: String,
    /// What was measured.
    pub measured: f64,
    /// Lowest that passes.
    pub least: f64,
    /// Highest that passes.
    pub most: f64,
}

impl Gate {
    pub(super) fn new(promise: &str, figure: &str, measured: f64, bounds: (f64, f64)) -> Self {
        let (least, most) = bounds;
        Self { promise: promise.to_owned(), figure: figure.to_owned(), measured, least, most }
    }

    /// Whether the figure is within its bounds, both included.
    pub fn passes(&self) -> bool {
        (self.least..=self.most).contains(&self.measured)
    }

    /// What was measured, for people.
    pub(super) fn shown(&self) -> String {
        number(self.measured)
    }

    /// The bounds in words.
    pub(super) fn required(&self) -> String {
        match (number(self.least), number(self.most)) {
            (least, most) if least == most => least,
            (_, most) if self.least == 0.0 => format!("at most {most}"),
            (least, most) => format!("{least} to {most}"),
        }
    }
}

/// As many decimals as say something.
fn number(value: f64) -> String {
    if value.fract() == 0.0 || value >= 1000.0 {
        return format!("{value:.0}");
    }
    format!("{value:.3}")
}

impl fmt::Display for Gate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let verdict = if self.passes() { "ok" } else { "MISSED" };
        let (measured, required) = (number(self.measured), self.required());
        write!(f, "{:<17}{:<43}{measured:>12}  {required:<20}{verdict}", self.promise, self.figure)
    }
}

/// All gates, and what they were measured on.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Verdict {
    /// The machine and the revision.
    pub machine: Machine,
    /// As the gateway printed it.
    pub gateway_driver: String,
    /// Which core ran what.
    pub placement: String,
    /// In the order in which they were measured.
    pub gates: Vec<Gate>,
    /// Who else used the machine, promise by promise.
    pub windows: Vec<Window>,
}

impl Verdict {
    /// How many gates were missed.
    pub fn missed(&self) -> usize {
        self.gates.iter().filter(|gate| !gate.passes()).count()
    }

    /// Names and values, for people.
    pub(super) fn facts(&self) -> Vec<(String, String)> {
        let windows: Vec<_> = self.windows.iter().map(Window::to_string).collect();
        let mut facts = self.machine.facts();
        facts.extend(
            [
                ("gateway", self.gateway_driver.clone()),
                ("cores", self.placement.clone()),
                ("others", windows.join("\n")),
            ]
            .map(|(name, value)| (name.to_owned(), value)),
        );
        facts
    }

    /// The busy windows in which a gate was missed: the miss stands, and may be the machine's.
    fn excuses(&self) -> impl Iterator<Item = &Window> {
        let missed =
            |promise: &str| self.gates.iter().any(|gate| gate.promise == promise && !gate.passes());
        self.windows.iter().filter(move |window| window.is_busy() && missed(&window.promise))
    }
}

impl fmt::Display for Verdict {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{}", machine::lines(&self.facts()))?;
        writeln!(f, "{:<17}{:<43}{:>12}  required", "promise", "figure", "measured")?;
        self.gates.iter().try_for_each(|gate| writeln!(f, "{gate}"))?;
        writeln!(f)?;
        self.excuses().try_for_each(|window| {
            let promise = &window.promise;
            writeln!(f, "{promise}: missed on a busy machine; repeat it on a quiet one")
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cpu::Others;

    #[test]
    fn bounds_are_included_and_shown() {
        for (measured, bounds, passes, shown) in [
            (0.0, (0.0, 0.0), true, " 0 "),
            (1.0, (0.0, 0.0), false, "MISSED"),
            (5.0, (0.0, 5.0), true, "at most 5"),
            (5.001, (0.0, 5.0), false, "5.001"),
            (9_899.0, (9_900.0, 10_100.0), false, "9900 to 10100"),
            (10_100.0, (9_900.0, 10_100.0), true, "ok"),
            (f64::NAN, (0.0, 1.0), false, "MISSED"),
        ] {
            let gate = Gate::new("rate", "figure", measured, bounds);
            assert_eq!(gate.passes(), passes, "{gate}");
            assert!(gate.to_string().contains(shown), "{gate}");
        }
    }

    #[test]
    fn a_miss_on_a_busy_machine_says_so_and_stays_a_miss() {
        let verdict = |measured, foreign| Verdict {
            machine: Machine::read(std::path::Path::new("."), 2),
            gateway_driver: String::new(),
            placement: String::new(),
            gates: vec![Gate::new("rate", "p99", measured, (0.0, 5.0))],
            windows: vec![Window {
                promise: "rate".to_owned(),
                others: Others { foreign, stolen: 0.0 },
            }],
        };
        for (measured, foreign, missed, excused) in
            [(4.0, 0.5, 0, false), (6.0, 0.5, 1, true), (6.0, 0.01, 1, false)]
        {
            let verdict = verdict(measured, foreign);
            assert_eq!(verdict.missed(), missed);
            let said = verdict.to_string().contains("missed on a busy machine");
            assert_eq!(said, excused, "{verdict}");
        }
    }
}
