//! Calls whose body has to be there whole: a template or a mapping reads it, or it is signed.
//! All of it is the rare path: what streams is served by `http`, `streamed` and `proxied`.

use std::borrow::Cow;

use ringway_core::context::Context;
use ringway_core::error::GatewayError;
use ringway_core::http::{FieldName, Framing};
use ringway_core::integration::{
    BodyLength, ResponseBody, choose_template, write_overridden_request_head,
};
use ringway_core::limits::MAPPED_RESPONSE_BYTES_MAX;
use ringway_core::mapping::{Body, BodyUse};
use ringway_core::snapshot::{
    Conversion, HttpIntegration, HttpKind, RequestTemplate, ResponseRule,
};
use ringway_core::template::{MappingTemplate, Overrides};

use super::function::unreachable;
use super::http::{Call, call_error, note, sign};
use super::mapped::{Head, Mapped};
use super::proxied;
use crate::client::{Client, Sink};
use crate::ending::{Answered, BackEnd, Failure};
use crate::phase::response_cache::Looked;
use crate::upstream::{self, Bounds, GatherError, Incoming};
use crate::worker::Worker;

/// The template for this request, if it has one.
pub(super) fn template<'h>(
    http: &'h HttpIntegration,
    context: &Context<'_>,
) -> Result<Option<&'h RequestTemplate>, GatewayError> {
    if http.kind.is_proxy() {
        return Ok(None);
    }
    let media_type = context.request.head.and_then(|head| head.field(FieldName::ContentType));
    choose_template(&http.templates, http.passthrough, media_type)
}

/// Whether the call is made here.
pub(super) fn makes_request(
    http: &HttpIntegration,
    template: Option<&RequestTemplate>,
    conversion: Conversion,
) -> bool {
    // What is signed has to be there whole.
    http.signing.is_some()
        || http.kind == HttpKind::Function
        || http.body_use != BodyUse::None
        || conversion.needs_payload(template.is_some())
        || template.is_some_and(|template| template.template.as_text().is_none())
}

/// Whether the response is made here.
pub(super) fn makes_response(
    rule: &ResponseRule,
    body: &ResponseBody<'_>,
    conversion: Conversion,
    overrides: Option<&Overrides>,
) -> bool {
    rule.body_use != BodyUse::None
        || conversion.needs_payload(body.template.is_some())
        || overrides.is_some()
        || body.template.is_some_and(|template| template.as_text().is_none())
}

/// Calls the back end with a request that is made whole before.
pub(super) async fn answer(
    worker: &Worker,
    call: &Call<'_>,
    (template, conversion): (Option<&RequestTemplate>, Conversion),
    client: &mut Client<'_, '_>,
    looked: Looked,
    context: &Context<'_>,
    back_end: &mut BackEnd,
) -> Result<Answered, Failure> {
    let reads = template.map_or(BodyUse::None, |template| template.template.body_use());
    let reads = reads.max(call.http.body_use);
    let needs = reads != BodyUse::None || conversion.needs_payload(template.is_some());
    let whole = match template {
        Some(_) if !needs => Vec::new(),
        Some(_) | None => client.read_body(worker).await?,
    };
    let overrides = Overrides::default();
    let mut request = worker.buffers.small();
    let payload = Payload { bytes: conversion.convert(&whole)?, conversion, reads };
    let framing = context.request.head.map_or(Framing::None, |head| head.framing());
    let made = (template, &overrides);
    write_request((worker, call), made, &payload, framing, context, &mut request)?;
    drop(payload);
    worker.buffers.give_back(whole);
    if !client.source.body.is_done() {
        // A template takes the place of the body.
        client.leave_body();
    }
    // The time limit is the back end's, and starts when its request is there.
    let bounds = Bounds { started: worker.clock.now(), ..call.bounds };
    let call = Call { bounds, ..*call };
    let trace = client.sink.trace;
    trace.inspect(|trace| trace.calling(&call.pool.endpoint, &request));
    let (called, buffer) = upstream::call(worker, call.pool, request, bounds).await;
    worker.buffers.give_back(buffer);
    if let (Some(trace), Err(error)) = (trace, &called) {
        trace.call_failed(error);
    }
    let is_function = call.http.kind == HttpKind::Function;
    let called = called.map_err(if is_function { unreachable } else { call_error });
    note(worker, &called, bounds.started, back_end);
    let overrides = template.is_some().then_some(&overrides);
    proxied::respond(worker, &call, called?, &mut client.sink, looked, (context, overrides)).await
}

