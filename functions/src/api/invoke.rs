//! Invoke and InvokeWithResponseStream.

use std::sync::Arc;
use std::time::{SystemTime, UNIX_EPOCH};

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use hyper::StatusCode;
use hyper::header::{CONTENT_TYPE, HeaderValue};
use hyper::http::request::Parts;
use ringway_core::limits::{FUNCTION_EVENT_BYTES_MAX, FUNCTION_RESPONSE_BYTES_MAX};
use serde::de::IgnoredAny;
use tokio::sync::mpsc::Receiver;

use super::answer::{self, Answer, Content, put};
use super::event_stream::EventStream;
use super::{Api, Call};
use crate::dispatch::{self, Event, Outcome};
use crate::error::LambdaError;
use crate::invocation::{Piece, Tail};
use crate::version::Version;
use crate::words;

/// How a function is invoked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum InvocationType {
    RequestResponse,
    Event,
    DryRun,
}

impl InvocationType {
    fn of(head: &Parts) -> Result<Self, LambdaError> {
        match text(head, "x-amz-invocation-type") {
            None | Some("" | "RequestResponse") => Ok(Self::RequestResponse),
            Some("Event") => Ok(Self::Event),
            Some("DryRun") => Ok(Self::DryRun),
            Some(other) => Err(LambdaError::invalid_parameter(format!(
                "Value '{other}' at 'invocationType' failed to satisfy constraint: Member must \
                 satisfy enum value set: [Event, RequestResponse, DryRun]"
            ))),
        }
    }
}

fn text<'h>(head: &'h Parts, name: &str) -> Option<&'h str> {
    head.headers.get(name)?.to_str().ok()
}

/// `POST /2015-03-31/functions/{name}/invocations`
pub(super) async fn invoke(api: Arc<Api>, call: Call) -> Result<Answer, LambdaError> {
    let how = InvocationType::of(&call.head)?;
    let reference = call.target.function()?;
    let function = api.registry.expect(&reference.name, reference.qualifier.as_deref())?;
    let owner = &api.registry.host().owner;
    let version = Arc::clone(function.version(owner, reference.qualifier.as_deref())?);
    let wants_tail = text(&call.head, "x-amz-log-type") == Some("Tail");
    let tail = (wants_tail && how == InvocationType::RequestResponse).then(Arc::<Tail>::default);
    let event = event(&api, &call, tail.clone(), how == InvocationType::RequestResponse)?;
    match how {
        InvocationType::DryRun => Ok(answer::nothing()),
        InvocationType::Event => {
            let bytes = event.payload.len();
            if bytes > FUNCTION_EVENT_BYTES_MAX {
                return Err(LambdaError::event_too_large(bytes, FUNCTION_EVENT_BYTES_MAX));
            }
            api.queue.add(&api.registry, reference.clone(), event)?;
            Ok(answer::bytes(StatusCode::ACCEPTED, Bytes::new()))
        }
        InvocationType::RequestResponse => {
            let outcome = run(&api, &call, Arc::clone(&version), event).await?;
            let mut answer = buffered(outcome).await;
            put(&mut answer, "x-amz-executed-version", &version.number);
            if let Some(tail) = tail {
                put(&mut answer, "x-amz-log-result", &STANDARD.encode(tail.bytes()));
            }
            Ok(answer)
        }
    }
}

/// `POST /2021-11-15/functions/{name}/response-streaming-invocations`
pub(super) async fn stream(api: Arc<Api>, call: Call) -> Result<Answer, LambdaError> {
    let how = InvocationType::of(&call.head)?;
    let reference = call.target.function()?;
    let function = api.registry.expect(&reference.name, reference.qualifier.as_deref())?;
    let owner = &api.registry.host().owner;
    let version = Arc::clone(function.version(owner, reference.qualifier.as_deref())?);
    match how {
        InvocationType::RequestResponse => {}
        InvocationType::DryRun => return Ok(answer::nothing()),
        InvocationType::Event => {
            let why = "InvokeWithResponseStream does not take InvocationType Event";
            return Err(LambdaError::invalid_parameter(why));
        }
    }
    let event = event(&api, &call, None, true)?;
    let outcome = run(&api, &call, Arc::clone(&version), event).await?;
    let body = match outcome {
        Outcome::Streamed(pieces) => EventStream::new(pieces),
        Outcome::Answered(body) => EventStream::whole(body, Piece::End),
        Outcome::Failed(body) => EventStream::whole(Bytes::new(), failure(&body)),
    };
    let mut answer = Answer::new(Content::Stream(body));
    let frames = HeaderValue::from_static("application/vnd.amazon.eventstream");
    answer.headers_mut().insert(CONTENT_TYPE, frames);
    put(&mut answer, "x-amz-executed-version", &version.number);
    Ok(answer)
}

