//! MOCK (aws-facts 139, 190 to 194), with static templates.

use ringway_tests::api::{Api, integration, mock, response_headers};
use ringway_tests::curl::curl;
use ringway_tests::gateway::Launch;
use serde_json::json;

use crate::expect;

#[test]
fn a_mock_answers_with_its_template_and_the_headers_of_a_stage() {
    let api = Api::new().route("GET", "/pets", mock(r#"[{"id":1}]"#));
    let gateway = Launch::openapi(&api).start();
    let response = gateway.get("/dev/pets");
    assert_eq!((response.status, response.text().as_str()), (200, r#"[{"id":1}]"#));
    assert_eq!(response.header("content-type"), Some("application/json"));
    assert_eq!(response.header("content-length"), Some("10"));
    assert_eq!(response.header("x-amzn-ErrorType"), None);
    expect::request_ids(&response);
    let other = gateway.get("/dev/pets");
    assert_ne!(response.header("x-amzn-RequestId"), other.header("x-amzn-RequestId"));
}

/// The preflight as CDK and SAM generate it: an unquoted key, a 204, headers from literals.
#[test]
fn a_cors_preflight_works_as_cdk_emits_it() {
    let preflight = json!({
        "responses": {"204": {"description": "204 response", "headers": {
            "Access-Control-Allow-Origin": {"schema": {"type": "string"}},
            "Access-Control-Allow-Methods": {"schema": {"type": "string"}},
            "Access-Control-Allow-Headers": {"schema": {"type": "string"}},
        }}},
        "x-amazon-apigateway-integration": {
            "type": "mock",
            "requestTemplates": {"application/json": "{ statusCode: 200 }"},
            "responses": {"default": {"statusCode": "204", "responseParameters": {
                "method.response.header.Access-Control-Allow-Origin": "'*'",
                "method.response.header.Access-Control-Allow-Methods": "'OPTIONS,GET,PUT'",
                "method.response.header.Access-Control-Allow-Headers": "'Content-Type,X-Api-Key'",
            }}},
        },
    });
    let gateway = Launch::openapi(&Api::new().route("OPTIONS", "/pets", preflight)).start();
    let url = gateway.url("/dev/pets");
    let origin = ["-H", "Origin: https://shop.example.com"];
    let method = ["-H", "Access-Control-Request-Method: PUT"];
    let answer = curl(&[&["-X", "OPTIONS"][..], &origin, &method, &[&url]].concat());
    assert_eq!((answer.exit, answer.status, answer.body.as_str()), (0, 204, ""), "{answer:?}");
    let heads = answer.heads.to_lowercase();
    assert!(heads.contains("\r\naccess-control-allow-origin: *\r\n"), "{heads}");
    assert!(heads.contains("\r\naccess-control-allow-methods: options,get,put\r\n"), "{heads}");
    assert!(heads.contains("\r\naccess-control-allow-headers: content-type,x-api-key\r\n"));
}

#[test]
fn the_status_code_of_the_template_selects_the_response() {
    let response = |status: &str, body: &str| {
        let templates = json!({"application/json": body});
        json!({"statusCode": status, "responseTemplates": templates})
    };
    let responses = json!({
        "default": {"statusCode": "500"},
        "2\\d{2}": response("202", "some"),
        "404": response("410", "gone"),
    });
    let by_status = |status: &str| {
        let template = format!("{{\"statusCode\": {status}}}");
        let patch =
            json!({"requestTemplates": {"application/json": template}, "responses": responses});
        integration(mock("{}"), patch)
    };
    let api = Api::new()
        .route("GET", "/201", by_status("201"))
        .route("GET", "/404", by_status("404"))
        .route("GET", "/300", by_status("300"));
    let gateway = Launch::openapi(&api).start();
    let answer = |target: &str| {
        let response = gateway.get(target);
        (response.status, response.text())
    };
    assert_eq!(answer("/dev/201"), (202, "some".to_owned()));
    assert_eq!(answer("/dev/404"), (410, "gone".to_owned()));
    assert_eq!(answer("/dev/300").0, 500);
}

#[test]
fn the_status_code_is_read_as_leniently_as_aws_reads_it() {
    let accepted = [
        "{ statusCode: 200 }",
        r#"{statusCode: 200, "value": 'goog'}"#,
        "{'statusCode': 200, '': ''}",
        r#"{"statusCode": 200 , }"#,
        "{statusCode: 200, foo}: [ba r]}",
    ];
    let rejected =
        [r#"{"statusCode': 200 }"#, "statusCode: 200", "{statusCode: 200, {foo: [ba r]}"];
    let mut api = Api::new();
    for (kind, templates) in [("yes", &accepted[..]), ("no", &rejected[..])] {
        for (number, template) in templates.iter().enumerate() {
            let patch = json!({"requestTemplates": {"application/json": template}});
            let path = format!("/{kind}{number}");
            api = api.route("GET", &path, integration(mock("{}"), patch));
        }
    }
    let gateway = Launch::openapi(&api).start();
    for (number, template) in accepted.iter().enumerate() {
        let response = gateway.get(&format!("/dev/yes{number}"));
        assert_eq!(response.status, 200, "{template}: {response:?}");
    }
    for number in 0..rejected.len() {
        let response = gateway.get(&format!("/dev/no{number}"));
        expect::refusal(&response, 500, "InternalServerErrorException", "Internal server error");
    }
}

#[test]
fn a_media_type_without_template_is_refused_when_passthrough_is_never() {
    let never = integration(mock("{}"), json!({"passthroughBehavior": "never"}));
    let gateway = Launch::openapi(&Api::new().route("POST", "/pets", never)).start();
    let post = |headers: &[(&str, &str)]| gateway.request("POST", "/dev/pets", headers, b"x");
    let refused = post(&[("Content-Type", "text/plain")]);
    expect::refusal(&refused, 415, "BadRequestException", "Unsupported Media Type");
    assert_eq!(post(&[("Content-Type", "application/json; charset=utf-8")]).status, 200);
    // A missing Content-Type counts as application/json.
    assert_eq!(post(&[]).status, 200);
}

#[test]
fn a_mocked_authorization_header_is_remapped() {
    let headers = [("Authorization", "'secret'"), ("X-Plain", "'kept'")];
    let api = Api::new().route("GET", "/pets", response_headers(mock("{}"), &headers));
    let response = Launch::openapi(&api).start().get("/dev/pets");
    assert_eq!(response.header("x-amzn-Remapped-Authorization"), Some("secret"));
    assert_eq!(response.header("Authorization"), None);
    assert_eq!(response.header("X-Plain"), Some("kept"));
}

#[test]
fn the_body_of_a_request_to_a_mock_is_read_past() {
    let api = Api::new().route("POST", "/pets", mock(r#"{"ok":true}"#));
    let gateway = Launch::openapi(&api).start();
    let mut client = gateway.client();
    for _ in 0..3 {
        let response = client.exchange("POST", "/dev/pets", &[], b"{\"name\":\"rex\"}");
        assert_eq!(response.json()["ok"], true);
    }
}
