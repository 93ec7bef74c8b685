//! Starting: what it prints, and one clear message with exit code 1 when it cannot.

use std::env;
use std::net::TcpListener;

use ringway_tests::api::{Api, http_proxy, integration, merge, mock, settings};
use ringway_tests::certificates::Certificates;
use ringway_tests::gateway::{Launch, Refusal, pretty};
use ringway_tests::poll;
use serde_json::{Value, json};

fn api() -> Api {
    Api::new().route("GET", "/pets", mock("{}"))
}

/// Exit code 1, and a message of a few lines that names what it is about.
#[track_caller]
fn refused(refusal: &Refusal, names: &[&str]) {
    assert_eq!(refusal.code, Some(1), "{refusal:?}");
    for name in names {
        assert!(refusal.stderr.contains(name), "{name:?} is not named: {refusal:?}");
    }
    assert!(!refusal.stderr.contains("panicked"), "{refusal:?}");
    let lines = refusal.stderr.lines().filter(|line| !line.trim().is_empty()).count();
    assert!((1..=8).contains(&lines), "{lines} lines: {refusal:?}");
}

#[test]
fn it_prints_the_driver_the_workers_the_routes_the_urls_and_two_curl_lines() {
    let api = api().route("GET", "/proxied/{id}", http_proxy("http://127.0.0.1:1/"));
    let gateway = Launch::openapi(&api).start();
    let printed = poll::until("the line that says ready", || {
        let stdout = gateway.stdout();
        stdout.lines().any(|line| line.starts_with("ready:")).then_some(stdout)
    });
    if env::var("RINGWAY_DRIVER").as_deref() == Ok("epoll") {
        assert!(printed.contains("epoll"), "{printed}");
    } else {
        assert!(printed.contains("io_uring") || printed.contains("epoll"), "{printed}");
    }
    assert!(printed.contains("worker"), "{printed}");
    assert!(printed.contains("/pets") && printed.contains("/proxied/{id}"), "{printed}");
    assert!(printed.contains(&gateway.url("/dev")), "{printed}");
    let curls = printed.lines().filter(|line| line.trim_start().starts_with("curl ")).count();
    assert_eq!(curls, 2, "{printed}");
    assert!(printed.lines().next_back().is_some_and(|last| last.starts_with("ready:")));
}

#[test]
fn a_port_in_use_is_named() {
    let launch = Launch::openapi(&api());
    let held = TcpListener::bind(launch.http_addr()).unwrap();
    refused(&launch.fail(), &[&held.local_addr().unwrap().to_string()]);
    let launch = Launch::openapi(&api());
    let held = TcpListener::bind(launch.admin_addr()).unwrap();
    refused(&launch.fail(), &[&held.local_addr().unwrap().to_string()]);
}

/// SO_REUSEPORT would let both listen, and each would get some of the requests.
#[test]
fn a_second_gateway_on_the_same_port_is_refused() {
    let first = Launch::openapi(&api()).start();
    let second = Launch::openapi(&api()).http_on(first.http());
    refused(&second.fail(), &[&first.http().to_string()]);
    for _ in 0..20 {
        assert_eq!(first.get("/dev/pets").status, 200);
    }
}

#[test]
fn a_missing_or_foreign_certificate_is_named() {
    let certificates = Certificates::make();
    let (certificate, key) = (certificates.certificate(), certificates.key());
    let launch = Launch::openapi(&api());
    let missing = launch.path("missing.pem");
    refused(&launch.https(&missing, &key).fail(), &["missing.pem"]);
    let launch = Launch::openapi(&api());
    let missing = launch.path("missing.key");
    refused(&launch.https(&certificate, &missing).fail(), &["missing.key"]);
    let launch = Launch::openapi(&api()).beside("text.pem", "no certificate");
    let text = launch.path("text.pem");
    refused(&launch.https(&text, &key).fail(), &["text.pem"]);
    let other = Certificates::make();
    let launch = Launch::openapi(&api()).https(&certificate, &other.key());
    assert_eq!(launch.fail().code, Some(1));
}

