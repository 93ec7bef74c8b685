//! The response cache of a stage: keys, time to live, one fill at a time.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use ringway_tests::api::{Api, http, http_proxy, integration, mapped, parameter, settings};
use ringway_tests::gateway::{Gateway, Launch};
use ringway_tests::poll;
use ringway_tests::raw::request_bytes;
use ringway_tests::upstream::{Gate, Step, Upstream, json_response, response_bytes};
use serde_json::{Value, json};

/// Answers with the number of the request, so that an answer from the cache shows.
fn counting() -> Upstream {
    let count = AtomicUsize::new(0);
    Upstream::start(move |_| {
        let number = count.fetch_add(1, Ordering::SeqCst);
        vec![Step::Send(json_response(200, &format!("{{\"n\":{number}}}")))]
    })
}

fn cached(method_settings: Value) -> Value {
    settings(json!({
        "stageName": "dev",
        "cacheClusterEnabled": true,
        "cacheClusterSize": "0.5",
        "methodSettings": method_settings,
    }))
}

fn all(ttl_seconds: u32) -> Value {
    cached(json!({"*/*": {"cachingEnabled": true, "cacheTtlInSeconds": ttl_seconds}}))
}

/// A method keyed by the query parameter `q` and the header `X-Tenant`.
fn keyed_by(operation: Value) -> Value {
    let operation = parameter(operation, "query", "q", false);
    let operation = parameter(operation, "header", "X-Tenant", false);
    integration(
        operation,
        json!({"cacheKeyParameters": [
            "method.request.querystring.q", "method.request.header.X-Tenant",
        ]}),
    )
}

fn serving(file: &Value, operation: Value) -> Gateway {
    Launch::settings(file, &Api::new().route("GET", "/pets", operation)).start()
}

#[track_caller]
fn answers(gateway: &Gateway, target: &str, number: usize) {
    let response = gateway.get(target);
    assert_eq!(response.status, 200, "{target}: {response:?}");
    assert_eq!(response.json()["n"], number, "{target}: {response:?}");
}

#[test]
fn the_second_answer_comes_from_the_cache() {
    let upstream = counting();
    for operation in [http_proxy(upstream.uri("/")), http("GET", upstream.uri("/"))] {
        let before = upstream.request_count();
        let gateway = serving(&all(300), operation);
        for _ in 0..20 {
            answers(&gateway, "/dev/pets", before);
        }
        assert_eq!(upstream.request_count(), before + 1);
        let dev = [("stage", "dev")];
        let metrics = gateway.await_metric("ringway_cache_hit_count_total", &dev, 19.0);
        let sum = |name: &str| metrics.sum(name, &dev);
        assert!((sum("ringway_cache_hit_count_total") - 19.0).abs() < f64::EPSILON);
        assert!((sum("ringway_cache_miss_count_total") - 1.0).abs() < f64::EPSILON);
    }
}

#[test]
fn a_cached_answer_is_the_answer_with_a_request_id_of_its_own() {
    let upstream = Upstream::start(|_| {
        let headers = [("Content-Type", "text/csv"), ("X-Custom", "kept"), ("Set-Cookie", "a=1")];
        vec![Step::Send(response_bytes(200, &headers, b"a,b"))]
    });
    let gateway = serving(&all(300), http_proxy(upstream.uri("/")));
    let (first, second) = (gateway.get("/dev/pets"), gateway.get("/dev/pets"));
    assert_eq!(upstream.request_count(), 1);
    for name in ["Content-Type", "X-Custom"] {
        assert_eq!(second.header(name), first.header(name), "{name} in {second:?}");
    }
    assert_eq!((second.status, second.text().as_str()), (200, "a,b"));
    assert_ne!(second.header("x-amzn-RequestId"), first.header("x-amzn-RequestId"));
    crate::expect::request_ids(&second);
}

#[test]
fn only_declared_parameters_make_the_key() {
    let upstream = counting();
    let gateway = serving(&all(300), keyed_by(http_proxy(upstream.uri("/"))));
    answers(&gateway, "/dev/pets?q=a", 0);
    answers(&gateway, "/dev/pets?q=b", 1);
    answers(&gateway, "/dev/pets", 2);
    answers(&gateway, "/dev/pets?q=a&other=1", 0);
    answers(&gateway, "/dev/pets?other=1&q=b", 1);
    answers(&gateway, "/dev/pets?other=2", 2);
    let tenant = |name: &str| {
        let headers = [("X-Tenant", name)];
        gateway.request("GET", "/dev/pets?q=a", &headers, b"").json()["n"].clone()
    };
    assert_eq!((tenant("one"), tenant("two"), tenant("one")), (3.into(), 4.into(), 3.into()));
}

