//! Definitions: what the customer wrote, in the shapes and names of AWS's Create*/Get* structures.
//!
//! Only plain data with serde; empty maps that AWS does not show are not written. Nothing here
//! interprets a request; [`crate::compile`] is the only place that turns definitions into a
//! snapshot.
//! Shapes: <https://docs.aws.amazon.com/apigateway/latest/api/API_Operations.html>.

mod documentation;
mod function;
mod method;
mod rest_api;
mod stage;
mod usage;

pub use documentation::{
    DocumentationLocation, DocumentationPart, DocumentationPartType, DocumentationVersion,
};
pub use function::{Function, FunctionEnvironment};
pub use method::{
    ContentHandling, Integration, IntegrationResponse, IntegrationType, Method, MethodResponse,
    PassthroughBehavior, TlsConfig,
};
pub use rest_api::{
    ApiKeySource, Authorizer, EndpointConfiguration, GatewayResponse, Model, RequestValidator,
    Resource, RestApi,
};
pub use stage::{
    AccessLogSettings, CanarySettings, MethodSetting, Stage, StageLimits,
    UnauthorizedCacheControlHeaderStrategy,
};
pub use usage::{
    Account, ApiKey, ApiStage, QuotaPeriod, QuotaSettings, ThrottleSettings, UsagePlan,
};

use std::sync::Arc;

/// What one account serves in one region: the input of the compiler.
///
/// Cheap to make again after a change: what did not change is shared, and the compiler looks at it
/// no more than once.
#[derive(Debug, Clone, Default)]
pub struct Definitions {
    /// Whose they are; no two of a process have the same.
    pub owner: Owner,
    /// The account-wide throttle.
    pub account: Account,
    /// APIs with the stages that run them.
    pub apis: Vec<DeployedApi>,
    /// API keys, values included.
    pub api_keys: Arc<Vec<ApiKey>>,
    /// Usage plans.
    pub usage_plans: Arc<Vec<UsagePlan>>,
}

/// An account in a region.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Owner {
    /// `$context.accountId`: twelve digits on AWS.
    pub account_id: Arc<str>,
    /// `us-east-1`, …
    pub region: Arc<str>,
}

impl Default for Owner {
    fn default() -> Self {
        Self { account_id: "000000000000".into(), region: "us-east-1".into() }
    }
}

/// One API and its stages.
#[derive(Debug, Clone)]
pub struct DeployedApi {
    /// The API's identifier: 1 to 64 of `a-z 0-9 -`, unique in the process; AWS makes 10
    /// characters.
    pub id: String,
    /// Stages, each with the immutable copy it runs.
    pub stages: Vec<DeployedStage>,
}

/// A stage and the deployments it points to.
#[derive(Debug, Clone, Default)]
pub struct DeployedStage {
    /// Settings that act without a deployment.
    pub stage: Arc<Stage>,
    /// The deployment.
    pub deployment: Deployment,
    /// The deployment of [`Stage::canary_settings`]; needed with them, ignored without.
    pub canary_deployment: Option<Deployment>,
}

/// The immutable copy of an API that a stage runs.
#[derive(Debug, Clone)]
pub enum Deployment {
    /// The copy itself.
    Copy(Arc<RestApi>),
    /// The one that the settings of the stage name. Such a stage is the one that was compiled last:
    /// nobody needs to have the copy at hand.
    AsCompiled,
}

impl Deployment {
    /// The copy, where it is at hand.
    #[must_use]
    pub fn copy(&self) -> Option<&RestApi> {
        match self {
            Self::Copy(copy) => Some(copy),
            Self::AsCompiled => None,
        }
    }
}

impl From<RestApi> for Deployment {
    fn from(api: RestApi) -> Self {
        Self::Copy(Arc::new(api))
    }
}

impl Default for Deployment {
    fn default() -> Self {
        RestApi::default().into()
    }
}
