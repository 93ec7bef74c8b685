//! The Lambda API: connections, the order in which a call passes its stations, and what is answered
//! (<https://docs.aws.amazon.com/lambda/latest/api/API_Operations.html>).

mod aliases;
mod answer;
mod event_stream;
mod functions;
mod invoke;
mod operation;
mod policy;
mod settings;
mod unsupported;
mod versions;

use std::convert::Infallible;
use std::net::IpAddr;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use http_body_util::BodyExt;
use hyper::Request;
use hyper::body::Incoming;
use hyper::header::{CONTENT_LENGTH, REFERER, USER_AGENT};
use hyper::http::request::Parts;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use ringway_core::iam::RequestSource;
use ringway_core::limits::{
    ACCEPT_BACKOFF_MS, FUNCTION_CALL_BYTES_MAX, FUNCTION_CONNECTIONS_MAX, FUNCTION_HEAD_MS,
    FUNCTION_PAYLOAD_BYTES_MAX,
};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Semaphore;

use crate::access::Gate;
use crate::error::LambdaError;
use crate::queue::Queue;
use crate::registry::{Registry, uuid};
use answer::Answer;
use operation::{Operation, Target};

/// Of a body that is too long, this much is read.
const DISCARDED_BYTES_MAX: usize = 2 * FUNCTION_CALL_BYTES_MAX;

/// What calls are about.
#[derive(Debug)]
pub(crate) struct Api {
    pub(crate) registry: Arc<Registry>,
    pub(crate) queue: Arc<Queue>,
    pub(crate) gate: Gate,
}

/// A call whose caller is known.
#[derive(Debug)]
struct Call {
    target: Target,
    head: Parts,
    body: Bytes,
    request_id: Arc<str>,
}

/// Serves until it is dropped.
pub(crate) async fn serve(listener: TcpListener, api: Arc<Api>) {
    let places = Arc::new(Semaphore::new(FUNCTION_CONNECTIONS_MAX));
    loop {
        let Ok(place) = Arc::clone(&places).acquire_owned().await else { return };
        match listener.accept().await {
            Ok((stream, peer)) => {
                let api = Arc::clone(&api);
                tokio::spawn(async move {
                    converse(stream, peer.ip(), api).await;
                    drop(place);
                });
            }
            // Out of descriptors, or a peer that left the queue: no reason to stop.
            Err(_) => tokio::time::sleep(Duration::from_millis(ACCEPT_BACKOFF_MS)).await,
        }
    }
}

async fn converse(stream: TcpStream, peer: IpAddr, api: Arc<Api>) {
    // Latency only: a socket that refuses it works as well.
    let _ = stream.set_nodelay(true);
    let service = service_fn(|request| answered(Arc::clone(&api), peer, request));
    let served = http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(Duration::from_millis(FUNCTION_HEAD_MS))
        .serve_connection(TokioIo::new(stream), service);
    // A client that went away needs no answer.
    let _ = served.await;
}

async fn answered(
    api: Arc<Api>,
    peer: IpAddr,
    request: Request<Incoming>,
) -> Result<Answer, Infallible> {
    let request_id: Arc<str> = uuid().into();
    let answer = call(api, peer, request, &request_id).await;
    Ok(answer::finish(answer, &request_id))
}

async fn call(
    api: Arc<Api>,
    peer: IpAddr,
    request: Request<Incoming>,
    request_id: &Arc<str>,
) -> Result<Answer, LambdaError> {
    let (head, body) = request.into_parts();
    let (operation, mut target) = operation::find(&head)?;
    api.gate.expect(&head)?;
    let body = read(&head, body, operation).await?;
    let caller = api.gate.caller(&head, &body)?;
    if operation == Operation::CreateFunction {
        target.function = Some(functions::named(&body)?);
    }
    let owner = &api.registry.host().owner;
    let text = |name| head.headers.get(name).and_then(|value| value.to_str().ok());
    let (user_agent, referer) = (text(USER_AGENT), text(REFERER));
    let source = RequestSource { peer: Some(peer), user_agent, referer };
    api.gate.allow(&caller, operation.action(), &target.resource(owner), source)?;
    let call = Call { target, head, body, request_id: Arc::clone(request_id) };
    match operation {
        Operation::Invoke => invoke::invoke(api, call).await,
        Operation::InvokeWithResponseStream => invoke::stream(api, call).await,
        _ => manage(api, operation, call).await,
    }
}

/// The whole body, within what the operation takes. More of it is read and thrown away, so that the
/// client, which writes first, finds the answer; but not without end.
async fn read(
    head: &Parts,
    mut body: Incoming,
    operation: Operation,
) -> Result<Bytes, LambdaError> {
    let max = match operation {
        Operation::Invoke | Operation::InvokeWithResponseStream => FUNCTION_PAYLOAD_BYTES_MAX,
        _ => FUNCTION_CALL_BYTES_MAX,
    };
    let too_large = || LambdaError::too_large(max, operation.action());
    let said = head.headers.get(CONTENT_LENGTH).and_then(|length| length.to_str().ok());
    let said = said.and_then(|length| length.parse::<usize>().ok());
    if said.is_some_and(|length| length > DISCARDED_BYTES_MAX) {
        return Err(too_large());
    }
    let (mut kept, mut length) = (Vec::with_capacity(said.unwrap_or(0).min(max)), 0);
    while let Some(frame) = body.frame().await {
        let frame = frame.map_err(LambdaError::serialization)?;
        let Ok(piece) = frame.into_data() else { continue };
        length += piece.len();
        if length <= max {
            kept.extend_from_slice(&piece);
        } else if length > DISCARDED_BYTES_MAX {
            break;
        }
    }
    if length > max { Err(too_large()) } else { Ok(kept.into()) }
}

/// Operations that change or show functions: they touch the disk, so not on the thread that serves.
async fn manage(api: Arc<Api>, operation: Operation, call: Call) -> Result<Answer, LambdaError> {
    let managed = tokio::task::spawn_blocking(move || operation.manage(&api.registry, &call));
    managed.await.unwrap_or_else(|error| Err(LambdaError::service(error.to_string())))
}
