//! What calls to back ends and services are made with, as the process was told at its start.

use std::sync::Arc;

use ringway_core::compile::ServiceEndpoints;
use ringway_core::identity::Credentials;
use ringway_core::reach::Reach;

/// Given by the operator; the same for all workers.
#[derive(Debug, Clone)]
pub struct Outbound {
    /// What calls of services are signed with, and roles assumed; or why there is nothing.
    pub credentials: Result<Credentials, String>,
    /// Where services are; roles are assumed at `sts`.
    pub endpoints: Arc<ServiceEndpoints>,
    /// Which addresses may be called.
    pub reach: Reach,
}

impl Default for Outbound {
    fn default() -> Self {
        Self {
            credentials: Err("none were given".into()),
            endpoints: Arc::default(),
            reach: Reach::default(),
        }
    }
}
