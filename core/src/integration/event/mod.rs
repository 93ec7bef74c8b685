//! The event that a Lambda function behind AWS_PROXY gets, format 1.0 (aws-facts 230 to 232),
//! written straight into a buffer: members in AWS's order, nulls for what is not there
//! (<https://docs.aws.amazon.com/apigateway/latest/developerguide/set-up-lambda-proxy-integrations.html>).
//!
//! Knows neither how the function is called nor what it answers.

mod maps;
mod request_context;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use self::maps::{Entries, write_map, write_pairs};
use crate::context::Context;
use crate::json::text::write_string;

/// A whole body on its way into an event.
#[derive(Debug, Clone, Copy)]
pub struct EventBody<'b> {
    /// Its bytes.
    pub bytes: &'b [u8],
    /// Its media type is one of `binaryMediaTypes`: the event has it in base64.
    pub is_binary: bool,
}

/// Appends the event of a request. Nothing is allocated but room in `out`, unless text has to be
/// escaped after it was decoded.
pub fn write_event(ctx: &Context<'_>, body: EventBody<'_>, out: &mut Vec<u8>) {
    let request = ctx.request;
    let verb = request.head.map_or("", |head| head.method());
    let resource = ctx.method.map_or("", |method| &method.resource_path);
    member("{\"resource\":", resource.as_bytes(), out);
    member(",\"path\":", request.resource_path_sent, out);
    member(",\"httpMethod\":", verb.as_bytes(), out);
    let forwarded = request.forwarded.as_ref().map(|it| maps::Forwarded::new(request, it));
    let headers = Entries::of_headers(ctx, forwarded.as_ref());
    out.extend_from_slice(b",\"headers\":");
    write_map(headers.groups(), false, out);
    out.extend_from_slice(b",\"multiValueHeaders\":");
    write_map(headers.groups(), true, out);
    let query = Entries::of_query(request.head.and_then(|head| head.query()));
    out.extend_from_slice(b",\"queryStringParameters\":");
    write_map(query.groups(), false, out);
    out.extend_from_slice(b",\"multiValueQueryStringParameters\":");
    write_map(query.groups(), true, out);
    out.extend_from_slice(b",\"pathParameters\":");
    let names = ctx.method.map_or(&[][..], |method| &method.path_parameters);
    let path = names.iter().zip(request.path_parameters);
    write_pairs(path.map(|(name, value)| (name.as_bytes(), *value)), out);
    out.extend_from_slice(b",\"stageVariables\":");
    let variables = ctx.stage.map_or(&[][..], |stage| &stage.variables);
    write_pairs(variables.iter().map(|(name, value)| (name.as_bytes(), value.as_bytes())), out);
    out.extend_from_slice(b",\"requestContext\":");
    request_context::write(ctx, out);
    out.extend_from_slice(b",\"body\":");
    write_body(body, out);
    out.push(b'}');
}

fn member(before: &str, value: &[u8], out: &mut Vec<u8>) {
    out.extend_from_slice(before.as_bytes());
    write_string(value, out);
}

/// The last two members.
fn write_body(body: EventBody<'_>, out: &mut Vec<u8>) {
    if body.bytes.is_empty() {
        out.extend_from_slice(b"null,\"isBase64Encoded\":false");
    } else if body.is_binary {
        out.push(b'"');
        let start = out.len();
        let length = body.bytes.len().div_ceil(3) * 4;
        out.resize(start + length, 0);
        // There is room for all of it.
        let written = STANDARD.encode_slice(body.bytes, &mut out[start..]).unwrap_or_default();
        out.truncate(start + written);
        out.extend_from_slice(b"\",\"isBase64Encoded\":true");
    } else {
        write_string(body.bytes, out);
        out.extend_from_slice(b",\"isBase64Encoded\":false");
    }
}