#[test]
fn keys_that_look_alike_stay_apart() {
    let upstream = counting();
    let gateway = serving(&all(300), keyed_by(http_proxy(upstream.uri("/"))));
    let ask = |target: &str, tenant: &str| {
        let response = gateway.request("GET", target, &[("X-Tenant", tenant)], b"");
        response.json()["n"].as_u64().expect("a number")
    };
    let mut seen = vec![
        ask("/dev/pets?q=ab", "c"),
        ask("/dev/pets?q=a", "bc"),
        ask("/dev/pets?q=", "abc"),
        ask("/dev/pets", "abc"),
        ask("/dev/pets?q=abc", ""),
    ];
    seen.sort_unstable();
    seen.dedup();
    assert_eq!(seen.len(), 5, "two of five different keys shared an answer");
}

#[test]
fn path_parameters_in_the_key_keep_resources_apart() {
    let upstream = counting();
    let operation =
        mapped(http_proxy(upstream.uri("/{id}")), &[("path.id", "method.request.path.id")]);
    let key = json!({"cacheKeyParameters": ["method.request.path.id"]});
    let api = Api::new()
        .route("GET", "/pets/{id}", integration(operation.clone(), key.clone()))
        .route("GET", "/dogs/{id}", integration(operation, key));
    let gateway = Launch::settings(&all(300), &api).start();
    answers(&gateway, "/dev/pets/1", 0);
    answers(&gateway, "/dev/pets/2", 1);
    answers(&gateway, "/dev/dogs/1", 2);
    answers(&gateway, "/dev/pets/1", 0);
    answers(&gateway, "/dev/dogs/1", 2);
}

#[test]
fn stages_do_not_share_answers() {
    let upstream = counting();
    let mut file = all(300);
    let mut other = file["apis"][0]["stages"][0].clone();
    other["stageName"] = json!("prod");
    file["apis"][0]["stages"].as_array_mut().unwrap().push(other);
    let gateway = serving(&file, http_proxy(upstream.uri("/")));
    answers(&gateway, "/dev/pets", 0);
    answers(&gateway, "/prod/pets", 1);
    answers(&gateway, "/dev/pets", 0);
}

#[test]
fn only_get_is_cached_unless_a_method_says_otherwise() {
    let upstream = counting();
    let api = Api::new().route("POST", "/pets", http_proxy(upstream.uri("/")));
    let gateway = Launch::settings(&all(300), &api).start();
    for number in 0..3 {
        let response = gateway.request("POST", "/dev/pets", &[], b"{}");
        assert_eq!(response.json()["n"], number, "{response:?}");
    }
}

/// `*/*` covers the methods that are GET, not the GETs that an ANY method takes.
#[test]
fn an_any_method_is_not_cached_by_the_setting_for_all() {
    let upstream = counting();
    let api = Api::new().route("ANY", "/any", http_proxy(upstream.uri("/"))).route(
        "GET",
        "/get",
        http_proxy(upstream.uri("/")),
    );
    let gateway = Launch::settings(&all(300), &api).start();
    answers(&gateway, "/dev/any", 0);
    answers(&gateway, "/dev/any", 1);
    answers(&gateway, "/dev/get", 2);
    answers(&gateway, "/dev/get", 2);
}

#[test]
fn an_answer_is_fetched_anew_after_its_time_to_live() {
    let upstream = counting();
    let gateway = serving(&all(1), http_proxy(upstream.uri("/")));
    let started = Instant::now();
    answers(&gateway, "/dev/pets", 0);
    let fresh = poll::until("the answer to be fetched anew", || {
        (gateway.get("/dev/pets").json()["n"] == 1).then(|| started.elapsed())
    });
    assert!(fresh >= Duration::from_millis(990), "fetched anew after {fresh:?}, not 1 s");
}

#[test]
fn a_time_to_live_of_zero_caches_nothing() {
    let upstream = counting();
    let gateway = serving(&all(0), http_proxy(upstream.uri("/")));
    for number in 0..3 {
        answers(&gateway, "/dev/pets", number);
    }
}

#[test]
fn caching_needs_both_the_stage_and_the_method() {
    let upstream = counting();
    let mut off = all(300);
    off["apis"][0]["stages"][0]["cacheClusterEnabled"] = json!(false);
    let gateway = serving(&off, http_proxy(upstream.uri("/")));
    answers(&gateway, "/dev/pets", 0);
    answers(&gateway, "/dev/pets", 1);
    let one = cached(json!({"pets/GET": {"cachingEnabled": true}}));
    let api = Api::new().route("GET", "/pets", http_proxy(upstream.uri("/"))).route(
        "GET",
        "/dogs",
        http_proxy(upstream.uri("/")),
    );
    let gateway = Launch::settings(&one, &api).start();
    answers(&gateway, "/dev/pets", 2);
    answers(&gateway, "/dev/pets", 2);
    answers(&gateway, "/dev/dogs", 3);
    answers(&gateway, "/dev/dogs", 4);
}

