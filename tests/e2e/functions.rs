//! Functions of a settings file: run, edited, refused, and ended with the gateway.

use std::{fs, thread};

use ringway_tests::api::{Api, http_proxy};
use ringway_tests::functions::function;
use ringway_tests::gateway::{Gateway, Launch, command, pretty};
use ringway_tests::poll;
use serde_json::{Value, json};

const PETS: &str = "\
import os, time
def main(event, context):
    time.sleep(float((event['queryStringParameters'] or {}).get('seconds', 0)))
    says = os.environ.get('SAYS', 'hello')
    return {'statusCode': 200, 'body': f'{says} {os.getpid()} {event[\"path\"]}'}
";

fn pets() -> Value {
    json!({"functionName": "pets", "runtime": "python3.12", "handler": "app.main", "code": "pets",
           "timeout": 20, "aliases": ["live"]})
}

fn settings(functions: Value) -> Value {
    let stage = json!({"stageName": "dev", "variables": {"alias": "live"}});
    json!({"apis": [{"openapi": "openapi.json", "stages": [stage]}], "functions": functions})
}

fn launch(functions: Value) -> Launch {
    launch_at("127.0.0.1:0", functions)
}

fn launch_at(address: &str, functions: Value) -> Launch {
    let arn = "arn:aws:lambda:us-east-1:000000000000:function:pets";
    let api = Api::new().route("GET", "/pets", function("aws_proxy", arn)).route(
        "GET",
        "/alias",
        function("aws_proxy", &format!("{arn}:${{stageVariables.alias}}")),
    );
    let launch = Launch::settings(&settings(functions), &api).arg("--lambda-addr").arg(address);
    fs::create_dir(launch.path("pets")).expect("a folder");
    launch.beside("pets/app.py", PETS)
}

/// Where the banner says that functions run.
fn runner(gateway: &Gateway) -> String {
    let banner = gateway.stdout();
    let line = banner.lines().find_map(|line| line.strip_prefix("lambda   http://"));
    line.expect("a line of functions").split(' ').next().unwrap_or_default().to_owned()
}

/// The words of the function: what it says, and its process.
fn answer(gateway: &Gateway) -> (String, u32) {
    let response = gateway.get("/dev/pets");
    assert_eq!(response.status, 200, "{response:?}\n{}", gateway.stderr());
    let text = response.text();
    let words: Vec<_> = text.split(' ').collect();
    (words[0].to_owned(), words[1].parse().expect("a number"))
}

fn is_alive(id: u32) -> bool {
    let stat = fs::read_to_string(format!("/proc/{id}/stat")).unwrap_or_default();
    stat.rsplit(") ").next().is_some_and(|rest| rest.starts_with(['S', 'R', 'D']))
}

#[test]
fn a_function_answers_and_its_code_and_settings_are_edited() {
    let gateway = launch(json!([pets()])).start();
    assert!(gateway.stdout().contains("AWS_PROXY pets"), "{}", gateway.stdout());
    let (says, id) = answer(&gateway);
    assert_eq!((&*says, answer(&gateway).1), ("hello", id));
    assert!(gateway.get("/dev/alias").text().ends_with(" /alias"));
    poll::until_true("its log", || gateway.stderr().contains("[pets] REPORT RequestId: "));

    gateway.replace("pets/app.py", PETS.replace("'hello'", "'edited'"));
    poll::until_true("the edited code", || answer(&gateway).0 == "edited");

    let mut changed = pets();
    changed["environment"] = json!({"variables": {"SAYS": "told"}});
    gateway.replace("ringway.json", pretty(&settings(json!([changed.clone()]))));
    poll::until_true("the changed variable", || answer(&gateway).0 == "told");

    let mut wrong = changed;
    wrong["runtime"] = json!("cobol");
    gateway.replace("ringway.json", pretty(&settings(json!([wrong]))));
    poll::until_true("the refusal", || gateway.stderr().contains(": $.functions[0]: "));
    assert_eq!(answer(&gateway).0, "told", "the old one serves on");

    gateway.replace("ringway.json", pretty(&settings(json!([]))));
    poll::until_true("the end of the function", || gateway.get("/dev/pets").status == 500);
}

