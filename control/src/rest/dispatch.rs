//! Which function answers which operation. Every operation of the service model is here, once.

use super::call::{Answered, Call};
use super::ops::{
    account, api_keys, deployments, export, import, models, request_validators, rest_apis, stages,
    tags, usage, usage_plan_keys, usage_plans,
};

/// What runs an operation.
pub(super) type Run = fn(&mut Call<'_>) -> Answered;

/// Finds the function of an operation.
pub(super) fn run_of(operation: &str) -> Option<Run> {
    let found = OPERATIONS.binary_search_by_key(&operation, |(name, _)| name).ok()?;
    Some(OPERATIONS[found].1)
}

/// Sorted by name.
const OPERATIONS: &[(&str, Run)] = &[
    ("CreateApiKey", api_keys::create),
    ("CreateDeployment", deployments::create),
    ("CreateModel", models::create),
    ("CreateRequestValidator", request_validators::create),
    ("CreateRestApi", rest_apis::create),
    ("CreateStage", stages::create),
    ("CreateUsagePlan", usage_plans::create),
    ("CreateUsagePlanKey", usage_plan_keys::create),
    ("DeleteApiKey", api_keys::delete),
    ("DeleteDeployment", deployments::delete),
    ("DeleteModel", models::delete),
    ("DeleteRequestValidator", request_validators::delete),
    ("DeleteRestApi", rest_apis::delete),
    ("DeleteStage", stages::delete),
    ("DeleteUsagePlan", usage_plans::delete),
    ("DeleteUsagePlanKey", usage_plan_keys::delete),
    ("FlushStageAuthorizersCache", stages::flush_authorizers_cache),
    ("FlushStageCache", stages::flush_cache),
    ("GetAccount", account::get),
    ("GetApiKey", api_keys::get),
    ("GetApiKeys", api_keys::list),
    ("GetDeployment", deployments::get),
    ("GetDeployments", deployments::list),
    ("GetExport", export::document),
    ("GetModel", models::get),
    ("GetModelTemplate", models::template),
    ("GetModels", models::list),
    ("GetRequestValidator", request_validators::get),
    ("GetRequestValidators", request_validators::list),
    ("GetRestApi", rest_apis::get),
    ("GetRestApis", rest_apis::list),
    ("GetSdk", export::sdk),
    ("GetSdkType", export::sdk_type),
    ("GetSdkTypes", export::sdk_types),
    ("GetStage", stages::get),
    ("GetStages", stages::list),
    ("GetTags", tags::get),
    ("GetUsage", usage::get),
    ("GetUsagePlan", usage_plans::get),
    ("GetUsagePlanKey", usage_plan_keys::get),
    ("GetUsagePlanKeys", usage_plan_keys::list),
    ("GetUsagePlans", usage_plans::list),
    ("ImportApiKeys", api_keys::import),
    ("ImportDocumentationParts", import::documentation_parts),
    ("ImportRestApi", import::import),
    ("PutRestApi", import::put),
    ("TagResource", tags::put),
    ("UntagResource", tags::delete),
    ("UpdateAccount", account::update),
    ("UpdateApiKey", api_keys::update),
    ("UpdateDeployment", deployments::update),
    ("UpdateModel", models::update),
    ("UpdateRequestValidator", request_validators::update),
    ("UpdateRestApi", rest_apis::update),
    ("UpdateStage", stages::update),
    ("UpdateUsage", usage::update),
    ("UpdateUsagePlan", usage_plans::update),
];

#[cfg(test)]
mod tests {
    use super::super::model::MODEL;
    use super::*;

    #[test]
    fn every_operation_of_the_model_has_its_function() {
        assert!(OPERATIONS.is_sorted_by_key(|(name, _)| *name));
        let missing: Vec<&str> = MODEL
            .operations
            .iter()
            .map(|operation| operation.name.as_str())
            .filter(|name| run_of(name).is_none())
            .collect();
        assert!(missing.is_empty(), "{missing:?}");
        assert_eq!(OPERATIONS.len(), MODEL.operations.len());
    }
}
