//! Compressed request bodies, decompressed before anything reads them.
//!
//! AWS does so whether or not responses are compressed, and passes no `Content-Encoding` on:
//! <https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-make-request-with-compressed-payload.html>.

use ringway_core::coding::{Coding, DecodeError, Decoder, Unsupported};
use ringway_core::context::Context;
use ringway_core::error::{GatewayError, ResponseType};
use ringway_core::http::FieldName;

use crate::body::{BodyError, RequestBody};
use crate::client::Client;
use crate::ending::Failure;
use crate::phase::validate::{body_error, body_failure};
use crate::worker::Worker;

/// The coding of the body, if it has one.
pub(crate) fn coding(
    body: &RequestBody<'_>,
    context: &Context<'_>,
) -> Result<Option<Coding>, GatewayError> {
    let Some(head) = context.request.head else { return Ok(None) };
    if head.field(FieldName::ContentEncoding).is_none() || body.is_done() {
        return Ok(None);
    }
    let coding = Coding::of_payload(head.values("content-encoding"));
    coding.map_err(|Unsupported| refused("the Content-Encoding of the request is not supported"))
}

/// Reads the body and puts back what it was before it was compressed, at most `bytes_max` bytes.
pub(crate) async fn body(
    worker: &Worker,
    client: &mut Client<'_, '_>,
    coding: Coding,
    bytes_max: u64,
) -> Result<(), Failure> {
    let source = &mut client.source;
    if source.body.take_expectation() {
        client.sink.invite_body().await?;
    }
    let bytes_max = usize::try_from(bytes_max).unwrap_or(usize::MAX);
    let (mut decoder, mut whole) = (Decoder::new(coding, bytes_max), Vec::new());
    let mut decoded = Ok(());
    let early = source.body.take_early(|piece| {
        if decoded.is_ok() {
            decoded = decoder.push(piece, &mut whole);
        }
    });
    early.map_err(body_error)?;
    decoded.map_err(decode_error)?;
    let mut piece = worker.buffers.large();
    while !source.body.is_done() {
        piece.clear();
        let read = source.body.read(source.reader, source.control, piece).await;
        piece = read.map_err(body_failure)?;
        decoder.push(&piece, &mut whole).map_err(decode_error)?;
    }
    worker.buffers.give_back(piece);
    decoder.finish().map_err(decode_error)?;
    source.body.replace(whole);
    Ok(())
}

fn decode_error(error: DecodeError) -> Failure {
    match error {
        DecodeError::TooLarge => body_error(BodyError::TooLarge).into(),
        DecodeError::Corrupt => {
            refused("the request body is not as its Content-Encoding says").into()
        }
    }
}

/// 415, as AWS documents it.
const fn refused(cause: &'static str) -> GatewayError {
    GatewayError::new(ResponseType::UnsupportedMediaType, cause)
}
