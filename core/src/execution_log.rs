//! AWS's execution log of one request: its lines, their order and words (aws-facts 261). The clock
//! is the caller's.

use std::fmt::{Display, Write};

use crate::error::{GatewayError, ResponseType};
use crate::http::write::http_date;
use crate::limits::EXECUTION_LOG_VALUE_BYTES_MAX;

/// A test of a method, as its log says it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct TestRequest {
    /// Verb.
    pub http_method: String,
    /// The path that was given, or the resource's template.
    pub resource_path: String,
    /// In the order of the template.
    pub path_parameters: Vec<(String, String)>,
    /// Decoded, in the order given.
    pub query: Vec<(String, String)>,
    /// As given.
    pub headers: Vec<(String, String)>,
    /// Body.
    pub body: String,
}

/// The log under way.
#[derive(Debug)]
pub struct ExecutionLog {
    text: String,
    failed: bool,
}

impl ExecutionLog {
    /// A log with what is known of a request before it runs.
    #[must_use]
    pub fn start(request_id: &str, unix_ms: u64, request: &TestRequest) -> Self {
        let text = format!("Execution log for request {request_id}\n");
        let mut log = Self { text, failed: false };
        let mut line = |text: std::fmt::Arguments<'_>| log.line(unix_ms, text);
        line(format_args!("Starting execution for request: {request_id}"));
        line(format_args!(
            "HTTP Method: {}, Resource Path: {}",
            request.http_method, request.resource_path
        ));
        line(format_args!("Method request path: {}", map(pairs(&request.path_parameters))));
        line(format_args!("Method request query string: {}", map(pairs(&request.query))));
        line(format_args!("Method request headers: {}", map(pairs(&request.headers))));
        log.body(unix_ms, "Method request body before transformations", request.body.as_bytes());
        log
    }

    /// A line.
    pub fn line(&mut self, unix_ms: u64, text: impl Display) {
        let date = http_date(unix_ms / 1_000);
        let date = str::from_utf8(&date).unwrap_or_default();
        // `Sun, 06 Nov 1994 08:49:37 GMT` in Java's order.
        let (day, date, month) = (&date[..3], &date[5..], &date[8..11]);
        let (number, time, year) = (&date[..2], &date[12..20], &date[7..11]);
        // A String takes every write.
        let _ = writeln!(self.text, "{day} {month} {number} {time} UTC {year} : {text}");
    }

    /// A line that shows a body.
    pub fn body(&mut self, unix_ms: u64, what: &str, body: &[u8]) {
        self.line(unix_ms, format_args!("{what}: {}", shown(&String::from_utf8_lossy(body))));
    }

    /// Why the execution failed; the first reason is the one that is said.
    pub fn fail(&mut self, unix_ms: u64, text: impl Display) {
        if !self.failed {
            self.line(unix_ms, text);
        }
        self.failed = true;
    }

    /// Ends the log of a response: its body and headers when nothing failed.
    #[must_use]
    pub fn finish(mut self, unix_ms: u64, status: u16, headers: &str, body: &[u8]) -> String {
        if !self.failed {
            self.body(unix_ms, "Method response body after transformations", body);
            self.line(unix_ms, format_args!("Method response headers: {headers}"));
            self.line(unix_ms, "Successfully completed execution");
        }
        self.line(unix_ms, format_args!("Method completed with status: {status}"));
        self.text
    }
}

/// AWS's line for an error, where nothing closer to its cause has said it.
#[must_use]
pub fn failure(error: &GatewayError) -> String {
    match error.response_type {
        ResponseType::BadRequestBody | ResponseType::BadRequestParameters => {
            format!("Request failed validation: {}", error.message)
        }
        ResponseType::IntegrationTimeout => "Execution failed due to a timeout error".into(),
        ResponseType::IntegrationFailure => {
            "Execution failed due to a network error communicating with endpoint".into()
        }
        ResponseType::ApiConfigurationError
        | ResponseType::AuthorizerConfigurationError
        | ResponseType::AuthorizerFailure
        | ResponseType::Default5xx => {
            format!("Execution failed due to configuration error: {}", error.cause.0)
        }
        ResponseType::AccessDenied
        | ResponseType::Default4xx
        | ResponseType::ExpiredToken
        | ResponseType::InvalidApiKey
        | ResponseType::InvalidSignature
        | ResponseType::MissingAuthenticationToken
        | ResponseType::QuotaExceeded
        | ResponseType::RequestTooLarge
        | ResponseType::ResourceNotFound
        | ResponseType::Throttled
        | ResponseType::Unauthorized
        | ResponseType::UnsupportedMediaType
        | ResponseType::WafFiltered => format!("Execution failed: {}", error.message),
    }
}

/// A map as Java prints it: `{a=1, b=2}`. Values of one name stand together; those that let a
/// caller in are masked.
pub fn map<'a>(entries: impl Iterator<Item = (&'a str, &'a str)>) -> String {
    let mut known: Vec<(&str, String)> = Vec::new();
    for (name, value) in entries {
        let value = if is_secret(name) { masked(value) } else { shown(value) };
        match known.iter_mut().find(|(own, _)| *own == name) {
            Some((_, values)) => {
                values.push(',');
                values.push_str(&value);
            }
            None => known.push((name, value)),
        }
    }
    let entries: Vec<String> =
        known.into_iter().map(|(name, value)| format!("{name}={value}")).collect();
    format!("{{{}}}", entries.join(", "))
}

