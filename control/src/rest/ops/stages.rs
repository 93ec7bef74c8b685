//! Stages (<https://docs.aws.amazon.com/apigateway/latest/api/API_Stage.html>).

use ringway_core::definition::CanarySettings;
use serde_json::{Value, json};

use super::stage_patch;
use crate::definition::Stage;
use crate::documents::Kind;
use crate::error::ManagementError;
use crate::rest::call::{After, Answered, Call, shown, without_empty};
use crate::rest::patch;
use crate::rest::wire::Answer;

/// CreateStage.
pub(in crate::rest) fn create(call: &mut Call<'_>) -> Answered {
    let api_id = call.existing_api()?;
    let name = checked_name(call.input.required("stageName"))?;
    if call.tx.has(Kind::Stage, &api_id, &name) {
        return Err(ManagementError::conflict("Stage already exists"));
    }
    let deployment_id = call.input.required("deploymentId").to_owned();
    if !call.tx.has(Kind::Deployment, &api_id, &deployment_id) {
        return Err(no_deployment());
    }
    let canary: Option<CanarySettings> = match call.input.value("canarySettings") {
        None => None,
        Some(given) => {
            Some(serde_json::from_value(given.clone()).map_err(|_| ManagementError::internal())?)
        }
    };
    if let Some(canary) = &canary {
        if !call.tx.has(Kind::Deployment, &api_id, &canary.deployment_id) {
            return Err(no_deployment());
        }
        check_percent(canary.percent_traffic)?;
    }
    let now = call.now_seconds();
    let input = &call.input;
    let text = |name: &str| input.text(name).map(str::to_owned);
    let stage = Stage {
        deployment_id,
        stage_name: name,
        description: text("description"),
        cache_cluster_enabled: input.flag("cacheClusterEnabled").unwrap_or(false),
        cache_cluster_size: text("cacheClusterSize"),
        variables: input.texts("variables"),
        documentation_version: text("documentationVersion"),
        canary_settings: canary,
        tracing_enabled: input.flag("tracingEnabled").unwrap_or(false),
        tags: input.texts("tags"),
        created_date: now,
        last_updated_date: now,
        ..Stage::default()
    };
    check_variables(&stage)?;
    if let Some(version) = &stage.documentation_version
        && !call.tx.has(Kind::DocumentationVersion, &api_id, version)
    {
        return Err(ManagementError::not_found("Invalid Documentation version specified"));
    }
    call.tx.put(&api_id, &stage.stage_name, &stage)?;
    show(&stage).map(Answer::Json)
}

/// GetStage.
pub(in crate::rest) fn get(call: &mut Call<'_>) -> Answered {
    show(&existing(call)?.1).map(Answer::Json)
}

/// GetStages; all at once, the only list without pages.
pub(in crate::rest) fn list(call: &mut Call<'_>) -> Answered {
    let api_id = call.existing_api()?;
    let wanted = call.input.text("deploymentId");
    let stages = call.tx.list::<Stage>(&api_id)?.into_iter();
    let stages = stages.filter(|stage| wanted.is_none_or(|id| stage.deployment_id == id));
    let shown: Result<Vec<Value>, _> = stages.map(|stage| show(&stage)).collect();
    Ok(Answer::Json(json!({ "item": shown? })))
}

/// UpdateStage: acts without a deployment, canary and promotion included (aws-facts 95 to 106).
pub(in crate::rest) fn update(call: &mut Call<'_>) -> Answered {
    let (api_id, stage) = existing(call)?;
    let operations = patch::operations(&call.input)?;
    let mut stage: Stage = patch::patched(&stage, &operations, stage_patch::RULES)?;
    let tx = &call.tx;
    let deployed = |id: &String| tx.has(Kind::Deployment, &api_id, id);
    let canary = stage.canary_settings.as_ref().map(|canary| &canary.deployment_id);
    if !deployed(&stage.deployment_id) || canary.is_some_and(|id| !deployed(id)) {
        return Err(no_deployment());
    }
    if let Some(id) = stage.client_certificate_id.as_ref().filter(|id| !id.is_empty())
        && !call.tx.has(Kind::ClientCertificate, "", id)
    {
        return Err(ManagementError::not_found("Invalid client certificate identifier specified"));
    }
    check_variables(&stage)?;
    stage.last_updated_date = call.now_seconds();
    call.tx.put(&api_id, &stage.stage_name, &stage)?;
    show(&stage).map(Answer::Json)
}

