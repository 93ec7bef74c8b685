//! Accounts and usage plans: their keys, the stages they cover, the throttles they set there.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use super::compiler::same;
use super::keys::{self, KeyNames};
use super::report::{Place, Report};
use super::settings::{self, method_key};
use crate::definition::{ApiKey, ApiStage, Definitions, UsagePlan};
use crate::limits;
use crate::snapshot::{Account, ApiKeys, MethodIx, Plan, PlanIx, Rate, Stage, StagePlan};

/// The accounts compiled last.
#[derive(Debug, Default)]
pub(super) struct Accounts(Vec<Arc<Usage>>);

impl Accounts {
    /// An account, as before when nothing of it changed.
    pub(super) fn compile(
        &self,
        definitions: &Definitions,
        root: &Place<'_>,
        report: &mut Report,
    ) -> Arc<Usage> {
        let place = root.key("account").key("throttleSettings");
        let throttle = settings::rate(&definitions.account.throttle_settings, &place, report);
        let known = self.0.iter().find(|known| known.account.owner == definitions.owner);
        let members = known.map(|known| &known.members).filter(|known| known.are_of(definitions));
        if let (Some(known), Some(_)) = (known, members)
            && known.account.throttle == throttle
        {
            return Arc::clone(known);
        }
        let members = match members {
            Some(members) => Arc::clone(members),
            None => Arc::new(Members::compile(definitions, root, report)),
        };
        let account = Account {
            owner: definitions.owner.clone(),
            throttle,
            keys: Arc::clone(&members.keys),
            plans: Arc::clone(&members.plans),
        };
        Arc::new(Usage { account: Arc::new(account), members })
    }

    /// Adds one.
    pub(super) fn keep(&mut self, usage: Arc<Usage>) {
        self.0.push(usage);
    }

    /// For a snapshot.
    pub(super) fn compiled(&self) -> Box<[Arc<Account>]> {
        self.0.iter().map(|usage| Arc::clone(&usage.account)).collect()
    }
}

/// One account.
#[derive(Debug)]
pub(super) struct Usage {
    account: Arc<Account>,
    members: Arc<Members>,
}

/// Keys and plans of an account, and what they were made from.
#[derive(Debug)]
struct Members {
    api_keys: Arc<Vec<ApiKey>>,
    usage_plans: Arc<Vec<UsagePlan>>,
    keys: Arc<ApiKeys>,
    plans: Arc<[Plan]>,
    /// By API and stage, the plans that cover it in their order.
    coverage: HashMap<Box<str>, HashMap<Box<str>, Vec<Covering>>>,
}

/// An entry of a plan's `apiStages`.
#[derive(Debug, Clone, Copy)]
struct Covering {
    plan: PlanIx,
    /// Position in `apiStages`.
    at: u32,
}

impl Members {
    fn are_of(&self, definitions: &Definitions) -> bool {
        same(&self.api_keys, &definitions.api_keys)
            && same(&self.usage_plans, &definitions.usage_plans)
    }

    fn compile(definitions: &Definitions, root: &Place<'_>, report: &mut Report) -> Self {
        let (key_place, plan_place) = (root.key("apiKeys"), root.key("usagePlans"));
        let names = KeyNames::of(&definitions.api_keys, &key_place, report);
        let mut members = Self {
            api_keys: Arc::clone(&definitions.api_keys),
            usage_plans: Arc::clone(&definitions.usage_plans),
            keys: Arc::default(),
            plans: [].into(),
            coverage: HashMap::new(),
        };
        let mut plans_of_keys = vec![Vec::new(); definitions.api_keys.len()];
        let (mut plans, mut ids) = (Vec::new(), HashSet::new());
        for (ix, plan) in definitions.usage_plans.iter().enumerate() {
            let place = plan_place.at(ix);
            let Ok(number) = u16::try_from(ix) else {
                report.refuse(&place, format!("There are at most {} usage plans", u16::MAX));
                break;
            };
            if !ids.insert(&plan.id) {
                report.refuse(&place.key("id"), format!("Usage plan {} is there twice", plan.id));
            }
            enter_keys(plan, PlanIx(number), &names, &mut plans_of_keys, &place, report);
            members.cover(plan, PlanIx(number), &place, report);
            let throttle = plan.throttle.as_ref();
            let throttle =
                throttle.map(|limit| settings::rate(limit, &place.key("throttle"), report));
            plans.push(Plan {
                id: plan.id.as_str().into(),
                name: plan.name.as_str().into(),
                throttle,
            });
        }
        one_plan_per_stage(definitions, &plans_of_keys, &plan_place, report);
        members.plans = plans.into();
        members.keys =
            Arc::new(keys::compile(&definitions.api_keys, plans_of_keys, &key_place, report));
        members
    }

