//! A live stage.

use std::sync::Arc;

use super::{AccountIx, BinaryMediaTypes, Method, MethodIx, PlanIx, Rate};
use crate::context::Template;
use crate::http::FieldName;
use crate::mapping::Source;
use crate::router::Router;

/// One stage, compiled. Nothing in it depends on other stages, on keys or on plans, so that it
/// outlives publications that change those.
#[derive(Debug)]
pub struct Stage {
    /// `$context.accountId`.
    pub account_id: Arc<str>,
    /// API identifier.
    pub api_id: Box<str>,
    /// API name.
    pub api_name: Box<str>,
    /// Stage name.
    pub name: Box<str>,
    /// Deployment identifier.
    pub deployment_id: Box<str>,
    /// Path and verb to method.
    pub router: Router,
    /// Methods, as the router numbers them.
    pub methods: Box<[Method]>,
    /// Answers by `ResponseType as usize`.
    pub gateway_responses: Arc<[GatewayResponse; 21]>,
    /// Stage variables, sorted by name.
    pub variables: Box<[(Box<str>, Box<str>)]>,
    /// Where requests are logged.
    pub access_log: Option<AccessLog>,
    /// The response cache, when the cluster is on.
    pub cache: Option<StageCache>,
    /// Largest request body, bytes.
    pub request_body_bytes_max: u64,
    /// Payloads that are bytes; all others are text.
    pub binary_media_types: BinaryMediaTypes,
    /// `minimumCompressionSize`: responses of at least so many bytes are compressed for clients
    /// that ask for it.
    pub minimum_compression_bytes: Option<u32>,
    /// `$context.isCanaryRequest`; `None` on a stage without canary settings (aws-facts 107).
    pub is_canary_request: Option<bool>,
    /// What takes a part of the requests instead.
    pub canary: Option<Canary>,
}

/// A canary release: another deployment of the same stage.
#[derive(Debug)]
pub struct Canary {
    /// Its share of the requests, in 2⁻³².
    pub share: u64,
    /// What serves them; has no canary of its own.
    pub stage: Arc<Stage>,
}

impl Canary {
    /// Whether it serves the request of this random number, any number being as likely.
    #[must_use]
    pub fn takes(&self, random: u32) -> bool {
        u64::from(random) < self.share
    }
}

impl Stage {
    /// A method of this stage.
    ///
    /// # Panics
    /// When the index comes from another stage.
    #[must_use]
    pub fn method(&self, ix: MethodIx) -> &Method {
        &self.methods[ix.0 as usize]
    }
}

/// What publications may change about a stage that itself stays the same.
#[derive(Debug, Clone)]
pub struct StageUsage {
    /// Whose stage it is.
    pub account: AccountIx,
    /// Plans that cover it, sorted by plan.
    pub plans: Arc<[StagePlan]>,
    /// The same plans, with the methods of its canary; empty without one.
    pub canary_plans: Arc<[StagePlan]>,
}

impl StageUsage {
    /// How a plan covers the stage, or its canary.
    #[must_use]
    pub fn plan(&self, stage: &Stage, plan: PlanIx) -> Option<&StagePlan> {
        let plans =
            if stage.is_canary_request == Some(true) { &self.canary_plans } else { &self.plans };
        let at = plans.binary_search_by_key(&plan, |entry| entry.plan).ok()?;
        Some(&plans[at])
    }
}

/// A usage plan on one stage.
#[derive(Debug)]
pub struct StagePlan {
    /// The plan.
    pub plan: PlanIx,
    /// Throttle of each key on single methods, sorted by method.
    pub methods: Box<[(MethodIx, Rate)]>,
}

/// Capacity of a stage's response cache.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct StageCache {
    /// Bytes, from `cacheClusterSize`.
    pub capacity_bytes: usize,
}

/// A stage's access log.
#[derive(Debug, Clone)]
pub struct AccessLog {
    /// Sink; stages that name the same one share it.
    pub destination: Arc<LogDestination>,
    /// Compiled `format`.
    pub format: Template,
}

/// Where log records go.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum LogDestination {
    /// Standard output.
    Stdout,
    /// Standard error: diagnostics of the process.
    Stderr,
    /// Appended to a file, created when missing, reopened when it was moved away.
    File(Box<str>),
}

/// One answer of the 21.
#[derive(Debug)]
pub struct GatewayResponse {
    /// Status the customer wants; `None` leaves the error's own.
    pub status: Option<u16>,
    /// Extra headers.
    pub headers: Box<[(Box<str>, FieldName, Source)]>,
    /// Media type and template, in the customer's order; JSON first by default.
    pub templates: Box<[(Box<str>, Template)]>,
}
