//! AWS's Runtime API of one environment
//! (<https://docs.aws.amazon.com/lambda/latest/dg/runtimes-api.html>), on a loopback address of its
//! own. Only processes of this process's user are answered.

mod peer;
mod response;

use std::convert::Infallible;
use std::sync::Arc;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use bytes::Bytes;
use http_body_util::{BodyExt, Full, Limited};
use hyper::body::Incoming;
use hyper::header::{CONTENT_TYPE, HeaderMap, HeaderName, HeaderValue};
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper::{Method, Request, Response, StatusCode};
use hyper_util::rt::TokioIo;
use ringway_core::limits::{ACCEPT_BACKOFF_MS, RUNTIME_API_CONNECTIONS_MAX};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Semaphore;
use tokio::task::JoinSet;

use crate::environment::{Environment, Running};
use crate::invocation::Reply;

/// Largest body of an error, bytes.
const ERROR_BYTES_MAX: usize = 256 * 1024;
const PREFIX: &str = "/2018-06-01/runtime/";

/// Serves until it is aborted; connections go with it.
pub(crate) async fn serve(listener: TcpListener, environment: Arc<Environment>) {
    let places = Arc::new(Semaphore::new(RUNTIME_API_CONNECTIONS_MAX));
    let mut connections = JoinSet::new();
    loop {
        let Ok(place) = Arc::clone(&places).acquire_owned().await else { return };
        // Those that ended are let go, so that the set stays as small as the semaphore is.
        while connections.try_join_next().is_some() {}
        match listener.accept().await {
            Ok((stream, peer)) if peer::is_ours(&stream, peer) => {
                let environment = Arc::clone(&environment);
                connections.spawn(async move {
                    converse(stream, environment).await;
                    drop(place);
                });
            }
            // A stranger on this machine.
            Ok(_) => {}
            Err(_) => tokio::time::sleep(Duration::from_millis(ACCEPT_BACKOFF_MS)).await,
        }
    }
}

async fn converse(stream: TcpStream, environment: Arc<Environment>) {
    // Latency only: a socket that refuses it works as well.
    let _ = stream.set_nodelay(true);
    let service = service_fn(|request| answer(Arc::clone(&environment), request));
    // What ends a connection early ends the process too, which is noticed.
    let _ = http1::Builder::new().serve_connection(TokioIo::new(stream), service).await;
}

type Answer = Response<Full<Bytes>>;

async fn answer(
    environment: Arc<Environment>,
    request: Request<Incoming>,
) -> Result<Answer, Infallible> {
    let path = request.uri().path().to_owned();
    let Some(path) = path.strip_prefix(PREFIX) else {
        return Ok(refusal(StatusCode::NOT_FOUND, "InvalidPath", "no such path"));
    };
    let mut parts = path.split('/');
    let call = [parts.next(), parts.next(), parts.next(), parts.next()];
    let (is_get, is_post) = (request.method() == Method::GET, request.method() == Method::POST);
    Ok(match call {
        [Some("invocation"), Some("next"), None, None] if is_get => next(&environment).await,
        [Some("invocation"), Some(id), Some("response"), None] if is_post => {
            response::take(&environment, id, request).await
        }
        [Some("invocation"), Some(id), Some("error"), None] if is_post => {
            failed(&environment, id, request).await
        }
        [Some("init"), Some("error"), None, None] if is_post => {
            init_failed(&environment, request).await
        }
        _ => refusal(StatusCode::NOT_FOUND, "InvalidPath", "no such path"),
    })
}

/// `GET /runtime/invocation/next`
async fn next(environment: &Arc<Environment>) -> Answer {
    match environment.next(event).await {
        Some(answer) => answer,
        None => refusal(
            StatusCode::FORBIDDEN,
            "InvalidStateTransition",
            "the invocation before has no response",
        ),
    }
}

/// The event, and in headers what belongs to it.
fn event(running: &Running) -> Answer {
    let invocation = &running.invocation;
    let deadline = SystemTime::now() + invocation.timeout;
    let deadline = deadline.duration_since(UNIX_EPOCH).unwrap_or_default().as_millis();
    let mut answer = Response::new(Full::new(invocation.payload.clone()));
    let fields = answer.headers_mut();
    let mut put = |name: &'static str, text: &str| {
        // A value that no header may have is left out.
        if let Ok(value) = HeaderValue::from_str(text) {
            fields.insert(HeaderName::from_static(name), value);
        }
    };
    put("content-type", "application/json");
    put("lambda-runtime-aws-request-id", &invocation.request_id);
    put("lambda-runtime-deadline-ms", &deadline.to_string());
    put("lambda-runtime-invoked-function-arn", &invocation.arn);
    put("lambda-runtime-trace-id", &invocation.trace);
    if let Some(context) = &invocation.client_context {
        put("lambda-runtime-client-context", context);
    }
    answer
}

/// `POST /runtime/invocation/{id}/error`
async fn failed(environment: &Arc<Environment>, id: &str, request: Request<Incoming>) -> Answer {
    let error = error_of(request).await;
    environment.settle(id).await;
    match environment.take(id) {
        Some(running) => {
            environment.finish(running, Some(Reply::Failed(error)));
            accepted()
        }
        None => unknown_id(),
    }
}

/// `POST /runtime/init/error`
async fn init_failed(environment: &Arc<Environment>, request: Request<Incoming>) -> Answer {
    environment.failed_init(error_of(request).await);
    accepted()
}

/// What a process says of an error: its body, or where that is nothing, the type in a header.
async fn error_of(request: Request<Incoming>) -> Bytes {
    let error_type = text(request.headers(), "lambda-runtime-function-error-type");
    let error_type = error_type.unwrap_or("Runtime.Unknown").to_owned();
    let body = Limited::new(request.into_body(), ERROR_BYTES_MAX).collect().await;
    let body = body.map(http_body_util::Collected::to_bytes).unwrap_or_default();
    if serde_json::from_slice::<serde::de::IgnoredAny>(&body).is_ok() {
        return body;
    }
    let message = String::from_utf8_lossy(&body);
    let error = serde_json::json!({"errorType": error_type, "errorMessage": message});
    error.to_string().into()
}

fn text<'h>(headers: &'h HeaderMap, name: &str) -> Option<&'h str> {
    headers.get(name)?.to_str().ok()
}

fn accepted() -> Answer {
    json(StatusCode::ACCEPTED, "{\"status\":\"OK\"}\n".into())
}

fn unknown_id() -> Answer {
    refusal(StatusCode::BAD_REQUEST, "InvalidRequestID", "Invalid request ID")
}

fn refusal(status: StatusCode, error_type: &str, message: &str) -> Answer {
    json(status, serde_json::json!({"errorMessage": message, "errorType": error_type}).to_string())
}

fn json(status: StatusCode, body: String) -> Answer {
    let mut answer = Response::new(Full::new(body.into()));
    *answer.status_mut() = status;
    answer.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
    answer
}
