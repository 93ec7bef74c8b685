//! `POST /runtime/invocation/{id}/response`: an answer, whole or in pieces
//! (<https://docs.aws.amazon.com/lambda/latest/dg/runtimes-custom.html#runtimes-custom-response-streaming>).

use std::sync::Arc;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use http_body_util::{BodyExt, Limited};
use hyper::body::Incoming;
use hyper::header::HeaderMap;
use hyper::{Request, StatusCode};
use ringway_core::limits::{
    FUNCTION_RESPONSE_BYTES_MAX, FUNCTION_STREAM_BYTES_MAX, FUNCTION_STREAM_PIECES_MAX,
};
use tokio::sync::mpsc;
use tokio::time::{Instant, timeout_at};

use super::{Answer, accepted, refusal, text, unknown_id};
use crate::environment::{Environment, Running};
use crate::invocation::{Piece, Reply};

/// Takes the answer of the invocation that a process has.
pub(super) async fn take(
    environment: &Arc<Environment>,
    id: &str,
    request: Request<Incoming>,
) -> Answer {
    if text(request.headers(), "lambda-runtime-function-response-mode") == Some("streaming") {
        return match environment.take(id) {
            Some(running) => stream(environment, running, request).await,
            None => unknown_id(),
        };
    }
    let body = Limited::new(request.into_body(), FUNCTION_RESPONSE_BYTES_MAX).collect().await;
    let reply = match body {
        Ok(body) => Reply::Answered(body.to_bytes()),
        Err(error) if error.is::<http_body_util::LengthLimitError>() => Reply::TooLarge,
        // It ended in the middle of its answer, and what it has is answered when it is gone.
        Err(_) => return refusal(StatusCode::BAD_REQUEST, "TruncatedResponse", "not complete"),
    };
    let is_too_large = matches!(reply, Reply::TooLarge);
    environment.settle(id).await;
    let Some(running) = environment.take(id) else { return unknown_id() };
    environment.finish(running, Some(reply));
    // The caller, who waits, is answered before the process, which has nothing to do.
    tokio::task::yield_now().await;
    if is_too_large {
        return refusal(
            StatusCode::PAYLOAD_TOO_LARGE,
            "RequestEntityTooLarge",
            &format!(
                "Exceeded maximum allowed payload size ({FUNCTION_RESPONSE_BYTES_MAX} bytes)."
            ),
        );
    }
    accepted()
}

/// Hands pieces on as they come; its place is kept until the last one.
async fn stream(
    environment: &Arc<Environment>,
    mut running: Running,
    request: Request<Incoming>,
) -> Answer {
    let (sender, pieces) = mpsc::channel(FUNCTION_STREAM_PIECES_MAX);
    if let Some(caller) = running.invocation.reply.take() {
        // A caller that is gone reads nothing; the function ends as it would.
        let _ = caller.send(Reply::Streamed(pieces));
    }
    let deadline = Instant::from_std(running.started + running.invocation.timeout);
    let end = timeout_at(deadline, pump(request.into_body(), &sender)).await;
    let Ok(end) = end else {
        let (_, line) =
            crate::words::timed_out(&running.invocation.request_id, running.invocation.timeout);
        environment.said(line.trim_end().as_bytes());
        environment.kill();
        return refusal(StatusCode::REQUEST_TIMEOUT, "Timeout", "the function timed out");
    };
    if let Some(end) = end {
        let _ = sender.send(end).await;
    }
    environment.finish(running, None);
    accepted()
}

/// How the stream ends; nothing, if it was cut off.
async fn pump(mut body: Incoming, sender: &mpsc::Sender<Piece>) -> Option<Piece> {
    let mut bytes = 0_u64;
    while let Some(frame) = body.frame().await {
        match frame.ok()?.into_data() {
            Ok(data) => {
                bytes += data.len() as u64;
                if bytes > FUNCTION_STREAM_BYTES_MAX {
                    return Some(Piece::Failed {
                        error_type: "Function.ResponseSizeTooLarge".into(),
                        details: "".into(),
                    });
                }
                let _ = sender.send(Piece::Bytes(data)).await;
            }
            Err(other) => return other.into_trailers().ok().as_ref().map(ending),
        }
    }
    Some(Piece::End)
}

/// What trailers say.
fn ending(trailers: &HeaderMap) -> Piece {
    let Some(error_type) = text(trailers, "lambda-runtime-function-error-type") else {
        return Piece::End;
    };
    let details = text(trailers, "lambda-runtime-function-error-body").unwrap_or_default();
    let details = STANDARD.decode(details).ok().and_then(|body| String::from_utf8(body).ok());
    Piece::Failed { error_type: error_type.into(), details: details.unwrap_or_default().into() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn trailers_say_how_a_stream_ends() {
        let mut trailers = HeaderMap::new();
        assert_eq!(ending(&trailers), Piece::End);
        trailers.insert("lambda-runtime-function-error-type", "Boom".parse().unwrap());
        trailers.insert("lambda-runtime-function-error-body", "e30=".parse().unwrap());
        let failed = Piece::Failed { error_type: "Boom".into(), details: "{}".into() };
        assert_eq!(ending(&trailers), failed);
    }
}