/// Entries as [`map`] takes them.
pub fn pairs(entries: &[(String, String)]) -> impl Iterator<Item = (&str, &str)> {
    entries.iter().map(|(name, value)| (name.as_str(), value.as_str()))
}

/// A value, cut where it is too long for a log.
fn shown(value: &str) -> String {
    let end = value.floor_char_boundary(EXECUTION_LOG_VALUE_BYTES_MAX);
    let (shown, cut) = value.split_at(end);
    if cut.is_empty() { shown.to_owned() } else { format!("{shown} [TRUNCATED]") }
}

fn is_secret(name: &str) -> bool {
    ["authorization", "x-api-key", "cookie", "x-amz-security-token"]
        .iter()
        .any(|secret| name.eq_ignore_ascii_case(secret))
}

/// The last six characters of a long value, after stars.
fn masked(value: &str) -> String {
    let count = value.chars().count();
    let open = if count > 12 { count - 6 } else { count };
    let tail: String = value.chars().skip(open).collect();
    format!("{}{tail}", "*".repeat(open.min(32)))
}

#[cfg(test)]
mod tests {
    use super::*;

    const AT: u64 = 784_111_777_123;

    fn request() -> TestRequest {
        let pair = |name: &str, value: &str| vec![(name.to_owned(), value.to_owned())];
        TestRequest {
            http_method: "GET".into(),
            resource_path: "/pets/123".into(),
            path_parameters: pair("petId", "123"),
            query: pair("foo", "bar"),
            ..TestRequest::default()
        }
    }

    #[test]
    fn a_success_is_as_recorded() {
        let log = ExecutionLog::start("id", AT, &request());
        let text = log.finish(AT, 200, "{Content-Type=application/json}", b"{\"a\": 1}");
        let lines: Vec<&str> = text.split('\n').collect();
        let at = "Sun Nov 06 08:49:37 UTC 1994 : ";
        let expect = [
            "Starting execution for request: id",
            "HTTP Method: GET, Resource Path: /pets/123",
            "Method request path: {petId=123}",
            "Method request query string: {foo=bar}",
            "Method request headers: {}",
            "Method request body before transformations: ",
            "Method response body after transformations: {\"a\": 1}",
            "Method response headers: {Content-Type=application/json}",
            "Successfully completed execution",
            "Method completed with status: 200",
        ];
        assert_eq!(lines[0], "Execution log for request id");
        for (line, expect) in lines[1..].iter().zip(expect) {
            assert_eq!(line.strip_prefix(at), Some(expect), "{text}");
        }
        assert_eq!((lines.len(), lines[11]), (12, ""), "ends with a newline");
    }

    #[test]
    fn the_first_failure_is_said_and_no_success() {
        let mut log = ExecutionLog::start("id", AT, &request());
        log.fail(AT, "Execution failed due to configuration error: Invalid endpoint address");
        log.fail(AT, "Execution failed due to a timeout error");
        let text = log.finish(AT, 500, "{}", b"{}");
        assert_eq!(text.matches("failed").count(), 1, "{text}");
        assert!(text.contains("error: Invalid endpoint address\n"), "{text}");
        assert!(text.ends_with(" : Method completed with status: 500\n"), "{text}");
        assert!(!text.contains("Method response") && !text.contains("Successfully"), "{text}");
    }

    #[test]
    fn maps_are_those_of_java() {
        let check = |entries: &[(&str, &str)], expect: &str| {
            assert_eq!(map(entries.iter().copied()), expect);
        };
        check(&[], "{}");
        check(&[("a", "1"), ("b", "")], "{a=1, b=}");
        check(&[("a", "1"), ("b", "2"), ("a", "3")], "{a=1,3, b=2}");
        check(&[("x-API-key", "0123456789abcdefghij")], "{x-API-key=**************efghij}");
        check(&[("Authorization", "short")], "{Authorization=*****}");
        let long = "é".repeat(EXECUTION_LOG_VALUE_BYTES_MAX);
        let expect = format!("{{a={} [TRUNCATED]}}", &long[..EXECUTION_LOG_VALUE_BYTES_MAX]);
        check(&[("a", &long)], &expect);
    }

    #[test]
    fn each_error_has_its_line() {
        let check = |error: GatewayError, expect: &str| assert_eq!(failure(&error), expect);
        let missing = GatewayError::new(ResponseType::BadRequestParameters, "")
            .message("Missing required request parameters: [q]");
        check(missing, "Request failed validation: Missing required request parameters: [q]");
        check(
            GatewayError::new(ResponseType::IntegrationTimeout, "x"),
            "Execution failed due to a timeout error",
        );
        check(
            GatewayError::configuration("why"),
            "Execution failed due to configuration error: why",
        );
    }
}
