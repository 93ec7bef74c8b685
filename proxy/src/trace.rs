//! The execution log of a test, filled while its phases run. Other requests have none.

use std::borrow::Cow;
use std::cell::RefCell;
use std::fmt::Display;
use std::rc::Rc;

use ringway_core::error::{GatewayError, ResponseType};
use ringway_core::execution_log::{ExecutionLog, map};
use ringway_core::http::ResponseHead;
use ringway_core::limits::REGEX_BACKTRACK_STEPS_MAX;
use ringway_core::snapshot::{Endpoint, Scheme};

use crate::clock::Clock;
use crate::upstream::{CallError, ConnectError};

/// The log under way, and the clock for its lines.
pub(crate) struct Trace {
    log: RefCell<ExecutionLog>,
    clock: Rc<Clock>,
}

/// A message that the gateway wrote itself, taken apart.
pub(crate) struct Message<'m> {
    /// Request or status line.
    pub(crate) line: &'m str,
    /// Fields in their order.
    pub(crate) fields: Vec<(&'m str, &'m str)>,
    /// Body.
    pub(crate) body: &'m [u8],
}

impl Trace {
    /// Of a log that was started.
    pub(crate) fn new(log: ExecutionLog, clock: Rc<Clock>) -> Self {
        Self { log: RefCell::new(log), clock }
    }

    /// Ends the log.
    pub(crate) fn finish(self, status: u16, headers: &str, body: &[u8]) -> String {
        let now_ms = self.clock.unix_ms(self.clock.now());
        self.log.into_inner().finish(now_ms, status, headers, body)
    }

    /// Why the execution failed; only the first reason is kept.
    pub(crate) fn fail(&self, text: impl Display) {
        let now_ms = self.now_ms();
        self.log.borrow_mut().fail(now_ms, text);
    }

    /// A call starts: `request` is the message to be sent.
    pub(crate) fn calling(&self, endpoint: &Endpoint, request: &[u8]) {
        let message = Message::of(request);
        let target = message.line.split(' ').nth(1).unwrap_or_default();
        let scheme = match endpoint.scheme {
            Scheme::Http => "http",
            Scheme::Https => "https",
        };
        let uri = format!("{scheme}://{}{target}", endpoint.authority);
        let delivery = ["Host", "Connection", "Content-Length", "Transfer-Encoding"];
        let fields: Vec<_> = message
            .fields_without(&delivery)
            .map(|(name, value)| (name, shown(name, value)))
            .collect();
        let fields = fields.iter().map(|(name, value)| (*name, &**value));
        self.line(format_args!("Endpoint request URI: {uri}"));
        self.line(format_args!("Endpoint request headers: {}", map(fields)));
        self.body("Endpoint request body after transformations", message.body);
        self.line(format_args!("Sending request to {uri}"));
    }

    /// A call has no response; what is not said here is said of the error it becomes.
    pub(crate) fn call_failed(&self, error: &CallError) {
        if let CallError::Connect(ConnectError::Unresolved) = error {
            self.invalid_endpoint();
        }
    }

    /// There is nothing to call.
    pub(crate) fn invalid_endpoint(&self) {
        self.fail("Execution failed due to configuration error: Invalid endpoint address");
    }

    /// AWS's words for what is wrong with an answer.
    pub(crate) fn misconfigured(&self, text: &str) {
        self.fail(format_args!("Execution failed due to configuration error: {text}"));
    }

    /// Lambda did not execute the function, or the function failed.
    pub(crate) fn not_invoked(&self, status: u16, request_id: &str, error: &GatewayError) {
        match (status, error.response_type) {
            (200..=299, _) => self.fail(&error.cause.0),
            (_, ResponseType::IntegrationFailure) => {
                self.line(invocation_failed(status, request_id));
                self.fail("Execution failed due to an internal error");
            }
            _ => {
                self.line(invocation_failed(status, request_id));
                self.misconfigured(&error.cause.0);
            }
        }
    }

    /// A selection pattern counts as one that does not match.
    pub(crate) fn gave_up(&self) {
        self.line(format_args!(
            "A selection pattern was not matched within {REGEX_BACKTRACK_STEPS_MAX} steps back, \
             and counts as one that does not match"
        ));
    }

    /// No integration response is for this status.
    pub(crate) fn no_match(&self, status: u16) {
        self.fail(format_args!(
            "Execution failed due to configuration error: No match for output mapping and no \
             default output mapping configured. Endpoint Response Status Code: {status}"
        ));
    }

