//! Everything the management plane keeps: documents of JSON under keys, changed in transactions.
//!
//! A document is one AWS object ([`Kind`]) of one account and region. It is held as the text that
//! the store holds, and parsed by who asks. It must not know what a document means.

mod key;
mod state;
mod transaction;

pub use key::{Key, Kind, Scope};
pub use state::{Entry, State};
pub(crate) use transaction::read;
pub use transaction::{Committed, Transaction};

use serde::Serialize;
use serde::de::DeserializeOwned;

/// A type that is kept as one document.
pub trait Document: Serialize + DeserializeOwned {
    /// Its kind: the part of the key that tells what it is.
    const KIND: Kind;
}

#[cfg(test)]
mod tests;
