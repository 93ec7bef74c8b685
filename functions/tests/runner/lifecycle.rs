//! Changes of functions, and the end of a runner.

use std::fs;
use std::thread;
use std::time::Duration;

use crate::harness::{Running, function, is_alive, processes_in, provided, until};

const PYTHON: &str = r#"{"functionName": "py", "runtime": "python3.11", "handler": "app.main",
    "code": "py"}"#;

#[test]
fn changed_code_is_picked_up_and_no_invocation_is_lost() {
    let running = Running::start(&[]);
    let write = |version: u32| {
        let text = format!("def main(event, context):\n    return {version}\n");
        running.scratch.write("py/app.py", &text);
    };
    write(0);
    running.runner.declare(&[function(PYTHON)], &running.scratch.0).unwrap();
    assert_eq!(running.invoke("py", "1").text(), "0");
    thread::scope(|scope| {
        let changing = scope.spawn(|| {
            for version in 1..=3 {
                write(version);
                until("it runs", || running.invoke("py", "1").text() == version.to_string());
            }
        });
        let mut client = running.client();
        while !changing.is_finished() {
            let answer = client.invoke("py", "1");
            assert_eq!((answer.status, answer.field("x-amz-function-error")), (200, ""));
        }
    });
}

#[test]
fn a_declaration_that_did_not_change_keeps_its_process() {
    let running = Running::start(&[provided("a"), provided("b")]);
    let process = |name: &str| running.invoke(name, "\"pid\"").json()[0].as_u64().unwrap();
    let (a, b) = (process("a"), process("b"));
    let mut changed = provided("b");
    changed.timeout = 9;
    running.runner.declare(&[provided("a"), changed.clone()], &running.scratch.0).unwrap();
    assert_eq!(process("a"), a);
    assert_ne!(process("b"), b);
    until("the old one is gone", || !is_alive(b));
    running.runner.declare(&[changed], &running.scratch.0).unwrap();
    assert_eq!(running.invoke("a", "1").status, 404);
    until("it is gone", || !is_alive(a));
}

#[test]
fn a_wrong_declaration_changes_nothing() {
    let running = Running::start(&[provided("a")]);
    let check = |text: &str, words: &str| {
        let error = running
            .runner
            .declare(&[provided("a"), function(text)], &running.scratch.0)
            .unwrap_err();
        assert_eq!(error.function, 1);
        assert!(error.message.contains(words), "{}", error.message);
        assert_eq!(running.runner.count(), 1);
    };
    check(r#"{"functionName": "b", "runtime": "java21", "code": "rust"}"#, "java21");
    check(r#"{"functionName": "b/c", "runtime": "provided.al2023", "code": "rust"}"#, "no name");
    check(r#"{"functionName": "b", "runtime": "provided.al2023", "code": "no"}"#, "no code at");
    check(r#"{"functionName": "b", "runtime": "python3.11", "code": "rust"}"#, "'handler'");
    let timeout =
        r#"{"functionName": "b", "runtime": "provided.al2", "code": "rust", "timeout": 901}"#;
    check(timeout, "less than or equal to 900");
    let memory =
        r#"{"functionName": "b", "runtime": "provided.al2", "code": "rust", "memorySize": 1}"#;
    check(memory, "greater than or equal to 128");
    let reserved = r#"{"functionName": "b", "runtime": "provided.al2", "code": "rust",
        "environment": {"variables": {"AWS_REGION": "x"}}}"#;
    check(reserved, "reserved keys");
}

#[test]
fn idle_processes_end() {
    let running = Running::with(&[provided("a")], |settings| {
        settings.idle = Duration::from_millis(50);
    });
    let id = running.invoke("a", "\"pid\"").json()[0].as_u64().unwrap();
    until("it is gone", || !is_alive(id));
    assert_eq!(running.invoke("a", "1").text(), "1");
}

#[test]
fn a_runner_that_stops_lets_invocations_finish_and_leaves_nothing() {
    let running = Running::start(&[provided("a")]);
    let mut client = running.client();
    client.send("POST", "/2015-03-31/functions/a/invocations", &[], "\"sleep 300\"");
    until("it runs", || running.log.text().contains("START"));
    let child = running.invoke("a", "\"child\"").json().as_u64().unwrap();
    let Running { runner, scratch, log } = running;
    runner.shutdown();
    assert_eq!(processes_in(&scratch.0), Vec::<u64>::new());
    assert!(!is_alive(child));
    assert_eq!(log.text().matches("END RequestId").count(), 2, "{}", log.text());
    let left = fs::read_dir(std::env::temp_dir()).unwrap().flatten();
    let own = left.filter(|it| it.file_name().to_string_lossy().starts_with("ringway-functions-"));
    drop(own);
}
