"""A Ringway process of its own, its two ports, and the clients that speak to them."""

import http.client
import json
import os
import socket
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import boto3
from botocore.config import Config

from polling import eventually

ROOT = Path(__file__).resolve().parents[2]
ACCOUNT = "000000000000"
REGION = "us-east-1"
ACCESS_KEY_ID = "AKIARINGWAYTESTS0001"
SECRET_ACCESS_KEY = "ringway-tests/secret+of+the+administrator"
START_S = 60.0
ANSWER_S = 60.0


@dataclass
class Response:
    """An answer of the data port, as it came."""

    status: int
    headers: list[tuple[str, str]]
    body: bytes

    def header(self, name: str) -> str | None:
        """The first value of a header, whatever its letter case."""
        found = (value for key, value in self.headers if key.lower() == name.lower())
        return next(found, None)

    def json(self) -> Any:
        """The body as JSON."""
        return json.loads(self.body)


@dataclass
class Gateway:
    """A running process."""

    data_port: int
    admin_port: int
    process: subprocess.Popen
    log: Path
    session: boto3.Session = field(default_factory=boto3.Session)
    is_killed: bool = False

    @property
    def admin_url(self) -> str:
        """Where the management API answers."""
        return f"http://127.0.0.1:{self.admin_port}"

    def client(self, validate: bool = True, region: str = REGION, **credentials: str) -> Any:
        """A boto3 client; without `validate` it sends what the service is to refuse."""
        keys = {"aws_access_key_id": ACCESS_KEY_ID, "aws_secret_access_key": SECRET_ACCESS_KEY}
        return self.session.client(
            "apigateway",
            endpoint_url=self.admin_url,
            region_name=region,
            config=Config(
                retries={"total_max_attempts": 1},
                read_timeout=ANSWER_S,
                max_pool_connections=64,
                parameter_validation=validate,
            ),
            **{**keys, **credentials},
        )

    def invoke(
        self,
        api: str,
        stage: str,
        path: str = "/",
        method: str = "GET",
        headers: dict[str, str] | None = None,
        body: bytes | str | None = None,
        by_host: bool = False,
    ) -> Response:
        """Calls a deployed API, by the path that names it or by its host name.

        Nothing is added to `headers` but Host and Content-Length.
        """
        target = f"/{stage}{path}" if by_host else f"/_aws/execute-api/{api}/{stage}{path}"
        host = self.host(api) if by_host else f"127.0.0.1:{self.data_port}"
        body = body.encode() if isinstance(body, str) else body
        connection = http.client.HTTPConnection("127.0.0.1", self.data_port, timeout=ANSWER_S)
        try:
            connection.putrequest(method, target, skip_host=True, skip_accept_encoding=True)
            connection.putheader("Host", host)
            for name, value in (headers or {}).items():
                connection.putheader(name, value)
            if body is not None:
                connection.putheader("Content-Length", str(len(body)))
            connection.endheaders(body)
            answer = connection.getresponse()
            return Response(answer.status, answer.getheaders(), answer.read())
        finally:
            connection.close()

    def host(self, api: str) -> str:
        """The host name of an API."""
        return f"{api}.execute-api.localhost:{self.data_port}"

    def is_ready(self) -> bool:
        """Whether every worker serves what was published last."""
        assert self.process.poll() is None, f"ringway has ended:\n{self.tail()}"
        try:
            connection = http.client.HTTPConnection("127.0.0.1", self.admin_port, timeout=5)
            connection.request("GET", "/health/ready")
            return connection.getresponse().status == 200
        except OSError:
            return False

    def settle(self) -> None:
        """Waits until every worker serves what was published last."""
        eventually(self.is_ready, "/health/ready answers 200")

    def kill(self) -> None:
        """Ends it as a lack of power would."""
        self.is_killed = True
        self.process.kill()
        self.process.wait()

    def wait_for_log(self, words: str) -> None:
        """Waits until the process has written this."""
        eventually(lambda: words in self.log.read_text(errors="replace"), f"the log has {words}")

    def tail(self) -> str:
        """The end of what the process has written."""
        return "\n".join(self.log.read_text(errors="replace").splitlines()[-30:])


def binary() -> Path:
    """The built binary: `RINGWAY_BINARY`, or the debug build of this tree."""
    path = Path(os.environ.get("RINGWAY_BINARY", ROOT / "target/debug/ringway"))
    assert path.exists(), f"no {path}: build it first, or say where it is in RINGWAY_BINARY"
    return path


def free_ports(count: int) -> list[int]:
    """Ports that nobody listens on, held together so that they differ."""
    sockets = [socket.create_server(("127.0.0.1", 0)) for _ in range(count)]
    ports = [held.getsockname()[1] for held in sockets]
    for held in sockets:
        held.close()
    return ports


@contextmanager
def running(
    *flags: str, variables: dict[str, str] | None = None, data: Path | None = None
) -> Iterator[Gateway]:
    """Serves an empty account, or what is kept in a folder."""
    kept = ("--data", str(data)) if data else ("--ephemeral",)
    account = ("--account-id", ACCOUNT, "--region", REGION)
    with started("serve", *kept, *account, *flags, variables=variables) as gateway:
        yield gateway


@contextmanager
def started(*arguments: str, variables: dict[str, str] | None = None) -> Iterator[Gateway]:
    """Starts a process on ports of its own, waits until it serves, and stops it."""
    data_port, admin_port = free_ports(2)
    command = [
        *(str(binary()), *arguments),
        *("--http", f"127.0.0.1:{data_port}", "--admin", f"127.0.0.1:{admin_port}"),
    ]
    # Credentials of whoever runs the tests must not reach the process.
    environment = {name: value for name, value in os.environ.items() if "AWS_" not in name}
    environment |= variables or {}
    environment["RINGWAY_ADMIN_ACCESS_KEY_ID"] = ACCESS_KEY_ID
    environment["RINGWAY_ADMIN_SECRET_ACCESS_KEY"] = SECRET_ACCESS_KEY
    with tempfile.TemporaryDirectory(prefix="ringway-management-") as folder:
        log = Path(folder) / "ringway.log"
        with log.open("wb") as output:
            process = subprocess.Popen(
                command, stdout=output, stderr=subprocess.STDOUT, env=environment, cwd=folder
            )
        gateway = Gateway(data_port, admin_port, process, log)
        try:
            eventually(gateway.is_ready, "ringway is ready", START_S)
            yield gateway
            if not gateway.is_killed:
                assert process.poll() is None, f"ringway has ended:\n{gateway.tail()}"
        finally:
            stop(process)


def stop(process: subprocess.Popen) -> None:
    """Asks a process to end, and ends it if it does not."""
    process.terminate()
    try:
        process.wait(timeout=40)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
