//! The operations, a file a resource of AWS's. They speak to documents; they never serve a request.

mod content_types;
mod endpoint;
pub(super) mod integration_responses;
pub(super) mod integrations;
pub(super) mod method_responses;
pub(super) mod methods;
pub(super) mod models;
mod place;
mod policy;
pub(super) mod request_validators;
pub(super) mod resources;
pub(super) mod rest_apis;
