//! The APIs that fill the store, and the one that is deployed under load.

use serde_json::{Map, Value, json};

use crate::load::{REVISION_HEADER, Revisions};

/// The stage everything is deployed to.
pub(super) const STAGE: &str = "bench";
/// The path that says a revision.
pub(super) const REVISION_PATH: &str = "/things0000";
/// The stage variable it takes it from.
pub(super) const REVISION_VARIABLE: &str = "revision";

/// An API of this many resources beside the root, one method each: half of them collections, half
/// their members, proxied, but for the first.
pub(super) fn document(number: u32, resources: u32) -> Value {
    let mut paths = Map::new();
    for at in 0..resources {
        let collection = format!("/things{:04}", at / 2);
        let (path, method) = match at {
            0 => (collection, revision(&format!("stageVariables.{REVISION_VARIABLE}"), "{}")),
            _ if at % 2 == 0 => (collection, proxied(&[])),
            _ => (format!("{collection}/{{id}}"), proxied(&["id"])),
        };
        paths.insert(path, json!({ "get": method }));
    }
    of(&format!("bench {number}"), paths)
}

/// An API whose only method says `revision` in a header and in the body.
pub(super) fn telling(number: u64) -> Value {
    let method = revision(&format!("'{number}'"), &Revisions::body(number));
    let paths = [(REVISION_PATH.to_owned(), json!({ "get": method }))];
    of("deployed under load", paths.into_iter().collect())
}

fn of(title: &str, paths: Map<String, Value>) -> Value {
    json!({"openapi": "3.0.1", "info": {"title": title, "version": "1"}, "paths": paths})
}

fn revision(header: &str, body: &str) -> Value {
    let name = format!("method.response.header.{REVISION_HEADER}");
    json!({
        "responses": {"200": {
            "description": "which revision this is",
            "headers": {REVISION_HEADER: {"schema": {"type": "string"}}},
        }},
        "x-amazon-apigateway-integration": {
            "type": "mock",
            "requestTemplates": {"application/json": "{\"statusCode\": 200}"},
            "responses": {"default": {
                "statusCode": "200",
                "responseParameters": {name: header},
                "responseTemplates": {"application/json": body},
            }},
        },
    })
}

fn proxied(parameters: &[&str]) -> Value {
    let declared = parameters.iter().map(
        |name| json!({"name": name, "in": "path", "required": true, "schema": {"type": "string"}}),
    );
    let passed = parameters.iter().map(|name| {
        let from = format!("method.request.path.{name}");
        (format!("integration.request.path.{name}"), from.into())
    });
    let rest = parameters.iter().map(|name| format!("/{{{name}}}"));
    json!({
        "parameters": declared.collect::<Vec<_>>(),
        "responses": {"200": {"description": "what the back end says"}},
        "x-amazon-apigateway-integration": {
            "type": "http_proxy",
            "httpMethod": "GET",
            "uri": format!("http://127.0.0.1:9/things{}", rest.collect::<String>()),
            "requestParameters": passed.collect::<Map<_, _>>(),
        },
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_api_has_as_many_resources_as_asked() {
        let document = document(3, 5);
        let paths: Vec<_> = document["paths"].as_object().unwrap().keys().collect();
        let expect =
            ["/things0000", "/things0000/{id}", "/things0001", "/things0001/{id}", "/things0002"];
        assert_eq!(paths, expect);
        assert_eq!(document["info"]["title"], "bench 3");
    }
}
