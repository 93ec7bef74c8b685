//! Errors to responses: the only phase that writes an error body.

use ringway_core::context::Context;
use ringway_core::error::{Cause, GatewayError, ResponseType};
use ringway_core::http::HeadError;
use ringway_core::integration::write_gateway_response;

use crate::client::Sink;
use crate::clock::Moment;
use crate::ending::Answered;
use crate::worker::Worker;

/// Sends the gateway response of `context.error`; `None` when nothing could be sent.
pub(crate) async fn answer(
    worker: &Worker,
    sink: &mut Sink<'_>,
    context: &Context<'_>,
    received: Moment,
) -> Option<Answered> {
    let error = context.error?;
    if sink.started {
        return None;
    }
    sink.out.clear();
    let date = worker.date(received);
    let delivery = sink.delivery(worker, &date);
    let written = write_gateway_response(context.stage, error, context, delivery, sink.out);
    let mut bytes = written.body_bytes as u64;
    if sink.omit_body {
        sink.out.truncate(sink.out.len() - written.body_bytes);
        bytes = 0;
    }
    sink.flush().await.ok()?;
    Some(Answered { status: written.status, bytes })
}

/// A head the parser refused.
pub(crate) fn of_refused_head(refused: &HeadError) -> GatewayError {
    let message = match refused {
        HeadError::TooLarge => "Request Header Fields Too Large",
        HeadError::Malformed(_) | HeadError::UnsupportedTransferEncoding => "Bad Request",
    };
    let mut error =
        GatewayError::new(ResponseType::Default4xx, "").message(message).status(refused.status());
    error.cause = Cause(refused.reason().into());
    error
}
