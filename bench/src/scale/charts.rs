//! The figures as charts.

use std::fs;
use std::io;
use std::path::Path;

use super::report::Report;
use super::row::Row;
use super::{Each, Part};
use crate::plot::{Axis, Lines, Point, Series};
use crate::spread::Spread;

/// Writes every chart that has points into `folder`, as SVG; says the names of the files.
pub(crate) fn write(report: &Report, folder: &Path) -> io::Result<Vec<String>> {
    fs::create_dir_all(folder)?;
    let mut names = Vec::new();
    for (name, lines) in charts(report) {
        if lines.series.is_empty() {
            continue;
        }
        let path = folder.join(&name);
        fs::write(&path, lines.svg()?)
            .map_err(|error| io::Error::new(error.kind(), format!("{path:?}: {error}")))?;
        names.push(name);
    }
    Ok(names)
}

fn charts(report: &Report) -> Vec<(String, Lines)> {
    let mut charts = Vec::new();
    for part in [Part::Workers, Part::Connections, Part::Routes, Part::Keys] {
        let chart = Lines {
            title: format!("CPU time a request over {}", part.name()),
            x: axis(part),
            y: Axis::linear("us"),
            series: series(report, part, |row| row.cpu_us_per_request),
            marks: Vec::new(),
        };
        charts.push((format!("scale-{}-cpu.svg", part.name()), chart));
    }
    let connections = axis(Part::Connections);
    let rate = Lines {
        title: "Requests a second over connections".into(),
        x: connections.clone(),
        y: Axis::linear("requests/s"),
        series: series(report, Part::Connections, |row| row.requests_per_second),
        marks: Vec::new(),
    };
    charts.push(("scale-connections-rate.svg".into(), rate));
    let latency = Lines {
        title: "p99 latency over connections, closed loop".into(),
        x: connections,
        y: Axis::log("us"),
        series: series(report, Part::Connections, |row| row.p99_us),
        marks: Vec::new(),
    };
    charts.push(("scale-connections-p99.svg".into(), latency));
    for (name, of) in [
        ("connections", &Each::OF_CONNECTIONS[..]),
        ("routes", &[Each::Route]),
        ("keys", &[Each::ApiKey]),
    ] {
        charts.push((format!("scale-memory-{name}.svg"), memory(report, name, of)));
    }
    charts
}

fn axis(part: Part) -> Axis {
    if part == Part::Workers { Axis::linear(part.name()) } else { Axis::log(part.name()) }
}

fn series(report: &Report, part: Part, of: fn(&Row) -> Spread) -> Vec<Series> {
    let rows = || report.rows.iter().filter(|row| row.part == part);
    let mut works: Vec<&str> = rows().map(|row| row.work.as_str()).collect();
    works.sort_unstable();
    works.dedup();
    let point = |row: &Row| {
        let Spread { median, min, max, .. } = of(row);
        Point { x: row.at as f64, y: median, low: min, high: max }
    };
    let series = |work: &str| Series {
        name: work.to_owned(),
        points: rows().filter(|row| row.work == work).map(point).collect(),
    };
    works.into_iter().map(series).collect()
}

fn memory(report: &Report, name: &str, of: &[Each]) -> Lines {
    let found = report.memory.iter().filter(|memory| of.contains(&memory.each));
    let series = found.map(|memory| {
        let point = |&(count, bytes): &(u64, u64)| {
            Point::of(count as f64, bytes as f64 / f64::from(1 << 20))
        };
        let points = memory.points.iter().map(point).collect();
        Series { name: memory.each.name().to_owned(), points }
    });
    Lines {
        title: format!("Resident memory of the gateway over {name}"),
        x: Axis::linear(name),
        y: Axis::linear("MB"),
        series: series.collect(),
        marks: Vec::new(),
    }
}
