//! Methods (<https://docs.aws.amazon.com/apigateway/latest/api/API_Method.html>).

use std::collections::HashSet;

use indexmap::IndexMap;
use ringway_core::definition::Method;
use ringway_core::openapi::mapping_error;
use serde_json::{Value, json};

use super::content_types;
use super::place::{Place, unknown_content_type, unknown_method, unknown_parameter};
use crate::documents::Kind;
use crate::error::ManagementError;
use crate::rest::call::{Answered, Call, answer};
use crate::rest::input::Input;
use crate::rest::patch::{
    self, ENTRY, Op, PatchOperation, REPLACE, Rule, Rules, Target, Wording, optional_text,
};
use crate::rest::wire::Answer;

/// Verbs of methods, in the order AWS lists them.
pub(super) const VERBS: [&str; 8] =
    ["GET", "PUT", "POST", "DELETE", "PATCH", "OPTIONS", "HEAD", "ANY"];

const RULES: Rules = Rules {
    rules: &[
        Rule { path: "/apiKeyRequired", ops: REPLACE, target: Target::Value(patch::flag) },
        Rule { path: "/authorizationType", ops: REPLACE, target: Target::Value(patch::text) },
        Rule { path: "/authorizerId", ops: REPLACE, target: Target::Value(optional_text) },
        Rule {
            path: "/authorizationScopes",
            ops: &[Op::Add, Op::Remove],
            target: Target::Own(authorization_scope),
        },
        Rule { path: "/operationName", ops: REPLACE, target: Target::Value(optional_text) },
        Rule { path: "/requestValidatorId", ops: REPLACE, target: Target::Value(optional_text) },
        Rule {
            path: "/requestParameters/{}",
            ops: ENTRY,
            target: Target::Present(patch::flag, unknown_parameter),
        },
        Rule {
            path: "/requestModels/{}",
            ops: ENTRY,
            target: Target::Present(patch::text, unknown_content_type),
        },
    ],
    wording: Wording::Plain,
};

/// PutMethod.
pub(in crate::rest) fn put(call: &mut Call<'_>) -> Answered {
    let mut place = Place::of(call)?;
    let verb = place.verb.clone();
    check_verb(&verb)?;
    if place.resource.methods.contains_key(&verb) {
        return Err(ManagementError::conflict("Method already exists for this resource"));
    }
    let input = &call.input;
    let some = |name| input.text(name).filter(|text| !text.is_empty()).map(str::to_owned);
    let mut method = Method {
        http_method: verb.clone(),
        authorization_type: input.required("authorizationType").to_owned(),
        authorizer_id: some("authorizerId"),
        authorization_scopes: input.list("authorizationScopes").unwrap_or_default(),
        api_key_required: input.flag("apiKeyRequired").unwrap_or(false),
        operation_name: some("operationName"),
        request_parameters: flags(input, "requestParameters"),
        request_models: input.texts("requestModels"),
        request_validator_id: some("requestValidatorId"),
        ..Method::default()
    };
    check(call, &place.api, &mut method)?;
    let answered = answer(&method);
    place.resource.methods.insert(verb, method);
    place.keep(call)?;
    answered
}

/// GetMethod.
pub(in crate::rest) fn get(call: &mut Call<'_>) -> Answered {
    answer(Place::of(call)?.method()?)
}

/// UpdateMethod. References are checked when all operations are applied (aws-facts 57).
pub(in crate::rest) fn update(call: &mut Call<'_>) -> Answered {
    let mut place = Place::of(call)?;
    let operations = patch::operations(&call.input)?;
    let mut method = patch::patched(place.method()?, &operations, RULES)?;
    check(call, &place.api, &mut method)?;
    let answered = answer(&method);
    *place.method()? = method;
    place.keep(call)?;
    answered
}

/// DeleteMethod, with its integration and responses.
pub(in crate::rest) fn delete(call: &mut Call<'_>) -> Answered {
    let mut place = Place::of(call)?;
    place.resource.methods.shift_remove(&place.verb).ok_or_else(unknown_method)?;
    place.keep(call)?;
    Ok(Answer::Empty)
}

