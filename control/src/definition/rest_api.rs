//! A REST API as management keeps it: a header, and the documents that hang on it.

use indexmap::IndexMap;
use ringway_core::definition;
use ringway_core::error::ResponseType;
use serde::{Deserialize, Serialize};

use crate::documents::{Document, Kind, Transaction};
use crate::error::ManagementError;

/// The API with everything, as deployments and exports need it.
pub(crate) type RestApi = definition::RestApi;

/// Everything of an API but what hangs on it.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub(crate) struct RestApiHeader {
    /// Unix time, seconds.
    pub(crate) created_date: i64,
    pub(crate) root_resource_id: String,
    #[serde(skip_serializing_if = "IndexMap::is_empty")]
    pub(crate) tags: IndexMap<String, String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) security_policy: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) endpoint_access_mode: Option<String>,
    /// The rest, without resources, models and the like.
    #[serde(flatten)]
    pub(crate) api: RestApi,
}

impl Document for RestApiHeader {
    const KIND: Kind = Kind::RestApi;
}

/// The copy of an API that a deployment is.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct DeployedApi(pub(crate) RestApi);

impl Document for DeployedApi {
    const KIND: Kind = Kind::DeployedApi;
}

/// A customised gateway response with its type.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct GatewayResponse {
    pub(crate) response_type: ResponseType,
    #[serde(flatten)]
    pub(crate) response: definition::GatewayResponse,
}

impl Document for GatewayResponse {
    const KIND: Kind = Kind::GatewayResponse;
}

/// The API with everything that hangs on it.
///
/// # Errors
/// There is no such API, or what is kept cannot be read.
pub(crate) fn whole(
    tx: &mut Transaction<'_>,
    id: &str,
) -> Result<Option<RestApi>, ManagementError> {
    let Some(header) = tx.find::<RestApiHeader>("", id)? else { return Ok(None) };
    let mut api = header.api;
    api.resources = tx.list(id)?;
    // Parents before children, the root first: a resource may have been moved.
    api.resources
        .sort_by_key(|resource| resource.path.matches('/').count() + resource.path.len().min(2));
    let models = tx.list::<definition::Model>(id)?;
    api.models = models.into_iter().map(|model| (model.name.clone(), model)).collect();
    let validators = tx.list::<definition::RequestValidator>(id)?;
    api.request_validators =
        validators.into_iter().map(|validator| (validator.id.clone(), validator)).collect();
    let authorizers = tx.list::<definition::Authorizer>(id)?;
    api.authorizers =
        authorizers.into_iter().map(|authorizer| (authorizer.id.clone(), authorizer)).collect();
    let responses = tx.list::<GatewayResponse>(id)?;
    api.gateway_responses =
        responses.into_iter().map(|entry| (entry.response_type, entry.response)).collect();
    let parts = tx.list::<definition::DocumentationPart>(id)?;
    api.documentation_parts = parts.into_iter().map(|part| (part.id.clone(), part)).collect();
    Ok(Some(api))
}
