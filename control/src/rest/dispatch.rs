//! Which function answers which operation. Every operation of the service model is here, once.

use super::call::{Answered, Call};
use super::ops::{
    access_associations, account, api_keys, authorizers, base_path_mappings, client_certificates,
    deployments, documentation_parts, documentation_versions, domain_names, export,
    gateway_responses, import, integration_responses, integrations, method_responses, methods,
    models, request_validators, resources, rest_apis, stages, tags, test_invoke,
    test_invoke_authorizer, usage, usage_plan_keys, usage_plans, vpc_links,
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
    ("CreateAuthorizer", authorizers::create),
    ("CreateBasePathMapping", base_path_mappings::create),
    ("CreateDeployment", deployments::create),
    ("CreateDocumentationPart", documentation_parts::create),
    ("CreateDocumentationVersion", documentation_versions::create),
    ("CreateDomainName", domain_names::create),
    ("CreateDomainNameAccessAssociation", access_associations::create),
    ("CreateModel", models::create),
    ("CreateRequestValidator", request_validators::create),
    ("CreateResource", resources::create),
    ("CreateRestApi", rest_apis::create),
    ("CreateStage", stages::create),
    ("CreateUsagePlan", usage_plans::create),
    ("CreateUsagePlanKey", usage_plan_keys::create),
    ("CreateVpcLink", vpc_links::create),
    ("DeleteApiKey", api_keys::delete),
    ("DeleteAuthorizer", authorizers::delete),
    ("DeleteBasePathMapping", base_path_mappings::delete),
    ("DeleteClientCertificate", client_certificates::delete),
    ("DeleteDeployment", deployments::delete),
    ("DeleteDocumentationPart", documentation_parts::delete),
    ("DeleteDocumentationVersion", documentation_versions::delete),
    ("DeleteDomainName", domain_names::delete),
    ("DeleteDomainNameAccessAssociation", access_associations::delete),
    ("DeleteGatewayResponse", gateway_responses::delete),
    ("DeleteIntegration", integrations::delete),
    ("DeleteIntegrationResponse", integration_responses::delete),
    ("DeleteMethod", methods::delete),
    ("DeleteMethodResponse", method_responses::delete),
    ("DeleteModel", models::delete),
    ("DeleteRequestValidator", request_validators::delete),
    ("DeleteResource", resources::delete),
    ("DeleteRestApi", rest_apis::delete),
    ("DeleteStage", stages::delete),
    ("DeleteUsagePlan", usage_plans::delete),
    ("DeleteUsagePlanKey", usage_plan_keys::delete),
    ("DeleteVpcLink", vpc_links::delete),
    ("FlushStageAuthorizersCache", stages::flush_authorizers_cache),
    ("FlushStageCache", stages::flush_cache),
    ("GenerateClientCertificate", client_certificates::generate),
    ("GetAccount", account::get),
    ("GetApiKey", api_keys::get),
    ("GetApiKeys", api_keys::list),
    ("GetAuthorizer", authorizers::get),
    ("GetAuthorizers", authorizers::list),
    ("GetBasePathMapping", base_path_mappings::get),
    ("GetBasePathMappings", base_path_mappings::list),
    ("GetClientCertificate", client_certificates::get),
    ("GetClientCertificates", client_certificates::list),
    ("GetDeployment", deployments::get),
    ("GetDeployments", deployments::list),
    ("GetDocumentationPart", documentation_parts::get),
    ("GetDocumentationParts", documentation_parts::list),
    ("GetDocumentationVersion", documentation_versions::get),
    ("GetDocumentationVersions", documentation_versions::list),
    ("GetDomainName", domain_names::get),
    ("GetDomainNameAccessAssociations", access_associations::list),
    ("GetDomainNames", domain_names::list),
    ("GetExport", export::document),
    ("GetGatewayResponse", gateway_responses::get),
    ("GetGatewayResponses", gateway_responses::list),
    ("GetIntegration", integrations::get),
    ("GetIntegrationResponse", integration_responses::get),
    ("GetMethod", methods::get),
    ("GetMethodResponse", method_responses::get),
    ("GetModel", models::get),
    ("GetModelTemplate", models::template),
    ("GetModels", models::list),
    ("GetRequestValidator", request_validators::get),
    ("GetRequestValidators", request_validators::list),
    ("GetResource", resources::get),
    ("GetResources", resources::list),
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
    ("GetVpcLink", vpc_links::get),
    ("GetVpcLinks", vpc_links::list),
    ("ImportApiKeys", api_keys::import),
    ("ImportDocumentationParts", import::documentation_parts),
    ("ImportRestApi", import::import),
    ("PutGatewayResponse", gateway_responses::put),
    ("PutIntegration", integrations::put),
    ("PutIntegrationResponse", integration_responses::put),
    ("PutMethod", methods::put),
    ("PutMethodResponse", method_responses::put),
    ("PutRestApi", import::put),
    ("RejectDomainNameAccessAssociation", access_associations::reject),
    ("TagResource", tags::put),
    ("TestInvokeAuthorizer", test_invoke_authorizer::test_invoke),
    ("TestInvokeMethod", test_invoke::run),
    ("UntagResource", tags::delete),
    ("UpdateAccount", account::update),
    ("UpdateApiKey", api_keys::update),
    ("UpdateAuthorizer", authorizers::update),
    ("UpdateBasePathMapping", base_path_mappings::update),
    ("UpdateClientCertificate", client_certificates::update),
    ("UpdateDeployment", deployments::update),
    ("UpdateDocumentationPart", documentation_parts::update),
    ("UpdateDocumentationVersion", documentation_versions::update),
    ("UpdateDomainName", domain_names::update),
    ("UpdateGatewayResponse", gateway_responses::update),
    ("UpdateIntegration", integrations::update),
    ("UpdateIntegrationResponse", integration_responses::update),
    ("UpdateMethod", methods::update),
    ("UpdateMethodResponse", method_responses::update),
    ("UpdateModel", models::update),
    ("UpdateRequestValidator", request_validators::update),
    ("UpdateResource", resources::update),
    ("UpdateRestApi", rest_apis::update),
    ("UpdateStage", stages::update),
    ("UpdateUsage", usage::update),
    ("UpdateUsagePlan", usage_plans::update),
    ("UpdateVpcLink", vpc_links::update),
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
