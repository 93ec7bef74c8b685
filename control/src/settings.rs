//! What Ringway calls itself, as the command line says. Knows nothing of what uses it.

use std::path::PathBuf;
use std::sync::Arc;

use ringway_core::compile::ServiceEndpoints;

/// What Ringway calls itself.
#[derive(Debug, Clone)]
pub struct Settings {
    /// The account of callers that name none: twelve digits.
    pub account_id: String,
    /// The region of callers that name none.
    pub region: String,
    /// Where the log groups that stages name are files; standard output when there is no folder.
    pub log_folder: Option<PathBuf>,
    /// Suffix of `{api}.execute-api.{region}.{suffix}` in what exports say.
    pub host_suffix: String,
    /// Where integrations find the services of AWS.
    pub endpoints: Arc<ServiceEndpoints>,
}
