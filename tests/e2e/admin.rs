//! The admin port: metrics and health.

use ringway_tests::api::{Api, http_proxy, mock, parameter, settings, validated};
use ringway_tests::gateway::{Gateway, Launch};
use ringway_tests::poll;
use ringway_tests::upstream::{Step, Upstream, json_response};
use serde_json::json;

const COUNT: &str = "ringway_count_total";
const CLIENT_ERRORS: &str = "ringway_4xx_error_total";
const SERVER_ERRORS: &str = "ringway_5xx_error_total";
const LATENCY: &str = "ringway_latency_seconds";
const INTEGRATION_LATENCY: &str = "ringway_integration_latency_seconds";

#[track_caller]
fn is(gateway: &Gateway, name: &str, value: f64) {
    let metrics = gateway.metrics();
    let found = metrics.sum(name, &[("stage", "dev")]);
    assert!((found - value).abs() < f64::EPSILON, "{name} is {found}, not {value}:\n{metrics}");
}

#[test]
fn health_answers_as_soon_as_requests_are_served() {
    let gateway = Launch::openapi(&Api::new().route("GET", "/pets", mock("{}"))).start();
    assert_eq!(gateway.admin_get("/health/live").status, 200);
    assert_eq!(gateway.admin_get("/health/ready").status, 200);
    assert_eq!(gateway.admin_get("/nothing-here").status, 404);
    assert_eq!(gateway.get("/dev/pets").status, 200);
}

#[test]
fn every_request_of_a_stage_is_counted_with_its_outcome() {
    let upstream = Upstream::start(|_| vec![Step::Send(json_response(503, "{}"))]);
    let checked = validated(parameter(mock("{}"), "query", "q", true));
    let api = Api::new().route("GET", "/mock", mock("{}")).route("GET", "/checked", checked).route(
        "GET",
        "/failing",
        http_proxy(upstream.uri("/")),
    );
    let gateway = Launch::openapi(&api).start();
    is(&gateway, COUNT, 0.0);
    for _ in 0..7 {
        assert_eq!(gateway.get("/dev/mock").status, 200);
    }
    for _ in 0..3 {
        assert_eq!(gateway.get("/dev/checked").status, 400);
        assert_eq!(gateway.get("/dev/nowhere").status, 403);
    }
    for _ in 0..2 {
        assert_eq!(gateway.get("/dev/failing").status, 503);
    }
    gateway.await_metric(COUNT, &[("stage", "dev")], 15.0);
    is(&gateway, COUNT, 15.0);
    is(&gateway, CLIENT_ERRORS, 6.0);
    is(&gateway, SERVER_ERRORS, 2.0);
    is(&gateway, &format!("{LATENCY}_count"), 15.0);
}

#[test]
fn latencies_are_histograms_in_seconds() {
    let upstream = Upstream::ok();
    let api = Api::new().route("GET", "/proxy", http_proxy(upstream.uri("/")));
    let gateway = Launch::openapi(&api).start();
    for _ in 0..10 {
        assert_eq!(gateway.get("/dev/proxy").status, 200);
    }
    for name in [LATENCY, INTEGRATION_LATENCY] {
        let dev = &[("stage", "dev")][..];
        let metrics = gateway.await_metric(&format!("{name}_count"), dev, 10.0);
        let all = [("stage", "dev"), ("le", "+Inf")];
        assert!((metrics.sum(&format!("{name}_bucket"), &all) - 10.0).abs() < f64::EPSILON);
        let sum = metrics.sum(&format!("{name}_sum"), dev);
        assert!(sum > 0.0 && sum < 60.0, "{name}_sum is {sum}");
    }
    let metrics = gateway.metrics();
    let whole = metrics.sum(&format!("{LATENCY}_sum"), &[]);
    let part = metrics.sum(&format!("{INTEGRATION_LATENCY}_sum"), &[]);
    assert!(part <= whole, "the integration took {part} of {whole}");
}

#[test]
fn the_seven_metrics_and_our_own_are_there_with_api_and_stage() {
    let stage = json!({"stageName": "dev", "cacheClusterEnabled": true, "cacheClusterSize": "0.5",
        "methodSettings": {"*/*": {"cachingEnabled": true}}});
    let api = Api::new().route("GET", "/pets", mock("{}"));
    let gateway = Launch::settings(&settings(stage), &api).start();
    for _ in 0..2 {
        assert_eq!(gateway.get("/dev/pets").status, 200);
    }
    let metrics = gateway.await_metric(COUNT, &[], 2.0);
    for name in [
        COUNT,
        CLIENT_ERRORS,
        SERVER_ERRORS,
        "ringway_cache_hit_count_total",
        "ringway_cache_miss_count_total",
        "ringway_latency_seconds_count",
        "ringway_integration_latency_seconds_count",
    ] {
        assert!(metrics.has(name), "{name} is missing:\n{metrics}");
        assert_eq!(metrics.label_values(name, "api"), ["petstore"], "{name}");
        assert_eq!(metrics.label_values(name, "stage"), ["dev"], "{name}");
    }
    for name in ["ringway_snapshot_generation", "ringway_access_log_dropped_total"] {
        assert!(metrics.has(name), "{name} is missing:\n{metrics}");
    }
    assert!(metrics.sum("ringway_snapshot_generation", &[]) >= 1.0);
}

#[test]
fn the_metrics_page_is_what_prometheus_reads() {
    let gateway = Launch::openapi(&Api::new().route("GET", "/pets", mock("{}"))).start();
    let response = gateway.admin_get("/metrics");
    assert_eq!(response.status, 200);
    let kind = response.header("content-type").expect("a type");
    let known = ["text/plain", "application/openmetrics-text"];
    assert!(known.iter().any(|known| kind.starts_with(known)), "{kind}");
    assert!(response.text().contains("# TYPE ringway_latency_seconds histogram"));
}

#[test]
fn counters_survive_a_new_snapshot() {
    let api = |body: &str| Api::new().route("GET", "/pets", mock(body));
    let gateway = Launch::openapi(&api("{}")).start();
    assert_eq!(gateway.get("/dev/pets").status, 200);
    gateway.await_metric(COUNT, &[], 1.0);
    let before = gateway.generation();
    gateway.replace_api(&api(r#"{"new":1}"#));
    poll::until_true("a new generation", || gateway.generation() > before);
    assert_eq!(gateway.get("/dev/pets").status, 200);
    gateway.await_metric(COUNT, &[], 2.0);
}
