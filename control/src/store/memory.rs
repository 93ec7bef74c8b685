//! `--ephemeral`: nothing survives the process.

use std::collections::HashMap;
use std::sync::Arc;

use super::{Change, Record, Store, StoreError};
use crate::documents::{Key, Kind};

/// Keeps only what is not held in memory anyway: the bodies of cold documents.
#[derive(Debug, Default)]
pub struct MemoryStore {
    cold: HashMap<Key, Arc<str>>,
}

impl Store for MemoryStore {
    fn load(&mut self, _each: &mut dyn FnMut(Record)) -> Result<(), StoreError> {
        Ok(())
    }

    fn read(&mut self, key: &Key) -> Result<Option<Arc<str>>, StoreError> {
        Ok(self.cold.get(key).map(Arc::clone))
    }

    fn commit(&mut self, changes: &[Change]) -> Result<(), StoreError> {
        for change in changes {
            match change {
                Change::Put(record) if record.key.kind().is_some_and(Kind::is_cold) => {
                    self.cold.insert(record.key.clone(), Arc::clone(&record.body));
                }
                Change::Put(_) => {}
                Change::Remove(key) => drop(self.cold.remove(key)),
            }
        }
        Ok(())
    }
}
