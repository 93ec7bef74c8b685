//! API keys, usage plans and the account as management keeps them.

use std::fmt;

use indexmap::IndexMap;
use ringway_core::definition::{QuotaSettings, ThrottleSettings};
use serde::{Deserialize, Serialize};

use crate::documents::{Document, Kind};

/// An API key (<https://docs.aws.amazon.com/apigateway/latest/api/API_ApiKey.html>); `Debug` hides
/// its value.
#[derive(Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub(crate) struct ApiKey {
    pub(crate) id: String,
    /// The secret that a client sends.
    pub(crate) value: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) name: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) customer_id: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) description: Option<String>,
    pub(crate) enabled: bool,
    /// Unix time, seconds.
    pub(crate) created_date: i64,
    /// Unix time, seconds.
    pub(crate) last_updated_date: i64,
    /// `{api}/{stage}`.
    pub(crate) stage_keys: Vec<String>,
    #[serde(skip_serializing_if = "IndexMap::is_empty")]
    pub(crate) tags: IndexMap<String, String>,
}

impl Document for ApiKey {
    const KIND: Kind = Kind::ApiKey;
}

impl fmt::Debug for ApiKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ApiKey").field("id", &self.id).finish_non_exhaustive()
    }
}

/// A usage plan (<https://docs.aws.amazon.com/apigateway/latest/api/API_UsagePlan.html>).
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub(crate) struct UsagePlan {
    pub(crate) id: String,
    pub(crate) name: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) description: Option<String>,
    pub(crate) api_stages: Vec<ApiStage>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) throttle: Option<ThrottleSettings>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) quota: Option<QuotaSettings>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) product_code: Option<String>,
    #[serde(skip_serializing_if = "IndexMap::is_empty")]
    pub(crate) tags: IndexMap<String, String>,
}

impl Document for UsagePlan {
    const KIND: Kind = Kind::UsagePlan;
}

/// A stage that a plan covers.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub(crate) struct ApiStage {
    pub(crate) api_id: String,
    pub(crate) stage: String,
    /// `/resource/path/VERB` to the throttle of that method.
    #[serde(skip_serializing_if = "IndexMap::is_empty")]
    pub(crate) throttle: IndexMap<String, ThrottleSettings>,
}

/// A key's membership of a plan, under the key's identifier.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct UsagePlanKey {
    pub(crate) id: String,
    /// `API_KEY`.
    #[serde(rename = "type")]
    pub(crate) key_type: String,
}

impl Document for UsagePlanKey {
    const KIND: Kind = Kind::UsagePlanKey;
}

/// The account's settings in a region; one document without an identifier.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub(crate) struct Account {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) cloudwatch_role_arn: Option<String>,
    pub(crate) throttle_settings: ThrottleSettings,
}

impl Document for Account {
    const KIND: Kind = Kind::Account;
}
