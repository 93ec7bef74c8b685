//! The audit log: one record a management call, in CloudTrail's shape, a JSON object a line.
//!
//! A change without its record does not happen: where the log cannot be written, calls that change
//! something are refused. It must not know what an operation does.

mod record;

use std::io;
use std::sync::{Mutex, PoisonError};
use std::time::Instant;

use ringway_core::snapshot::LogDestination;
use serde_json::Value;

use crate::access_log::{Readers, Sink};
use crate::error::ManagementError;
pub(crate) use record::{Event, Source};

/// Name of the audit log in a data folder.
pub const FILE: &str = "audit.log";

/// Where records go.
#[derive(Debug, Default)]
pub struct Audit(Option<Mutex<Sink>>);

impl Audit {
    /// No records.
    #[must_use]
    pub const fn off() -> Self {
        Self(None)
    }

    /// Records to the end of a file that its owner alone may read, or to a standard stream.
    ///
    /// # Errors
    /// The file cannot be opened.
    pub fn open(destination: &LogDestination) -> io::Result<Self> {
        Sink::open(destination, Readers::Owner, Instant::now()).map(|sink| Self(Some(sink.into())))
    }

    /// Records a call that does what it was asked to.
    ///
    /// # Errors
    /// 503: the call would change something, and there is no record of it.
    pub(crate) fn succeeded(
        &self,
        event: &Event<'_>,
        answer: Option<&Value>,
    ) -> Result<(), ManagementError> {
        self.write(event, || event.record(Ok(answer)))
    }

    /// Records a call that was refused or failed.
    ///
    /// # Errors
    /// As [`Self::succeeded`].
    pub(crate) fn refused(
        &self,
        event: &Event<'_>,
        error: &ManagementError,
    ) -> Result<(), ManagementError> {
        self.write(event, || event.record(Err(error)))
    }

    fn write(
        &self,
        event: &Event<'_>,
        record: impl FnOnce() -> Result<String, ManagementError>,
    ) -> Result<(), ManagementError> {
        let Some(sink) = &self.0 else { return Ok(()) };
        let mut line = record()?;
        line.push('\n');
        let mut sink = sink.lock().unwrap_or_else(PoisonError::into_inner);
        let Err(error) = sink.write(line.as_bytes(), Instant::now()) else { return Ok(()) };
        eprintln!("ringway: the audit log did not take a record: {error}");
        if event.is_read_only() {
            return Ok(());
        }
        Err(ManagementError::unavailable("Nothing was changed: the audit log cannot be written"))
    }
}

#[cfg(test)]
mod tests;
