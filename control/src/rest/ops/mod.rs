//! The operations, a file a resource of AWS's. They speak to documents; they never serve a request.

pub(super) mod account;
pub(super) mod api_keys;
pub(super) mod deployments;
mod endpoint;
pub(super) mod export;
pub(super) mod import;
pub(super) mod models;
mod policy;
pub(super) mod request_validators;
pub(super) mod rest_apis;
mod stage_patch;
pub(super) mod stages;
pub(super) mod tags;
pub(super) mod usage;
pub(super) mod usage_plan_keys;
pub(super) mod usage_plans;
