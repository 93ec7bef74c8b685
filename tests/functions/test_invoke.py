"""Invoke: answers, errors of functions, logs, asynchronous events, throttling, and refusals."""

import base64
import json
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from account import Account, Code, arn, refused, says
from polling import eventually

MEGABYTE = 1024 * 1024


@pytest.mark.parametrize(
    "event", [None, True, 1.5, "ü \u2028", [], {}, {"a": {"b": ["c", None]}}], ids=repr
)
def test_events_come_back(account: Account, echo: str, event: Any) -> None:
    answer = account.invoke(echo, event)
    assert (answer.json(), answer.error) == (event, None)
    assert (answer.raw["StatusCode"], answer.raw["ExecutedVersion"]) == (200, "$LATEST")


def test_no_payload_is_an_empty_object(client: Any, echo: str) -> None:
    assert client.invoke(FunctionName=echo)["Payload"].read() == b"{}"


def test_the_log_comes_with_the_answer(account: Account) -> None:
    text = "def main(event, context):\n    print('first')\n    print('x' * 5000 + 'last')\n"
    name = account.create(Code.python(text))
    assert "LogResult" not in account.invoke(name).raw
    answer = account.invoke(name, LogType="Tail").raw
    tail, request = base64.b64decode(answer["LogResult"]), answer["ResponseMetadata"]["RequestId"]
    assert len(tail) <= 4096
    lines = tail.decode().splitlines()
    assert any(line.endswith("last") for line in lines)
    assert f"END RequestId: {request}" in lines
    report = lines[-1].split("\t")
    assert report[0] == f"REPORT RequestId: {request}"
    assert report[1].startswith("Duration: ")
    assert "Memory Size: 128 MB" in report

    name = account.create(Code.python("def main(event, context):\n    print('hello')\n"))
    answer = account.invoke(name, LogType="Tail").raw
    lines = base64.b64decode(answer["LogResult"]).decode().splitlines()
    request = answer["ResponseMetadata"]["RequestId"]
    assert lines[0] == f"START RequestId: {request} Version: $LATEST"
    assert lines.index("hello") < lines.index(f"END RequestId: {request}")

    text = "import os\ndef main(event, context):\n    print('last words')\n    os._exit(1)\n"
    ended = account.invoke(account.create(Code.python(text)), LogType="Tail")
    assert ended.json()["errorType"] == "Runtime.ExitError"
    assert b"last words\n" in base64.b64decode(ended.raw["LogResult"])


def test_a_dry_run_runs_nothing(account: Account, tmp_path: Path) -> None:
    name = account.create(writer(tmp_path / "ran"))
    answer = account.invoke(name, InvocationType="DryRun")
    assert (answer.raw["StatusCode"], answer.payload) == (204, b"")
    assert not (tmp_path / "ran").exists()
    account.invoke(name)
    assert (tmp_path / "ran").exists()


def writer(path: Path) -> Code:
    """A function that adds its event to a file, and the way it was invoked."""
    return Code.python(
        "import json\ndef main(event, context):\n"
        f"    with open({str(path)!r}, 'a') as file:\n"
        "        print(json.dumps([event, context.aws_request_id]), file=file)\n"
    )


def test_an_event_is_taken_and_runs_later(account: Account, tmp_path: Path) -> None:
    file = tmp_path / "events"
    name = account.create(writer(file))
    answer = account.invoke(name, {"a": 1}, InvocationType="Event")
    assert (answer.raw["StatusCode"], answer.payload) == (202, b"")
    eventually(file.exists, "the event runs")
    text = eventually(file.read_text, "it writes")
    assert json.loads(text) == [{"a": 1}, answer.raw["ResponseMetadata"]["RequestId"]]


def test_an_event_that_finds_no_room_waits_for_it(
    account: Account, client: Any, tmp_path: Path
) -> None:
    file = tmp_path / "events"
    name = account.create(writer(file))
    client.put_function_concurrency(FunctionName=name, ReservedConcurrentExecutions=0)
    assert account.invoke(name, 1, InvocationType="Event").raw["StatusCode"] == 202
    with refused("TooManyRequestsException", 429):
        account.invoke(name, 2)
    assert not file.exists()
    client.delete_function_concurrency(FunctionName=name)
    eventually(file.exists, "the event runs")


def test_what_is_not_taken_as_an_event(account: Account, client: Any, echo: str) -> None:
    words = "Could not parse request body into json"
    for kind in ("RequestResponse", "Event"):
        with refused("InvalidRequestContentException", 400, words):
            client.invoke(FunctionName=echo, Payload=b"{no json", InvocationType=kind)
    with refused("InvalidRequestContentException", 400, words):
        client.invoke_with_response_stream(FunctionName=echo, Payload=b"\xff")
    with refused("InvalidParameterValueException", 400, "Value 'Later' at 'invocationType'"):
        account.client(validate=False).invoke(FunctionName=echo, InvocationType="Later")
    with refused("InvalidParameterValueException", 400, "Client context"):
        client.invoke(FunctionName=echo, ClientContext="no base 64!")


