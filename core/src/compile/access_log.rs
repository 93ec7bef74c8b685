//! Access-log settings of a stage.

use super::report::Report;
use super::scope::Scope;
use crate::context::TemplateKind;
use crate::snapshot::{AccessLog, LogDestination};

/// Compiles a stage's access log; `None` without one, and when it is refused.
pub(super) fn compile(scope: &Scope<'_>, report: &mut Report) -> Option<AccessLog> {
    let settings = scope.stage.access_log_settings.as_ref()?;
    let place = scope.settings.key("accessLogSettings");
    let destination =
        report.keep(&place.key("destinationArn"), destination(&settings.destination_arn));
    let format = match settings.format.trim_ascii() {
        "" => Err("Access Log value must not be empty".into()),
        _ => scope.template(&settings.format, TemplateKind::AccessLog),
    };
    let format = report.keep(&place.key("format"), format);
    Some(AccessLog { destination: scope.shared.destination(destination?), format: format? })
}

/// `file:///absolute/path` (taken as it is, without escapes), `stdout:` or `stderr:`.
fn destination(text: &str) -> Result<LogDestination, String> {
    const EXPECTED: &str = "use file:///absolute/path, stdout: or stderr:";
    match text {
        "" => Err(format!("Access Log value must not be empty; {EXPECTED}")),
        "stdout:" => Ok(LogDestination::Stdout),
        "stderr:" => Ok(LogDestination::Stderr),
        _ if text.starts_with("arn:") => Err(format!(
            "CloudWatch Logs and Firehose destinations are not yet supported; {EXPECTED}"
        )),
        _ => match text.strip_prefix("file://") {
            Some(path) if path.len() > 1 && path.starts_with('/') && !path.ends_with('/') => {
                Ok(LogDestination::File(path.into()))
            }
            _ => Err(format!("'{text}' is not an access-log destination; {EXPECTED}")),
        },
    }
}
