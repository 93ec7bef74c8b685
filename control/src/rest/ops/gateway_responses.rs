//! Gateway responses (<https://docs.aws.amazon.com/apigateway/latest/api/API_GatewayResponse.html>):
//! only customised ones are kept, all 21 are shown (aws-facts 110 to 114).

use indexmap::IndexMap;
use ringway_core::definition;
use ringway_core::error::ResponseType;
use serde_json::{Value, json};

use crate::definition::GatewayResponse;
use crate::documents::Kind;
use crate::error::ManagementError;
use crate::rest::call::{Answered, Call, shown};
use crate::rest::paging::page;
use crate::rest::patch::{self, ENTRY, PatchOperation, REPLACE, Rule, Rules, Target, Wording};
use crate::rest::wire::Answer;

const RULES: Rules = Rules {
    rules: &[
        Rule { path: "/statusCode", ops: REPLACE, target: Target::Value(status_code) },
        Rule {
            path: "/responseParameters/{}",
            ops: ENTRY,
            target: Target::Present(parameter, unknown_entry),
        },
        Rule {
            path: "/responseTemplates/{}",
            ops: ENTRY,
            target: Target::Present(template, unknown_entry),
        },
    ],
    wording: Wording::Path,
};

const MEDIA_TYPE: &str = "application/json";
/// AWS's template of every type.
const TEMPLATE: &str = r#"{"message":$context.error.messageString}"#;

/// PutGatewayResponse.
pub(in crate::rest) fn put(call: &mut Call<'_>) -> Answered {
    let api = call.existing_api()?;
    let response = definition::GatewayResponse {
        status_code: call.input.text("statusCode").map(str::to_owned),
        response_parameters: call.input.texts("responseParameters"),
        response_templates: call.input.texts("responseTemplates"),
    };
    checked(&response.response_parameters)?;
    let response = GatewayResponse { response_type: named(call)?, response };
    call.tx.put(&api, response.response_type.name(), &response)?;
    show(&response, false).map(Answer::Json)
}

/// GetGatewayResponse.
pub(in crate::rest) fn get(call: &mut Call<'_>) -> Answered {
    let api = call.existing_api()?;
    let of = named(call)?;
    current(call, &api, of).map(Answer::Json)
}

/// GetGatewayResponses: all types, by name.
pub(in crate::rest) fn list(call: &mut Call<'_>) -> Answered {
    let api = call.existing_api()?;
    let input = call.input.clone();
    page(&input, ResponseType::ALL.to_vec(), |of| current(call, &api, of))
}

/// UpdateGatewayResponse; a type that was never put starts from its default.
pub(in crate::rest) fn update(call: &mut Call<'_>) -> Answered {
    let api = call.existing_api()?;
    let of = named(call)?;
    let kept = call.tx.find::<GatewayResponse>(&api, of.name())?;
    let mut response = kept.unwrap_or_else(|| default(of));
    let templates = &mut response.response.response_templates;
    if templates.is_empty() {
        templates.insert(MEDIA_TYPE.into(), TEMPLATE.into());
    }
    let mut response = patch::patched(&response, &patch::operations(&call.input)?, RULES)?;
    checked(&response.response.response_parameters)?;
    // The data plane's own default is exact where the shown one is not (ACCESS_DENIED).
    let templates = &mut response.response.response_templates;
    if templates.len() == 1 && templates.get(MEDIA_TYPE).is_some_and(|text| text == TEMPLATE) {
        templates.clear();
    }
    call.tx.put(&api, of.name(), &response)?;
    show(&response, false).map(Answer::Json)
}

/// DeleteGatewayResponse: the default is back.
pub(in crate::rest) fn delete(call: &mut Call<'_>) -> Answered {
    let api = call.existing_api()?;
    if !call.tx.remove(Kind::GatewayResponse, &api, named(call)?.name()) {
        let text = "Gateway response type not defined on api";
        return Err(ManagementError::not_found(text));
    }
    Ok(Answer::Empty)
}

/// The type a call names; the service model lets no other through.
fn named(call: &Call<'_>) -> Result<ResponseType, ManagementError> {
    let name = call.input.required("responseType");
    let found = ResponseType::ALL.into_iter().find(|of| of.name() == name);
    found.ok_or_else(ManagementError::internal)
}

fn default(of: ResponseType) -> GatewayResponse {
    GatewayResponse { response_type: of, response: definition::GatewayResponse::default() }
}

fn current(call: &mut Call<'_>, api: &str, of: ResponseType) -> Result<Value, ManagementError> {
    match call.tx.find::<GatewayResponse>(api, of.name())? {
        Some(response) => show(&response, false),
        None => show(&default(of), true),
    }
}

/// With AWS's status and template where the customer said none.
fn show(response: &GatewayResponse, is_default: bool) -> Result<Value, ManagementError> {
    let mut value = shown(response)?;
    value["defaultResponse"] = is_default.into();
    if response.response.response_templates.is_empty() {
        value["responseTemplates"] = json!({ MEDIA_TYPE: TEMPLATE });
    }
    if response.response.status_code.is_none()
        && let Some(status) = response.response_type.default_status()
    {
        value["statusCode"] = status.to_string().into();
    }
    Ok(value)
}

fn unknown_entry() -> ManagementError {
    ManagementError::not_found("Invalid parameter name specified")
}

fn status_code(operation: &PatchOperation) -> Result<Value, ManagementError> {
    match operation.value_text().as_bytes() {
        [b'1'..=b'5', b'0'..=b'9', b'0'..=b'9'] => patch::text(operation),
        _ => Err(ManagementError::bad_request("Invalid status code specified")),
    }
}

fn parameter(operation: &PatchOperation) -> Result<Value, ManagementError> {
    not_empty(operation, "responseParameters")
}

fn template(operation: &PatchOperation) -> Result<Value, ManagementError> {
    not_empty(operation, "responseTemplates")
}

fn not_empty(operation: &PatchOperation, member: &str) -> Result<Value, ManagementError> {
    if operation.value_text().is_empty() {
        let text = format!("Invalid null or empty value in {member}");
        return Err(ManagementError::bad_request(text));
    }
    patch::text(operation)
}

/// Targets are headers of the response; sources a constant, the request, `context` or a stage
/// variable.
fn checked(parameters: &IndexMap<String, String>) -> Result<(), ManagementError> {
    let starts = ["method.request.", "context.", "stageVariables."];
    for (target, source) in parameters {
        let named = target.strip_prefix("gatewayresponse.header.");
        let constant = source.len() > 1 && source.starts_with('\'') && source.ends_with('\'');
        let wrong = if named.is_none_or(str::is_empty) {
            target
        } else if !constant && !starts.iter().any(|start| source.starts_with(start)) {
            source
        } else {
            continue;
        };
        return Err(ManagementError::bad_request(format!(
            "Invalid mapping expression specified: Validation Result: warnings : [], errors : \
             [Invalid mapping expression specified: {wrong}]"
        )));
    }
    Ok(())
}

#[cfg(test)]
mod tests;
