//! The compiler as a whole: accounts and stages to a snapshot, and what did not change to the same
//! parts of it as before.

use std::sync::{Arc, Weak};

use super::ServiceEndpoints;
use super::api;
use super::identifiers::Identifiers;
use super::plans::{Accounts, Usage};
use super::report::{Place, Report};
use super::shared::Shared;
use crate::definition::{self, Definitions, DeployedStage, Deployment, Owner, RestApi};
use crate::error::CompileError;
use crate::snapshot::{
    AccountIx, ApiEntry, ApiTable, Snapshot, Stage, StageIx, StagePlan, StageUsage,
};

/// Compiles again and again. A stage whose settings and deployment are what they were, and the keys
/// of an account whose keys and plans are what they were, are not compiled again but shared with
/// the snapshot before.
///
/// "What they were" is the same [`Arc`], which costs nothing to find out, or an equal value. Copies
/// of APIs are large: they are not kept alive from here.
#[derive(Debug, Default)]
pub struct Compiler {
    kept: Kept,
    shared: Shared,
}

/// What one compilation leaves to the next.
#[derive(Debug, Default)]
pub struct Kept {
    /// Ordered by (API id, stage name).
    stages: Vec<Compiled>,
    accounts: Accounts,
}

/// A snapshot that is not in force yet, and what [`Compiler::keep`] takes when it is.
#[derive(Debug)]
pub struct Compilation {
    /// What was compiled.
    pub snapshot: Snapshot,
    /// What the next compilation builds upon.
    pub kept: Kept,
}

/// A stage and what it was made from.
#[derive(Debug)]
struct Compiled {
    source: Source,
    owner: Owner,
    stage: Arc<Stage>,
    /// What its plans were made from; with another, they are made again.
    usage: Arc<Usage>,
    plans: Arc<[StagePlan]>,
    canary_plans: Arc<[StagePlan]>,
    account: AccountIx,
}

/// What a stage was made from.
#[derive(Debug, Clone)]
struct Source {
    stage: Arc<definition::Stage>,
    deployment: Weak<RestApi>,
    canary_deployment: Option<Weak<RestApi>>,
}

/// One stage to be compiled.
#[derive(Clone, Copy)]
struct Wanted<'d> {
    owner: &'d Owner,
    api_id: &'d str,
    source: &'d DeployedStage,
    usage: &'d Arc<Usage>,
    account: AccountIx,
}

impl Compiler {
    /// Integrations call services there.
    #[must_use]
    pub fn new(endpoints: Arc<ServiceEndpoints>) -> Self {
        let mut compiler = Self::default();
        compiler.shared.endpoints = endpoints;
        compiler
    }

    /// Compiles everything a process serves.
    ///
    /// # Errors
    /// Every fault found. Faults of an API's document carry the API and a path into the document
    /// (`$.paths['/pets'].get.…`); those of stages, keys and plans a path into the definitions
    /// (`$.apis[0].stages[0].…`, `$.apiKeys[0].…`, `$.usagePlans[0].…`; `$[1].apis[0].…` when
    /// there are several). What was compiled before is kept.
    pub fn compile(
        &mut self,
        accounts: &[Definitions],
        generation: u64,
    ) -> Result<Snapshot, Vec<CompileError>> {
        let Compilation { snapshot, kept } = self.prepare(accounts, generation)?;
        self.kept = kept;
        Ok(snapshot)
    }

    /// The same for a snapshot that may still come to nothing: until it is kept, the next one is
    /// compiled as if it had never been.
    ///
    /// # Errors
    /// As above.
    pub fn prepare(
        &self,
        accounts: &[Definitions],
        generation: u64,
    ) -> Result<Compilation, Vec<CompileError>> {
        let mut report = Report::default();
        let mut identifiers = Identifiers::default();
        let mut usages = Accounts::default();
        let mut stages = Vec::with_capacity(self.kept.stages.len() + 1);
        for (ix, definitions) in accounts.iter().enumerate() {
            let root = root(accounts, ix);
            let usage = self.kept.accounts.compile(definitions, &root, &mut report);
            identifiers.check(definitions, &root, &mut report);
            let account = AccountIx(ix as u32);
            self.stages(definitions, &usage, account, &root, &mut stages, &mut report);
            usage.check_coverage(definitions, &root, &mut report);
            usages.keep(usage);
        }
        report.finish(())?;
        stages.sort_by(|a, b| a.name().cmp(&b.name()));
        let kept = Kept { stages, accounts: usages };
        Ok(Compilation { snapshot: kept.snapshot(generation), kept })
    }

