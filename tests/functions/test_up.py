"""`ringway up`: functions of a settings file, and a Lambda API that asks nobody who they are."""

import json
import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import gateway as processes
import requests
from account import Account, Code, Key, arn, refused, says
from gateway import free_ports
from polling import eventually

SETTINGS: dict[str, Any] = {
    "apis": [{"openapi": "openapi.json", "stages": [{"stageName": "dev"}]}],
    "functions": [
        {
            "functionName": "pets",
            "runtime": "python3.12",
            "handler": "app.main",
            "code": "pets",
            "timeout": 20,
            "aliases": ["live"],
        },
        {
            "functionName": "zipped",
            "runtime": "python3.12",
            "handler": "app.main",
            "code": "zipped.zip",
            "environment": {"variables": {"COLOUR": "blue"}},
            "reservedConcurrentExecutions": 5,
            "description": "from a file",
        },
    ],
}
PETS = "def main(event, context):\n    return {'statusCode': 200, 'body': 'pets'}\n"
ZIPPED = "import os\ndef main(event, context):\n    return os.environ['COLOUR']\n"


def document(function: str) -> dict[str, Any]:
    """An OpenAPI document whose one route is a function."""
    path = f"lambda:path/2015-03-31/functions/{function}/invocations"
    integration = {
        "type": "aws_proxy",
        "httpMethod": "POST",
        "uri": f"arn:aws:apigateway:us-east-1:{path}",
    }
    operation = {"responses": {}, "x-amazon-apigateway-integration": integration}
    return {
        "openapi": "3.0.1",
        "info": {"title": "pets", "version": "1"},
        "paths": {"/pets": {"get": operation}},
    }


@contextmanager
def up(folder: Path, settings: dict[str, Any]) -> Iterator[Account]:
    """`ringway up` of a settings file in a folder."""
    (folder / "pets").mkdir()
    (folder / "pets" / "app.py").write_text(PETS)
    (folder / "zipped.zip").write_bytes(Code.python(ZIPPED).package)
    (folder / "openapi.json").write_text(json.dumps(document(arn("pets", "live"))))
    (folder / "ringway.json").write_text(json.dumps(settings))
    (port,) = free_ports(1)
    arguments = ("up", str(folder / "ringway.json"), "--lambda-addr", f"127.0.0.1:{port}")
    with processes.started(*arguments) as gateway:
        yield Account(gateway, port)


def test_declared_functions_are_shown_and_invoked(tmp_path: Path) -> None:
    with up(tmp_path, SETTINGS) as account:
        banner = rf"lambda +http://127\.0\.0\.1:{account.port} \(2 functions\)"
        eventually(lambda: re.search(banner, account.gateway.log.read_text()), "the banner says so")
        client = account.client(Key("anybody", "at all"))
        listed = client.list_functions()["Functions"]
        assert [it["FunctionName"] for it in listed] == ["pets", "zipped"]
        shown = client.get_function(FunctionName="zipped")
        configuration = shown["Configuration"]
        assert configuration["Description"] == "from a file"
        assert configuration["Environment"] == {"Variables": {"COLOUR": "blue"}}
        assert shown["Concurrency"] == {"ReservedConcurrentExecutions": 5}
        assert account.value("zipped") == "blue"
        assert account.value("pets:live", {}) == {"statusCode": 200, "body": "pets"}
        aliases = client.list_aliases(FunctionName="pets")["Aliases"]
        assert [(it["Name"], it["FunctionVersion"]) for it in aliases] == [("live", "$LATEST")]
        answer = requests.get(f"http://127.0.0.1:{account.gateway.data_port}/dev/pets", timeout=30)
        assert (answer.status_code, answer.text) == (200, "pets")


def test_declared_functions_change_in_their_file_alone(tmp_path: Path) -> None:
    with up(tmp_path, SETTINGS) as account:
        client = account.client()
        words = "Function pets is declared in the settings file, and changed there"
        changes: dict[str, dict[str, Any]] = {
            "update_function_code": {"ZipFile": says("x").package},
            "update_function_configuration": {"Timeout": 4},
            "publish_version": {},
            "delete_function": {},
            "create_alias": {"Name": "a", "FunctionVersion": "$LATEST"},
            "delete_alias": {"Name": "live"},
            "put_function_concurrency": {"ReservedConcurrentExecutions": 1},
            "add_permission": {
                "StatementId": "s",
                "Action": "lambda:InvokeFunction",
                "Principal": "*",
            },
        }
        for operation, members in changes.items():
            with refused("ResourceConflictException", 409, words):
                getattr(client, operation)(FunctionName="pets", **members)
        with refused("ResourceConflictException", 409, "Function already exist: pets"):
            account.create(says("x"), "pets")
        name = account.create(says("beside"))
        assert account.value(name) == "beside"
        (tmp_path / "pets" / "app.py").write_text(PETS.replace("'pets'", "'edited'"))
        eventually(lambda: account.value("pets", {})["body"] == "edited", "the edited code runs")
        changed = {**SETTINGS, "functions": SETTINGS["functions"][:1]}
        (tmp_path / "ringway.json").write_text(json.dumps(changed))
        eventually(lambda: "zipped" not in str(client.list_functions()), "it is gone")
        assert account.value(name) == "beside", "what was made by hand stays"


def test_a_runner_without_declared_functions(tmp_path: Path) -> None:
    settings = {"apis": SETTINGS["apis"]}
    with up(tmp_path, settings) as account:
        url = f"http://127.0.0.1:{account.gateway.data_port}/dev/pets"
        assert requests.get(url, timeout=30).status_code == 500
        account.create(Code.python(PETS), "pets")
        account.lambdas.create_alias(FunctionName="pets", Name="live", FunctionVersion="$LATEST")
        answer = requests.get(url, timeout=30)
        assert (answer.status_code, answer.text) == (200, "pets")


def test_unsigned_calls_are_taken_but_not_those_of_web_pages(tmp_path: Path) -> None:
    with up(tmp_path, SETTINGS) as account:
        url = f"{account.url}/2015-03-31/functions/zipped/invocations"
        answer = requests.post(url, data=b"{}", timeout=30)
        assert (answer.status_code, answer.text) == (200, '"blue"')
        for headers in (
            {"Origin": "http://evil.example"},
            {"Host": "evil.example"},
            {"Sec-Fetch-Site": "same-site"},
        ):
            answer = requests.post(url, data=b"{}", headers=headers, timeout=30)
            assert answer.status_code == 403, headers
            assert "blue" not in answer.text
