//! TestInvokeMethod and FlushStageCache: what the management API asks of the workers.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

use ringway_tests::api::{
    Api, http, http_proxy, integration, keyed, merge, mock, parameter, response_headers, validated,
};
use ringway_tests::gateway::{Gateway, Launch};
use ringway_tests::poll;
use ringway_tests::raw::Client;
use ringway_tests::upstream::{Gate, Step, Upstream, json_response, response_bytes};
use serde_json::{Value, json};

/// A gateway with an API of its own, and another one that nobody deployed.
struct Bench {
    gateway: Gateway,
    api: String,
    resources: Value,
}

impl Bench {
    fn of(api: &Api) -> Self {
        let gateway = Launch::openapi(&Api::new().route("GET", "/up", mock("{}"))).start();
        let imported = gateway.manage("POST", "/restapis?mode=import", &api.to_value(), 201);
        let api = imported["id"].as_str().expect("an id").to_owned();
        let target = format!("/restapis/{api}/resources");
        let resources = gateway.manage("GET", &target, &Value::Null, 200);
        Self { gateway, api, resources }
    }

    fn target(&self, path: &str, verb: &str) -> String {
        let items = self.resources["items"].as_array();
        let items = items.or_else(|| self.resources["item"].as_array()).expect("resources");
        let found = items.iter().find(|resource| resource["path"] == path);
        let id = found.expect("the resource")["id"].as_str().expect("an id");
        format!("/restapis/{}/resources/{id}/methods/{verb}", self.api)
    }

    fn test(&self, path: &str, verb: &str, given: &Value) -> Value {
        self.gateway.manage("POST", &self.target(path, verb), given, 200)
    }
}

/// The lines of a log without their dates, and without what differs from test to test.
#[track_caller]
fn lines(answer: &Value) -> Vec<String> {
    let log = answer["log"].as_str().expect("a log");
    let mut lines = log.split('\n');
    let first = lines.next().expect("a line");
    let id = first.strip_prefix("Execution log for request ").expect("the first line");
    let undated = lines.map(|line| {
        let Some((date, text)) = line.split_once(" : ") else { return line.to_owned() };
        assert!(date.len() == 28 && date.contains(" UTC 2"), "{line}");
        text.replace(id, "ID")
    });
    undated.collect()
}

#[track_caller]
fn has_lines(answer: &Value, expect: &[&str]) {
    let lines = lines(answer);
    let mut rest = lines.iter();
    for line in expect {
        assert!(rest.any(|own| own == line), "{line} is missing or out of order in {lines:#?}");
    }
}

#[track_caller]
fn failed(answer: &Value, status: u16, expect: &[&str]) {
    assert_eq!(answer["status"], status, "{answer:#}");
    assert!(answer["headers"].get("Content-Type").is_none(), "{answer:#}");
    has_lines(answer, expect);
    has_lines(answer, &[&format!("Method completed with status: {status}")]);
    assert!(!answer["log"].as_str().is_some_and(|log| log.contains("Successfully")), "{answer:#}");
}

#[test]
fn a_mock_answers_with_the_log_recorded_from_aws() {
    let path = "/pets/{petId}";
    let bench = Bench::of(&Api::new().route("POST", path, mock("{\"a\": 1}")));
    let check = |given: Value, resource: &str, path: &str, query: &str, body: &str| {
        let answer = bench.test("/pets/{petId}", "POST", &given);
        assert_eq!(answer["status"], 200, "{answer:#}");
        assert_eq!(answer["body"], "{\"a\": 1}");
        assert_eq!(answer["headers"], json!({"Content-Type": "application/json"}));
        assert_eq!(answer["multiValueHeaders"], json!({"Content-Type": ["application/json"]}));
        assert!(answer["latency"].is_u64());
        let expect = [
            "Starting execution for request: ID",
            &format!("HTTP Method: POST, Resource Path: {resource}"),
            &format!("Method request path: {path}"),
            &format!("Method request query string: {query}"),
            "Method request headers: {}",
            &format!("Method request body before transformations: {body}"),
            "Method response body after transformations: {\"a\": 1}",
            "Method response headers: {Content-Type=application/json}",
            "Successfully completed execution",
            "Method completed with status: 200",
            "",
        ];
        assert_eq!(lines(&answer), expect);
    };
    let with = |path: &str| json!({"pathWithQueryString": path});
    check(with("/pets/123"), "/pets/123", "{petId=123}", "{}", "");
    check(with("/pets/123?foo=bar"), "/pets/123", "{petId=123}", "{foo=bar}", "");
    check(with("/random/test"), "/random/test", "{}", "{}", "");
    check(json!({}), "/pets/{petId}", "{petId={petId}}", "{}", "");
    let body = "{\"foo\": \"bar\"}";
    let given = json!({"pathWithQueryString": "/pets/1", "body": body});
    check(given, "/pets/1", "{petId=1}", "{}", body);
}

