"""Functions in Python and Node.js: what they see, and how their errors look."""

import base64
import json
from typing import Any

import pytest
from account import Account, Code, arn, zipped

PYTHON_CONTEXT = """
import os
def main(event, context):
    left = context.get_remaining_time_in_millis()
    client = context.client_context
    return {
        "id": context.aws_request_id,
        "name": context.function_name,
        "version": context.function_version,
        "arn": context.invoked_function_arn,
        "memory": context.memory_limit_in_mb,
        "group": context.log_group_name,
        "stream": context.log_stream_name,
        "left": 0 < left <= 20000,
        "custom": client and client.custom,
        "environment": dict(os.environ),
        "folder": os.getcwd(),
    }
"""
NODE_CONTEXT = """
export const main = async (event, context) => {
    const left = context.getRemainingTimeInMillis();
    return {
        id: context.awsRequestId,
        name: context.functionName,
        version: context.functionVersion,
        arn: context.invokedFunctionArn,
        memory: context.memoryLimitInMB,
        group: context.logGroupName,
        stream: context.logStreamName,
        left: 0 < left && left <= 20000,
        custom: context.clientContext?.custom ?? null,
        environment: process.env,
        folder: process.cwd(),
    };
};
"""


@pytest.mark.parametrize(
    "code", [Code.python(PYTHON_CONTEXT), Code.node(NODE_CONTEXT)], ids=["python", "node"]
)
def test_what_a_function_sees(account: Account, code: Code) -> None:
    name = account.create(
        code, MemorySize=256, Environment={"Variables": {"COLOUR": "blue", "PATH_TO": "a=b c"}}
    )
    given = base64.b64encode(b'{"custom": {"a": "b"}}').decode()
    answer = account.invoke(name, ClientContext=given, Qualifier="$LATEST")
    seen = answer.json()
    environment, stream = seen.pop("environment"), seen.pop("stream")
    folder = seen.pop("folder")
    assert seen == {
        "id": answer.raw["ResponseMetadata"]["RequestId"],
        "name": name,
        "version": "$LATEST",
        "arn": arn(name, "$LATEST"),
        "memory": "256",
        "group": f"/aws/lambda/{name}",
        "left": True,
        "custom": {"a": "b"},
    }
    assert "/[$LATEST]" in stream
    expect = {
        "COLOUR": "blue",
        "PATH_TO": "a=b c",
        "_HANDLER": "app.main",
        "AWS_REGION": "us-east-1",
        "AWS_DEFAULT_REGION": "us-east-1",
        "AWS_EXECUTION_ENV": f"AWS_Lambda_{code.runtime}",
        "AWS_LAMBDA_FUNCTION_NAME": name,
        "AWS_LAMBDA_FUNCTION_VERSION": "$LATEST",
        "AWS_LAMBDA_FUNCTION_MEMORY_SIZE": "256",
        "AWS_LAMBDA_INITIALIZATION_TYPE": "on-demand",
        "AWS_LAMBDA_LOG_GROUP_NAME": f"/aws/lambda/{name}",
        "AWS_LAMBDA_LOG_STREAM_NAME": stream,
        "LAMBDA_TASK_ROOT": folder,
        "TZ": ":UTC",
    }
    assert {key: environment.get(key) for key in expect} == expect
    assert environment["_X_AMZN_TRACE_ID"].startswith("Root=1-")
    secrets = [key for key in environment if "RINGWAY" in key or "SECRET" in key]
    assert not secrets, "the gateway's own settings are none of its business"


@pytest.mark.parametrize(
    "code",
    [
        Code.python("n = 0\ndef main(event, context):\n    global n\n    n += 1\n    return n\n"),
        Code.node("let n = 0;\nexport const main = async () => ++n;\n"),
    ],
    ids=["python", "node"],
)
def test_a_process_is_kept_until_its_code_changes(
    account: Account, client: Any, code: Code
) -> None:
    name = account.create(code)
    assert [account.value(name) for _ in range(3)] == [1, 2, 3]
    client.update_function_configuration(FunctionName=name, Description="other")
    assert account.value(name) == 1


PYTHON_MODULES = {
    "app.py": "from lib import words\ndef main(event, context):\n    return words.hello(event)\n",
    "lib/__init__.py": "",
    "lib/words.py": "def hello(name):\n    return 'hello ' + open('name.txt').read() + name\n",
    "name.txt": "dear ",
}
NODE_MODULES = {
    "src/app.js": "const { hello } = require('words');\nexports.main = async (e) => hello(e);\n",
    "node_modules/words/index.js": "exports.hello = (name) => 'hello dear ' + name;\n",
    "node_modules/words/package.json": '{"name": "words", "version": "1.0.0"}',
}


@pytest.mark.parametrize(
    "code",
    [
        Code(zipped(PYTHON_MODULES), "python3.12"),
        Code(zipped(NODE_MODULES), "nodejs20.x", "src/app.main"),
    ],
    ids=["python", "node"],
)
def test_packages_bring_modules(account: Account, code: Code) -> None:
    assert account.value(account.create(code), "ada") == "hello dear ada"


@pytest.mark.parametrize(
    ("text", "file", "expect"),
    [
        ("export const main = async (event) => event.a + 1;", "app.mjs", 2),
        ("exports.main = async (event) => ({ got: event.a });", "app.js", {"got": 1}),
        ("exports.main = (e, c, back) => setTimeout(() => back(null, 'x'), 1);", "app.cjs", "x"),
        ("exports.main = (event, context) => context.succeed('done');", "app.js", "done"),
        ("export const main = async () => {};", "app.mjs", None),
        ("export default { main: async () => 'inside' };", "app.mjs", "inside"),
    ],
)
def test_node_handlers(account: Account, text: str, file: str, expect: Any) -> None:
    name = account.create(Code.node(text, file=file))
    assert account.value(name, {"a": 1}) == expect


