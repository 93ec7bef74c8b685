//! Errors of the Lambda API, as AWS shapes and words them
//! (<https://docs.aws.amazon.com/lambda/latest/api/CommonErrors.html>).

use std::fmt;

use hyper::http::request::Parts;

/// An exception: `x-amzn-ErrorType` and a JSON body.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct LambdaError {
    pub(crate) status: u16,
    pub(crate) code: &'static str,
    pub(crate) message: String,
    /// Why an invocation was throttled.
    pub(crate) reason: Option<&'static str>,
}

impl fmt::Display for LambdaError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.code, self.message)
    }
}

impl LambdaError {
    fn new(status: u16, code: &'static str, message: impl Into<String>) -> Self {
        Self { status, code, message: message.into(), reason: None }
    }

    /// No such function, version or alias.
    pub(crate) fn not_found(message: impl Into<String>) -> Self {
        Self::new(404, "ResourceNotFoundException", message)
    }

    pub(crate) fn conflict(message: impl Into<String>) -> Self {
        Self::new(409, "ResourceConflictException", message)
    }

    pub(crate) fn invalid_parameter(message: impl Into<String>) -> Self {
        Self::new(400, "InvalidParameterValueException", message)
    }

    /// Something of AWS's that is not there.
    pub(crate) fn unsupported(what: &str) -> Self {
        Self::invalid_parameter(format!("{what}: this is not supported"))
    }

    /// A member of a call that its shape does not allow.
    pub(crate) fn validation(message: &str) -> Self {
        Self::new(400, "ValidationException", message)
    }

    pub(crate) fn precondition(message: &str) -> Self {
        Self::new(412, "PreconditionFailedException", message)
    }

    pub(crate) fn code_storage(message: impl Into<String>) -> Self {
        Self::new(400, "CodeStorageExceededException", message)
    }

    pub(crate) fn policy_length(message: impl Into<String>) -> Self {
        Self::new(400, "PolicyLengthExceededException", message)
    }

    /// An event that is no JSON.
    pub(crate) fn request_content(why: impl fmt::Display) -> Self {
        let message = format!(
            "Could not parse request body into json: Could not parse payload into json: {why}"
        );
        Self::new(400, "InvalidRequestContentException", message)
    }

    /// A body of a managing call that is no JSON, or has members of the wrong type.
    pub(crate) fn serialization(why: impl fmt::Display) -> Self {
        Self::new(400, "SerializationException", why.to_string())
    }

    /// A call whose body is longer than one of this action may be.
    pub(crate) fn too_large(bytes_max: usize, action: &str) -> Self {
        let operation = action.trim_start_matches("lambda:");
        let message =
            format!("Request must be smaller than {bytes_max} bytes for the {operation} operation");
        Self::new(413, "RequestTooLargeException", message)
    }

    /// An event of an asynchronous invocation, which may be shorter than others.
    pub(crate) fn event_too_large(bytes: usize, bytes_max: usize) -> Self {
        let message = format!(
            "{bytes} byte payload is too large for the Event invocation type (limit {bytes_max} \
             bytes)"
        );
        Self::new(413, "RequestEntityTooLargeException", message)
    }

    /// No room for an invocation; `reason` is one of AWS's.
    pub(crate) fn throttled(reason: &'static str) -> Self {
        Self {
            reason: Some(reason),
            ..Self::new(429, "TooManyRequestsException", "Rate Exceeded.")
        }
    }

    pub(crate) fn service(message: impl Into<String>) -> Self {
        Self::new(500, "ServiceException", message)
    }

    /// 403 of a caller who is not who it says, or may not.
    pub(crate) fn denied(code: &'static str, message: String) -> Self {
        Self::new(403, code, message)
    }

    /// A call that is no operation here.
    pub(crate) fn unsupported_operation(head: &Parts) -> Self {
        let (verb, path) = (&head.method, head.uri.path());
        let message = format!("Unknown operation, or one that is not supported: {verb} {path}");
        Self::new(404, "UnknownOperationException", message)
    }

    pub(crate) fn unknown_operation() -> Self {
        Self::new(404, "UnknownOperationException", "Unknown operation")
    }

    /// The body.
    pub(crate) fn body(&self) -> Vec<u8> {
        // Of the service model: these two say `Message`.
        let name = match self.code {
            "ResourceNotFoundException" | "ServiceException" => "Message",
            _ => "message",
        };
        let kind = if self.status < 500 { "User" } else { "Service" };
        let mut body = serde_json::json!({"Type": kind, name: self.message});
        if let Some(reason) = self.reason {
            body["Reason"] = reason.into();
        }
        body.to_string().into_bytes()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bodies_are_those_of_the_service_model() {
        let check = |error: LambdaError, expect: &str| {
            assert_eq!(String::from_utf8(error.body()).unwrap(), expect);
        };
        check(
            LambdaError::not_found("Function not found: a"),
            r#"{"Type":"User","Message":"Function not found: a"}"#,
        );
        check(
            LambdaError::conflict("Function already exist: a"),
            r#"{"Type":"User","message":"Function already exist: a"}"#,
        );
        check(
            LambdaError::throttled("ConcurrentInvocationLimitExceeded"),
            concat!(
                r#"{"Type":"User","message":"Rate Exceeded.","#,
                r#""Reason":"ConcurrentInvocationLimitExceeded"}"#
            ),
        );
        check(LambdaError::service("x"), r#"{"Type":"Service","Message":"x"}"#);
    }
}
