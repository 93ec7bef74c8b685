//! The page of a verdict.

use super::gate::{Gate, Verdict};
use crate::html::{Block, Page};
use crate::table::Column::{Left, Right};
use crate::table::{Cell, Table, Tone};

impl Verdict {
    /// Gates and what they were measured on.
    pub fn page(&self) -> Page {
        let mut table = Table::new(&[
            Left("promise"),
            Left("figure"),
            Right("measured"),
            Left("required"),
            Left("verdict"),
        ]);
        self.gates.iter().for_each(|gate| table.push(row(gate)));
        let text = match self.missed() {
            0 => "Every gate is passed.".to_owned(),
            missed => format!("Missed: {missed} of {}.", self.gates.len()),
        };
        let parts = vec![("Gates".to_owned(), vec![Block::Text(text), Block::Table(table)])];
        Page { title: "Ringway: the promises".to_owned(), facts: self.facts(), parts }
    }
}

fn row(gate: &Gate) -> Vec<Cell> {
    let (verdict, tone) = if gate.passes() { ("ok", Tone::Good) } else { ("MISSED", Tone::Bad) };
    vec![
        gate.promise.as_str().into(),
        gate.figure.as_str().into(),
        gate.shown().into(),
        gate.required().into(),
        Cell { text: verdict.to_owned(), tone },
    ]
}
