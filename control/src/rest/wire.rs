//! The REST-JSON protocol: an HTTP request as operations read it, and their answers.

use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde_json::Value;

/// A request, read to its end.
#[derive(Debug)]
pub(super) struct Request<'r> {
    pub(super) headers: &'r HeaderMap,
    /// Decoded, in order.
    pub(super) query: &'r [(String, String)],
    pub(super) body: &'r [u8],
}

impl Request<'_> {
    /// A header's value.
    pub(super) fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name)?.to_str().ok()
    }
}

/// What an operation answers.
#[derive(Debug)]
pub(crate) enum Answer {
    /// A JSON object.
    Json(Value),
    /// Nothing: deletions.
    Empty,
    /// A document with its media type and file name.
    Document {
        /// Bytes.
        body: Vec<u8>,
        /// `Content-Type`.
        content_type: String,
        /// `Content-Disposition`.
        disposition: String,
    },
}

impl Answer {
    /// The object that it shows, if it does.
    pub(crate) fn json(&self) -> Option<&Value> {
        match self {
            Self::Json(value) => Some(value),
            Self::Empty | Self::Document { .. } => None,
        }
    }

    /// With the operation's own status.
    pub(super) fn into_response(self, code: u16) -> Response {
        let status = StatusCode::from_u16(code).unwrap_or(StatusCode::OK);
        let json = [(header::CONTENT_TYPE, "application/json")];
        match self {
            Self::Json(value) => (status, json, value.to_string()).into_response(),
            Self::Empty => (status, json, "").into_response(),
            Self::Document { body, content_type, disposition } => {
                let headers = [
                    (header::CONTENT_TYPE, content_type),
                    (header::CONTENT_DISPOSITION, disposition),
                ];
                (status, headers, body).into_response()
            }
        }
    }
}
