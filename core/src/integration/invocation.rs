//! What Lambda says of an invocation, in the words that API Gateway has for it: executed, failed in
//! the function's own code, or not executed at all
//! (<https://docs.aws.amazon.com/lambda/latest/api/API_Invoke.html>).

use std::borrow::Cow;

use crate::error::{Cause, GatewayError, ResponseType};
use crate::event_stream::Message;
use crate::http::ResponseHead;
use crate::json::Json;
use crate::limits::STREAM_METADATA_BYTES_MAX;

/// How an invocation ended.
#[derive(Debug)]
pub enum Invocation<'b> {
    /// The body is what the function answered; empty when nobody waits for it.
    Answered,
    /// The function failed; its `errorMessage`, empty when it has none (aws-facts 181).
    Failed(Cow<'b, str>),
}

/// Reads the head of Lambda's response, and of the body what it needs.
///
/// # Errors
/// The function was not executed: 500 for the caller, but 413 for an event that is too large.
pub fn invocation<'b>(
    head: &ResponseHead<'_>,
    body: &'b [u8],
) -> Result<Invocation<'b>, GatewayError> {
    if !matches!(head.status(), 200..=299) {
        return Err(refused(head.status(), body));
    }
    if head.custom("X-Amz-Function-Error").is_none() {
        return Ok(Invocation::Answered);
    }
    Ok(Invocation::Failed(member(body, &["errorMessage"]).unwrap_or_default()))
}

/// What a message of a streamed answer says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum StreamEvent<'b> {
    /// More of the answer.
    Payload(&'b [u8]),
    /// That was all of it.
    Complete,
}

/// Stands between the metadata of a streamed answer and its body.
pub const STREAM_DELIMITER: [u8; 8] = [0; 8];

/// Length of the metadata, once the delimiter behind them has come.
///
/// # Errors
/// [`malformed`](super::malformed): it did not come where it has to.
pub fn metadata_length(held: &[u8]) -> Result<Option<usize>, GatewayError> {
    let window = &held[..held.len().min(STREAM_METADATA_BYTES_MAX)];
    let at = window.windows(STREAM_DELIMITER.len()).position(|it| it == STREAM_DELIMITER);
    if at.is_none() && held.len() >= STREAM_METADATA_BYTES_MAX {
        return Err(super::malformed());
    }
    Ok(at)
}

/// Reads a message. Those of kinds that are not known say nothing.
///
/// # Errors
/// 502: the function failed; 500: Lambda did.
pub fn stream_event<'b>(message: &Message<'b>) -> Result<StreamEvent<'b>, GatewayError> {
    if message.header(":message-type").is_some_and(|kind| kind != "event") {
        return Err(refused(500, message.payload));
    }
    match message.header(":event-type") {
        Some("PayloadChunk") => Ok(StreamEvent::Payload(message.payload)),
        Some("InvokeComplete") => match member(message.payload, &["ErrorCode"]) {
            Some(code) if !code.is_empty() => {
                let details = member(message.payload, &["ErrorDetails"]).unwrap_or_default();
                let cause = format!("the function failed while it answered: {code}: {details}");
                let mut error = super::malformed();
                error.cause = Cause(cause.into());
                Err(error)
            }
            _ => Ok(StreamEvent::Complete),
        },
        _ => Ok(StreamEvent::Payload(b"")),
    }
}

/// 502 for a function that failed behind AWS_PROXY.
#[must_use]
pub fn function_failed(head: &ResponseHead<'_>, message: &str) -> GatewayError {
    let id = request_id(head);
    let mut error = GatewayError::new(ResponseType::IntegrationFailure, "").status(502);
    error.message = "Internal server error".into();
    error.cause = Cause(
        format!(
            "Lambda execution failed with status {} due to customer function error: {message}. \
             Lambda request id: {id}",
            head.status(),
        )
        .into(),
    );
    error
}

/// Lambda's identifier of the invocation.
#[must_use]
pub fn request_id<'h>(head: &ResponseHead<'h>) -> Cow<'h, str> {
    String::from_utf8_lossy(head.custom("x-amzn-RequestId").unwrap_or_default())
}

/// Lambda did not execute the function.
fn refused(status: u16, body: &[u8]) -> GatewayError {
    let said = || member(body, &["message", "Message"]).unwrap_or_default();
    let mut error = match status {
        413 => return GatewayError::new(ResponseType::RequestTooLarge, "Request too large"),
        500.. => GatewayError::new(ResponseType::IntegrationFailure, "").status(500),
        _ => GatewayError::configuration(""),
    };
    error.message = "Internal server error".into();
    error.cause = Cause(match status {
        403 => "Invalid permissions on Lambda function".into(),
        404 => "Invalid function: it was not found".into(),
        429 => "Rate Exceeded.".into(),
        500.. => "Internal server error of the Lambda service".into(),
        _ => said().into_owned().into(),
    });
    error
}

