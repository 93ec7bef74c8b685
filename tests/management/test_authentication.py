"""A management call that is not rightly signed is refused with AWS's code and changes nothing."""

from collections.abc import Callable
from dataclasses import dataclass

import pytest
from botocore.exceptions import ClientError

from apis import unique
from gateway import SECRET_ACCESS_KEY, Gateway
from signing import Call, Signer, error_of, send, signed

MISSING = "MissingAuthenticationTokenException"
INVALID = "InvalidSignatureException"
UNKNOWN = "UnrecognizedClientException"
INCOMPLETE = "IncompleteSignatureException"
SKEW_S = 600


def creation() -> Call:
    """A call that would leave something behind."""
    return Call("POST", "/restapis", ('{"name": "' + unique("forged") + '"}').encode())


def unsigned(gateway: Gateway, call: Call) -> dict[str, str]:
    return dict(call.headers)


def by(**wrong) -> Callable[[Gateway, Call], dict[str, str]]:
    """Signs with something wrong."""
    return lambda gateway, call: signed(gateway, call, Signer(**wrong))


def changed(header: str, change: Callable[[str], str]) -> Callable[[Gateway, Call], dict]:
    """Changes a header after the signature."""

    def sign(gateway, call):
        headers = signed(gateway, call)
        return {**headers, header: change(headers.get(header, ""))}

    return sign


def without(header: str) -> Callable[[Gateway, Call], dict[str, str]]:
    """Leaves out a header after the signature."""
    return lambda gateway, call: {n: v for n, v in signed(gateway, call).items() if n != header}


def other_second(time: str) -> str:
    """A time as signed, but for one second or nine."""
    return time[:-2] + ("0Z" if time[-2] != "0" else "1Z")


@dataclass
class Forgery:
    """How a call is signed wrongly, and which codes AWS may give."""

    name: str
    sign: Callable[[Gateway, Call], dict[str, str]]
    codes: tuple[str, ...]


FORGERIES = [
    Forgery("unsigned", unsigned, (MISSING,)),
    Forgery("wrong secret", by(secret_key="not the secret"), (INVALID,)),
    Forgery("empty secret", by(secret_key=" "), (INVALID,)),
    Forgery("unknown key", by(access_key="AKIAUNKNOWN000000000"), (UNKNOWN,)),
    Forgery("late", by(late_s=SKEW_S), (INVALID,)),
    Forgery("early", by(late_s=-SKEW_S), (INVALID,)),
    Forgery("other service", by(service="s3"), (INVALID,)),
    Forgery("other time", changed("X-Amz-Date", other_second), (INVALID,)),
    Forgery("cut signature", changed("Authorization", lambda v: v[:-1]), (INVALID, INCOMPLETE)),
    Forgery(
        "turned signature",
        changed("Authorization", lambda v: v[:-1] + ("0" if v[-1] != "0" else "1")),
        (INVALID,),
    ),
    Forgery("no date", without("X-Amz-Date"), (INCOMPLETE, INVALID)),
    Forgery(
        "no signature part",
        changed("Authorization", lambda v: v.split(", Signature")[0]),
        (INCOMPLETE,),
    ),
    Forgery("no scheme", changed("Authorization", lambda v: v.split(" ", 1)[1]), (INCOMPLETE,)),
    Forgery(
        "host not signed",
        changed("Authorization", lambda v: v.replace("host;", "")),
        (
            INVALID,
            INCOMPLETE,
        ),
    ),
    Forgery("a token nobody gave", by(token="abc"), (UNKNOWN, INVALID)),
]


@pytest.mark.parametrize("forgery", FORGERIES, ids=lambda forgery: forgery.name)
def test_forged_call_is_refused_and_changes_nothing(gateway, client, forgery):
    call = creation()
    response = send(gateway, call, forgery.sign(gateway, call))
    status, code, message = error_of(response)
    assert (status, code in forgery.codes) == (403, True), (status, code, message)
    assert message, "a refusal says why"
    assert SECRET_ACCESS_KEY not in response.text
    assert is_absent(client, call)


def is_absent(client, call: Call) -> bool:
    """Whether no API bears the name that a call would have given it."""
    name = call.body.decode().split('"')[3]
    pages = client.get_paginator("get_rest_apis").paginate(limit=500)
    return all(api["name"] != name for page in pages for api in page["items"])


@pytest.mark.parametrize("claimed", [{}, {"X-Amz-Content-SHA256": "UNSIGNED-PAYLOAD"}])
def test_another_body_than_the_signed_one_is_refused(gateway, client, claimed):
    call = creation()
    headers = signed(gateway, call) | claimed
    other = creation()
    response = send(gateway, other, headers)
    assert error_of(response)[:2] == (403, INVALID)
    assert is_absent(client, other)


def test_another_path_or_query_than_the_signed_one_is_refused(gateway):
    headers = signed(gateway, Call("GET", "/restapis?limit=1"))
    for path in ("/restapis?limit=2", "/restapis", "/apikeys?limit=1"):
        assert error_of(send(gateway, Call("GET", path), headers))[:2] == (403, INVALID)


def test_another_verb_than_the_signed_one_is_refused(gateway, client):
    api = client.create_rest_api(name=unique("kept"))["id"]
    headers = signed(gateway, Call("GET", f"/restapis/{api}"))
    assert error_of(send(gateway, Call("DELETE", f"/restapis/{api}"), headers))[0] == 403
    assert client.get_rest_api(restApiId=api)["id"] == api


def test_a_clock_that_is_a_little_off_is_accepted(gateway):
    for late_s in (-240, 0, 240):
        call = Call("GET", "/restapis?limit=1")
        assert send(gateway, call, signed(gateway, call, Signer(late_s=late_s))).status_code == 200


def test_boto3_shows_the_refusal(gateway):
    client = gateway.client(aws_secret_access_key="wrong")
    with pytest.raises(ClientError) as refusal:
        client.get_rest_apis()
    assert refusal.value.response["Error"]["Code"] == INVALID
    assert refusal.value.response["ResponseMetadata"]["HTTPStatusCode"] == 403


def test_health_and_metrics_need_no_signature(gateway):
    for path in ("/health/live", "/health/ready", "/metrics"):
        assert send(gateway, Call("GET", path), {}).status_code == 200


def test_regions_are_apart(gateway, client):
    api = client.create_rest_api(name=unique("here"))["id"]
    elsewhere = gateway.client(region="eu-central-1")
    with pytest.raises(ClientError) as refusal:
        elsewhere.get_rest_api(restApiId=api)
    assert refusal.value.response["Error"]["Code"] == "NotFoundException"
