//! One management call's view of the documents: reads see its own writes; nothing is kept unless it
//! is committed, and nothing is seen by others that the store did not take.

use std::collections::BTreeMap;
use std::sync::Arc;

use ringway_core::limits::DOCUMENT_BYTES_MAX;

use super::{Document, Entry, Key, Kind, Scope, State};
use crate::error::ManagementError;
use crate::store::{Change, Record};

/// Changes under way in one scope. Dropped without a commit, it leaves everything as it was.
pub struct Transaction<'s> {
    state: &'s mut State,
    scope: Scope,
    /// What the changed documents were before.
    before: BTreeMap<Key, Option<Entry>>,
    /// Bodies of new documents that will stay in the store.
    cold: BTreeMap<Key, Arc<str>>,
}

/// What a commit changed.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Committed {
    /// Every key that was written or removed.
    pub keys: Vec<Key>,
}

impl<'s> Transaction<'s> {
    /// Begins.
    pub fn new(state: &'s mut State, scope: Scope) -> Self {
        Self { state, scope, before: BTreeMap::new(), cold: BTreeMap::new() }
    }

    /// The account and region.
    #[must_use]
    pub fn scope(&self) -> &Scope {
        &self.scope
    }

    /// The documents as they are within this transaction.
    #[must_use]
    pub fn state(&self) -> &State {
        self.state
    }

    /// The same call's view of another scope, for what an account has once.
    pub fn elsewhere<R>(&mut self, scope: Scope, with: impl FnOnce(&mut Self) -> R) -> R {
        let own = std::mem::replace(&mut self.scope, scope);
        let result = with(self);
        self.scope = own;
        result
    }

    /// The document; `None` when there is none.
    ///
    /// # Errors
    /// What is kept cannot be read.
    pub fn find<T: Document>(
        &mut self,
        parent: &str,
        id: &str,
    ) -> Result<Option<T>, ManagementError> {
        let key = Key::new(&self.scope, T::KIND, parent, id);
        let Some(entry) = self.state.entry(&key) else { return Ok(None) };
        let body = if !T::KIND.is_cold() {
            Arc::clone(&entry.body)
        } else if let Some(body) = self.cold.get(&key) {
            Arc::clone(body)
        } else {
            self.state.cold(&key)?.ok_or_else(ManagementError::internal)?
        };
        read(&body).map(Some)
    }

    /// Whether there is such a document.
    #[must_use]
    pub fn has(&self, kind: Kind, parent: &str, id: &str) -> bool {
        self.state.entry(&Key::new(&self.scope, kind, parent, id)).is_some()
    }

    /// Identifiers of the documents that hang on `parent`, in the order of creation.
    #[must_use]
    pub fn ids(&self, kind: Kind, parent: &str) -> Vec<String> {
        self.sorted(kind, parent).into_iter().map(|(key, _)| key.id().to_owned()).collect()
    }

    /// The documents that hang on `parent`, in the order of creation.
    ///
    /// # Errors
    /// What is kept cannot be read.
    pub fn list<T: Document>(&self, parent: &str) -> Result<Vec<T>, ManagementError> {
        self.sorted(T::KIND, parent).into_iter().map(|(_, entry)| read(&entry.body)).collect()
    }

    fn sorted(&self, kind: Kind, parent: &str) -> Vec<(&Key, &Entry)> {
        let mut found: Vec<_> = self.state.children(&self.scope, kind, parent).collect();
        found.sort_by_key(|(_, entry)| entry.sequence);
        found
    }

    /// Writes a document; a new one comes last in lists.
    ///
    /// # Errors
    /// An identifier with a control character, or a document that is no JSON or too large.
    pub fn put<T: Document>(
        &mut self,
        parent: &str,
        id: &str,
        document: &T,
    ) -> Result<(), ManagementError> {
        if parent.chars().chain(id.chars()).any(char::is_control) {
            return Err(ManagementError::bad_request("Identifiers cannot have control characters"));
        }
        let key = Key::new(&self.scope, T::KIND, parent, id);
        let body: Arc<str> =
            serde_json::to_string(document).map_err(|_| ManagementError::internal())?.into();
        if body.len() > DOCUMENT_BYTES_MAX && !T::KIND.is_cold() {
            let text = format!("A {} has at most {DOCUMENT_BYTES_MAX} bytes", T::KIND.name());
            return Err(ManagementError::limit_exceeded(text));
        }
        let old = self.state.documents.get(&key).cloned();
        let (sequence, revision) = match &old {
            Some(old) => (old.sequence, old.revision + 1),
            None => {
                self.state.sequence += 1;
                (self.state.sequence, 1)
            }
        };
        self.before.entry(key.clone()).or_insert(old);
        let body = if T::KIND.is_cold() {
            self.cold.insert(key.clone(), body);
            "".into()
        } else {
            body
        };
        self.state.documents.insert(key, Entry { sequence, revision, body });
        Ok(())
    }

    /// Removes a document; whether there was one.
    pub fn remove(&mut self, kind: Kind, parent: &str, id: &str) -> bool {
        let key = Key::new(&self.scope, kind, parent, id);
        let Some(old) = self.state.documents.remove(&key) else { return false };
        self.cold.remove(&key);
        self.before.entry(key).or_insert(Some(old));
        true
    }

    /// Removes all documents of a kind that hang on `parent`.
    pub fn remove_all(&mut self, kind: Kind, parent: &str) {
        for id in self.ids(kind, parent) {
            self.remove(kind, parent, &id);
        }
    }

    /// Keys that were written or removed so far.
    pub fn changed(&self) -> impl Iterator<Item = &Key> {
        self.before.keys()
    }

    /// Hands all changes to the store at once; when this returns they survive a crash.
    ///
    /// # Errors
    /// The store did not take them; then nothing has changed.
    pub fn commit(mut self) -> Result<Committed, ManagementError> {
        if self.before.is_empty() {
            return Ok(Committed::default());
        }
        let changes: Vec<Change> = self.before.keys().map(|key| self.change(key)).collect();
        self.state.store.commit(&changes)?;
        let before = std::mem::take(&mut self.before);
        Ok(Committed { keys: before.into_keys().collect() })
    }

    fn change(&self, key: &Key) -> Change {
        match self.state.documents.get(key) {
            None => Change::Remove(key.clone()),
            Some(entry) => Change::Put(Record {
                key: key.clone(),
                sequence: entry.sequence,
                revision: entry.revision,
                body: Arc::clone(self.cold.get(key).unwrap_or(&entry.body)),
            }),
        }
    }
}

impl Drop for Transaction<'_> {
    fn drop(&mut self) {
        for (key, before) in std::mem::take(&mut self.before) {
            match before {
                Some(entry) => drop(self.state.documents.insert(key, entry)),
                None => drop(self.state.documents.remove(&key)),
            }
        }
    }
}

/// A document from its text.
pub(crate) fn read<T: Document>(body: &str) -> Result<T, ManagementError> {
    serde_json::from_str(body).map_err(|error| {
        eprintln!("ringway: a {} in the store cannot be read: {error}", T::KIND.name());
        ManagementError::internal()
    })
}
