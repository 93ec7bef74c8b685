//! What is answered: JSON, an event's outcome, a stream, or an exception.

use std::pin::Pin;
use std::task::{Context, Poll};

use bytes::Bytes;
use http_body_util::Full;
use hyper::body::{Body, Frame, SizeHint};
use hyper::header::{CONTENT_TYPE, HeaderName, HeaderValue, RETRY_AFTER};
use hyper::{Response, StatusCode};
use serde_json::Value;
use std::convert::Infallible;

use super::event_stream::EventStream;
use crate::error::LambdaError;

/// An answer.
pub(super) type Answer = Response<Content>;

/// The body of an answer.
#[derive(Debug)]
pub(super) enum Content {
    Whole(Full<Bytes>),
    Stream(EventStream),
}

impl Body for Content {
    type Data = Bytes;
    type Error = Infallible;

    fn poll_frame(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Infallible>>> {
        match self.get_mut() {
            Self::Whole(body) => Pin::new(body).poll_frame(cx),
            Self::Stream(body) => Pin::new(body).poll_frame(cx),
        }
    }

    fn is_end_stream(&self) -> bool {
        match self {
            Self::Whole(body) => body.is_end_stream(),
            Self::Stream(body) => body.is_end_stream(),
        }
    }

    fn size_hint(&self) -> SizeHint {
        match self {
            Self::Whole(body) => body.size_hint(),
            Self::Stream(body) => body.size_hint(),
        }
    }
}

/// An answer with bytes.
pub(super) fn bytes(status: StatusCode, body: impl Into<Bytes>) -> Answer {
    let mut answer = Response::new(Content::Whole(Full::new(body.into())));
    *answer.status_mut() = status;
    let json = HeaderValue::from_static("application/json");
    answer.headers_mut().insert(CONTENT_TYPE, json);
    answer
}

/// JSON.
pub(super) fn json(status: StatusCode, body: &Value) -> Answer {
    bytes(status, body.to_string())
}

/// 204.
pub(super) fn nothing() -> Answer {
    bytes(StatusCode::NO_CONTENT, Bytes::new())
}

/// Puts a header into an answer; a value that no header may have is left out.
pub(super) fn put(answer: &mut Answer, name: &'static str, value: &str) {
    if let Ok(value) = HeaderValue::from_str(value) {
        answer.headers_mut().insert(HeaderName::from_static(name), value);
    }
}

/// The answer, or that of an exception; each says its request.
pub(super) fn finish(answer: Result<Answer, LambdaError>, request_id: &str) -> Answer {
    let mut answer = answer.unwrap_or_else(|error| {
        let status = StatusCode::from_u16(error.status);
        let status = status.unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        let mut answer = bytes(status, error.body());
        put(&mut answer, "x-amzn-errortype", error.code);
        if error.reason.is_some() {
            answer.headers_mut().insert(RETRY_AFTER, HeaderValue::from_static("1"));
        }
        answer
    });
    put(&mut answer, "x-amzn-requestid", request_id);
    answer
}
