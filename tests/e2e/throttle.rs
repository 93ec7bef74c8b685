//! Throttles: exact buckets, from the plan's key and method through the stage to the account.

use std::sync::Barrier;
use std::thread;
use std::time::Instant;

use ringway_tests::api::{Api, keyed, mock, settings};
use ringway_tests::gateway::{Gateway, Launch};
use ringway_tests::poll;
use serde_json::{Value, json};

use crate::expect;

const ALICE: &str = "alice-key-0123456789abcdef";
const BOB: &str = "bob-key-0123456789abcdefgh";

/// A token every thousand seconds: what passes is the burst, however slow the machine.
const SLOW: f64 = 0.001;

fn api() -> Api {
    Api::new().route("GET", "/a", keyed(mock("{}"))).route("GET", "/b", keyed(mock("{}"))).route(
        "GET",
        "/open",
        mock("{}"),
    )
}

fn limit(rate: f64, burst: u32) -> Value {
    json!({"rateLimit": rate, "burstLimit": burst})
}

/// Settings with both keys in one plan, patched.
fn with_plan(plan: Value) -> Value {
    let mut file = settings(json!({"stageName": "dev"}));
    file["apiKeys"] = json!([
        {"name": "alice", "value": ALICE, "enabled": true},
        {"name": "bob", "value": BOB, "enabled": true},
    ]);
    let mut whole = json!({
        "name": "gold",
        "apiStages": [{"apiId": "petstore", "stage": "dev"}],
        "keys": ["alice", "bob"],
    });
    ringway_tests::api::merge(&mut whole, plan);
    file["usagePlans"] = json!([whole]);
    file
}

fn start(file: &Value) -> Gateway {
    Launch::settings(file, &api()).start()
}

/// How many of `count` requests on connections of their own, sent at the same moment, pass.
fn passing(gateway: &Gateway, count: usize, target: &str, key: &str) -> usize {
    let barrier = Barrier::new(count);
    let ask = || {
        let mut client = gateway.client();
        barrier.wait();
        client.exchange("GET", target, &[("x-api-key", key)], b"")
    };
    thread::scope(|scope| {
        let asking = (0..count).map(|_| scope.spawn(ask)).collect::<Vec<_>>();
        let answers = asking.into_iter().map(|one| one.join().expect("a request is answered"));
        answers
            .filter(|response| match response.status {
                200 => true,
                429 => {
                    let message = "Too Many Requests";
                    expect::refusal(response, 429, "TooManyRequestsException", message);
                    false
                }
                other => panic!("{other}: {response:?}"),
            })
            .count()
    })
}

#[test]
fn of_twenty_at_once_exactly_the_burst_passes() {
    let gateway = start(&with_plan(json!({"throttle": limit(1.0, 5)})));
    let started = Instant::now();
    let passed = passing(&gateway, 20, "/dev/a", ALICE);
    // One more token for every second that this took.
    let most = 5 + started.elapsed().as_secs() as usize;
    assert!((5..=most).contains(&passed), "{passed} passed, 5 to {most} may");
}

#[test]
fn each_key_of_a_plan_has_a_bucket_of_its_own() {
    let gateway = start(&with_plan(json!({"throttle": limit(SLOW, 5)})));
    assert_eq!(passing(&gateway, 20, "/dev/a", ALICE), 5);
    assert_eq!(passing(&gateway, 20, "/dev/a", BOB), 5);
    // The bucket is the key's, not the method's.
    assert_eq!(passing(&gateway, 5, "/dev/b", ALICE), 0);
}

#[test]
fn the_bucket_fills_again_at_its_rate() {
    let gateway = start(&with_plan(json!({"throttle": limit(5.0, 1)})));
    let mut client = gateway.client();
    let mut ask = || client.exchange("GET", "/dev/a", &[("x-api-key", ALICE)], b"").status;
    let started = Instant::now();
    let mut passed = 0_u32;
    poll::until_true("eleven requests to pass", || {
        passed += u32::from(ask() == 200);
        passed == 11
    });
    // The first is the burst, ten more take two seconds at five a second.
    let elapsed = started.elapsed().as_secs_f64();
    assert!((1.9..10.0).contains(&elapsed), "{elapsed} s for 11 requests at 5/s");
}

