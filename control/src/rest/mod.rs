//! The REST API management API (`apigateway`, 2015-07-09) in the REST-JSON protocol.
//!
//! `model` and `route` find the operation, `input` and `constraint` check what was sent, `dispatch`
//! names the function, `ops` has the functions. It only stores, changes and shows definitions.

mod call;
mod constraint;
mod dispatch;
mod input;
mod model;
mod ops;
mod paging;
mod patch;
mod route;
mod wire;

use std::net::IpAddr;
use std::sync::Arc;
use std::time::{SystemTime, UNIX_EPOCH};

use axum::body::Body;
use axum::extract::Request;
use axum::http::HeaderValue;
use axum::http::request::Parts;
use axum::response::{IntoResponse, Response};
use ringway_core::limits::ADMIN_BODY_BYTES_MAX;
use serde_json::Value;

use crate::access::{Action, Presented, tags_of};
use crate::audit::{Event, Source};
use crate::error::ManagementError;
use crate::identifiers;
use crate::plane::Plane;
pub(crate) use call::{After, Call, Test};
use dispatch::Run;
use input::Input;
pub(crate) use wire::Answer;

/// An operation with its input, ready to run.
pub(crate) struct Operation {
    /// Checked.
    pub(crate) input: Input,
    /// What runs it.
    pub(crate) run: Run,
}

/// Answers a management request; `None` when no operation has this verb and path.
pub(crate) async fn serve(
    plane: Arc<Plane>,
    request: Request,
    peer: Option<IpAddr>,
) -> Option<Response> {
    let (parts, body) = request.into_parts();
    let query = query_of(parts.uri.query().unwrap_or_default());
    let Some(route) = route::find(parts.method.as_str(), parts.uri.path(), &query) else {
        // AWS's answer to a verb that a path does not have.
        let unknown = || ManagementError::unknown_operation("Missing Authentication Token");
        let known = route::knows(parts.uri.path());
        return known.then(|| identified(unknown().into_response(), &request_id()));
    };
    let code = route.operation.code;
    let (id, body) = (request_id(), read(&plane, &parts, body).await);
    let of_call = id.clone();
    // Operations read and write the store: not on the thread that serves health checks.
    let work = move || {
        let body = body.as_deref().map_err(Clone::clone);
        let call = Presented::new(&parts, body.as_ref().copied().unwrap_or_default(), peer);
        let event = event(&route, call, &of_call);
        match body {
            Ok(_) => answer(&plane, &route, &query, call, event),
            Err(error) => {
                plane.audit().refused(&event, &error)?;
                Err(error)
            }
        }
    };
    let joined = tokio::task::spawn_blocking(work).await;
    let answered = joined.unwrap_or_else(|_| Err(ManagementError::internal()));
    let response = answered.map(|answer| answer.into_response(code));
    Some(identified(response.unwrap_or_else(IntoResponse::into_response), &id))
}

fn event<'e>(route: &route::Route, call: Presented<'e>, id: &'e str) -> Event<'e> {
    Event::new(Source::ApiGateway, &route.operation.name, call, id, now_ms())
}

/// Runs a call and records what came of it.
fn answer(
    plane: &Plane,
    route: &route::Route,
    query: &[(String, String)],
    call: Presented<'_>,
    mut event: Event<'_>,
) -> Result<Answer, ManagementError> {
    let answered = permitted(plane, route, query, call, &mut event);
    if let Err(error) = &answered {
        plane.audit().refused(&event, error)?;
    }
    answered
}

/// Who calls comes first, then whether they may, and only then what they say.
fn permitted(
    plane: &Plane,
    route: &route::Route,
    query: &[(String, String)],
    call: Presented<'_>,
    event: &mut Event<'_>,
) -> Result<Answer, ManagementError> {
    let (gate, now_ms) = (plane.gate(), now_ms());
    let caller = event.caller.insert(gate.caller(&call, plane.settings(), now_ms / 1_000)?).clone();
    let tags = if route.operation.has_tags() { tags_of(call.body, query) } else { Vec::default() };
    let action = Action::managing(&call, &caller.scope.region, &tags);
    gate.allow(&caller, &action, &call, now_ms / 1_000)?;
    let run = dispatch::run_of(&route.operation.name).ok_or_else(ManagementError::internal)?;
    let request = wire::Request { headers: call.headers, query, body: call.body };
    let input = Input::read(route, &request)?;
    event.parameters = Some(Value::Object(input.members().clone()));
    let operation = Operation { input, run };
    plane.run(&operation, &caller, now_ms, |answer| plane.audit().succeeded(event, answer.json()))
}

/// The body of a request that may be signed by somebody known, within its bound.
pub(crate) async fn read(
    plane: &Plane,
    parts: &Parts,
    body: Body,
) -> Result<Vec<u8>, ManagementError> {
    plane.gate().expect(&Presented::new(parts, b"", None))?;
    let read = axum::body::to_bytes(body, ADMIN_BODY_BYTES_MAX).await;
    read.map(Into::into).map_err(|_| ManagementError::too_large())
}

/// Names and values, without those of a presigned request.
fn query_of(text: &str) -> Vec<(String, String)> {
    let pairs = form_urlencoded::parse(text.as_bytes()).into_owned();
    pairs.filter(|(name, _)| !name.starts_with("X-Amz-")).collect()
}

/// A new request identifier.
pub(crate) fn request_id() -> String {
    identifiers::uuid().unwrap_or_default()
}

/// Every answer has a request identifier, as AWS's have.
pub(crate) fn identified(mut response: Response, id: &str) -> Response {
    if let Ok(id) = HeaderValue::from_str(id) {
        response.headers_mut().insert("x-amzn-requestid", id);
    }
    response
}

/// Unix time.
pub(crate) fn now_ms() -> u64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    u64::try_from(since.as_millis()).unwrap_or(u64::MAX)
}

#[cfg(test)]
pub(crate) mod tests;