    /// What was prepared is in force.
    pub fn keep(&mut self, kept: Kept) {
        // Stages that are gone may be large, but this is not the thread that serves requests.
        self.kept = kept;
        self.shared.forget_unused();
    }

    /// Compiles one stage ahead of everything: when all is compiled, it is as it was.
    ///
    /// # Errors
    /// Every fault of this stage.
    pub fn compile_ahead(
        &mut self,
        owner: &Owner,
        api_id: &str,
        source: &DeployedStage,
    ) -> Result<(), Vec<CompileError>> {
        let (mut report, place) = (Report::default(), Place::settings());
        let stage = self.fresh(owner, api_id, source, &place, &mut report);
        // Keys and plans come when everything is compiled.
        let usage = Accounts::default().compile(&Definitions::default(), &place, &mut report);
        report.finish(())?;
        let (plans, canary_plans): (Arc<[_]>, Arc<[_]>) = Default::default();
        self.kept.stages.extend(stage.map(|stage| Compiled {
            source: Source::of(source),
            owner: owner.clone(),
            stage: Arc::new(stage),
            usage,
            plans,
            canary_plans,
            account: AccountIx(0),
        }));
        Ok(())
    }

    /// Takes over what was compiled ahead elsewhere, each stage once.
    pub fn join(&mut self, others: impl IntoIterator<Item = Self>) {
        self.kept.stages.extend(others.into_iter().flat_map(|other| other.kept.stages));
        self.kept.stages.sort_by(|a, b| a.name().cmp(&b.name()));
    }

    /// Adds the stages of one account that compile.
    fn stages(
        &self,
        definitions: &Definitions,
        usage: &Arc<Usage>,
        account: AccountIx,
        root: &Place<'_>,
        stages: &mut Vec<Compiled>,
        report: &mut Report,
    ) {
        for (ix, api) in definitions.apis.iter().enumerate() {
            for (stage_ix, source) in api.stages.iter().enumerate() {
                let owner = &definitions.owner;
                let wanted = Wanted { owner, api_id: &api.id, source, usage, account };
                let place = || root.key("apis").at(ix).key("stages").at(stage_ix);
                stages.extend(self.stage(wanted, root, place, report));
            }
        }
    }

    /// The stage as before, or compiled; `None` when it is refused.
    fn stage<'n>(
        &self,
        wanted: Wanted<'_>,
        root: &Place<'_>,
        place: impl Fn() -> Place<'n>,
        report: &mut Report,
    ) -> Option<Compiled> {
        let Wanted { owner, api_id, source, usage, account } = wanted;
        let known = self.known(wanted);
        let stage = match known {
            Some(known) => Arc::clone(&known.stage),
            None => Arc::new(self.fresh(owner, api_id, source, &place(), report)?),
        };
        let (plans, canary_plans) = match known {
            Some(known) if Arc::ptr_eq(&known.usage, usage) => {
                (Arc::clone(&known.plans), Arc::clone(&known.canary_plans))
            }
            Some(_) | None => {
                let canary = stage.canary.as_ref().map(|canary| &*canary.stage);
                let of_canary =
                    canary.map(|canary| usage.plans_of(canary, Some(&stage), root, report));
                (usage.plans_of(&stage, canary, root, report), of_canary.unwrap_or_default())
            }
        };
        let source = known.map_or_else(|| Source::of(source), |known| known.source.clone());
        let (owner, usage) = (owner.clone(), Arc::clone(usage));
        Some(Compiled { source, owner, stage, usage, plans, canary_plans, account })
    }

    /// Compiles a stage.
    fn fresh(
        &self,
        owner: &Owner,
        api_id: &str,
        source: &DeployedStage,
        place: &Place<'_>,
        report: &mut Report,
    ) -> Option<Stage> {
        let canary = source.canary_deployment.as_ref().map(Deployment::copy);
        let (Some(deployment), None | Some(Some(_))) = (source.deployment.copy(), canary) else {
            report.refuse(place, "its deployment was not compiled before");
            return None;
        };
        let (stage, canary_deployment) = (&*source.stage, canary.flatten());
        let source = api::Source { owner, api_id, stage, deployment, canary_deployment };
        api::compile(source, place, &self.shared, report)
    }

    /// What was compiled from the same before.
    fn known(&self, wanted: Wanted<'_>) -> Option<&Compiled> {
        let name = (wanted.api_id, wanted.source.stage.stage_name.as_str());
        let stages = &self.kept.stages;
        let at = stages.binary_search_by(|known| known.name().cmp(&name)).ok()?;
        let known = &stages[at];
        (known.owner == *wanted.owner && known.source.is(wanted.source)).then_some(known)
    }
}

