//! What a measurement counts, and the summary of it.

use std::collections::BTreeMap;
use std::time::Duration;

use hdrhistogram::Histogram;
use serde::{Deserialize, Serialize};

/// Longest latency told apart from longer ones.
const LATENCY_US_MAX: u64 = 600_000_000;
const DIGITS: u8 = 3;
const STATUSES: usize = 600;

/// Why an exchange gave no response.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Failure {
    /// The connection was refused or reset before it was made.
    Connect,
    /// The peer closed before the response was complete.
    Closed,
    /// An error of the socket: reset, broken pipe.
    Socket,
    /// The response breaks HTTP/1.1.
    Malformed,
    /// No complete response in time.
    Timeout,
    /// The body is not the expected one.
    Body,
    /// Its parts are of different revisions, or of none.
    Mixed,
    /// Of a revision older than what every worker had confirmed.
    Stale,
}

impl Failure {
    /// All of them, in the order in which they are counted.
    pub const ALL: [Self; 8] = [
        Self::Connect,
        Self::Closed,
        Self::Socket,
        Self::Malformed,
        Self::Timeout,
        Self::Body,
        Self::Mixed,
        Self::Stale,
    ];

    /// The word for reports.
    pub fn name(self) -> &'static str {
        match self {
            Self::Connect => "connect",
            Self::Closed => "closed",
            Self::Socket => "socket",
            Self::Malformed => "malformed",
            Self::Timeout => "timeout",
            Self::Body => "body",
            Self::Mixed => "mixed",
            Self::Stale => "stale",
        }
    }
}

/// Counts and latencies of one thread; recording allocates nothing.
pub struct Recorder {
    latency: Histogram<u64>,
    /// Open loop: how late requests were sent.
    lag: Histogram<u64>,
    /// The extremes of `latency`, which knows them only to its three digits: 16 ms at 29 s.
    extremes_us: (u64, u64),
    /// Open loop: from the real send to the last byte.
    service: Histogram<u64>,
    statuses: [u64; STATUSES],
    failures: [u64; Failure::ALL.len()],
    body_bytes: u64,
    reconnects: u64,
    unsent: u64,
    oldest_unfinished: Duration,
}

impl Recorder {
    /// An empty one, with all its memory.
    pub fn new() -> Self {
        let histogram = || {
            Histogram::new_with_bounds(1, LATENCY_US_MAX, DIGITS)
                .expect("1 <= LATENCY_US_MAX / 2 and DIGITS <= 5")
        };
        Self {
            latency: histogram(),
            lag: histogram(),
            extremes_us: (u64::MAX, 0),
            service: histogram(),
            statuses: [0; STATUSES],
            failures: [0; Failure::ALL.len()],
            body_bytes: 0,
            reconnects: 0,
            unsent: 0,
            oldest_unfinished: Duration::ZERO,
        }
    }

    /// A complete response; a status from 100 to 599.
    pub fn response(&mut self, status: u16, body_bytes: u64, latency: Duration) {
        self.latency(latency);
        self.statuses[usize::from(status).min(STATUSES - 1)] += 1;
        self.body_bytes += body_bytes;
    }

    /// No response.
    pub fn failure(&mut self, failure: Failure) {
        self.failures[failure as usize] += 1;
    }

    /// A new connection in place of one that ended.
    pub fn reconnect(&mut self) {
        self.reconnects += 1;
    }

    /// Open loop: sent this long after its time.
    pub fn lag(&mut self, late: Duration) {
        self.lag.saturating_record(micros(late));
    }

    /// Open loop: answered this long after it was really sent.
    pub fn service(&mut self, latency: Duration) {
        self.service.saturating_record(micros(latency));
    }

    /// Open loop: never sent, because every connection was busy for `waited`. It counts with that
    /// latency, which is a lower bound: leaving it out would flatter the server.
    pub fn unsent(&mut self, waited: Duration) {
        self.latency(waited);
        self.unsent += 1;
    }

