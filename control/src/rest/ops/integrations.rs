//! Integrations (<https://docs.aws.amazon.com/apigateway/latest/api/API_Integration.html>).

use ringway_core::definition::{Integration, Method};
use ringway_core::limits::{INTEGRATION_TIMEOUT_MS_MIN, INTEGRATION_TIMEOUT_RAISED_MS_MAX};
use ringway_core::openapi::check_integration;
use serde_json::{Value, json};

use super::content_types::{self, patched_template, templates};
use super::methods::check_verb;
use super::place::{Place, unknown_content_type, unknown_integration, unknown_parameter};
use crate::documents::Kind;
use crate::error::ManagementError;
use crate::rest::call::{Answered, Call, answer, object};
use crate::rest::input::Input;
use crate::rest::patch::{
    self, ENTRY, Op, PatchOperation, REPLACE, Rule, Rules, Target, Wording, optional_text,
};
use crate::rest::wire::Answer;

const RULES: Rules = Rules {
    rules: &[
        Rule { path: "/type", ops: REPLACE, target: Target::Value(integration_type) },
        Rule { path: "/httpMethod", ops: REPLACE, target: Target::Value(optional_text) },
        Rule { path: "/uri", ops: REPLACE, target: Target::Value(optional_text) },
        Rule { path: "/connectionType", ops: REPLACE, target: Target::Value(connection_type) },
        Rule { path: "/connectionId", ops: REPLACE, target: Target::Value(optional_text) },
        Rule { path: "/integrationTarget", ops: REPLACE, target: Target::Value(optional_text) },
        Rule { path: "/credentials", ops: REPLACE, target: Target::Value(optional_text) },
        Rule { path: "/passthroughBehavior", ops: REPLACE, target: Target::Value(passthrough) },
        Rule { path: "/contentHandling", ops: REPLACE, target: Target::Value(content_handling) },
        Rule { path: "/timeoutInMillis", ops: REPLACE, target: Target::Value(patched_timeout) },
        Rule { path: "/cacheNamespace", ops: REPLACE, target: Target::Value(optional_text) },
        Rule {
            path: "/cacheKeyParameters/{}",
            ops: &[Op::Add, Op::Remove],
            target: Target::Own(cache_key_parameter),
        },
        Rule {
            path: "/tlsConfig/insecureSkipVerification",
            ops: REPLACE,
            target: Target::Value(patch::flag),
        },
        Rule { path: "/responseTransferMode", ops: REPLACE, target: Target::Value(transfer_mode) },
        Rule {
            path: "/requestParameters/{}",
            ops: ENTRY,
            target: Target::Present(patch::text, unknown_parameter),
        },
        Rule {
            path: "/requestTemplates/{}",
            ops: ENTRY,
            target: Target::Present(patched_template, unknown_content_type),
        },
    ],
    wording: Wording::Plain,
};

/// PutIntegration: what was there is replaced, its responses included.
pub(in crate::rest) fn put(call: &mut Call<'_>) -> Answered {
    let mut place = Place::of(call)?;
    place.method()?;
    let input = &call.input;
    let some = |name| input.text(name).filter(|text| !text.is_empty()).map(str::to_owned);
    let integration = Integration {
        uri: some("uri"),
        http_method: some("integrationHttpMethod"),
        connection_type: some("connectionType"),
        connection_id: some("connectionId"),
        integration_target: some("integrationTarget"),
        credentials: some("credentials"),
        request_parameters: input.texts("requestParameters"),
        request_templates: templates(input, "requestTemplates"),
        timeout_in_millis: match input.integer("timeoutInMillis") {
            None => Integration::default().timeout_in_millis,
            Some(millis) => timeout(millis)?,
        },
        cache_namespace: some("cacheNamespace"),
        cache_key_parameters: input.list("cacheKeyParameters").unwrap_or_default(),
        response_transfer_mode: some("responseTransferMode"),
        ..enumerated(input)?
    };
    let integration = checked(call, &mut place, integration)?;
    let answered = answer(&integration);
    place.method()?.integration = Some(integration);
    place.keep(call)?;
    answered
}

/// GetIntegration.
pub(in crate::rest) fn get(call: &mut Call<'_>) -> Answered {
    answer(Place::of(call)?.integration()?)
}

/// UpdateIntegration.
pub(in crate::rest) fn update(call: &mut Call<'_>) -> Answered {
    let mut place = Place::of(call)?;
    let operations = patch::operations(&call.input)?;
    let integration = patch::patched(place.integration()?, &operations, RULES)?;
    let integration = checked(call, &mut place, integration)?;
    let answered = answer(&integration);
    *place.integration()? = integration;
    place.keep(call)?;
    answered
}

/// DeleteIntegration, with its responses.
pub(in crate::rest) fn delete(call: &mut Call<'_>) -> Answered {
    let mut place = Place::of(call)?;
    place.method()?.integration.take().ok_or_else(unknown_integration)?;
    place.keep(call)?;
    Ok(Answer::Empty)
}

