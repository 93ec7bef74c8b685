//! AWS's extensions at the top of a document: validators, gateway responses, and single values.

use std::str::FromStr as _;

use indexmap::IndexMap;
use serde_json::Value;

use super::at::At;
use super::document;
use super::ids::{Ids, SHORT};
use super::problems::{Object, Problems, present, scalar_text};
use crate::definition::{ApiKeySource, GatewayResponse, RequestValidator};
use crate::error::ResponseType;

pub(super) const VALIDATORS: &str = "x-amazon-apigateway-request-validators";
pub(super) const GATEWAY_RESPONSES: &str = "x-amazon-apigateway-gateway-responses";
pub(super) const API_KEY_SOURCE: &str = "x-amazon-apigateway-api-key-source";
pub(super) const MINIMUM_COMPRESSION_SIZE: &str = "x-amazon-apigateway-minimum-compression-size";
pub(super) const POLICY: &str = "x-amazon-apigateway-policy";
pub(super) const BINARY_MEDIA_TYPES: &str = "x-amazon-apigateway-binary-media-types";

/// AWS's largest `minimumCompressionSize`, bytes (aws-facts 26).
const COMPRESSION_BYTES_MAX: u32 = 10_485_760;

/// `x-amazon-apigateway-request-validators`, by identifier.
pub(super) fn validators(
    document: &Object,
    ids: &mut Ids,
    problems: &mut Problems,
) -> IndexMap<String, RequestValidator> {
    let mut validators = IndexMap::new();
    let map = problems.object(document, VALIDATORS, &At::ROOT);
    let at = At::ROOT.key(VALIDATORS);
    for (name, value) in map.into_iter().flatten() {
        let at = at.key(name);
        let Some(members) = value.as_object() else {
            problems.error(&at, format!("request validator {name} is not of type `object`"));
            continue;
        };
        let mut flag = |key| problems.boolean(members, key, &at).unwrap_or(false);
        let validator = RequestValidator {
            id: ids.take("validator", name, SHORT),
            name: name.clone(),
            validate_request_body: flag("validateRequestBody"),
            validate_request_parameters: flag("validateRequestParameters"),
        };
        validators.insert(validator.id.clone(), validator);
    }
    validators
}

/// `x-amazon-apigateway-gateway-responses`.
pub(super) fn gateway_responses(
    document: &Object,
    problems: &mut Problems,
) -> IndexMap<ResponseType, GatewayResponse> {
    let mut responses = IndexMap::new();
    let map = problems.object(document, GATEWAY_RESPONSES, &At::ROOT);
    let at = At::ROOT.key(GATEWAY_RESPONSES);
    for (name, value) in map.into_iter().flatten() {
        let at = at.key(name);
        let Some(kind) = ResponseType::ALL.into_iter().find(|kind| kind.name() == name) else {
            problems.error(&at, format!("Invalid gateway response type specified: {name}"));
            continue;
        };
        let Some(members) = value.as_object() else {
            problems.error(&at, format!("gateway response {name} is not of type `object`"));
            continue;
        };
        let response = GatewayResponse {
            status_code: problems.text(members, "statusCode", &at).filter(|code| !code.is_empty()),
            response_parameters: text_map(members, "responseParameters", &at, problems),
            response_templates: text_map(members, "responseTemplates", &at, problems),
        };
        responses.insert(kind, response);
    }
    responses
}

fn text_map(
    of: &Object,
    key: &str,
    at: &At<'_>,
    problems: &mut Problems,
) -> IndexMap<String, String> {
    let map = problems.object(of, key, at);
    let at = at.key(key);
    let mut texts = IndexMap::new();
    for (name, value) in map.into_iter().flatten() {
        match scalar_text(value) {
            Some(text) => drop(texts.insert(name.clone(), text)),
            None => problems.error(&at.key(name), format!("Invalid null or empty value in {key}")),
        }
    }
    texts
}

/// `x-amazon-apigateway-api-key-source`.
pub(super) fn api_key_source(document: &Object, problems: &mut Problems) -> ApiKeySource {
    let text = problems.text(document, API_KEY_SOURCE, &At::ROOT).map(|t| t.to_ascii_uppercase());
    match text.as_deref() {
        None | Some("HEADER") => ApiKeySource::Header,
        Some("AUTHORIZER") => ApiKeySource::Authorizer,
        Some(other) => {
            let text = format!("Invalid API key source '{other}', must be HEADER or AUTHORIZER");
            problems.error(&At::ROOT.key(API_KEY_SOURCE), text);
            ApiKeySource::Header
        }
    }
}

/// `x-amazon-apigateway-minimum-compression-size`, bytes.
pub(super) fn minimum_compression_size(document: &Object, problems: &mut Problems) -> Option<u32> {
    let text = problems.text(document, MINIMUM_COMPRESSION_SIZE, &At::ROOT)?;
    let size = u32::from_str(&text).ok().filter(|size| *size <= COMPRESSION_BYTES_MAX);
    if size.is_none() {
        let text = format!(
            "Invalid minimum compression size, must be between 0 and {COMPRESSION_BYTES_MAX}"
        );
        problems.error(&At::ROOT.key(MINIMUM_COMPRESSION_SIZE), text);
    }
    size
}

/// `x-amazon-apigateway-policy`: JSON, or JSON in a text.
pub(super) fn policy(root: &Object, problems: &mut Problems) -> Option<Value> {
    let policy = match present(root, POLICY)? {
        Value::String(text) => document::embedded(text),
        other => Some(other.clone()),
    };
    let policy = policy.filter(Value::is_object);
    if policy.is_none() {
        problems.error(&At::ROOT.key(POLICY), "Invalid policy document.");
    }
    policy
}
