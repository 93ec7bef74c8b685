//! Account, API keys and usage plans.

use indexmap::IndexMap;
use serde::{Deserialize, Serialize};

use crate::limits;

/// A token bucket: a steady rate and a burst.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default, deny_unknown_fields)]
pub struct ThrottleSettings {
    /// Requests per second.
    pub rate_limit: f64,
    /// Bucket size, requests.
    pub burst_limit: u32,
}

impl Default for ThrottleSettings {
    fn default() -> Self {
        Self {
            rate_limit: limits::ACCOUNT_RATE_LIMIT_DEFAULT,
            burst_limit: limits::ACCOUNT_BURST_LIMIT_DEFAULT,
        }
    }
}

/// The account (<https://docs.aws.amazon.com/apigateway/latest/api/API_Account.html>).
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default, deny_unknown_fields)]
pub struct Account {
    /// The limit all APIs share.
    pub throttle_settings: ThrottleSettings,
}

/// An API key; `Debug` hides its value.
#[derive(Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default, deny_unknown_fields)]
pub struct ApiKey {
    /// Identifier; the name when a settings file gives none.
    pub id: String,
    /// Name.
    pub name: String,
    /// The secret a client sends.
    pub value: String,
    /// AWS's default is false.
    pub enabled: bool,
    /// Free text.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
}

impl std::fmt::Debug for ApiKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("ApiKey")
            .field("id", &self.id)
            .field("name", &self.name)
            .field("enabled", &self.enabled)
            .finish_non_exhaustive()
    }
}

/// Period of a quota.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "UPPERCASE")]
pub enum QuotaPeriod {
    /// Midnight to midnight UTC.
    Day,
    /// Sunday to Sunday UTC.
    Week,
    /// First to first UTC.
    Month,
}

/// A quota: requests per period.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct QuotaSettings {
    /// Requests.
    pub limit: u64,
    /// Requests already counted in the first period.
    #[serde(default)]
    pub offset: u64,
    /// Period.
    pub period: QuotaPeriod,
}

/// A stage a plan covers.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default, deny_unknown_fields)]
pub struct ApiStage {
    /// API.
    pub api_id: String,
    /// Stage.
    pub stage: String,
    /// `/resource/path/VERB` to the throttle of that method.
    pub throttle: IndexMap<String, ThrottleSettings>,
}

/// A usage plan (<https://docs.aws.amazon.com/apigateway/latest/api/API_UsagePlan.html>).
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default, deny_unknown_fields)]
pub struct UsagePlan {
    /// Identifier; the name when a settings file gives none.
    pub id: String,
    /// Name.
    pub name: String,
    /// Free text.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    /// Throttle of each key, per stage.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub throttle: Option<ThrottleSettings>,
    /// Quota of each key.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub quota: Option<QuotaSettings>,
    /// Stages it covers.
    pub api_stages: Vec<ApiStage>,
    /// Keys by name or identifier (settings file; AWS has UsagePlanKey).
    pub keys: Vec<String>,
}
