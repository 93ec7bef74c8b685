//! Method responses (<https://docs.aws.amazon.com/apigateway/latest/api/API_MethodResponse.html>).

use ringway_core::definition::MethodResponse;
use ringway_core::openapi::mapping_error;

use super::content_types;
use super::methods::flags;
use super::place::{Place, unknown_content_type, unknown_parameter, unknown_status_code};
use crate::error::ManagementError;
use crate::rest::call::{Answered, Call, answer};
use crate::rest::patch::{self, ENTRY, Rule, Rules, Target, Wording};
use crate::rest::wire::Answer;

const RULES: Rules = Rules {
    rules: &[
        Rule {
            path: "/responseParameters/{}",
            ops: ENTRY,
            target: Target::Present(patch::flag, unknown_parameter),
        },
        Rule {
            path: "/responseModels/{}",
            ops: ENTRY,
            target: Target::Present(patch::text, unknown_content_type),
        },
    ],
    wording: Wording::Plain,
};

/// PutMethodResponse.
pub(in crate::rest) fn put(call: &mut Call<'_>) -> Answered {
    let mut place = Place::of(call)?;
    let status_code = call.input.required("statusCode").to_owned();
    if place.method()?.method_responses.contains_key(&status_code) {
        return Err(ManagementError::conflict("Response already exists for this resource"));
    }
    let response = MethodResponse {
        status_code: status_code.clone(),
        response_parameters: flags(&call.input, "responseParameters"),
        response_models: call.input.texts("responseModels"),
    };
    check(call, &place.api, &response)?;
    let answered = answer(&response);
    place.method()?.method_responses.insert(status_code, response);
    place.keep(call)?;
    answered
}

/// GetMethodResponse.
pub(in crate::rest) fn get(call: &mut Call<'_>) -> Answered {
    let mut place = Place::of(call)?;
    let responses = &place.method()?.method_responses;
    answer(responses.get(call.input.required("statusCode")).ok_or_else(unknown_status_code)?)
}

/// UpdateMethodResponse.
pub(in crate::rest) fn update(call: &mut Call<'_>) -> Answered {
    let mut place = Place::of(call)?;
    let operations = patch::operations(&call.input)?;
    let response = existing(&mut place, call)?;
    *response = patch::patched(response, &operations, RULES)?;
    let response = response.clone();
    check(call, &place.api, &response)?;
    place.keep(call)?;
    answer(&response)
}

/// DeleteMethodResponse.
pub(in crate::rest) fn delete(call: &mut Call<'_>) -> Answered {
    let mut place = Place::of(call)?;
    let responses = &mut place.method()?.method_responses;
    let removed = responses.shift_remove(call.input.required("statusCode"));
    removed.ok_or_else(unknown_status_code)?;
    place.keep(call)?;
    Ok(Answer::Empty)
}

fn existing<'p>(
    place: &'p mut Place,
    call: &Call<'_>,
) -> Result<&'p mut MethodResponse, ManagementError> {
    let responses = &mut place.method()?.method_responses;
    responses.get_mut(call.input.required("statusCode")).ok_or_else(unknown_status_code)
}

/// Parameters are `method.response.header.NAME`, models exist.
fn check(call: &Call<'_>, api: &str, response: &MethodResponse) -> Result<(), ManagementError> {
    let is_header = |parameter: &str| {
        parameter.strip_prefix("method.response.header.").is_some_and(|name| !name.is_empty())
    };
    let parameters = response.response_parameters.keys();
    let wrong: Vec<String> = parameters
        .filter(|parameter| !is_header(parameter))
        .map(|parameter| format!("Invalid mapping expression specified: {parameter}"))
        .collect();
    if !wrong.is_empty() {
        return Err(ManagementError::bad_request(mapping_error(&wrong)));
    }
    content_types::check_models(call, api, &response.response_models)
}
