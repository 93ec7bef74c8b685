"""Functions behind an API that is made through the management API of the same gateway."""

import json
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from account import Account, Code, arn, says
from gateway import REGION, Response
from polling import eventually

PROXY = """
import json
def main(event, context):
    if event["queryStringParameters"]:
        raise RuntimeError("asked to fail")
    answer = {
        "version": context.function_version,
        "arn": context.invoked_function_arn,
        "method": event["httpMethod"],
        "path": event["path"],
        "parameters": event["pathParameters"],
        "body": event["body"],
        "stage": event["requestContext"]["stage"],
    }
    headers = {"X-Ran": "yes", "Content-Type": "application/json"}
    return {"statusCode": 201, "headers": headers, "body": json.dumps(answer)}
"""


def uri(function: str) -> str:
    """An integration's URI of a function."""
    path = f"2015-03-31/functions/{function}/invocations"
    return f"arn:aws:apigateway:{REGION}:lambda:path/{path}"


class Rest:
    """An API whose methods call functions."""

    def __init__(self, account: Account) -> None:
        self.gateway, self.client = account.gateway, account.gateway.client()
        self.id = self.client.create_rest_api(name="functions")["id"]
        self.root = self.client.get_resources(restApiId=self.id)["items"][0]["id"]

    def method(self, path: str, target: str, **integration: Any) -> None:
        """ANY on a path of one segment."""
        client, api = self.client, self.id
        resource = client.create_resource(restApiId=api, parentId=self.root, pathPart=path)["id"]
        at = {"restApiId": api, "resourceId": resource, "httpMethod": "ANY"}
        client.put_method(**at, authorizationType="NONE")
        settings = {"type": "AWS_PROXY", "integrationHttpMethod": "POST", **integration}
        client.put_integration(**at, uri=target, **settings)
        if settings["type"] == "AWS":
            client.put_method_response(**at, statusCode="200")
            client.put_integration_response(**at, statusCode="200")

    def deploy(self, **variables: str) -> None:
        """Puts it into the stage `test`."""
        self.client.create_deployment(
            restApiId=self.id, stageName="test", variables=variables or {"no": "thing"}
        )
        self.gateway.settle()

    def call(self, path: str, method: str = "GET", **request: Any) -> Response:
        """Calls a method."""
        return self.gateway.invoke(self.id, "test", path, method=method, **request)


@pytest.fixture
def rest(account: Account) -> Rest:
    return Rest(account)


def test_a_function_answers(account: Account, rest: Rest) -> None:
    name = account.create(Code.python(PROXY))
    rest.method("{pet}", uri(arn(name)))
    rest.deploy()
    answer = rest.call("/rex", "PUT", body="hello")
    assert (answer.status, answer.header("X-Ran")) == (201, "yes")
    assert answer.json() == {
        "version": "$LATEST",
        "arn": arn(name),
        "method": "PUT",
        "path": "/rex",
        "parameters": {"pet": "rex"},
        "body": "hello",
        "stage": "test",
    }
    failed = rest.call("/rex?fail=1")
    assert (failed.status, failed.json()) == (502, {"message": "Internal server error"})
    assert rest.call("/rex").status == 201


def test_aliases_in_uris_and_stage_variables(account: Account, rest: Rest) -> None:
    client = account.client()
    name = account.create(Code.python(PROXY))
    client.publish_version(FunctionName=name)
    client.create_alias(FunctionName=name, Name="live", FunctionVersion="1")
    client.create_alias(FunctionName=name, Name="next", FunctionVersion="$LATEST")
    rest.method("alias", uri(arn(name, "live")))
    rest.method("version", uri(arn(name, "1")))
    rest.method("variable", uri(arn(name, "${stageVariables.alias}")))
    rest.method("absent", uri(arn(name, "absent")))
    rest.deploy(alias="next")

    def seen(path: str) -> tuple[str, str]:
        answer = rest.call(path).json()
        return answer["version"], answer["arn"]

    assert seen("/alias") == ("1", arn(name, "live"))
    assert seen("/version") == ("1", arn(name, "1"))
    assert seen("/variable") == ("$LATEST", arn(name, "next"))
    client.update_function_configuration(FunctionName=name, Description="changed")
    client.publish_version(FunctionName=name)
    client.update_alias(FunctionName=name, Name="live", FunctionVersion="2")
    assert seen("/alias") == ("2", arn(name, "live")), "an alias moves without a deployment"
    assert rest.call("/absent").status == 500
    at = {"restApiId": rest.id, "stageName": "test"}
    operation = {"op": "replace", "path": "/variables/alias", "value": "live"}
    rest.client.update_stage(**at, patchOperations=[operation])
    rest.gateway.settle()
    assert seen("/variable") == ("2", arn(name, "live"))


def test_permissions_are_kept_and_not_asked_for(account: Account, rest: Rest) -> None:
    """Ours: the gateway of a machine may call what runs there. AWS answers 500 without."""
    client, name = account.client(), account.create(Code.python(PROXY))
    rest.method("open", uri(arn(name)))
    rest.deploy()
    assert rest.call("/open").status == 201
    client.add_permission(
        FunctionName=name,
        StatementId="gateway",
        Action="lambda:InvokeFunction",
        Principal="apigateway.amazonaws.com",
        SourceArn=f"arn:aws:execute-api:{REGION}:000000000000:{rest.id}/*/*/open",
    )
    assert rest.call("/open").status == 201
    client.remove_permission(FunctionName=name, StatementId="gateway")
    assert rest.call("/open").status == 201


