//! MOCK: the request template names a status, the status an integration response.

use std::borrow::Cow;

use ringway_core::context::Context;
use ringway_core::error::GatewayError;
use ringway_core::http::FieldName;
use ringway_core::integration::{choose_template, response_body, select_status};
use ringway_core::mapping::{Body, BodyUse, mock_status};
use ringway_core::snapshot::{MockIntegration, RequestTemplate};
use ringway_core::template::Overrides;

use super::mapped::Mapped;
use crate::client::Client;
use crate::ending::{Answered, Failure};
use crate::phase::response_cache::Looked;
use crate::phase::validate::{body_error, body_failure};
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
    let media_type = context.request.head.and_then(|head| head.field(FieldName::ContentType));
    let template = choose_template(&mock.templates, mock.passthrough, media_type)?;
    let mut overrides = None;
    let status = match template {
        Some(known) if known.template.as_text().is_some() => known.mock_status,
        _ => Box::pin(read_status(worker, client, template, context, &mut overrides)).await?,
    };
    if !client.source.body.is_done() {
        Box::pin(discard(worker, client)).await?;
    }
    let status = status.ok_or(GatewayError::configuration(
        "the request template of the MOCK integration names no statusCode",
    ))?;
    let trace = client.sink.trace;
    let selection = select_status(&mock.responses, status);
    trace.filter(|_| selection.gave_up).inspect(|trace| trace.gave_up());
    let rule = selection.rule.ok_or_else(|| {
        trace.inspect(|trace| trace.no_match(status));
        GatewayError::configuration(
            "no integration response of the MOCK integration fits its statusCode",
        )
    })?;
    let body = response_body(rule, None);
    // What passes is nothing: MOCK never sends the client's body back (aws-facts 194).
    let bytes = match body.template.map(|template| (template, template.as_text())) {
        None => Cow::Borrowed(&b""[..]),
        Some((_, Some(text))) => Cow::Borrowed(text.as_bytes()),
        Some((template, None)) => {
            let mut text = String::new();
            template.render(context, overrides.get_or_insert_default(), &mut text)?;
            Cow::Owned(text.into_bytes())
        }
    };
    let mapped = Mapped {
        rule,
        body,
        status: overrides.as_ref().and_then(Overrides::status).unwrap_or(rule.status),
        headers: overrides.as_ref().map(Overrides::response_headers).unwrap_or_default(),
        bytes,
        traced: false,
    };
    let head = mapped.write_head(worker, &mut client.sink, context, None)?;
    Ok(mapped.send(worker, &mut client.sink, looked, head).await?)
}

/// The status that a rendered template names, or without one the body itself (WHEN_NO_MATCH).
async fn read_status(
    worker: &Worker,
    client: &mut Client<'_, '_>,
    template: Option<&RequestTemplate>,
    context: &Context<'_>,
    overrides: &mut Option<Overrides>,
) -> Result<Option<u16>, Failure> {
    let reads = template.map_or(BodyUse::Text, |template| template.template.body_use());
    let whole = match reads {
        BodyUse::None => Vec::new(),
        BodyUse::Text | BodyUse::Json => client.read_body(worker).await?,
    };
    let Some(template) = template else { return Ok(mock_status(&whole)) };
    let text = Body::decode(&whole);
    let body = Body::new(&text, reads);
    let context = Context { body: Some(&body), ..*context };
    let mut rendered = String::new();
    template.template.render(&context, overrides.get_or_insert_default(), &mut rendered)?;
    drop(text);
    worker.buffers.give_back(whole);
    Ok(mock_status(rendered.as_bytes()))
}

/// Reads the body to its end.
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
