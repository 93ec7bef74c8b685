//! The operations, a file a resource of AWS's. They speak to documents; they never serve a request.

pub(super) mod deployments;
mod endpoint;
pub(super) mod models;
mod policy;
pub(super) mod request_validators;
pub(super) mod rest_apis;
mod stage_patch;
pub(super) mod stages;
