//! Asks as a request does, without a socket: route, input, constraints, transaction.

use axum::http::HeaderMap;
use serde_json::{Value, json};

use super::wire::{Answer, Request};
use super::{answer, query_of, route};
use crate::plane::Plane;

/// One call. `body` is null for none. An error answers `{"__type": code, "message": text}`, an
/// answer without a body null, and a document its text.
pub(crate) fn ask(plane: &Plane, method: &str, uri: &str, body: Value) -> (u16, Value) {
    let (path, query) = uri.split_once('?').unwrap_or((uri, ""));
    let query = query_of(query);
    let route = route::find(method, path, &query);
    let route = route.unwrap_or_else(|| panic!("no operation at {method} {uri}"));
    let bytes = if body.is_null() { Vec::new() } else { body.to_string().into_bytes() };
    let request = Request { headers: &HeaderMap::new(), query: &query, body: &bytes };
    let code = route.operation.code;
    match answer(plane, &route, &request) {
        Ok(Answer::Json(value)) => (code, value),
        Ok(Answer::Empty) => (code, Value::Null),
        Ok(Answer::Document { body, .. }) => (code, String::from_utf8_lossy(&body).into()),
        Err(error) => {
            (error.status.as_u16(), json!({"__type": error.code, "message": error.message}))
        }
    }
}