/// A payload after its conversion.
struct Payload<'p> {
    bytes: Cow<'p, [u8]>,
    conversion: Conversion,
    /// What is read of it.
    reads: BodyUse,
}

impl Payload<'_> {
    /// What a template or a mapping reads; nothing where none does.
    fn text(&self) -> Result<Cow<'_, str>, GatewayError> {
        match self.reads {
            BodyUse::None => Ok("".into()),
            BodyUse::Text | BodyUse::Json => self.conversion.text(&self.bytes),
        }
    }
}

/// Writes the whole request.
fn write_request(
    (worker, call): (&Worker, &Call<'_>),
    (template, overrides): (Option<&RequestTemplate>, &Overrides),
    payload: &Payload<'_>,
    framing: Framing,
    context: &Context<'_>,
    out: &mut Vec<u8>,
) -> Result<(), GatewayError> {
    let text = payload.text()?;
    let body = Body::new(&text, payload.reads);
    if call.http.body_use != BodyUse::None {
        body.check_mapped()?;
    }
    let context = Context { body: Some(&body), ..*context };
    let mut rendered = String::new();
    let bytes = match template {
        Some(template) => {
            template.template.render(&context, overrides, &mut rendered)?;
            rendered.as_bytes()
        }
        // Lambda takes nothing but JSON.
        None if payload.bytes.is_empty() && call.http.kind == HttpKind::Function => b"{}",
        None => &payload.bytes,
    };
    let length = match (template, framing) {
        (None, Framing::None) if bytes.is_empty() => BodyLength::None,
        _ => BodyLength::Length(bytes.len() as u64),
    };
    let set = (length, &overrides.request());
    write_overridden_request_head(call.http, &call.pool.endpoint, &context, set, out)?;
    sign(worker, call, bytes, out)?;
    out.extend_from_slice(bytes);
    Ok(())
}

/// Makes the response of the back end's, and sends it.
pub(super) async fn respond(
    worker: &Worker,
    call: &Call<'_>,
    mut incoming: Incoming,
    (rule, body, conversion): (&ResponseRule, ResponseBody<'_>, Conversion),
    sink: &mut Sink<'_>,
    looked: Looked,
    (context, overrides): (&Context<'_>, Option<&Overrides>),
) -> Result<Answered, Failure> {
    let own = Overrides::default();
    let overrides = overrides.unwrap_or(&own);
    let reads = rule.body_use.max(body.template.map_or(BodyUse::None, MappingTemplate::body_use));
    let has_template = body.template.is_some();
    if reads != BodyUse::None || !has_template || conversion.needs_payload(has_template) {
        let gathered = incoming.gather(MAPPED_RESPONSE_BYTES_MAX, &call.bounds).await;
        gathered.map_err(|error| match error {
            GatherError::Call(error) => call_error(error),
            GatherError::TooLarge => GatewayError::configuration(
                "the response of the back end is too large for a template or a conversion",
            )
            .into(),
        })?;
    }
    let payload = Payload { bytes: conversion.convert(incoming.data())?, conversion, reads };
    let seen = (context, overrides);
    let (mapped, head) = write_response(worker, &incoming, payload, (rule, body), sink, seen)?;
    // What is left of the back end's body is of no use; a complete one frees its connection.
    incoming.finish(worker, call.pool);
    Ok(mapped.send(worker, sink, looked, head).await?)
}

/// Makes the response and writes its head.
fn write_response<'r>(
    worker: &Worker,
    incoming: &Incoming,
    payload: Payload<'_>,
    (rule, body): (&'r ResponseRule, ResponseBody<'r>),
    sink: &mut Sink<'_>,
    (context, overrides): (&Context<'_>, &Overrides),
) -> Result<(Mapped<'r>, Head), GatewayError> {
    let text = payload.text()?;
    let read = Body::new(&text, payload.reads);
    if rule.body_use != BodyUse::None && read.check_mapped().is_err() {
        let cause = "a header is mapped from a body of the back end that is no JSON";
        return Err(GatewayError::configuration(cause));
    }
    let context = Context { body: Some(&read), ..*context };
    let bytes = match body.template {
        Some(template) => {
            let mut rendered = String::new();
            template.render(&context, overrides, &mut rendered)?;
            rendered.into_bytes()
        }
        None => payload.bytes.to_vec(),
    };
    let mapped = Mapped {
        rule,
        body,
        status: overrides.status().unwrap_or(rule.status),
        headers: overrides.response_headers(),
        bytes: bytes.into(),
        traced: true,
    };
    let head = mapped.write_head(worker, sink, &context, Some(&incoming.head()))?;
    Ok((mapped, head))
}
