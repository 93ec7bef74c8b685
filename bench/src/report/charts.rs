//! The charts of a result's page.

use super::{Kind, RINGWAY, Report, Row};
use crate::html::Block;
use crate::plot::{Axis, Bar, BarSeries, Bars, Mark};
use crate::run::Scenario;
use crate::spread::Spread;

/// Scenarios whose CPU time is above so many times the median one's get a chart of their own: they
/// would flatten all others.
const ALONE: f64 = 8.0;

/// A figure of a row.
type Of = fn(&Row) -> Spread;

/// Headings and the charts under them; those that cannot be drawn are said in their place.
pub(super) fn parts(report: &Report) -> Vec<(String, Vec<Block>)> {
    let mut parts = Vec::new();
    if report.context.kind == Kind::Compare {
        let scenarios = scenarios(report, |row| row.cpu_ratio.count > 0 && row.server != RINGWAY);
        let title = "CPU time a request by Ringway's (above 1, Ringway needs less)";
        let mut chart = chart(report, title, Axis::linear("times Ringway's"), &scenarios, |row| {
            (row.server != RINGWAY).then_some(row.cpu_ratio)
        });
        chart.marks.push(Mark { at: 1.0, label: "as much as Ringway".to_owned() });
        parts.push(("Ratios".to_owned(), vec![block(&chart)]));
    }
    parts.push(("CPU time a request".to_owned(), cpu(report)));
    let all = scenarios(report, |_| true);
    let rate = chart(report, "Requests per second", Axis::linear("requests/s"), &all, |row| {
        Some(row.requests_per_second)
    });
    let text = "Whoever is full first bounds the requests per second; the table says who that was. \
                Where it was the client, the server can do more than shown.";
    parts.push(("Requests per second".to_owned(), vec![Block::Text(text.into()), block(&rate)]));
    let figures: [(&str, Of); 3] = [
        ("Latency, p50", |row| row.p50_us),
        ("Latency, p99", |row| row.p99_us),
        ("Latency, p99.9", |row| row.p999_us),
    ];
    let charts = figures.map(|(title, of)| {
        block(&chart(report, title, Axis::log("us"), &all, |row| Some(of(row))))
    });
    let text = "From the send to the last byte, at full load. Dots on a logarithmic axis.";
    let mut blocks = vec![Block::Text(text.to_owned())];
    blocks.extend(charts);
    parts.push(("Latency".to_owned(), blocks));
    parts
}

/// One chart of the ordinary scenarios and one of the heavy ones.
fn cpu(report: &Report) -> Vec<Block> {
    let all = scenarios(report, |_| true);
    let of = |scenario: &Scenario| {
        let rows = report.rows.iter().filter(|row| row.scenario == *scenario);
        rows.map(|row| row.cpu_us_per_request.median).fold(0.0, f64::max)
    };
    let middle = crate::stats::median(&all.iter().map(of).collect::<Vec<_>>());
    let (heavy, ordinary): (Vec<_>, Vec<_>) =
        all.into_iter().partition(|scenario| of(scenario) > middle * ALONE);
    let groups = [ordinary, heavy].into_iter().filter(|group| !group.is_empty());
    let draw = |group: Vec<Scenario>| {
        let axis = Axis::linear("us a request");
        let title = "CPU time of the server a request (less is better)";
        block(&chart(report, title, axis, &group, |row| Some(row.cpu_us_per_request)))
    };
    groups.map(draw).collect()
}

fn scenarios(report: &Report, has: impl Fn(&Row) -> bool) -> Vec<Scenario> {
    let mut scenarios = Vec::new();
    for row in report.rows.iter().filter(|row| has(row)) {
        if !scenarios.contains(&row.scenario) {
            scenarios.push(row.scenario);
        }
    }
    scenarios
}

/// One colour for each server, the same in all charts.
fn chart(
    report: &Report,
    title: &str,
    axis: Axis,
    scenarios: &[Scenario],
    of: impl Fn(&Row) -> Option<Spread>,
) -> Bars {
    let bar = |server: &str, scenario: &Scenario| {
        let mut rows = report.rows.iter();
        let row = rows.find(|row| row.server == server && row.scenario == *scenario)?;
        let Spread { median, min, max, .. } = of(row).filter(|s| s.count > 0 && s.median > 0.0)?;
        Some(Bar { value: median, low: min, high: max })
    };
    let series = report.servers().into_iter().map(|server| BarSeries {
        name: server.to_owned(),
        bars: scenarios.iter().map(|scenario| bar(server, scenario)).collect(),
    });
    Bars {
        title: title.to_owned(),
        axis,
        groups: scenarios.iter().map(|scenario| scenario.name().to_owned()).collect(),
        series: series.collect(),
        marks: Vec::new(),
    }
}

fn block(chart: &Bars) -> Block {
    chart.svg().map_or_else(|error| Block::Text(format!("{}: {error}", chart.title)), Block::Chart)
}
