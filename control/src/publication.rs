//! What the data plane serves, made from the documents: which stages run which deployment, with
//! which keys and plans. A change is compiled before it is committed, and put in force after.
//!
//! What the files of `ringway up` define is served beside it.

mod ahead;
mod convert;

use std::collections::BTreeMap;
use std::sync::Arc;

use ringway_core::compile::Compiler;
use ringway_core::definition::{self, Definitions, DeployedApi, DeployedStage, Owner};
use ringway_core::error::CompileError;
use ringway_core::link::Counters;
use ringway_core::snapshot::Snapshot;

use crate::definition::{self as kept, ApiKey, UsagePlan};
use crate::documents::{Key, Kind, Scope, State, Transaction};
use crate::error::ManagementError;
use crate::publisher::{Prepared, Publisher};
use crate::settings::Settings;

/// What the data plane sees of the documents.
const SEEN: [Kind; 5] =
    [Kind::Stage, Kind::ApiKey, Kind::UsagePlan, Kind::UsagePlanKey, Kind::Account];

/// Everything that is live.
pub(crate) struct Publication {
    publisher: Publisher,
    live: Live,
}

/// What is served: cheap to copy, so that a change can be tried.
#[derive(Debug, Clone, Default)]
struct Live {
    /// From files.
    files: Definitions,
    scopes: BTreeMap<Scope, Managed>,
}

/// What one account serves in one region.
#[derive(Debug, Clone, Default)]
struct Managed {
    account: definition::Account,
    /// By API and stage.
    stages: BTreeMap<(String, String), DeployedStage>,
    api_keys: Arc<Vec<definition::ApiKey>>,
    usage_plans: Arc<Vec<definition::UsagePlan>>,
}

/// A change that can run, to be put in force once it is committed.
pub(crate) struct Change {
    prepared: Prepared,
    live: Live,
}

impl Publication {
    /// Compiles what files and documents say. A stored stage that cannot run any more is left out
    /// and said: the others serve on.
    ///
    /// # Errors
    /// Everything that keeps the definitions of the files from running.
    pub(crate) fn start(
        state: &mut State,
        settings: &Settings,
        files: Definitions,
        counters: Arc<Counters>,
    ) -> Result<Self, Vec<CompileError>> {
        let mut live = Live { files, scopes: BTreeMap::new() };
        let (compiler, stages) = ahead::compile(state, settings);
        for (scope, name, stage) in stages {
            live.scopes.entry(scope).or_default().stages.insert(name, stage);
        }
        for scope in scopes(state) {
            let mut tx = Transaction::new(state, scope.clone());
            let managed = live.scopes.entry(scope.clone()).or_default();
            if let Err(error) = managed.read_rest(&mut tx) {
                eprintln!("ringway: {scope:?} is not served: {}", error.message);
                live.scopes.remove(&scope);
            }
        }
        if compiler.prepare(&live.definitions(), 1).is_err() {
            live.leave_out_plans(&compiler);
        }
        let publisher = Publisher::start(&live.definitions(), compiler, counters)?;
        Ok(Self { publisher, live })
    }

    /// Where workers find what is in force.
    pub(crate) fn publisher(&self) -> &Publisher {
        &self.publisher
    }

    /// Compiles what a transaction changes; `None` when the data plane does not see it.
    ///
    /// # Errors
    /// Why it cannot run, with paths into the definition.
    pub(crate) fn prepare(
        &self,
        tx: &mut Transaction<'_>,
        settings: &Settings,
    ) -> Result<Option<Change>, ManagementError> {
        let concerns = |key: &Key| key.kind().is_some_and(|kind| SEEN.contains(&kind));
        if !tx.changed().any(concerns) {
            return Ok(None);
        }
        let mut live = self.live.clone();
        let managed = live.scopes.entry(tx.scope().clone()).or_default();
        managed.follow(tx, settings)?;
        let prepared =
            self.publisher.prepare(&live.definitions()).map_err(|errors| cannot_run(&errors))?;
        live.forget_copies();
        Ok(Some(Change { prepared, live }))
    }

