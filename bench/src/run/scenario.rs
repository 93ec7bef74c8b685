//! The workloads, and what must be true of each before its figures mean anything.

use clap::ValueEnum;
use serde::{Deserialize, Serialize};

use super::definition::{API_KEY, STAGE};
use crate::load::NUMBER;

/// One workload.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, ValueEnum, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Scenario {
    /// A MOCK integration with a static 1 KB template: the gateway alone.
    Mock,
    /// HTTP_PROXY behind the response cache, always a hit.
    Cached,
    /// HTTP_PROXY to the upstream.
    Proxy,
    /// HTTP_PROXY behind everything: API key, plan and method throttles, a cache that is looked up
    /// and misses, access log if it is on.
    FullPath,
}

/// How many requests of a measurement may reach the upstream.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum UpstreamUse {
    All,
    None,
}

impl Scenario {
    /// In the order of the report.
    pub const ALL: [Self; 4] = [Self::Mock, Self::Cached, Self::Proxy, Self::FullPath];

    /// The name, which is also the path of its method.
    pub fn name(self) -> &'static str {
        match self {
            Self::Mock => "mock",
            Self::Cached => "cached",
            Self::Proxy => "proxy",
            Self::FullPath => "full-path",
        }
    }

    /// Path and query of its requests; each of `full-path` differs, so that the cache misses.
    pub(crate) fn target(self) -> String {
        let query = if self == Self::FullPath { format!("?id={NUMBER}") } else { String::new() };
        format!("/{STAGE}/{}{query}", self.name())
    }

    /// Header lines of its requests besides `Host`.
    pub(crate) fn headers(self) -> &'static [(&'static str, &'static str)] {
        if self == Self::FullPath { &[("x-api-key", API_KEY)] } else { &[] }
    }

    pub(crate) fn upstream_use(self) -> UpstreamUse {
        match self {
            Self::Mock | Self::Cached => UpstreamUse::None,
            Self::Proxy | Self::FullPath => UpstreamUse::All,
        }
    }
}

impl UpstreamUse {
    /// Whether `upstream` calls for `responses` responses are what the scenario claims to measure.
    /// The warm-up and the edges of the window blur the count of `All`.
    pub(crate) fn allows(self, upstream: u64, responses: u64) -> bool {
        match self {
            Self::All => upstream >= responses - responses / 20,
            Self::None => upstream == 0,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cache_that_misses_is_noticed() {
        assert!(UpstreamUse::None.allows(0, 1000));
        assert!(!UpstreamUse::None.allows(1, 1000));
        assert!(UpstreamUse::All.allows(1000, 1000));
        assert!(UpstreamUse::All.allows(950, 1000));
        assert!(!UpstreamUse::All.allows(500, 1000));
        assert!(UpstreamUse::All.allows(0, 0));
    }
}
