"""`examples/orders`, started by its two commands on other ports."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from http.client import HTTPConnection
from pathlib import Path
from typing import Any

import boto3
import pytest
from conftest import Services
from gateway import ROOT, binary, free_ports, stop
from polling import eventually

EXAMPLE = ROOT / "examples/orders"
KEYS = {"AWS_ACCESS_KEY_ID": "test", "AWS_SECRET_ACCESS_KEY": "test"}


@contextmanager
def started(command: list[str], log: Path, words: str, **variables: str) -> Iterator[None]:
    """A process that has said that it serves."""
    environment = {name: value for name, value in os.environ.items() if "AWS_" not in name}
    with log.open("wb") as output:
        process = subprocess.Popen(
            command, stdout=output, stderr=subprocess.STDOUT, env={**environment, **variables}
        )
    try:

        def says() -> bool:
            assert process.poll() is None, log.read_text()
            return words in log.read_text()

        eventually(says, f"{command[0]} says {words}", 60.0)
        yield
    finally:
        stop(process)


class Orders:
    """The example, running."""

    def __init__(self, port: int, services: Services) -> None:
        self.port, self.services = port, services

    def call(self, verb: str, path: str, body: Any = None) -> tuple[int, Any]:
        """Status and JSON of an answer."""
        connection = HTTPConnection("127.0.0.1", self.port, timeout=30)
        headers = {"Content-Type": "application/json"}
        connection.request(verb, f"/dev{path}", json.dumps(body) if body else None, headers)
        answer = connection.getresponse()
        return answer.status, json.loads(answer.read())


@pytest.fixture(scope="module")
def orders(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Orders]:
    """Its services and the gateway."""
    moto, http, admin = free_ports(3)
    logs = tmp_path_factory.mktemp("orders")
    services = Services(moto)
    play = [sys.executable, str(EXAMPLE / "services.py"), str(moto)]
    serve = [str(binary()), "up", str(EXAMPLE / "openapi.yaml"), "--http", f"127.0.0.1:{http}"]
    serve += ["--admin", f"127.0.0.1:{admin}"]
    with (
        started(play, logs / "services", "the services of the example answer"),
        started(serve, logs / "up", "/orders", AWS_ENDPOINT_URL=services.url, **KEYS),
    ):
        yield Orders(http, services)


def test_an_order_is_an_execution(orders: Orders) -> None:
    """Whatever it says arrives as it was said."""
    order = {"item": "tea \"green\" & 'mint' \\ é\n", "count": 2}
    status, answer = orders.call("POST", "/orders", order)
    assert status == 201, answer
    states = orders.services.client("stepfunctions")
    arn = f"arn:aws:states:us-east-1:123456789012:execution:orders:{answer['id']}"
    assert json.loads(states.describe_execution(executionArn=arn)["input"]) == order
    status, found = orders.call("GET", f"/orders/{answer['id']}")
    assert (status, found["id"], found["order"]) == (200, answer["id"], order)
    assert found["status"] in ("RUNNING", "SUCCEEDED")


def test_a_note_is_a_message(orders: Orders) -> None:
    """With the number of its order."""
    note = {"text": "no milk & 100% sugar = è"}
    assert orders.call("POST", "/orders/o-1/notes", note) == (202, {})
    sqs = orders.services.client("sqs")
    url = sqs.get_queue_url(QueueName="notes")["QueueUrl"]
    found = sqs.receive_message(QueueUrl=url, MessageAttributeNames=["All"], WaitTimeSeconds=5)
    (message,) = found["Messages"]
    assert json.loads(message["Body"]) == note
    assert message["MessageAttributes"]["order"]["StringValue"] == "o-1"


def test_what_is_wrong_is_said(orders: Orders) -> None:
    """By the gateway or by a service."""
    assert orders.call("GET", "/orders/none") == (404, {"message": "There is no such order"})
    assert orders.call("POST", "/orders", {"item": "tea"})[0] == 400
    assert orders.call("POST", "/orders/o-1/notes", {"text": ""})[0] == 400


def test_the_readme_says_what_is_run_here() -> None:
    """The commands of the README are those of this test, but for ports."""
    text = (EXAMPLE / "README.md").read_text()
    assert "python examples/orders/services.py\n" in text
    assert "-- up examples/orders/openapi.yaml\n" in text
    assert "AWS_ENDPOINT_URL=http://127.0.0.1:9002 " in text
    keys = dict(
        word.split("=") for word in text.split() if word.startswith("AWS_") and "KEY" in word
    )
    assert keys == KEYS
    assert boto3.__version__ in (EXAMPLE / "requirements.txt").read_text()
