//! The figures as tables: aligned, so that they read well on a terminal, and Markdown all the same.

use std::fmt;

use super::report::Report;
use super::row::Row;
use super::{Memory, Part, StartUp};
use crate::speed::Speed;
use crate::spread::Spread;

/// Cells by row, the names of the columns first; the first column is text, the rest are numbers.
pub(crate) struct Table {
    title: String,
    rows: Vec<Vec<String>>,
}

impl Table {
    fn new(title: &str, names: &[&str], rows: impl IntoIterator<Item = Vec<String>>) -> Self {
        let names = names.iter().map(ToString::to_string).collect();
        Self { title: title.to_owned(), rows: [names].into_iter().chain(rows).collect() }
    }
}

/// Every table that has rows.
pub(crate) fn tables(report: &Report) -> Vec<Table> {
    let mut tables: Vec<_> = Part::ALL.into_iter().filter_map(|part| speed(report, part)).collect();
    if !report.start_ups.is_empty() {
        tables.push(start_ups(&report.start_ups));
    }
    if !report.memory.is_empty() {
        tables.push(memory(&report.memory));
        tables.push(points(&report.memory));
    }
    tables
}

fn speed(report: &Report, part: Part) -> Option<Table> {
    let rows: Vec<&Row> = report.rows.iter().filter(|row| row.part == part).collect();
    let names = [
        "work",
        part.name(),
        "CPU us/request",
        "x first",
        "requests/s",
        "bound by",
        "p50 us",
        "p99 us",
        "speed",
        "errors",
    ];
    let cells = |row: &&Row| {
        vec![
            row.work.clone(),
            grouped(row.at),
            range(row.cpu_us_per_request, 2),
            range(row.against_first, 2),
            range(row.requests_per_second, 0),
            row.bound_by.name().to_owned(),
            range(row.p50_us, 0),
            range(row.p99_us, 0),
            row.speed.as_ref().map_or_else(|| "mixed".to_owned(), Speed::to_string),
            row.errors.to_string(),
        ]
    };
    let title = format!("Speed over {}", part.name());
    (!rows.is_empty()).then(|| Table::new(&title, &names, rows.iter().map(cells)))
}

fn start_ups(start_ups: &[StartUp]) -> Table {
    let names =
        ["what", "count", "definition KB", "ready after ms", "CPU ms", "resident MB", "peak MB"];
    let megabytes = |bytes: u64| format!("{:.1}", bytes as f64 / f64::from(1 << 20));
    let cells = |start_up: &StartUp| {
        vec![
            start_up.part.name().to_owned(),
            grouped(start_up.at),
            grouped(start_up.definition_bytes / 1024),
            format!("{:.0}", start_up.ready_ms),
            format!("{:.0}", start_up.cpu_ms),
            megabytes(start_up.resident_bytes),
            megabytes(start_up.peak_bytes),
        ]
    };
    Table::new("Start-up", &names, start_ups.iter().map(cells))
}

fn memory(memory: &[Memory]) -> Table {
    let cells = |memory: &Memory| {
        let (each, fit) = match memory.line {
            Some(line) => (format!("{:.0}", line.each), format!("{:.4}", line.fit)),
            None => ("-".to_owned(), "-".to_owned()),
        };
        vec![memory.each.name().to_owned(), each, fit]
    };
    let names = ["one more", "resident bytes", "fit (1 is a line)"];
    Table::new("Memory of one more", &names, memory.iter().map(cells))
}

fn points(memory: &[Memory]) -> Table {
    let cells = |memory: &Memory| {
        let cells = |(count, bytes): &(u64, u64)| {
            vec![memory.each.name().to_owned(), grouped(*count), grouped(bytes / 1024)]
        };
        memory.points.iter().map(cells).collect::<Vec<_>>()
    };
    let rows = memory.iter().flat_map(cells);
    Table::new("Memory measured", &["what", "count", "resident KB"], rows)
}

/// `median (lowest - highest)`.
fn range(spread: Spread, decimals: usize) -> String {
    let Spread { count, median, min, max, .. } = spread;
    if count == 0 {
        return "-".to_owned();
    }
    if decimals == 0 {
        let [median, min, max] = [median, min, max].map(|value| grouped(value.round() as u64));
        return format!("{median} ({min} - {max})");
    }
    format!("{median:.decimals$} ({min:.decimals$} - {max:.decimals$})")
}

/// Thousands apart by commas.
pub(crate) fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let comma = |at: usize| at != 0 && (digits.len() - at).is_multiple_of(3);
    let pieces = digits
        .char_indices()
        .map(|(at, digit)| if comma(at) { format!(",{digit}") } else { digit.to_string() });
    pieces.collect()
}

impl fmt::Display for Table {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "### {}\n", self.title)?;
        let columns = self.rows.first().map_or(0, Vec::len);
        let cell = |row: &Vec<String>, column: usize| row.get(column).map_or(0, String::len);
        let width = |column| self.rows.iter().map(|row| cell(row, column)).max().unwrap_or(0);
        let widths: Vec<usize> = (0..columns).map(width).collect();
        for (index, row) in self.rows.iter().enumerate() {
            for (column, (cell, width)) in row.iter().zip(&widths).enumerate() {
                match column {
                    0 => write!(f, "| {cell:<width$} |")?,
                    _ => write!(f, " {cell:>width$} |")?,
                }
            }
            writeln!(f)?;
            if index == 0 {
                for (column, width) in widths.iter().enumerate() {
                    match column {
                        0 => write!(f, "|{}|", "-".repeat(width + 2))?,
                        _ => write!(f, "{}:|", "-".repeat(width + 1))?,
                    }
                }
                writeln!(f)?;
            }
        }
        writeln!(f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_grouped() {
        for (number, expect) in
            [(0, "0"), (999, "999"), (1_000, "1,000"), (12_345, "12,345"), (1 << 20, "1,048,576")]
        {
            assert_eq!(grouped(number), expect);
        }
        let spread = Spread::of([7.0, 1234.4, 2000.6]);
        assert_eq!(range(spread, 0), "1,234 (7 - 2,001)");
        assert_eq!(range(spread, 2), "1234.40 (7.00 - 2000.60)");
    }

    #[test]
    fn a_table_is_aligned_markdown() {
        let table = Table::new("T", &["name", "n"], [vec!["a".into(), "1,000".into()]]);
        let expect = "### T\n\n| name |     n |\n|------|------:|\n| a    | 1,000 |\n\n";
        assert_eq!(table.to_string(), expect);
    }
}
