//! AWS's seven metrics, counted on every exit.

use ringway_core::context::Outcome;
use ringway_core::link::StageCounters;

/// What the response cache did.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum CacheUse {
    /// Not asked.
    None,
    /// CacheHitCount.
    Hit,
    /// CacheMissCount.
    Miss,
}

/// Counts one request of a stage.
pub(crate) fn record(counters: &StageCounters, outcome: &Outcome, cache: CacheUse) {
    counters.count.add(1);
    match outcome.status {
        400..=499 => counters.errors_4xx.add(1),
        500..=599 => counters.errors_5xx.add(1),
        _ => {}
    }
    match cache {
        CacheUse::None => {}
        CacheUse::Hit => counters.cache_hits.add(1),
        CacheUse::Miss => counters.cache_misses.add(1),
    }
    counters.latency.record(outcome.latency_us);
    if let Some(us) = outcome.integration_latency_us {
        counters.integration_latency.record(us);
    }
}