#[test]
fn functions_end_with_the_gateway() {
    for killed in [false, true] {
        let mut gateway = launch(json!([pets()])).start();
        let (_, id) = answer(&gateway);
        assert!(is_alive(id));
        if killed {
            gateway.kill();
        } else {
            gateway.terminate();
            assert_eq!(gateway.wait().code(), Some(0));
        }
        poll::until_true("the function's process to end", || !is_alive(id));
    }
}

#[test]
fn a_runner_that_is_killed_fails_its_invocations_and_leaves_no_process() {
    let mut runs = launch(json!([pets()])).start();
    let (_, id) = answer(&runs);
    let elsewhere = format!("http://{}", runner(&runs));
    let arn = "arn:aws:lambda:us-east-1:000000000000:function:pets";
    let api = Api::new().route("GET", "/pets", function("aws_proxy", arn));
    let gateway = Launch::openapi(&api).arg("--lambda-endpoint").arg(elsewhere).start();
    assert_eq!(answer(&gateway), ("hello".to_owned(), id));
    thread::scope(|scope| {
        let waiting = scope.spawn(|| gateway.get("/dev/pets?seconds=20"));
        poll::until_true("it runs", || runs.stderr().matches("START").count() == 3);
        runs.kill();
        let response = waiting.join().expect("an answer");
        assert_eq!(response.status, 500, "{response:?}");
        assert_eq!(response.json(), json!({"message": "Internal server error"}));
    });
    poll::until_true("the function's process to end", || !is_alive(id));
    assert_eq!(gateway.get("/dev/pets").status, 500, "nobody is there");
}

#[test]
fn functions_that_cannot_run_are_refused_by_name() {
    let check = |change: Value, expect: &str| {
        let mut function = pets();
        ringway_tests::api::merge(&mut function, change);
        let launch = launch(json!([function]));
        let file = launch.path("ringway.json");
        let checked = command(&[], &["check", &file.to_string_lossy()]);
        let said = String::from_utf8_lossy(&checked.stderr).into_owned();
        assert!(said.contains("ringway.json:") && said.contains(expect), "{said}");
        let refusal = launch.fail();
        assert_eq!(refusal.code, Some(1));
        assert!(refusal.stderr.contains(expect), "{}", refusal.stderr);
    };
    check(json!({"runtime": "cobol"}), "$.functions[0]: ");
    check(json!({"code": "absent"}), "no code at ");
    check(json!({"functionName": "a b"}), "'a b' is no name of a function");
    check(json!({"aliases": ["a b"]}), "'a b' is no alias");
    let launch = launch(json!([pets()]));
    let file = launch.path("ringway.json");
    let checked = command(&[], &["check", &file.to_string_lossy()]);
    assert!(String::from_utf8_lossy(&checked.stdout).contains("2 routes, 1 function"));
}

#[test]
fn only_integrations_of_lambda_reach_the_runner() {
    let gateway = launch(json!([pets()])).start();
    let lambda = runner(&gateway);
    let list = format!("http://{lambda}/2015-03-31/functions");
    gateway.replace_api(&Api::new().route("GET", "/list", http_proxy(&list)));
    poll::until_true("the refusal", || gateway.get("/dev/list").status == 500);
    let refused = "is a port of Ringway itself";
    poll::until_true("the reason", || gateway.stderr().contains(refused));
}

#[test]
fn a_runner_that_asks_nobody_stays_on_this_machine() {
    let refusal = launch_at("0.0.0.0:0", json!([])).fail();
    assert!(refusal.stderr.contains("must be on loopback"), "{}", refusal.stderr);
}

#[test]
fn functions_declared_after_the_start_are_refused_where_none_run() {
    let api = Api::new().route("GET", "/up", ringway_tests::api::mock("{}"));
    let launch = Launch::settings(&settings(json!([])), &api);
    fs::create_dir(launch.path("pets")).expect("a folder");
    let gateway = launch.beside("pets/app.py", PETS).start();
    assert!(!gateway.stdout().contains("lambda "), "{}", gateway.stdout());
    gateway.replace("ringway.json", pretty(&settings(json!([pets()]))));
    poll::until_true("the refusal", || gateway.stderr().contains("start again"));
}
