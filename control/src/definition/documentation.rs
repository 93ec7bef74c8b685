//! Documentation parts and the documentation versions that keep copies of them. Text only: nothing
//! here changes what an API does.

use indexmap::IndexMap;
use serde::{Deserialize, Serialize};

use crate::documents::{Document, Kind};

/// What of an API a part documents
/// (<https://docs.aws.amazon.com/apigateway/latest/api/API_DocumentationPart.html>).
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub(crate) struct DocumentationPart {
    /// Identifier.
    pub(crate) id: String,
    /// What it documents; unique in the API.
    pub(crate) location: DocumentationLocation,
    /// A JSON object, as text.
    pub(crate) properties: String,
}

impl Document for DocumentationPart {
    const KIND: Kind = Kind::DocumentationPart;
}

/// Kind of thing a part documents.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub(crate) enum DocumentationPartType {
    #[default]
    Api,
    Authorizer,
    Model,
    Resource,
    Method,
    PathParameter,
    QueryParameter,
    RequestHeader,
    RequestBody,
    Response,
    ResponseHeader,
    ResponseBody,
}

impl DocumentationPartType {
    /// AWS's name.
    pub(crate) const fn name(self) -> &'static str {
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
pub(crate) struct DocumentationLocation {
    /// Kind.
    #[serde(rename = "type")]
    pub(crate) part_type: DocumentationPartType,
    /// Path of the resource.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) path: Option<String>,
    /// Verb, or `*` for all.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) method: Option<String>,
    /// Status code, or `*` for all.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) status_code: Option<String>,
    /// Name of the authorizer, model, parameter or header.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) name: Option<String>,
}

impl DocumentationLocation {
    /// The location with AWS's defaults where its kind has a member and none is said: path `/`,
    /// method `*`, status code `*`.
    pub(crate) fn with_defaults(mut self) -> Self {
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

/// A copy of all parts
/// (<https://docs.aws.amazon.com/apigateway/latest/api/API_DocumentationVersion.html>).
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub(crate) struct DocumentationVersion {
    /// Identifier, chosen by the customer.
    pub(crate) version: String,
    /// Free text.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) description: Option<String>,
    /// Unix time, seconds.
    pub(crate) created_date: i64,
    /// The parts as they were, by identifier.
    pub(crate) documentation_parts: IndexMap<String, DocumentationPart>,
}

impl Document for DocumentationVersion {
    const KIND: Kind = Kind::DocumentationVersion;
}
