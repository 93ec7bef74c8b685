//! What all workers of the process share: buckets, caches, the published snapshot.
//!
//! Keyed by AWS names, so that it outlives snapshots.

use std::collections::HashMap;
use std::sync::atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering};
use std::sync::mpsc::SyncSender;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Instant;

use ringway_cache::{Buckets, ResponseCache};
use ringway_core::limits::{BUCKETS_MAX, CACHE_WAITERS_MAX};
use ringway_core::link::{Commands, Counters, LogBatch, Published};
use ringway_core::snapshot::Snapshot;

use crate::cached::CachedResponse;
use crate::outbound::Outbound;
use crate::upstream::UpstreamTls;

/// A stage's response cache.
pub(crate) type StageResponses = ResponseCache<CachedResponse>;

/// API identifier and stage name.
type StageKey = (Box<str>, Box<str>);

/// Capacity in bytes, and the cache.
type StageCacheEntry = (usize, Arc<StageResponses>);

/// Process-wide state.
pub(crate) struct Process {
    /// Origin of every worker's clock.
    pub(crate) base: Instant,
    /// The snapshot in force.
    pub(crate) published: Arc<Published>,
    /// What is asked of the workers.
    pub(crate) commands: Arc<Commands>,
    /// Counters, for registration.
    pub(crate) counters: Arc<Counters>,
    /// Where log batches go.
    pub(crate) log: SyncSender<LogBatch>,
    /// Every token bucket.
    pub(crate) buckets: Buckets,
    /// Client-side TLS.
    pub(crate) upstream_tls: UpstreamTls,
    /// What calls of back ends are made with.
    pub(crate) outbound: Outbound,
    /// `{api}.execute-api.[{region}.]{suffix}`.
    pub(crate) host_suffixes: Box<[Box<str>]>,
    /// The allocator's chore.
    pub(crate) trim: fn(),
    /// No new requests; set once.
    pub(crate) draining: AtomicBool,
    /// Requests being served, over all workers, while draining.
    pub(crate) cut_off: AtomicUsize,
    /// Locked when a worker applies a snapshot, never by a request.
    caches: Mutex<HashMap<StageKey, StageCacheEntry>>,
    /// Generation that [`Self::caches`] was tidied up for.
    tidied: AtomicU64,
}

impl Process {
    /// Fresh state.
    pub(crate) fn new(
        (published, commands): (Arc<Published>, Arc<Commands>),
        counters: Arc<Counters>,
        log: SyncSender<LogBatch>,
        (upstream_tls, outbound): (UpstreamTls, Outbound),
        host_suffixes: Box<[Box<str>]>,
        base: Instant,
        trim: fn(),
    ) -> Self {
        Self {
            base,
            published,
            commands,
            counters,
            log,
            buckets: Buckets::with_capacity(BUCKETS_MAX),
            upstream_tls,
            outbound,
            host_suffixes,
            trim,
            draining: AtomicBool::new(false),
            cut_off: AtomicUsize::new(0),
            caches: Mutex::default(),
            tidied: AtomicU64::new(0),
        }
    }

    /// The cache of a stage: made on first use, resized when its capacity changed.
    pub(crate) fn cache(&self, api: &str, stage: &str, bytes: usize) -> Arc<StageResponses> {
        let mut caches = self.caches.lock().unwrap_or_else(PoisonError::into_inner);
        let entry = caches.entry((api.into(), stage.into())).or_insert_with(|| {
            let cache = ResponseCache::with_capacity(bytes, CACHE_SHARDS);
            (bytes, Arc::new(cache.with_waiters_max(CACHE_WAITERS_MAX)))
        });
        if entry.0 != bytes {
            entry.0 = bytes;
            entry.1.resize(bytes);
        }
        Arc::clone(&entry.1)
    }

    /// Forgets the caches of stages that are gone; the first worker on a snapshot does it for all.
    pub(crate) fn keep_caches(&self, snapshot: &Snapshot) {
        if self.tidied.fetch_max(snapshot.generation, Ordering::Relaxed) >= snapshot.generation {
            return;
        }
        let mut caches = self.caches.lock().unwrap_or_else(PoisonError::into_inner);
        caches.retain(|(api, stage), _| {
            let ix = snapshot.apis.api(&**api).and_then(|entry| entry.stage(&**stage));
            ix.is_some_and(|ix| snapshot.stage(ix).cache.is_some())
        });
    }

    /// Empties the cache of a stage; its canary's responses are kept there too.
    pub(crate) fn flush_cache(&self, api: &str, stage: &str) {
        let caches = self.caches.lock().unwrap_or_else(PoisonError::into_inner);
        let cache = caches.get(&(api.into(), stage.into())).map(|(_, cache)| Arc::clone(cache));
        drop(caches);
        if let Some(cache) = cache {
            cache.flush();
        }
    }

    /// No new requests are taken.
    pub(crate) fn is_draining(&self) -> bool {
        self.draining.load(Ordering::Relaxed)
    }
}

/// Shards of one stage's cache.
const CACHE_SHARDS: usize = 16;
