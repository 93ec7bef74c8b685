//! The tables of a result.

use super::pairs::{cpu, pairs, ratios};
use super::wins;
use super::{BoundBy, Kind, RINGWAY, Report, Row};
use crate::speed::Speed;
use crate::spread::Spread;
use crate::table::Column::{Left, Right};
use crate::table::{Cell, Table, Tone};

/// One line for each row, in the columns that say something for this kind of result.
pub(super) fn figures(report: &Report) -> Table {
    let compared = report.context.kind == Kind::Compare;
    let several = report.speeds.len() > 1;
    let mut columns = vec![Left("scenario")];
    if compared {
        columns.push(Left("server"));
    }
    columns.push(Right("CPU us/request"));
    if compared {
        columns.push(Right("CPU / ringway's"));
        columns.push(Right("pairs"));
    } else {
        columns.push(Right("samples"));
    }
    columns.extend([
        Right("requests/s"),
        Right("p50 us"),
        Right("p99 us"),
        Right("p99.9 us"),
        Right("server busy"),
        Right("client busy"),
        Left("bound by"),
    ]);
    if several {
        columns.push(Right("speed"));
    }
    columns.push(Left("remarks"));
    let mut table = Table::new(&columns);
    for row in &report.rows {
        table.push(cells(row, compared, several.then_some(&report.speeds)));
    }
    table
}

fn cells(row: &Row, compared: bool, speeds: Option<&Vec<Speed>>) -> Vec<Cell> {
    let (remarks, peer_wins) = wins::remarks(row);
    let shown = |spread: Spread, text: String| {
        if spread.count > 0 { Cell::from(text) } else { "-".into() }
    };
    let percent = |spread: Spread| shown(spread, format!("{:.0} %", spread.median * 100.0));
    let whole = |spread: Spread| shown(spread, format!("{:.0}", spread.median));
    let mut cells: Vec<Cell> = vec![row.scenario.name().into()];
    if compared {
        cells.push(row.server.as_str().into());
    }
    cells.push(row.cpu_us_per_request.text(2).into());
    if compared {
        cells.push(row.cpu_ratio.text(2).into());
        cells.push(format!("{}/{}", row.cpu_ratio.count, row.pairs).into());
    } else {
        cells.push(format!("{}/{}", row.cpu_us_per_request.count, row.samples).into());
    }
    cells.extend([
        row.requests_per_second.text(0).into(),
        whole(row.p50_us),
        whole(row.p99_us),
        whole(row.p999_us),
        percent(row.server_busy),
        percent(row.client_busy),
        row.bound_by.map_or("-", BoundBy::name).into(),
    ]);
    if let Some(speeds) = speeds {
        cells
            .push(speeds.get(row.speed).map_or_else(|| "-".to_owned(), ToString::to_string).into());
    }
    let tone = if peer_wins { Tone::Bad } else { Tone::Plain };
    cells.push(Cell { text: remarks.join("; "), tone });
    cells
}

/// What the other speeds say, when the machine had several: nothing is thrown away unseen.
pub(super) fn by_speed(report: &Report) -> Table {
    let mut table = Table::new(&[
        Left("scenario"),
        Left("server"),
        Right("speed"),
        Right("CPU us/request"),
        Right("CPU / ringway's"),
        Right("pairs"),
    ]);
    if report.speeds.len() < 2 {
        return table;
    }
    for row in &report.rows {
        let of = (row.server.as_str(), row.scenario);
        let pairs = pairs(&report.samples, of, (RINGWAY, row.scenario));
        for (mode, speed) in report.speeds.iter().enumerate().filter(|(mode, _)| *mode != row.speed)
        {
            let used = report.samples.iter().filter(|sample| {
                (sample.server.as_str(), sample.scenario) == of
                    && sample.moments.is_at(&report.speeds, mode)
            });
            let used = Spread::of(used.map(cpu));
            let ratio = ratios(&pairs, cpu, &report.speeds, Some(mode));
            if used.count > 0 {
                table.push(vec![
                    row.scenario.name().into(),
                    row.server.as_str().into(),
                    speed.to_string().into(),
                    used.text(2).into(),
                    ratio.text(2).into(),
                    ratio.count.to_string().into(),
                ]);
            }
        }
    }
    table
}

/// The second opinion.
pub(super) fn wrk(report: &Report) -> Table {
    let mut table = Table::new(&[
        Left("wrk: scenario"),
        Left("server"),
        Right("requests/s"),
        Right("ours"),
        Right("CPU us/request"),
        Right("ours"),
    ]);
    for opinion in &report.wrk {
        let own = report.rows.iter().find(|row| {
            (row.scenario, row.server.as_str()) == (opinion.scenario, opinion.peer.as_str())
        });
        let own = |of: fn(&Row) -> Spread, decimals: usize| match own.map(of) {
            Some(spread) if spread.count > 0 => format!("{:.decimals$}", spread.median).into(),
            _ => "-".into(),
        };
        table.push(vec![
            opinion.scenario.name().into(),
            opinion.peer.as_str().into(),
            format!("{:.0}", opinion.requests_per_second).into(),
            own(|row| row.requests_per_second, 0),
            format!("{:.2}", opinion.cpu_us_per_request).into(),
            own(|row| row.cpu_us_per_request, 2),
        ]);
    }
    table
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::sample::tests::{context, report, sample};
    use crate::run::Scenario;

    #[test]
    fn a_result_of_run_has_no_columns_for_peers() {
        let run = figures(&report(Kind::Run, &[(RINGWAY, 10.0)])).to_string();
        assert!(!run.contains("ringway") && run.contains("9/9"), "{run}");
        let compare = figures(&report(Kind::Compare, &[(RINGWAY, 10.0), ("nginx", 5.0)]));
        let compare = compare.to_string();
        assert!(compare.contains("nginx wins: 2.00x less CPU"), "{compare}");
        for part in ["p99.9 us", "0.50 (0.50 - 0.50)", "9/9"] {
            assert!(compare.contains(part), "{part}: {compare}");
        }
    }

    #[test]
    fn a_second_speed_is_shown_apart() {
        let samples = vec![
            sample(RINGWAY, 1, 10.0, 45.0),
            sample(RINGWAY, 2, 10.0, 45.0),
            sample(RINGWAY, 3, 24.0, 540.0),
        ];
        let report = Report::new(context(Kind::Run), &[Scenario::Proxy], samples, Vec::new());
        assert!(figures(&report).to_string().contains("45 ns"));
        let others = by_speed(&report).to_string();
        assert!(others.contains("540 ns") && others.contains("24.00"), "{others}");
    }
}