    fn latency(&mut self, latency: Duration) {
        let us = micros(latency);
        self.latency.saturating_record(us);
        let (min, max) = self.extremes_us;
        self.extremes_us = (min.min(us), max.max(us));
    }

    /// Closed loop: still waiting for an answer when the measurement ended.
    pub fn unfinished(&mut self, waited: Duration) {
        self.oldest_unfinished = self.oldest_unfinished.max(waited);
    }

    /// Responses so far, whatever their status.
    pub fn responses(&self) -> u64 {
        self.latency.len() - self.unsent
    }

    /// Failures and responses other than 2xx so far.
    pub fn errors(&self) -> u64 {
        self.failures.iter().sum::<u64>() + self.responses()
            - self.statuses[200..300].iter().sum::<u64>()
    }

    fn latency_percentiles(&self) -> Percentiles {
        let mut percentiles = Percentiles::of(&self.latency);
        if !self.latency.is_empty() {
            (percentiles.min, percentiles.max) = self.extremes_us;
        }
        percentiles
    }

    /// The figures over `elapsed`.
    pub fn summary(&self, elapsed: Duration) -> Summary {
        let seconds = elapsed.as_secs_f64();
        let per_second = |count: u64| if seconds > 0.0 { count as f64 / seconds } else { 0.0 };
        let statuses = (0_u16..).zip(self.statuses).filter(|(_, count)| *count > 0);
        let failures = Failure::ALL.iter().zip(self.failures).filter(|(_, count)| *count > 0);
        Summary {
            seconds,
            responses: self.responses(),
            requests_per_second: per_second(self.responses()),
            body_bytes_per_second: per_second(self.body_bytes),
            latency_us: self.latency_percentiles(),
            lag_us: (!self.lag.is_empty()).then(|| Percentiles::of(&self.lag)),
            service_us: (!self.service.is_empty()).then(|| Percentiles::of(&self.service)),
            statuses: statuses.collect(),
            failures: failures.map(|(why, count)| (why.name().to_owned(), count)).collect(),
            errors: self.errors(),
            reconnects: self.reconnects,
            unsent: self.unsent,
            oldest_unfinished_us: micros(self.oldest_unfinished),
        }
    }
}

impl Default for Recorder {
    fn default() -> Self {
        Self::new()
    }
}

fn micros(duration: Duration) -> u64 {
    u64::try_from(duration.as_micros()).unwrap_or(u64::MAX)
}

/// A latency distribution in µs.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Percentiles {
    /// Arithmetic mean.
    pub mean: f64,
    /// The shortest.
    #[serde(default)]
    pub min: u64,
    /// Half are below.
    pub p50: u64,
    /// 90 % are below.
    pub p90: u64,
    /// 99 % are below.
    pub p99: u64,
    /// 99.9 % are below.
    pub p999: u64,
    /// The longest.
    pub max: u64,
}

impl Percentiles {
    /// Of durations, in µs.
    pub fn of_durations(durations: &[Duration]) -> Self {
        let mut recorder = Recorder::new();
        durations.iter().for_each(|duration| recorder.latency(*duration));
        recorder.latency_percentiles()
    }

    fn of(histogram: &Histogram<u64>) -> Self {
        Self {
            mean: histogram.mean(),
            min: histogram.min(),
            p50: histogram.value_at_quantile(0.5),
            p90: histogram.value_at_quantile(0.9),
            p99: histogram.value_at_quantile(0.99),
            p999: histogram.value_at_quantile(0.999),
            max: histogram.max(),
        }
    }
}

