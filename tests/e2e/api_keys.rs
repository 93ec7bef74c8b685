//! API keys: `x-api-key`, usage plans, stages, the enabled flag (aws-facts 243).

use ringway_tests::api::{Api, keyed, merge, mock};
use ringway_tests::gateway::{Gateway, Launch};
use ringway_tests::response::Response;
use serde_json::json;

use crate::expect;

const GOOD: &str = "good-key-0123456789abcdef";
const DISABLED: &str = "disabled-key-0123456789ab";
const DEFAULTED: &str = "defaulted-key-0123456789a";
const ELSEWHERE: &str = "elsewhere-key-0123456789a";
const PLANLESS: &str = "planless-key-0123456789ab";

fn gateway() -> Gateway {
    let api =
        Api::new().route("GET", "/keyed", keyed(mock("{}"))).route("GET", "/open", mock("{}"));
    let settings = json!({
        "apis": [{"id": "petstore", "openapi": "openapi.json",
            "stages": [{"stageName": "prod"}, {"stageName": "test"}]}],
        "apiKeys": [
            {"name": "good", "value": GOOD, "enabled": true},
            {"name": "disabled", "value": DISABLED, "enabled": false},
            {"name": "defaulted", "value": DEFAULTED},
            {"name": "elsewhere", "value": ELSEWHERE, "enabled": true},
            {"name": "planless", "value": PLANLESS, "enabled": true},
        ],
        "usagePlans": [
            {"name": "prod", "apiStages": [{"apiId": "petstore", "stage": "prod"}],
                "keys": ["good", "disabled", "defaulted"]},
            {"name": "test", "apiStages": [{"apiId": "petstore", "stage": "test"}],
                "keys": ["elsewhere"]},
        ],
    });
    Launch::settings(&settings, &api).start()
}

fn with_key(gateway: &Gateway, target: &str, key: &str) -> Response {
    gateway.request("GET", target, &[("x-api-key", key)], b"")
}

#[track_caller]
fn forbidden(response: &Response) {
    expect::refusal(response, 403, "ForbiddenException", "Forbidden");
}

#[test]
fn a_key_of_a_plan_of_the_stage_passes() {
    let gateway = gateway();
    assert_eq!(with_key(&gateway, "/prod/keyed", GOOD).status, 200);
    let spelled = gateway.request("GET", "/prod/keyed", &[("X-API-Key", GOOD)], b"");
    assert_eq!(spelled.status, 200);
    assert_eq!(with_key(&gateway, "/test/keyed", ELSEWHERE).status, 200);
}

#[test]
fn every_other_key_is_forbidden_and_they_look_alike() {
    let gateway = gateway();
    forbidden(&gateway.get("/prod/keyed"));
    for key in ["", "unknown", DISABLED, DEFAULTED, ELSEWHERE, PLANLESS, &GOOD.to_uppercase()] {
        forbidden(&with_key(&gateway, "/prod/keyed", key));
    }
    forbidden(&with_key(&gateway, "/prod/keyed", &GOOD[..GOOD.len() - 1]));
    forbidden(&with_key(&gateway, "/test/keyed", GOOD));
}

#[test]
fn a_method_that_needs_no_key_does_not_look_at_it() {
    let gateway = gateway();
    assert_eq!(gateway.get("/prod/open").status, 200);
    assert_eq!(with_key(&gateway, "/prod/open", "unknown").status, 200);
}

#[test]
fn two_key_headers_are_never_taken_for_one_good_key() {
    let gateway = gateway();
    let headers = [("x-api-key", "unknown"), ("x-api-key", GOOD)];
    let response = gateway.request("GET", "/prod/keyed", &headers, b"");
    assert!([400, 403].contains(&response.status), "{response:?}");
}

#[test]
fn with_a_plain_document_there_are_no_keys_so_a_keyed_method_is_forbidden() {
    let api = Api::new().route("GET", "/keyed", keyed(mock("{}")));
    let gateway = Launch::openapi(&api).start();
    forbidden(&gateway.get("/dev/keyed"));
    forbidden(&with_key(&gateway, "/dev/keyed", GOOD));
}

/// Swagger 2.0 writes the scheme in another place; the rule is the same.
#[test]
fn a_swagger_document_asks_for_keys_too() {
    let mut document = Api::new().route("GET", "/keyed", keyed(mock("{}"))).to_value();
    let schemes = document["components"]["securitySchemes"].clone();
    let patch = json!({
        "openapi": null, "components": null,
        "swagger": "2.0", "securityDefinitions": schemes,
    });
    merge(&mut document, patch);
    let gateway = Launch::text("openapi.json", &document.to_string()).start();
    forbidden(&gateway.get("/dev/keyed"));
}
