//! Where `proxy` and `control` meet: a published snapshot and commands down; counters and log
//! batches up.
//!
//! Std only. A worker pays one atomic load per request to learn whether anything changed.

mod commands;
mod counters;
mod log;

pub use commands::{Command, Commands, TestAnswer, TestInvocation};
pub use counters::{
    Counter, Counters, Histogram, LATENCY_BOUNDS_US, StageCounters, StageEntry, WorkerCounters,
};
pub use log::{LogBatch, LogSink};

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use crate::snapshot::Snapshot;

/// The snapshot in force: one pointer and a generation.
#[derive(Debug)]
pub struct Published {
    generation: AtomicU64,
    snapshot: Mutex<Arc<Snapshot>>,
}

impl Published {
    /// Starts with a first snapshot.
    #[must_use]
    pub fn new(snapshot: Arc<Snapshot>) -> Self {
        Self { generation: AtomicU64::new(snapshot.generation), snapshot: Mutex::new(snapshot) }
    }

    /// Replaces the snapshot; nothing can fail after this. An older generation is ignored.
    pub fn publish(&self, snapshot: Arc<Snapshot>) {
        let mut current = self.snapshot.lock().unwrap_or_else(PoisonError::into_inner);
        if snapshot.generation <= current.generation {
            return;
        }
        let generation = snapshot.generation;
        *current = snapshot;
        self.generation.store(generation, Ordering::Release);
    }

    /// Generation in force.
    #[must_use]
    pub fn generation(&self) -> u64 {
        self.generation.load(Ordering::Acquire)
    }

    /// The snapshot in force; takes a lock, so ask [`Self::generation`] first.
    #[must_use]
    pub fn snapshot(&self) -> Arc<Snapshot> {
        Arc::clone(&self.snapshot.lock().unwrap_or_else(PoisonError::into_inner))
    }
}
