//! The compiler as a whole: accounts and stages to a snapshot, and what did not change to the same
//! parts of it as before.

use std::mem;
use std::sync::Arc;

use super::api;
use super::identifiers::Identifiers;
use super::plans::{Accounts, Usage};
use super::report::{Place, Report};
use super::shared::Shared;
use crate::definition::{Definitions, DeployedStage, Owner};
use crate::error::CompileError;
use crate::snapshot::{
    AccountIx, ApiEntry, ApiTable, Snapshot, Stage, StageIx, StagePlan, StageUsage,
};

/// Compiles again and again. A stage whose settings and deployment are what they were, and the keys
/// of an account whose keys and plans are what they were, are not compiled again but shared with
/// the snapshot before.
///
/// "What they were" is the same [`Arc`], which costs nothing to find out, or an equal value.
#[derive(Debug, Default)]
pub struct Compiler {
    /// Ordered by (API id, stage name).
    stages: Vec<Compiled>,
    accounts: Accounts,
    shared: Shared,
}

/// A stage and what it was made from.
#[derive(Debug)]
struct Compiled {
    source: DeployedStage,
    owner: Owner,
    stage: Arc<Stage>,
    /// What its plans were made from; with another, they are made again.
    usage: Arc<Usage>,
    plans: Arc<[StagePlan]>,
    canary_plans: Arc<[StagePlan]>,
    account: AccountIx,
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
        let mut report = Report::default();
        let mut identifiers = Identifiers::default();
        let mut usages = Accounts::default();
        let mut stages = Vec::with_capacity(self.stages.len() + 1);
        for (ix, definitions) in accounts.iter().enumerate() {
            let root = root(accounts, ix);
            let usage = self.accounts.compile(definitions, &root, &mut report);
            identifiers.check(definitions, &root, &mut report);
            let account = AccountIx(ix as u32);
            self.stages(definitions, &usage, account, &root, &mut stages, &mut report);
            usage.check_coverage(definitions, &root, &mut report);
            usages.keep(usage);
        }
        report.finish(())?;
        stages.sort_by(|a, b| a.name().cmp(&b.name()));
        // Stages that are gone may be large, but this is not the thread that serves requests.
        drop(mem::replace(&mut self.stages, stages));
        self.accounts = usages;
        self.shared.forget_unused();
        Ok(self.snapshot(generation))
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
            None => {
                let source = api::Source { owner, api_id, deployed: source };
                Arc::new(api::compile(source, &place(), &self.shared, report)?)
            }
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
        let (source, owner, usage) = (source.clone(), owner.clone(), Arc::clone(usage));
        Some(Compiled { source, owner, stage, usage, plans, canary_plans, account })
    }

    /// What was compiled from the same before.
    fn known(&self, wanted: Wanted<'_>) -> Option<&Compiled> {
        let name = (wanted.api_id, wanted.source.stage.stage_name.as_str());
        let at = self.stages.binary_search_by(|known| known.name().cmp(&name)).ok()?;
        let known = &self.stages[at];
        let (old, new) = (&known.source, wanted.source);
        let same = known.owner == *wanted.owner
            && same(&old.stage, &new.stage)
            && same(&old.deployment, &new.deployment)
            && match (&old.canary_deployment, &new.canary_deployment) {
                (None, None) => true,
                (Some(old), Some(new)) => same(old, new),
                (Some(_), None) | (None, Some(_)) => false,
            };
        same.then_some(known)
    }

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
