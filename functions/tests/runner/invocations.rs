//! Invoke and InvokeWithResponseStream: what is asked, what is answered.

use ringway_core::event_stream;
use serde_json::json;

use crate::harness::{Running, function, provided, until};

#[test]
fn an_event_comes_back_with_its_request_and_version() {
    let running = Running::start(&[provided("echo")]);
    let answer = running.invoke("echo", r#"{"a":[1,"é"]}"#);
    assert_eq!((answer.status, answer.text()), (200, r#"{"a":[1,"é"]}"#));
    assert_eq!(answer.field("x-amz-executed-version"), "$LATEST");
    assert_eq!(answer.field("x-amz-function-error"), "");
    assert_eq!(answer.field("x-amzn-requestid").len(), 36);
    assert_eq!(running.invoke("echo", "").text(), "{}", "nothing is an empty object");
    let arn = "arn%3Aaws%3Alambda%3Aeu-west-1%3A123456789012%3Afunction%3Aecho";
    assert_eq!(running.invoke(arn, "1").text(), "1");
    assert_eq!(running.invoke("echo:$LATEST", "2").text(), "2");
}

#[test]
fn what_belongs_to_an_event_is_told_in_headers() {
    let mut echo = provided("echo");
    echo.aliases = vec!["prod".into()];
    let running = Running::start(&[echo]);
    let field = |name: &str| format!("\"field {name}\"");
    let of = |event: &str, fields: &[(&str, &str)]| {
        let path = "/2015-03-31/functions/echo/invocations?Qualifier=prod";
        let answer = running.client().call("POST", path, fields, event);
        answer.json().as_str().unwrap_or_else(|| panic!("{answer:?}")).to_owned()
    };
    let arn = "arn:aws:lambda:us-east-1:000000000000:function:echo:prod";
    assert_eq!(of(&field("lambda-runtime-invoked-function-arn"), &[]), arn);
    let trace = "Root=1-5759e988-bd862e3fe1be46a994272793;Parent=53995c3f42cd8ad8;Sampled=1";
    let given = [("X-Amzn-Trace-Id", trace)];
    assert_eq!(of(&field("lambda-runtime-trace-id"), &given), trace);
    assert!(of(&field("lambda-runtime-trace-id"), &[]).starts_with("Root=1-"));
    let context = [("X-Amz-Client-Context", "eyJjdXN0b20iOnt9fQ==")];
    let seen = of(&field("lambda-runtime-client-context"), &context);
    assert_eq!(seen, r#"{"custom":{}}"#);
    let deadline: u128 = of(&field("lambda-runtime-deadline-ms"), &[]).parse().unwrap();
    let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap();
    let left = deadline.saturating_sub(now.as_millis());
    assert!((1_000..=3_000).contains(&left), "{left}");
}

#[test]
fn the_environment_is_that_of_lambda_and_nothing_else() {
    let text = r#"{"functionName": "echo", "runtime": "provided.al2023", "code": "rust",
        "handler": "app.main", "memorySize": 256,
        "environment": {"variables": {"TABLE": "pets"}}}"#;
    let running = Running::start(&[function(text)]);
    let value = |name: &str| {
        let answer = running.invoke("echo", &format!("\"env {name}\""));
        answer.json().as_str().unwrap().to_owned()
    };
    assert_eq!(value("TABLE"), "pets");
    assert_eq!(value("_HANDLER"), "app.main");
    assert_eq!(value("AWS_REGION"), "us-east-1");
    assert_eq!(value("AWS_LAMBDA_FUNCTION_NAME"), "echo");
    assert_eq!(value("AWS_LAMBDA_FUNCTION_VERSION"), "$LATEST");
    assert_eq!(value("AWS_LAMBDA_FUNCTION_MEMORY_SIZE"), "256");
    assert_eq!(value("AWS_LAMBDA_LOG_GROUP_NAME"), "/aws/lambda/echo");
    assert!(value("AWS_LAMBDA_LOG_STREAM_NAME").contains("[$LATEST]"));
    assert!(value("LAMBDA_TASK_ROOT").ends_with("/rust"));
    let names = running.invoke("echo", "\"names\"").json();
    let ours = ["PATH", "LANG", "TZ", "TABLE", "_HANDLER"];
    for name in names.as_array().unwrap().iter().map(|name| name.as_str().unwrap()) {
        let known = name.starts_with("AWS_") || name.starts_with("LAMBDA_") || ours.contains(&name);
        assert!(known, "{name} leaked into the environment");
    }
}

#[test]
fn wrong_calls_are_refused_in_awss_words() {
    let running = Running::start(&[provided("echo")]);
    let check = |name: &str, fields: &[(&str, &str)], event: &str, expect: (u16, &str, &str)| {
        let path = format!("/2015-03-31/functions/{name}/invocations");
        let answer = running.client().call("POST", &path, fields, event);
        let body = answer.json();
        let message = body["Message"].as_str().or_else(|| body["message"].as_str()).unwrap();
        let found = (answer.status, answer.field("x-amzn-errortype"));
        assert_eq!(found, (expect.0, expect.1), "{message}");
        assert!(message.starts_with(expect.2), "{message}");
    };
    let arn = "arn:aws:lambda:us-east-1:000000000000:function";
    let absent = format!("Function not found: {arn}:absent");
    check("absent", &[], "1", (404, "ResourceNotFoundException", &absent));
    let absent = format!("Function not found: {arn}:echo:7");
    check("echo:7", &[], "1", (404, "ResourceNotFoundException", &absent));
    let json = "Could not parse request body into json";
    check("echo", &[], "{", (400, "InvalidRequestContentException", json));
    let kind = [("X-Amz-Invocation-Type", "Later")];
    check("echo", &kind, "1", (400, "InvalidParameterValueException", "Value 'Later'"));
    let large = format!("\"{}\"", "x".repeat(6 * 1024 * 1024));
    let must = "Request must be smaller than 6291456 bytes for the InvokeFunction operation";
    check("echo", &[], &large, (413, "RequestTooLargeException", must));
    let event = [("X-Amz-Invocation-Type", "Event")];
    let large = format!("\"{}\"", "x".repeat(1024 * 1024));
    let must =
        "1048578 byte payload is too large for the Event invocation type (limit 1048576 bytes)";
    check("echo", &event, &large, (413, "RequestEntityTooLargeException", must));
    let context = [("X-Amz-Client-Context", "{}")];
    check("echo", &context, "1", (400, "InvalidParameterValueException", "Client context"));
    check("a%2Fb", &[], "1", (400, "ValidationException", "1 validation error"));
}

#[test]
fn a_dry_run_runs_nothing() {
    let running = Running::start(&[provided("echo")]);
    let path = "/2015-03-31/functions/echo/invocations";
    let dry = [("X-Amz-Invocation-Type", "DryRun")];
    assert_eq!(running.client().call("POST", path, &dry, "1").status, 204);
    assert!(!running.log.text().contains("START"));
}

#[test]
fn an_asynchronous_event_is_taken_and_tried_three_times() {
    let running = Running::with(&[provided("echo")], |settings| {
        settings.retry = std::time::Duration::from_millis(1);
    });
    let path = "/2015-03-31/functions/echo/invocations";
    let event = [("X-Amz-Invocation-Type", "Event")];
    let answer = running.client().call("POST", path, &event, "\"print once\"");
    assert_eq!((answer.status, answer.body.len()), (202, 0));
    running.logged("printed once");
    let answer = running.client().call("POST", path, &event, "\"error\"");
    running.logged("event dropped: it failed three times");
    let id = answer.field("x-amzn-requestid").to_owned();
    let log = running.log.text();
    assert_eq!(log.matches(&format!("START RequestId: {id}")).count(), 3, "{log}");
}

#[test]
fn the_end_of_the_log_is_shown_where_it_is_asked_for() {
    let running = Running::start(&[provided("echo")]);
    let path = "/2015-03-31/functions/echo/invocations";
    let tail = [("X-Amz-Log-Type", "Tail")];
    let answer = running.client().call("POST", path, &tail, "\"print hello\"");
    use base64::Engine;
    let log =
        base64::engine::general_purpose::STANDARD.decode(answer.field("x-amz-log-result")).unwrap();
    let log = String::from_utf8(log).unwrap();
    let id = answer.field("x-amzn-requestid").to_owned();
    assert!(log.contains(&format!("START RequestId: {id} Version: $LATEST\n")), "{log}");
    assert!(log.contains("printed hello\n"), "{log}");
    assert!(log.contains(&format!("END RequestId: {id}\n")), "{log}");
    assert!(log.contains("Memory Size: 128 MB\tMax Memory Used: "), "{log}");
    running.logged(&format!("[echo] {id} printed hello"));
}

/// Event types and payloads of a stream.
fn messages(mut bytes: &[u8]) -> Vec<(String, String)> {
    let mut all = Vec::new();
    while let Some(message) = event_stream::message(bytes).unwrap() {
        let kind = message.header(":event-type").unwrap().to_owned();
        all.push((kind, String::from_utf8(message.payload.to_vec()).unwrap()));
        bytes = &bytes[message.bytes..];
    }
    assert!(bytes.is_empty());
    all
}

#[test]
fn streams_arrive_in_messages() {
    let running = Running::start(&[provided("echo")]);
    let check = |event: &str, text: &str, end: serde_json::Value| {
        let path = "/2021-11-15/functions/echo/response-streaming-invocations";
        let answer = running.client().call("POST", path, &[], event);
        assert_eq!(answer.field("content-type"), "application/vnd.amazon.eventstream");
        let mut messages = messages(&answer.body);
        let (kind, last) = messages.pop().unwrap();
        let last: serde_json::Value = serde_json::from_str(&last).unwrap();
        assert_eq!((kind.as_str(), &last["ErrorCode"]), ("InvokeComplete", &end));
        assert!(messages.iter().all(|(kind, _)| kind == "PayloadChunk"));
        let whole: String = messages.into_iter().map(|(_, text)| text).collect();
        assert_eq!(whole, text);
    };
    check("\"stream\"", "one two three", json!(null));
    check("{\"a\":1}", "{\"a\":1}", json!(null));
    check("\"broken-stream\"", "half", json!("Asked"));
    check("\"error\"", "", json!("Asked"));
    check("\"exit 1\"", "", json!("Runtime.ExitError"));
    let large = format!("\"{}\"", "x".repeat(300_000));
    check(&large, &large, json!(null));
    assert_eq!(running.invoke("echo", "\"stream\"").text(), "one two three", "gathered");
    let broken = running.invoke("echo", "\"broken-stream\"");
    let (error, text) = (broken.field("x-amz-function-error"), broken.text());
    assert_eq!((error, text), ("Unhandled", r#"{"errorType":"Asked"}"#));
    until("the places are free", || running.invoke("echo", "1").status == 200);
}
