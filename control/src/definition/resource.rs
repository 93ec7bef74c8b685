//! A resource without the inside of its methods: what lists, and calls about paths, read.

use indexmap::IndexMap;
use serde::{Deserialize, Serialize};

use crate::documents::{Document, Kind};

/// A resource as AWS lists it: `{"GET": {}}` for its methods. Reading one skips them unparsed.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct ResourceOutline {
    pub(crate) id: String,
    /// Absent on the root.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) parent_id: Option<String>,
    /// Absent on the root.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) path_part: Option<String>,
    pub(crate) path: String,
    #[serde(default, skip_serializing_if = "IndexMap::is_empty")]
    pub(crate) resource_methods: IndexMap<String, Unread>,
}

/// A method that nobody read.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Unread {}

/// Read only: writing it would lose the methods.
impl Document for ResourceOutline {
    const KIND: Kind = Kind::Resource;
}
