//! Stages and deployments as management keeps them.

use indexmap::IndexMap;
use ringway_core::definition::{CanarySettings, MethodSetting};
use serde::{Deserialize, Serialize};

use crate::documents::{Document, Kind};

/// A stage (<https://docs.aws.amazon.com/apigateway/latest/api/API_Stage.html>).
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub(crate) struct Stage {
    pub(crate) deployment_id: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) client_certificate_id: Option<String>,
    pub(crate) stage_name: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) description: Option<String>,
    pub(crate) cache_cluster_enabled: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) cache_cluster_size: Option<String>,
    pub(crate) method_settings: IndexMap<String, MethodSetting>,
    #[serde(skip_serializing_if = "IndexMap::is_empty")]
    pub(crate) variables: IndexMap<String, String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) documentation_version: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) access_log_settings: Option<AccessLogSettings>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) canary_settings: Option<CanarySettings>,
    pub(crate) tracing_enabled: bool,
    #[serde(skip_serializing_if = "IndexMap::is_empty")]
    pub(crate) tags: IndexMap<String, String>,
    /// Unix time, seconds.
    pub(crate) created_date: i64,
    /// Unix time, seconds.
    pub(crate) last_updated_date: i64,
}

impl Document for Stage {
    const KIND: Kind = Kind::Stage;
}

/// Where and how a stage logs; each member may be set before the other.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub(crate) struct AccessLogSettings {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) format: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) destination_arn: Option<String>,
}

/// A deployment; the copy of the API lies in a document of its own.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub(crate) struct Deployment {
    pub(crate) id: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) description: Option<String>,
    /// Unix time, seconds.
    pub(crate) created_date: i64,
}

impl Document for Deployment {
    const KIND: Kind = Kind::Deployment;
}
