//! Documentation parts and their snapshots, the documentation versions. Text only: nothing here
//! changes what an API does.

use indexmap::IndexMap;
use serde::{Deserialize, Serialize};

/// What of an API a part documents
/// (<https://docs.aws.amazon.com/apigateway/latest/api/API_DocumentationPart.html>).
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct DocumentationPart {
    /// Identifier.
    pub id: String,
    /// What it documents; unique in the API.
    pub location: DocumentationLocation,
    /// A JSON object, as text.
    pub properties: String,
}

/// Kind of thing a part documents.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum DocumentationPartType {
    /// The API.
    #[default]
    Api,
    /// An authorizer.
    Authorizer,
    /// A model.
    Model,
    /// A resource.
    Resource,
    /// A method.
    Method,
    /// A path parameter.
    PathParameter,
    /// A query parameter.
    QueryParameter,
    /// A request header.
    RequestHeader,
    /// A request body.
    RequestBody,
    /// A method response.
    Response,
    /// A header of a method response.
    ResponseHeader,
    /// A body of a method response.
    ResponseBody,
}

impl DocumentationPartType {
    /// All, in AWS's order.
    pub const ALL: [Self; 12] = [
        Self::Api,
        Self::Authorizer,
        Self::Model,
        Self::Resource,
        Self::Method,
        Self::PathParameter,
        Self::QueryParameter,
        Self::RequestHeader,
        Self::RequestBody,
        Self::Response,
        Self::ResponseHeader,
        Self::ResponseBody,
    ];

    /// AWS's name.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Api => "API",
            Self::Authorizer => "AUTHORIZER",
            Self::Model => "MODEL",
            Self::Resource => "RESOURCE",
            Self::Method => "METHOD",
            Self::PathParameter => "PATH_PARAMETER",
            Self::QueryParameter => "QUERY_PARAMETER",
            Self::RequestHeader => "REQUEST_HEADER",
            Self::RequestBody => "REQUEST_BODY",
            Self::Response => "RESPONSE",
            Self::ResponseHeader => "RESPONSE_HEADER",
            Self::ResponseBody => "RESPONSE_BODY",
        }
    }

    const fn has_path(self) -> bool {
        !matches!(self, Self::Api | Self::Authorizer | Self::Model)
    }

    const fn has_method(self) -> bool {
        self.has_path() && !matches!(self, Self::Resource)
    }

    const fn has_status_code(self) -> bool {
        matches!(self, Self::Response | Self::ResponseHeader | Self::ResponseBody)
    }
}

/// Where a part belongs
/// (<https://docs.aws.amazon.com/apigateway/latest/api/API_DocumentationPartLocation.html>).
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct DocumentationLocation {
    /// Kind.
    #[serde(rename = "type")]
    pub part_type: DocumentationPartType,
    /// Path of the resource.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub path: Option<String>,
    /// Verb, or `*` for all.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub method: Option<String>,
    /// Status code, or `*` for all.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub status_code: Option<String>,
    /// Name of the authorizer, model, parameter or header.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
}

impl DocumentationLocation {
    /// The location with AWS's defaults where its kind has a member and none is said: path `/`,
    /// method `*`, status code `*`.
    #[must_use]
    pub fn with_defaults(mut self) -> Self {
        let kind = self.part_type;
        for (member, applies, default) in [
            (&mut self.path, kind.has_path(), "/"),
            (&mut self.method, kind.has_method(), "*"),
            (&mut self.status_code, kind.has_status_code(), "*"),
        ] {
            if applies && member.is_none() {
                *member = Some(default.into());
            }
        }
        self
    }
}

/// A snapshot of the documentation parts
/// (<https://docs.aws.amazon.com/apigateway/latest/api/API_DocumentationVersion.html>).
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct DocumentationVersion {
    /// Identifier, chosen by the customer.
    pub version: String,
    /// Free text.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    /// RFC 3339, as the creator wrote it; definitions know no time.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub created_date: Option<String>,
    /// The parts as they were, by identifier.
    pub documentation_parts: IndexMap<String, DocumentationPart>,
}
