//! Stage and its settings.

use indexmap::IndexMap;
use serde::{Deserialize, Serialize};

use crate::limits;

/// A named, running deployment
/// (<https://docs.aws.amazon.com/apigateway/latest/api/API_Stage.html>).
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default, deny_unknown_fields)]
pub struct Stage {
    /// `A-Z a-z 0-9 - _`, at most 128.
    pub stage_name: String,
    /// The deployment it points to.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub deployment_id: Option<String>,
    /// Free text.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    /// `${stageVariables.NAME}`.
    pub variables: IndexMap<String, String>,
    /// The stage has a response cache.
    pub cache_cluster_enabled: bool,
    /// "0.5" to "237", gigabytes.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cache_cluster_size: Option<String>,
    /// `*/*` or `{resource path with / as ~1, no leading slash}/{VERB}`.
    pub method_settings: IndexMap<String, MethodSetting>,
    /// Access log.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub access_log_settings: Option<AccessLogSettings>,
    /// A second deployment that takes a part of the requests.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub canary_settings: Option<CanarySettings>,
    /// X-Ray; refused until supported.
    pub tracing_enabled: bool,
    /// Ringway's own: AWS's walls, raised for this stage.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub limits: Option<StageLimits>,
}

/// A canary release of a stage
/// (<https://docs.aws.amazon.com/apigateway/latest/api/API_CanarySettings.html>).
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default, deny_unknown_fields)]
pub struct CanarySettings {
    /// The deployment it points to.
    pub deployment_id: String,
    /// Share of the requests it takes, 0 to 100.
    pub percent_traffic: f64,
    /// Its stage variables, above those of the stage.
    #[serde(skip_serializing_if = "IndexMap::is_empty")]
    pub stage_variable_overrides: IndexMap<String, String>,
    /// Cached responses are those of the stage; otherwise it has its own.
    pub use_stage_cache: bool,
}

/// Limits a stage raises above AWS's (Ringway's own, not in AWS).
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default, deny_unknown_fields)]
pub struct StageLimits {
    /// Longest `timeoutInMillis` accepted, up to 900,000.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub integration_timeout_in_millis: Option<u32>,
    /// Largest request body, bytes.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub request_body_bytes: Option<u64>,
}

/// What an unauthorised `Cache-Control: max-age=0` gets.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum UnauthorizedCacheControlHeaderStrategy {
    /// 403.
    #[serde(rename = "FAIL_WITH_403")]
    FailWith403,
    /// Served as if the header were absent, with a Warning header.
    #[default]
    #[serde(rename = "SUCCEED_WITH_RESPONSE_HEADER")]
    SucceedWithResponseHeader,
    /// Served as if the header were absent.
    #[serde(rename = "SUCCEED_WITHOUT_RESPONSE_HEADER")]
    SucceedWithoutResponseHeader,
}

/// Settings of the methods a key names, with AWS's defaults (aws-facts 96).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default, deny_unknown_fields)]
pub struct MethodSetting {
    /// Detailed metrics.
    pub metrics_enabled: bool,
    /// OFF, ERROR or INFO.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub logging_level: Option<String>,
    /// Full request and response data in the execution log.
    pub data_trace_enabled: bool,
    /// Bucket size, requests.
    pub throttling_burst_limit: u32,
    /// Requests per second.
    pub throttling_rate_limit: f64,
    /// Responses are cached.
    pub caching_enabled: bool,
    /// 0 to 3600.
    pub cache_ttl_in_seconds: u32,
    /// Cached bytes are encrypted.
    pub cache_data_encrypted: bool,
    /// Invalidation needs `execute-api:InvalidateCache`.
    pub require_authorization_for_cache_control: bool,
    /// What an unauthorised invalidation gets.
    pub unauthorized_cache_control_header_strategy: UnauthorizedCacheControlHeaderStrategy,
}

impl Default for MethodSetting {
    fn default() -> Self {
        Self {
            metrics_enabled: false,
            logging_level: None,
            data_trace_enabled: false,
            throttling_burst_limit: limits::ACCOUNT_BURST_LIMIT_DEFAULT,
            throttling_rate_limit: limits::ACCOUNT_RATE_LIMIT_DEFAULT,
            caching_enabled: false,
            cache_ttl_in_seconds: limits::CACHE_TTL_SECONDS_DEFAULT,
            cache_data_encrypted: false,
            require_authorization_for_cache_control: true,
            unauthorized_cache_control_header_strategy:
                UnauthorizedCacheControlHeaderStrategy::default(),
        }
    }
}

/// Where and how requests are logged.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default, deny_unknown_fields)]
pub struct AccessLogSettings {
    /// `file:///path` or `stdout:`; AWS's ARNs are refused until supported.
    pub destination_arn: String,
    /// `$context` text.
    pub format: String,
}
