//! Method, Integration and their responses.

use indexmap::IndexMap;
use serde::{Deserialize, Serialize};

use crate::limits::INTEGRATION_TIMEOUT_MS_DEFAULT;

/// A verb on a resource (<https://docs.aws.amazon.com/apigateway/latest/api/API_Method.html>).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct Method {
    /// `GET`, …, or `ANY`.
    pub http_method: String,
    /// NONE, AWS_IAM, CUSTOM or COGNITO_USER_POOLS.
    pub authorization_type: String,
    /// Authorizer for CUSTOM and COGNITO_USER_POOLS.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub authorizer_id: Option<String>,
    /// OAuth scopes.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub authorization_scopes: Vec<String>,
    /// A valid key of a plan of this stage is required.
    pub api_key_required: bool,
    /// `operationId`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub operation_name: Option<String>,
    /// `method.request.{header|querystring|path}.NAME` to required.
    #[serde(skip_serializing_if = "IndexMap::is_empty")]
    pub request_parameters: IndexMap<String, bool>,
    /// Media type to model name.
    #[serde(skip_serializing_if = "IndexMap::is_empty")]
    pub request_models: IndexMap<String, String>,
    /// Request validator.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub request_validator_id: Option<String>,
    /// Responses by status code text.
    #[serde(skip_serializing_if = "IndexMap::is_empty")]
    pub method_responses: IndexMap<String, MethodResponse>,
    /// The integration, named `methodIntegration` by AWS; a method without one cannot be deployed.
    #[serde(rename = "methodIntegration", skip_serializing_if = "Option::is_none")]
    pub integration: Option<Integration>,
}

impl Default for Method {
    fn default() -> Self {
        Self {
            http_method: String::new(),
            authorization_type: "NONE".into(),
            authorizer_id: None,
            authorization_scopes: Vec::new(),
            api_key_required: false,
            operation_name: None,
            request_parameters: IndexMap::new(),
            request_models: IndexMap::new(),
            request_validator_id: None,
            method_responses: IndexMap::new(),
            integration: None,
        }
    }
}

/// What a method may answer.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct MethodResponse {
    /// Status code text.
    pub status_code: String,
    /// `method.response.header.NAME` to required.
    #[serde(skip_serializing_if = "IndexMap::is_empty")]
    pub response_parameters: IndexMap<String, bool>,
    /// Media type to model name.
    #[serde(skip_serializing_if = "IndexMap::is_empty")]
    pub response_models: IndexMap<String, String>,
}

/// Kind of an integration.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum IntegrationType {
    /// Answers by itself.
    #[default]
    Mock,
    /// An HTTP back end behind mappings.
    Http,
    /// An HTTP back end, passed through.
    HttpProxy,
    /// An AWS service behind mappings.
    Aws,
    /// A Lambda function, passed through.
    AwsProxy,
}

/// What happens to a request whose media type has no template.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum PassthroughBehavior {
    /// Passes.
    #[default]
    WhenNoMatch,
    /// Passes when there is no template at all, else 415.
    WhenNoTemplates,
    /// 415.
    Never,
}

/// Payload conversion.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum ContentHandling {
    /// Base64 text to bytes.
    ConvertToBinary,
    /// Bytes to base64 text.
    ConvertToText,
}

/// An integration (<https://docs.aws.amazon.com/apigateway/latest/api/API_Integration.html>).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct Integration {
    /// Kind.
    #[serde(rename = "type")]
    pub integration_type: IntegrationType,
    /// Verb sent to the back end; the client's own when absent or `ANY`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub http_method: Option<String>,
    /// Back-end URI or ARN.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub uri: Option<String>,
    /// INTERNET or VPC_LINK.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub connection_type: Option<String>,
    /// VPC link.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub connection_id: Option<String>,
    /// ARN of the load balancer behind the VPC link.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub integration_target: Option<String>,
    /// Role ARN.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub credentials: Option<String>,
    /// `integration.request.{header|querystring|path}.NAME` to an expression.
    #[serde(skip_serializing_if = "IndexMap::is_empty")]
    pub request_parameters: IndexMap<String, String>,
    /// Media type to template.
    #[serde(skip_serializing_if = "IndexMap::is_empty")]
    pub request_templates: IndexMap<String, Option<String>>,
    /// Media types without a template.
    pub passthrough_behavior: PassthroughBehavior,
    /// Conversion of the request payload.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub content_handling: Option<ContentHandling>,
    /// 50 to 29,000 ms unless the stage raises it.
    pub timeout_in_millis: u32,
    /// Group of methods that share cached responses; the resource id by default.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cache_namespace: Option<String>,
    /// `method.request.…` or `integration.request.…` names that make the cache key.
    pub cache_key_parameters: Vec<String>,
    /// TLS settings of the back-end connection.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tls_config: Option<TlsConfig>,
    /// BUFFERED or STREAM.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub response_transfer_mode: Option<String>,
    /// By status code text.
    #[serde(skip_serializing_if = "IndexMap::is_empty")]
    pub integration_responses: IndexMap<String, IntegrationResponse>,
}

impl Default for Integration {
    fn default() -> Self {
        Self {
            integration_type: IntegrationType::Mock,
            http_method: None,
            uri: None,
            connection_type: None,
            connection_id: None,
            integration_target: None,
            credentials: None,
            request_parameters: IndexMap::new(),
            request_templates: IndexMap::new(),
            passthrough_behavior: PassthroughBehavior::WhenNoMatch,
            content_handling: None,
            timeout_in_millis: INTEGRATION_TIMEOUT_MS_DEFAULT,
            cache_namespace: None,
            cache_key_parameters: Vec::new(),
            tls_config: None,
            response_transfer_mode: None,
            integration_responses: IndexMap::new(),
        }
    }
}

/// TLS settings of an integration.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct TlsConfig {
    /// Accept any certificate.
    pub insecure_skip_verification: bool,
}

/// How one back-end outcome becomes a method response.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct IntegrationResponse {
    /// Status code text of the method response.
    pub status_code: String,
    /// Full-match regular expression; absent or empty: the default response.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub selection_pattern: Option<String>,
    /// `method.response.header.NAME` to an expression.
    #[serde(skip_serializing_if = "IndexMap::is_empty")]
    pub response_parameters: IndexMap<String, String>,
    /// Media type to template; an empty template is `None`.
    #[serde(skip_serializing_if = "IndexMap::is_empty")]
    pub response_templates: IndexMap<String, Option<String>>,
    /// Conversion of the response payload.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub content_handling: Option<ContentHandling>,
}
