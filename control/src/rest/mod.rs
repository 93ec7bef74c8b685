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

use std::sync::Arc;
use std::time::{SystemTime, UNIX_EPOCH};

use axum::body::Body;
use axum::extract::Request;
use axum::http::HeaderValue;
use axum::response::{IntoResponse, Response};
use ringway_core::limits::ADMIN_BODY_BYTES_MAX;

use crate::error::ManagementError;
use crate::identifiers;
use crate::plane::Plane;
pub(crate) use call::{After, Call, Test};
use dispatch::Run;
use input::Input;
pub(crate) use wire::Answer;

/// An operation with its input, ready to run.
pub(crate) struct Operation {
    /// AWS's name.
    pub(crate) name: &'static str,
    /// Checked.
    pub(crate) input: Input,
    /// What runs it.
    pub(crate) run: Run,
}

/// Answers a management request; `None` when no operation has this verb and path.
pub(crate) async fn serve(plane: Arc<Plane>, request: Request) -> Option<Response> {
    let (parts, body) = request.into_parts();
    let query = query_of(parts.uri.query().unwrap_or_default());
    let route = route::find(parts.method.as_str(), parts.uri.path(), &query)?;
    let answered = match read(body).await {
        Err(error) => Err(error),
        Ok(body) => {
            let code = route.operation.code;
            // Operations read and write the store: not on the thread that serves health checks.
            let work = move || {
                let request = wire::Request { headers: &parts.headers, query: &query, body: &body };
                answer(&plane, &route, &request)
            };
            let joined = tokio::task::spawn_blocking(work).await;
            joined
                .unwrap_or_else(|_| Err(ManagementError::internal()))
                .map(|answer| answer.into_response(code))
        }
    };
    Some(identified(answered.unwrap_or_else(IntoResponse::into_response)))
}

fn answer(
    plane: &Plane,
    route: &route::Route,
    request: &wire::Request<'_>,
) -> Result<Answer, ManagementError> {
    let caller = plane.access().caller(request.headers, plane.settings())?;
    let name = route.operation.name.as_str();
    let run = dispatch::run_of(name).ok_or_else(ManagementError::internal)?;
    let input = Input::read(route, request)?;
    let operation = Operation { name, input, run };
    plane.run(&operation, &caller, now_ms())
}

async fn read(body: Body) -> Result<Vec<u8>, ManagementError> {
    let read = axum::body::to_bytes(body, ADMIN_BODY_BYTES_MAX).await;
    read.map(Into::into).map_err(|_| ManagementError::too_large())
}

fn query_of(text: &str) -> Vec<(String, String)> {
    form_urlencoded::parse(text.as_bytes()).into_owned().collect()
}

/// Every answer has a request identifier, as AWS's have.
fn identified(mut response: Response) -> Response {
    let id = identifiers::uuid().ok().and_then(|id| HeaderValue::from_str(&id).ok());
    if let Some(id) = id {
        response.headers_mut().insert("x-amzn-requestid", id);
    }
    response
}

fn now_ms() -> u64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    u64::try_from(since.as_millis()).unwrap_or(u64::MAX)
}

#[cfg(test)]
pub(crate) mod tests;
