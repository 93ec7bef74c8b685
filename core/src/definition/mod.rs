//! Definitions: what the customer wrote, in the shapes and names of AWS's Create*/Get* structures.
//!
//! Only plain data with serde; empty maps that AWS does not show are not written. Nothing here
//! interprets a request; [`crate::compile`] is the only place that turns definitions into a
//! snapshot.
//! Shapes: <https://docs.aws.amazon.com/apigateway/latest/api/API_Operations.html>.

mod method;
mod rest_api;
mod stage;
mod usage;

pub use method::{
    ContentHandling, Integration, IntegrationResponse, IntegrationType, Method, MethodResponse,
    PassthroughBehavior, TlsConfig,
};
pub use rest_api::{
    ApiKeySource, Authorizer, EndpointConfiguration, GatewayResponse, Model, RequestValidator,
    Resource, RestApi,
};
pub use stage::{
    AccessLogSettings, MethodSetting, Stage, StageLimits, UnauthorizedCacheControlHeaderStrategy,
};
pub use usage::{
    Account, ApiKey, ApiStage, QuotaPeriod, QuotaSettings, ThrottleSettings, UsagePlan,
};

use std::sync::Arc;

/// Everything one process serves: the input of the compiler.
#[derive(Debug, Clone, Default)]
pub struct Definitions {
    /// The account-wide throttle.
    pub account: Account,
    /// APIs with the stages that run them.
    pub apis: Vec<DeployedApi>,
    /// API keys, values included.
    pub api_keys: Vec<ApiKey>,
    /// Usage plans.
    pub usage_plans: Vec<UsagePlan>,
}

/// One API and its stages.
#[derive(Debug, Clone)]
pub struct DeployedApi {
    /// The API's identifier: 1 to 64 of `a-z 0-9 -`; AWS makes 10 characters.
    pub id: String,
    /// Stages, each with the immutable copy it runs.
    pub stages: Vec<DeployedStage>,
}

/// A stage and the deployment it points to.
#[derive(Debug, Clone)]
pub struct DeployedStage {
    /// Settings that act without a deployment.
    pub stage: Stage,
    /// The deployment: an immutable copy of the API.
    pub deployment: Arc<RestApi>,
}
