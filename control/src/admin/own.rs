//! Calls of the admin port that AWS does not have: users of this process, and its reset. They are
//! signed, judged and recorded as those of the management API are.

use std::sync::Arc;

use axum::extract::{Request, State};
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde_json::Value;

use super::{Admin, peer};
use crate::access::{Action, Caller, Presented};
use crate::audit::{Event, Source};
use crate::documents::Scope;
use crate::error::ManagementError;
use crate::plane::Plane;
use crate::rest::{identified, now_ms, read, request_id};
use crate::users::{self, Ask};

/// `POST /_ringway/reset`: empties everything but who may manage.
pub(super) async fn reset(State(admin): State<Arc<Admin>>, request: Request) -> Response {
    answered(&admin, request, "Reset", |plane, call, event| {
        let caller = caller(plane, call, event)?;
        let account = &caller.scope.account_id;
        allow(plane, &caller, call, "Reset", format!("arn:aws:ringway::{account}:reset"))?;
        plane.reset(|| plane.audit().succeeded(event, None))?;
        Ok(StatusCode::NO_CONTENT.into_response())
    })
    .await
}

/// `POST /_ringway/users`: an [`Ask`], answered with what it shows.
pub(super) async fn users(State(admin): State<Arc<Admin>>, request: Request) -> Response {
    answered(&admin, request, "Users", |plane, call, event| {
        let caller = caller(plane, call, event)?;
        if plane.is_open_to_all() {
            let text = "There are no users here: this admin port takes any credentials";
            return Err(ManagementError::bad_request(text));
        }
        // serde_json repeats only the names of members that are none.
        let ask: Ask = serde_json::from_slice(call.body)
            .map_err(|error| ManagementError::serialization(error.to_string()))?;
        let Ask { account_id, request } = &ask;
        event.rename(request.action(), request.is_read_only());
        event.parameters = serde_json::to_value(&ask).ok();
        let account = account_id.as_deref().unwrap_or(&caller.scope.account_id);
        if account.len() != 12 || !account.bytes().all(|byte| byte.is_ascii_digit()) {
            return Err(ManagementError::bad_request("An account has twelve digits"));
        }
        let user = request.user_name().unwrap_or_default();
        let resource = format!("arn:aws:ringway::{account}:user/{user}");
        allow(plane, &caller, call, request.action(), resource)?;
        let now = i64::try_from(now_ms() / 1_000).unwrap_or_default();
        let answer = plane.change_users(
            Scope::new(account, ""),
            |tx| users::run(tx, request, now),
            |answer: &Value| plane.audit().succeeded(event, Some(answer)),
        )?;
        let json = [(header::CONTENT_TYPE, "application/json")];
        Ok((json, answer.to_string()).into_response())
    })
    .await
}

fn caller(
    plane: &Plane,
    call: &Presented<'_>,
    event: &mut Event<'_>,
) -> Result<Caller, ManagementError> {
    let caller = plane.gate().caller(call, plane.settings(), now_ms() / 1_000)?;
    Ok(event.caller.insert(caller).clone())
}

fn allow(
    plane: &Plane,
    caller: &Caller,
    call: &Presented<'_>,
    name: &str,
    resource: String,
) -> Result<(), ManagementError> {
    let action = Action { name: format!("ringway:{name}"), resource, tags: &[] };
    plane.gate().allow(caller, &action, call, now_ms() / 1_000)
}

/// What every call of this file passes: its body within bounds, a thread that may wait, a record of
/// its refusal.
async fn answered(
    admin: &Admin,
    request: Request,
    name: &'static str,
    run: impl FnOnce(&Plane, &Presented<'_>, &mut Event<'_>) -> Result<Response, ManagementError>
    + Send
    + 'static,
) -> Response {
    let (plane, peer, id) = (Arc::clone(&admin.plane), peer(&request), request_id());
    let (parts, body) = request.into_parts();
    let (body, of_call) = (read(&plane, &parts, body).await, id.clone());
    let work = move || {
        let bytes = body.as_deref().unwrap_or_default();
        let call = Presented::new(&parts, bytes, peer);
        let mut event = Event::new(Source::Ringway, name, call, &of_call, now_ms());
        let answered = body.as_ref().map(drop).map_err(Clone::clone);
        let answered = answered.and_then(|()| run(&plane, &call, &mut event));
        if let Err(error) = &answered {
            plane.audit().refused(&event, error)?;
        }
        answered
    };
    let joined = tokio::task::spawn_blocking(work).await;
    let answered = joined.unwrap_or_else(|_| Err(ManagementError::internal()));
    identified(answered.unwrap_or_else(IntoResponse::into_response), &id)
}
