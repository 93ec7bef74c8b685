//! Customised gateway responses.

use ringway_tests::api::{Api, keyed, mock, parameter, validated};
use ringway_tests::gateway::{Gateway, Launch};
use serde_json::{Value, json};

const EXTENSION: &str = "x-amazon-apigateway-gateway-responses";

fn gateway(responses: Value) -> Gateway {
    let checked = validated(parameter(mock("{}"), "query", "q", true));
    let api = Api::new()
        .route("GET", "/keyed", keyed(mock("{}")))
        .route("GET", "/checked", checked)
        .with(EXTENSION, responses);
    Launch::openapi(&api).start()
}

#[test]
fn a_customised_response_changes_status_headers_and_body() {
    let gateway = gateway(json!({"MISSING_AUTHENTICATION_TOKEN": {
        "statusCode": "404",
        "responseParameters": {"gatewayresponse.header.X-Hint": "'see /docs'"},
        "responseTemplates": {"application/json": r#"{"error":"not found"}"#},
    }}));
    let response = gateway.get("/dev/nowhere");
    assert_eq!(response.status, 404);
    assert_eq!(response.text(), r#"{"error":"not found"}"#);
    assert_eq!(response.header("X-Hint"), Some("see /docs"));
    assert_eq!(response.header("content-type"), Some("application/json"));
    crate::expect::request_ids(&response);
    // Another type keeps its default.
    assert_eq!(gateway.get("/dev/keyed").status, 403);
    assert_eq!(gateway.get("/dev/keyed").header("X-Hint"), None);
}

#[test]
fn default_4xx_customises_every_type_that_has_nothing_of_its_own() {
    let gateway = gateway(json!({
        "DEFAULT_4XX": {
            "responseParameters": {"gatewayresponse.header.Access-Control-Allow-Origin": "'*'"},
            "responseTemplates": {"application/json": r#"{"default":true}"#},
        },
        "INVALID_API_KEY": {"statusCode": "401"},
    }));
    let unknown = gateway.get("/dev/nowhere");
    assert_eq!((unknown.status, unknown.text().as_str()), (403, r#"{"default":true}"#));
    assert_eq!(unknown.header("Access-Control-Allow-Origin"), Some("*"));
    let checked = gateway.get("/dev/checked");
    assert_eq!((checked.status, checked.text().as_str()), (400, r#"{"default":true}"#));
    let keyed = gateway.get("/dev/keyed");
    assert_eq!(keyed.status, 401);
    assert_eq!(keyed.header("Access-Control-Allow-Origin"), None);
}

#[test]
fn the_message_can_be_put_into_the_body_quoted_or_bare() {
    let gateway = gateway(json!({"BAD_REQUEST_PARAMETERS": {"responseTemplates": {
        "application/json": r#"{"a":$context.error.messageString,"b":"$context.error.message"}"#,
    }}}));
    let message = "Missing required request parameters: [q]";
    assert_eq!(gateway.get("/dev/checked").json(), json!({"a": message, "b": message}));
}