/// Refuses what is no verb.
pub(super) fn check_verb(verb: &str) -> Result<(), ManagementError> {
    if VERBS.contains(&verb) {
        return Ok(());
    }
    let all = VERBS.join(",");
    let text = format!("Invalid HttpMethod specified. Valid options are {all}");
    Err(ManagementError::bad_request(text))
}

/// The entries of a map of booleans.
pub(super) fn flags(input: &Input, member: &str) -> IndexMap<String, bool> {
    let entries = input.value(member).and_then(Value::as_object).into_iter().flatten();
    entries.map(|(name, value)| (name.clone(), value.as_bool().unwrap_or(false))).collect()
}

/// What holds of every method that is kept.
fn check(call: &Call<'_>, api: &str, method: &mut Method) -> Result<(), ManagementError> {
    check_authorization(call, api, method)?;
    if let Some(validator) = &method.request_validator_id
        && !call.tx.has(Kind::RequestValidator, api, validator)
    {
        let text = "Invalid Request Validator identifier specified";
        return Err(ManagementError::bad_request(text));
    }
    check_parameters(method.request_parameters.keys())?;
    content_types::check_models(call, api, &method.request_models)
}

fn check_authorization(
    call: &Call<'_>,
    api: &str,
    method: &mut Method,
) -> Result<(), ManagementError> {
    method.authorization_type.make_ascii_uppercase();
    match method.authorization_type.as_str() {
        // Without a type that asks for one, an authorizer is silently ignored (aws-facts 57).
        "NONE" | "AWS_IAM" => method.authorizer_id = None,
        "CUSTOM" | "COGNITO_USER_POOLS" => {
            let authorizer = method.authorizer_id.as_deref();
            if !authorizer.is_some_and(|id| call.tx.has(Kind::Authorizer, api, id)) {
                return Err(ManagementError::bad_request(
                    "Invalid authorizer ID specified. Setting the authorization type to CUSTOM or \
                     COGNITO_USER_POOLS requires a valid authorizer.",
                ));
            }
        }
        _ => {
            return Err(ManagementError::bad_request(
                "Invalid authorization type specified. Valid options are \
                 NONE,AWS_IAM,CUSTOM,COGNITO_USER_POOLS",
            ));
        }
    }
    let scoped = !method.authorization_scopes.is_empty();
    if scoped && method.authorization_type != "COGNITO_USER_POOLS" {
        return Err(ManagementError::bad_request(
            "Invalid Method authorization type specified. Authorization Scopes are only valid for \
             COGNITO_USER_POOLS authorization type",
        ));
    }
    Ok(())
}

/// Keys are `method.request.{querystring|header|path}.NAME`; a name has one place only.
fn check_parameters<'p>(
    parameters: impl Iterator<Item = &'p String> + Clone,
) -> Result<(), ManagementError> {
    let wrong: Vec<String> = parameters
        .clone()
        .filter(|parameter| name_of(parameter).is_none())
        .map(|parameter| format!("Invalid mapping expression specified: {parameter}"))
        .collect();
    if !wrong.is_empty() {
        return Err(ManagementError::bad_request(mapping_error(&wrong)));
    }
    let mut names = HashSet::new();
    if parameters.filter_map(|parameter| name_of(parameter)).all(|name| names.insert(name)) {
        return Ok(());
    }
    let text = "Parameter names must be unique across querystring, header and path";
    Err(ManagementError::bad_request(text))
}

fn name_of(parameter: &str) -> Option<&str> {
    let (location, name) = parameter.strip_prefix("method.request.")?.split_once('.')?;
    let known = matches!(location, "querystring" | "header" | "path") && !name.is_empty();
    known.then_some(name)
}

/// The value is one scope.
fn authorization_scope(
    document: &mut Value,
    operation: &PatchOperation,
    _parts: &[String],
) -> Result<(), ManagementError> {
    let scopes = &mut document["authorizationScopes"];
    if !scopes.is_array() {
        *scopes = json!([]);
    }
    let (Some(scopes), named) = (scopes.as_array_mut(), operation.value_text()) else {
        return Err(ManagementError::internal());
    };
    scopes.retain(|own| own != named);
    match operation.op {
        Some(Op::Remove) => {}
        _ if named.is_empty() => return Err(patch::invalid_path(operation)),
        _ => scopes.push(named.into()),
    }
    Ok(())
}
