//! Request bodies against models (aws-facts 240 to 242).

use ringway_tests::api::{Api, http, http_proxy, merge, mock};
use ringway_tests::gateway::{Gateway, Launch};
use ringway_tests::upstream::Upstream;
use serde_json::{Value, json};

const JSON: (&str, &str) = ("Content-Type", "application/json");

fn checked(mut operation: Value, model: &str) -> Value {
    let schema = json!({"$ref": format!("#/components/schemas/{model}")});
    let patch = json!({
        "requestBody": {"content": {"application/json": {"schema": schema}}},
        "x-amazon-apigateway-request-validator": "body",
    });
    merge(&mut operation, patch);
    operation
}

fn serving(operation: Value, gateway_response: Value) -> Gateway {
    let name = json!({"type": "string"});
    let of = |model: &str| json!({"$ref": format!("#/components/schemas/{model}")});
    let api = Api::new()
        .route("POST", "/people", operation)
        .with(
            "x-amazon-apigateway-request-validators",
            json!({
                "body": {"validateRequestBody": true, "validateRequestParameters": false},
            }),
        )
        .with("x-amazon-apigateway-gateway-responses", gateway_response)
        .with(
            "components",
            json!({"schemas": {
                "Person": {
                    "type": "object",
                    "properties": {"name": name, "house": of("House")},
                    "required": ["name"],
                },
                "House": {"type": "object", "properties": {"owner": of("Person")}},
            }}),
        );
    Launch::openapi(&api).start()
}

#[test]
fn a_body_that_is_not_as_its_model_says_is_a_400() {
    let gateway = serving(checked(mock("ok"), "Person"), json!({}));
    let post = |headers: &[(&str, &str)], body: &str| {
        let response = gateway.request("POST", "/dev/people", headers, body.as_bytes());
        if response.status == 400 {
            assert_eq!(response.text(), r#"{"message": "Invalid request body"}"#);
            assert_eq!(response.header("x-amzn-ErrorType"), Some("BadRequestException"));
        }
        response.status
    };
    assert_eq!(post(&[JSON], r#"{"name": "A", "house": {"owner": {"name": "B"}}}"#), 200);
    assert_eq!(post(&[JSON], r#"{"name": "A", "house": {"owner": {}}}"#), 400);
    assert_eq!(post(&[], "{}"), 400);
    assert_eq!(post(&[JSON], "{"), 400);
    assert_eq!(post(&[JSON], ""), 400);
    // A media type without a model is not checked.
    assert_eq!(post(&[("Content-Type", "text/plain")], "{\"statusCode\": 200}"), 200);
}

#[test]
fn a_gateway_response_can_say_what_is_wrong() {
    let template = r#"{"why": "$context.error.validationErrorString"}"#;
    let response = json!({"BAD_REQUEST_BODY": {"statusCode": 422, "responseTemplates": {
        "application/json": template,
    }}});
    let gateway = serving(checked(mock("ok"), "Person"), response);
    let post = |body: &[u8]| {
        let response = gateway.request("POST", "/dev/people", &[JSON], body);
        assert_eq!(response.status, 422);
        response.text()
    };
    assert_eq!(post(b"{}"), r#"{"why": "[object has missing required properties (["name"])]"}"#);
    assert_eq!(post(b"no"), r#"{"why": "[Unknown error parsing request body]"}"#);
}

#[test]
fn a_checked_body_reaches_the_back_end_unchanged() {
    let upstream = Upstream::ok();
    let body = format!(r#"{{"name": "{}"}}"#, "x".repeat(100_000));
    for operation in [http_proxy(upstream.uri("/x")), http("POST", upstream.uri("/x"))] {
        let gateway = serving(checked(operation, "Person"), json!({}));
        let mut connection = gateway.client();
        for sent in [body.as_str(), r#"{"name": "short"}"#] {
            let response = connection.exchange("POST", "/dev/people", &[JSON], sent.as_bytes());
            assert_eq!(response.status, 200, "{response:?}");
            assert_eq!(upstream.last().body, sent.as_bytes());
        }
    }
}
