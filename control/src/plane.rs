//! The management plane of one process: documents, who may change them, and what becomes of a
//! change. The order in which a call passes its stations is written here, once.

use std::fmt;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use ringway_core::definition::Definitions;
use ringway_core::error::CompileError;
use ringway_core::link::{Commands, Counters, Published};
use ringway_core::snapshot::Snapshot;

use crate::access::{Access, Caller};
use crate::data_plane::DataPlane;
use crate::documents::{Kind, State, Transaction};
use crate::error::ManagementError;
use crate::publication::Publication;
use crate::rest::{After, Answer, Call, Operation};
use crate::store::{Store, StoreError};

/// What Ringway calls itself.
#[derive(Debug, Clone)]
pub struct Settings {
    /// The account of callers that name none: twelve digits.
    pub account_id: String,
    /// The region of callers that name none.
    pub region: String,
    /// Where the log groups that stages name are files; standard output when there is no folder.
    pub log_folder: Option<PathBuf>,
    /// Suffix of `{api}.execute-api.{region}.{suffix}` in what exports say.
    pub host_suffix: String,
}

/// Everything behind the management operations.
pub struct Plane {
    state: Mutex<State>,
    publication: Mutex<Publication>,
    published: Arc<Published>,
    data_plane: DataPlane,
    settings: Settings,
    access: Access,
}

/// Why a plane cannot be opened.
#[derive(Debug)]
pub enum OpenError {
    /// The store cannot be read.
    Store(StoreError),
    /// The definitions of the files cannot run.
    Definitions(Vec<CompileError>),
}

impl fmt::Debug for Plane {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Plane").field("settings", &self.settings).finish_non_exhaustive()
    }
}

impl Plane {
    /// Opens the documents of a store, and compiles them together with what files define.
    /// `counters` say which generation workers serve.
    ///
    /// # Errors
    /// The store cannot be read, or the definitions of the files cannot run.
    pub fn open(
        store: Box<dyn Store>,
        access: Access,
        settings: Settings,
        files: Definitions,
        counters: Arc<Counters>,
    ) -> Result<Self, OpenError> {
        let mut state = State::open(store).map_err(OpenError::Store)?;
        let publication = Publication::start(&mut state, &settings, files, counters)
            .map_err(OpenError::Definitions)?;
        let published = Arc::clone(publication.publisher().published());
        let publication = Mutex::new(publication);
        let (state, data_plane) = (Mutex::new(state), DataPlane::default());
        Ok(Self { state, publication, published, data_plane, settings, access })
    }

    /// Where workers find what is in force.
    #[must_use]
    pub fn published(&self) -> &Arc<Published> {
        &self.published
    }

    /// What workers are asked to do.
    #[must_use]
    pub fn commands(&self) -> &Arc<Commands> {
        self.data_plane.commands()
    }

    /// Serves other definitions from files.
    ///
    /// # Errors
    /// Everything that keeps them from running; nothing has changed then.
    pub fn replace_files(&self, files: Definitions) -> Result<Arc<Snapshot>, Vec<CompileError>> {
        lock(&self.publication).replace_files(files)
    }

    /// Whether callers are asked who they are.
    #[must_use]
    pub fn is_open_to_all(&self) -> bool {
        matches!(self.access, Access::Open)
    }

    /// How many documents of a kind there are, in all accounts and regions.
    #[must_use]
    pub fn count(&self, kind: Kind) -> usize {
        lock(&self.state).all(kind).count()
    }

    /// Removes everything but who may manage, and serves nothing of it any more.
    pub(crate) fn reset(&self) -> Result<(), ManagementError> {
        let mut state = lock(&self.state);
        let mut publication = lock(&self.publication);
        state.clear(|kind| matches!(kind, Kind::User | Kind::AccessKey))?;
        publication.forget_documents();
        Ok(())
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

    /// Runs one operation for a caller: in a transaction, published before it is acknowledged, and
    /// then what it asks of the data plane, when others may use the documents again.
    pub(crate) fn run(
        &self,
        operation: &Operation,
        caller: &Caller,
        now_ms: u64,
    ) -> Result<Answer, ManagementError> {
        match self.transact(operation, caller, now_ms)? {
            (answer, None) => Ok(answer),
            (answer, Some(after)) => self.data_plane.follow(after, answer, now_ms),
        }
    }

    fn transact(
        &self,
        operation: &Operation,
        caller: &Caller,
        now_ms: u64,
    ) -> Result<(Answer, Option<After>), ManagementError> {
        let mut state = lock(&self.state);
        let tx = Transaction::new(&mut state, caller.scope.clone());
        let mut call = Call {
            input: operation.input.clone(),
            tx,
            now_ms,
            settings: &self.settings,
            after: None,
        };
        let answer = (operation.run)(&mut call)?;
        let Call { mut tx, after, .. } = call;
        let mut publication = lock(&self.publication);
        let change = publication.prepare(&mut tx, &self.settings)?;
        tx.commit()?;
        if let Some(change) = change {
            publication.put_in_force(change);
        }
        Ok((answer, after))
    }
}

/// What a panic left behind is whole: transactions undo themselves.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
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
            log_folder: None,
            host_suffix: "localhost".into(),
        };
        let store = Box::<MemoryStore>::default();
        let files = Definitions::default();
        Plane::open(store, Access::Open, settings, files, Arc::default()).unwrap()
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
