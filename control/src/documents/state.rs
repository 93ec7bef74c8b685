//! All documents in memory, by key.

use std::collections::BTreeMap;
use std::ops::Bound;
use std::sync::Arc;

use super::{Key, Kind, Scope};
use crate::store::{Change, Record, Store, StoreError};

/// A document as it is kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// Order of creation among all documents: lists follow it.
    pub sequence: u64,
    /// Counts the changes of this document, from 1.
    pub revision: u64,
    /// JSON; empty for a document that stays in the store ([`Kind::is_cold`]).
    pub body: Arc<str>,
}

/// Documents and the store behind them.
pub struct State {
    pub(super) documents: BTreeMap<Key, Entry>,
    pub(super) store: Box<dyn Store>,
    pub(super) sequence: u64,
}

impl State {
    /// Reads everything the store has.
    ///
    /// # Errors
    /// The store cannot be read, or holds a key nobody knows.
    pub fn open(mut store: Box<dyn Store>) -> Result<Self, StoreError> {
        let (mut documents, mut sequence) = (BTreeMap::new(), 0);
        store.load(&mut |record: Record| {
            sequence = sequence.max(record.sequence);
            let Record { key, sequence, revision, body } = record;
            documents.insert(key, Entry { sequence, revision, body });
        })?;
        Ok(Self { documents, store, sequence })
    }

    /// Removes every document of the kinds that `keep` does not name.
    ///
    /// # Errors
    /// The store did not take it; then nothing has changed.
    pub fn clear(&mut self, keep: impl Fn(Kind) -> bool) -> Result<(), StoreError> {
        let goes = |key: &Key| !key.kind().is_some_and(&keep);
        let gone = self.documents.keys().filter(|key| goes(key));
        let changes: Vec<Change> = gone.cloned().map(Change::Remove).collect();
        self.store.commit(&changes)?;
        self.documents.retain(|key, _| !goes(key));
        Ok(())
    }

    /// A document.
    #[must_use]
    pub fn entry(&self, key: &Key) -> Option<&Entry> {
        self.documents.get(key)
    }

    /// Reads a document that stays in the store.
    ///
    /// # Errors
    /// The store cannot be read.
    pub fn cold(&mut self, key: &Key) -> Result<Option<Arc<str>>, StoreError> {
        self.store.read(key)
    }

    /// The documents of a kind that hang on `parent`, in the order of their keys.
    pub fn children(
        &self,
        scope: &Scope,
        kind: Kind,
        parent: &str,
    ) -> impl Iterator<Item = (&Key, &Entry)> {
        self.beginning(Key::prefix(scope, kind, parent))
    }

    /// All documents of a kind, of every account and region.
    pub fn all(&self, kind: Kind) -> impl Iterator<Item = (&Key, &Entry)> {
        self.beginning(format!("{}\n", kind.name()))
    }

    fn beginning(&self, prefix: String) -> impl Iterator<Item = (&Key, &Entry)> {
        let from: Bound<&str> = Bound::Included(&prefix);
        let found = self.documents.range::<str, _>((from, Bound::Unbounded));
        let found: Vec<_> =
            found.take_while(|(key, _)| key.as_str().starts_with(&prefix)).collect();
        found.into_iter()
    }
}

impl std::borrow::Borrow<str> for Key {
    fn borrow(&self) -> &str {
        self.as_str()
    }
}

impl std::fmt::Debug for State {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("State").field("documents", &self.documents.len()).finish_non_exhaustive()
    }
}
