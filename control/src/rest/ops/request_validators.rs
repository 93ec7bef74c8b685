//! Request validators (<https://docs.aws.amazon.com/apigateway/latest/api/API_RequestValidator.html>).

use ringway_core::definition::RequestValidator;
use serde_json::Value;

use crate::documents::Kind;
use crate::error::ManagementError;
use crate::rest::call::{Answered, Call, answer, shown};
use crate::rest::paging::page;
use crate::rest::patch::{self, PatchOperation, REPLACE, Rule, Rules, Target, Wording};
use crate::rest::wire::Answer;

const RULES: Rules = Rules {
    rules: &[
        Rule { path: "/name", ops: REPLACE, target: Target::Value(name) },
        Rule {
            path: "/validateRequestParameters",
            ops: REPLACE,
            target: Target::Value(patch::flag),
        },
        Rule { path: "/validateRequestBody", ops: REPLACE, target: Target::Value(patch::flag) },
    ],
    wording: Wording::Listed,
};

/// CreateRequestValidator; an unknown API is a bad request here (aws-facts 10).
pub(in crate::rest) fn create(call: &mut Call<'_>) -> Answered {
    let Ok(api) = call.existing_api() else {
        return Err(ManagementError::bad_request("Invalid REST API identifier specified"));
    };
    let flag = |name| call.input.flag(name).unwrap_or(false);
    let validator = RequestValidator {
        id: call.short_id()?,
        name: call.input.text("name").unwrap_or_default().to_owned(),
        validate_request_body: flag("validateRequestBody"),
        validate_request_parameters: flag("validateRequestParameters"),
    };
    call.tx.put(&api, &validator.id, &validator)?;
    answer(&validator)
}

/// GetRequestValidator.
pub(in crate::rest) fn get(call: &mut Call<'_>) -> Answered {
    answer(&existing(call)?.1)
}

/// GetRequestValidators.
pub(in crate::rest) fn list(call: &mut Call<'_>) -> Answered {
    let api = call.existing_api()?;
    page(&call.input, call.tx.list::<RequestValidator>(&api)?, |validator| shown(&validator))
}

/// UpdateRequestValidator.
pub(in crate::rest) fn update(call: &mut Call<'_>) -> Answered {
    let (api, validator) = existing(call)?;
    let operations = patch::operations(&call.input)?;
    let validator: RequestValidator = patch::patched(&validator, &operations, RULES)?;
    call.tx.put(&api, &validator.id, &validator)?;
    answer(&validator)
}

/// DeleteRequestValidator.
pub(in crate::rest) fn delete(call: &mut Call<'_>) -> Answered {
    let (api, validator) = existing(call)?;
    call.tx.remove(Kind::RequestValidator, &api, &validator.id);
    Ok(Answer::Empty)
}

fn existing(call: &mut Call<'_>) -> Result<(String, RequestValidator), ManagementError> {
    let api = call.existing_api()?;
    let id = call.input.required("requestValidatorId").to_owned();
    let text = "Invalid Request Validator identifier specified";
    let validator = call.tx.find(&api, &id)?.ok_or_else(|| ManagementError::not_found(text))?;
    Ok((api, validator))
}

fn name(operation: &PatchOperation) -> Result<Value, ManagementError> {
    if operation.value_text().trim().is_empty() {
        let text = "Request Validator name cannot be blank";
        return Err(ManagementError::bad_request(text));
    }
    patch::text(operation)
}
