//! HTTP and HTTP_PROXY while the request's body is still arriving: both directions at once.

use std::pin::{Pin, pin};
use std::time::Duration;

use ringway_core::context::Context;
use ringway_core::http::{Framing, ParsedResponse};
use ringway_core::limits::LINGER_MS;

use super::http::{Call, call_error, note};
use super::proxied;
use crate::client::{Client, Sink};
use crate::deadlines::{Cancel, Limit};
use crate::duplex::{First, UploadError, first, upload};
use crate::ending::{Answered, BackEnd, Closed, Failure};
use crate::phase::response_cache::Looked;
use crate::phase::validate::body_failure;
use crate::socket::Control;
use crate::upstream::{CallError, Reply, Upstream, take_pooled};
use crate::worker::Worker;

/// How the response head came.
enum Headed {
    /// After the whole request.
    Answered(ParsedResponse),
    /// While the request was being sent.
    Early(ParsedResponse),
}

/// Sends `request` and the rest of the body, and the response back.
pub(super) async fn answer(
    worker: &Worker,
    call: &Call<'_>,
    client: &mut Client<'_, '_>,
    looked: Looked,
    context: &Context<'_>,
    request: Vec<u8>,
    back_end: &mut BackEnd,
) -> Result<Answered, Failure> {
    if client.source.body.take_expectation() {
        client.sink.invite_body().await?;
    }
    let framing = context.request.head.map_or(Framing::None, |head| head.framing());
    let mut upstream = connect(worker, call).await.map_err(call_error)?;
    let control = upstream.control;
    let mut writer = upstream.writer.share();
    let Client { source, sink } = client;
    let client_control = source.control;
    let mut upload = pin!(upload(worker, source, &mut writer, request, framing.into()));
    let headed = head(call, upload.as_mut(), &mut upstream, sink, client_control).await;
    match headed {
        Ok(Headed::Answered(head)) => {
            let reply = Ok(Reply { upstream, head, reusable: sink.keep_alive });
            note(worker, &reply, call.bounds.started, back_end);
            proxied::respond(worker, call, reply?, sink, looked, (context, None)).await
        }
        Ok(Headed::Early(head)) => {
            sink.keep_alive = false;
            let reply = Ok(Reply { upstream, head, reusable: false });
            note(worker, &reply, call.bounds.started, back_end);
            let respond = proxied::respond(worker, call, reply?, sink, looked, (context, None));
            let answered = {
                let mut respond = pin!(respond);
                match first(upload.as_mut(), respond.as_mut()).await {
                    First::Left(_) => return respond.await,
                    First::Right(answered) => answered,
                }
            };
            stop_upload(upload, sink, control, client_control).await;
            answered
        }
        Err(failure) => {
            sink.keep_alive = false;
            note(worker, &Err(Failure::Closed(Closed::ClientGone)), call.bounds.started, back_end);
            Err(failure)
        }
    }
}

/// Waits for the response head while the request is being sent, and after it.
///
/// Where this ends early with an error, the caller drops the upload with a read of the client under
/// way: what it reads is of no use, the connection is closed next.
async fn head(
    call: &Call<'_>,
    mut upload: Pin<&mut impl Future<Output = Result<(), UploadError>>>,
    upstream: &mut Upstream,
    sink: &mut Sink<'_>,
    client: Control,
) -> Result<Headed, Failure> {
    let control = upstream.control;
    let mut receive = pin!(upstream.receive(call.bounds.head_only));
    match first(upload.as_mut(), receive.as_mut()).await {
        First::Right(head) => head.map(Headed::Early).map_err(call_error),
        First::Left(Err(UploadError::Body(error))) => {
            control.shutdown();
            let _ = receive.await;
            Err(body_failure(error))
        }
        // An upstream that takes no more may have answered: 413, say.
        First::Left(ended) => {
            sink.keep_alive &= ended.is_ok();
            let limit = Limit::watching(call.bounds.timeout, client, Cancel::Shutdown(control));
            let head = receive.await;
            let head = limit.lift().map_err(CallError::from).and(head);
            head.map(Headed::Answered).map_err(call_error)
        }
    }
}

/// The response is out before the request was in: the rest of the request is of no use.
async fn stop_upload(
    upload: Pin<&mut impl Future<Output = Result<(), UploadError>>>,
    sink: &mut Sink<'_>,
    upstream: Control,
    client: Control,
) {
    sink.writer.finish().await;
    client.shutdown_write();
    upstream.shutdown();
    let _limit = Limit::new(Duration::from_millis(LINGER_MS), Cancel::ShutdownRead(client));
    // Either way the connection is closed next.
    let _ = upload.await;
}

async fn connect(worker: &Worker, call: &Call<'_>) -> Result<Box<Upstream>, CallError> {
    let now = worker.clock.now();
    if let Some(upstream) = take_pooled(call.pool, now, false) {
        return Ok(upstream);
    }
    let left = call.bounds.left(now);
    Upstream::connect(worker, &call.pool.endpoint, left).await.map_err(CallError::Connect)
}
