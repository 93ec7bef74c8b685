//! REST APIs (<https://docs.aws.amazon.com/apigateway/latest/api/API_RestApi.html>).

use ringway_core::definition::{self, ApiKeySource, Model, Resource};
use serde_json::{Value, json};

use super::{base_path_mappings, policy};
use crate::definition::RestApiHeader;
use crate::documents::Kind;
use crate::error::ManagementError;
use crate::rest::call::{Answered, Call, shown, without_empty};
use crate::rest::ops::endpoint;
use crate::rest::paging::page;
use crate::rest::patch::{
    self, OPTIONAL, Op, PatchOperation, REPLACE, Rule, Rules, Target, Wording,
};
use crate::rest::wire::Answer;

/// Documents that go with an API.
pub(super) const CHILDREN: [Kind; 10] = [
    Kind::Resource,
    Kind::Model,
    Kind::RequestValidator,
    Kind::Authorizer,
    Kind::GatewayResponse,
    Kind::DocumentationPart,
    Kind::DocumentationVersion,
    Kind::Deployment,
    Kind::DeployedApi,
    Kind::Stage,
];

const RULES: Rules = Rules {
    rules: &[
        Rule { path: "/name", ops: REPLACE, target: Target::Value(name) },
        Rule { path: "/description", ops: OPTIONAL, target: Target::Value(patch::text) },
        Rule { path: "/version", ops: OPTIONAL, target: Target::Value(patch::text) },
        Rule { path: "/apiKeySource", ops: REPLACE, target: Target::Value(api_key_source) },
        Rule {
            path: "/binaryMediaTypes/{}",
            ops: OPTIONAL,
            target: Target::Own(binary_media_type),
        },
        Rule { path: "/minimumCompressionSize", ops: REPLACE, target: Target::Value(compression) },
        Rule {
            path: "/disableExecuteApiEndpoint",
            ops: REPLACE,
            target: Target::Value(patch::flag),
        },
        Rule { path: "/policy", ops: OPTIONAL, target: Target::Value(policy::patched) },
        Rule { path: "/securityPolicy", ops: REPLACE, target: Target::Value(security_policy) },
        Rule { path: "/endpointAccessMode", ops: REPLACE, target: Target::Value(access_mode) },
        Rule {
            path: "/endpointConfiguration/types/{}",
            ops: patch::ANY,
            target: Target::Own(endpoint::patch_type),
        },
        Rule {
            path: "/endpointConfiguration/ipAddressType",
            ops: REPLACE,
            target: Target::Own(endpoint::patch_ip_address_type),
        },
        Rule {
            path: "/endpointConfiguration/vpcEndpointIds",
            ops: &[Op::Add, Op::Remove, Op::Replace],
            target: Target::Own(endpoint::patch_vpc_endpoint),
        },
        Rule {
            path: "/endpointConfiguration/vpcEndpointIds/{}",
            ops: &[Op::Remove],
            target: Target::Own(endpoint::remove_vpc_endpoint),
        },
    ],
    wording: Wording::Plain,
};

/// CreateRestApi.
pub(in crate::rest) fn create(call: &mut Call<'_>) -> Answered {
    let endpoint = endpoint::of_input(&call.input)?;
    if call.input.text("description") == Some("") {
        return Err(ManagementError::bad_request("Description cannot be an empty string"));
    }
    let compression = call.input.integer("minimumCompressionSize").map(compression_size);
    let compression = compression.transpose()?;
    let tags = call.input.texts("tags");
    let id = new_id(call, &tags)?;
    let input = &call.input;
    let api = definition::RestApi {
        id: id.clone(),
        name: input.required("name").to_owned(),
        description: input.text("description").map(str::to_owned),
        version: input.text("version").map(str::to_owned),
        binary_media_types: input.list("binaryMediaTypes").unwrap_or_default(),
        minimum_compression_size: compression,
        api_key_source: match input.text("apiKeySource") {
            Some("AUTHORIZER") => ApiKeySource::Authorizer,
            _ => ApiKeySource::Header,
        },
        policy: input.text("policy").map(policy::read).transpose()?.flatten(),
        endpoint_configuration: Some(endpoint),
        disable_execute_api_endpoint: input.flag("disableExecuteApiEndpoint").unwrap_or(false),
        ..definition::RestApi::default()
    };
    if api.name.trim().is_empty() {
        return Err(ManagementError::bad_request("API name cannot be empty"));
    }
    let header = RestApiHeader {
        created_date: call.now_seconds(),
        root_resource_id: call.long_id()?,
        security_policy: input.text("securityPolicy").map(str::to_owned),
        endpoint_access_mode: input.text("endpointAccessMode").map(str::to_owned),
        tags,
        api,
    };
    if let Some(source) = call.input.text("cloneFrom").map(str::to_owned) {
        let header = super::import::clone(call, &source, header)?;
        return show(&header, Tags::WhenSet).map(Answer::Json);
    }
    let root =
        Resource { id: header.root_resource_id.clone(), path: "/".into(), ..Resource::default() };
    call.tx.put(&id, &root.id, &root)?;
    for model in default_models(call)? {
        call.tx.put(&id, &model.name, &model)?;
    }
    call.tx.put("", &id, &header)?;
    show(&header, Tags::WhenSet).map(Answer::Json)
}

