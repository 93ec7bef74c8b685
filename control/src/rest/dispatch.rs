//! Which function answers which operation. Every operation of the service model is here, once.

use super::call::{Answered, Call};
use super::ops::{
    access_associations, authorizers, base_path_mappings, client_certificates, documentation_parts,
    documentation_versions, domain_names, gateway_responses, models, request_validators, rest_apis,
    vpc_links,
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
    ("CreateAuthorizer", authorizers::create),
    ("CreateBasePathMapping", base_path_mappings::create),
    ("CreateDocumentationPart", documentation_parts::create),
    ("CreateDocumentationVersion", documentation_versions::create),
    ("CreateDomainName", domain_names::create),
    ("CreateDomainNameAccessAssociation", access_associations::create),
    ("CreateModel", models::create),
    ("CreateRequestValidator", request_validators::create),
    ("CreateRestApi", rest_apis::create),
    ("CreateVpcLink", vpc_links::create),
    ("DeleteAuthorizer", authorizers::delete),
    ("DeleteBasePathMapping", base_path_mappings::delete),
    ("DeleteClientCertificate", client_certificates::delete),
    ("DeleteDocumentationPart", documentation_parts::delete),
    ("DeleteDocumentationVersion", documentation_versions::delete),
    ("DeleteDomainName", domain_names::delete),
    ("DeleteDomainNameAccessAssociation", access_associations::delete),
    ("DeleteGatewayResponse", gateway_responses::delete),
    ("DeleteModel", models::delete),
    ("DeleteRequestValidator", request_validators::delete),
    ("DeleteRestApi", rest_apis::delete),
    ("DeleteVpcLink", vpc_links::delete),
    ("GenerateClientCertificate", client_certificates::generate),
    ("GetAuthorizer", authorizers::get),
    ("GetAuthorizers", authorizers::list),
    ("GetBasePathMapping", base_path_mappings::get),
    ("GetBasePathMappings", base_path_mappings::list),
    ("GetClientCertificate", client_certificates::get),
    ("GetClientCertificates", client_certificates::list),
    ("GetDocumentationPart", documentation_parts::get),
    ("GetDocumentationParts", documentation_parts::list),
    ("GetDocumentationVersion", documentation_versions::get),
    ("GetDocumentationVersions", documentation_versions::list),
    ("GetDomainName", domain_names::get),
    ("GetDomainNameAccessAssociations", access_associations::list),
    ("GetDomainNames", domain_names::list),
    ("GetGatewayResponse", gateway_responses::get),
    ("GetGatewayResponses", gateway_responses::list),
    ("GetModel", models::get),
    ("GetModels", models::list),
    ("GetRequestValidator", request_validators::get),
    ("GetRequestValidators", request_validators::list),
    ("GetRestApi", rest_apis::get),
    ("GetRestApis", rest_apis::list),
    ("GetVpcLink", vpc_links::get),
    ("GetVpcLinks", vpc_links::list),
    ("PutGatewayResponse", gateway_responses::put),
    ("RejectDomainNameAccessAssociation", access_associations::reject),
    ("TestInvokeAuthorizer", authorizers::test_invoke),
    ("UpdateAuthorizer", authorizers::update),
    ("UpdateBasePathMapping", base_path_mappings::update),
    ("UpdateClientCertificate", client_certificates::update),
    ("UpdateDocumentationPart", documentation_parts::update),
    ("UpdateDocumentationVersion", documentation_versions::update),
    ("UpdateDomainName", domain_names::update),
    ("UpdateGatewayResponse", gateway_responses::update),
    ("UpdateModel", models::update),
    ("UpdateRequestValidator", request_validators::update),
    ("UpdateRestApi", rest_apis::update),
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
