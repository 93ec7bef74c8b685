//! Integration responses
//! (<https://docs.aws.amazon.com/apigateway/latest/api/API_IntegrationResponse.html>).

use ringway_core::definition::{IntegrationResponse, Method};
use ringway_core::openapi::check_integration_response;

use super::content_types::{self, patched_template, templates};
use super::integrations::content_handling;
use super::place::{
    Place, unknown_content_type, unknown_integration, unknown_parameter, unknown_status_code,
};
use crate::error::ManagementError;
use crate::rest::call::{Answered, Call, answer};
use crate::rest::patch::{self, ENTRY, REPLACE, Rule, Rules, Target, Wording};
use crate::rest::wire::Answer;

const RULES: Rules = Rules {
    rules: &[
        Rule { path: "/selectionPattern", ops: REPLACE, target: Target::Value(patch::text) },
        Rule { path: "/contentHandling", ops: REPLACE, target: Target::Value(content_handling) },
        Rule {
            path: "/responseParameters/{}",
            ops: ENTRY,
            target: Target::Present(patch::text, unknown_parameter),
        },
        Rule {
            path: "/responseTemplates/{}",
            ops: ENTRY,
            target: Target::Present(patched_template, unknown_content_type),
        },
    ],
    wording: Wording::Plain,
};

/// PutIntegrationResponse; one of the same status code is replaced.
pub(in crate::rest) fn put(call: &mut Call<'_>) -> Answered {
    let mut place = Place::of(call)?;
    place.integration()?;
    let input = &call.input;
    let handling = input.value("contentHandling").cloned().unwrap_or_default();
    let response = IntegrationResponse {
        status_code: input.required("statusCode").to_owned(),
        selection_pattern: input.text("selectionPattern").map(str::to_owned),
        response_parameters: input.texts("responseParameters"),
        response_templates: templates(input, "responseTemplates"),
        content_handling: serde_json::from_value(handling)
            .map_err(|_| ManagementError::internal())?,
    };
    keep(call, place, response)
}

/// GetIntegrationResponse.
pub(in crate::rest) fn get(call: &mut Call<'_>) -> Answered {
    let mut place = Place::of(call)?;
    let responses = &place.integration()?.integration_responses;
    answer(responses.get(call.input.required("statusCode")).ok_or_else(unknown_status_code)?)
}

/// UpdateIntegrationResponse.
pub(in crate::rest) fn update(call: &mut Call<'_>) -> Answered {
    let mut place = Place::of(call)?;
    let operations = patch::operations(&call.input)?;
    let responses = &place.integration()?.integration_responses;
    let response = responses.get(call.input.required("statusCode"));
    let response = response.ok_or_else(unknown_status_code)?;
    let response = patch::patched(response, &operations, RULES)?;
    keep(call, place, response)
}

/// DeleteIntegrationResponse; a missing method is a missing integration here (aws-facts 74).
pub(in crate::rest) fn delete(call: &mut Call<'_>) -> Answered {
    let mut place = Place::of(call)?;
    let integration = place.integration().map_err(|_| unknown_integration())?;
    let removed = integration.integration_responses.shift_remove(call.input.required("statusCode"));
    removed.ok_or_else(unknown_status_code)?;
    place.keep(call)?;
    Ok(Answer::Empty)
}

/// Keeps a response that fits its method, and whose pattern no other has.
fn keep(call: &mut Call<'_>, mut place: Place, response: IntegrationResponse) -> Answered {
    content_types::check(response.response_templates.keys())?;
    let method: &Method = place.method()?;
    check_integration_response(method, &response).map_err(ManagementError::bad_request)?;
    let responses = &mut place.integration()?.integration_responses;
    let pattern = pattern(&response);
    let mut others = responses.values().filter(|other| other.status_code != response.status_code);
    if others.any(|other| self::pattern(other) == pattern) {
        let pattern = if pattern.is_empty() { "default" } else { pattern };
        let text = format!("Integration response with selection pattern {pattern} already exists");
        return Err(ManagementError::conflict(text));
    }
    let answered = answer(&response);
    responses.insert(response.status_code.clone(), response);
    place.keep(call)?;
    answered
}

fn pattern(response: &IntegrationResponse) -> &str {
    response.selection_pattern.as_deref().unwrap_or_default()
}
