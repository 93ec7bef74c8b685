"""The AWS CLI does a day's work with functions."""

import base64
import json
from pathlib import Path

import pytest
from account import ROLE, Account, Code, arn, says, zipped
from apis import unique
from command_line import CommandLine


@pytest.fixture
def aws(account: Account, tmp_path: Path) -> CommandLine:
    """`aws lambda`, of the venv."""
    return CommandLine("lambda", account.url, tmp_path)


def package(folder: Path, code: Code) -> str:
    """A zip file as the CLI takes it."""
    file = folder / f"{unique('code')}.zip"
    file.write_bytes(code.package)
    return f"fileb://{file}"


def test_life_of_a_function(aws: CommandLine, tmp_path: Path) -> None:
    name, answer = unique("cli"), tmp_path / "answer.json"
    made = aws(
        *("create-function", "--function-name", name, "--runtime", "python3.12"),
        *("--handler", "app.main", "--role", ROLE),
        *("--zip-file", package(tmp_path, says("one"))),
        *("--environment", "Variables={COLOUR=blue}", "--tags", "team=pets"),
    )
    assert made["FunctionArn"] == arn(name)
    aws("wait", "function-active-v2", "--function-name", name)

    def invoke(*more: str) -> dict:
        return aws("invoke", "--function-name", name, *more, str(answer))

    done = invoke("--payload", '{"a": 1}', "--log-type", "Tail")
    assert (done["StatusCode"], json.loads(answer.read_text())) == (200, "one")
    assert b"REPORT RequestId: " in base64.b64decode(done["LogResult"])

    assert aws("publish-version", "--function-name", name, "--query", "Version") == "1"
    aws(
        *("create-alias", "--function-name", name, "--name", "live"),
        *("--function-version", "1"),
    )
    aws(
        *("update-function-code", "--function-name", name),
        *("--zip-file", package(tmp_path, says("two"))),
    )
    aws("wait", "function-updated", "--function-name", name)
    invoke("--qualifier", "live")
    assert json.loads(answer.read_text()) == "one"
    invoke()
    assert json.loads(answer.read_text()) == "two"
    assert invoke("--invocation-type", "Event")["StatusCode"] == 202
    assert invoke("--invocation-type", "DryRun")["StatusCode"] == 204

    aws("update-function-configuration", "--function-name", name, "--timeout", "9")
    shown = aws("get-function-configuration", "--function-name", name)
    assert (shown["Timeout"], shown["Environment"]["Variables"]) == (9, {"COLOUR": "blue"})
    statement = aws(
        *("add-permission", "--function-name", name, "--statement-id", "gateway"),
        *("--action", "lambda:InvokeFunction", "--principal", "apigateway.amazonaws.com"),
        *("--source-arn", "arn:aws:execute-api:us-east-1:000000000000:abc/*/GET/pets"),
    )
    assert json.loads(statement["Statement"])["Sid"] == "gateway"
    versions = aws(
        *("list-versions-by-function", "--function-name", name, "--page-size", "1"),
        *("--query", "Versions[].Version"),
    )
    assert versions == ["$LATEST", "1"]
    aws("delete-alias", "--function-name", name, "--name", "live")
    aws("delete-function", "--function-name", name)
    gone = aws.run("get-function", "--function-name", name)
    assert gone.returncode != 0
    assert "(ResourceNotFoundException) when calling the GetFunction" in gone.stderr
    assert f"Function not found: {arn(name)}" in gone.stderr


def test_errors_of_functions_and_refusals(aws: CommandLine, tmp_path: Path) -> None:
    name, answer = unique("cli"), tmp_path / "answer.json"
    code = Code(zipped({"app.js": "exports.main = async () => { throw 1; };"}), "nodejs20.x")
    create = [
        *("create-function", "--function-name", name, "--handler", "app.main", "--role", ROLE),
        *("--zip-file", package(tmp_path, code), "--runtime"),
    ]
    aws(*create, "nodejs20.x")
    again = aws.run(*create, "nodejs20.x")
    assert "(ResourceConflictException)" in again.stderr
    assert f"Function already exist: {name}" in again.stderr
    other = aws.run(*create, "ruby3.3")
    assert "(InvalidParameterValueException)" in other.stderr
    done = aws("invoke", "--function-name", name, str(answer))
    assert done["FunctionError"] == "Unhandled"
    error = json.loads(answer.read_text())
    assert (error["errorType"], error["errorMessage"]) == ("number", "1")
    aws.environment["AWS_SECRET_ACCESS_KEY"] = "wrong"
    wrong = aws.run("list-functions")
    assert "(InvalidSignatureException)" in wrong.stderr