/// The members with values of a closed set, from a call.
fn enumerated(input: &Input) -> Result<Integration, ManagementError> {
    let member = |name| input.value(name).cloned().unwrap_or_default();
    let passthrough = match input.text("passthroughBehavior") {
        None | Some("") => Value::Null,
        Some(text) => one_of(&PASSTHROUGH, text)?,
    };
    let members = object([
        ("type", member("type")),
        ("passthroughBehavior", passthrough),
        ("contentHandling", member("contentHandling")),
        ("tlsConfig", member("tlsConfig")),
    ]);
    serde_json::from_value(members).map_err(|_| ManagementError::internal())
}

/// What holds of every integration that is kept, with the default that is the resource's.
fn checked(
    call: &Call<'_>,
    place: &mut Place,
    mut integration: Integration,
) -> Result<Integration, ManagementError> {
    let resource = place.resource.id.clone();
    integration.cache_namespace.get_or_insert(resource);
    if let Some(verb) = &mut integration.http_method {
        verb.make_ascii_uppercase();
        check_verb(verb)?;
    }
    content_types::check(integration.request_templates.keys())?;
    check_connection(call, &integration)?;
    let method: &Method = place.method()?;
    check_integration(method, &integration).map_err(ManagementError::bad_request)?;
    Ok(integration)
}

/// A VPC link is there; a stage variable may name one that comes later (aws-facts 71).
fn check_connection(call: &Call<'_>, integration: &Integration) -> Result<(), ManagementError> {
    if integration.connection_type.as_deref() != Some("VPC_LINK") {
        return Ok(());
    }
    let link = integration.connection_id.as_deref().unwrap_or_default();
    if link.contains("${stageVariables.") || call.tx.has(Kind::VpcLink, "", link) {
        return Ok(());
    }
    Err(ManagementError::bad_request("Invalid Vpc Link identifier specified"))
}

/// The upper bound without raised limits is the stage's business.
fn timeout(millis: i64) -> Result<u32, ManagementError> {
    let bounds = INTEGRATION_TIMEOUT_MS_MIN..=INTEGRATION_TIMEOUT_RAISED_MS_MAX;
    let timeout = u32::try_from(millis).ok().filter(|millis| bounds.contains(millis));
    let text = "Timeout should be between 50 ms and 29000 ms";
    timeout.ok_or_else(|| ManagementError::bad_request(text))
}

fn patched_timeout(operation: &PatchOperation) -> Result<Value, ManagementError> {
    timeout(operation.value_text().parse().unwrap_or(-1)).map(Value::from)
}

/// A closed set, with the name AWS gives it.
type Set = (&'static str, &'static [&'static str]);

const TYPES: Set = ("IntegrationType", &["HTTP", "AWS", "MOCK", "HTTP_PROXY", "AWS_PROXY"]);
const CONNECTIONS: Set = ("ConnectionType", &["INTERNET", "VPC_LINK"]);
const PASSTHROUGH: Set = ("PassthroughBehavior", &["WHEN_NO_MATCH", "WHEN_NO_TEMPLATES", "NEVER"]);
const CONTENT_HANDLING: Set =
    ("ContentHandlingStrategy", &["CONVERT_TO_BINARY", "CONVERT_TO_TEXT"]);
const TRANSFER_MODES: Set = ("ResponseTransferMode", &["BUFFERED", "STREAM"]);

fn one_of((name, values): &Set, given: &str) -> Result<Value, ManagementError> {
    let given = given.to_ascii_uppercase();
    if values.contains(&given.as_str()) {
        return Ok(given.into());
    }
    let all = values.join(",");
    let text = format!("Invalid {name} specified. Valid options are {all}");
    Err(ManagementError::bad_request(text))
}

fn integration_type(operation: &PatchOperation) -> Result<Value, ManagementError> {
    one_of(&TYPES, operation.value_text())
}

fn connection_type(operation: &PatchOperation) -> Result<Value, ManagementError> {
    one_of(&CONNECTIONS, operation.value_text())
}

fn passthrough(operation: &PatchOperation) -> Result<Value, ManagementError> {
    one_of(&PASSTHROUGH, operation.value_text())
}

fn transfer_mode(operation: &PatchOperation) -> Result<Value, ManagementError> {
    one_of(&TRANSFER_MODES, operation.value_text())
}

/// An empty value takes the conversion away.
pub(super) fn content_handling(operation: &PatchOperation) -> Result<Value, ManagementError> {
    match operation.value_text() {
        "" => Ok(Value::Null),
        text => one_of(&CONTENT_HANDLING, text),
    }
}

/// The name is in the path.
fn cache_key_parameter(
    document: &mut Value,
    operation: &PatchOperation,
    parts: &[String],
) -> Result<(), ManagementError> {
    let names = &mut document["cacheKeyParameters"];
    if !names.is_array() {
        *names = json!([]);
    }
    let (Some(names), Some(named)) = (names.as_array_mut(), parts.first()) else {
        return Err(patch::invalid_path(operation));
    };
    names.retain(|own| own != named.as_str());
    if operation.op == Some(Op::Add) {
        names.push(named.as_str().into());
    }
    Ok(())
}
