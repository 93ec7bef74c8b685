//! API keys and usage plans.

use serde_json::{Value, json};

use super::*;
use crate::compile::unenforced_quotas;
use crate::snapshot::{PlanIx, Rate};

const ALICE: &str = "alice-key-0123456789abcdef";
const BOB: &str = "bob-key-0123456789abcdef-0";

fn definitions(keys: Value, plans: Value) -> Definitions {
    let paths = json!({"/": {"GET": mock()}, "/pets": {"GET": mock(), "POST": mock()}});
    let mut definitions = deployed(api(paths), json!({}));
    definitions.api_keys = Arc::new(serde_json::from_value(keys).unwrap());
    definitions.usage_plans = Arc::new(serde_json::from_value(plans).unwrap());
    definitions
}

fn keys() -> Value {
    json!([
        {"id": "a", "name": "alice", "value": ALICE, "enabled": true},
        {"id": "b", "name": "bob", "value": BOB},
    ])
}

fn check(keys: Value, plans: Value, expected: &str) {
    check_refused(&definitions(keys, plans), expected);
}

#[test]
fn keys_reach_their_plans_and_plans_their_stages() {
    let definitions = definitions(
        keys(),
        json!([
            {"id": "p0", "name": "unused"},
            {"id": "p1", "name": "gold", "keys": ["alice", "b"],
                "quota": {"limit": 5, "period": "DAY"},
                "throttle": {"rateLimit": 100.0, "burstLimit": 20},
                "apiStages": [{"apiId": "api1", "stage": "prod", "throttle": {
                    "/pets/POST": {"rateLimit": 50.0, "burstLimit": 5},
                    "//GET": {"rateLimit": 1.0, "burstLimit": 0}}}]},
        ]),
    );
    let snapshot = accepted(&definitions);
    let (alice, entry) = snapshot.accounts[0].keys.find(ALICE.as_bytes()).unwrap();
    assert!(entry.enabled && *entry.plans == [PlanIx(1)] && &*entry.id == "a");
    let (bob, entry) = snapshot.accounts[0].keys.find(BOB.as_bytes()).unwrap();
    assert!(!entry.enabled && alice != bob);
    assert!(snapshot.accounts[0].keys.find(b"nobody").is_none());
    let stage = &snapshot.stages[0];
    let usage = &snapshot.usage[0];
    assert!(usage.plan(stage, PlanIx(0)).is_none());
    let plan = usage.plan(stage, PlanIx(1)).unwrap();
    let gold = &snapshot.accounts[0].plans[1];
    assert_eq!(
        (&*gold.id, gold.throttle),
        ("p1", Some(Rate { rate_limit: 100.0, burst_limit: 20 }))
    );
    let limit = |&(ix, limit): &(_, Rate)| {
        let method = stage.method(ix);
        (format!("{} {}", method.http_method, method.resource_path), limit.burst_limit)
    };
    let limits: Vec<_> = plan.methods.iter().map(limit).collect();
    assert_eq!(limits, [("GET /".to_string(), 0), ("POST /pets".to_string(), 5)]);
    assert_eq!(unenforced_quotas(&definitions), ["gold"]);
}

#[test]
fn bad_keys_are_refused_without_their_values() {
    let with = |value: Value| {
        let mut keys = keys();
        keys[1].as_object_mut().unwrap().extend(value.as_object().unwrap().clone());
        keys
    };
    let none = json!([]);
    check(
        with(json!({"value": "short"})),
        none.clone(),
        "$.apiKeys[1].value: An API key value has 20 to 128 characters",
    );
    check(
        with(json!({"value": "k".repeat(129)})),
        none.clone(),
        "$.apiKeys[1].value: An API key value has…",
    );
    check(
        with(json!({"value": "blank blank blank blank"})),
        none.clone(),
        "$.apiKeys[1].value: An API key value has printable…",
    );
    check(
        with(json!({"value": ALICE})),
        none.clone(),
        "$.apiKeys[1].value: API key bob has the value of alice",
    );
    check(with(json!({"id": "a"})), none, "$.apiKeys[1].id: API key a is there twice");
}

#[test]
fn bad_plans_are_refused() {
    let covering = |extra: Value| {
        let mut plan = json!({"id": "p", "name": "gold",
            "apiStages": [{"apiId": "api1", "stage": "prod"}]});
        plan.as_object_mut().unwrap().extend(extra.as_object().unwrap().clone());
        plan
    };
    let one = |extra: Value, expected: &str| {
        check(keys(), json!([covering(extra)]), &format!("$.usagePlans[0].{expected}"));
    };
    one(json!({"keys": ["carol"]}), "keys[0]: There is no API key carol");
    one(json!({"keys": ["alice", "a"]}), "keys[1]: API key a is there twice");
    one(json!({"throttle": {"rateLimit": -1.0, "burstLimit": 1}}), "throttle.rateLimit: A rate…");
    one(
        json!({"apiStages": [{"apiId": "api1", "stage": "beta"}]}),
        "apiStages[0]: API Stage not found: api1:beta",
    );
    one(
        json!({"apiStages": [
            {"apiId": "api1", "stage": "prod"}, {"apiId": "api1", "stage": "prod"},
        ]}),
        "apiStages[1]: API Stage api1:prod is there twice",
    );
    one(
        json!({"apiStages": [{"apiId": "api1", "stage": "prod", "throttle": {
            "/cats/GET": {"rateLimit": 1.0, "burstLimit": 1}}}]}),
        "apiStages[0].throttle['/cats/GET']: There is no such method in this API",
    );
    check(
        keys(),
        json!([covering(json!({})), covering(json!({}))]),
        "$.usagePlans[1].id: Usage plan p is there twice",
    );
    check(
        keys(),
        json!([covering(json!({"keys": ["a"]})), covering(json!({"id": "q", "keys": ["a"]}))]),
        "$.usagePlans[1].keys: API key alice is already in usage plan gold, \
         which covers api1:prod too",
    );
    let mut same_name = keys();
    same_name[1]["name"] = json!("alice");
    check(
        same_name,
        json!([covering(json!({"keys": ["alice"]}))]),
        "$.usagePlans[0].keys[0]: Several API keys are named alice; use an identifier",
    );
}

#[test]
fn a_key_belongs_to_at_most_ten_plans() {
    let plans = |count: usize| -> Value {
        (0..count).map(|ix| json!({"id": format!("p{ix}"), "keys": ["a"]})).collect()
    };
    accepted(&definitions(keys(), plans(10)));
    check(keys(), plans(11), "$.usagePlans[10].keys[0]: API key a belongs to more than 10 plans");
}
