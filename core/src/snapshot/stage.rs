//! A live stage.

use std::sync::Arc;

use super::{KeyIx, Method, MethodIx, PlanIx, Rate, StageIx};
use crate::context::Template;
use crate::http::FieldName;
use crate::mapping::Source;
use crate::router::Router;

/// One stage, compiled.
#[derive(Debug)]
pub struct Stage {
    /// Its index.
    pub ix: StageIx,
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
    pub gateway_responses: Box<[GatewayResponse; 21]>,
    /// Stage variables, sorted by name.
    pub variables: Box<[(Box<str>, Box<str>)]>,
    /// Where requests are logged.
    pub access_log: Option<AccessLog>,
    /// The response cache, when the cluster is on.
    pub cache: Option<StageCache>,
    /// Plans that cover this stage, sorted by plan.
    pub plans: Box<[StagePlan]>,
    /// Largest request body, bytes.
    pub request_body_bytes_max: u64,
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

    /// How a plan covers this stage.
    #[must_use]
    pub fn plan(&self, plan: PlanIx) -> Option<&StagePlan> {
        let at = self.plans.binary_search_by_key(&plan, |entry| entry.plan).ok()?;
        Some(&self.plans[at])
    }
}

/// A usage plan on this stage.
#[derive(Debug)]
pub struct StagePlan {
    /// The plan.
    pub plan: PlanIx,
    /// Its identifier.
    pub plan_id: Box<str>,
    /// Throttle of each key on this stage.
    pub throttle: Option<Rate>,
    /// Throttle of each key on single methods, sorted by method.
    pub methods: Box<[(MethodIx, Rate)]>,
}

/// Who calls: a key within a plan.
#[derive(Debug, Clone, Copy)]
pub struct ClientIx {
    /// The key.
    pub key: KeyIx,
    /// Position in [`Stage::plans`].
    pub stage_plan: u16,
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
