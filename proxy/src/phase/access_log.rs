//! One record for every request that reached the head parser.

use std::io::Write;

use ringway_core::context::Context;

use crate::applied::{Applied, AppliedStage};
use crate::worker::Worker;

/// Writes the stage's record.
pub(crate) fn record(worker: &Worker, stage: &AppliedStage, context: &Context<'_>) {
    if let (Some(ix), Some(log)) = (stage.log, &stage.stage.access_log) {
        worker.logs.record(ix, |out| log.format.render(context, out));
    }
}

/// Writes a diagnostic for operators: what was refused before a stage was known, and what failed on
/// our side of a stage.
pub(crate) fn diagnose(worker: &Worker, applied: &Applied, context: &Context<'_>) {
    let Some(error) = context.error else { return };
    if !worker.may_diagnose() {
        return;
    }
    worker.logs.record(applied.diagnostics, |out| {
        let request = context.request;
        let id = std::str::from_utf8(request.request_id).unwrap_or_default();
        let target = request.head.map_or(&b""[..], |head| head.target());
        // A Vec takes every write.
        let _ = write!(
            out,
            "ringway: request {id} from {}: {} {:?}: {}: {}",
            request.source_ip,
            request.head.map_or("-", |head| head.method()),
            String::from_utf8_lossy(target),
            error.response_type.name(),
            error.cause.0,
        );
    });
}
