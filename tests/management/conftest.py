"""Fixtures of the suite: a running gateway, clients, and the recording of the test at hand."""

import os
from collections.abc import Iterator
from typing import Any

import pytest

import gateway as processes
from backends import Backend, echo, parrot, url_function
from elsewhere import to_reproduce
from gateway import Gateway
from recordings import Replay, all_recordings
from scoreboard import Scoreboard

REPLAY = pytest.StashKey[Replay]()


def pytest_configure(config: pytest.Config) -> None:
    """Counts the recorded answers; keeps clients from asking a proxy for what is on loopback."""
    os.environ["NO_PROXY"] = os.environ["no_proxy"] = "127.0.0.1"
    config.pluginmanager.register(Scoreboard(), "recorded-answers")


@pytest.fixture(scope="session")
def gateway() -> Iterator[Gateway]:
    """One process for all tests, which make APIs of their own in it."""
    with processes.running() as running:
        yield running


@pytest.fixture
def fresh_gateway() -> Iterator[Gateway]:
    """A process of this test alone: for what concerns the whole account."""
    with processes.running() as running:
        yield running


@pytest.fixture(scope="session")
def client(gateway: Gateway) -> Any:
    """The administrator's boto3 client."""
    return gateway.client()


@pytest.fixture(scope="session")
def lax_client(gateway: Gateway) -> Any:
    """A client that sends what boto3 itself would refuse."""
    return gateway.client(validate=False)


@pytest.fixture
def recorded(request: pytest.FixtureRequest) -> Replay:
    """The recording that bears the name of the test."""
    test = request.node.nodeid.split("::", 1)[1]
    replay = Replay(all_recordings()[test], processes.ACCOUNT, processes.REGION)
    request.node.stash[REPLAY] = replay
    return replay


@pytest.hookimpl(wrapper=True)
def pytest_pyfunc_call(pyfuncitem: pytest.Function) -> Iterator[None]:
    """Fails a test whose answers differ from the recorded ones, after it has asked for all."""
    replay, end = pyfuncitem.stash.get(REPLAY, None), "its test did not ask for it"
    try:
        result = yield
    except Exception as error:
        end = f"its test ended before with {type(error).__name__}: {error}"
        raise
    finally:
        if replay:
            wanted = to_reproduce(replay.recording)
            outcomes = {name: replay.outcomes.get(name, end) for name in wanted}
            pyfuncitem.user_properties.append(
                ("recorded answers", (replay.recording.test, outcomes))
            )
    if replay:
        missed = replay.missed()
        missed |= {name: end for name in wanted if name not in replay.outcomes}
        lines = [f"  {name}: {how}" for name, how in missed.items()]
        if lines:
            pytest.fail("answers differ from the recording:\n" + "\n".join(lines), pytrace=False)
    return result


@pytest.fixture(scope="session")
def parrot_backend() -> Iterator[Backend]:
    """A back end that answers with the body it got."""
    with parrot() as backend:
        yield backend


@pytest.fixture(scope="session")
def echo_backend() -> Iterator[Backend]:
    """A back end that answers with the request it got."""
    with echo() as backend:
        yield backend


@pytest.fixture(scope="session")
def function_backend() -> Iterator[Backend]:
    """A back end that answers as a function behind a URL does in the recordings."""
    with url_function() as backend:
        yield backend