#[test]
fn a_method_throttle_of_a_plan_binds_that_method_for_each_key() {
    let plan = json!({"apiStages": [{"apiId": "petstore", "stage": "dev",
        "throttle": {"/a/GET": limit(SLOW, 2)}}]});
    let gateway = start(&with_plan(plan));
    assert_eq!(passing(&gateway, 10, "/dev/a", ALICE), 2);
    assert_eq!(passing(&gateway, 10, "/dev/a", BOB), 2);
    assert_eq!(passing(&gateway, 10, "/dev/b", ALICE), 10);
}

fn stage_with(method_settings: Value) -> Value {
    settings(json!({"stageName": "dev", "methodSettings": method_settings}))
}

fn throttling(burst: u32) -> Value {
    json!({"throttlingRateLimit": SLOW, "throttlingBurstLimit": burst})
}

#[test]
fn a_stage_throttles_a_method_for_everybody_together() {
    let api = Api::new().route("GET", "/a", mock("{}")).route("GET", "/b", mock("{}"));
    let gateway = Launch::settings(&stage_with(json!({"a/GET": throttling(3)})), &api).start();
    assert_eq!(passing(&gateway, 10, "/dev/a", ALICE), 3);
    assert_eq!(passing(&gateway, 5, "/dev/a", BOB), 0);
    assert_eq!(passing(&gateway, 10, "/dev/b", ALICE), 10);
}

#[test]
fn the_default_of_a_stage_binds_methods_without_settings_of_their_own() {
    let api = Api::new().route("GET", "/a", mock("{}")).route("GET", "/b/{id}", mock("{}"));
    let own = json!({"*/*": throttling(3), "b~1{id}/GET": throttling(6)});
    let gateway = Launch::settings(&stage_with(own), &api).start();
    assert_eq!(passing(&gateway, 10, "/dev/a", ALICE), 3);
    assert_eq!(passing(&gateway, 10, "/dev/b/1", ALICE), 6);
}

#[test]
fn the_account_throttles_everything_together() {
    let mut file = settings(json!({"stageName": "dev"}));
    file["account"] = json!({"throttleSettings": limit(SLOW, 7)});
    let gateway = start(&file);
    assert_eq!(passing(&gateway, 20, "/dev/open", ALICE), 7);
    assert_eq!(passing(&gateway, 5, "/dev/open", BOB), 0);
}

#[test]
fn a_refused_request_spends_nothing_anywhere() {
    let mut file = with_plan(json!({"throttle": limit(SLOW, 5)}));
    file["apis"][0]["stages"][0]["methodSettings"] = json!({"a/GET": throttling(1)});
    let gateway = start(&file);
    // Nine are refused by the stage, after the key's bucket was looked at.
    assert_eq!(passing(&gateway, 10, "/dev/a", ALICE), 1);
    assert_eq!(passing(&gateway, 10, "/dev/b", ALICE), 4);
}

#[test]
fn a_request_without_a_good_key_spends_nothing() {
    let mut file = with_plan(json!({"throttle": limit(SLOW, 5)}));
    file["account"] = json!({"throttleSettings": limit(SLOW, 5)});
    let gateway = start(&file);
    for _ in 0..20 {
        assert_eq!(gateway.get("/dev/a").status, 403);
        let wrong = [("x-api-key", "wrong")];
        assert_eq!(gateway.request("GET", "/dev/a", &wrong, b"").status, 403);
    }
    assert_eq!(passing(&gateway, 10, "/dev/a", ALICE), 5);
}

#[test]
fn a_burst_of_zero_lets_nothing_through() {
    let gateway = start(&with_plan(json!({"throttle": limit(0.0, 0)})));
    assert_eq!(passing(&gateway, 5, "/dev/a", ALICE), 0);
    assert_eq!(gateway.get("/dev/open").status, 200);
}

#[test]
fn a_new_snapshot_does_not_fill_the_buckets() {
    let file = with_plan(json!({"throttle": limit(SLOW, 5)}));
    let gateway = start(&file);
    assert_eq!(passing(&gateway, 10, "/dev/a", ALICE), 5);
    let before = gateway.generation();
    gateway.replace_api(&api().route("GET", "/new", mock("{}")));
    poll::until_true("a new generation", || gateway.generation() > before);
    poll::until_true("the new route", || gateway.get("/dev/new").status == 200);
    assert_eq!(passing(&gateway, 10, "/dev/a", ALICE), 0);
}
