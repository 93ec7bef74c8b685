//! Required parameters, the size of the body, and its model.

use ringway_core::context::Context;
use ringway_core::error::{GatewayError, ResponseType};
use ringway_core::http::FieldName;
use ringway_core::integration::{check_body, required_missing};
use ringway_core::snapshot::Method;

use crate::body::{BodyError, RequestBody};
use crate::client::Client;
use crate::ending::{Closed, Failure};
use crate::worker::Worker;

/// Checks what the method declares as required.
pub(crate) fn parameters(method: &Method, context: &Context<'_>) -> Result<(), GatewayError> {
    required_missing(method, context).map_or(Ok(()), Err)
}

/// Checks a body against the method's model for its media type; the body stays to be read again.
pub(crate) async fn body(
    worker: &Worker,
    method: &Method,
    client: &mut Client<'_, '_>,
    context: &Context<'_>,
) -> Result<(), Failure> {
    let sent = context.request.head.and_then(|head| head.field(FieldName::ContentType));
    let Some((media_type, model)) = method.models.find(sent.unwrap_or(b"application/json")) else {
        return Ok(());
    };
    let whole = client.read_body(worker).await?;
    let trace = client.sink.trace;
    check_body(model, &whole).inspect_err(|error| {
        trace.inspect(|trace| trace.no_model(media_type, &error.cause.0));
    })?;
    client.source.body.put_back(whole);
    Ok(())
}

/// Refuses a body that says it is too large, before it is read.
pub(crate) fn body_size(body: &mut RequestBody<'_>, bytes_max: u64) -> Result<(), GatewayError> {
    body.limit(bytes_max).map_err(body_error)
}

/// How a request ends whose body could not be read.
pub(crate) fn body_failure(error: BodyError) -> Failure {
    match error {
        BodyError::ClientGone => Failure::Closed(Closed::ClientGone),
        BodyError::TooLarge | BodyError::Malformed => Failure::Gateway(body_error(error)),
    }
}

/// The gateway response of a body that could not be read.
pub(crate) fn body_error(error: BodyError) -> GatewayError {
    match error {
        BodyError::TooLarge => GatewayError::new(
            ResponseType::RequestTooLarge,
            "the request body is larger than the stage allows",
        ),
        BodyError::Malformed => GatewayError::new(
            ResponseType::Default4xx,
            "the request body's chunked framing is broken",
        )
        .status(400),
        BodyError::ClientGone => {
            GatewayError::new(ResponseType::Default4xx, "the client went away").status(400)
        }
    }
}