/// GetRestApi.
pub(in crate::rest) fn get(call: &mut Call<'_>) -> Answered {
    let header = existing(call)?;
    show(&header, Tags::Always).map(Answer::Json)
}

/// GetRestApis.
pub(in crate::rest) fn list(call: &mut Call<'_>) -> Answered {
    // Only the page's APIs are read: an account may have thousands.
    let ids = call.tx.ids(Kind::RestApi, "");
    let input = call.input.clone();
    page(&input, ids, |id| {
        let header: RestApiHeader = call.tx.find("", &id)?.ok_or_else(ManagementError::internal)?;
        show(&header, Tags::WhenSet)
    })
}

/// UpdateRestApi.
pub(in crate::rest) fn update(call: &mut Call<'_>) -> Answered {
    let header = existing(call)?;
    let mut header = patch::patched(&header, &patch::operations(&call.input)?, RULES)?;
    if let Some(policy) = &mut header.api.policy {
        policy::expand(policy, &header.api.id, call.tx.scope());
    }
    call.tx.put("", &header.api.id, &header)?;
    show(&header, Tags::Always).map(Answer::Json)
}

/// DeleteRestApi, with everything that hangs on it.
pub(in crate::rest) fn delete(call: &mut Call<'_>) -> Answered {
    let id = call.existing_api()?;
    base_path_mappings::unmapped(call, &id)?;
    for kind in CHILDREN {
        call.tx.remove_all(kind, &id);
    }
    call.tx.remove(Kind::RestApi, "", &id);
    Ok(Answer::Empty)
}

/// The API a call names.
pub(super) fn existing(call: &mut Call<'_>) -> Result<RestApiHeader, ManagementError> {
    let id = call.input.required("restApiId").to_owned();
    let unknown = call.unknown_api(&id);
    call.tx.find("", &id)?.ok_or(unknown)
}

/// The identifier of a new API: random, or the tag `_custom_id_`, by which local set-ups keep
/// their URLs (not AWS's; aws-facts 293).
pub(super) fn new_id(
    call: &Call<'_>,
    tags: &indexmap::IndexMap<String, String>,
) -> Result<String, ManagementError> {
    let Some(id) = tags.get("_custom_id_") else { return call.long_id() };
    let letters = |byte: u8| matches!(byte, b'a'..=b'z' | b'0'..=b'9' | b'-');
    if !(1..=64).contains(&id.len()) || !id.bytes().all(letters) {
        return Err(ManagementError::bad_request(
            "The tag _custom_id_ must have 1 to 64 of a-z, 0-9 and -",
        ));
    }
    let mut apis = call.tx.state().all(Kind::RestApi);
    if apis.any(|(key, _)| key.id() == id) {
        return Err(ManagementError::conflict(format!("API id {id} is in use")));
    }
    Ok(id.clone())
}

/// When an answer shows tags (aws-facts 6).
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Tags {
    Always,
    WhenSet,
}

