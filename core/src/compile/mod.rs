//! Definitions to snapshot: the only place that can reject a definition.
//!
//! Everything a request would have to choose or look up by name is resolved here. What this build
//! does not do yet is refused with its name, never ignored. All errors are reported, not only the
//! first. Must not know OpenAPI: it reads definitions only, and names places in documents so that
//! its callers can find the line.

mod access_log;
mod api;
mod cache;
mod gateway_response;
mod http_integration;
mod integration;
mod keys;
mod method;
mod mock;
mod plans;
mod report;
mod response;
mod scope;
mod settings;
#[cfg(test)]
mod tests;
mod uri;

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use crate::definition::Definitions;
use crate::error::CompileError;
use crate::snapshot::{ApiEntry, ApiTable, Snapshot, Stage, StageIx};
use report::{Place, Report};

/// Compiles everything one process serves.
///
/// # Errors
/// Every fault found. Faults of an API's document carry the API and a path into the document
/// (`$.paths['/pets'].get.…`); those of stages, keys and plans a path into the settings
/// (`$.apis[0].stages[0].…`, `$.apiKeys[0].…`, `$.usagePlans[0].…`).
pub fn compile(definitions: &Definitions, generation: u64) -> Result<Snapshot, Vec<CompileError>> {
    let mut report = Report::default();
    let root = Place::settings();
    let place = root.key("account").key("throttleSettings");
    let account = settings::rate(&definitions.account.throttle_settings, &place, &mut report);
    check_identifiers(definitions, &root, &mut report);
    let mut stages = stages(definitions, &root, &mut report);
    let (keys, plans) = plans::compile(definitions, &mut stages, &root, &mut report);
    report.finish(Snapshot {
        generation,
        apis: table(&stages),
        stages: stages.into_iter().map(Arc::new).collect(),
        keys: Arc::new(keys),
        plans,
        account,
    })
}

/// Names of the usage plans whose quota is kept but not enforced by this build.
#[must_use]
pub fn unenforced_quotas(definitions: &Definitions) -> Vec<String> {
    let with_quota = definitions.usage_plans.iter().filter(|plan| plan.quota.is_some());
    with_quota.map(|plan| plan.name.clone()).collect()
}

/// All stages that compile, numbered in the order of (API id, stage name).
fn stages(definitions: &Definitions, root: &Place, report: &mut Report) -> Vec<Stage> {
    let mut destinations = access_log::Destinations::default();
    let mut stages = Vec::new();
    for (ix, api) in definitions.apis.iter().enumerate() {
        for (stage_ix, deployed) in api.stages.iter().enumerate() {
            let place = root.key("apis").at(ix).key("stages").at(stage_ix);
            stages.extend(api::compile(&api.id, deployed, place, &mut destinations, report));
        }
    }
    stages.sort_by(|a, b| (&a.api_id, &a.name).cmp(&(&b.api_id, &b.name)));
    for (ix, stage) in stages.iter_mut().enumerate() {
        stage.ix = StageIx(ix as u32);
    }
    stages
}

/// Stages by API; relies on their order.
fn table(stages: &[Stage]) -> ApiTable {
    let mut by_id: HashMap<Box<str>, Vec<(Box<str>, StageIx)>> = HashMap::new();
    for stage in stages {
        by_id.entry(stage.api_id.clone()).or_default().push((stage.name.clone(), stage.ix));
    }
    let entry = |(id, stages): (Box<str>, Vec<_>)| {
        (id.clone().into_boxed_bytes(), ApiEntry { id, stages: stages.into_boxed_slice() })
    };
    ApiTable { by_id: by_id.into_iter().map(entry).collect() }
}

/// Identifiers appear in host names and paths, and must be unique there.
fn check_identifiers(definitions: &Definitions, root: &Place, report: &mut Report) {
    let mut ids = HashSet::new();
    for (ix, api) in definitions.apis.iter().enumerate() {
        let place = root.key("apis").at(ix);
        let letters = |byte: u8| matches!(byte, b'a'..=b'z' | b'0'..=b'9' | b'-');
        if !(1..=64).contains(&api.id.len()) || !api.id.bytes().all(letters) {
            report.refuse(&place.key("id"), "An API id is 1 to 64 of a-z, 0-9 and -");
        }
        if !ids.insert(&api.id) {
            report.refuse(&place.key("id"), format!("API id {} is there twice", api.id));
        }
        let mut names = HashSet::new();
        for (stage_ix, deployed) in api.stages.iter().enumerate() {
            let place = place.key("stages").at(stage_ix).key("stageName");
            let name = &deployed.stage.stage_name;
            let letters = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_');
            if !(1..=128).contains(&name.len()) || !name.bytes().all(letters) {
                // AWS's own words.
                report.refuse(
                    &place,
                    "Stage name only allows a-zA-Z0-9_- and is 1 to 128 characters long",
                );
            }
            if !names.insert(name) {
                report.refuse(&place, format!("Stage {name} is there twice"));
            }
        }
    }
}