def test_events_have_a_length(account: Account, client: Any, echo: str) -> None:
    most = "x" * (6 * MEGABYTE - 2)
    assert account.value(echo, most) == most
    words = "Request must be smaller than 6291456 bytes for the InvokeFunction operation"
    with refused("RequestTooLargeException", 413, words):
        account.invoke(echo, most + "x")
    most = "x" * (MEGABYTE - 2)
    assert account.invoke(echo, most, InvocationType="Event").raw["StatusCode"] == 202
    words = "1048577 byte payload is too large for the Event invocation type (limit 1048576 bytes)"
    with refused("RequestEntityTooLargeException", 413, words):
        account.invoke(echo, most + "x", InvocationType="Event")


def test_an_answer_that_is_too_long_is_an_error(account: Account) -> None:
    text = "def main(event, context):\n    return 'x' * event\n"
    name = account.create(Code.python(text))
    assert len(account.value(name, 6_291_554)) == 6_291_554
    answer = account.invoke(name, 6_291_555)
    assert answer.error == "Unhandled"
    assert answer.json()["errorType"] == "Function.ResponseSizeTooLarge"
    assert account.value(name, 1) == "x"


def test_a_function_that_takes_too_long(account: Account) -> None:
    text = "import time\ndef main(event, context):\n    time.sleep(event)\n    return 'done'\n"
    name = account.create(Code.python(text))
    account.lambdas.update_function_configuration(FunctionName=name, Timeout=1)
    answer = account.invoke(name, 30)
    assert answer.error == "Unhandled"
    assert answer.json()["errorType"] == "Sandbox.Timedout"
    request = answer.raw["ResponseMetadata"]["RequestId"]
    message = f"RequestId: {request} Error: Task timed out after 1.00 seconds"
    assert answer.json()["errorMessage"] == message
    assert account.value(name, 0) == "done", "in another process"


def test_a_process_that_ends(account: Account) -> None:
    text = "import os\ndef main(event, context):\n    os._exit(event) if event else None\n"
    name = account.create(Code.python(text))
    answer = account.invoke(name, 3)
    assert answer.error == "Unhandled"
    assert answer.json()["errorType"] == "Runtime.ExitError"
    assert answer.json()["errorMessage"].endswith("Error: Runtime exited with error: exit status 3")
    assert account.value(name) is None


def test_reserved_concurrency_bounds_and_throttles(
    account: Account, client: Any, tmp_path: Path
) -> None:
    gate = tmp_path / "gate"
    text = (
        "import os, time\ndef main(event, context):\n"
        f"    open(f'{tmp_path}/in-{{os.getpid()}}', 'w').close()\n"
        f"    while not os.path.exists({str(gate)!r}):\n        time.sleep(0.01)\n"
        "    return 'through'\n"
    )
    name = account.create(Code.python(text))
    put = client.put_function_concurrency(FunctionName=name, ReservedConcurrentExecutions=2)
    assert put["ReservedConcurrentExecutions"] == 2
    shown = client.get_function_concurrency(FunctionName=name)
    assert shown["ReservedConcurrentExecutions"] == 2
    assert client.get_function(FunctionName=name)["Concurrency"] == {
        "ReservedConcurrentExecutions": 2
    }
    with ThreadPoolExecutor(2) as pool:
        running = [pool.submit(account.value, name) for _ in range(2)]

        eventually(lambda: len(list(tmp_path.glob("in-*"))) == 2, "both run")
        with refused("TooManyRequestsException", 429, "Rate Exceeded.") as answer:
            account.invoke(name)
        assert answer["Reason"] == "ReservedFunctionConcurrentInvocationLimitExceeded"
        assert int(answer["ResponseMetadata"]["HTTPHeaders"]["retry-after"]) > 0
        gate.touch()
        assert [one.result() for one in running] == ["through"] * 2
    assert account.value(name) == "through"
    client.put_function_concurrency(FunctionName=name, ReservedConcurrentExecutions=0)
    with refused("TooManyRequestsException", 429) as answer:
        account.invoke(name)
    assert answer["Reason"] == "ReservedFunctionConcurrentInvocationLimitExceeded"
    client.delete_function_concurrency(FunctionName=name)
    assert "ReservedConcurrentExecutions" not in client.get_function_concurrency(FunctionName=name)
    assert account.value(name) == "through"


