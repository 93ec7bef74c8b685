//! Prometheus text: the sums over all workers of what they count, computed at each scrape.
//!
//! Names and meaning of the seven stage metrics follow
//! <https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-metrics-and-dimensions.html>.
//! The text is OpenMetrics 1.0, which Prometheus reads since 2.5.

mod stage;
#[cfg(test)]
pub(crate) mod tests;

use std::fmt::{self, Error};
use std::sync::Arc;
use std::time::{SystemTime, UNIX_EPOCH};

use prometheus_client::collector::Collector;
use prometheus_client::encoding::{DescriptorEncoder, NoLabelSet, text};
use prometheus_client::metrics::MetricType;
use prometheus_client::registry::{Registry, Unit};
use ringway_core::link::{Counter, Counters, Published, WorkerCounters};

use crate::access_log::WriterCounts;

/// Media type of [`encode`]'s text.
pub const CONTENT_TYPE: &str = "application/openmetrics-text; version=1.0.0; charset=utf-8";

/// What a scrape reads.
pub struct Scrape {
    /// Generation in force.
    pub published: Arc<Published>,
    /// What workers count.
    pub counters: Arc<Counters>,
    /// What the access-log writer counts.
    pub log: Arc<WriterCounts>,
    /// When the process started.
    pub started: SystemTime,
}

impl fmt::Debug for Scrape {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Scrape").finish_non_exhaustive()
    }
}

/// A registry that shows everything [`Scrape`] reads.
#[must_use]
pub fn registry(scrape: Scrape) -> Registry {
    let mut registry = Registry::default();
    registry.register_collector(Box::new(scrape));
    registry
}

/// The text of one scrape, ended by `# EOF`.
///
/// # Errors
/// Never in practice: writing to a string does not fail.
pub fn encode(registry: &Registry) -> Result<String, Error> {
    let mut out = String::new();
    text::encode(&mut out, registry)?;
    Ok(out)
}

impl Collector for Scrape {
    fn encode(&self, mut encoder: DescriptorEncoder<'_>) -> Result<(), Error> {
        self.process(&mut encoder)?;
        stage::encode(&mut encoder, &self.counters.stages())?;
        let workers = self.counters.workers();
        for (name, help, counter) in WORKER_COUNTERS {
            let sum = workers.iter().map(|worker| counter(worker).value()).sum();
            encode_counter(&mut encoder, name, help, sum)?;
        }
        let connections = workers.iter().map(|worker| worker.connections.value()).sum();
        encode_gauge(&mut encoder, "ringway_connections", "Open client connections.", connections)?;
        let parked = workers.iter().map(|worker| worker.parked.value()).sum();
        let help = "Client connections without a request, which hold little memory.";
        encode_gauge(&mut encoder, "ringway_connections_parked", help, parked)?;
        encode_gauge(&mut encoder, "ringway_workers", "Worker threads.", workers.len() as u64)
    }
}

impl Scrape {
    fn process(&self, encoder: &mut DescriptorEncoder<'_>) -> Result<(), Error> {
        let generation = self.published.generation();
        let help = "Generation of the snapshot in force.";
        encode_gauge(encoder, "ringway_snapshot_generation", help, generation)?;

        let help = "From the order to publish to the last worker that serves the new snapshot.";
        let kind = MetricType::Histogram;
        let metric =
            encoder.encode_descriptor("ringway_publish", help, Some(&Unit::Seconds), kind)?;
        stage::Total::of([self.counters.publications()].into_iter()).encode(metric)?;

        let help = "Access-log records written.";
        let written = self.log.records.value();
        encode_counter(encoder, "ringway_access_log_written", help, written)?;

        let help = "Access-log records lost because a write failed.";
        let lost = self.log.records_lost.value();
        encode_counter(encoder, "ringway_access_log_write_failed", help, lost)?;

        // A gauge, not an info: the classic text format knows no info.
        let version = [("version", env!("CARGO_PKG_VERSION"))];
        let help = "Always 1; the labels say what runs.";
        encoder
            .encode_descriptor("ringway_build_info", help, None, MetricType::Gauge)?
            .encode_family(&version)?
            .encode_gauge(&1_u64)?;

        let started = self.started.duration_since(UNIX_EPOCH).unwrap_or_default().as_secs_f64();
        let help = "Start of the process, seconds since 1970.";
        encoder
            .encode_descriptor("process_start_time", help, Some(&Unit::Seconds), MetricType::Gauge)?
            .encode_gauge(&started)
    }
}

type Pick = fn(&WorkerCounters) -> &Counter;

/// Counters summed over workers: name without `_total`, help, where.
const WORKER_COUNTERS: [(&str, &str, Pick); 10] = [
    ("ringway_connections_accepted", "Client connections accepted.", |w| &w.accepted),
    ("ringway_unrouted", "Requests refused before a stage was known.", |w| &w.unrouted),
    ("ringway_malformed", "Request heads that could not be parsed.", |w| &w.malformed),
    ("ringway_upstream_connects", "Upstream connections opened.", |w| &w.upstream_connects),
    ("ringway_upstream_forbidden", "Addresses that integrations were not let call.", |w| {
        &w.upstream_forbidden
    }),
    ("ringway_upstream_retries", "Upstream calls repeated after a stale pooled connection.", |w| {
        &w.upstream_retries
    }),
    ("ringway_client_gone", "Clients that went away before their answer.", |w| &w.client_gone),
    ("ringway_panics", "Requests lost to a panic.", |w| &w.panics),
    ("ringway_accept_backoffs", "Pauses of a listener for want of file descriptors.", |w| {
        &w.accept_backoffs
    }),
    (
        "ringway_access_log_dropped",
        "Access-log records dropped because the writer was behind.",
        |w| &w.log_dropped,
    ),
];

fn encode_counter(
    encoder: &mut DescriptorEncoder<'_>,
    name: &str,
    help: &str,
    value: u64,
) -> Result<(), Error> {
    encoder
        .encode_descriptor(name, help, None, MetricType::Counter)?
        .encode_counter::<NoLabelSet, _, u64>(&value, None)
}

fn encode_gauge(
    encoder: &mut DescriptorEncoder<'_>,
    name: &str,
    help: &str,
    value: u64,
) -> Result<(), Error> {
    encoder.encode_descriptor(name, help, None, MetricType::Gauge)?.encode_gauge(&value)
}