#[test]
fn a_file_that_is_missing_or_unreadable_is_named() {
    refused(&Launch::openapi(&api()).on_file("no-such-file.yaml").fail(), &["no-such-file.yaml"]);
    let launch = Launch::openapi(&api());
    let directory = launch.path("");
    assert_eq!(launch.on_file(directory).fail().code, Some(1));
    refused(&Launch::text("binary.yaml", "\0\u{1}\u{2}").fail(), &["binary.yaml"]);
    refused(&Launch::text("list.yaml", "- a\n- b\n").fail(), &["list.yaml"]);
    refused(&Launch::text("empty.json", "").fail(), &["empty.json"]);
    refused(&Launch::text("half.json", "{\"openapi\": \"3.0.1\",").fail(), &["half.json"]);
}

#[test]
fn an_unknown_version_of_openapi_is_named() {
    for (member, version) in [("openapi", "4.0.0"), ("openapi", "2.0"), ("swagger", "1.2")] {
        let mut document = api().to_value();
        merge(&mut document, json!({"openapi": null}));
        merge(&mut document, json!({member: version}));
        refused(&Launch::text("openapi.json", &pretty(&document)).fail(), &[version]);
    }
}

#[test]
fn integrations_through_a_vpc_link_are_not_yet_supported() {
    let patch = json!({"type": "http", "httpMethod": "GET", "uri": "http://127.0.0.1/",
        "connectionType": "VPC_LINK", "connectionId": "l"});
    let api = Api::new().route("GET", "/link", integration(mock("{}"), patch));
    refused(&Launch::openapi(&api).fail(), &["not yet supported", "/link"]);
}

fn with_settings(patch: Value) -> Refusal {
    let mut file = settings(json!({"stageName": "dev"}));
    merge(&mut file, patch);
    Launch::settings(&file, &api()).fail()
}

#[test]
fn an_unknown_settings_key_is_named_with_its_place() {
    refused(&with_settings(json!({"acount": {}})), &["ringway.json", "acount"]);
    refused(&with_settings(json!({"account": {"throttle": {}}})), &["throttle", "account"]);
    let stage = json!({"stageName": "dev", "cachClusterEnabled": true});
    let refusal = Launch::settings(&settings(stage), &api()).fail();
    refused(&refusal, &["ringway.json", "cachClusterEnabled"]);
}

#[test]
fn settings_that_cannot_work_are_refused() {
    let key = |value: &str| json!({"apiKeys": [{"name": "a", "value": value, "enabled": true}]});
    refused(&with_settings(key("short")), &["apiKeys"]);
    let good = "alice-key-0123456789abcdef";
    let twice = json!({"apiKeys": [
        {"name": "a", "value": good, "enabled": true},
        {"name": "b", "value": good, "enabled": true},
    ]});
    assert_eq!(with_settings(twice).code, Some(1));
    let plan = |plan: Value| json!({"usagePlans": [plan]});
    refused(&with_settings(plan(json!({"name": "p", "keys": ["nobody"]}))), &["nobody"]);
    let stage = json!({"apiId": "petstore", "stage": "nowhere"});
    refused(&with_settings(plan(json!({"name": "p", "apiStages": [stage]}))), &["nowhere"]);
    let api = json!({"apiId": "stranger", "stage": "dev"});
    refused(&with_settings(plan(json!({"name": "p", "apiStages": [api]}))), &["stranger"]);
    let missing =
        json!({"apis": [{"id": "a", "openapi": "gone.yaml", "stages": [{"stageName": "dev"}]}]});
    refused(&with_settings(missing), &["gone.yaml"]);
}

#[test]
fn a_quota_is_kept_and_said_not_to_be_enforced_yet() {
    let mut file = settings(json!({"stageName": "dev"}));
    file["usagePlans"] = json!([{
        "name": "gold",
        "quota": {"limit": 1000, "period": "DAY"},
        "apiStages": [{"apiId": "petstore", "stage": "dev"}],
    }]);
    let gateway = Launch::settings(&file, &api()).start();
    poll::until_true("the notice about the quota of gold", || {
        let printed = format!("{}{}", gateway.stdout(), gateway.stderr()).to_lowercase();
        printed.lines().any(|line| line.contains("quota") && line.contains("gold"))
    });
}

#[test]
fn flags_that_make_no_sense_are_refused() {
    for arguments in [&["--workers", "0"][..], &["--http", "nowhere"], &["--no-such-flag"]] {
        let launch = Launch::openapi(&api());
        let refusal = arguments.iter().fold(launch, |launch, one| launch.arg(*one)).fail();
        assert!(matches!(refusal.code, Some(1 | 2)), "{arguments:?}: {refusal:?}");
    }
}