PYTHON_ERRORS = """
class Sad(Exception):
    pass
def main(event, context):
    if event == "set":
        return {1, 2}
    print("about to fail")
    raise Sad("oh no")
"""


def test_errors_of_python(account: Account) -> None:
    name = account.create(Code.python(PYTHON_ERRORS))
    answer = account.invoke(name, LogType="Tail")
    assert (answer.error, answer.raw["StatusCode"]) == ("Unhandled", 200)
    error = answer.json()
    trace = error.pop("stackTrace")
    request = answer.raw["ResponseMetadata"]["RequestId"]
    assert error == {"errorMessage": "oh no", "errorType": "Sad", "requestId": request}
    assert len(trace) == 1
    assert 'app.py", line 8, in main' in trace[0]
    log = base64.b64decode(answer.raw["LogResult"]).decode()
    assert "about to fail\n" in log
    assert "[ERROR] Sad: oh no\nTraceback (most recent call last):\n" in log

    error = account.invoke(name, "set").json()
    assert error["errorType"] == "Runtime.MarshalError"
    assert error["errorMessage"].startswith("Unable to marshal response: ")


def test_errors_of_node(account: Account) -> None:
    text = """
export const main = async (event) => {
    if (event === "late") {
        setTimeout(() => { throw new TypeError("late"); }, 1);
        return new Promise(() => {});
    }
    if (event === "text") throw "just a text";
    throw new RangeError("too far");
};
"""
    name = account.create(Code.node(text))
    answer = account.invoke(name)
    error = answer.json()
    trace = error.pop("trace")
    assert answer.error == "Unhandled"
    assert error == {"errorType": "RangeError", "errorMessage": "too far"}
    assert trace[0] == "RangeError: too far"
    assert "app.mjs:8:" in trace[1]
    error = account.invoke(name, "text").json()
    assert error == {"errorType": "string", "errorMessage": "just a text", "trace": []}
    error = account.invoke(name, "late").json()
    assert error["errorMessage"].endswith("late")
    assert account.invoke(name).json()["errorType"] == "RangeError", "in another process"


@pytest.mark.parametrize(
    ("code", "kind", "message"),
    [
        (
            Code.python("", "no.main"),
            "Runtime.ImportModuleError",
            "Unable to import module 'no': No module named 'no'",
        ),
        (
            Code.python("import absent\ndef main(event, context):\n    pass\n"),
            "Runtime.ImportModuleError",
            "Unable to import module 'app': No module named 'absent'",
        ),
        (
            Code.python("x = 1"),
            "Runtime.HandlerNotFound",
            "Handler 'main' missing on module 'app'",
        ),
        (
            Code.python("", "main"),
            "Runtime.MalformedHandlerName",
            "Bad handler 'main': not enough values to unpack (expected 2, got 1)",
        ),
        (Code.python("def main(:"), "Runtime.UserCodeSyntaxError", "Syntax error in module 'app'"),
        (Code.python("raise ValueError('x')"), "ValueError", "x"),
        (
            Code.node("", "no.main"),
            "Runtime.ImportModuleError",
            "Error: Cannot find module 'no'",
        ),
        (
            Code.node("export const other = 1;"),
            "Runtime.HandlerNotFound",
            "app.main is undefined or not exported",
        ),
        (
            Code.node("export const main = 1;"),
            "Runtime.HandlerNotFound",
            "app.main is not a function",
        ),
        (Code.node("", "main"), "Runtime.MalformedHandlerName", "Bad handler"),
        (Code.node("export const main = (;"), "Runtime.UserCodeSyntaxError", "SyntaxError: "),
        (Code.node("throw new RangeError('x');"), "RangeError", "x"),
    ],
    ids=lambda value: value if isinstance(value, str) and " " not in value else None,
)
def test_functions_that_do_not_get_ready(
    account: Account, code: Code, kind: str, message: str
) -> None:
    name = account.create(code)
    for _ in range(2):
        answer = account.invoke(name)
        error = answer.json()
        assert (answer.error, error["errorType"]) == ("Unhandled", kind)
        assert error["errorMessage"].startswith(message), error


BOOTSTRAP = """#!/bin/sh
api="http://$AWS_LAMBDA_RUNTIME_API/2018-06-01/runtime"
while :; do
    event=$(curl -sS -D "$TMPDIR_OF_TEST/head" "$api/invocation/next") || exit 1
    id=$(tr -d '\\r' <"$TMPDIR_OF_TEST/head" | sed -n 's/^lambda-runtime-aws-request-id: //Ip')
    curl -sS -o /dev/null "$api/invocation/$id/response" -d "{\\"got\\": $event}" || exit 1
done
"""


def test_a_runtime_of_ones_own(account: Account, tmp_path: Any) -> None:
    package = zipped({"bootstrap": BOOTSTRAP}, {"bootstrap": 0o100755})
    name = account.create(
        Code(package, "provided.al2023", "any"),
        Environment={"Variables": {"TMPDIR_OF_TEST": str(tmp_path)}},
    )
    assert [account.value(name, at) for at in (1, 2)] == [{"got": 1}, {"got": 2}]


@pytest.mark.parametrize(
    "package",
    [zipped({"other": "x"}), zipped({"bootstrap": "no program"}, {"bootstrap": 0o100644})],
    ids=["absent", "no program"],
)
def test_no_bootstrap(account: Account, package: bytes) -> None:
    answer = account.invoke(account.create(Code(package, "provided.al2023", "any")))
    assert answer.error == "Unhandled"
    assert answer.json()["errorType"] == "Runtime.InvalidEntrypoint", json.dumps(answer.json())
