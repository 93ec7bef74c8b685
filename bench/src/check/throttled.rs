//! Twice the account limit offered: exactly the limit is admitted, the rest is told 429.

use std::io;
use std::time::Duration;

use super::gate::Gate;
use super::{ACCOUNT_BURST, ACCOUNT_RATE, Bench};
use crate::run::Scenario;

pub(super) const PROMISE: &str = "account throttle";
const OFFERED: u64 = 2 * ACCOUNT_RATE;

pub(super) fn gates(bench: &Bench<'_>) -> io::Result<Vec<Gate>> {
    let mut plan = bench.open_loop(&Scenario::Mock.target(), OFFERED, bench.seconds())?;
    // Twice the time in which what is offered above the rate uses the burst up.
    let drained = ACCOUNT_BURST as f64 / (OFFERED - ACCOUNT_RATE) as f64;
    plan.warmup = Duration::from_secs_f64(2.0 * drained);
    let summary = bench.load("20,000/s offered", &plan)?;
    let seconds = bench.seconds().as_secs_f64();
    let of = |status: u16| summary.statuses.get(&status).copied().unwrap_or(0);
    let (admitted, refused) = (of(200), of(429));
    let others = summary.responses - admitted - refused;
    let others = others + summary.failures.values().sum::<u64>();
    let (rate, offered) = (ACCOUNT_RATE as f64, OFFERED as f64);
    let answered = (admitted + refused) as f64 / seconds;
    Ok(vec![
        Gate::new(PROMISE, "offered and answered/s", answered, (offered * 0.99, offered * 1.01)),
        Gate::new(PROMISE, "admitted/s", admitted as f64 / seconds, (rate * 0.99, rate * 1.01)),
        Gate::new(PROMISE, "neither 200 nor 429", others as f64, (0.0, 0.0)),
    ])
}