/// DeleteStage.
pub(in crate::rest) fn delete(call: &mut Call<'_>) -> Answered {
    let (api_id, stage) = existing(call)?;
    call.tx.remove(Kind::Stage, &api_id, &stage.stage_name);
    Ok(Answer::Empty)
}

/// FlushStageCache.
pub(in crate::rest) fn flush_cache(call: &mut Call<'_>) -> Answered {
    let (api_id, stage) = existing(call)?;
    call.after =
        Some(After::FlushStageCache { api_id: api_id.into(), stage: stage.stage_name.into() });
    Ok(Answer::Empty)
}

/// FlushStageAuthorizersCache: no authorizer answers are cached, since none run yet.
pub(in crate::rest) fn flush_authorizers_cache(call: &mut Call<'_>) -> Answered {
    existing(call)?;
    Ok(Answer::Empty)
}

/// The stage that a call names.
pub(super) fn existing(call: &mut Call<'_>) -> Result<(String, Stage), ManagementError> {
    let api_id = call.existing_api()?;
    let name = call.input.required("stageName").to_owned();
    let text = "Invalid stage identifier specified";
    let stage = call.tx.find(&api_id, &name)?.ok_or_else(|| ManagementError::not_found(text))?;
    Ok((api_id, stage))
}

/// A stage as AWS shows it (aws-facts 90). There is no cluster to wait for: it is there or not.
pub(super) fn show(stage: &Stage) -> Result<Value, ManagementError> {
    let mut value = without_empty(shown(stage)?, &["description", "clientCertificateId"]);
    let status = if stage.cache_cluster_enabled { "AVAILABLE" } else { "NOT_AVAILABLE" };
    value["cacheClusterStatus"] = status.into();
    Ok(value)
}

/// AWS's rule for stage names.
pub(super) fn checked_name(name: &str) -> Result<String, ManagementError> {
    let letters = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_');
    if (1..=128).contains(&name.len()) && name.bytes().all(letters) {
        return Ok(name.to_owned());
    }
    Err(ManagementError::bad_request("Stage name only allows a-zA-Z0-9_-"))
}

/// AWS's rules for stage variables.
pub(super) fn check_variables(stage: &Stage) -> Result<(), ManagementError> {
    let overrides = stage.canary_settings.iter().flat_map(|c| &c.stage_variable_overrides);
    for (name, value) in stage.variables.iter().chain(overrides) {
        let word = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'_';
        if name.is_empty() || name.len() > 64 || !name.bytes().all(word) {
            return Err(ManagementError::bad_request(format!(
                "Stage variable name '{name}' is invalid. It must be alphanumeric or underscore \
                 and at most 64 characters long"
            )));
        }
        let letters = |byte: u8| byte.is_ascii_alphanumeric() || b"-._~:/?#&=,".contains(&byte);
        if value.len() > 512 || !value.bytes().all(letters) {
            return Err(ManagementError::bad_request(format!(
                "Stage variable value for '{name}' is invalid. Please use values with \
                 alphanumeric characters and the symbols ' ', -', '.', '_', ':', '/', '?', '&', \
                 '=', and ','."
            )));
        }
    }
    Ok(())
}

/// A share of traffic.
pub(super) fn check_percent(percent: f64) -> Result<(), ManagementError> {
    if (0.0..=100.0).contains(&percent) {
        return Ok(());
    }
    Err(ManagementError::bad_request("Percent traffic must be between 0.0 and 100.0"))
}

fn no_deployment() -> ManagementError {
    ManagementError::bad_request("Deployment id does not exist")
}
