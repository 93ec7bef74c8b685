//! The management plane of one process: documents, who may change them, and what becomes of a
//! change. The order in which a call passes its stations is written here, once.

use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use ringway_core::definition::Definitions;
use ringway_core::error::CompileError;
use ringway_core::iam::RequestSource;
use ringway_core::identity::{Refusal, SecretAccessKey};
use ringway_core::link::{Commands, Counters, Published};
use ringway_core::snapshot::Snapshot;

use crate::access::{Access, Caller, Gate};
use crate::audit::Audit;
use crate::data_plane::DataPlane;
use crate::documents::{Kind, Scope, State, Transaction};
use crate::error::ManagementError;
use crate::publication::Publication;
use crate::rest::{After, Answer, Call, Operation};
use crate::settings::Settings;
use crate::store::{Store, StoreError};
use crate::users::{self, Credentials};

/// Everything behind the management operations.
pub struct Plane {
    state: Mutex<State>,
    publication: Mutex<Publication>,
    published: Arc<Published>,
    data_plane: DataPlane,
    settings: Settings,
    gate: Gate,
    audit: Audit,
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
        let (gate, audit) = (Gate::new(access, &state), Audit::off());
        let (state, data_plane) = (Mutex::new(state), DataPlane::default());
        Ok(Self { state, publication, published, data_plane, settings, gate, audit })
    }

    /// Records every call of the admin port that manages something.
    #[must_use]
    pub fn with_audit(self, audit: Audit) -> Self {
        Self { audit, ..self }
    }

    /// Where calls are recorded.
    pub(crate) fn audit(&self) -> &Audit {
        &self.audit
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
        matches!(self.gate.access(), Access::Open)
    }

    /// How many documents of a kind there are, in all accounts and regions.
    #[must_use]
    pub fn count(&self, kind: Kind) -> usize {
        lock(&self.state).all(kind).count()
    }

    /// Removes everything but who may manage, and serves nothing of it any more. `witness` may
    /// forbid it.
    pub(crate) fn reset(
        &self,
        witness: impl FnOnce() -> Result<(), ManagementError>,
    ) -> Result<(), ManagementError> {
        let mut state = lock(&self.state);
        let mut publication = lock(&self.publication);
        witness()?;
        state.clear(|kind| matches!(kind, Kind::User | Kind::AccessKey))?;
        publication.forget_documents();
        Ok(())
    }

    /// What Ringway calls itself.
    #[must_use]
    pub fn settings(&self) -> &Settings {
        &self.settings
    }

    /// The secret of an active access key: for the other listeners of this process.
    #[must_use]
    pub fn secret(&self, access_key_id: &str) -> Option<SecretAccessKey> {
        self.gate.secret(access_key_id)
    }

    /// Whether the policies of the holder of an access key allow an action of another service.
    ///
    /// # Errors
    /// AWS's refusal.
    pub fn allow(
        &self,
        access_key_id: &str,
        action: &str,
        resource: &str,
        source: RequestSource<'_>,
        now_seconds: u64,
    ) -> Result<(), Refusal> {
        let scope = Scope::new(&self.settings.account_id, &self.settings.region);
        self.gate.allow_elsewhere(access_key_id, (action, resource), &scope, source, now_seconds)
    }

    /// Who may call.
    pub(crate) fn gate(&self) -> &Gate {
        &self.gate
    }

    /// Makes sure that there is an administrator of the own account with this key; whether
    /// something changed.
    ///
    /// # Errors
    /// The key is that of another user, or the store does not take it.
    pub fn set_administrator(
        &self,
        credentials: &Credentials,
        now_seconds: u64,
    ) -> Result<bool, ManagementError> {
        let scope = Scope::new(&self.settings.account_id, "");
        let now = i64::try_from(now_seconds).unwrap_or_default();
        self.change_users(scope, |tx| users::set_administrator(tx, credentials, now), |_| Ok(()))
    }

    /// Changes users, and lets the gate know. `witness` sees the answer before anything is kept,
    /// and may forbid it.
    pub(crate) fn change_users<R>(
        &self,
        scope: Scope,
        change: impl FnOnce(&mut Transaction<'_>) -> Result<R, ManagementError>,
        witness: impl FnOnce(&R) -> Result<(), ManagementError>,
    ) -> Result<R, ManagementError> {
        let mut state = lock(&self.state);
        let mut tx = Transaction::new(&mut state, scope);
        let answer = change(&mut tx)?;
        witness(&answer)?;
        if !tx.commit()?.keys.is_empty() {
            self.gate.follow(&state);
        }
        Ok(answer)
    }

    /// Runs one operation for a caller: in a transaction, published before it is acknowledged, and
    /// then what it asks of the data plane, when others may use the documents again. `witness` sees
    /// the answer before anything is kept, and may forbid it.
    pub(crate) fn run(
        &self,
        operation: &Operation,
        caller: &Caller,
        now_ms: u64,
        witness: impl FnOnce(&Answer) -> Result<(), ManagementError>,
    ) -> Result<Answer, ManagementError> {
        match self.transact(operation, caller, now_ms, witness)? {
            (answer, None) => Ok(answer),
            (answer, Some(after)) => self.data_plane.follow(after, answer, &self.settings, now_ms),
        }
    }

    fn transact(
        &self,
        operation: &Operation,
        caller: &Caller,
        now_ms: u64,
        witness: impl FnOnce(&Answer) -> Result<(), ManagementError>,
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
        witness(&answer)?;
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
    use crate::store::MemoryStore;

    pub(crate) fn settings() -> Settings {
        Settings {
            account_id: "000000000000".into(),
            region: "us-east-1".into(),
            log_folder: None,
            host_suffix: "localhost".into(),
            endpoints: Arc::default(),
        }
    }

    /// A plane that keeps nothing and asks nobody.
    pub(crate) fn plane() -> Plane {
        let store = Box::<MemoryStore>::default();
        let files = Definitions::default();
        Plane::open(store, Access::Open, settings(), files, Arc::default()).unwrap()
    }
}
