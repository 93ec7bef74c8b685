//! Which API and stage a request is for: by Host, by path, or because there is only one.

use ringway_tests::api::{Api, mock};
use ringway_tests::gateway::{Gateway, Launch, pretty};
use ringway_tests::poll;
use ringway_tests::response::Response;
use serde_json::json;

fn api(name: &str) -> Api {
    Api::new().route("GET", "/name", mock(&format!("{{\"api\":\"{name}\"}}")))
}

fn two_apis() -> Gateway {
    let settings = json!({"apis": [
        {"id": "first", "openapi": "openapi.json",
            "stages": [{"stageName": "dev"}, {"stageName": "prod"}]},
        {"id": "second", "openapi": "second.json", "stages": [{"stageName": "dev"}]},
    ]});
    let second = pretty(&api("second").to_value());
    Launch::settings(&settings, &api("first")).beside("second.json", second).start()
}

fn get(gateway: &Gateway, host: &str, target: &str) -> Response {
    gateway.request("GET", target, &[("Host", host)], b"")
}

#[test]
fn the_host_names_the_api() {
    let gateway = two_apis();
    for (host, name) in [
        ("first.execute-api.localhost", "first"),
        ("first.execute-api.localhost:8080", "first"),
        ("second.execute-api.localhost", "second"),
        ("second.execute-api.eu-west-1.localhost:80", "second"),
        ("FIRST.Execute-API.localhost", "first"),
    ] {
        let response = get(&gateway, host, "/dev/name");
        assert_eq!(response.status, 200, "{host}: {response:?}");
        assert_eq!(response.json()["api"], name, "{host}");
    }
}

#[test]
fn the_path_names_the_api_on_any_host() {
    let gateway = two_apis();
    for (target, name) in [
        ("/_aws/execute-api/first/prod/name", "first"),
        ("/_aws/execute-api/second/dev/name", "second"),
    ] {
        let response = get(&gateway, "gateway.example.com", target);
        assert_eq!(response.status, 200, "{target}: {response:?}");
        assert_eq!(response.json()["api"], name, "{target}");
    }
}

#[test]
fn with_two_apis_an_unknown_host_is_404_with_a_hint_in_the_log() {
    let gateway = two_apis();
    let response = get(&gateway, "unknown.example.com", "/dev/name");
    assert_eq!(response.status, 404, "{response:?}");
    poll::until_true("a hint about the unknown host", || {
        gateway.stderr().contains("unknown.example.com")
    });
    assert_eq!(get(&gateway, "third.execute-api.localhost", "/dev/name").status, 404);
    assert_eq!(get(&gateway, "h", "/_aws/execute-api/third/dev/name").status, 404);
}

#[test]
fn with_one_api_every_host_reaches_it() {
    let gateway = Launch::openapi(&api("only")).arg("--stage").arg("test").start();
    for host in ["localhost", "10.1.2.3:8080", "gateway.example.com"] {
        let response = get(&gateway, host, "/test/name");
        assert_eq!(response.status, 200, "{host}: {response:?}");
    }
}

#[test]
fn the_stage_defaults_to_dev_and_another_stage_is_refused() {
    let gateway = Launch::openapi(&api("only")).start();
    assert_eq!(gateway.get("/dev/name").status, 200);
    assert_eq!(gateway.get("/prod/name").status, 403);
    assert_eq!(gateway.get("/name").status, 403);
}

#[test]
fn an_absolute_target_names_the_host() {
    let gateway = two_apis();
    let target = "http://second.execute-api.localhost/dev/name";
    let response = get(&gateway, "second.execute-api.localhost", target);
    assert_eq!(response.json()["api"], "second", "{response:?}");
}