#[test]
fn a_back_end_is_called_and_said_with_its_answer() {
    let upstream = Upstream::start(|received| {
        let headers = [("Content-Type", "application/json"), ("X-Back", "end")];
        let body = format!("{{\"got\":\"{}\"}}", received.target);
        vec![Step::Send(response_bytes(200, &headers, body.as_bytes()))]
    });
    let uri = upstream.uri("/v/${stageVariables.kind}");
    let operation = parameter(http("POST", &uri), "header", "X-Secret", false);
    let operation =
        response_headers(operation, &[("X-Mapped", "integration.response.header.X-Back")]);
    let bench = Bench::of(&Api::new().route("POST", "/pets", operation));
    let given = json!({
        "pathWithQueryString": "/pets?a=1", "body": "{\"b\":2}",
        "headers": {"X-Given": "one", "x-api-key": "abcdefghijklmnopqrstuvwx"},
        "multiValueHeaders": {"X-Given": ["one", "two"]}, "stageVariables": {"kind": "cats"},
    });
    let answer = bench.test("/pets", "POST", &given);
    assert_eq!(answer["status"], 200, "{answer:#}");
    assert_eq!(answer["body"], "{\"got\":\"/v/cats\"}");
    assert_eq!(answer["headers"]["X-Mapped"], "end");
    assert!(answer["headers"].get("Date").is_none(), "{answer:#}");
    let uri = upstream.uri("/v/cats");
    has_lines(
        &answer,
        &[
            "Method request headers: {X-Given=one,two, x-api-key=******************stuvwx}",
            &format!("Endpoint request URI: {uri}"),
            "Endpoint request body after transformations: {\"b\":2}",
            &format!("Sending request to {uri}"),
            "Endpoint response body before transformations: {\"got\":\"/v/cats\"}",
            "Method response body after transformations: {\"got\":\"/v/cats\"}",
            "Successfully completed execution",
        ],
    );
    let log = answer["log"].as_str().unwrap_or_default();
    assert!(log.contains("Received response. Status: 200, Integration latency: "), "{log}");
    assert!(log.contains("Endpoint response headers: {"), "{log}");
    let received = upstream.last();
    assert_eq!((received.method.as_str(), &*received.body), ("POST", &b"{\"b\":2}"[..]));
}

#[test]
fn a_test_needs_no_key_and_is_not_counted() {
    let bench = Bench::of(&Api::new().route("GET", "/pets", keyed(mock("{}"))));
    assert_eq!(bench.test("/pets", "GET", &json!({}))["status"], 200);
    assert_eq!(bench.gateway.get("/dev/up").status, 200);
    let metrics = bench.gateway.await_metric("ringway_count_total", &[], 1.0);
    assert_eq!(metrics.label_values("ringway_count_total", "stage"), ["dev"]);
    assert!((metrics.sum("ringway_count_total", &[]) - 1.0).abs() < f64::EPSILON, "{metrics}");
}