/// The error of a function as the end of a stream.
fn failure(body: &[u8]) -> Piece {
    let read = serde_json::from_slice::<serde_json::Value>(body).unwrap_or_default();
    let error_type = read["errorType"].as_str().unwrap_or("Unhandled").into();
    Piece::Failed { error_type, details: String::from_utf8_lossy(body).into() }
}

fn event(
    api: &Api,
    call: &Call,
    tail: Option<Arc<Tail>>,
    is_synchronous: bool,
) -> Result<Event, LambdaError> {
    let payload = if call.body.is_empty() { Bytes::from_static(b"{}") } else { call.body.clone() };
    serde_json::from_slice::<IgnoredAny>(&payload).map_err(LambdaError::request_content)?;
    let reference = call.target.function()?;
    let owner = &api.registry.host().owner;
    let context = text(&call.head, "x-amz-client-context").filter(|_| is_synchronous);
    let context = context.map(|given| {
        let decoded = STANDARD.decode(given).ok().and_then(|json| String::from_utf8(json).ok());
        let decoded = decoded.filter(|json| serde_json::from_str::<IgnoredAny>(json).is_ok());
        decoded.ok_or_else(|| {
            let why = "Client context must be a valid Base64-encoded JSON object.";
            LambdaError::invalid_parameter(why)
        })
    });
    Ok(Event {
        request_id: Arc::clone(&call.request_id),
        payload,
        arn: owner.arn(&reference.name, reference.qualifier.as_deref()).to_string().into(),
        trace: trace(&call.head, &call.request_id),
        client_context: context.transpose()?.map(Into::into),
        tail,
    })
}

/// The caller's trace, or one that begins here and is not sampled.
fn trace(head: &Parts, request_id: &str) -> Box<str> {
    if let Some(given) = text(head, "x-amzn-trace-id") {
        return given.into();
    }
    let seconds = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default().as_secs();
    let digits: String = request_id.chars().filter(|digit| *digit != '-').collect();
    let (root, parent) = (digits.get(..24), digits.get(16..));
    format!(
        "Root=1-{seconds:08x}-{};Parent={};Sampled=0",
        root.unwrap_or_default(),
        parent.unwrap_or_default()
    )
    .into()
}

/// Runs an event to its end, whether the caller stays or not.
async fn run(
    api: &Arc<Api>,
    call: &Call,
    version: Arc<Version>,
    event: Event,
) -> Result<Outcome, LambdaError> {
    let reference = call.target.function()?;
    let function = api.registry.expect(&reference.name, reference.qualifier.as_deref())?;
    let host = Arc::clone(api.registry.host());
    let permit = host.concurrency.enter(&function.in_flight, function.reserved)?;
    let running = tokio::spawn(async move { dispatch::run(&host, &version, event, permit).await });
    running.await.map_err(|error| LambdaError::service(error.to_string()))
}

/// The answer of Invoke.
async fn buffered(outcome: Outcome) -> Answer {
    let (body, is_error) = match outcome {
        Outcome::Answered(body) => (body, false),
        Outcome::Failed(body) => (body, true),
        Outcome::Streamed(pieces) => gathered(pieces).await,
    };
    let mut answer = answer::bytes(StatusCode::OK, body);
    if is_error {
        put(&mut answer, "x-amz-function-error", "Unhandled");
    }
    answer
}

/// A streamed answer for a caller who wants it whole.
async fn gathered(mut pieces: Receiver<Piece>) -> (Bytes, bool) {
    let mut body = Vec::new();
    while let Some(piece) = pieces.recv().await {
        match piece {
            Piece::Bytes(bytes) if body.len() + bytes.len() > FUNCTION_RESPONSE_BYTES_MAX => {
                return (words::too_large(), true);
            }
            Piece::Bytes(bytes) => body.extend_from_slice(&bytes),
            Piece::End => return (body.into(), false),
            Piece::Failed { error_type, details } if details.is_empty() => {
                let error = serde_json::json!({"errorType": error_type, "errorMessage": ""});
                return (error.to_string().into(), true);
            }
            Piece::Failed { details, .. } => return (Bytes::from(details.into_string()), true),
        }
    }
    (words::error("Runtime.TruncatedResponse", "-", "The function's process ended"), true)
}
