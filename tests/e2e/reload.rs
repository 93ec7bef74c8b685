//! Editing the file while it runs.

use std::fs;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;

use ringway_tests::api::{Api, http_proxy, integration, keyed, mock, settings};
use ringway_tests::gateway::{Gateway, Launch, pretty};
use ringway_tests::poll;
use ringway_tests::upstream::{Gate, Step, Upstream, json_response};
use serde_json::json;

fn version(number: usize) -> Api {
    Api::new().route("GET", "/version", mock(&format!("{{\"version\":{number}}}")))
}

fn await_version(gateway: &Gateway, number: usize) {
    poll::until_true(&format!("version {number} to be served"), || {
        gateway.get("/dev/version").json()["version"] == number
    });
}

#[test]
fn an_edit_is_served_without_dropping_a_request() {
    let gateway = Launch::openapi(&version(0)).start();
    let done = AtomicBool::new(false);
    thread::scope(|scope| {
        let clients = (0..3).map(|_| {
            scope.spawn(|| {
                let (mut client, mut latest, mut count) = (gateway.client(), 0, 0_u32);
                while !done.load(Ordering::SeqCst) {
                    let response = client.get("/dev/version");
                    if response.status == 429 {
                        continue; // the account's throttle, on a fast machine
                    }
                    assert_eq!(response.status, 200, "{response:?}");
                    let seen = response.json()["version"].as_u64().expect("a version");
                    // One connection stays on one worker, which never goes back.
                    assert!(seen >= latest, "version {seen} after {latest}");
                    latest = seen;
                    count += 1;
                }
                (latest, count)
            })
        });
        let clients = clients.collect::<Vec<_>>();
        for number in 1..=5 {
            gateway.replace_api(&version(number));
            await_version(&gateway, number);
        }
        done.store(true, Ordering::SeqCst);
        for client in clients {
            let (latest, count) = client.join().expect("no request failed");
            assert!(count > 5 && latest >= 4, "{count} requests, latest version {latest}");
        }
    });
    assert!(gateway.generation() >= 6.0);
}

#[test]
fn a_file_written_in_place_is_noticed_too() {
    let gateway = Launch::openapi(&version(1)).start();
    await_version(&gateway, 1);
    fs::write(gateway.file(), pretty(&version(2).to_value())).unwrap();
    await_version(&gateway, 2);
}

