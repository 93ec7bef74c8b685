//! MOCK integrations.

use super::integration::{passthrough, templates};
use super::report::Report;
use super::response;
use super::scope::MethodScope;
use crate::snapshot::MockIntegration;

/// Compiles a MOCK integration. Nothing is sent and no body is read, so most settings of an
/// integration mean nothing here, as on AWS.
pub(super) fn compile(scope: &MethodScope<'_, '_>, report: &mut Report) -> Option<MockIntegration> {
    Some(MockIntegration {
        templates: templates(scope, report),
        passthrough: passthrough(scope),
        responses: response::selector(scope, report)?,
    })
}
