//! Usage plans: their keys, the stages they cover, the throttles they set there.

use std::collections::{HashMap, HashSet};

use super::keys::{self, KeyNames};
use super::report::{Place, Report};
use super::settings::{has_method, method_key, rate};
use crate::definition::{ApiStage, Definitions, RestApi, UsagePlan};
use crate::limits;
use crate::snapshot::{ApiKeys, MethodIx, Plan, PlanIx, Rate, Stage, StagePlan};

/// Compiles keys and plans, and adds the plans to the stages they cover.
pub(super) fn compile(
    definitions: &Definitions,
    stages: &mut [Stage],
    root: &Place,
    report: &mut Report,
) -> (ApiKeys, Box<[Plan]>) {
    let (key_place, plan_place) = (root.key("apiKeys"), root.key("usagePlans"));
    let names = KeyNames::of(&definitions.api_keys, &key_place, report);
    let mut plans_of_keys = vec![Vec::new(); definitions.api_keys.len()];
    let mut plans_of_stages: Vec<Vec<StagePlan>> = stages.iter().map(|_| Vec::new()).collect();
    let mut ids = HashSet::new();
    for (ix, plan) in definitions.usage_plans.iter().enumerate() {
        let place = plan_place.at(ix);
        let Ok(number) = u16::try_from(ix) else {
            report.refuse(&place, format!("There are at most {} usage plans", u16::MAX));
            break;
        };
        if !ids.insert(&plan.id) {
            report.refuse(&place.key("id"), format!("Usage plan {} is there twice", plan.id));
        }
        members(plan, PlanIx(number), &names, &mut plans_of_keys, &place, report);
        let throttle = plan.throttle.as_ref();
        let throttle = throttle.map(|limit| rate(limit, &place.key("throttle"), report));
        for (at, covered) in covered_stages(definitions, plan, &place, report) {
            let place = place.key("apiStages").at(at);
            let methods = method_throttles(covered.api, covered.settings, &place, report);
            let Some(stage_ix) = covered.find(stages) else { continue };
            plans_of_stages[stage_ix].push(StagePlan {
                plan: PlanIx(number),
                plan_id: plan.id.as_str().into(),
                throttle,
                methods: numbered(&stages[stage_ix], methods),
            });
        }
    }
    one_plan_per_stage(definitions, &plans_of_keys, &plan_place, report);
    for (stage, plans) in stages.iter_mut().zip(plans_of_stages) {
        stage.plans = plans.into();
    }
    let plan =
        |plan: &UsagePlan| Plan { id: plan.id.as_str().into(), name: plan.name.as_str().into() };
    let keys = keys::compile(&definitions.api_keys, plans_of_keys, &key_place, report);
    (keys, definitions.usage_plans.iter().map(plan).collect())
}

/// Enters the keys of a plan.
fn members(
    plan: &UsagePlan,
    plan_ix: PlanIx,
    names: &KeyNames<'_>,
    plans_of_keys: &mut [Vec<PlanIx>],
    place: &Place,
    report: &mut Report,
) {
    let place = place.key("keys");
    for (ix, name) in plan.keys.iter().enumerate() {
        let entered = names
            .find(name)
            .and_then(|key| enter(&mut plans_of_keys[key.0 as usize], plan_ix, name));
        if let Err(message) = entered {
            report.refuse(&place.at(ix), message);
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

/// A stage a plan covers, found in the definitions.
struct Covered<'d> {
    settings: &'d ApiStage,
    api: &'d RestApi,
}

impl Covered<'_> {
    /// The compiled stage; `None` when it was refused.
    fn find(&self, stages: &[Stage]) -> Option<usize> {
        let wanted = (self.settings.api_id.as_str(), self.settings.stage.as_str());
        stages.binary_search_by(|stage| (&*stage.api_id, &*stage.name).cmp(&wanted)).ok()
    }
}

/// The stages of a plan with their positions; refuses unknown ones and those there twice.
fn covered_stages<'d>(
    definitions: &'d Definitions,
    plan: &'d UsagePlan,
    place: &Place,
    report: &mut Report,
) -> Vec<(usize, Covered<'d>)> {
    let mut seen = HashSet::new();
    let mut covered = Vec::new();
    for (ix, settings) in plan.api_stages.iter().enumerate() {
        let (api_id, stage) = (&settings.api_id, &settings.stage);
        let api = definitions.apis.iter().find(|api| api.id == *api_id);
        let deployed = api
            .and_then(|api| api.stages.iter().find(|deployed| deployed.stage.stage_name == *stage));
        let place = place.key("apiStages").at(ix);
        match deployed {
            None => report.refuse(&place, format!("API Stage not found: {api_id}:{stage}")),
            Some(_) if !seen.insert((api_id, stage)) => {
                report.refuse(&place, format!("API Stage {api_id}:{stage} is there twice"));
            }
            Some(deployed) => covered.push((ix, Covered { settings, api: &deployed.deployment })),
        }
    }
    covered
}

/// Throttles of single methods, by path and verb.
fn method_throttles(
    api: &RestApi,
    settings: &ApiStage,
    place: &Place,
    report: &mut Report,
) -> Vec<((String, String), Rate)> {
    let place = place.key("throttle");
    let mut throttles = Vec::new();
    for (key, limit) in &settings.throttle {
        let place = place.key(key);
        let limit = rate(limit, &place, report);
        match method_key(key).filter(|method| has_method(api, method)) {
            None => report.refuse(&place, "There is no such method in this API"),
            Some(method) if throttles.iter().any(|(own, _)| *own == method) => {
                report.refuse(&place, "The throttle of this method is there twice");
            }
            Some(method) => throttles.push((method, limit)),
        }
    }
    throttles
}

/// The same by the numbers of the compiled methods, sorted.
fn numbered(stage: &Stage, throttles: Vec<((String, String), Rate)>) -> Box<[(MethodIx, Rate)]> {
    let mut numbered = Vec::with_capacity(throttles.len());
    for ((path, verb), limit) in throttles {
        let ix = stage
            .methods
            .iter()
            .position(|method| *method.resource_path == *path && *method.http_method == *verb);
        numbered.extend(ix.map(|ix| (MethodIx(ix as u32), limit)));
    }
    numbered.sort_by_key(|(ix, _)| *ix);
    numbered.into()
}

/// On one stage a key stands for one plan; AWS refuses a second.
fn one_plan_per_stage(
    definitions: &Definitions,
    plans_of_keys: &[Vec<PlanIx>],
    place: &Place,
    report: &mut Report,
) {
    let plan = |ix: PlanIx| &definitions.usage_plans[usize::from(ix.0)];
    // Keys are many, pairs of plans few.
    let mut shared = HashMap::new();
    for (key, plans) in definitions.api_keys.iter().zip(plans_of_keys) {
        for (position, &later) in plans.iter().enumerate() {
            for &earlier in &plans[..position] {
                let stage = *shared
                    .entry((earlier, later))
                    .or_insert_with(|| shared_stage(plan(earlier), plan(later)));
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

/// A stage both plans cover.
fn shared_stage<'d>(earlier: &UsagePlan, later: &'d UsagePlan) -> Option<&'d ApiStage> {
    let covers = |stage: &ApiStage| {
        let mut own = earlier.api_stages.iter();
        own.any(|own| own.api_id == stage.api_id && own.stage == stage.stage)
    };
    later.api_stages.iter().find(|stage| covers(stage))
}
