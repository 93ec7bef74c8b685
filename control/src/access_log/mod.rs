//! The access-log writer: one thread that takes batches from all workers and appends them whole.
//!
//! Workers never wait for it: the channel is bounded and a full one drops records, counted by the
//! worker. It must not know what a record says.

mod sink;
#[cfg(test)]
mod tests;

use std::borrow::Cow;
use std::collections::{HashMap, HashSet};
use std::io;
use std::sync::Arc;
use std::sync::mpsc::{Receiver, RecvTimeoutError, channel};
use std::thread;
use std::time::{Duration, Instant};

use ringway_core::limits::ACCESS_LOG_FILES_MAX;
use ringway_core::link::{Counter, LogBatch};
use ringway_core::snapshot::LogDestination;

pub(crate) use sink::{Readers, Sink};

/// What the writer counts; it is the only one that adds.
#[derive(Debug, Default)]
pub struct WriterCounts {
    /// Records written.
    pub records: Counter,
    /// Records lost because opening or writing failed.
    pub records_lost: Counter,
}

/// A destination as operators know it.
#[must_use]
pub fn name(destination: &LogDestination) -> Cow<'_, str> {
    match destination {
        LogDestination::Stdout => "stdout".into(),
        LogDestination::Stderr => "stderr".into(),
        LogDestination::File(path) => (&**path).into(),
    }
}

/// Opens a destination once, creating a missing file, to find out whether it can be written.
///
/// # Errors
/// Why it cannot.
pub fn check(destination: &LogDestination) -> io::Result<()> {
    Sink::open(destination, Readers::Umask, Instant::now()).map(drop)
}

/// The running writer thread.
#[derive(Debug)]
pub struct Writer {
    counts: Arc<WriterCounts>,
    /// Closed by the thread when it has written everything.
    finished: Receiver<()>,
}

impl Writer {
    /// Starts the thread; it ends when every sender of `batches` is gone and all is written.
    ///
    /// # Errors
    /// When no thread can be made.
    pub fn spawn(batches: Receiver<LogBatch>) -> io::Result<Self> {
        let counts = Arc::<WriterCounts>::default();
        let (alive, finished) = channel();
        let mut sinks = Sinks::new(Arc::clone(&counts));
        thread::Builder::new().name("access-log".into()).spawn(move || {
            for batch in batches {
                sinks.write(&batch, Instant::now());
                batch.recycle();
            }
            drop(alive);
        })?;
        Ok(Self { counts, finished })
    }

    /// What it has counted so far.
    #[must_use]
    pub fn counts(&self) -> Arc<WriterCounts> {
        Arc::clone(&self.counts)
    }

    /// Waits until everything is written; false when that took longer than `deadline`.
    ///
    /// Every sender must be dropped first: the workers' sinks and the one they were made from.
    #[must_use]
    pub fn finish(self, deadline: Duration) -> bool {
        self.finished.recv_timeout(deadline) == Err(RecvTimeoutError::Disconnected)
    }
}

/// The destinations in use.
#[derive(Debug)]
struct Sinks {
    open: HashMap<Arc<LogDestination>, Sink>,
    /// Destinations whose last write failed: each failure is reported once, not per batch.
    failing: HashSet<Arc<LogDestination>>,
    counts: Arc<WriterCounts>,
}

impl Sinks {
    fn new(counts: Arc<WriterCounts>) -> Self {
        Self { open: HashMap::new(), failing: HashSet::new(), counts }
    }

    /// Writes one batch whole, or counts its records as lost.
    fn write(&mut self, batch: &LogBatch, now: Instant) {
        let records = u64::from(batch.records);
        let outcome =
            self.sink(&batch.destination, now).and_then(|sink| sink.write(&batch.bytes, now));
        match outcome {
            Ok(()) => {
                self.counts.records.add(records);
                if self.failing.remove(&batch.destination) {
                    eprintln!("access log {}: written again", name(&batch.destination));
                }
            }
            Err(error) => {
                self.counts.records_lost.add(records);
                self.report(&batch.destination, &error);
            }
        }
    }

    fn sink(&mut self, destination: &Arc<LogDestination>, now: Instant) -> io::Result<&mut Sink> {
        if !self.open.contains_key(destination) {
            self.make_room();
            let sink = Sink::open(destination, Readers::Umask, now)?;
            self.open.insert(Arc::clone(destination), sink);
        }
        Ok(self.open.get_mut(destination).expect("it was there or has just been put there"))
    }

    /// Keeps the number of open files bounded: stages come and go while the process runs.
    fn make_room(&mut self) {
        if self.open.len() < ACCESS_LOG_FILES_MAX {
            return;
        }
        let oldest = self.open.iter().min_by_key(|(_, sink)| sink.written());
        if let Some(destination) = oldest.map(|(destination, _)| Arc::clone(destination)) {
            self.open.remove(&destination);
        }
    }

    fn report(&mut self, destination: &Arc<LogDestination>, error: &io::Error) {
        if self.failing.len() >= ACCESS_LOG_FILES_MAX {
            self.failing.clear();
        }
        if self.failing.insert(Arc::clone(destination)) {
            eprintln!("access log {}: records are being lost: {error}", name(destination));
        }
    }
}