/// The result of one load run.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Summary {
    /// Length of the measured window.
    pub seconds: f64,
    /// Complete responses in it, whatever their status.
    pub responses: u64,
    /// The same per second.
    pub requests_per_second: f64,
    /// Body bytes received per second.
    pub body_bytes_per_second: f64,
    /// From send (closed loop) or from the intended send time (open loop) to the last byte.
    pub latency_us: Percentiles,
    /// Open loop: from the intended to the real send time.
    pub lag_us: Option<Percentiles>,
    /// Open loop: from the real send time to the last byte, of what was answered.
    #[serde(default)]
    pub service_us: Option<Percentiles>,
    /// Responses by status.
    pub statuses: BTreeMap<u16, u64>,
    /// Exchanges without a response, by reason.
    pub failures: BTreeMap<String, u64>,
    /// Failures and responses other than 2xx.
    pub errors: u64,
    /// Connections made in place of ones that ended.
    pub reconnects: u64,
    /// Open loop: due but never sent.
    pub unsent: u64,
    /// How long the slowest unanswered request had waited at the end of the window.
    pub oldest_unfinished_us: u64,
}

/// Median of `values`; the mean of the middle two when their number is even, 0 when empty.
pub fn median(values: &[f64]) -> f64 {
    let mut sorted = values.to_vec();
    sorted.sort_by(f64::total_cmp);
    match sorted.len() {
        0 => 0.0,
        n if n % 2 == 1 => sorted[n / 2],
        n => f64::midpoint(sorted[n / 2 - 1], sorted[n / 2]),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn medians() {
        assert_eq!(median(&[]), 0.0);
        assert_eq!(median(&[3.0]), 3.0);
        assert_eq!(median(&[9.0, 1.0, 2.0]), 2.0);
        assert_eq!(median(&[4.0, 1.0, 2.0, 9.0]), 3.0);
    }

    #[test]
    fn a_summary_counts_what_was_recorded() {
        let mut recorder = Recorder::new();
        for ms in 1..=1000 {
            recorder.response(200, 10, Duration::from_millis(ms));
        }
        recorder.response(503, 5, Duration::from_millis(1));
        recorder.failure(Failure::Timeout);
        recorder.failure(Failure::Timeout);
        recorder.failure(Failure::Connect);
        recorder.reconnect();
        let summary = recorder.summary(Duration::from_secs(2));
        assert_eq!(summary.responses, 1001);
        assert_eq!(summary.requests_per_second, 500.5);
        assert_eq!(summary.body_bytes_per_second, 5002.5);
        assert_eq!(summary.statuses, BTreeMap::from([(200, 1000), (503, 1)]));
        let failures = [("connect".to_owned(), 1), ("timeout".to_owned(), 2)];
        assert_eq!(summary.failures, BTreeMap::from(failures));
        assert_eq!((summary.errors, summary.reconnects, summary.lag_us), (4, 1, None));
        for (got, expect) in [
            (summary.latency_us.p50, 500_000_u64),
            (summary.latency_us.p99, 990_000),
            (summary.latency_us.max, 1_000_000),
        ] {
            assert!(got.abs_diff(expect) * 1000 <= expect, "{got} is not {expect} within 0.1 %");
        }
    }

    #[test]
    fn the_extremes_are_exact() {
        let mut recorder = Recorder::new();
        for us in [29_012_345, 28_999_001, 29_100_001] {
            recorder.response(504, 0, Duration::from_micros(us));
        }
        let latency = recorder.summary(Duration::from_secs(30)).latency_us;
        assert_eq!((latency.min, latency.max), (28_999_001, 29_100_001));
        let empty = Recorder::new().summary(Duration::from_secs(1)).latency_us;
        assert_eq!((empty.min, empty.max), (0, 0));
    }

    #[test]
    fn what_was_never_sent_lengthens_the_tail() {
        let mut recorder = Recorder::new();
        recorder.response(200, 0, Duration::from_micros(100));
        recorder.unsent(Duration::from_secs(1));
        let summary = recorder.summary(Duration::from_secs(1));
        assert_eq!((summary.responses, summary.unsent, summary.errors), (1, 1, 0));
        assert!(summary.latency_us.p99 >= 1_000_000);
    }
}