    /// A body is not as the model of its media type says.
    pub(crate) fn no_model(&self, media_type: &str, errors: &str) {
        self.fail(format_args!(
            "Request body does not match model schema for content type {media_type}: {errors}"
        ));
    }

    /// The response to a call, its body complete.
    pub(crate) fn answered(&self, head: &ResponseHead<'_>, body: &[u8], latency_us: u64) {
        let (status, ms) = (head.status(), latency_us / 1_000);
        self.line(format_args!(
            "Received response. Status: {status}, Integration latency: {ms} ms"
        ));
        let texts: Vec<_> = head
            .fields()
            .map(|line| {
                let text = |bytes| String::from_utf8_lossy(bytes).into_owned();
                (text(line.text()), text(line.value()))
            })
            .collect();
        let fields = texts.iter().map(|(name, value)| (name.as_str(), value.as_str()));
        self.line(format_args!("Endpoint response headers: {}", map(fields)));
        self.body("Endpoint response body before transformations", body);
    }

    fn line(&self, text: impl Display) {
        let now_ms = self.now_ms();
        self.log.borrow_mut().line(now_ms, text);
    }

    fn body(&self, what: &str, body: &[u8]) {
        let now_ms = self.now_ms();
        self.log.borrow_mut().body(now_ms, what, body);
    }

    fn now_ms(&self) -> u64 {
        self.clock.unix_ms(self.clock.now())
    }
}

fn invocation_failed(status: u16, request_id: &str) -> String {
    format!("Lambda invocation failed with status: {status}. Lambda request id: {request_id}")
}

/// As AWS shows them: stars for what proves who calls, and the last characters of a signature.
fn shown<'v>(name: &str, value: &'v str) -> Cow<'v, str> {
    let secret = ["Authorization", "X-Amz-Security-Token"];
    if !secret.iter().any(|secret| secret.eq_ignore_ascii_case(name)) {
        return value.into();
    }
    let is_signature = value.starts_with("AWS4-HMAC-SHA256 ");
    let kept = value.len().checked_sub(6).filter(|_| is_signature);
    let tail = kept.and_then(|at| value.get(at..)).unwrap_or_default();
    ("*".repeat(value.len() - tail.len()) + tail).into()
}

impl<'m> Message<'m> {
    /// Takes a message apart. What is no text is left out: the gateway writes none.
    pub(crate) fn of(bytes: &'m [u8]) -> Self {
        let end = bytes.windows(4).position(|four| four == b"\r\n\r\n").unwrap_or(bytes.len());
        let head = bytes[..end].utf8_chunks().next().map_or("", |chunk| chunk.valid());
        let mut lines = head.split("\r\n");
        let line = lines.next().unwrap_or_default();
        let fields = lines.filter_map(|line| line.split_once(": ")).collect();
        Self { line, fields, body: bytes.get(end + 4..).unwrap_or_default() }
    }

    /// The fields but those of these names.
    pub(crate) fn fields_without(
        &self,
        names: &[&str],
    ) -> impl Iterator<Item = (&'m str, &'m str)> {
        let named = |field: &str| names.iter().any(|name| name.eq_ignore_ascii_case(field));
        self.fields.iter().copied().filter(move |(name, _)| !named(name))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_proves_who_calls_is_not_shown() {
        let check = |name: &str, value: &str, expect: &str| assert_eq!(shown(name, value), expect);
        check("Accept", "a", "a");
        check("authorization", "Basic YTpi", "**********");
        check("X-Amz-Security-Token", "token", "*****");
        let signed = "AWS4-HMAC-SHA256 Signature=0123456789abcdef";
        check("Authorization", signed, &format!("{}abcdef", "*".repeat(signed.len() - 6)));
    }

    #[test]
    fn messages_are_taken_apart() {
        let message = Message::of(b"GET /a HTTP/1.1\r\nHost: h\r\nX: \r\n\r\nbody\r\n\r\nmore");
        assert_eq!(message.line, "GET /a HTTP/1.1");
        assert_eq!(message.fields, [("Host", "h"), ("X", "")]);
        assert_eq!(message.fields_without(&["host"]).collect::<Vec<_>>(), [("X", "")]);
        assert_eq!(message.body, b"body\r\n\r\nmore");
        assert!(Message::of(b"GET /a HTTP/1.1\r\n\r\n").body.is_empty());
    }
}