    /// Nothing can fail here.
    pub(crate) fn put_in_force(&mut self, change: Change) {
        self.publisher.put_in_force(change.prepared);
        self.live = change.live;
    }

    /// Serves other definitions from files.
    ///
    /// # Errors
    /// Everything that keeps them from running; nothing has changed then.
    pub(crate) fn replace_files(
        &mut self,
        files: Definitions,
    ) -> Result<Arc<Snapshot>, Vec<CompileError>> {
        let live = Live { files, scopes: self.live.scopes.clone() };
        let prepared = self.publisher.prepare(&live.definitions())?;
        self.live = live;
        Ok(self.publisher.put_in_force(prepared))
    }

    /// Serves only what files define.
    pub(crate) fn forget_documents(&mut self) {
        self.live.scopes.clear();
        match self.publisher.prepare(&self.live.definitions()) {
            Ok(prepared) => drop(self.publisher.put_in_force(prepared)),
            Err(errors) => eprintln!("ringway: {}", cannot_run(&errors).message),
        }
    }
}

/// Accounts and regions that have something to serve.
fn scopes(state: &State) -> Vec<Scope> {
    let mut scopes: Vec<Scope> =
        SEEN.iter().flat_map(|kind| state.all(*kind)).map(|(key, _)| key.scope()).collect();
    scopes.sort();
    scopes.dedup();
    scopes
}

fn owner(scope: &Scope) -> Owner {
    Owner { account_id: scope.account_id.as_ref().into(), region: scope.region.as_ref().into() }
}

impl Live {
    /// The input of the compiler: one part for each account and region. Those of files come first,
    /// so that paths of errors lead into them.
    fn definitions(&self) -> Vec<Definitions> {
        let mut all = vec![self.files.clone()];
        for (scope, managed) in &self.scopes {
            let owner = owner(scope);
            if owner == self.files.owner {
                managed.add_to(&mut all[0]);
            } else {
                let mut own = Definitions { owner, ..Definitions::default() };
                managed.add_to(&mut own);
                all.push(own);
            }
        }
        all
    }

    /// Lets go the copies of APIs: they are compiled.
    fn forget_copies(&mut self) {
        let stages = self.scopes.values_mut().flat_map(|managed| managed.stages.values_mut());
        stages.for_each(ahead::forget_copies);
    }

    /// Leaves out plans that do not compile with the stages: their keys admit nobody.
    fn leave_out_plans(&mut self, compiler: &Compiler) {
        for (scope, managed) in &mut self.scopes {
            let mut own = Definitions { owner: owner(scope), ..Definitions::default() };
            managed.add_to(&mut own);
            if let Err(errors) = compiler.prepare(&[own], 1) {
                let text = cannot_run(&errors).message;
                eprintln!("ringway: the usage plans of {scope:?} admit nobody: {text}");
                managed.usage_plans = Arc::default();
            }
        }
    }
}

impl Managed {
    /// Everything of a scope but its stages.
    fn read_rest(&mut self, tx: &mut Transaction<'_>) -> Result<(), ManagementError> {
        self.read_keys(tx)?;
        self.read_plans(tx)?;
        self.read_account(tx)
    }

    /// Takes over what a transaction changes.
    fn follow(
        &mut self,
        tx: &mut Transaction<'_>,
        settings: &Settings,
    ) -> Result<(), ManagementError> {
        let changed: Vec<_> = tx.changed().cloned().collect();
        let is = |kinds: &[Kind]| {
            changed.iter().any(|key| key.kind().is_some_and(|kind| kinds.contains(&kind)))
        };
        for key in changed.iter().filter(|key| key.kind() == Some(Kind::Stage)) {
            self.read_stage(tx, settings, key.parent(), key.id())?;
        }
        if is(&[Kind::ApiKey]) {
            self.read_keys(tx)?;
        }
        // Plans cover only stages that are there.
        if is(&[Kind::Stage, Kind::UsagePlan, Kind::UsagePlanKey]) {
            self.read_plans(tx)?;
        }
        if is(&[Kind::Account]) {
            self.read_account(tx)?;
        }
        Ok(())
    }

