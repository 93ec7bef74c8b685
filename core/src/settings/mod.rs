//! The settings file: which APIs run in which stages, keys and plans, without a database.
//!
//! Its entries have the shape and names of AWS's Create*/Get* structures. Reading is strict: a key
//! nobody knows is an error with its place. What a value means, and whether it is allowed, is the
//! compiler's business; nothing here reads files.

mod extensions;
mod method_settings;
mod strict;

use std::collections::HashSet;
use std::sync::Arc;

use serde::{Deserialize, Serialize};
use serde_json::Value;

pub use extensions::Extensions;

use crate::definition::{
    Account, ApiKey, Definitions, DeployedApi, DeployedStage, Deployment, Function, Owner, RestApi,
    Stage, UsagePlan,
};
use crate::limits::FUNCTIONS_MAX;
use crate::openapi::at::At;
use crate::openapi::document::{self, Bounds};
use crate::openapi::ids::{SHORT, stable};
use crate::openapi::{ImportError, with_lines};

/// A settings file.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default, deny_unknown_fields)]
pub struct Settings {
    /// The account-wide throttle.
    pub account: Account,
    /// What is served.
    pub apis: Vec<SettingsApi>,
    /// Keys; the identifier is the name unless it is given.
    pub api_keys: Vec<ApiKey>,
    /// Plans; the identifier is the name unless it is given.
    pub usage_plans: Vec<UsagePlan>,
    /// Lambda functions that run on this machine.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub functions: Vec<Function>,
}

/// An API of a settings file.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct SettingsApi {
    /// Goes into [`crate::openapi::ImportOptions::api_id`]; made from the title when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub id: Option<String>,
    /// Path of the OpenAPI document, relative to the settings file.
    pub openapi: String,
    /// At least one.
    pub stages: Vec<Stage>,
}

/// Tells a settings file from an OpenAPI document: it has a top-level `apis`. Text that cannot be
/// parsed is judged by its lines, so that its error is reported as that of the right kind of file.
#[must_use]
pub fn is_settings(text: &[u8]) -> bool {
    match document::parse(text, Bounds::SETTINGS) {
        Ok(document) => {
            let has = |key| document.root.get(key).is_some();
            has("apis") && !has("openapi") && !has("swagger")
        }
        Err(_) => {
            let begins = |key: &str| {
                let line = |line: &[u8]| line.trim_ascii_start().starts_with(key.as_bytes());
                text.split(|&byte| byte == b'\n').any(line)
            };
            (begins("apis:") || begins("\"apis\"")) && !begins("openapi:") && !begins("\"openapi\"")
        }
    }
}

/// Reads a settings file, JSON or YAML.
///
/// # Errors
/// The first thing wrong: syntax, a key nobody knows, a value of the wrong type, nothing to serve;
/// with JSON path (`$.apis[0].stages[1].x`) and line.
pub fn parse(text: &[u8]) -> Result<Settings, ImportError> {
    let document = document::parse(text, Bounds::SETTINGS)?;
    let repeated = document.duplicates.first();
    if let Some((at, key)) = repeated {
        return Err(ImportError::document(format!("key `{key}` is there twice"), Some(*at)));
    }
    read(document.root).map_err(|error| with_lines(error, text))
}

fn read(mut root: Value) -> Result<Settings, ImportError> {
    // As written first: an error must name the entry it was made in, not one that inherits from it.
    let written: Settings = strict::read(&root, &At::ROOT)?;
    let apis = At::ROOT.key("apis");
    if written.apis.is_empty() {
        return Err(strict::error(&apis, "there is no API to serve"));
    }
    if let Some(api) = written.apis.iter().position(|api| api.stages.is_empty()) {
        return Err(strict::error(&apis.index(api).key("stages"), "an API needs a stage"));
    }
    functions_are_told_apart(&written.functions)?;
    let account = written.account;
    // Keys may be millions: not more than one copy of them beside the tree.
    drop(written.api_keys);
    for stage in root["apis"].as_array_mut().into_iter().flatten() {
        for stage in stage["stages"].as_array_mut().into_iter().flatten() {
            method_settings::inherit(stage, &account);
        }
    }
    let mut settings: Settings = strict::read(&root, &At::ROOT)?;
    drop(root);
    for key in settings.api_keys.iter_mut().filter(|key| key.id.is_empty()) {
        key.id.clone_from(&key.name);
    }
    for plan in settings.usage_plans.iter_mut().filter(|plan| plan.id.is_empty()) {
        plan.id.clone_from(&plan.name);
    }
    Ok(settings)
}

fn functions_are_told_apart(functions: &[Function]) -> Result<(), ImportError> {
    let place = At::ROOT.key("functions");
    if functions.len() > FUNCTIONS_MAX {
        return Err(strict::error(&place, &format!("there are more than {FUNCTIONS_MAX}")));
    }
    let mut names = HashSet::new();
    match functions.iter().position(|function| !names.insert(&function.function_name)) {
        Some(at) => {
            let place = place.index(at);
            Err(strict::error(&place.key("functionName"), "another function has this name"))
        }
        None => Ok(()),
    }
}

impl Settings {
    /// The input of the compiler, from the imported documents with their places in
    /// [`Settings::apis`]. For paths in errors to be right, all are there and in order.
    #[must_use]
    pub fn definitions(self, apis: Vec<(usize, RestApi)>) -> Definitions {
        let deployed = |(at, api): (usize, RestApi)| {
            let stages = self.apis.get(at).map(|api| api.stages.clone());
            deploy(api, stages.unwrap_or_default())
        };
        Definitions {
            owner: Owner::default(),
            account: self.account,
            apis: apis.into_iter().map(deployed).collect(),
            api_keys: Arc::new(self.api_keys),
            usage_plans: Arc::new(self.usage_plans),
        }
    }
}

/// One API in one stage, without keys and plans: `ringway up openapi.yaml --stage dev`. What the
/// document says about its stage (`x-ringway-stage`) holds.
#[must_use]
pub fn single(api: RestApi, stage_name: &str, extensions: &Extensions) -> Definitions {
    let stage = Stage { stage_name: stage_name.into(), ..extensions.stage.clone() };
    Definitions { apis: vec![deploy(api, vec![stage])], ..Definitions::default() }
}

/// Stages that run one copy of the API. The deployment's identifier depends on its content.
fn deploy(api: RestApi, stages: Vec<Stage>) -> DeployedApi {
    let content = serde_json::to_string(&api).unwrap_or_default();
    let deployment_id = stable(&["deployment", &api.id, &content], SHORT);
    let (id, deployment) = (api.id.clone(), Deployment::from(api));
    let deployed = |mut stage: Stage| {
        stage.deployment_id.get_or_insert_with(|| deployment_id.clone());
        DeployedStage {
            stage: Arc::new(stage),
            deployment: deployment.clone(),
            canary_deployment: None,
        }
    };
    DeployedApi { id, stages: stages.into_iter().map(deployed).collect() }
}