#[test]
fn a_back_end_without_an_address_is_an_invalid_endpoint() {
    let line = "Execution failed due to configuration error: Invalid endpoint address";
    let api = Api::new()
        .route("GET", "/unset", http("GET", "http://${stageVariables.host}/"))
        .route("GET", "/unknown", http_proxy("http://no-such-host.invalid/"));
    let bench = Bench::of(&api);
    let unset = bench.test("/unset", "GET", &json!({"pathWithQueryString": "/"}));
    failed(&unset, 500, &[line]);
    assert_eq!(unset["body"], "{\"message\": \"Internal server error\"}");
    let error = "InternalServerErrorException";
    assert_eq!(unset["headers"], json!({"x-amzn-ErrorType": error}));
    assert_eq!(unset["multiValueHeaders"], json!({"x-amzn-ErrorType": [error]}));
    assert_eq!(lines(&unset).len(), 9, "{unset:#}");
    let unknown = bench.test("/unknown", "GET", &json!({}));
    failed(&unknown, 500, &["Sending request to http://no-such-host.invalid/", line]);
}

#[test]
fn a_back_end_that_fails_is_said() {
    let silent = Upstream::start(|_| vec![Step::AwaitPeerClose]);
    let half = Upstream::start(|_| {
        let half = b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nabc";
        vec![Step::Send(half.to_vec()), Step::AwaitPeerClose]
    });
    let closing = Upstream::start(|_| vec![Step::Close]);
    let teapot = Upstream::start(|_| vec![Step::Send(json_response(418, "{}"))]);
    let timed = |uri: String| integration(http_proxy(uri), json!({"timeoutInMillis": 200}));
    let only = integration(
        http("GET", teapot.uri("/")),
        json!({"responses": {"default": null, "200": {"statusCode": "200"}}}),
    );
    let bench = Bench::of(
        &Api::new()
            .route("GET", "/silent", timed(silent.uri("/")))
            .route("GET", "/half", timed(half.uri("/")))
            .route("GET", "/closing", http_proxy(closing.uri("/")))
            .route("GET", "/teapot", only),
    );
    let timeout = "Execution failed due to a timeout error";
    failed(&bench.test("/silent", "GET", &json!({})), 504, &[timeout]);
    failed(&bench.test("/half", "GET", &json!({})), 504, &[timeout]);
    let network = "Execution failed due to a network error communicating with endpoint";
    failed(&bench.test("/closing", "GET", &json!({})), 504, &[network]);
    let no_match = "Execution failed due to configuration error: No match for output mapping and \
                    no default output mapping configured. Endpoint Response Status Code: 418";
    failed(&bench.test("/teapot", "GET", &json!({})), 500, &[no_match]);
}

#[test]
fn a_missing_parameter_fails_validation() {
    let operation = validated(parameter(mock("{}"), "query", "q", true));
    let bench = Bench::of(&Api::new().route("GET", "/pets", operation));
    let line = "Request failed validation: Missing required request parameters: [q]";
    failed(&bench.test("/pets", "GET", &json!({})), 400, &[line]);
    let given = json!({"pathWithQueryString": "/pets?q=1"});
    assert_eq!(bench.test("/pets", "GET", &given)["status"], 200);
}

