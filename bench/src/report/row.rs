//! One scenario on one server over all samples.

use std::cmp::Reverse;

use serde::{Deserialize, Serialize};

use super::pairs::{Of, Pair, cpu, p99, pairs, rate, ratios};
use super::{RINGWAY, Sample};
use crate::run::Scenario;
use crate::speed::{Speed, main_mode};
use crate::spread::Spread;

/// A core counts as saturated from here on; the rest is what sampling may lose.
const SATURATED: f64 = 0.95;

/// What limits the requests per second.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum BoundBy {
    /// The server's cores are full: requests/s and latency are its own.
    Server,
    /// The client side is full: only the CPU time a request is the server's own.
    Client,
    /// Both are full: the server may be able to do more.
    Both,
    /// Neither: waiting, or other programs.
    Neither,
}

impl BoundBy {
    pub(crate) fn of(server_busy: f64, client_busy: f64) -> Self {
        match (server_busy >= SATURATED, client_busy >= SATURATED) {
            (true, true) => Self::Both,
            (true, false) => Self::Server,
            (false, true) => Self::Client,
            (false, false) => Self::Neither,
        }
    }

    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Server => "server",
            Self::Client => "client",
            Self::Both => "both",
            Self::Neither => "neither",
        }
    }
}

/// One scenario on one server, at one speed of the machine.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Row {
    /// Which scenario.
    pub scenario: Scenario,
    /// Which server.
    pub server: String,
    /// The place of that speed among the result's.
    pub speed: usize,
    /// Samples taken in all; the figures count those used.
    pub samples: usize,
    /// Connections of the load.
    pub connections: u32,
    /// Of the server, over all its threads.
    pub cpu_us_per_request: Spread,
    /// Its CPU time a request by Ringway's in the same slice: above 1, Ringway needs less.
    pub cpu_ratio: Spread,
    /// Its p99 by Ringway's in the same slice: above 1, Ringway's is lower.
    pub p99_ratio: Spread,
    /// Its requests/s by Ringway's in the same slice: below 1, Ringway serves more.
    pub rate_ratio: Spread,
    /// Pairs with Ringway in all; the ratios count those used.
    pub pairs: usize,
    /// Responses per second.
    pub requests_per_second: Spread,
    /// Latency from send.
    pub p50_us: Spread,
    /// Latency from send.
    pub p99_us: Spread,
    /// Latency from send.
    pub p999_us: Spread,
    /// The server's, 0 to 1.
    pub server_busy: Spread,
    /// Of load and upstream, 0 to 1.
    pub client_busy: Spread,
    /// Judged by the medians; `None` when no sample is used.
    pub bound_by: Option<BoundBy>,
    /// Over all samples.
    pub errors: u64,
}

/// Each scenario on each server that was measured in it.
pub(super) fn rows(scenarios: &[Scenario], samples: &[Sample], speeds: &[Speed]) -> Vec<Row> {
    let mut all = Vec::new();
    // One speed for all scenarios, so that they can be compared with each other.
    let main = main_mode(samples.iter().map(|sample| &sample.moments), speeds);
    for scenario in scenarios {
        let of: Vec<_> = samples.iter().filter(|sample| sample.scenario == *scenario).collect();
        let mut servers: Vec<&str> = Vec::new();
        for sample in &of {
            if !servers.contains(&sample.server.as_str()) {
                servers.push(&sample.server);
            }
        }
        // Unless that would leave a server out: then the one at which most of them were seen.
        let at = |mode: usize| of.iter().filter(move |sample| sample.moments.is_at(speeds, mode));
        let seen = |mode: usize| {
            let has = |server: &&&str| at(mode).any(|sample| sample.server == ***server);
            servers.iter().filter(has).count()
        };
        let rank = |mode: &usize| (seen(*mode), *mode == main, at(*mode).count(), Reverse(*mode));
        let speed = (0..speeds.len()).max_by_key(rank).unwrap_or(main);
        all.extend(servers.iter().map(|server| row((server, *scenario), samples, speeds, speed)));
    }
    all
}