#[test]
fn a_request_in_flight_ends_on_the_api_it_began_on() {
    let gate = Gate::default();
    let at = gate.clone();
    let upstream = Upstream::start(move |_| {
        vec![Step::Wait(at.clone()), Step::Send(json_response(200, r#"{"old":true}"#))]
    });
    let gateway =
        Launch::openapi(&version(1).route("GET", "/slow", http_proxy(upstream.uri("/")))).start();
    let mut client = gateway.client();
    client.send("GET /dev/slow HTTP/1.1\r\nHost: a\r\n\r\n");
    upstream.await_requests(1);
    gateway.replace_api(&version(2));
    await_version(&gateway, 2);
    gate.open();
    assert_eq!(client.response().json()["old"], true);
    poll::until_true("the removed route to be gone", || client.get("/dev/slow").status == 403);
}

const YAML: &str = "openapi: 3.0.1
info: {title: tested, version: '1'}
paths:
  /version:
    get:
      responses: {}
      x-amazon-apigateway-integration:
        type: mock
        timeoutInMillis: 1000
        requestTemplates: {application/json: '{\"statusCode\": 200}'}
        responses:
          default:
            statusCode: '200'
            responseTemplates: {application/json: '{\"version\":1}'}
";

/// The line of `YAML` that the broken edits below are made on.
const TIMEOUT_LINE: usize = 9;

fn broken_edit(edit: &str, says: &[&str]) {
    let gateway = Launch::text("openapi.yaml", YAML).start();
    await_version(&gateway, 1);
    let before = gateway.generation();
    gateway.replace("openapi.yaml", edit);
    poll::until_true("the complaint about the broken edit", || {
        gateway.stderr().contains("openapi.yaml")
    });
    let stderr = poll::until("the whole complaint", || {
        let stderr = gateway.stderr();
        says.iter().all(|part| stderr.contains(part)).then_some(stderr)
    });
    assert!(!stderr.contains("panicked"), "{stderr}");
    assert_eq!(gateway.get("/dev/version").json()["version"], 1, "the old API serves on");
    assert!((gateway.generation() - before).abs() < f64::EPSILON);
    gateway.replace("openapi.yaml", YAML.replace("\"version\":1", "\"version\":2"));
    await_version(&gateway, 2);
}

#[test]
fn a_wrong_value_is_reported_with_file_line_and_path_and_the_old_api_serves_on() {
    let line = format!("openapi.yaml:{TIMEOUT_LINE}");
    let path = "x-amazon-apigateway-integration.timeoutInMillis";
    let wrong = YAML.replace("timeoutInMillis: 1000", "timeoutInMillis: 10");
    broken_edit(&wrong, &[&line, "/version", path]);
    let wrong = YAML.replace("timeoutInMillis: 1000", "timeoutInMillis: soon");
    broken_edit(&wrong, &[&line, "/version", path]);
}

#[test]
fn a_file_that_is_no_yaml_is_reported_with_file_and_line() {
    let wrong = YAML.replace("timeoutInMillis: 1000", "timeoutInMillis: [1000");
    broken_edit(&wrong, &["openapi.yaml:"]);
}

#[test]
fn an_empty_file_is_no_api() {
    broken_edit("", &["openapi.yaml"]);
}

#[test]
fn a_settings_file_and_the_documents_it_names_are_both_watched() {
    let stage = |name: &str| settings(json!({"stageName": name}));
    let gateway = Launch::settings(&stage("dev"), &version(1)).start();
    await_version(&gateway, 1);
    gateway.replace_api(&version(2));
    await_version(&gateway, 2);
    gateway.replace("ringway.json", pretty(&stage("prod")));
    poll::until_true("the new stage", || gateway.get("/prod/version").status == 200);
    assert_eq!(gateway.get("/dev/version").status, 403);
}

#[test]
fn a_key_that_is_disabled_in_the_file_is_refused_from_then_on() {
    let value = "alice-key-0123456789abcdef";
    let file = |enabled: bool| {
        let mut file = settings(json!({"stageName": "dev"}));
        file["apiKeys"] = json!([{"name": "alice", "value": value, "enabled": enabled}]);
        file["usagePlans"] = json!([{
            "name": "gold", "apiStages": [{"apiId": "petstore", "stage": "dev"}], "keys": ["alice"],
        }]);
        file
    };
    let api = Api::new().route("GET", "/keyed", keyed(mock("{}")));
    let gateway = Launch::settings(&file(true), &api).start();
    let mut client = gateway.client();
    let mut ask = || client.exchange("GET", "/dev/keyed", &[("x-api-key", value)], b"").status;
    assert_eq!(ask(), 200);
    gateway.replace("ringway.json", pretty(&file(false)));
    poll::until_true("the key to be refused", || ask() == 403);
}

#[test]
fn an_unsupported_integration_in_an_edit_is_named() {
    let gateway = Launch::openapi(&version(1)).start();
    let linked = integration(
        mock("{}"),
        json!({"type": "http", "httpMethod": "GET", "uri": "http://127.0.0.1/",
            "connectionType": "VPC_LINK", "connectionId": "l"}),
    );
    gateway.replace_api(&version(2).route("GET", "/link", linked));
    poll::until_true("the complaint about the link", || {
        let stderr = gateway.stderr().to_lowercase();
        stderr.contains("not yet supported") && stderr.contains("/link")
    });
    assert_eq!(gateway.get("/dev/version").json()["version"], 1);
}
