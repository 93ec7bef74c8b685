//! The full path sustains the account limit in the open loop, without an error.

use std::io;
use std::time::Duration;

use super::gate::Gate;
use super::{ACCOUNT_RATE, Bench};
use crate::run::Scenario;
use crate::run::work::load_headers;

pub(super) const PROMISE: &str = "sustained";
/// Bound of the 99th percentile from the intended send time, on a machine of two cores.
const P99_MS_MAX: f64 = 5.0;

pub(super) fn gates(bench: &Bench<'_>) -> io::Result<Vec<Gate>> {
    let scenario = Scenario::FullPath;
    let mut plan = bench.open_loop(&scenario.target(), ACCOUNT_RATE, bench.seconds())?;
    plan.headers = load_headers(scenario)?;
    plan.warmup = Duration::from_secs(1);
    let before = bench.upstream.served();
    let summary = bench.load("full path at 10,000/s", &plan)?;
    let upstream = (bench.upstream.served() - before) as f64;
    let sent = ACCOUNT_RATE as f64 * (bench.seconds() + plan.warmup).as_secs_f64();
    let rate = ACCOUNT_RATE as f64;
    let offered = summary.responses as f64 / bench.seconds().as_secs_f64();
    let lag = summary.lag_us.as_ref().map_or(f64::NAN, |lag| lag.p99 as f64 / 1e3);
    (bench.progress)(&format!("full path: statuses {:?}", summary.statuses));
    (bench.progress)(&format!("full path: of the p99, the generator's lag has a p99 of {lag} ms"));
    let errors = (summary.errors + summary.unsent) as f64;
    Ok(vec![
        Gate::new(PROMISE, "full path, responses/s", offered, (rate * 0.999, rate * 1.001)),
        Gate::new(PROMISE, "errors and requests never sent", errors, (0.0, 0.0)),
        // Every request has a cache key of its own: one that stays away was not proxied.
        Gate::new(PROMISE, "requests that reached the upstream", upstream, (sent, sent)),
        Gate::new(PROMISE, "p99 in ms", summary.latency_us.p99 as f64 / 1e3, (0.0, P99_MS_MAX)),
    ])
}
