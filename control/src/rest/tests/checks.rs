//! Asks and compares: the words that tests of operations share.

use serde_json::{Value, json};

use super::{api, ask};
use crate::plane::Plane;

/// A new API: its path, and that of its root resource.
pub(super) fn new_api(plane: &Plane) -> (String, String) {
    let path = format!("/restapis/{}", api(plane));
    let (_, shown) = ask(plane, "GET", &path, Value::Null);
    let root = format!("{path}/resources/{}", shown["rootResourceId"].as_str().unwrap());
    (path, root)
}

/// Asks, and wants this status and body.
#[track_caller]
pub(super) fn check(plane: &Plane, call: (&str, &str, Value), status: u16, body: Value) {
    let (method, uri, sent) = call;
    let asked = format!("{method} {uri} {sent}");
    assert_eq!(ask(plane, method, uri, sent), (status, body), "{asked}");
}

/// Asks, and wants to be refused in these words.
#[track_caller]
pub(super) fn refused(plane: &Plane, call: (&str, &str, Value), status: u16, message: &str) {
    let code = match status {
        404 => "NotFoundException",
        409 => "ConflictException",
        _ => "BadRequestException",
    };
    check(plane, call, status, json!({"__type": code, "message": message}));
}

/// The body of an Update* call.
pub(super) fn patches(operations: &[(&str, &str, &str)]) -> Value {
    let operation =
        |(op, path, value): &(&str, &str, &str)| json!({"op": op, "path": path, "value": value});
    json!({"patchOperations": operations.iter().map(operation).collect::<Vec<_>>()})
}