def test_a_hundred_executions_stay_unreserved(fresh_account: Account) -> None:
    client = fresh_account.client()
    first, second = (fresh_account.create(says("x")) for _ in range(2))
    words = "below its minimum value of [100]"
    with refused("InvalidParameterValueException", 400, words):
        client.put_function_concurrency(FunctionName=first, ReservedConcurrentExecutions=901)
    client.put_function_concurrency(FunctionName=first, ReservedConcurrentExecutions=800)
    with refused("InvalidParameterValueException", 400, words):
        client.put_function_concurrency(FunctionName=second, ReservedConcurrentExecutions=101)
    client.put_function_concurrency(FunctionName=second, ReservedConcurrentExecutions=100)


def test_many_at_once(account: Account, echo: str) -> None:
    client = account.client()

    def ask(number: int) -> Any:
        answer = client.invoke(FunctionName=echo, Payload=json.dumps({"n": number}))
        return json.loads(answer["Payload"].read())["n"]

    with ThreadPoolExecutor(32) as pool:
        assert list(pool.map(ask, range(500))) == list(range(500))


def events_of(answer: dict[str, Any]) -> tuple[bytes, dict[str, Any]]:
    """The pieces of a stream as one, and how it ended."""
    pieces, end = b"", None
    for event in answer["EventStream"]:
        assert end is None, "nothing comes after the end"
        if "PayloadChunk" in event:
            pieces += event["PayloadChunk"]["Payload"]
        else:
            end = event["InvokeComplete"]
    assert end is not None
    return pieces, end


def test_a_plain_answer_as_a_stream(client: Any, echo: str) -> None:
    text = json.dumps("x" * 200_000)
    answer = client.invoke_with_response_stream(FunctionName=echo, Payload=text)
    assert (answer["StatusCode"], answer["ExecutedVersion"]) == (200, "$LATEST")
    pieces, end = events_of(answer)
    assert pieces == text.encode()
    assert "ErrorCode" not in end


def test_an_error_as_a_stream(account: Account, client: Any) -> None:
    name = account.create(Code.python("def main(event, context):\n    raise KeyError('a')\n"))
    pieces, end = events_of(client.invoke_with_response_stream(FunctionName=name))
    assert (pieces, end["ErrorCode"]) == (b"", "KeyError")
    assert json.loads(end["ErrorDetails"])["errorType"] == "KeyError"


STREAMS = """
import fs from "node:fs";
export const main = awslambda.streamifyResponse(async (event, stream, context) => {
    stream.write("first ");
    while (event.gate && !fs.existsSync(event.gate)) await new Promise((go) => setTimeout(go, 5));
    if (event.fails) throw new RangeError("half way");
    stream.write("last");
    stream.end();
});
"""


def test_pieces_arrive_while_the_function_runs(
    account: Account, client: Any, tmp_path: Path
) -> None:
    name, gate = account.create(Code.node(STREAMS)), tmp_path / "gate"
    event = json.dumps({"gate": str(gate)})
    answer = client.invoke_with_response_stream(FunctionName=name, Payload=event)
    events = iter(answer["EventStream"])
    first = next(events)["PayloadChunk"]["Payload"]
    assert first == b"first ", "it came although the function has not ended"
    gate.touch()
    rest = list(events)
    assert b"".join(it["PayloadChunk"]["Payload"] for it in rest[:-1]) == b"last"
    assert "InvokeComplete" in rest[-1]
    assert account.invoke(name, {}).payload == b"first last", "as a whole, where that is asked for"


def test_a_stream_that_fails_half_way(account: Account, client: Any) -> None:
    name = account.create(Code.node(STREAMS))
    answer = client.invoke_with_response_stream(FunctionName=name, Payload=b'{"fails": true}')
    pieces, end = events_of(answer)
    assert (pieces, end["ErrorCode"]) == (b"first ", "RangeError")
    assert json.loads(end["ErrorDetails"])["errorMessage"] == "half way"


def test_a_dry_run_of_a_stream(client: Any, echo: str) -> None:
    answer = client.invoke_with_response_stream(FunctionName=echo, InvocationType="DryRun")
    assert answer["StatusCode"] == 204


def test_functions_are_named_in_more_ways_than_one(account: Account, echo: str) -> None:
    for name in (echo, f"{echo}:$LATEST", arn(echo), arn(echo, "$LATEST"), f"function:{echo}"):
        assert account.value(name, 1) == 1, name
    other = arn(echo).replace("us-east-1", "eu-west-1")
    assert account.value(other, 1) == 1, "documents written for another region find it, too"
    with refused("ResourceNotFoundException", 404, f"Function not found: {arn(echo, 'absent')}"):
        account.invoke(echo, Qualifier="absent")
    with refused("InvalidParameterValueException", 400, "derived qualifier"):
        account.invoke(f"{echo}:1", Qualifier="2")
