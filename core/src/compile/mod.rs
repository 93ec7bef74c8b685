//! Definitions to snapshot: the only place that can reject a definition.
//!
//! Everything a request would have to choose or look up by name is resolved here. What this build
//! does not do yet is refused with its name, never ignored. All errors are reported, not only the
//! first. Must not know OpenAPI: it reads definitions only, and names places in documents so that
//! its callers can find the line.

mod access_log;
mod api;
mod aws_uri;
mod cache;
mod canary;
mod compiler;
mod gateway_response;
mod http_integration;
mod identifiers;
mod integration;
mod keys;
mod method;
mod mock;
mod payload;
mod plans;
mod report;
mod response;
mod scope;
mod service_endpoints;
mod services;
mod settings;
mod shared;
#[cfg(test)]
mod tests;
mod uri;

use crate::definition::Definitions;
use crate::error::CompileError;
use crate::snapshot::Snapshot;

pub use compiler::{Compilation, Compiler, Kept};
pub use service_endpoints::ServiceEndpoints;

/// Compiles what one account serves, once. Who compiles again after a change keeps a [`Compiler`].
///
/// # Errors
/// Those of [`Compiler::compile`].
pub fn compile(definitions: &Definitions, generation: u64) -> Result<Snapshot, Vec<CompileError>> {
    Compiler::default().compile(std::slice::from_ref(definitions), generation)
}

/// Names of the usage plans whose quota is kept but not enforced by this build.
#[must_use]
pub fn unenforced_quotas(definitions: &Definitions) -> Vec<String> {
    let with_quota = definitions.usage_plans.iter().filter(|plan| plan.quota.is_some());
    with_quota.map(|plan| plan.name.clone()).collect()
}