    /// Enters the stages of a plan; refuses those there twice.
    fn cover(&mut self, plan: &UsagePlan, ix: PlanIx, place: &Place<'_>, report: &mut Report) {
        for (at, settings) in plan.api_stages.iter().enumerate() {
            let ApiStage { api_id, stage, .. } = settings;
            let covering = Covering { plan: ix, at: at as u32 };
            let entry = self.coverage.get_mut(api_id.as_str());
            if let Some(all) = entry.and_then(|stages| stages.get_mut(stage.as_str())) {
                if all.last().is_some_and(|last| last.plan == ix) {
                    let place = place.key("apiStages").at(at);
                    report.refuse(&place, format!("API Stage {api_id}:{stage} is there twice"));
                } else {
                    all.push(covering);
                }
            } else {
                let stages = self.coverage.entry(api_id.as_str().into()).or_default();
                stages.insert(stage.as_str().into(), vec![covering]);
            }
        }
    }

    fn settings(&self, covering: Covering) -> &ApiStage {
        &self.usage_plans[usize::from(covering.plan.0)].api_stages[covering.at as usize]
    }
}

impl Covering {
    fn place<'n>(self, root: &Place<'n>) -> Place<'n> {
        let plan = root.key("usagePlans").at(usize::from(self.plan.0));
        plan.key("apiStages").at(self.at as usize)
    }
}

impl Usage {
    /// The plans that cover a stage, by its methods. `other` is its second deployment: throttles
    /// may be for methods that only that one has.
    pub(super) fn plans_of(
        &self,
        stage: &Stage,
        other: Option<&Stage>,
        root: &Place<'_>,
        report: &mut Report,
    ) -> Arc<[StagePlan]> {
        let of_api = self.members.coverage.get(&stage.api_id);
        let all = of_api.and_then(|stages| stages.get(&stage.name));
        // Named once for all plans.
        let mut methods = None;
        let plan = |covering: &Covering| {
            let settings = self.members.settings(*covering);
            if settings.throttle.is_empty() {
                return StagePlan { plan: covering.plan, methods: Box::default() };
            }
            let methods =
                methods.get_or_insert_with(|| (method_names(stage), other.map(method_names)));
            let methods = method_throttles(methods, settings, &covering.place(root), report);
            StagePlan { plan: covering.plan, methods }
        };
        all.into_iter().flatten().map(plan).collect()
    }

    /// Refuses stages of plans that are not there.
    pub(super) fn check_coverage(
        &self,
        definitions: &Definitions,
        root: &Place<'_>,
        report: &mut Report,
    ) {
        let apis: HashMap<&str, _> =
            definitions.apis.iter().map(|api| (api.id.as_str(), &api.stages)).collect();
        let mut missing: Vec<&Covering> = Vec::new();
        for (api, covered) in &self.members.coverage {
            let stages = apis.get(&**api);
            for (name, coverings) in covered {
                let mut there = stages.into_iter().copied().flatten();
                if !there.any(|deployed| *deployed.stage.stage_name == **name) {
                    missing.extend(coverings);
                }
            }
        }
        missing.sort_by_key(|covering| (covering.plan, covering.at));
        for covering in missing {
            let ApiStage { api_id, stage, .. } = self.members.settings(*covering);
            let message = format!("API Stage not found: {api_id}:{stage}");
            report.refuse(&covering.place(root), message);
        }
    }
}

