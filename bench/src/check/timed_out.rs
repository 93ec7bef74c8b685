//! A silent upstream: everybody gets AWS's 504 in time, and nobody else notices.

use std::io;
use std::thread;
use std::time::Duration;

use super::Bench;
use super::gate::Gate;
use crate::load::{Bound, Expected};
use crate::run::Scenario;
use crate::run::definition::STAGE;
use crate::run::work::TIMED_OUT;
use crate::stats::{Percentiles, Summary};

pub(super) const PROMISE: &str = "timeout";
/// Requests at once.
const SILENT: u32 = 1_000;
/// How far from the configured time an answer may be, either way.
const TOLERANCE_MS: f64 = 100.0;
/// How long the other route is loaded before the requests come, and after their answers.
const MARGIN: Duration = Duration::from_secs(1);
/// Load on the other route.
const PROBE_RATE: u64 = 1_000;
/// The other route may be so much slower while the timeouts run: ratio, and milliseconds on top,
/// because p99 of an idle machine is a few wake-ups of its scheduler.
const SLOWER: (f64, f64) = (2.0, 1.0);

pub(super) fn gates(bench: &Bench<'_>) -> io::Result<Vec<Gate>> {
    let timeout = Duration::from_millis(bench.plan.timeout_ms);
    let before = probe(bench, "other route, before", bench.seconds())?;
    let mut silent = bench.closed_loop(
        &format!("/{STAGE}/silent"),
        SILENT,
        Bound::Requests(u64::from(SILENT)),
    )?;
    silent.expected = Expected::Body(TIMED_OUT.into());
    silent.timeout = timeout * 2 + Duration::from_secs(5);
    // At once: on fresh connections they would arrive at the speed of the gateway's accepting.
    silent.connect_first = true;
    // From before they come until after the last of them has its answer.
    let meanwhile = timeout + 2 * MARGIN;
    let (silent, during) = thread::scope(|scope| {
        let during = scope.spawn(|| probe(bench, "other route, meanwhile", meanwhile));
        thread::sleep(MARGIN);
        let silent = bench.load("1,000 requests to a silent upstream", &silent);
        let during = during.join().map_err(|_| io::Error::other("the load panicked"))?;
        io::Result::Ok((silent?, during?))
    })?;
    let ms = |us: u64| us as f64 / 1e3;
    let Percentiles { min, p50, p99, max, .. } = silent.latency_us;
    (bench.progress)(&format!(
        "504 after {} to {} ms, median {}, p99 {}; the other route's slowest took {} ms, {} before",
        ms(min),
        ms(max),
        ms(p50),
        ms(p99),
        ms(during.latency_us.max),
        ms(before.latency_us.max)
    ));
    Ok(verdicts(bench.plan.timeout_ms, &silent, &before, &during))
}

fn probe(bench: &Bench<'_>, label: &str, time: Duration) -> io::Result<Summary> {
    bench.load(label, &bench.open_loop(&Scenario::Proxy.target(), PROBE_RATE, time)?)
}

fn verdicts(timeout_ms: u64, silent: &Summary, before: &Summary, during: &Summary) -> Vec<Gate> {
    let timeout = timeout_ms as f64;
    let bounds = (timeout - TOLERANCE_MS, timeout + TOLERANCE_MS);
    let answered = silent.statuses.get(&504).copied().unwrap_or(0) as f64;
    let (first, last) = (silent.latency_us.min as f64 / 1e3, silent.latency_us.max as f64 / 1e3);
    let p99 = |summary: &Summary| summary.latency_us.p99 as f64 / 1e3;
    let slower = p99(before) * SLOWER.0 + SLOWER.1;
    let errors = (before.errors + during.errors + during.unsent) as f64;
    let all = f64::from(SILENT);
    vec![
        Gate::new(PROMISE, "504 with AWS's body", answered, (all, all)),
        Gate::new(PROMISE, "first of them, ms", first, bounds),
        Gate::new(PROMISE, "last of them, ms", last, bounds),
        Gate::new(PROMISE, "other route's p99 meanwhile, ms", p99(during), (0.0, slower)),
        Gate::new(PROMISE, "other route's errors", errors, (0.0, 0.0)),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::stats::Recorder;

    fn answers(status: u16, count: u32, ms: u64) -> Summary {
        let mut recorder = Recorder::new();
        for _ in 0..count {
            recorder.response(status, 0, Duration::from_millis(ms));
        }
        recorder.summary(Duration::from_secs(1))
    }

    #[test]
    fn what_is_late_or_missing_is_noticed() {
        let missed = |silent: &Summary, during: &Summary| {
            let gates = verdicts(29_000, silent, &answers(200, 10, 1), during);
            gates.iter().filter(|gate| !gate.passes()).count()
        };
        let fine = answers(200, 10, 2);
        assert_eq!(missed(&answers(504, 1000, 29_050), &fine), 0);
        assert_eq!(missed(&answers(504, 999, 29_050), &fine), 1);
        assert_eq!(missed(&answers(500, 1000, 29_050), &fine), 1);
        assert_eq!(missed(&answers(504, 1000, 29_200), &fine), 2);
        assert_eq!(missed(&answers(504, 1000, 28_000), &fine), 2);
        assert_eq!(missed(&answers(504, 1000, 29_000), &answers(200, 10, 30)), 1);
        assert_eq!(missed(&answers(504, 1000, 29_000), &answers(503, 10, 1)), 1);
    }
}
