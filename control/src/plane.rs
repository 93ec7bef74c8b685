//! The management plane of one process: documents, who may change them, and what becomes of a
//! change. The order in which a call passes its stations is written here, once.

use std::fmt;
use std::sync::{Mutex, PoisonError};

use crate::access::{Access, Caller};
use crate::documents::{State, Transaction};
use crate::error::ManagementError;
use crate::rest::{Answer, Call, Operation};
use crate::store::{Store, StoreError};

/// What Ringway calls itself.
#[derive(Debug, Clone)]
pub struct Settings {
    /// The account of callers that name none: twelve digits.
    pub account_id: String,
    /// The region of callers that name none.
    pub region: String,
    /// Suffix of `{api}.execute-api.{region}.{suffix}` in what exports say.
    pub host_suffix: String,
}

/// Everything behind the management operations.
pub struct Plane {
    state: Mutex<State>,
    settings: Settings,
    access: Access,
}

impl fmt::Debug for Plane {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Plane").field("settings", &self.settings).finish_non_exhaustive()
    }
}

impl Plane {
    /// Opens the documents of a store.
    ///
    /// # Errors
    /// The store cannot be read.
    pub fn open(
        store: Box<dyn Store>,
        access: Access,
        settings: Settings,
    ) -> Result<Self, StoreError> {
        Ok(Self { state: Mutex::new(State::open(store)?), settings, access })
    }

    /// What Ringway calls itself.
    #[must_use]
    pub fn settings(&self) -> &Settings {
        &self.settings
    }

    /// Who may call.
    pub(crate) fn access(&self) -> &Access {
        &self.access
    }

    /// Runs one operation for a caller: in a transaction, published before it is acknowledged.
    pub(crate) fn run(
        &self,
        operation: &Operation,
        caller: &Caller,
        now_ms: u64,
    ) -> Result<Answer, ManagementError> {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        let tx = Transaction::new(&mut state, caller.scope.clone());
        let mut call = Call {
            input: operation.input.clone(),
            tx,
            now_ms,
            settings: &self.settings,
            after: None,
        };
        let answer = (operation.run)(&mut call)?;
        call.tx.commit()?;
        Ok(answer)
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;
    use crate::documents::Document;
    use crate::store::MemoryStore;

    /// A plane that keeps nothing and asks nobody.
    pub(crate) fn plane() -> Plane {
        let settings = Settings {
            account_id: "000000000000".into(),
            region: "us-east-1".into(),
            host_suffix: "localhost".into(),
        };
        Plane::open(Box::<MemoryStore>::default(), Access::Open, settings).unwrap()
    }

    /// Writes a document that no operation under test makes.
    pub(crate) fn keep<T: Document>(plane: &Plane, parent: &str, id: &str, document: &T) {
        let scope = crate::documents::Scope::new("000000000000", "us-east-1");
        let mut state = plane.state.lock().unwrap();
        let mut tx = Transaction::new(&mut state, scope);
        tx.put(parent, id, document).unwrap();
        tx.commit().unwrap();
    }
}
