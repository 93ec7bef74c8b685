//! The integration timeout: 50 to 29,000 ms, 504 at the configured value, raisable by the stage.

use std::time::{Duration, Instant};

use ringway_tests::api::{Api, http, http_proxy, integration, mock, settings};
use ringway_tests::gateway::{Gateway, Launch};
use ringway_tests::upstream::{Step, Upstream};
use serde_json::{Value, json};

use crate::expect;

const TIMEOUT_MS: u64 = 300;

fn timed(operation: Value, timeout_ms: u64) -> Value {
    integration(operation, json!({"timeoutInMillis": timeout_ms}))
}

#[track_caller]
fn times_out(gateway: &Gateway, target: &str) {
    let started = Instant::now();
    let response = gateway.get(target);
    let elapsed = started.elapsed();
    let message = "Endpoint request timed out";
    expect::refusal(&response, 504, "InternalServerErrorException", message);
    let least = Duration::from_millis(TIMEOUT_MS - 10);
    let most = Duration::from_secs(10);
    assert!((least..most).contains(&elapsed), "{target}: {elapsed:?}");
}

#[test]
fn a_back_end_that_is_too_slow_is_a_504_at_the_configured_time() {
    let silent = Upstream::start(|_| vec![Step::AwaitPeerClose]);
    let half = Upstream::start(|_| {
        vec![Step::Send(b"HTTP/1.1 200 OK\r\nX-A: b\r\n".to_vec()), Step::AwaitPeerClose]
    });
    let api = Api::new()
        .route("GET", "/silent", timed(http_proxy(silent.uri("/")), TIMEOUT_MS))
        .route("GET", "/half", timed(http_proxy(half.uri("/")), TIMEOUT_MS))
        .route("GET", "/mapped", timed(http("GET", silent.uri("/")), TIMEOUT_MS))
        .route("GET", "/mock", mock("{}"));
    let gateway = Launch::openapi(&api).start();
    times_out(&gateway, "/dev/silent");
    times_out(&gateway, "/dev/half");
    times_out(&gateway, "/dev/mapped");
    silent.await_peer_close();
    half.await_peer_close();
    assert_eq!(silent.request_count(), 2, "a request that timed out is not sent again");
    assert_eq!(gateway.get("/dev/mock").status, 200);
}

#[test]
fn a_client_connection_survives_a_timeout() {
    let silent = Upstream::start(|_| vec![Step::AwaitPeerClose]);
    let api = Api::new().route("GET", "/silent", timed(http_proxy(silent.uri("/")), 50)).route(
        "GET",
        "/mock",
        mock("{}"),
    );
    let gateway = Launch::openapi(&api).start();
    let mut client = gateway.client();
    for _ in 0..3 {
        assert_eq!(client.get("/dev/silent").status, 504);
        assert_eq!(client.get("/dev/mock").status, 200);
    }
}

#[test]
fn an_answer_that_stops_coming_is_broken_off_in_time() {
    let upstream = Upstream::start(|_| {
        let head = b"HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nfirst".to_vec();
        vec![Step::Send(head), Step::AwaitPeerClose]
    });
    let operation = timed(http_proxy(upstream.uri("/")), TIMEOUT_MS);
    let gateway = Launch::openapi(&Api::new().route("GET", "/pets", operation)).start();
    let mut client = gateway.client();
    client.send("GET /dev/pets HTTP/1.1\r\nHost: a\r\n\r\n");
    if let Ok(response) = client.try_response() {
        assert_eq!(response.status, 504, "half an answer was passed off as whole: {response:?}");
    }
    upstream.await_peer_close();
}

#[test]
fn timeouts_outside_of_the_bounds_are_refused_at_start() {
    for timeout_ms in [0, 49, 29_001, 900_001] {
        let operation = timed(http_proxy("http://127.0.0.1:1/"), timeout_ms);
        let refusal = Launch::openapi(&Api::new().route("GET", "/pets", operation)).fail();
        assert_eq!(refusal.code, Some(1), "{timeout_ms}: {refusal:?}");
        assert!(refusal.stderr.contains("timeoutInMillis"), "{refusal:?}");
    }
    for timeout_ms in [50, 29_000] {
        let operation = timed(http_proxy("http://127.0.0.1:1/"), timeout_ms);
        Launch::openapi(&Api::new().route("GET", "/pets", operation)).start();
    }
}

#[test]
fn a_stage_can_raise_the_longest_timeout() {
    let operation = timed(http_proxy("http://127.0.0.1:1/"), 60_000);
    let api = Api::new().route("GET", "/pets", operation);
    let stage = |limits: Value| settings(json!({"stageName": "dev", "limits": limits}));
    let raised = stage(json!({"integrationTimeoutInMillis": 60_000}));
    Launch::settings(&raised, &api).start();
    let lower = stage(json!({"integrationTimeoutInMillis": 59_999}));
    let refusal = Launch::settings(&lower, &api).fail();
    assert_eq!(refusal.code, Some(1), "{refusal:?}");
    assert!(refusal.stderr.contains("timeoutInMillis"), "{refusal:?}");
}
