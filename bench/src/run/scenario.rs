//! The workloads, and what must be true of each before its figures mean anything.

use serde::{Deserialize, Serialize};

use super::definition::{API_KEY, BODY_BYTES, LARGE_BODY_BYTES, STAGE, THROTTLE_RATE, TIMEOUT_MS};
use super::templates;
use crate::limits::DELAY_MS_MAX;
use crate::load::NUMBER;
use crate::stats::Summary;
use crate::target::Scheme;

/// One workload.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Scenario {
    /// No gateway: the bare HTTP server of this benchmark on the gateway's runtime, with a fixed
    /// 1 KB answer. What is left of it is what the gateway costs.
    Null,
    /// A MOCK integration with a static 1 KB template: the gateway alone.
    Mock,
    /// HTTP_PROXY behind the response cache, always a hit.
    Cached,
    /// HTTP_PROXY to the upstream.
    Proxy,
    /// AWS_PROXY to a function whose answer is always the same: an event out, an answer read.
    Lambda,
    /// HTTP_PROXY behind everything: API key, plan and method throttles, a cache that is looked up
    /// and misses, access log if it is on.
    FullPath,
    /// HTTP with 1 KB of JSON in, through a mapping template of twenty lines each way.
    Vtl,
    /// `mock` over kept-alive TLS 1.3 connections.
    Tls,
    /// HTTP_PROXY of 1 MB bodies.
    LargeBody,
    /// `proxy` with one connection: latency, and nothing to batch.
    OneConnection,
    /// An API key offers far more than its usage plan allows: what 429s cost.
    Throttle,
    /// HTTP_PROXY to an upstream that keeps silent: what 504s cost.
    Timeout,
    /// `proxy`, offered twice of what it can do.
    Overload,
}

/// What the answers of a measurement have to be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Expect {
    /// 200 with so many bytes, each of them.
    Body { bytes: usize },
    /// So many a second 200 with so many bytes, all others 429.
    Admitted { rate: u64, bytes: usize },
    /// 504, each of them, and none before so many milliseconds.
    TimedOut { ms: u64 },
}

/// How many requests of a measurement may reach the upstream.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum UpstreamUse {
    All,
    Admitted,
    None,
}

/// Connections of the load unless somebody says otherwise.
const CONNECTIONS: u32 = 64;
/// Those of `large-body`: more would only queue.
const LARGE_BODY_CONNECTIONS: u32 = 16;
/// Those of `overload`: enough to stay busy whatever the server does.
const OVERLOAD_CONNECTIONS: u32 = 256;
/// What `overload` offers, by what the closed loop reached.
const OVERLOAD: f64 = 2.0;
/// A throttle may admit so much more or less than its rate over a measurement of seconds.
const THROTTLE_TOLERANCE: f64 = 0.10;
/// The clocks of generator and server round differently.
const EARLY: f64 = 0.95;

impl Scenario {
    /// In the order of the report.
    pub const ALL: [Self; 13] = [
        Self::Null,
        Self::Mock,
        Self::Cached,
        Self::Proxy,
        Self::Lambda,
        Self::FullPath,
        Self::Vtl,
        Self::Tls,
        Self::LargeBody,
        Self::OneConnection,
        Self::Throttle,
        Self::Timeout,
        Self::Overload,
    ];

