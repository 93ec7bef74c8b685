"""Fixtures: AWS's services as moto plays them, and a gateway that calls them there."""

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.error import URLError
from urllib.request import urlopen

import boto3
import gateway as processes
import pytest
from gateway import REGION, Gateway, free_ports, stop
from polling import eventually
from rest import Rest

KEYS = {"aws_access_key_id": "AKIASERVICES00000001", "aws_secret_access_key": "services/secret"}


def pytest_configure(config: pytest.Config) -> None:
    """Keeps clients from asking a proxy for what is on loopback."""
    os.environ["NO_PROXY"] = os.environ["no_proxy"] = "127.0.0.1"


class Services:
    """A moto server."""

    def __init__(self, port: int) -> None:
        self.url = f"http://127.0.0.1:{port}"

    def client(self, service: str, **keys: str) -> Any:
        """A boto3 client of one of its services."""
        given = {**KEYS, **keys}
        return boto3.client(service, endpoint_url=self.url, region_name=REGION, **given)

    def answers(self) -> bool:
        """Whether it is there."""
        try:
            with urlopen(f"{self.url}/moto-api/data.json", timeout=5) as answer:
                return answer.status == 200
        except (URLError, OSError):
            return False


@pytest.fixture(scope="session")
def services() -> Iterator[Services]:
    """All services, for the whole session."""
    (port,) = free_ports(1)
    command = [str(Path(sys.executable).with_name("moto_server")), "-H", "127.0.0.1"]
    with tempfile.TemporaryFile() as output:
        process = subprocess.Popen(
            [*command, "-p", str(port)], stdout=output, stderr=subprocess.STDOUT
        )
        services = Services(port)
        try:
            eventually(services.answers, "moto answers", 60.0)
            yield services
        finally:
            stop(process)


@pytest.fixture(scope="session")
def variables(services: Services) -> dict[str, str]:
    """The environment of a gateway that calls them."""
    return {
        "AWS_ENDPOINT_URL": services.url,
        "AWS_ACCESS_KEY_ID": KEYS["aws_access_key_id"],
        "AWS_SECRET_ACCESS_KEY": KEYS["aws_secret_access_key"],
    }


@pytest.fixture(scope="session")
def gateway(variables: dict[str, str]) -> Iterator[Gateway]:
    """One process for all tests, which make APIs of their own in it."""
    with processes.running(variables=variables) as running:
        yield running


@pytest.fixture(scope="session")
def role(services: Services) -> str:
    """A role that integrations assume."""
    trust = {"Version": "2012-10-17", "Statement": []}
    iam = services.client("iam")
    made = iam.create_role(RoleName="gateway", AssumeRolePolicyDocument=json.dumps(trust))
    return made["Role"]["Arn"]


@pytest.fixture
def rest(gateway: Gateway) -> Rest:
    """An API without methods."""
    return Rest(gateway)
