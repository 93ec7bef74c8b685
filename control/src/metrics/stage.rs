//! The seven metrics of each API and stage.

use std::collections::BTreeMap;
use std::fmt::Error;
use std::sync::Arc;

use prometheus_client::encoding::{DescriptorEncoder, MetricEncoder, NoLabelSet};
use prometheus_client::metrics::MetricType;
use prometheus_client::registry::Unit;
use ringway_core::link::{Counter, Histogram, LATENCY_BOUNDS_US, StageCounters, StageEntry};

type PickCounter = fn(&StageCounters) -> &Counter;
type PickHistogram = fn(&StageCounters) -> &Histogram;

/// Name without `_total`, help, where.
const COUNTERS: [(&str, &str, PickCounter); 5] = [
    ("ringway_count", "AWS Count: requests.", |c| &c.count),
    ("ringway_4xx_error", "AWS 4XXError: client errors.", |c| &c.errors_4xx),
    ("ringway_5xx_error", "AWS 5XXError: server errors.", |c| &c.errors_5xx),
    ("ringway_cache_hit_count", "AWS CacheHitCount: served from the cache.", |c| &c.cache_hits),
    (
        "ringway_cache_miss_count",
        "AWS CacheMissCount: served by the back end though caching is on.",
        |c| &c.cache_misses,
    ),
];

/// Name without `_seconds`, help, where.
const HISTOGRAMS: [(&str, &str, PickHistogram); 2] = [
    ("ringway_latency", "AWS Latency: from receiving a request to returning its response.", |c| {
        &c.latency
    }),
    (
        "ringway_integration_latency",
        "AWS IntegrationLatency: from calling the back end to receiving its response.",
        |c| &c.integration_latency,
    ),
];

/// Counters of one API, stage and canary or not, one element per worker.
type ByStage<'a> = BTreeMap<(&'a str, &'a str, bool), Vec<&'a Arc<StageCounters>>>;

/// Writes all seven for every (API, stage, canary), in the order of their names.
pub(super) fn encode(
    encoder: &mut DescriptorEncoder<'_>,
    entries: &[StageEntry],
) -> Result<(), Error> {
    let mut stages = ByStage::new();
    for entry in entries {
        stages.entry((&entry.api, &entry.stage, entry.canary)).or_default().push(&entry.counters);
    }
    for (name, help, counter) in COUNTERS {
        let mut metric = encoder.encode_descriptor(name, help, None, MetricType::Counter)?;
        for (stage, workers) in &stages {
            let sum: u64 = workers.iter().map(|worker| counter(worker).value()).sum();
            metric
                .encode_family(&labels(stage))?
                .encode_counter::<NoLabelSet, _, u64>(&sum, None)?;
        }
    }
    for (name, help, histogram) in HISTOGRAMS {
        let kind = MetricType::Histogram;
        let mut metric = encoder.encode_descriptor(name, help, Some(&Unit::Seconds), kind)?;
        for (stage, workers) in &stages {
            let total = Total::of(workers.iter().map(|worker| histogram(worker)));
            total.encode(metric.encode_family(&labels(stage))?)?;
        }
    }
    Ok(())
}

/// A canary's series have one label more, so that those of its stage stay what they were.
fn labels<'a>(&(api, stage, canary): &(&'a str, &'a str, bool)) -> Vec<(&'static str, &'a str)> {
    let mut labels = vec![("api", api), ("stage", stage)];
    if canary {
        labels.push(("canary", "true"));
    }
    labels
}

/// One histogram summed over workers.
pub(super) struct Total {
    seconds: f64,
    count: u64,
    /// Upper bound in seconds and count, not cumulative.
    buckets: Vec<(f64, u64)>,
}

impl Total {
    /// The sum.
    pub(super) fn of<'a>(workers: impl Iterator<Item = &'a Histogram>) -> Self {
        let bounds = LATENCY_BOUNDS_US.iter().map(|us| *us as f64 / 1e6);
        let mut buckets: Vec<(f64, u64)> =
            bounds.chain([f64::INFINITY]).map(|bound| (bound, 0)).collect();
        let mut sum_us = 0;
        for worker in workers {
            for (bucket, count) in buckets.iter_mut().zip(worker.buckets()) {
                bucket.1 += count;
            }
            sum_us += worker.sum_us();
        }
        // The count is that of the buckets read, so that +Inf and _count always agree.
        let count = buckets.iter().map(|(_, count)| count).sum();
        Self { seconds: sum_us as f64 / 1e6, count, buckets }
    }

    /// Writes it.
    pub(super) fn encode(&self, mut metric: MetricEncoder<'_>) -> Result<(), Error> {
        metric.encode_histogram::<NoLabelSet>(self.seconds, self.count, &self.buckets, None)
    }
}