/// The text of the first of these members that an object has.
fn member<'b>(body: &'b [u8], names: &[&str]) -> Option<Cow<'b, str>> {
    let Json::Object(members) = Json::parse(std::str::from_utf8(body).ok()?).ok()? else {
        return None;
    };
    let found = members.iter().find(|(name, _)| names.contains(&name.as_ref()))?;
    match found.1 {
        Json::String(text) => Some(Cow::Owned(text.to_string())),
        Json::Null | Json::Bool(_) | Json::Number(_) | Json::Array(_) | Json::Object(_) => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::http::{Fields, parse_response};

    fn with_head<R>(text: &str, call: impl FnOnce(&ResponseHead<'_>) -> R) -> R {
        let mut fields = Fields::new();
        let parsed = parse_response(text.as_bytes(), &mut fields, false);
        let (parsed, _) = parsed.expect("a response").expect("a whole one");
        call(&parsed.view(text.as_bytes(), &fields))
    }

    #[test]
    fn what_lambda_refuses() {
        let check = |status: u16, body: &str, expect: (ResponseType, Option<u16>, &str)| {
            let text = format!("HTTP/1.1 {status} \r\nContent-Length: 0\r\n\r\n");
            let refused = with_head(&text, |head| invocation(head, body.as_bytes()).err());
            let error = refused.expect("a refusal");
            assert_eq!((error.response_type, error.status, &*error.cause.0), expect, "{status}");
        };
        let configuration = ResponseType::ApiConfigurationError;
        check(403, "{}", (configuration, None, "Invalid permissions on Lambda function"));
        check(404, "{}", (configuration, None, "Invalid function: it was not found"));
        check(429, "{}", (configuration, None, "Rate Exceeded."));
        check(400, r#"{"Message":"no"}"#, (configuration, None, "no"));
        check(413, "{}", (ResponseType::RequestTooLarge, None, "Request too large"));
        let said = "Internal server error of the Lambda service";
        check(502, "garbage", (ResponseType::IntegrationFailure, Some(500), said));
    }

    #[test]
    fn metadata_end_where_they_have_to() {
        let check = |held: Vec<u8>, expect: Option<Option<usize>>| {
            assert_eq!(metadata_length(&held).ok(), expect, "{}", held.len());
        };
        let padded = |blanks: usize, zeros: usize| [vec![b' '; blanks], vec![0; zeros]].concat();
        check(vec![], Some(None));
        check(padded(2, 7), Some(None));
        check(padded(2, 8), Some(Some(2)));
        check(padded(2, 12), Some(Some(2)));
        let most = STREAM_METADATA_BYTES_MAX - 8;
        check(padded(most, 8), Some(Some(most)));
        check(padded(most, 7), Some(None));
        check(padded(most + 1, 8), None);
        check(padded(most + 8, 0), None);
    }

    #[test]
    fn events_of_streams() {
        let check =
            |headers: &[(&str, &str)], payload: &str, expect: Result<StreamEvent<'_>, u16>| {
                let bytes = crate::event_stream::encoded(headers, payload.as_bytes());
                let message = crate::event_stream::message(&bytes).expect("valid").expect("whole");
                let read = stream_event(&message).map_err(|error| error.status.unwrap_or_default());
                assert_eq!(read, expect, "{headers:?} {payload}");
            };
        let event = |kind| [(":message-type", "event"), (":event-type", kind)];
        check(&event("PayloadChunk"), "abc", Ok(StreamEvent::Payload(b"abc")));
        check(&event("Ping"), "abc", Ok(StreamEvent::Payload(b"")));
        check(&event("InvokeComplete"), "{}", Ok(StreamEvent::Complete));
        check(&event("InvokeComplete"), r#"{"ErrorCode":null}"#, Ok(StreamEvent::Complete));
        check(&event("InvokeComplete"), r#"{"ErrorCode":"Unhandled"}"#, Err(502));
        check(&[(":message-type", "exception")], "{}", Err(500));
    }

    #[test]
    fn functions_that_fail() {
        let check = |fields: &str, body: &str, expect: Option<&str>| {
            let text = format!("HTTP/1.1 200 OK\r\n{fields}Content-Length: 0\r\n\r\n");
            with_head(&text, |head| match invocation(head, body.as_bytes()) {
                Ok(Invocation::Answered) => assert_eq!(None, expect),
                Ok(Invocation::Failed(message)) => assert_eq!(Some(&*message), expect),
                Err(error) => panic!("{error:?}"),
            });
        };
        check("", r#"{"errorMessage":"not by its own word"}"#, None);
        let failed = "X-Amz-Function-Error: Unhandled\r\n";
        check(failed, r#"{"errorMessage":"four hundred","errorType":"E"}"#, Some("four hundred"));
        check(failed, r#"{"errorMessage":null}"#, Some(""));
        check(failed, "garbage", Some(""));
        let id =
            format!("HTTP/1.1 200 \r\n{failed}x-amzn-RequestId: i\r\nContent-Length: 0\r\n\r\n");
        let error = with_head(&id, |head| function_failed(head, "boom"));
        assert_eq!(error.status, Some(502));
        assert_eq!(
            error.cause.0,
            "Lambda execution failed with status 200 due to customer function error: boom. \
             Lambda request id: i"
        );
    }
}
