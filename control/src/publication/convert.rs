//! From what management keeps to what the compiler takes. What has no effect on the data plane yet
//! is left out here, and only here; docs/compatibility.md lists it as kept.

use std::path::Path;
use std::sync::Arc;

use ringway_core::definition::{self, AccessLogSettings, DeployedStage, RestApi};

use crate::definition::{ApiKey, Stage, UsagePlan};
use crate::settings::Settings;

/// AWS's smallest cache, for a stage that switches it on and names no size.
const CACHE_CLUSTER_SIZE_DEFAULT: &str = "0.5";

/// A stage with what it runs.
pub(super) fn deployed(
    kept: &Stage,
    deployment: RestApi,
    canary: Option<RestApi>,
    settings: &Settings,
) -> DeployedStage {
    DeployedStage {
        stage: Arc::new(stage(kept, &deployment, settings)),
        deployment: deployment.into(),
        canary_deployment: canary.map(Into::into),
    }
}

/// A stage. Left out: X-Ray, execution logs, detailed metrics, encryption of cached data, and
/// settings of methods that the deployment does not have.
fn stage(stage: &Stage, api: &RestApi, settings: &Settings) -> definition::Stage {
    let method_settings = stage.method_settings.iter().filter(|(key, _)| applies(api, key));
    let method_settings = method_settings.map(|(key, setting)| {
        let setting = definition::MethodSetting {
            metrics_enabled: false,
            logging_level: None,
            data_trace_enabled: false,
            cache_data_encrypted: false,
            ..setting.clone()
        };
        (key.clone(), setting)
    });
    definition::Stage {
        stage_name: stage.stage_name.clone(),
        deployment_id: Some(stage.deployment_id.clone()),
        description: stage.description.clone(),
        variables: stage.variables.clone(),
        cache_cluster_enabled: stage.cache_cluster_enabled,
        cache_cluster_size: stage.cache_cluster_enabled.then(|| {
            let size = stage.cache_cluster_size.clone();
            size.unwrap_or_else(|| CACHE_CLUSTER_SIZE_DEFAULT.into())
        }),
        method_settings: method_settings.collect(),
        canary_settings: stage.canary_settings.clone(),
        access_log_settings: access_log(stage, settings.log_folder.as_deref()),
        ..definition::Stage::default()
    }
}

/// `*/*`, or a method that is there.
fn applies(api: &RestApi, key: &str) -> bool {
    if key == "*/*" {
        return true;
    }
    let Some((path, verb)) = key.rsplit_once('/') else { return false };
    let path = path.replace("~1", "/");
    let path = path.trim_matches('/');
    let mut resources = api.resources.iter();
    resources.any(|resource| {
        resource.path.trim_matches('/') == path && resource.methods.contains_key(verb)
    })
}

/// Logging begins when both members are there. A log group or delivery stream of AWS is a file of
/// its name in the folder for logs, or standard output where there is no folder.
fn access_log(stage: &Stage, folder: Option<&Path>) -> Option<AccessLogSettings> {
    let settings = stage.access_log_settings.as_ref()?;
    let (arn, format) = (settings.destination_arn.as_ref()?, settings.format.as_ref()?);
    let destination_arn = match (arn.strip_prefix("arn:"), folder) {
        (None, _) => arn.clone(),
        (Some(_), None) => "stdout:".into(),
        (Some(_), Some(folder)) => format!("file://{}", folder.join(file_name(arn)).display()),
    };
    Some(AccessLogSettings { destination_arn, format: format.clone() })
}

/// `…:log-group:/aws/api/pets` to `aws-api-pets.log`: a name that stays in its folder.
fn file_name(arn: &str) -> String {
    let name = arn.splitn(6, ':').nth(5).unwrap_or_default();
    let name = name.strip_prefix("log-group:").unwrap_or(name);
    let name = name.strip_prefix("deliverystream/").unwrap_or(name);
    let safe = |c: char| if c.is_ascii_alphanumeric() || "._-".contains(c) { c } else { '-' };
    let name: String = name.chars().take(128).map(safe).collect();
    format!("{}.log", name.trim_matches(['-', '.']))
}

/// A key.
pub(super) fn api_key(key: ApiKey) -> definition::ApiKey {
    definition::ApiKey {
        name: key.name.unwrap_or_else(|| key.id.clone()),
        id: key.id,
        value: key.value,
        enabled: key.enabled,
        description: key.description,
    }
}

/// A plan with its keys. Stages that are not live cannot be called, so the plan leaves them out.
pub(super) fn usage_plan(
    plan: UsagePlan,
    keys: Vec<String>,
    is_live: impl Fn(&str, &str) -> bool,
) -> definition::UsagePlan {
    let stages = plan.api_stages.into_iter().filter(|own| is_live(&own.api_id, &own.stage));
    let stages = stages.map(|own| definition::ApiStage {
        api_id: own.api_id,
        stage: own.stage,
        throttle: own.throttle,
    });
    definition::UsagePlan {
        id: plan.id,
        name: plan.name,
        description: plan.description,
        throttle: plan.throttle,
        quota: plan.quota,
        api_stages: stages.collect(),
        keys,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn log_groups_are_files_of_their_folder() {
        let check = |arn: &str, expect: &str| assert_eq!(file_name(arn), expect, "{arn}");
        check("arn:aws:logs:us-east-1:000000000000:log-group:/aws/api/pets", "aws-api-pets.log");
        check("arn:aws:logs:us-east-1:000000000000:log-group:../../etc/passwd", "etc-passwd.log");
        check(
            "arn:aws:firehose:us-east-1:0:deliverystream/amazon-apigateway-x",
            "amazon-apigateway-x.log",
        );
        check("arn:", ".log");
    }
}