/// Enters the keys of a plan.
fn enter_keys(
    plan: &UsagePlan,
    plan_ix: PlanIx,
    names: &KeyNames<'_>,
    plans_of_keys: &mut [Vec<PlanIx>],
    place: &Place<'_>,
    report: &mut Report,
) {
    for (ix, name) in plan.keys.iter().enumerate() {
        let entered = names
            .find(name)
            .and_then(|key| enter(&mut plans_of_keys[key.0 as usize], plan_ix, name));
        if let Err(message) = entered {
            report.refuse(&place.key("keys").at(ix), message);
        }
    }
}

/// Adds a plan to those of a key.
fn enter(plans: &mut Vec<PlanIx>, plan: PlanIx, name: &str) -> Result<(), String> {
    if plans.last() == Some(&plan) {
        return Err(format!("API key {name} is there twice"));
    }
    let most = limits::USAGE_PLANS_PER_KEY_MAX;
    if plans.len() == most {
        return Err(format!("API key {name} belongs to more than {most} plans"));
    }
    plans.push(plan);
    Ok(())
}

type MethodNames<'s> = HashMap<(&'s str, &'s str), MethodIx>;

fn method_names(stage: &Stage) -> MethodNames<'_> {
    let named = stage.methods.iter().zip(0..);
    named
        .map(|(method, ix)| ((&*method.resource_path, &*method.http_method), MethodIx(ix)))
        .collect()
}

/// Throttles of single methods, sorted.
fn method_throttles(
    (methods, others): &(MethodNames<'_>, Option<MethodNames<'_>>),
    settings: &ApiStage,
    place: &Place<'_>,
    report: &mut Report,
) -> Box<[(MethodIx, Rate)]> {
    let place = place.key("throttle");
    let mut throttles: Vec<(MethodIx, Rate)> = Vec::new();
    for (key, limit) in &settings.throttle {
        let place = place.key(key);
        let limit = settings::rate(limit, &place, report);
        let named = method_key(key);
        let method = |of: &MethodNames<'_>| {
            let (path, verb) = named.as_ref()?;
            of.get(&(path.as_str(), verb.as_str())).copied()
        };
        match method(methods) {
            None if others.as_ref().and_then(method).is_some() => {}
            None => report.refuse(&place, "There is no such method in this API"),
            Some(method) if throttles.iter().any(|(own, _)| *own == method) => {
                report.refuse(&place, "The throttle of this method is there twice");
            }
            Some(method) => throttles.push((method, limit)),
        }
    }
    throttles.sort_by_key(|(ix, _)| *ix);
    throttles.into()
}

/// On one stage a key stands for one plan; AWS refuses a second.
fn one_plan_per_stage(
    definitions: &Definitions,
    plans_of_keys: &[Vec<PlanIx>],
    place: &Place<'_>,
    report: &mut Report,
) {
    let plan = |ix: PlanIx| &definitions.usage_plans[usize::from(ix.0)];
    // Keys are many, pairs of plans few.
    let (mut shared, mut covered) = (HashMap::new(), HashMap::new());
    for (key, plans) in definitions.api_keys.iter().zip(plans_of_keys) {
        for (position, &later) in plans.iter().enumerate() {
            for &earlier in &plans[..position] {
                let stage = *shared.entry((earlier, later)).or_insert_with(|| {
                    let covered = covered.entry(earlier).or_insert_with(|| stages(plan(earlier)));
                    let mut of_later = plan(later).api_stages.iter();
                    of_later.find(|stage| covered.contains(&(&*stage.api_id, &*stage.stage)))
                });
                if let Some(ApiStage { api_id, stage, .. }) = stage {
                    let first = &plan(earlier).name;
                    report.refuse(
                        &place.at(usize::from(later.0)).key("keys"),
                        format!(
                            "API key {} is already in usage plan {first}, which covers \
                             {api_id}:{stage} too",
                            key.name
                        ),
                    );
                }
            }
        }
    }
}

fn stages(plan: &UsagePlan) -> HashSet<(&str, &str)> {
    plan.api_stages.iter().map(|stage| (&*stage.api_id, &*stage.stage)).collect()
}
