//! Error bodies of the admin port. Nothing else writes one there.

use std::borrow::Cow;

use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};

/// A refusal on the admin port: `{"message": "..."}` with a status.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ManagementError {
    /// Status of the answer.
    pub status: StatusCode,
    /// One sentence for the caller.
    pub message: Cow<'static, str>,
}

impl ManagementError {
    /// A refusal.
    pub fn new(status: StatusCode, message: impl Into<Cow<'static, str>>) -> Self {
        Self { status, message: message.into() }
    }

    /// 404 for a path this port does not have.
    #[must_use]
    pub fn unknown_path(path: &str) -> Self {
        Self::new(StatusCode::NOT_FOUND, format!("No such path on the admin port: {path}"))
    }

    /// 405 for a verb this path does not have.
    #[must_use]
    pub const fn unknown_method() -> Self {
        Self {
            status: StatusCode::METHOD_NOT_ALLOWED,
            message: Cow::Borrowed("This path does not take this method"),
        }
    }

    /// 503 for a request that took longer than [`ringway_core::limits::ADMIN_REQUEST_MS`].
    #[must_use]
    pub const fn timed_out() -> Self {
        Self {
            status: StatusCode::SERVICE_UNAVAILABLE,
            message: Cow::Borrowed("The request took too long"),
        }
    }

    /// 500; what went wrong goes to the log, not to the caller.
    #[must_use]
    pub const fn internal() -> Self {
        Self {
            status: StatusCode::INTERNAL_SERVER_ERROR,
            message: Cow::Borrowed("Internal failure"),
        }
    }
}

impl IntoResponse for ManagementError {
    fn into_response(self) -> Response {
        let body = serde_json::json!({ "message": self.message }).to_string();
        (self.status, [(header::CONTENT_TYPE, "application/json")], body).into_response()
    }
}
