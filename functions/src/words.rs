//! What AWS says about invocations, in its words.

use std::os::unix::process::ExitStatusExt;
use std::process::ExitStatus;
use std::time::{Duration, SystemTime};

use bytes::Bytes;
use ringway_core::limits::FUNCTION_RESPONSE_BYTES_MAX;
use serde_json::json;
use time::OffsetDateTime;
use time::format_description::BorrowedFormatItem;
use time::macros::format_description;

const MOMENT: &[BorrowedFormatItem<'_>] =
    format_description!("[year]-[month]-[day]T[hour]:[minute]:[second].[subsecond digits:3]Z");
const STREAM: &[BorrowedFormatItem<'_>] = format_description!("[year]/[month]/[day]");
const MODIFIED: &[BorrowedFormatItem<'_>] =
    format_description!("[year]-[month]-[day]T[hour]:[minute]:[second].[subsecond digits:3]+0000");

fn text(now: SystemTime, format: &[BorrowedFormatItem<'_>]) -> String {
    OffsetDateTime::from(now).format(format).unwrap_or_default()
}

/// `LastModified`.
pub(crate) fn modified(now: SystemTime) -> String {
    text(now, MODIFIED)
}

/// `2026/01/31/[$LATEST]…`
pub(crate) fn log_stream(version: &str, id: u64) -> String {
    format!("{}/[{version}]{:016x}{id:016x}", text(SystemTime::now(), STREAM), std::process::id())
}

/// An error the runtime says nothing about itself.
pub(crate) fn error(error_type: &str, request_id: &str, why: &str) -> Bytes {
    let message = format!("RequestId: {request_id} Error: {why}");
    json!({"errorType": error_type, "errorMessage": message}).to_string().into()
}

/// The process is gone; `words` are those of [`exit`].
pub(crate) fn exited(request_id: &str, words: &str) -> Bytes {
    let why = if words.is_empty() {
        "Runtime exited without providing a reason".to_owned()
    } else {
        format!("Runtime exited with error: {words}")
    };
    error("Runtime.ExitError", request_id, &why)
}

/// It took too long: the answer, and the line in the log.
pub(crate) fn timed_out(request_id: &str, limit: Duration) -> (Bytes, String) {
    let what = format!("Task timed out after {:.2} seconds", limit.as_secs_f64());
    let line = format!("{} {request_id} {what}\n", text(SystemTime::now(), MOMENT));
    (error("Sandbox.Timedout", request_id, &what), line)
}

/// The answer is longer than an answer may be.
pub(crate) fn too_large() -> Bytes {
    json!({
        "errorType": "Function.ResponseSizeTooLarge",
        "errorMessage": format!(
            "Response payload size exceeded maximum allowed payload size \
             ({FUNCTION_RESPONSE_BYTES_MAX} bytes)."
        ),
    })
    .to_string()
    .into()
}

/// How a process ended: nothing for one that just went.
pub(crate) fn exit(status: Option<&ExitStatus>) -> String {
    let Some(status) = status else { return "unknown status".into() };
    match (status.code(), status.signal()) {
        (Some(0), _) => String::new(),
        (Some(code), _) => format!("exit status {code}"),
        (None, Some(signal)) => format!("signal: {}", signal_name(signal)),
        (None, None) => "unknown status".into(),
    }
}

/// As Go names them.
fn signal_name(signal: i32) -> String {
    match signal {
        libc::SIGKILL => "killed".into(),
        libc::SIGTERM => "terminated".into(),
        libc::SIGABRT => "aborted".into(),
        libc::SIGSEGV => "segmentation fault".into(),
        libc::SIGBUS => "bus error".into(),
        libc::SIGILL => "illegal instruction".into(),
        libc::SIGINT => "interrupt".into(),
        other => format!("signal {other}"),
    }
}

/// `REPORT`, with the memory where somebody asked for it.
pub(crate) fn report(
    request_id: &str,
    took: Duration,
    memory_mb: u32,
    used_mb: Option<u64>,
) -> String {
    let ms = took.as_secs_f64() * 1_000.0;
    let used = used_mb.map(|used| format!("\tMax Memory Used: {used} MB")).unwrap_or_default();
    format!(
        "REPORT RequestId: {request_id}\tDuration: {ms:.2} ms\tBilled Duration: {:.0} ms\t\
         Memory Size: {memory_mb} MB{used}",
        ms.ceil()
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ends_of_processes() {
        let check = |raw: i32, expect: &str| {
            let words = exit(Some(&ExitStatus::from_raw(raw)));
            let answer = String::from_utf8(exited("id", &words).to_vec()).unwrap();
            let expect = format!(
                "{{\"errorType\":\"Runtime.ExitError\",\
                 \"errorMessage\":\"RequestId: id Error: {expect}\"}}"
            );
            assert_eq!(answer, expect);
        };
        check(0, "Runtime exited without providing a reason");
        check(1 << 8, "Runtime exited with error: exit status 1");
        check(libc::SIGKILL, "Runtime exited with error: signal: killed");
        check(libc::SIGSEGV, "Runtime exited with error: signal: segmentation fault");
    }

    #[test]
    fn a_timeout() {
        let (answer, line) = timed_out("id", Duration::from_secs(3));
        assert_eq!(
            answer,
            concat!(
                r#"{"errorType":"Sandbox.Timedout","errorMessage":"#,
                r#""RequestId: id Error: Task timed out after 3.00 seconds"}"#
            )
        );
        assert!(line.ends_with("Z id Task timed out after 3.00 seconds\n"), "{line}");
    }
}
