"""Fixtures: a gateway that runs functions, and the clients that speak to it."""

import os
from collections.abc import Iterator
from typing import Any

import pytest
from account import Account, Code
from account import running as runner

PYTHON = "python3.12"


def pytest_configure(config: pytest.Config) -> None:
    """Keeps clients from asking a proxy for what is on loopback."""
    os.environ["NO_PROXY"] = os.environ["no_proxy"] = "127.0.0.1"


@pytest.fixture(scope="session")
def account() -> Iterator[Account]:
    """One process for all tests, which make functions of their own in it."""
    with runner() as running:
        yield running


@pytest.fixture
def fresh_account() -> Iterator[Account]:
    """A process of this test alone: for what concerns the whole account."""
    with runner() as running:
        yield running


@pytest.fixture(scope="session")
def client(account: Account) -> Any:
    """The administrator's client of Lambda."""
    return account.client()


@pytest.fixture
def echo(account: Account) -> str:
    """A function that answers its event."""
    return account.create(Code.python("def main(event, context):\n    return event\n"))