#[test]
fn a_body_that_does_not_match_its_model_is_said_as_aws_says_it() {
    let patch = json!({
        "requestBody": {"content": {"application/json": {"schema":
            {"$ref": "#/components/schemas/Person"}}}},
        "x-amazon-apigateway-request-validator": "body",
    });
    let mut operation = mock("{}");
    merge(&mut operation, patch);
    let validators =
        json!({"body": {"validateRequestBody": true, "validateRequestParameters": false}});
    let person = json!({"type": "object", "required": ["email"]});
    let api = Api::new()
        .route("POST", "/people", operation)
        .with("x-amazon-apigateway-request-validators", validators)
        .with("components", json!({"schemas": {"Person": person}}));
    let bench = Bench::of(&api);
    let check = |body: &str, errors: &str| {
        let line = format!(
            "Request body does not match model schema for content type application/json: {errors}"
        );
        failed(&bench.test("/people", "POST", &json!({"body": body})), 400, &[&line]);
    };
    check("{}", r#"[object has missing required properties (["email"])]"#);
    check("no JSON", "[Unknown error parsing request body]");
    assert_eq!(bench.test("/people", "POST", &json!({"body": r#"{"email":1}"#}))["status"], 200);
}

#[test]
fn a_template_that_fails_is_said_with_line_column_reference_and_type() {
    let check = |template: &str, expect: &str| {
        let patch = json!({"requestTemplates": {"application/json": template}});
        let bench = Bench::of(&Api::new().route("POST", "/t", integration(mock("{}"), patch)));
        let body = r#"{"a": {"b": "short"}}"#;
        let answer = bench.test("/t", "POST", &json!({"body": body}));
        failed(&answer, 500, &[]);
        let log = answer["log"].as_str().unwrap_or_default();
        let start = "Execution failed due to configuration error: a mapping template failed: ";
        assert!(log.contains(&format!("{start}{expect}")), "{log}");
    };
    check(
        "{\n  #set($x = $input.path('$.a').b.substring(9))}",
        "StringIndexOutOfBoundsException in substring, in $input.path('$.a').b.substring(9) on a \
         value of type String at line 2, column 13",
    );
    check(
        "#foreach($i in [1..3])#set($x = $ringway.parseXml('<a'))#end",
        "parseXml: tag not closed: `>` not found before end of input (XML line 1, column 1), in \
         $ringway.parseXml('<a') on a value of type object at line 1, column 33",
    );
}

#[test]
fn a_selection_pattern_that_gives_up_is_said() {
    // A status has three digits to go back over: so each of forty steps has two ways of its own.
    let slow = "(?:(?=2)|(?!3)){40}x";
    let patch = json!({"responses": {
        "default": {"statusCode": "200"},
        slow: {"statusCode": "400"},
    }});
    let bench = Bench::of(&Api::new().route("GET", "/t", integration(mock("{}"), patch)));
    let answer = bench.test("/t", "GET", &json!({}));
    assert_eq!(answer["status"], 200, "{answer:#}");
    let log = answer["log"].as_str().unwrap_or_default();
    assert!(log.contains("counts as one that does not match"), "{log}");
}

#[test]
fn a_mock_that_nothing_answers_is_said() {
    let mut operation = mock("{}");
    operation["x-amazon-apigateway-integration"]["responses"] =
        json!({"4..": {"statusCode": "400"}});
    let bench = Bench::of(&Api::new().route("GET", "/t", operation));
    let line = "Execution failed due to configuration error: No match for output mapping and no \
                default output mapping configured. Endpoint Response Status Code: 200";
    failed(&bench.test("/t", "GET", &json!({})), 500, &[line]);
}

#[test]
fn a_media_type_that_may_not_pass_is_said() {
    let patch = json!({"passthroughBehavior": "never", "requestTemplates": {"text/x": "x"}});
    let upstream = Upstream::ok();
    let operation = integration(http("POST", upstream.uri("/")), patch);
    let bench = Bench::of(&Api::new().route("POST", "/t", operation));
    let answer = bench.test("/t", "POST", &json!({"body": "{}"}));
    failed(&answer, 415, &["Execution failed: Unsupported Media Type"]);
}

#[test]
fn a_definition_that_cannot_run_is_a_failed_execution() {
    let broken = integration(
        http_proxy("http://127.0.0.1/"),
        json!({"connectionType": "VPC_LINK",
        "connectionId": "abc123"}),
    );
    let bench = Bench::of(&Api::new().route("GET", "/pets", broken));
    let answer = bench.test("/pets", "GET", &json!({}));
    failed(&answer, 500, &[]);
    let log = answer["log"].as_str().unwrap_or_default();
    assert!(log.contains("Execution failed due to configuration error: $"), "{log}");
    assert!(log.contains("VPC links are not yet supported"), "{log}");
}

#[test]
fn what_is_not_there_is_404_and_what_cannot_be_sent_400() {
    let bench = Bench::of(&Api::new().route("GET", "/pets", mock("{}")));
    let refused = |target: &str, given: Value, status: u16, message: &str| {
        let answer = bench.gateway.manage("POST", target, &given, status);
        assert!(answer["message"].as_str().is_some_and(|m| m.starts_with(message)), "{answer}");
    };
    let target = bench.target("/pets", "GET");
    let method = "Invalid Method identifier specified";
    refused(&bench.target("/pets", "POST"), json!({}), 404, method);
    let resource = "Invalid Resource identifier specified";
    let other = format!("/restapis/{}/resources/abc123/methods/GET", bench.api);
    refused(&other, json!({}), 404, resource);
    refused(&target.replace(&bench.api, "abc1234567"), json!({}), 404, resource);
    let header = json!({"headers": {"X": "a\r\nY: b"}});
    refused(&target, header, 400, "Invalid header specified: X");
    let long = json!({"pathWithQueryString": format!("/{}", "a".repeat(20_000))});
    refused(&target, long, 400, "Invalid request specified");
}

#[test]
fn a_large_answer_is_taken_up_to_the_bound() {
    let upstream = Upstream::start(|received| {
        let mebibytes = if received.path() == "/most" { 2 } else { 11 };
        vec![Step::Send(response_bytes(200, &[], &vec![b'x'; mebibytes << 20]))]
    });
    let bench =
        Bench::of(&Api::new().route("GET", "/most", http_proxy(upstream.uri("/most"))).route(
            "GET",
            "/more",
            http_proxy(upstream.uri("/more")),
        ));
    let most = bench.test("/most", "GET", &json!({}));
    assert_eq!(most["body"].as_str().map(str::len), Some(2 << 20));
    assert!(most["log"].as_str().is_some_and(|log| log.len() < 8_192), "logs are cut");
    let large = "Execution failed due to configuration error: the response of the back end is too \
                 large for a test";
    failed(&bench.test("/more", "GET", &json!({})), 500, &[large]);
}

#[test]
fn while_a_test_waits_other_calls_go_on() {
    let gate = Gate::default();
    let at = gate.clone();
    let upstream = Upstream::start(move |_| {
        vec![Step::Wait(at.clone()), Step::Send(json_response(200, "{}"))]
    });
    let bench = Bench::of(&Api::new().route("GET", "/pets", http_proxy(upstream.uri("/"))));
    thread::scope(|scope| {
        let waiting = scope.spawn(|| bench.test("/pets", "GET", &json!({})));
        upstream.await_requests(1);
        let body = json!({"name": "meanwhile"});
        bench.gateway.manage("POST", "/restapis", &body, 201);
        assert!(!waiting.is_finished());
        gate.open();
        let answer = waiting.join().expect("an answer");
        assert_eq!(answer["status"], 200, "{answer:#}");
    });
}

#[test]
fn a_flushed_cache_is_filled_anew() {
    let count = AtomicUsize::new(0);
    let upstream = Upstream::start(move |_| {
        let number = count.fetch_add(1, Ordering::SeqCst);
        vec![Step::Send(json_response(200, &number.to_string()))]
    });
    let bench = Bench::of(&Api::new().route("GET", "/pets", http_proxy(upstream.uri("/"))));
    let Bench { gateway, api, .. } = &bench;
    let deployment = json!({"stageName": "dev", "cacheClusterEnabled": true,
        "cacheClusterSize": "0.5"});
    gateway.manage("POST", &format!("/restapis/{api}/deployments"), &deployment, 201);
    let stage = format!("/restapis/{api}/stages/dev");
    let caching = json!({"patchOperations": [
        {"op": "replace", "path": "/*/*/caching/enabled", "value": "true"}]});
    gateway.manage("PATCH", &stage, &caching, 200);
    let pets = format!("/_aws/execute-api/{api}/dev/pets");
    let body = || gateway.get(&pets).text();
    // A worker may still serve the stage as it was deployed.
    poll::until_true("cached answers", || body() == body());
    let kept = body();
    assert_eq!(body(), kept);
    let flush = format!("{stage}/cache/data");
    let answer = Client::connect(gateway.admin()).exchange("DELETE", &flush, &[], b"");
    assert_eq!(answer.status, 202);
    poll::until_true("an answer from the back end", || body() != kept);
    let next = body();
    assert_eq!(body(), next, "and it is cached again");
}
