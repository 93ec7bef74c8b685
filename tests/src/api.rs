//! Builds the OpenAPI documents and settings files that tests start the gateway with.

use std::fmt::Display;

use serde_json::{Map, Value, json};

const INTEGRATION: &str = "x-amazon-apigateway-integration";

/// An OpenAPI 3.0.1 document under construction.
#[derive(Debug, Clone)]
pub struct Api(Value);

impl Api {
    /// A document without routes. It declares the security scheme `api_key` (header `x-api-key`)
    /// and the request validator `params` (parameters only) for whoever uses them.
    #[expect(clippy::new_without_default, reason = "the document has contents")]
    pub fn new() -> Self {
        Self(json!({
            "openapi": "3.0.1",
            "info": {"title": "tested", "version": "1"},
            "paths": {},
            "components": {"securitySchemes": {
                "api_key": {"type": "apiKey", "name": "x-api-key", "in": "header"},
            }},
            "x-amazon-apigateway-request-validators": {
                "params": {"validateRequestParameters": true, "validateRequestBody": false},
            },
        }))
    }

    /// Adds an operation. `method` is an HTTP method or `ANY`. The parameters in the path are
    /// declared for it.
    pub fn route(mut self, method: &str, path: &str, operation: Value) -> Self {
        let mut operation = operation;
        for name in path_parameters(path) {
            operation = parameter(operation, "path", name, true);
        }
        let key = match method {
            "ANY" => "x-amazon-apigateway-any-method".to_owned(),
            named => named.to_lowercase(),
        };
        let patch = json!({"paths": {path: {key: operation}}});
        merge(&mut self.0, patch);
        self
    }

    /// Sets a member of the document itself.
    pub fn with(mut self, key: &str, value: Value) -> Self {
        merge(&mut self.0, json!({key: value}));
        self
    }

    /// The document.
    pub fn to_value(&self) -> Value {
        self.0.clone()
    }
}

/// An operation that MOCK answers: 200 with this body.
pub fn mock(body: &str) -> Value {
    json!({
        "responses": {"200": {"description": "200 response"}},
        INTEGRATION: {
            "type": "mock",
            "requestTemplates": {"application/json": "{\"statusCode\": 200}"},
            "responses": {"default": {
                "statusCode": "200",
                "responseTemplates": {"application/json": body},
            }},
        },
    })
}

/// An operation that is passed to this URI as it is, with the client's own method.
pub fn http_proxy(uri: impl Display) -> Value {
    json!({
        "responses": {"200": {"description": "200 response"}},
        INTEGRATION: {"type": "http_proxy", "httpMethod": "ANY", "uri": uri.to_string()},
    })
}

/// An operation with a mapped HTTP integration: `method` to this URI, the answer always a 200.
pub fn http(method: &str, uri: impl Display) -> Value {
    json!({
        "responses": {"200": {"description": "200 response"}},
        INTEGRATION: {
            "type": "http",
            "httpMethod": method,
            "uri": uri.to_string(),
            "responses": {"default": {"statusCode": "200"}},
        },
    })
}

/// The operation with its integration changed: members merged, `null` removes one.
pub fn integration(mut operation: Value, patch: Value) -> Value {
    merge(&mut operation, json!({INTEGRATION: patch}));
    operation
}

/// The operation with request mappings: target (without `integration.request.`) to source.
pub fn mapped(operation: Value, mappings: &[(&str, &str)]) -> Value {
    let named = mappings
        .iter()
        .map(|(target, source)| (format!("integration.request.{target}"), Value::from(*source)));
    integration(operation, json!({"requestParameters": named.collect::<Map<_, _>>()}))
}

/// The operation with response headers mapped from literals or expressions, on the default
/// integration response; each is declared in the method's 200 response.
pub fn response_headers(operation: Value, headers: &[(&str, &str)]) -> Value {
    let mut operation = operation;
    for (name, source) in headers {
        let target = format!("method.response.header.{name}");
        operation = integration(
            operation,
            json!({"responses": {"default": {"responseParameters": {target: source}}}}),
        );
        let declared = json!({"headers": {*name: {"schema": {"type": "string"}}}});
        merge(&mut operation, json!({"responses": {"200": declared}}));
    }
    operation
}

/// The operation with one more declared parameter.
pub fn parameter(mut operation: Value, place: &str, name: &str, required: bool) -> Value {
    let declared = json!({
        "name": name, "in": place, "required": required, "schema": {"type": "string"},
    });
    let object = operation.as_object_mut().expect("an operation is an object");
    let list = object.entry("parameters").or_insert_with(|| json!([]));
    list.as_array_mut().expect("parameters are a list").push(declared);
    operation
}

/// The operation behind the validator that checks required parameters.
pub fn validated(mut operation: Value) -> Value {
    merge(&mut operation, json!({"x-amazon-apigateway-request-validator": "params"}));
    operation
}

/// The operation behind an API key.
pub fn keyed(mut operation: Value) -> Value {
    merge(&mut operation, json!({"security": [{"api_key": []}]}));
    operation
}

/// A settings file with one API (`petstore`, from `openapi.json`) and one stage.
pub fn settings(stage: Value) -> Value {
    json!({"apis": [{"id": "petstore", "openapi": "openapi.json", "stages": [stage]}]})
}

/// JSON merge patch (RFC 7396): objects are merged, `null` removes, anything else replaces.
pub fn merge(target: &mut Value, patch: Value) {
    let Value::Object(patch) = patch else {
        *target = patch;
        return;
    };
    if !target.is_object() {
        *target = json!({});
    }
    let object = target.as_object_mut().expect("made an object above");
    for (key, value) in patch {
        if value.is_null() {
            object.shift_remove(&key);
        } else {
            merge(object.entry(key).or_insert(Value::Null), value);
        }
    }
}

fn path_parameters(path: &str) -> impl Iterator<Item = &str> {
    let segments = path.split('/').filter_map(|segment| segment.strip_prefix('{'));
    segments.map(|name| name.trim_end_matches('}').trim_end_matches('+'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_route_declares_the_parameters_of_its_path() {
        let document = Api::new().route("ANY", "/pets/{id}/{rest+}", mock("{}")).to_value();
        let operation = &document["paths"]["/pets/{id}/{rest+}"]["x-amazon-apigateway-any-method"];
        let names = operation["parameters"].as_array().expect("declared");
        let names = names.iter().map(|one| one["name"].as_str()).collect::<Vec<_>>();
        assert_eq!(names, [Some("id"), Some("rest")]);
    }

    #[test]
    fn a_merge_keeps_what_it_does_not_name() {
        let mut value = json!({"a": {"b": 1, "c": 2}, "d": 3});
        merge(&mut value, json!({"a": {"b": null, "e": [1]}}));
        assert_eq!(value, json!({"a": {"c": 2, "e": [1]}, "d": 3}));
    }
}