    fn read_stage(
        &mut self,
        tx: &mut Transaction<'_>,
        settings: &Settings,
        api: &str,
        name: &str,
    ) -> Result<(), ManagementError> {
        let key = (api.to_owned(), name.to_owned());
        let Some(stage) = tx.find::<kept::Stage>(api, name)? else {
            self.stages.remove(&key);
            return Ok(());
        };
        let deployment = deployed(tx, api, &stage.deployment_id)?;
        let canary = stage.canary_settings.as_ref();
        let canary = canary.map(|canary| deployed(tx, api, &canary.deployment_id)).transpose()?;
        self.stages.insert(key, convert::deployed(&stage, deployment, canary, settings));
        Ok(())
    }

    fn read_keys(&mut self, tx: &Transaction<'_>) -> Result<(), ManagementError> {
        let keys = tx.list::<ApiKey>("")?;
        self.api_keys = Arc::new(keys.into_iter().map(convert::api_key).collect());
        Ok(())
    }

    fn read_plans(&mut self, tx: &Transaction<'_>) -> Result<(), ManagementError> {
        let mut plans = Vec::new();
        for plan in tx.list::<UsagePlan>("")? {
            let keys = tx.ids(Kind::UsagePlanKey, &plan.id);
            plans.push(convert::usage_plan(plan, keys, |api, stage| {
                self.stages.contains_key(&(api.to_owned(), stage.to_owned()))
            }));
        }
        if *self.usage_plans != plans {
            self.usage_plans = Arc::new(plans);
        }
        Ok(())
    }

    fn read_account(&mut self, tx: &mut Transaction<'_>) -> Result<(), ManagementError> {
        let account: kept::Account = tx.find("", "")?.unwrap_or_default();
        self.account = definition::Account { throttle_settings: account.throttle_settings };
        Ok(())
    }

    /// Behind what is there already.
    fn add_to(&self, definitions: &mut Definitions) {
        definitions.account = self.account;
        let mut stages = self.stages.iter().peekable();
        while let Some(((api, _), first)) = stages.next() {
            let mut of_api = vec![first.clone()];
            while let Some((_, stage)) = stages.next_if(|((next, _), _)| next == api) {
                of_api.push(stage.clone());
            }
            definitions.apis.push(DeployedApi { id: api.clone(), stages: of_api });
        }
        add(&mut definitions.api_keys, &self.api_keys);
        add(&mut definitions.usage_plans, &self.usage_plans);
    }
}

/// Shares the list when there is only one, which is what the compiler recognises.
fn add<T: Clone>(all: &mut Arc<Vec<T>>, more: &Arc<Vec<T>>) {
    if all.is_empty() {
        *all = Arc::clone(more);
    } else if !more.is_empty() {
        Arc::make_mut(all).extend(more.iter().cloned());
    }
}

/// A deployment, from the store.
fn deployed(
    tx: &mut Transaction<'_>,
    api: &str,
    id: &str,
) -> Result<definition::RestApi, ManagementError> {
    let found = tx.find::<kept::DeployedApi>(api, id)?;
    found
        .map(|copy| copy.0)
        .ok_or_else(|| ManagementError::bad_request("Deployment id does not exist"))
}

/// Errors a caller is shown.
const ERRORS_SHOWN_MAX: usize = 5;

/// The compiler's errors as one refusal.
fn cannot_run(errors: &[CompileError]) -> ManagementError {
    ManagementError::bad_request(messages(errors))
}

/// The compiler's errors with their paths into the definition.
pub(crate) fn messages(errors: &[CompileError]) -> String {
    let shown = errors.iter().take(ERRORS_SHOWN_MAX);
    let mut texts: Vec<String> =
        shown.map(|error| format!("{}: {}", error.path, error.message)).collect();
    if let Some(more) = errors.len().checked_sub(ERRORS_SHOWN_MAX).filter(|more| *more > 0) {
        texts.push(format!("and {more} more"));
    }
    texts.join("; ")
}
