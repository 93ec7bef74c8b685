//! Counters up: written by one worker each, summed by the admin port.
//!
//! A counter has a single writer, so an increment is a plain load and store, never a locked
//! instruction; readers see a value at most one request old.

use std::collections::HashMap;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::sync::{Arc, Mutex, PoisonError};

/// A counter with one writer.
#[derive(Debug, Default)]
pub struct Counter(AtomicU64);

impl Counter {
    /// Adds; only the owning worker may call this.
    pub fn add(&self, n: u64) {
        self.0.store(self.0.load(Relaxed).wrapping_add(n), Relaxed);
    }

    /// Takes away, for gauges; only the owning worker may call this.
    pub fn sub(&self, n: u64) {
        self.0.store(self.0.load(Relaxed).wrapping_sub(n), Relaxed);
    }

    /// Value.
    #[must_use]
    pub fn value(&self) -> u64 {
        self.0.load(Relaxed)
    }
}

/// Upper bounds of the latency buckets, microseconds; the last bucket has none.
pub const LATENCY_BOUNDS_US: [u64; 22] = [
    50, 100, 200, 300, 500, 1_000, 2_000, 3_000, 5_000, 10_000, 20_000, 30_000, 50_000, 100_000,
    200_000, 300_000, 500_000, 1_000_000, 3_000_000, 10_000_000, 29_000_000, 30_000_000,
];

/// A latency histogram with one writer.
#[derive(Debug, Default)]
pub struct Histogram {
    buckets: [Counter; LATENCY_BOUNDS_US.len() + 1],
    sum_us: Counter,
}

impl Histogram {
    /// Counts one duration, microseconds.
    pub fn record(&self, us: u64) {
        let bucket = LATENCY_BOUNDS_US.partition_point(|bound| *bound < us);
        self.buckets[bucket].add(1);
        self.sum_us.add(us);
    }

    /// Counts of each bucket (not cumulative), the unbounded one last.
    #[must_use]
    pub fn buckets(&self) -> [u64; LATENCY_BOUNDS_US.len() + 1] {
        std::array::from_fn(|bucket| self.buckets[bucket].value())
    }

    /// Sum of all durations, microseconds.
    #[must_use]
    pub fn sum_us(&self) -> u64 {
        self.sum_us.value()
    }
}

/// AWS's seven metrics of one stage on one worker
/// (<https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-metrics-and-dimensions.html>).
#[derive(Debug, Default)]
pub struct StageCounters {
    /// Count.
    pub count: Counter,
    /// 4XXError.
    pub errors_4xx: Counter,
    /// 5XXError.
    pub errors_5xx: Counter,
    /// CacheHitCount.
    pub cache_hits: Counter,
    /// CacheMissCount.
    pub cache_misses: Counter,
    /// Latency.
    pub latency: Histogram,
    /// IntegrationLatency.
    pub integration_latency: Histogram,
}

/// What one worker counts beside stages.
#[derive(Debug, Default)]
pub struct WorkerCounters {
    /// Open client connections.
    pub connections: Counter,
    /// Client connections parked without a request.
    pub parked: Counter,
    /// Accepted client connections.
    pub accepted: Counter,
    /// Requests refused before a stage was known.
    pub unrouted: Counter,
    /// Heads that could not be parsed, or were too large.
    pub malformed: Counter,
    /// Upstream connections opened.
    pub upstream_connects: Counter,
    /// Addresses that integrations were not let call.
    pub upstream_forbidden: Counter,
    /// Calls repeated after a stale pooled connection.
    pub upstream_retries: Counter,
    /// Clients that went away before their answer.
    pub client_gone: Counter,
    /// Requests lost to a panic.
    pub panics: Counter,
    /// Accepts that failed for want of file descriptors.
    pub accept_backoffs: Counter,
    /// Access-log records dropped because the writer was behind.
    pub log_dropped: Counter,
    /// Generation this worker serves.
    pub generation: Counter,
}

/// All counters of the process; locked only to register and to scrape.
#[derive(Debug, Default)]
pub struct Counters {
    stages: Mutex<HashMap<StageKey, Arc<StageCounters>>>,
    workers: Mutex<Vec<Arc<WorkerCounters>>>,
    publications: Histogram,
}

/// Worker, API, stage, whether of its canary.
type StageKey = (u16, Arc<str>, Arc<str>, bool);

/// Counters of (worker, API, stage).
#[derive(Debug, Clone)]
pub struct StageEntry {
    /// Worker number.
    pub worker: u16,
    /// API identifier.
    pub api: Arc<str>,
    /// Stage name.
    pub stage: Arc<str>,
    /// Of its canary's requests; those are not among the stage's.
    pub canary: bool,
    /// Its counters.
    pub counters: Arc<StageCounters>,
}

impl Counters {
    /// The counters of a stage on a worker, made on first use; they outlive snapshots. The requests
    /// that its canary serves have their own.
    pub fn stage(&self, worker: u16, api: &str, stage: &str, canary: bool) -> Arc<StageCounters> {
        let mut stages = self.stages.lock().unwrap_or_else(PoisonError::into_inner);
        Arc::clone(stages.entry((worker, api.into(), stage.into(), canary)).or_default())
    }

    /// Registers a worker.
    pub fn worker(&self) -> Arc<WorkerCounters> {
        let counters = Arc::<WorkerCounters>::default();
        self.workers.lock().unwrap_or_else(PoisonError::into_inner).push(Arc::clone(&counters));
        counters
    }

    /// All stage counters, to be summed over workers. Those that no worker holds any more, because
    /// their stage is gone, are told once more and then forgotten.
    #[must_use]
    pub fn stages(&self) -> Vec<StageEntry> {
        let mut stages = self.stages.lock().unwrap_or_else(PoisonError::into_inner);
        let mut entries = Vec::with_capacity(stages.len());
        stages.retain(|(worker, api, stage, canary), counters| {
            let held = Arc::strong_count(counters) > 1;
            entries.push(StageEntry {
                worker: *worker,
                api: Arc::clone(api),
                stage: Arc::clone(stage),
                canary: *canary,
                counters: Arc::clone(counters),
            });
            held
        });
        entries
    }

    /// Durations from the order to publish to the last worker's first request under it; written by
    /// the one thread that follows publications.
    #[must_use]
    pub fn publications(&self) -> &Histogram {
        &self.publications
    }

    /// All workers' counters, by worker number.
    #[must_use]
    pub fn workers(&self) -> Vec<Arc<WorkerCounters>> {
        self.workers.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}
