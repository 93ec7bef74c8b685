//! Asks as a request does, without a socket: route, input, constraints, transaction.

mod checks;
mod integrations;
mod methods;
mod resources;

use axum::http::HeaderMap;
use serde_json::{Value, json};

use super::dispatch::Run;
use super::input::Input;
use super::wire::Answer;
use super::{Operation, answer, event, query_of, route};
use crate::access::{Caller, Presented};
use crate::documents::Scope;
use crate::plane::Plane;

/// One call. `body` is null for none. An error answers `{"__type": code, "message": text}`, an
/// answer without a body null, and a document its text.
pub(crate) fn ask(plane: &Plane, method: &str, uri: &str, body: Value) -> (u16, Value) {
    let (path, query) = uri.split_once('?').unwrap_or((uri, ""));
    let query = query_of(query);
    let route = route::find(method, path, &query);
    let route = route.unwrap_or_else(|| panic!("no operation at {method} {uri}"));
    let bytes = if body.is_null() { Vec::new() } else { body.to_string().into_bytes() };
    let (headers, verb) = (HeaderMap::new(), method.parse().unwrap());
    let (method, headers) = (&verb, &headers);
    let call = Presented { method, path, query: "", headers, body: &bytes, peer: None };
    let code = route.operation.code;
    match answer(plane, &route, &query, call, event(&route, call, "id")) {
        Ok(Answer::Json(value)) => (code, value),
        Ok(Answer::Empty) => (code, Value::Null),
        Ok(Answer::Document { body, .. }) => (code, String::from_utf8_lossy(&body).into()),
        Err(error) => {
            (error.status.as_u16(), json!({"__type": error.code, "message": error.message}))
        }
    }
}

/// Runs `run` as the caller of [`ask`] would, for what no operation of a test makes.
pub(crate) fn prepare(plane: &Plane, members: Value, run: Run) {
    let settings = plane.settings();
    let caller = Caller::anybody(Scope::new(&settings.account_id, &settings.region));
    let operation = Operation { input: Input::of(members), run };
    plane.run(&operation, &caller, 0, |_| Ok(())).unwrap();
}

/// A new API; its identifier.
pub(crate) fn api(plane: &Plane) -> String {
    let (code, api) = ask(plane, "POST", "/restapis", json!({"name": "pets"}));
    assert_eq!(code, 201, "{api}");
    api["id"].as_str().unwrap().to_owned()
}

/// An answer that is an error, as `(status, code, message)`.
pub(crate) fn refused((status, body): (u16, Value)) -> (u16, String, String) {
    let text = |name: &str| body[name].as_str().unwrap_or_default().to_owned();
    (status, text("__type"), text("message"))
}

/// A new API with one MOCK method, deployed to the stage `dev`; its identifier.
pub(crate) fn deployed(plane: &Plane) -> String {
    let integration = json!({
        "type": "mock",
        "requestTemplates": {"application/json": "{\"statusCode\": 200}"},
        "responses": {"default": {"statusCode": "200"}},
    });
    let get = json!({"responses": {}, "x-amazon-apigateway-integration": integration});
    let document = json!({
        "openapi": "3.0.1",
        "info": {"title": "pets", "version": "1"},
        "paths": {"/": {"get": get}},
    });
    let (code, api) = ask(plane, "POST", "/restapis?mode=import", document);
    assert_eq!(code, 201, "{api}");
    let id = api["id"].as_str().unwrap().to_owned();
    let deployments = format!("/restapis/{id}/deployments");
    let (code, deployment) = ask(plane, "POST", &deployments, json!({"stageName": "dev"}));
    assert_eq!(code, 201, "{deployment}");
    id
}

#[test]
fn what_would_protect_and_does_not_run_is_refused() {
    let plane = crate::plane::tests::plane();
    let api = deployed(&plane);
    let check = |uri: &str, path: &str, value: &str, expect: &str| {
        let operation = json!({"op": "replace", "path": path, "value": value});
        let body = json!({ "patchOperations": [operation] });
        let (status, _, message) = refused(ask(&plane, "PATCH", uri, body));
        assert_eq!(status, 400, "{path}");
        assert!(message.starts_with(expect), "{path}: {message}");
    };
    let (api, stage) = (format!("/restapis/{api}"), format!("/restapis/{api}/stages/dev"));
    let acl = "arn:aws:wafv2:us-east-1:000000000000:regional/webacl/a/b";
    check(&stage, "/webAclArn", acl, "Invalid method setting path: /webAclArn.");
    check(&api, "/securityPolicy", "none", "Invalid security policy: none");
    check(&api, "/endpointAccessMode", "none", "Invalid endpoint access mode: none");
}
