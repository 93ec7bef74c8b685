//! Documentation versions: copies of the documentation parts. Text only: nothing here changes what
//! an API does.

use indexmap::IndexMap;
use ringway_core::definition::DocumentationPart;
use serde::{Deserialize, Serialize};

use crate::documents::{Document, Kind};

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