fn row(of: Of<'_>, samples: &[Sample], speeds: &[Speed], speed: usize) -> Row {
    let (server, scenario) = of;
    let all: Vec<_> =
        samples.iter().filter(|s| s.server == server && s.scenario == scenario).collect();
    let used: Vec<&Sample> =
        all.iter().copied().filter(|sample| sample.moments.is_at(speeds, speed)).collect();
    let spread = |of: fn(&Sample) -> f64| Spread::of(used.iter().map(|sample| of(sample)));
    let pairs: Vec<Pair<'_>> = pairs(samples, of, (RINGWAY, scenario));
    let ratio = |of: fn(&Sample) -> f64| ratios(&pairs, of, speeds, Some(speed));
    let server_busy = spread(|sample| sample.server_busy);
    let client_busy = spread(|sample| sample.client_busy);
    Row {
        scenario,
        server: server.to_owned(),
        speed,
        samples: all.len(),
        connections: all.iter().map(|sample| sample.connections).max().unwrap_or(0),
        cpu_us_per_request: spread(cpu),
        cpu_ratio: ratio(cpu),
        p99_ratio: ratio(p99),
        rate_ratio: ratio(rate),
        pairs: pairs.len(),
        requests_per_second: spread(rate),
        p50_us: spread(|sample| sample.summary.latency_us.p50 as f64),
        p99_us: spread(p99),
        p999_us: spread(|sample| sample.summary.latency_us.p999 as f64),
        server_busy,
        client_busy,
        bound_by: (!used.is_empty()).then(|| BoundBy::of(server_busy.median, client_busy.median)),
        errors: all.iter().map(|sample| scenario.unexpected(&sample.summary)).sum(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::sample::tests::sample;
    use crate::speed;

    #[test]
    fn a_row_is_of_one_speed() {
        let samples = [
            sample(RINGWAY, 1, 10.0, 45.0),
            sample(RINGWAY, 2, 24.0, 540.0),
            sample(RINGWAY, 3, 11.0, 46.0),
            sample("nginx", 1, 25.0, 45.0),
            sample("nginx", 2, 50.0, 540.0),
            sample("nginx", 3, 60.0, 540.0),
            sample("nginx", 4, 25.0, 45.0),
        ];
        let speeds = speed::modes(samples.iter().map(|sample| sample.moments.speed()));
        let rows = rows(&[Scenario::Mock, Scenario::Proxy], &samples, &speeds);
        assert_eq!(rows.len(), 2);
        let (ringway, nginx) = (&rows[0], &rows[1]);
        assert_eq!((ringway.speed, ringway.samples), (0, 3));
        let cpu = ringway.cpu_us_per_request;
        assert_eq!((cpu.count, cpu.median, cpu.max), (2, 10.5, 11.0));
        assert_eq!(ringway.cpu_ratio.median, 1.0);
        assert_eq!((nginx.cpu_ratio.count, nginx.pairs), (1, 3));
        assert_eq!((nginx.cpu_ratio.median, nginx.p99_ratio.median), (2.5, 2.5));
    }

    #[test]
    fn a_scenario_that_never_saw_the_main_speed_is_shown_at_its_own() {
        let mut samples: Vec<_> = (1..=3).map(|slice| sample(RINGWAY, slice, 10.0, 45.0)).collect();
        samples.extend([4, 5].map(|slice| Sample {
            scenario: Scenario::Mock,
            ..sample(RINGWAY, slice, 24.0, 540.0)
        }));
        let speeds = speed::modes(samples.iter().map(|sample| sample.moments.speed()));
        let rows = rows(&[Scenario::Mock, Scenario::Proxy], &samples, &speeds);
        let figures = rows.iter().map(|row| (row.speed, row.cpu_us_per_request.median));
        assert_eq!(figures.collect::<Vec<_>>(), [(1, 24.0), (0, 10.0)]);
    }

    #[test]
    fn a_speed_at_which_all_servers_were_seen_goes_before_the_main_one() {
        let mut samples = vec![
            sample(RINGWAY, 1, 24.0, 540.0),
            sample("nginx", 1, 50.0, 540.0),
            sample("nginx", 2, 25.0, 45.0),
        ];
        samples.extend((3..=6).map(|slice| Sample {
            scenario: Scenario::Mock,
            ..sample(RINGWAY, slice, 10.0, 45.0)
        }));
        let speeds = speed::modes(samples.iter().map(|sample| sample.moments.speed()));
        let rows = rows(&[Scenario::Proxy], &samples, &speeds);
        let figures = rows.iter().map(|row| (row.speed, row.cpu_us_per_request.median));
        assert_eq!(figures.collect::<Vec<_>>(), [(1, 24.0), (1, 50.0)]);
    }

    #[test]
    fn the_bound_is_whoever_is_full() {
        for (server, client, expect) in [
            (0.99, 0.60, BoundBy::Server),
            (0.60, 0.99, BoundBy::Client),
            (0.96, 0.97, BoundBy::Both),
            (0.60, 0.60, BoundBy::Neither),
        ] {
            assert_eq!(BoundBy::of(server, client), expect);
        }
    }
}