    /// The name.
    pub fn name(self) -> &'static str {
        match self {
            Self::Null => "null",
            Self::Mock => "mock",
            Self::Cached => "cached",
            Self::Proxy => "proxy",
            Self::Lambda => "lambda",
            Self::FullPath => "full-path",
            Self::Vtl => "vtl",
            Self::Tls => "tls",
            Self::LargeBody => "large-body",
            Self::OneConnection => "one-connection",
            Self::Throttle => "throttle",
            Self::Timeout => "timeout",
            Self::Overload => "overload",
        }
    }

    /// Path and query of its requests; each of `full-path` differs, so that the cache misses.
    pub(crate) fn target(self) -> String {
        let path = match self {
            Self::Null | Self::Mock | Self::Tls => "mock",
            Self::Cached => "cached",
            Self::Proxy | Self::OneConnection | Self::Overload => "proxy",
            Self::Lambda => "lambda",
            Self::FullPath => return format!("/{STAGE}/full-path?id={NUMBER}"),
            Self::Vtl => "vtl",
            Self::LargeBody => "large-body",
            Self::Throttle => "throttle",
            Self::Timeout => "silent",
        };
        format!("/{STAGE}/{path}")
    }

    /// What the upstream is asked for, where it is asked.
    pub(crate) fn upstream_path(self) -> String {
        match self {
            Self::LargeBody => format!("/bytes/{LARGE_BODY_BYTES}"),
            Self::Timeout => format!("/delay/{DELAY_MS_MAX}"),
            _ => "/".to_owned(),
        }
    }

    /// Header lines of its requests besides `Host`.
    pub(crate) fn headers(self) -> &'static [(&'static str, &'static str)] {
        match self {
            Self::FullPath | Self::Throttle => &[("x-api-key", API_KEY)],
            Self::Vtl => &[("content-type", "application/json"), ("user-agent", "ringway-bench")],
            _ => &[],
        }
    }

    /// The verb of its requests.
    pub(crate) fn method(self) -> &'static str {
        if self == Self::Vtl { "POST" } else { "GET" }
    }

    /// Their body, empty for none.
    pub(crate) fn body(self) -> &'static str {
        if self == Self::Vtl { templates::ORDER } else { "" }
    }

    pub(crate) fn scheme(self) -> Scheme {
        if self == Self::Tls { Scheme::Https } else { Scheme::Http }
    }

    /// Connections of the load: `asked` for, or its own number.
    pub(crate) fn connections(self, asked: Option<u32>) -> u32 {
        match self {
            Self::OneConnection => 1,
            Self::LargeBody => asked.unwrap_or(LARGE_BODY_CONNECTIONS),
            Self::Overload => asked.unwrap_or(OVERLOAD_CONNECTIONS),
            _ => asked.unwrap_or(CONNECTIONS),
        }
    }

    /// What is offered in the open loop, by what the closed loop reached; closed loop without it.
    pub(crate) fn overload(self) -> Option<f64> {
        (self == Self::Overload).then_some(OVERLOAD)
    }

    pub(crate) fn expect(self) -> Expect {
        match self {
            Self::LargeBody => Expect::Body { bytes: LARGE_BODY_BYTES },
            Self::Vtl => Expect::Body { bytes: templates::RESPONSE_BYTES },
            Self::Throttle => Expect::Admitted { rate: THROTTLE_RATE, bytes: BODY_BYTES },
            Self::Timeout => Expect::TimedOut { ms: TIMEOUT_MS },
            _ => Expect::Body { bytes: BODY_BYTES },
        }
    }

    pub(crate) fn upstream_use(self) -> UpstreamUse {
        match self {
            Self::Null | Self::Mock | Self::Cached | Self::Tls => UpstreamUse::None,
            Self::Throttle => UpstreamUse::Admitted,
            Self::Proxy
            | Self::Lambda
            | Self::FullPath
            | Self::Vtl
            | Self::LargeBody
            | Self::OneConnection
            | Self::Timeout
            | Self::Overload => UpstreamUse::All,
        }
    }

    /// Failures, and answers with a status that does not belong to it.
    pub(crate) fn unexpected(self, summary: &Summary) -> u64 {
        let of = |status: u16| summary.statuses.get(&status).copied().unwrap_or(0);
        let expected = match self.expect() {
            Expect::Body { .. } => of(200),
            Expect::Admitted { .. } => of(200) + of(429),
            Expect::TimedOut { .. } => of(504),
        };
        let answered = summary.statuses.values().sum::<u64>();
        summary.failures.values().sum::<u64>() + answered.saturating_sub(expected)
    }

    /// Why the figures may not mean what the scenario says, after `upstream` calls and over so
    /// many connections.
    pub(crate) fn doubts(self, summary: &Summary, upstream: u64, connections: u32) -> Vec<String> {
        let mut doubts = Vec::new();
        let unexpected = self.unexpected(summary);
        if unexpected > 0 {
            doubts.push(format!("{unexpected} errors"));
        }
        let admitted = summary.statuses.get(&200).copied().unwrap_or(0);
        if !self.upstream_use().allows(upstream, summary.responses, admitted, connections) {
            doubts.push(format!("{upstream} upstream calls for {} responses", summary.responses));
        }
        match self.expect() {
            Expect::Body { .. } => {}
            Expect::Admitted { rate, .. } => {
                let (got, rate) = (admitted as f64 / summary.seconds, rate as f64);
                if (got - rate).abs() > rate * THROTTLE_TOLERANCE {
                    doubts.push(format!("{got:.0} admitted a second instead of {rate:.0}"));
                }
            }
            Expect::TimedOut { ms } => {
                let soonest = summary.latency_us.min as f64 / 1e3;
                if soonest < ms as f64 * EARLY {
                    doubts.push(format!("an answer after {soonest:.1} ms, before the timeout"));
                }
            }
        }
        if self.overload().is_some() && summary.unsent == 0 {
            doubts.push("all that was offered was answered: no overload".to_owned());
        }
        doubts
    }
}

