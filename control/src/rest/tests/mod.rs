//! Operations, asked as the admin port asks them: verb, path and body in, status and body out.

mod integrations;
mod methods;
mod resources;

use axum::http::HeaderMap;
use serde_json::{Value, json};

use super::{Answer, answer, query_of, route, wire};
use crate::plane::Plane;

/// Asks a plane. A refusal is `{"__type": code, "message": text}`; nothing is null.
pub(crate) fn ask(plane: &Plane, method: &str, uri: &str, body: Value) -> (u16, Value) {
    let (path, query) = uri.split_once('?').unwrap_or((uri, ""));
    let query = query_of(query);
    let route = route::find(method, path, &query).expect("an operation");
    let body = if body.is_null() { Vec::new() } else { body.to_string().into_bytes() };
    let request = wire::Request { headers: &HeaderMap::new(), query: &query, body: &body };
    match answer(plane, &route, &request) {
        Ok(Answer::Json(value)) => (route.operation.code, value),
        Ok(Answer::Empty) => (route.operation.code, Value::Null),
        Ok(Answer::Document { body, .. }) => {
            let text = String::from_utf8_lossy(&body).into_owned();
            (route.operation.code, serde_json::from_str(&text).unwrap_or(Value::String(text)))
        }
        Err(refused) => {
            let body = json!({"__type": refused.code, "message": refused.message});
            (refused.status.as_u16(), body)
        }
    }
}

/// A new API: its path, and that of its root resource.
fn new_api(plane: &Plane) -> (String, String) {
    let (status, api) = ask(plane, "POST", "/restapis", json!({"name": "api"}));
    assert_eq!(status, 201, "{api}");
    let path = format!("/restapis/{}", api["id"].as_str().unwrap());
    let root = format!("{path}/resources/{}", api["rootResourceId"].as_str().unwrap());
    (path, root)
}

/// Asks, and wants this status and body.
#[track_caller]
fn check(plane: &Plane, call: (&str, &str, Value), status: u16, body: Value) {
    let (method, uri, sent) = call;
    let asked = format!("{method} {uri} {sent}");
    assert_eq!(ask(plane, method, uri, sent), (status, body), "{asked}");
}

/// Asks, and wants to be refused in these words.
#[track_caller]
fn refused(plane: &Plane, call: (&str, &str, Value), status: u16, message: &str) {
    let code = match status {
        404 => "NotFoundException",
        409 => "ConflictException",
        _ => "BadRequestException",
    };
    check(plane, call, status, json!({"__type": code, "message": message}));
}

/// The body of an Update* call.
fn patches(operations: &[(&str, &str, &str)]) -> Value {
    let operation =
        |(op, path, value): &(&str, &str, &str)| json!({"op": op, "path": path, "value": value});
    json!({"patchOperations": operations.iter().map(operation).collect::<Vec<_>>()})
}
