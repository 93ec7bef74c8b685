"""A gateway with a function runner, and what a customer has there: functions, keys, users."""

import io
import json
import stat
import zipfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import boto3
import gateway as processes
import pytest
from apis import unique
from botocore.config import Config
from botocore.exceptions import ClientError
from gateway import ACCOUNT, REGION, Gateway, free_ports
from signing import Call, send

ROLE = f"arn:aws:iam::{ACCOUNT}:role/functions"


def zipped(files: Mapping[str, str | bytes], modes: dict[str, int] | None = None) -> bytes:
    """A zip file; `modes` are those of entries that are not plain files."""
    written = io.BytesIO()
    with zipfile.ZipFile(written, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in files.items():
            entry = zipfile.ZipInfo(name)
            entry.compress_type = zipfile.ZIP_DEFLATED
            entry.external_attr = (modes or {}).get(name, stat.S_IFREG | 0o644) << 16
            archive.writestr(entry, text)
    return written.getvalue()


@dataclass(frozen=True)
class Code:
    """A package and what runs it."""

    package: bytes
    runtime: str
    handler: str = "app.main"

    @classmethod
    def python(cls, text: str, handler: str = "app.main") -> "Code":
        """One Python module, `app`."""
        return cls(zipped({"app.py": text}), "python3.12", handler)

    @classmethod
    def node(cls, text: str, handler: str = "app.main", file: str = "app.mjs") -> "Code":
        """One module of Node.js, `app`."""
        return cls(zipped({file: text}), "nodejs20.x", handler)


def says(text: str) -> Code:
    """A function that answers with a text."""
    return Code.python(f"def main(event, context):\n    return {text!r}\n")


@dataclass(frozen=True)
class Key:
    """An access key."""

    access_key: str = processes.ACCESS_KEY_ID
    secret_key: str = processes.SECRET_ACCESS_KEY
    user_name: str = ""


@dataclass(frozen=True)
class Answer:
    """What an invocation answered."""

    raw: dict[str, Any]
    payload: bytes

    @property
    def error(self) -> str | None:
        """`FunctionError`."""
        return self.raw.get("FunctionError")

    def json(self) -> Any:
        """The payload as JSON."""
        return json.loads(self.payload)


class Account:
    """A running gateway whose Lambda API is at an address of its own."""

    def __init__(self, gateway: Gateway, port: int) -> None:
        self.gateway, self.port = gateway, port
        self.lambdas = self.client()

    @property
    def url(self) -> str:
        """Where the Lambda API answers."""
        return f"http://127.0.0.1:{self.port}"

    def client(self, key: Key | None = None, validate: bool = True, region: str = REGION) -> Any:
        """A boto3 client; without `validate` it sends what the service is to refuse."""
        key = key or Key()
        return boto3.client(
            "lambda",
            endpoint_url=self.url,
            region_name=region,
            aws_access_key_id=key.access_key,
            aws_secret_access_key=key.secret_key,
            config=Config(
                retries={"total_max_attempts": 1},
                read_timeout=processes.ANSWER_S,
                max_pool_connections=64,
                parameter_validation=validate,
            ),
        )

    def create(self, code: Code, name: str | None = None, **more: Any) -> str:
        """A new function: its name."""
        name = name or unique("f")
        self.lambdas.create_function(**creation(name, code), **more)
        return name

    def invoke(self, name: str, event: Any = None, **more: Any) -> Answer:
        """Invokes a function with JSON, and waits for its answer."""
        answer = self.lambdas.invoke(FunctionName=name, Payload=json.dumps(event), **more)
        return Answer(answer, answer["Payload"].read())

    def value(self, name: str, event: Any = None, **more: Any) -> Any:
        """What a function that does not fail answers."""
        answer = self.invoke(name, event, **more)
        assert answer.error is None, answer.payload
        return answer.json()

    def user(self, *statements: dict[str, Any], account: str = ACCOUNT) -> Key:
        """A key of a new user with these statements as its policy."""
        name = unique("user")
        document = json.dumps({"Version": "2012-10-17", "Statement": list(statements)})
        self.manage(account, action="CreateUser", userName=name, policies={"p": document})
        made = self.manage(account, action="CreateAccessKey", userName=name)
        return Key(made["accessKeyId"], made["secretAccessKey"], name)

    def manage(self, account: str = ACCOUNT, **request: Any) -> dict[str, Any]:
        """Asks for a change of the users of an account."""
        body = json.dumps({"accountId": account, "request": request}).encode()
        answer = send(self.gateway, Call("POST", "/_ringway/users", body))
        assert answer.status_code == 200, answer.text
        return answer.json()


def creation(name: str, code: Code) -> dict[str, Any]:
    """The members of CreateFunction."""
    return {
        "FunctionName": name,
        "Runtime": code.runtime,
        "Handler": code.handler,
        "Role": ROLE,
        "Timeout": 20,
        "Code": {"ZipFile": code.package},
    }


def arn(name: str, qualifier: str | None = None) -> str:
    """The ARN of a function."""
    own = f"arn:aws:lambda:{REGION}:{ACCOUNT}:function:{name}"
    return f"{own}:{qualifier}" if qualifier else own


@contextmanager
def running(data: Path | None = None) -> Iterator[Account]:
    """`ringway serve` with a runner."""
    (port,) = free_ports(1)
    with processes.running("--lambda-addr", f"127.0.0.1:{port}", data=data) as gateway:
        yield Account(gateway, port)


@contextmanager
def refused(code: str, status: int, message: str = "") -> Iterator[dict[str, Any]]:
    """The one call inside is refused: with an exception of AWS's, and words that are in it.

    The dictionary has what the answer says, after the block.
    """
    answer: dict[str, Any] = {}
    with pytest.raises(ClientError) as caught:
        yield answer
    answer |= caught.value.response
    said = answer["Error"]
    seen = (said["Code"], answer["ResponseMetadata"]["HTTPStatusCode"])
    assert seen == (code, status), said
    assert message in said["Message"], said
