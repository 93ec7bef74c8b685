//! Where documents survive: one small trait, and what implements it.
//!
//! A store takes and gives records; it must not know what they mean.

mod memory;
mod sqlite;

use std::fmt;
use std::sync::Arc;

pub use memory::MemoryStore;
pub use sqlite::{Past, SqliteStore, history};

use crate::documents::Key;

/// A document as the store keeps it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Record {
    /// Its place.
    pub key: Key,
    /// Order of creation.
    pub sequence: u64,
    /// Counts its changes, from 1.
    pub revision: u64,
    /// JSON; empty from [`Store::load`] for cold kinds.
    pub body: Arc<str>,
}

/// One change of a commit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Change {
    /// Written.
    Put(Record),
    /// Gone.
    Remove(Key),
}

/// Why a store did not do what it was asked.
#[derive(Debug)]
pub enum StoreError {
    /// No room is left; what was there is still readable.
    Full(String),
    /// The store is of a newer Ringway, or damaged; it was not touched.
    Refused(String),
    /// Everything else.
    Failed(String),
}

impl fmt::Display for StoreError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (Self::Full(text) | Self::Refused(text) | Self::Failed(text)) = self;
        f.write_str(text)
    }
}

impl std::error::Error for StoreError {}

/// Durable records.
pub trait Store: Send {
    /// Gives every record once; cold ones without their bodies.
    ///
    /// # Errors
    /// The store cannot be read.
    fn load(&mut self, each: &mut dyn FnMut(Record)) -> Result<(), StoreError>;

    /// The body of one record.
    ///
    /// # Errors
    /// The store cannot be read.
    fn read(&mut self, key: &Key) -> Result<Option<Arc<str>>, StoreError>;

    /// Takes all changes or none. When it returns, they survive a crash at any instant.
    ///
    /// # Errors
    /// Nothing of it was taken.
    fn commit(&mut self, changes: &[Change]) -> Result<(), StoreError>;
}
