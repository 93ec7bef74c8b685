//! Error bodies of the admin port. Nothing else writes one there.

use std::borrow::Cow;

use axum::http::{HeaderName, StatusCode, header};
use axum::response::{IntoResponse, Response};

use crate::store::StoreError;

/// A refusal on the admin port: `{"message": "..."}` with a status and AWS's name of the exception.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ManagementError {
    /// Status of the answer.
    pub status: StatusCode,
    /// AWS's name, sent as `x-amzn-ErrorType`; empty on paths AWS does not have.
    pub code: &'static str,
    /// One sentence for the caller.
    pub message: Cow<'static, str>,
}

/// AWS's exceptions, each a constructor with its status.
macro_rules! exceptions {
    ($($(#[$doc:meta])* $name:ident = $status:ident $code:literal;)*) => {
        impl ManagementError {
            $($(#[$doc])*
            pub fn $name(message: impl Into<Cow<'static, str>>) -> Self {
                Self { status: StatusCode::$status, code: $code, message: message.into() }
            })*
        }
    };
}

exceptions! {
    /// A rule of the service is broken.
    bad_request = BAD_REQUEST "BadRequestException";
    /// A member breaks its shape.
    validation = BAD_REQUEST "ValidationException";
    /// A member has the wrong JSON type, or the body is no JSON.
    serialization = BAD_REQUEST "SerializationException";
    /// There is no such thing.
    not_found = NOT_FOUND "NotFoundException";
    /// It is there already, or something uses it.
    conflict = CONFLICT "ConflictException";
    /// An account or API has as many as it may have.
    limit_exceeded = TOO_MANY_REQUESTS "LimitExceededException";
    /// The service cannot do it now.
    unavailable = SERVICE_UNAVAILABLE "ServiceUnavailableException";
    /// No operation is at this verb and path; AWS's words for it are those of a data plane.
    unknown_operation = FORBIDDEN "MissingAuthenticationTokenException";
    /// The caller may not do it.
    access_denied = FORBIDDEN "AccessDeniedException";
}

impl ManagementError {
    /// 404 for a path this port does not have.
    #[must_use]
    pub fn unknown_path(path: &str) -> Self {
        Self {
            status: StatusCode::NOT_FOUND,
            code: "",
            message: format!("No such path on the admin port: {path}").into(),
        }
    }

    /// 405 for a verb this path does not have.
    #[must_use]
    pub const fn unknown_method() -> Self {
        Self {
            status: StatusCode::METHOD_NOT_ALLOWED,
            code: "",
            message: Cow::Borrowed("This path does not take this method"),
        }
    }

    /// 413 for a body over [`ringway_core::limits::ADMIN_BODY_BYTES_MAX`].
    #[must_use]
    pub const fn too_large() -> Self {
        Self {
            status: StatusCode::PAYLOAD_TOO_LARGE,
            code: "RequestEntityTooLargeException",
            message: Cow::Borrowed("Request entity is too large"),
        }
    }

    /// 503 for a request that took longer than [`ringway_core::limits::ADMIN_REQUEST_MS`].
    #[must_use]
    pub const fn timed_out() -> Self {
        Self {
            status: StatusCode::SERVICE_UNAVAILABLE,
            code: "ServiceUnavailableException",
            message: Cow::Borrowed("The request took too long"),
        }
    }

    /// 500; what went wrong goes to the log, not to the caller.
    #[must_use]
    pub const fn internal() -> Self {
        Self {
            status: StatusCode::INTERNAL_SERVER_ERROR,
            code: "InternalFailure",
            message: Cow::Borrowed("Internal failure"),
        }
    }
}

/// The write did not happen; reads and the data plane go on.
impl From<StoreError> for ManagementError {
    fn from(error: StoreError) -> Self {
        eprintln!("ringway: the store did not take a change: {error}");
        match error {
            StoreError::Full(_) => {
                Self::unavailable("The change was not saved: no space is left for the store")
            }
            StoreError::Refused(_) | StoreError::Failed(_) => Self::internal(),
        }
    }
}

impl IntoResponse for ManagementError {
    fn into_response(self) -> Response {
        const ERROR_TYPE: HeaderName = HeaderName::from_static("x-amzn-errortype");
        let body = serde_json::json!({ "message": self.message }).to_string();
        let json = [(header::CONTENT_TYPE, "application/json")];
        match self.code {
            "" => (self.status, json, body).into_response(),
            code => (self.status, json, [(ERROR_TYPE, code)], body).into_response(),
        }
    }
}
