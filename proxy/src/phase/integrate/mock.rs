//! MOCK: the request template names a status, the status an integration response.

use ringway_core::context::Context;
use ringway_core::error::GatewayError;
use ringway_core::http::FieldName;
use ringway_core::http::write;
use ringway_core::integration::{
    BodyLength, Own, choose_template, response_body, select_status, write_mapped_fields,
    write_own_fields,
};
use ringway_core::mapping::mock_status;
use ringway_core::snapshot::MockIntegration;

use crate::client::Client;
use crate::clock;
use crate::ending::{Answered, Failure};
use crate::phase::response_cache::Looked;
use crate::phase::validate::{body_error, body_failure};
use crate::relay::{self, ToClient};
use crate::worker::Worker;

/// Answers by itself, after the request was read to its end: AWS does the same, so a body that
/// is too large is refused here too.
pub(super) async fn answer(
    worker: &Worker,
    mock: &MockIntegration,
    client: &mut Client<'_, '_>,
    looked: Looked,
    context: &Context<'_>,
) -> Result<Answered, Failure> {
    let head = context.request.head;
    let media_type = head.and_then(|head| head.field(FieldName::ContentType));
    let status = match choose_template(&mock.templates, mock.passthrough, media_type)? {
        Some(template) => template.mock_status,
        // Without a template the body itself is read (WHEN_NO_MATCH).
        None => mock_status(&Box::pin(body(worker, client)).await?),
    };
    if !client.source.body.is_done() {
        Box::pin(discard(worker, client)).await?;
    }
    let status = status.ok_or(GatewayError::configuration(
        "the request template of the MOCK integration names no statusCode",
    ))?;
    let rule = select_status(&mock.responses, status).ok_or(GatewayError::configuration(
        "no integration response of the MOCK integration fits its statusCode",
    ))?;
    let chosen = response_body(rule, None);
    // What passes is nothing: MOCK never sends the client's body back (aws-facts 194).
    let text = chosen.text.unwrap_or_default();
    let sink = &mut client.sink;
    let date = worker.date(clock::recent());
    let own = Own { delivery: sink.delivery(worker, &date), traced: false };
    let length = BodyLength::Length(text.len() as u64);
    write_own_fields(rule.status, context, length, own, sink.out);
    sink.write_warning();
    let fields = sink.out.len();
    if let Err(error) = write_mapped_fields(rule, context, None, &chosen, sink.out) {
        sink.out.clear();
        return Err(error.into());
    }
    let framing = match rule.status {
        100..=199 | 204 | 304 => ToClient::Nothing,
        _ if sink.omit_body => ToClient::Nothing,
        _ => ToClient::Length(text.len() as u64),
    };
    let fill = looked.into_fill();
    let mut captured =
        fill.as_ref().map(|fill| fill.capture(worker, rule.status, &sink.out[fields..], framing));
    sink.out.extend_from_slice(write::CRLF);
    let bytes = relay::send_text(sink, framing, text.as_bytes(), captured.as_mut()).await?;
    if let Some((fill, captured)) = fill.zip(captured) {
        fill.complete(worker, rule.status, captured);
    }
    Ok(Answered { status: rule.status, bytes })
}

async fn discard(worker: &Worker, client: &mut Client<'_, '_>) -> Result<(), Failure> {
    let source = &mut client.source;
    if source.body.take_expectation() {
        client.sink.invite_body().await?;
    }
    source.body.take_early(|_| {}).map_err(body_error)?;
    let mut piece = worker.buffers.large();
    while !source.body.is_done() {
        piece.clear();
        let read = source.body.read(source.reader, source.control, piece).await;
        piece = read.map_err(body_failure)?;
    }
    worker.buffers.give_back(piece);
    Ok(())
}

/// A body that is read whole, bounded by the stage.
async fn body(worker: &Worker, client: &mut Client<'_, '_>) -> Result<Vec<u8>, Failure> {
    let source = &mut client.source;
    let mut text = Vec::new();
    if source.body.take_expectation() {
        client.sink.invite_body().await?;
    }
    source.body.take_early(|data| text.extend_from_slice(data)).map_err(body_error)?;
    while !source.body.is_done() {
        let piece = source.body.read(source.reader, source.control, worker.buffers.small()).await;
        let piece = piece.map_err(body_failure)?;
        text.extend_from_slice(&piece);
        worker.buffers.give_back(piece);
    }
    Ok(text)
}
