//! Deployments (<https://docs.aws.amazon.com/apigateway/latest/api/API_Deployment.html>): immutable
//! copies of an API.

use indexmap::IndexMap;
use ringway_core::definition::{CanarySettings, RestApi};
use serde_json::{Map, Value, json};

use super::stages;
use crate::definition::{DeployedApi, Deployment, Stage, whole};
use crate::documents::Kind;
use crate::error::ManagementError;
use crate::rest::call::{Answered, Call, answer, shown, without_empty};
use crate::rest::paging::page;
use crate::rest::patch::{self, OPTIONAL, Rule, Rules, Target, Wording};
use crate::rest::wire::Answer;

const RULES: Rules = Rules {
    rules: &[Rule { path: "/description", ops: OPTIONAL, target: Target::Value(patch::text) }],
    wording: Wording::Plain,
};

/// CreateDeployment; with a stage name it also points that stage to the new deployment, or its
/// canary (aws-facts 91, 101). Whether it can run is found out before it is acknowledged.
pub(in crate::rest) fn create(call: &mut Call<'_>) -> Answered {
    let api_id = call.existing_api()?;
    let api = whole(&mut call.tx, &api_id)?.ok_or_else(|| call.unknown_api(&api_id))?;
    deployable(&api)?;
    let deployment = Deployment {
        id: call.short_id()?,
        description: call.input.text("description").map(str::to_owned),
        created_date: call.now_seconds(),
    };
    call.tx.put(&api_id, &deployment.id, &DeployedApi(api))?;
    call.tx.put(&api_id, &deployment.id, &deployment)?;
    if let Some(name) = call.input.text("stageName").filter(|name| !name.is_empty()) {
        let name = name.to_owned();
        point(call, &api_id, &name, &deployment.id)?;
    }
    show(&deployment).map(Answer::Json)
}

/// What AWS refuses to deploy.
fn deployable(api: &RestApi) -> Result<(), ManagementError> {
    let mut methods = api.resources.iter().flat_map(|resource| resource.methods.values());
    match methods.next() {
        None => Err(ManagementError::bad_request("The REST API doesn't contain any methods")),
        Some(first) if first.integration.is_none() || methods.any(|m| m.integration.is_none()) => {
            Err(ManagementError::bad_request("No integration defined for method"))
        }
        Some(_) => Ok(()),
    }
}

/// Points a stage, made when it is not there, to a deployment.
fn point(
    call: &mut Call<'_>,
    api_id: &str,
    name: &str,
    deployment_id: &str,
) -> Result<(), ManagementError> {
    let now = call.now_seconds();
    let found: Option<Stage> = call.tx.find(api_id, name)?;
    let is_new = found.is_none();
    let mut stage = match found {
        Some(stage) => stage,
        None => Stage {
            stage_name: stages::checked_name(name)?,
            description: call.input.text("stageDescription").map(str::to_owned),
            created_date: now,
            ..Stage::default()
        },
    };
    stage.last_updated_date = now;
    let canary = canary(call, deployment_id)?;
    if canary.is_none() || is_new {
        stage.deployment_id = deployment_id.to_owned();
    }
    if canary.is_some() {
        stage.canary_settings = canary;
    }
    for (name, value) in call.input.texts("variables") {
        stage.variables.insert(name, value);
    }
    if let Some(enabled) = call.input.flag("cacheClusterEnabled") {
        stage.cache_cluster_enabled = enabled;
    }
    if let Some(size) = call.input.text("cacheClusterSize") {
        stage.cache_cluster_size = Some(size.to_owned());
    }
    if let Some(enabled) = call.input.flag("tracingEnabled") {
        stage.tracing_enabled = enabled;
    }
    stages::check_variables(&stage)?;
    call.tx.put(api_id, name, &stage)
}

/// `canarySettings` of CreateDeployment: the new deployment is the canary's.
fn canary(call: &Call<'_>, deployment_id: &str) -> Result<Option<CanarySettings>, ManagementError> {
    let Some(given) = call.input.value("canarySettings") else { return Ok(None) };
    let mut canary: CanarySettings =
        serde_json::from_value(given.clone()).map_err(|_| ManagementError::internal())?;
    canary.deployment_id = deployment_id.to_owned();
    stages::check_percent(canary.percent_traffic)?;
    Ok(Some(canary))
}

/// GetDeployment; `embed=apisummary` adds what its methods ask of callers.
pub(in crate::rest) fn get(call: &mut Call<'_>) -> Answered {
    let (api_id, deployment) = existing(call)?;
    let mut shown = show(&deployment)?;
    let embed = call.input.list("embed").unwrap_or_default();
    if embed.iter().any(|name| name == "apisummary") {
        let copy: Option<DeployedApi> = call.tx.find(&api_id, &deployment.id)?;
        let copy = copy.ok_or_else(ManagementError::internal)?;
        shown["apiSummary"] = summary(&copy.0);
    }
    Ok(Answer::Json(shown))
}

fn summary(api: &RestApi) -> Value {
    let mut summary = Map::new();
    for resource in api.resources.iter().filter(|resource| !resource.methods.is_empty()) {
        let methods: IndexMap<&String, Value> = resource
            .methods
            .iter()
            .map(|(verb, method)| {
                let asked = json!({
                    "authorizationType": method.authorization_type,
                    "apiKeyRequired": method.api_key_required,
                });
                (verb, asked)
            })
            .collect();
        summary.insert(resource.path.clone(), json!(methods));
    }
    Value::Object(summary)
}

/// GetDeployments.
pub(in crate::rest) fn list(call: &mut Call<'_>) -> Answered {
    let api_id = call.existing_api()?;
    page(&call.input, call.tx.list::<Deployment>(&api_id)?, |deployment| show(&deployment))
}

/// UpdateDeployment.
pub(in crate::rest) fn update(call: &mut Call<'_>) -> Answered {
    let (api_id, deployment) = existing(call)?;
    let operations = patch::operations(&call.input)?;
    let deployment: Deployment = patch::patched(&deployment, &operations, RULES)?;
    call.tx.put(&api_id, &deployment.id, &deployment)?;
    answer(&show(&deployment)?)
}

/// DeleteDeployment, unless a stage runs it.
pub(in crate::rest) fn delete(call: &mut Call<'_>) -> Answered {
    let (api_id, deployment) = existing(call)?;
    let stages = call.tx.list::<Stage>(&api_id)?;
    let runs = |stage: &Stage| {
        let canary = stage.canary_settings.as_ref();
        stage.deployment_id == deployment.id
            || canary.is_some_and(|canary| canary.deployment_id == deployment.id)
    };
    if stages.iter().any(runs) {
        return Err(ManagementError::bad_request(
            "Active stages pointing to this deployment must be moved or deleted",
        ));
    }
    call.tx.remove(Kind::DeployedApi, &api_id, &deployment.id);
    call.tx.remove(Kind::Deployment, &api_id, &deployment.id);
    Ok(Answer::Empty)
}

fn existing(call: &mut Call<'_>) -> Result<(String, Deployment), ManagementError> {
    let api_id = call.existing_api()?;
    let id = call.input.required("deploymentId").to_owned();
    let text = "Invalid Deployment identifier specified";
    let found = call.tx.find(&api_id, &id)?.ok_or_else(|| ManagementError::not_found(text))?;
    Ok((api_id, found))
}

fn show(deployment: &Deployment) -> Result<Value, ManagementError> {
    Ok(without_empty(shown(deployment)?, &["description"]))
}
