//! RestApi and what hangs on it, except methods.

use indexmap::IndexMap;
use serde::{Deserialize, Serialize};

use super::{DocumentationPart, DocumentationVersion, Method};
use crate::error::ResponseType;

/// Where a caller's API key is read from.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "UPPERCASE")]
pub enum ApiKeySource {
    /// The `x-api-key` header.
    #[default]
    Header,
    /// The `usageIdentifierKey` of an authorizer's answer.
    Authorizer,
}

/// A REST API (<https://docs.aws.amazon.com/apigateway/latest/api/API_RestApi.html>).
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct RestApi {
    /// Identifier; ten lower-case letters and digits when generated.
    pub id: String,
    /// `info.title` of an imported document.
    pub name: String,
    /// `info.description`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    /// `info.version`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub version: Option<String>,
    /// Media types whose payloads are bytes.
    pub binary_media_types: Vec<String>,
    /// Payload compression threshold, 0 to 10,485,760 bytes.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub minimum_compression_size: Option<u32>,
    /// Where the API key comes from.
    pub api_key_source: ApiKeySource,
    /// Resource policy, JSON.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub policy: Option<serde_json::Value>,
    /// Where the API is reachable; EDGE when absent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub endpoint_configuration: Option<EndpointConfiguration>,
    /// Turns off the default `execute-api` host.
    pub disable_execute_api_endpoint: bool,
    /// Resources, parents before children; the first is the root `/`.
    pub resources: Vec<Resource>,
    /// Models by name.
    pub models: IndexMap<String, Model>,
    /// Request validators, by identifier.
    pub request_validators: IndexMap<String, RequestValidator>,
    /// Authorizers, by identifier.
    pub authorizers: IndexMap<String, Authorizer>,
    /// Customised gateway responses.
    pub gateway_responses: IndexMap<ResponseType, GatewayResponse>,
    /// Documentation parts, by identifier.
    pub documentation_parts: IndexMap<String, DocumentationPart>,
    /// Snapshots of the documentation parts, by version.
    pub documentation_versions: IndexMap<String, DocumentationVersion>,
    /// Messages of the import that did not stop it.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub warnings: Vec<String>,
}

/// Kind of endpoint
/// (<https://docs.aws.amazon.com/apigateway/latest/api/API_EndpointConfiguration.html>).
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct EndpointConfiguration {
    /// EDGE, REGIONAL or PRIVATE.
    pub types: Vec<String>,
    /// ipv4 or dualstack; the type's own when absent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ip_address_type: Option<String>,
    /// VPC endpoints of a private API.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub vpc_endpoint_ids: Vec<String>,
}

/// A path of the API.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct Resource {
    /// Identifier.
    pub id: String,
    /// Absent on the root.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub parent_id: Option<String>,
    /// Last segment: `pets`, `{petId}` or `{proxy+}`; absent on the root.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub path_part: Option<String>,
    /// Full template: `/pets/{petId}`.
    pub path: String,
    /// Methods by verb, `ANY` included.
    #[serde(rename = "resourceMethods", skip_serializing_if = "IndexMap::is_empty")]
    pub methods: IndexMap<String, Method>,
}

/// A JSON schema in AWS's sense.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct Model {
    /// Identifier.
    pub id: String,
    /// Name, unique in the API.
    pub name: String,
    /// `application/json` unless said otherwise.
    pub content_type: String,
    /// Free text.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    /// JSON schema draft 4, as text.
    pub schema: String,
}

/// What of a request is checked before the integration.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct RequestValidator {
    /// Identifier.
    pub id: String,
    /// Name, unique in the API.
    pub name: String,
    /// Check the body against the method's model.
    pub validate_request_body: bool,
    /// Check that required parameters are there.
    pub validate_request_parameters: bool,
}

/// An authorizer, as imported.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct Authorizer {
    /// Identifier.
    pub id: String,
    /// Name, unique in the API.
    pub name: String,
    /// TOKEN, REQUEST, COGNITO_USER_POOLS or JWT.
    #[serde(rename = "type")]
    pub authorizer_type: String,
    /// Free-form kind, e.g. `custom` or `oauth2`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub auth_type: Option<String>,
    /// Every other member of `x-amazon-apigateway-authorizer`, in AWS's names.
    #[serde(flatten)]
    pub settings: IndexMap<String, serde_json::Value>,
}

/// A customised gateway response
/// (<https://docs.aws.amazon.com/apigateway/latest/api/API_GatewayResponse.html>).
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct GatewayResponse {
    /// Status code text; the type's own when absent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub status_code: Option<String>,
    /// `gatewayresponse.header.X` to an expression.
    pub response_parameters: IndexMap<String, String>,
    /// Media type to template.
    pub response_templates: IndexMap<String, String>,
}
