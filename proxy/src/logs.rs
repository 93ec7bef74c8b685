//! A worker's log records, collected in one batch per destination.

use std::cell::RefCell;
use std::sync::Arc;

use ringway_core::limits::{ACCESS_LOG_BATCH_BYTES, ACCESS_LOG_RECORD_BYTES_MAX};
use ringway_core::link::{LogSink, WorkerCounters};
use ringway_core::snapshot::LogDestination;

/// Position of a destination in [`Logs`].
#[derive(Debug, Clone, Copy)]
pub(crate) struct LogIx(usize);

/// Batches under construction.
#[derive(Debug)]
pub(crate) struct Logs {
    sink: LogSink,
    batches: RefCell<Vec<Batch>>,
    counters: Arc<WorkerCounters>,
}

#[derive(Debug)]
struct Batch {
    destination: Arc<LogDestination>,
    bytes: Vec<u8>,
    records: u32,
}

impl Logs {
    /// No destination yet.
    pub(crate) fn new(sink: LogSink, counters: Arc<WorkerCounters>) -> Self {
        Self { sink, batches: RefCell::default(), counters }
    }

    /// The batch of a destination, made on first use.
    pub(crate) fn destination(&self, destination: &Arc<LogDestination>) -> LogIx {
        let mut batches = self.batches.borrow_mut();
        let known = batches.iter().position(|batch| *batch.destination == **destination);
        LogIx(known.unwrap_or_else(|| {
            batches.push(Batch {
                destination: Arc::clone(destination),
                bytes: self.sink.buffer(),
                records: 0,
            });
            batches.len() - 1
        }))
    }

    /// Adds one record; `render` appends its text without the newline.
    pub(crate) fn record(&self, ix: LogIx, render: impl FnOnce(&mut Vec<u8>)) {
        let mut batches = self.batches.borrow_mut();
        let batch = &mut batches[ix.0];
        if batch.bytes.len() + ACCESS_LOG_RECORD_BYTES_MAX > ACCESS_LOG_BATCH_BYTES {
            self.hand_on(batch);
        }
        let start = batch.bytes.len();
        render(&mut batch.bytes);
        batch.bytes.truncate(start + ACCESS_LOG_RECORD_BYTES_MAX - 1);
        batch.bytes.push(b'\n');
        batch.records += 1;
    }

    /// Hands every batch on that holds something.
    pub(crate) fn flush(&self) {
        for batch in self.batches.borrow_mut().iter_mut().filter(|batch| batch.records > 0) {
            self.hand_on(batch);
        }
    }

    fn hand_on(&self, batch: &mut Batch) {
        let full = std::mem::replace(&mut batch.bytes, self.sink.buffer());
        let records = std::mem::take(&mut batch.records);
        if let Err((lost, _)) = self.sink.send(&batch.destination, full, records) {
            self.counters.log_dropped.add(u64::from(lost));
        }
    }
}
