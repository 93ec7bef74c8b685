//! `ringway serve`: its settings from three places, its banner, reset, drain.

use std::fs;

use ringway_tests::api::{Api, mock};
use ringway_tests::gateway::{Gateway, Launch};
use ringway_tests::poll;
use ringway_tests::scratch::Scratch;
use serde_json::{Value, json};

fn ephemeral() -> Launch {
    Launch::serve().arg("--ephemeral")
}

/// Imports an API and deploys it to `dev`.
fn deploy(gateway: &Gateway) -> String {
    let document = Api::new().route("GET", "/pets", mock("{}")).to_value();
    let api = gateway.manage("POST", "/restapis?mode=import", &document, 201);
    let api = api["id"].as_str().expect("an API has an identifier").to_owned();
    let target = format!("/restapis/{api}/deployments");
    gateway.manage("POST", &target, &json!({"stageName": "dev"}), 201);
    api
}

fn pets(api: &str) -> String {
    format!("/_aws/execute-api/{api}/dev/pets")
}

fn banner(gateway: &Gateway) -> String {
    poll::until("the line that says ready", || {
        let printed = gateway.stdout();
        printed.lines().any(|line| line.starts_with("ready:")).then_some(printed)
    })
}

#[test]
fn it_prints_what_it_serves_where_and_for_whom() {
    let scratch = Scratch::new();
    let folder = scratch.join("data");
    let gateway = Launch::data(&folder).arg("--account-id").arg("123456789012").start();
    let printed = banner(&gateway);
    let (http, admin) = (gateway.http().to_string(), gateway.admin().to_string());
    let data = format!("data     {} (new)", fs::canonicalize(&folder).unwrap().display());
    let words = ["driver   ", "workers  2", &*data, "account  123456789012", "region   "];
    for word in words.into_iter().chain([&*http, &*admin, "serving  0 APIs, 0 stages"]) {
        assert!(printed.contains(word), "{word:?} is not in {printed}");
    }
    assert!(printed.contains("There is no API yet."), "{printed}");
}

#[test]
fn what_is_deployed_is_served_and_served_again_after_a_restart() {
    let scratch = Scratch::new();
    let folder = scratch.join("data");
    let mut gateway = Launch::data(&folder).start();
    let api = deploy(&gateway);
    assert_eq!(gateway.get(&pets(&api)).status, 200);
    gateway.kill();
    let gateway = Launch::data(&folder).start();
    assert_eq!(gateway.get(&pets(&api)).status, 200);
    assert!(banner(&gateway).contains("serving  1 API, 1 stage\n"));
}

#[test]
fn a_reset_empties_what_is_in_memory() {
    let gateway = ephemeral().start();
    let api = deploy(&gateway);
    assert_eq!(gateway.get(&pets(&api)).status, 200);
    gateway.manage("POST", "/_ringway/reset", &Value::Null, 204);
    let left = gateway.manage("GET", "/restapis", &Value::Null, 200);
    assert!(left["item"].as_array().is_none_or(Vec::is_empty), "{left}");
    poll::until_true("the API to be gone", || gateway.get(&pets(&api)).status == 404);
    let api = deploy(&gateway);
    assert_eq!(gateway.get(&pets(&api)).status, 200);
}

#[test]
fn a_reset_is_not_offered_for_what_is_kept() {
    let scratch = Scratch::new();
    let gateway = Launch::data(&scratch.join("data")).start();
    gateway.manage("POST", "/_ringway/reset", &Value::Null, 404);
}

#[test]
fn settings_come_from_flags_the_environment_and_a_file() {
    let scratch = Scratch::new();
    let file = scratch.write("ringway.toml", "data = 'kept'\naccount-id = '111111111111'\n");
    let launch = Launch::serve()
        .arg("--config")
        .arg(&file)
        .env("RINGWAY_ACCOUNT_ID", "222222222222")
        .env("AWS_REGION", "eu-central-1");
    let printed = banner(&launch.start());
    assert!(printed.contains("account  222222222222"), "{printed}");
    assert!(printed.contains("region   eu-central-1"), "{printed}");
    assert!(scratch.join("kept").join("store.sqlite").exists(), "relative to the file");
}

#[test]
fn settings_that_are_none_are_refused() {
    let check = |launch: Launch, words: &[&str]| {
        let refusal = launch.fail();
        assert_eq!(refusal.code, Some(1), "{refusal:?}");
        for word in words {
            assert!(refusal.stderr.contains(word), "{word:?} is not in {refusal:?}");
        }
    };
    let scratch = Scratch::new();
    let file = scratch.write("ringway.toml", "worker = 2\n");
    check(ephemeral().arg("--config").arg(file), &["ringway.toml", "`worker`"]);
    check(ephemeral().env("RINGWAY_REGION", "Nowhere"), &["RINGWAY_REGION", "not a region"]);
    check(Launch::serve(), &["--data", "--ephemeral"]);
    check(ephemeral().arg("--data").arg("x"), &["exclude each other"]);
}

/// Whoever reaches an admin port that asks nobody who they are may change everything.
#[test]
fn an_admin_port_that_asks_nobody_stays_on_loopback() {
    let launch = Launch::openapi(&Api::new().route("GET", "/", mock("{}")));
    let admin = format!("0.0.0.0:{}", launch.admin_addr().port());
    let refusal = launch.admin_on(admin.parse().unwrap()).fail();
    assert_eq!(refusal.code, Some(1), "{refusal:?}");
    assert!(refusal.stderr.contains(&admin), "{refusal:?}");
    assert!(refusal.stderr.contains("loopback"), "{refusal:?}");
}

#[test]
fn a_runner_that_answers_other_machines_is_said() {
    let gateway = ephemeral().arg("--lambda-addr").arg("0.0.0.0:0").start();
    let printed = banner(&gateway);
    let note = printed.lines().find(|line| line.starts_with("note: Lambda's API on 0.0.0.0:"));
    assert!(note.is_some_and(|note| note.ends_with("answers other machines too")), "{printed}");
}

#[test]
fn up_says_that_it_is_for_development() {
    let gateway = Launch::openapi(&Api::new().route("GET", "/", mock("{}"))).start();
    let printed = banner(&gateway);
    assert!(printed.contains("up is for development"), "{printed}");
    assert!(printed.contains("any credentials"), "{printed}");
}

#[test]
fn sigterm_ends_it_with_code_0() {
    let mut gateway = ephemeral().start();
    gateway.terminate();
    assert_eq!(gateway.wait().code(), Some(0));
    assert!(gateway.stdout().contains("draining"), "{}", gateway.stdout());
}