impl Source {
    fn of(source: &DeployedStage) -> Self {
        let copy = |of: &Deployment| match of {
            Deployment::Copy(copy) => Arc::downgrade(copy),
            Deployment::AsCompiled => Weak::new(),
        };
        Self {
            stage: Arc::clone(&source.stage),
            deployment: copy(&source.deployment),
            canary_deployment: source.canary_deployment.as_ref().map(copy),
        }
    }

    /// Whether nothing else would come of `new`.
    fn is(&self, new: &DeployedStage) -> bool {
        let same_copy = |old: &Weak<RestApi>, new: &Deployment| match new {
            Deployment::Copy(new) => old.upgrade().is_some_and(|old| same(&old, new)),
            Deployment::AsCompiled => true,
        };
        same(&self.stage, &new.stage)
            && same_copy(&self.deployment, &new.deployment)
            && match (&self.canary_deployment, &new.canary_deployment) {
                (None, None) => true,
                (Some(old), Some(new)) => same_copy(old, new),
                (Some(_), None) | (None, Some(_)) => false,
            }
    }
}

impl Kept {
    fn snapshot(&self, generation: u64) -> Snapshot {
        let usage = |compiled: &Compiled| StageUsage {
            account: compiled.account,
            plans: Arc::clone(&compiled.plans),
            canary_plans: Arc::clone(&compiled.canary_plans),
        };
        Snapshot {
            generation,
            stages: self.stages.iter().map(|compiled| Arc::clone(&compiled.stage)).collect(),
            usage: self.stages.iter().map(usage).collect(),
            apis: self.table(),
            accounts: self.accounts.compiled(),
        }
    }

    /// Stages by API.
    fn table(&self) -> ApiTable {
        let mut ix = 0..;
        let apis = self.stages.chunk_by(|a, b| a.stage.api_id == b.stage.api_id);
        let entry = |stages: &[Compiled]| {
            let id = &stages[0].stage.api_id;
            let stages = stages.iter().zip(&mut ix);
            let stages = stages.map(|(of, ix)| (of.stage.name.clone(), StageIx(ix)));
            let entry = ApiEntry { id: id.clone(), stages: stages.collect() };
            (id.clone().into_boxed_bytes(), entry)
        };
        ApiTable { by_id: apis.map(entry).collect() }
    }
}

impl Compiled {
    fn name(&self) -> (&str, &str) {
        (&self.stage.api_id, &self.stage.name)
    }
}

/// Where the definitions of an account are.
fn root(accounts: &[Definitions], ix: usize) -> Place<'static> {
    let root = Place::settings();
    if accounts.len() == 1 { root } else { root.at(ix) }
}

/// Made from the same, without looking closer when it is one.
pub(super) fn same<T: PartialEq>(old: &Arc<T>, new: &Arc<T>) -> bool {
    Arc::ptr_eq(old, new) || old == new
}
