"""Whose signature a call bears, and what becomes of a call that nobody signs."""

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import gateway as processes
from conftest import KEYS, Services
from listener import Listener, listening
from polling import eventually
from rest import Rest

ROLE = "arn:aws:iam::123456789012:role/orders"
QUEUE = "sqs:path/000000000000/orders"


def variables(listener: Listener, **more: str) -> dict[str, str]:
    """The environment of a gateway whose services are a listener."""
    keys = {name.upper(): value for name, value in KEYS.items()}
    return {"AWS_ENDPOINT_URL": listener.url, **keys, **more}


def test_the_process_signs(services: Services) -> None:
    """With the credentials of its environment, session token included."""
    with (
        listening() as listener,
        processes.running(variables=variables(listener, AWS_SESSION_TOKEN="token")) as gateway,
    ):
        rest = Rest(gateway)
        rest.method("send", "POST", QUEUE)
        rest.deploy()
        assert rest.call("/send", body="{}").status == 200
        (call,) = listener.calls
        scope = f"{KEYS['aws_access_key_id']}/{call.header('X-Amz-Date')[:8]}/us-east-1/sqs"
        authorization = call.header("Authorization")
        assert authorization.startswith(f"AWS4-HMAC-SHA256 Credential={scope}/aws4_request, ")
        signed = "SignedHeaders=content-type;host;x-amz-date;x-amz-security-token,"
        assert signed in authorization
        assert call.header("X-Amz-Security-Token") == "token"
        assert call.header("Accept") == "application/json"
        assert call.header("User-Agent") == f"AmazonAPIGateway_{rest.id}"


def test_a_role_is_assumed_once() -> None:
    """One call of STS for all that wait; its key and token sign what follows."""
    with (
        listening() as listener,
        processes.running("--workers", "1", variables=variables(listener)) as gateway,
    ):
        rest = Rest(gateway)
        rest.method("send", "POST", QUEUE, credentials=ROLE)
        rest.deploy()
        with ThreadPoolExecutor(16) as pool:
            answers = list(pool.map(lambda _: rest.call("/send", body="{}").status, range(64)))
        assert answers == [200] * 64
        asked, sent = listener.calls_of("sts"), listener.calls_of("sqs")
        assert (len(asked), len(sent)) == (1, 64)
        assert b"RoleArn=arn:aws:iam::123456789012:role/orders" in asked[0].body
        assert b"RoleSessionName=BackplaneAssumeRoleSession" in asked[0].body
        for call in sent:
            assert "Credential=ASIALISTENER00000000/" in call.header("Authorization")
            assert call.header("X-Amz-Security-Token") == "session-1"


def test_a_session_that_ends_is_renewed() -> None:
    """Beside the calls, which go on with the old one; an ended one is not used."""
    with (
        listening(session_seconds=200) as listener,
        processes.running("--workers", "1", variables=variables(listener)) as gateway,
    ):
        rest = Rest(gateway)
        rest.method("send", "POST", QUEUE, credentials=ROLE)
        rest.deploy()

        def token() -> str:
            assert rest.call("/send", body="{}").status == 200
            return listener.calls_of("sqs")[-1].header("X-Amz-Security-Token")

        assert token() == "session-1"
        eventually(lambda: token() not in ("session-1", ""), "the session is renewed")


def failing(rest: Rest, **settings: Any) -> None:
    """A call that is 500, and reaches nobody."""
    rest.method("send", "POST", QUEUE, **settings)
    rest.deploy()
    answer = rest.call("/send", body="{}")
    assert answer.status == 500
    assert answer.json() == {"message": "Internal server error"}


def test_a_refused_role_is_not_asked_for_again_at_once() -> None:
    """500; the log has STS's words; nothing is called unsigned."""
    with (
        listening(refuses=True) as listener,
        processes.running("--workers", "1", variables=variables(listener)) as gateway,
    ):
        rest = Rest(gateway)
        failing(rest, credentials=ROLE)
        for _ in range(10):
            assert rest.call("/send", body="{}").status == 500
        assert len(listener.calls_of("sts")) in (1, 2)
        assert listener.calls_of("sqs") == []
        words = (
            "API Gateway does not have permission to assume the provided role "
            f"{ROLE}: STS answered 403 AccessDenied: You may not"
        )
        resource = rest.client.get_resources(restApiId=rest.id)["items"]
        (send,) = (found["id"] for found in resource if found["path"] == "/send")
        tested = rest.client.test_invoke_method(
            restApiId=rest.id, resourceId=send, httpMethod="POST", body="{}"
        )
        assert tested["status"] == 500
        assert f"Execution failed due to configuration error: {words}" in tested["log"]
        gateway.wait_for_log(words)


def test_without_credentials_nothing_is_called() -> None:
    """Fails closed, and says why."""
    with listening() as listener:
        nobody = {"AWS_ENDPOINT_URL": listener.url, "HOME": "/nonexistent"}
        with processes.running(variables=nobody) as gateway:
            rest = Rest(gateway)
            failing(rest)
            gateway.wait_for_log("there are no credentials to sign with")
        assert listener.calls == []


def test_secrets_are_not_logged() -> None:
    """Neither by a test of a method nor by the process."""
    with (
        listening() as listener,
        processes.running(variables=variables(listener)) as gateway,
    ):
        rest = Rest(gateway)
        rest.method("send", "POST", QUEUE, credentials=ROLE)
        rest.deploy()
        (send,) = (
            found["id"]
            for found in rest.client.get_resources(restApiId=rest.id)["items"]
            if found["path"] == "/send"
        )
        tested = rest.client.test_invoke_method(
            restApiId=rest.id, resourceId=send, httpMethod="POST", body="{}"
        )
        assert tested["status"] == 200, tested["log"]
        assert "Authorization=****" in tested["log"]
        for secret in (KEYS["aws_secret_access_key"], "session-1", "secret-of-the-session"):
            assert secret not in tested["log"]
            assert secret not in gateway.log.read_text()
