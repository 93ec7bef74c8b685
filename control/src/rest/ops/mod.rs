//! The operations, a file a resource of AWS's. They speak to documents; they never serve a request.

pub(super) mod access_associations;
mod arn;
mod authorizer_rules;
pub(super) mod authorizers;
pub(super) mod base_path_mappings;
pub(super) mod client_certificates;
pub(super) mod documentation_parts;
pub(super) mod documentation_versions;
mod documented;
pub(super) mod domain_names;
mod domain_rules;
mod endpoint;
pub(super) mod gateway_responses;
pub(super) mod models;
mod policy;
pub(super) mod request_validators;
pub(super) mod rest_apis;
pub(super) mod vpc_links;