def test_what_the_gateway_says_of_functions_that_do_not_answer(
    account: Account, rest: Rest
) -> None:
    client, name = account.client(), account.create(Code.python(PROXY))
    malformed, slow = account.create(says("no answer")), account.create(sleeper())
    client.update_function_configuration(FunctionName=slow, Timeout=1)
    broken = account.create(Code.python("import absent\n"))
    client.put_function_concurrency(FunctionName=name, ReservedConcurrentExecutions=0)
    for path, function in {
        "throttled": arn(name),
        "absent": arn("absent"),
        "malformed": arn(malformed),
        "slow": arn(slow),
        "broken": arn(broken),
    }.items():
        rest.method(path, uri(function))
    rest.deploy()
    expect = {"throttled": 500, "absent": 500, "malformed": 502, "slow": 502, "broken": 502}
    seen = {path: rest.call(f"/{path}").status for path in expect}
    assert seen == expect
    client.delete_function_concurrency(FunctionName=name)
    assert rest.call("/throttled").status == 201


def sleeper() -> Code:
    return Code.python("import time\ndef main(event, context):\n    time.sleep(20)\n")


def test_a_mapped_function(account: Account, rest: Rest, echo: str) -> None:
    template = '{"from": "$input.params(\'who\')", "got": $input.json("$")}'
    rest.method("map", uri(arn(echo)), type="AWS", requestTemplates={"application/json": template})
    rest.deploy()
    headers = {"Content-Type": "application/json"}
    answer = rest.call("/map?who=ada", "POST", headers=headers, body='{"a": [1]}')
    assert (answer.status, answer.json()) == (200, {"from": "ada", "got": {"a": [1]}})


def test_an_asynchronous_integration(account: Account, rest: Rest, tmp_path: Path) -> None:
    file = tmp_path / "events"
    text = (
        "import json, time\ndef main(event, context):\n    time.sleep(0.5)\n"
        f"    open({str(file)!r}, 'w').write(json.dumps(event))\n"
    )
    name = account.create(Code.python(text))
    event = {"integration.request.header.X-Amz-Invocation-Type": "'Event'"}
    rest.method("later", uri(arn(name)), type="AWS", requestParameters=event)
    rest.deploy()
    headers = {"Content-Type": "application/json"}
    answer = rest.call("/later", "POST", headers=headers, body='{"a": 1}')
    assert (answer.status, answer.body) == (200, b"")
    assert not file.exists(), "nobody waited for it"
    eventually(lambda: file.exists() and file.read_text(), "the event runs")
    assert json.loads(file.read_text()) == {"a": 1}


def test_a_test_of_a_method_invokes_the_function(account: Account, rest: Rest) -> None:
    name = account.create(Code.python(PROXY))
    rest.method("tried", uri(arn(name)))
    resources = rest.client.get_resources(restApiId=rest.id)["items"]
    (resource,) = (item["id"] for item in resources if item["path"] == "/tried")
    tried = rest.client.test_invoke_method(
        restApiId=rest.id, resourceId=resource, httpMethod="ANY", pathWithQueryString="/tried"
    )
    assert tried["status"] == 201, tried
    assert json.loads(tried["body"])["stage"] == "test-invoke-stage"


STREAM = """
import fs from "node:fs";
export const main = awslambda.streamifyResponse(async (event, stream) => {
    const head = { statusCode: 203, headers: { "Content-Type": "text/plain", "X-Ran": "yes" } };
    stream = awslambda.HttpResponseStream.from(stream, head);
    for (let at = 0; at < 100; at++) stream.write(`line ${at}\\n`);
    stream.end();
});
"""


def test_a_streaming_integration(account: Account, rest: Rest) -> None:
    name = account.create(Code.node(STREAM))
    path = f"2021-11-15/functions/{arn(name)}/response-streaming-invocations"
    rest.method(
        "stream",
        f"arn:aws:apigateway:{REGION}:lambda:path/{path}",
        responseTransferMode="STREAM",
    )
    rest.deploy()
    for _ in range(3):
        answer = rest.call("/stream")
        assert (answer.status, answer.header("X-Ran")) == (203, "yes")
        assert answer.body.decode() == "".join(f"line {at}\n" for at in range(100))


def test_code_changes_under_load_without_a_failure(account: Account, rest: Rest) -> None:
    def version(number: int) -> Code:
        return Code.python(
            f"def main(event, context):\n    return {{'statusCode': 200, 'body': '{number}'}}\n"
        )

    name = account.create(version(0))
    rest.method("load", uri(arn(name)))
    rest.deploy()
    end = time.monotonic() + 3

    def load() -> list[tuple[int, int]]:
        seen = []
        while time.monotonic() < end:
            answer = rest.call("/load")
            seen.append((answer.status, int(answer.body or b"-1")))
        return seen

    with ThreadPoolExecutor(4) as pool:
        loads = [pool.submit(load) for _ in range(4)]
        for number in range(1, 6):
            time.sleep(0.3)
            package = version(number).package
            account.lambdas.update_function_code(FunctionName=name, ZipFile=package)
            assert rest.call("/load").body == str(number).encode(), "answered: it acts"
        for one in loads:
            seen = one.result()
            assert {status for status, _ in seen} == {200}
            numbers = [number for _, number in seen]
            assert numbers == sorted(numbers), "nobody meets an older code than before"
