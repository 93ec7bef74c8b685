//! Log records up: workers render into batches, the writer threads write them.

use std::sync::Arc;
use std::sync::mpsc::{Receiver, SyncSender, TrySendError, sync_channel};

use crate::limits::{ACCESS_LOG_BATCH_BYTES, ACCESS_LOG_BATCHES_MAX};
use crate::snapshot::LogDestination;

/// Rendered records for one destination, each ended by a newline.
#[derive(Debug)]
pub struct LogBatch {
    /// Where they go.
    pub destination: Arc<LogDestination>,
    /// Records.
    pub bytes: Vec<u8>,
    /// How many.
    pub records: u32,
    /// Where the empty buffer goes afterwards; a full channel drops it.
    recycle: SyncSender<Vec<u8>>,
}

impl LogBatch {
    /// Gives the buffer back to its worker.
    pub fn recycle(mut self) {
        self.bytes.clear();
        let _ = self.recycle.try_send(self.bytes);
    }
}

/// A worker's end: hands batches on and gets empty buffers back; never blocks.
#[derive(Debug)]
pub struct LogSink {
    batches: SyncSender<LogBatch>,
    recycle: SyncSender<Vec<u8>>,
    empty: Receiver<Vec<u8>>,
}

impl LogSink {
    /// A bounded channel: one sender per worker is made from it with [`Self::new`].
    #[must_use]
    pub fn channel() -> (SyncSender<LogBatch>, Receiver<LogBatch>) {
        sync_channel(ACCESS_LOG_BATCHES_MAX)
    }

    /// A worker's sink.
    #[must_use]
    pub fn new(batches: SyncSender<LogBatch>) -> Self {
        let (recycle, empty) = sync_channel(8);
        Self { batches, recycle, empty }
    }

    /// An empty buffer, reused when one came back.
    #[must_use]
    pub fn buffer(&self) -> Vec<u8> {
        self.empty.try_recv().unwrap_or_else(|_| Vec::with_capacity(ACCESS_LOG_BATCH_BYTES))
    }

    /// Hands records on; when the writer is behind, returns how many were dropped and the buffer.
    ///
    /// # Errors
    /// The number of records lost, and the emptied buffer.
    pub fn send(
        &self,
        destination: &Arc<LogDestination>,
        bytes: Vec<u8>,
        records: u32,
    ) -> Result<(), (u32, Vec<u8>)> {
        let batch = LogBatch {
            destination: Arc::clone(destination),
            bytes,
            records,
            recycle: self.recycle.clone(),
        };
        self.batches.try_send(batch).map_err(|error| {
            let (TrySendError::Full(mut batch) | TrySendError::Disconnected(mut batch)) = error;
            batch.bytes.clear();
            (batch.records, batch.bytes)
        })
    }
}