#[test]
fn of_many_misses_at_once_one_goes_to_the_back_end() {
    let gate = Gate::default();
    let at = gate.clone();
    let upstream = Upstream::start(move |_| {
        vec![Step::Wait(at.clone()), Step::Send(json_response(200, r#"{"n":0}"#))]
    });
    let gateway = serving(&all(300), http_proxy(upstream.uri("/")));
    let mut clients = (0..20).map(|_| gateway.client()).collect::<Vec<_>>();
    for client in &mut clients {
        client.send(request_bytes("GET", "/dev/pets", &[], b""));
    }
    upstream.await_requests(1);
    gate.open();
    for client in &mut clients {
        let response = client.response();
        assert_eq!((response.status, response.text().as_str()), (200, r#"{"n":0}"#));
    }
    assert_eq!(upstream.request_count(), 1);
}

#[test]
fn a_fill_that_fails_does_not_hang_or_poison_the_others() {
    let gate = Gate::default();
    let (at, first) = (gate.clone(), AtomicUsize::new(0));
    let upstream = Upstream::start(move |_| {
        if first.fetch_add(1, Ordering::SeqCst) == 0 {
            vec![Step::Wait(at.clone()), Step::Reset]
        } else {
            vec![Step::Send(json_response(200, r#"{"n":1}"#))]
        }
    });
    let gateway = serving(&all(300), http_proxy(upstream.uri("/")));
    let mut clients = (0..10).map(|_| gateway.client()).collect::<Vec<_>>();
    for client in &mut clients {
        client.send(request_bytes("GET", "/dev/pets", &[], b""));
    }
    upstream.await_requests(1);
    gate.open();
    let answers = clients.iter_mut().map(|client| client.response().status).collect::<Vec<_>>();
    let failed = answers.iter().filter(|status| **status >= 500).count();
    assert!(failed <= 1, "one failed fill failed {failed} of 10: {answers:?}");
    assert_eq!(gateway.get("/dev/pets").json()["n"], 1);
}

#[test]
fn a_client_that_leaves_during_a_fill_does_not_keep_the_others_waiting() {
    let gate = Gate::default();
    let at = gate.clone();
    let upstream = Upstream::start(move |_| {
        vec![Step::Wait(at.clone()), Step::Send(json_response(200, r#"{"n":0}"#))]
    });
    let gateway = serving(&all(300), http_proxy(upstream.uri("/")));
    let mut leaving = gateway.client();
    leaving.send(request_bytes("GET", "/dev/pets", &[], b""));
    upstream.await_requests(1);
    let mut staying = gateway.client();
    staying.send(request_bytes("GET", "/dev/pets", &[], b""));
    drop(leaving);
    gate.open();
    assert_eq!(staying.response().json()["n"], 0);
}

#[test]
fn an_answer_too_large_for_the_cache_is_passed_on_uncached() {
    let upstream =
        Upstream::start(|_| vec![Step::Send(response_bytes(200, &[], &vec![b'x'; 1_048_577]))]);
    let gateway = serving(&all(300), http_proxy(upstream.uri("/")));
    for _ in 0..2 {
        assert_eq!(gateway.get("/dev/pets").body.len(), 1_048_577);
    }
    assert_eq!(upstream.request_count(), 2);
}

#[test]
fn an_error_of_the_gateway_is_not_cached() {
    let first = AtomicUsize::new(0);
    let upstream = Upstream::start(move |_| {
        if first.fetch_add(1, Ordering::SeqCst) == 0 {
            return vec![Step::Close];
        }
        vec![Step::Send(json_response(200, r#"{"n":1}"#))]
    });
    let gateway = serving(&all(300), http_proxy(upstream.uri("/")));
    crate::expect::integration_failure(&gateway.get("/dev/pets"));
    answers(&gateway, "/dev/pets", 1);
}

#[test]
fn a_hit_is_throttled_as_any_request() {
    let upstream = counting();
    let file = cached(json!({"*/*": {"cachingEnabled": true,
        "throttlingRateLimit": 0.001, "throttlingBurstLimit": 3}}));
    let gateway = serving(&file, http_proxy(upstream.uri("/")));
    let statuses = (0..5).map(|_| gateway.get("/dev/pets").status).collect::<Vec<_>>();
    assert_eq!(statuses, [200, 200, 200, 429, 429]);
}

#[test]
fn hits_are_the_same_on_every_worker() {
    let upstream = counting();
    let api = Api::new().route("GET", "/pets", http_proxy(upstream.uri("/")));
    let gateway = Launch::settings(&all(300), &api).workers(4).start();
    answers(&gateway, "/dev/pets", 0);
    thread::scope(|scope| {
        for _ in 0..32 {
            scope.spawn(|| answers(&gateway, "/dev/pets", 0));
        }
    });
    assert_eq!(upstream.request_count(), 1);
}