/// An API as AWS shows it.
pub(super) fn show(header: &RestApiHeader, tags: Tags) -> Result<Value, ManagementError> {
    let mut value = shown(header)?;
    let Some(members) = value.as_object_mut() else { return Err(ManagementError::internal()) };
    let hanging = [
        "resources",
        "models",
        "requestValidators",
        "authorizers",
        "gatewayResponses",
        "documentation",
        "documentationParts",
        "documentationVersions",
        "produces",
        "consumes",
    ];
    for name in hanging {
        members.shift_remove(name);
    }
    if let Some(policy) = &header.api.policy {
        members.insert("policy".into(), policy::shown(policy).into());
    }
    if tags == Tags::Always && header.tags.is_empty() {
        members.insert("tags".into(), json!({}));
    }
    Ok(without_empty(value, &["binaryMediaTypes", "warnings", "description", "version"]))
}

/// The models a new API has (aws-facts 80).
fn default_models(call: &Call<'_>) -> Result<[Model; 2], ManagementError> {
    let model = |name: &str, description: &str, schema: &str| -> Result<Model, ManagementError> {
        Ok(Model {
            id: call.short_id()?,
            name: name.into(),
            content_type: "application/json".into(),
            description: Some(description.into()),
            schema: schema.into(),
        })
    };
    Ok([
        model("Empty", "This is a default empty schema model", EMPTY_SCHEMA)?,
        model("Error", "This is a default error schema model", ERROR_SCHEMA)?,
    ])
}

const EMPTY_SCHEMA: &str = r#"{
  "$schema": "http://json-schema.org/draft-04/schema#",
  "title" : "Empty Schema",
  "type" : "object"
}"#;
const ERROR_SCHEMA: &str = r#"{
  "$schema" : "http://json-schema.org/draft-04/schema#",
  "title" : "Error Schema",
  "type" : "object",
  "properties" : {
    "message" : { "type" : "string" }
  }
}"#;

fn name(operation: &PatchOperation) -> Result<Value, ManagementError> {
    if operation.value_text().trim().is_empty() {
        return Err(ManagementError::bad_request("API name cannot be empty"));
    }
    patch::text(operation)
}

fn api_key_source(operation: &PatchOperation) -> Result<Value, ManagementError> {
    match operation.value_text() {
        "HEADER" | "AUTHORIZER" => patch::text(operation),
        _ => Err(ManagementError::bad_request(
            "Invalid API key source, must be one of: [HEADER, AUTHORIZER]",
        )),
    }
}

fn security_policy(operation: &PatchOperation) -> Result<Value, ManagementError> {
    match operation.value_text() {
        "TLS_1_0" | "TLS_1_2" => patch::text(operation),
        policy if policy.starts_with("SecurityPolicy_TLS") => patch::text(operation),
        policy => Err(ManagementError::bad_request(format!("Invalid security policy: {policy}"))),
    }
}

fn access_mode(operation: &PatchOperation) -> Result<Value, ManagementError> {
    match operation.value_text() {
        "BASIC" | "STRICT" => patch::text(operation),
        mode => Err(ManagementError::bad_request(format!("Invalid endpoint access mode: {mode}"))),
    }
}

fn compression(operation: &PatchOperation) -> Result<Value, ManagementError> {
    if operation.value_text().is_empty() {
        return Ok(Value::Null);
    }
    let size = operation.value_text().parse().unwrap_or(-1);
    compression_size(size).map(Value::from)
}

fn compression_size(size: i64) -> Result<u32, ManagementError> {
    let text = "Invalid minimum compression size, must be between 0 and 10485760";
    let size = u32::try_from(size).ok().filter(|size| *size <= 10_485_760);
    size.ok_or_else(|| ManagementError::bad_request(text))
}

/// The type is in the path; one that is replaced goes to the end (aws-facts 24).
fn binary_media_type(
    document: &mut Value,
    operation: &PatchOperation,
    parts: &[String],
) -> Result<(), ManagementError> {
    let types = &mut document["binaryMediaTypes"];
    if !types.is_array() {
        *types = json!([]);
    }
    let (Some(types), Some(named)) = (types.as_array_mut(), parts.first()) else {
        return Err(patch::invalid_path(operation));
    };
    if operation.op != Some(Op::Add) {
        types.retain(|own| own != named.as_str());
    }
    match operation.op {
        Some(Op::Add) if types.iter().any(|own| own == named.as_str()) => {}
        Some(Op::Add) => types.push(named.as_str().into()),
        Some(Op::Replace) => types.push(operation.value_text().into()),
        _ => {}
    }
    Ok(())
}
