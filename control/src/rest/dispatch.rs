//! Which function answers which operation. Every operation of the service model is here, once.

use super::call::{Answered, Call};
use super::ops::{
    integration_responses, integrations, method_responses, methods, models, request_validators,
    resources, rest_apis,
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
    ("CreateModel", models::create),
    ("CreateRequestValidator", request_validators::create),
    ("CreateResource", resources::create),
    ("CreateRestApi", rest_apis::create),
    ("DeleteIntegration", integrations::delete),
    ("DeleteIntegrationResponse", integration_responses::delete),
    ("DeleteMethod", methods::delete),
    ("DeleteMethodResponse", method_responses::delete),
    ("DeleteModel", models::delete),
    ("DeleteRequestValidator", request_validators::delete),
    ("DeleteResource", resources::delete),
    ("DeleteRestApi", rest_apis::delete),
    ("GetIntegration", integrations::get),
    ("GetIntegrationResponse", integration_responses::get),
    ("GetMethod", methods::get),
    ("GetMethodResponse", method_responses::get),
    ("GetModel", models::get),
    ("GetModels", models::list),
    ("GetRequestValidator", request_validators::get),
    ("GetRequestValidators", request_validators::list),
    ("GetResource", resources::get),
    ("GetResources", resources::list),
    ("GetRestApi", rest_apis::get),
    ("GetRestApis", rest_apis::list),
    ("PutIntegration", integrations::put),
    ("PutIntegrationResponse", integration_responses::put),
    ("PutMethod", methods::put),
    ("PutMethodResponse", method_responses::put),
    ("UpdateIntegration", integrations::update),
    ("UpdateIntegrationResponse", integration_responses::update),
    ("UpdateMethod", methods::update),
    ("UpdateMethodResponse", method_responses::update),
    ("UpdateModel", models::update),
    ("UpdateRequestValidator", request_validators::update),
    ("UpdateResource", resources::update),
    ("UpdateRestApi", rest_apis::update),
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
