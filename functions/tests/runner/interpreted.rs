//! Functions in Python and Node.js, through the bundled programs.

use serde_json::{Value, json};

use crate::harness::{Running, function};

fn python(text: &str, handler: &str) -> Running {
    started("python3.11", "app.py", text, handler)
}

fn node(file: &str, text: &str, handler: &str) -> Running {
    started("nodejs20.x", file, text, handler)
}

fn started(runtime: &str, file: &str, text: &str, handler: &str) -> Running {
    let running = Running::start(&[]);
    running.scratch.write(&format!("code/{file}"), text);
    let declared = function(&format!(
        r#"{{"functionName": "f", "runtime": "{runtime}", "handler": "{handler}", "code": "code",
            "memorySize": 256}}"#
    ));
    running.runner.declare(&[declared], &running.scratch.0).unwrap();
    running
}

fn failed(running: &Running, event: &str) -> Value {
    let answer = running.invoke("f", event);
    assert_eq!(answer.field("x-amz-function-error"), "Unhandled", "{}", answer.text());
    answer.json()
}

#[test]
fn python_functions_see_event_and_context() {
    let running = python(
        "import os\ndef main(event, context):\n    return {'event': event, \
         'id': context.aws_request_id, \
         'name': context.function_name, 'version': context.function_version, \
         'memory': context.memory_limit_in_mb, 'arn': context.invoked_function_arn, \
         'group': context.log_group_name, 'left': context.get_remaining_time_in_millis(), \
         'trace': os.environ['_X_AMZN_TRACE_ID'][:7]}\n",
        "app.main",
    );
    let answer = running.invoke("f", r#"{"a":"é"}"#);
    let mut seen = answer.json();
    let left = seen["left"].take().as_u64().unwrap();
    assert!((1..=3_000).contains(&left));
    let expect = json!({
        "event": {"a": "é"}, "id": answer.field("x-amzn-requestid"), "name": "f",
        "version": "$LATEST", "memory": "256",
        "arn": "arn:aws:lambda:us-east-1:000000000000:function:f",
        "group": "/aws/lambda/f", "left": null, "trace": "Root=1-",
    });
    assert_eq!(seen, expect);
    assert!(answer.text().contains("é"), "not escaped");
}

#[test]
fn errors_of_python_have_awss_shape() {
    let text = "import os
class Sad(Exception):
    pass
def main(event, context):
    if event == 'exit':
        os._exit(3)
    if event == 'set':
        return {1}
    print('about to fail')
    raise Sad('oh no')
";
    let running = python(text, "app.main");
    let error = failed(&running, "1");
    assert_eq!(error["errorMessage"], "oh no");
    assert_eq!(error["errorType"], "Sad");
    assert_eq!(error["requestId"].as_str().unwrap().len(), 36);
    let trace = error["stackTrace"][0].as_str().unwrap();
    assert!(trace.contains("app.py\", line 10, in main\n    raise Sad('oh no')\n"), "{trace}");
    running.logged("about to fail");
    running.logged("[ERROR] Sad: oh no");
    let error = failed(&running, "\"set\"");
    assert_eq!(error["errorType"], "Runtime.MarshalError");
    let error = failed(&running, "\"exit\"");
    assert_eq!(error["errorType"], "Runtime.ExitError");
    let check = |text: &str, handler: &str, kind: &str, message: &str| {
        let error = failed(&python(text, handler), "1");
        assert_eq!((&error["errorType"], &error["errorMessage"]), (&json!(kind), &json!(message)));
    };
    let absent = "Unable to import module 'no': No module named 'no'";
    check("", "no.main", "Runtime.ImportModuleError", absent);
    let absent = "Handler 'main' missing on module 'app'";
    check("", "app.main", "Runtime.HandlerNotFound", absent);
    let bad = "Bad handler 'main': not enough values to unpack (expected 2, got 1)";
    check("", "main", "Runtime.MalformedHandlerName", bad);
    check("raise KeyError('x')", "app.main", "KeyError", "'x'");
    let error = failed(&python("def main(:", "app.main"), "1");
    assert_eq!(error["errorType"], "Runtime.UserCodeSyntaxError");
}

#[test]
fn python_does_not_see_the_bundled_folder() {
    let text = "import bootstrap\ndef main(event, context):\n    return 1\n";
    let error = failed(&python(text, "app.main"), "1");
    assert_eq!(error["errorType"], "Runtime.ImportModuleError");
}

#[test]
fn node_handlers_promise_call_back_or_return() {
    let check = |file: &str, text: &str, expect: Value| {
        let running = node(file, text, "app.main");
        for _ in 0..2 {
            let answer = running.invoke("f", r#"{"a":1}"#);
            assert_eq!((answer.field("x-amz-function-error"), answer.json()), ("", expect.clone()));
        }
    };
    check("app.mjs", "export const main = async (event) => event.a + 1;", json!(2));
    check("app.js", "exports.main = async (event) => ({got: event});", json!({"got": {"a": 1}}));
    check(
        "app.cjs",
        "exports.main = (event, context, callback) => setTimeout(() => callback(null, 'x'), 1);",
        json!("x"),
    );
    check(
        "app.js",
        "exports.main = (event, context) => context.succeed(context.functionName);",
        json!("f"),
    );
    check("app.mjs", "export const main = async () => {};", json!(null));
    check(
        "app.mjs",
        "export const main = async (event, context) =>
            [context.memoryLimitInMB, context.getRemainingTimeInMillis() > 0,
             context.logGroupName];",
        json!(["256", true, "/aws/lambda/f"]),
    );
}

#[test]
fn errors_of_node_have_awss_shape() {
    let text = "export const main = async (event) => {
        if (event === 'late') {
            setTimeout(() => { throw new TypeError('late'); }, 1);
            return new Promise(() => {});
        }
        throw new RangeError('too far');
    };";
    let running = node("app.mjs", text, "app.main");
    let error = failed(&running, "1");
    assert_eq!(
        (&error["errorType"], &error["errorMessage"]),
        (&json!("RangeError"), &json!("too far"))
    );
    assert!(error["trace"][0].as_str().unwrap().starts_with("RangeError: too far"));
    assert!(error["trace"][1].as_str().unwrap().contains("app.mjs"));
    let error = failed(&running, "\"late\"");
    assert_eq!(error["errorType"], "TypeError");
    let check = |text: &str, handler: &str, kind: &str, message: &str| {
        let error = failed(&node("app.mjs", text, handler), "1");
        assert_eq!((&error["errorType"], &error["errorMessage"]), (&json!(kind), &json!(message)));
    };
    check("", "no.main", "Runtime.ImportModuleError", "Error: Cannot find module 'no'");
    let absent = "app.main is undefined or not exported";
    check("export const other = 1;", "app.main", "Runtime.HandlerNotFound", absent);
    check("", "main", "Runtime.MalformedHandlerName", "Bad handler");
    let error = failed(&node("app.mjs", "export const main = (;", "app.main"), "1");
    assert_eq!(error["errorType"], "Runtime.UserCodeSyntaxError");
}

#[test]
fn node_streams() {
    let text = "export const main = awslambda.streamifyResponse(async (event, stream) => { \
        stream = awslambda.HttpResponseStream.from(stream, {statusCode: 201}); \
        stream.write('a'); stream.write('b'); stream.end(); });";
    let running = node("app.mjs", text, "app.main");
    for _ in 0..2 {
        let answer = running.invoke("f", "{}");
        assert_eq!(answer.text(), "{\"statusCode\":201}\0\0\0\0\0\0\0\0ab");
    }
    let text = "export const main = awslambda.streamifyResponse(async (event, stream) => { \
        stream.write('a'); throw new RangeError('half'); });";
    let running = node("app.mjs", text, "app.main");
    let error = failed(&running, "{}");
    assert_eq!(error["errorType"], "RangeError");
}
