//! What becomes of an invocation when its process does not answer as it should.

use std::thread;
use std::time::{Duration, Instant};

use crate::harness::{Running, function, is_alive, provided, until};

/// The process of a function, and how often it was invoked.
fn process(running: &Running, name: &str) -> (u64, u64) {
    let answer = running.invoke(name, "\"pid\"").json();
    (answer[0].as_u64().unwrap(), answer[1].as_u64().unwrap())
}

#[test]
fn an_error_of_the_function_is_its_answer() {
    let running = Running::start(&[provided("echo")]);
    let (before, _) = process(&running, "echo");
    let answer = running.invoke("echo", "\"error\"");
    let (status, error) = (answer.status, answer.field("x-amz-function-error"));
    assert_eq!((status, error), (200, "Unhandled"));
    assert_eq!(answer.text(), r#"{"errorMessage":"as asked","errorType":"Asked"}"#);
    assert_eq!(process(&running, "echo"), (before, 3), "the process stays");
}

#[test]
fn a_crash_fails_one_invocation_and_the_next_has_another_process() {
    let running = Running::start(&[provided("echo")]);
    let check = |event: &str, words: &str| {
        let (before, _) = process(&running, "echo");
        let answer = running.invoke("echo", event);
        let id = answer.field("x-amzn-requestid");
        let message = format!("RequestId: {id} Error: {words}");
        let expect = serde_json::json!({"errorType": "Runtime.ExitError", "errorMessage": message});
        assert_eq!((answer.field("x-amz-function-error"), answer.json()), ("Unhandled", expect));
        let (after, count) = process(&running, "echo");
        assert!(after != before && count == 1);
        assert!(!is_alive(before));
    };
    check("\"exit 1\"", "Runtime exited with error: exit status 1");
    check("\"exit 0\"", "Runtime exited without providing a reason");
    check("\"abort\"", "Runtime exited with error: signal: aborted");
}

#[test]
fn a_process_killed_in_the_middle_fails_its_invocation() {
    let running = Running::start(&[provided("echo")]);
    let (id, _) = process(&running, "echo");
    let mut client = running.client();
    client.send("POST", "/2015-03-31/functions/echo/invocations", &[], "\"sleep 20000\"");
    until("it runs", || running.log.text().matches("START").count() == 2);
    let killed = std::process::Command::new("kill").args(["-9", &id.to_string()]).status().unwrap();
    assert!(killed.success());
    let message = client.answer().json()["errorMessage"].as_str().unwrap().to_owned();
    assert!(message.ends_with("Error: Runtime exited with error: signal: killed"), "{message}");
    assert_eq!(running.invoke("echo", "1").text(), "1");
}

#[test]
fn an_idle_process_that_dies_loses_no_invocation() {
    let running = Running::start(&[provided("echo")]);
    for _ in 0..20 {
        assert_eq!(running.invoke("echo", "\"last\"").text(), "\"bye\"");
        assert_eq!(running.invoke("echo", "1").text(), "1");
        let (id, _) = process(&running, "echo");
        let kill = ["-9".to_owned(), id.to_string()];
        assert!(std::process::Command::new("kill").args(kill).status().unwrap().success());
        until("it is dead", || !is_alive(id));
        assert_eq!(running.invoke("echo", "2").text(), "2");
    }
}

#[test]
fn a_timeout_ends_the_process_and_says_so() {
    let mut echo = provided("echo");
    echo.timeout = 1;
    let running = Running::start(&[echo]);
    let (before, _) = process(&running, "echo");
    let began = Instant::now();
    let answer = running.invoke("echo", "\"sleep 20000\"");
    assert!(began.elapsed() < Duration::from_secs(3) && began.elapsed() >= Duration::from_secs(1));
    let id = answer.field("x-amzn-requestid");
    let message = format!("RequestId: {id} Error: Task timed out after 1.00 seconds");
    let expect = serde_json::json!({"errorType": "Sandbox.Timedout", "errorMessage": message});
    assert_eq!((answer.field("x-amz-function-error"), answer.json()), ("Unhandled", expect));
    running.logged(&format!("Z {id} Task timed out after 1.00 seconds"));
    until("it is gone", || !is_alive(before));
    assert_ne!(process(&running, "echo").0, before);
}

#[test]
fn a_timeout_holds_when_the_caller_has_left() {
    let mut echo = provided("echo");
    echo.timeout = 1;
    let running = Running::start(&[echo]);
    let (id, _) = process(&running, "echo");
    let mut client = running.client();
    client.send("POST", "/2015-03-31/functions/echo/invocations", &[], "\"sleep 20000\"");
    until("it runs", || running.log.text().matches("START").count() == 2);
    drop(client);
    running.logged("Task timed out after 1.00 seconds");
    until("it is gone", || !is_alive(id));
}

#[test]
fn what_a_process_started_goes_with_it() {
    let mut echo = provided("echo");
    echo.timeout = 1;
    let running = Running::start(&[echo]);
    let child = running.invoke("echo", "\"child\"").json().as_u64().unwrap();
    assert!(is_alive(child));
    running.invoke("echo", "\"exit 1\"");
    until("the child is gone", || !is_alive(child));
    let child = running.invoke("echo", "\"child\"").json().as_u64().unwrap();
    running.invoke("echo", "\"sleep 20000\"");
    until("the child is gone", || !is_alive(child));
}

#[test]
fn answers_have_a_bound() {
    let running = Running::start(&[provided("echo")]);
    let fits = running.invoke("echo", "\"large 6291554\"");
    assert_eq!((fits.field("x-amz-function-error"), fits.body.len()), ("", 6_291_556));
    let answer = running.invoke("echo", "\"large 6291555\"");
    let message = "Response payload size exceeded maximum allowed payload size (6291556 bytes).";
    let expect =
        serde_json::json!({"errorType": "Function.ResponseSizeTooLarge", "errorMessage": message});
    assert_eq!((answer.field("x-amz-function-error"), answer.json()), ("Unhandled", expect));
    assert_eq!(running.invoke("echo", "1").text(), "1");
}

#[test]
fn a_second_answer_is_refused_and_the_first_one_counts() {
    let running = Running::start(&[provided("echo")]);
    assert_eq!(running.invoke("echo", "\"twice\"").text(), "1");
    assert_eq!(running.invoke("echo", "3").text(), "3");
}

#[test]
fn a_function_that_does_not_get_ready_says_why() {
    let of = |how: &str| {
        function(&format!(
            r#"{{"functionName": "{how}", "runtime": "provided.al2023", "code": "rust",
                "environment": {{"variables": {{"INIT": "{how}"}}}}}}"#
        ))
    };
    let mut missing = provided("missing");
    missing.code = "empty".into();
    let running = Running::start(&[of("error"), of("exit")]);
    let answer = running.invoke("error", "1");
    assert_eq!(answer.text(), r#"{"errorMessage":"no database","errorType":"Init.NoDatabase"}"#);
    let answer = running.invoke("exit", "1").json();
    assert_eq!(answer["errorType"], "Runtime.ExitError");
    std::fs::create_dir_all(running.scratch.0.join("empty")).unwrap();
    running.runner.declare(&[missing], &running.scratch.0).unwrap();
    let answer = running.invoke("missing", "1").json();
    assert_eq!(answer["errorType"], "Runtime.InvalidEntrypoint");
    let message = answer["errorMessage"].as_str().unwrap();
    assert!(message.contains("Couldn't find valid bootstrap(s)"), "{message}");
}

#[test]
fn many_callers_of_a_function_that_crashes_each_get_their_answer() {
    let mut echo = provided("echo");
    echo.reserved_concurrent_executions = Some(8);
    let running = Running::start(&[echo]);
    thread::scope(|scope| {
        for caller in 0..8 {
            let running = &running;
            scope.spawn(move || {
                let mut client = running.client();
                for round in 0..10 {
                    let crashes = (caller + round) % 3 == 0;
                    let event = if crashes { "\"exit 1\"" } else { "5" };
                    let answer = client.invoke("echo", event);
                    assert_eq!(answer.status, 200);
                    assert_eq!(answer.field("x-amz-function-error").is_empty(), !crashes);
                }
            });
        }
    });
}