impl UpstreamUse {
    /// Whether `upstream` calls for `responses` responses, `admitted` of them 200, are what the
    /// scenario claims to measure. At each end of the window as many requests as there are
    /// connections may be counted on one side only.
    fn allows(self, upstream: u64, responses: u64, admitted: u64, connections: u32) -> bool {
        let edge = u64::from(connections);
        match self {
            Self::All => upstream + edge >= responses,
            Self::Admitted => upstream.abs_diff(admitted) <= edge,
            Self::None => upstream == 0,
        }
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::stats::Recorder;

    fn answers(statuses: &[(u16, u64)], ms: u64) -> Summary {
        let mut recorder = Recorder::new();
        for (status, count) in statuses {
            (0..*count).for_each(|_| recorder.response(*status, 0, Duration::from_millis(ms)));
        }
        recorder.summary(Duration::from_secs(2))
    }

    fn doubts(scenario: Scenario, statuses: &[(u16, u64)], ms: u64, upstream: u64) -> String {
        scenario.doubts(&answers(statuses, ms), upstream, 50).join("; ")
    }

    #[test]
    fn a_cache_that_misses_is_noticed() {
        assert_eq!(doubts(Scenario::Cached, &[(200, 1000)], 1, 0), "");
        assert!(doubts(Scenario::Cached, &[(200, 1000)], 1, 1).contains("1 upstream calls"));
        assert_eq!(doubts(Scenario::Proxy, &[(200, 1000)], 1, 950), "");
        assert!(doubts(Scenario::Proxy, &[(200, 1000)], 1, 500).contains("500 upstream calls"));
        assert_eq!(doubts(Scenario::Proxy, &[], 1, 0), "");
        assert!(doubts(Scenario::Proxy, &[(200, 99), (503, 1)], 1, 100).contains("1 errors"));
    }

    #[test]
    fn a_throttle_that_does_not_hold_is_noticed() {
        let held = [(200, 2 * THROTTLE_RATE), (429, 90_000)];
        assert_eq!(doubts(Scenario::Throttle, &held, 1, 2 * THROTTLE_RATE), "");
        let refused = doubts(Scenario::Throttle, &held, 1, 92_000);
        assert!(refused.contains("92000 upstream calls for 92000"), "{refused}");
        let open = doubts(Scenario::Throttle, &[(200, 92_000)], 1, 92_000);
        assert_eq!(open, "46000 admitted a second instead of 1000");
        let closed = doubts(Scenario::Throttle, &[(429, 92_000)], 1, 0);
        assert_eq!(closed, "0 admitted a second instead of 1000");
        let other = doubts(Scenario::Throttle, &[(200, 2000), (503, 7)], 1, 2000);
        assert_eq!(other, "7 errors");
    }

    #[test]
    fn a_timeout_that_is_none_is_noticed() {
        assert_eq!(doubts(Scenario::Timeout, &[(504, 100)], TIMEOUT_MS, 100), "");
        let early = doubts(Scenario::Timeout, &[(504, 100)], 3, 100);
        assert_eq!(early, "an answer after 3.0 ms, before the timeout");
        assert_eq!(doubts(Scenario::Timeout, &[(502, 100)], TIMEOUT_MS, 100), "100 errors");
    }

    #[test]
    fn an_overload_that_is_none_is_noticed() {
        let mut summary = answers(&[(200, 100)], 1);
        let doubts = Scenario::Overload.doubts(&summary, 100, 50);
        assert_eq!(doubts, ["all that was offered was answered: no overload"]);
        summary.unsent = 5;
        assert!(Scenario::Overload.doubts(&summary, 100, 50).is_empty());
    }
}
