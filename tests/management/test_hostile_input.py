"""Input that no honest client sends ends in a clear error within bounded time."""

import json
import time

import pytest

from apis import create_api, mock_definition, unique
from signing import Call, error_of, send

BOUND_S = 20
DEEP = 100_000
TEN_MB = 10 * 1024 * 1024


def bomb() -> bytes:
    """YAML whose aliases stand for a billion texts."""
    lines = ['openapi: "3.0.1"', "info: {title: bomb, version: '1'}", 'a0: &a0 ["lol", "lol"]']
    for level in range(1, 30):
        aliases = ", ".join([f"*a{level - 1}"] * 10)
        lines.append(f"a{level}: &a{level} [{aliases}]")
    return "\n".join([*lines, "x-all: *a29", "paths: {}"]).encode()


def deep(opening: str, closing: str) -> bytes:
    """A value inside a value, and so on."""
    return (opening * DEEP + "1" + closing * DEEP).encode()


def big_description() -> bytes:
    """A definition of ten megabytes, of which nothing is wrong but the size."""
    document = json.loads(mock_definition("big"))
    document["info"]["description"] = "x" * TEN_MB
    return json.dumps(document).encode()


IMPORT, CREATE = "/restapis?mode=import", "/restapis"
HOSTILE = {
    "ten megabytes of JSON": (CREATE, json.dumps({"name": "x" * TEN_MB}).encode()),
    "ten megabytes of nothing": (CREATE, b"\0" * TEN_MB),
    "ten megabytes to import": (IMPORT, big_description()),
    "an alias bomb": (IMPORT, bomb()),
    "an alias of itself": (IMPORT, b"a: &a [*a]\nopenapi: 3.0.1"),
    "deep lists": (CREATE, b'{"name": ' + deep("[", "]") + b"}"),
    "deep objects": (CREATE, deep('{"name":', "}")),
    "deep unclosed lists": (CREATE, b"[" * DEEP),
    "deep lists to import": (IMPORT, deep("[", "]")),
    "deep YAML to import": (IMPORT, ("- " * DEEP + "1").encode()),
    "bad UTF-8": (CREATE, b'{"name": "\xff\xfe"}'),
    "bad UTF-8 to import": (IMPORT, b"openapi: \xff\xfe"),
    "a lone surrogate": (CREATE, b'{"name": "\\ud800"}'),
    "no JSON": (CREATE, b"name=x"),
    "cut JSON": (CREATE, b'{"name": "x'),
    "two values": (CREATE, b'{"name": "x"} {}'),
    "a list": (CREATE, b"[]"),
    "a number for a text": (CREATE, b'{"name": 1}'),
    "a huge number": (CREATE, b'{"name": "x", "minimumCompressionSize": 1e999}'),
    "a long number": (CREATE, b'{"minimumCompressionSize": ' + b"9" * 100_000 + b"}"),
    "nothing": (CREATE, b""),
    "nothing to import": (IMPORT, b""),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_body_is_refused_in_time(gateway, name):
    path, body = HOSTILE[name]
    start = time.monotonic()
    response = send(gateway, Call("POST", path, body), timeout_s=BOUND_S)
    taken = time.monotonic() - start
    status, code, message = error_of(response)
    assert 400 <= status < 500, (status, response.text[:200])
    assert code, "a refusal has a code"
    assert message.strip() or code == "SerializationException", "a refusal says why"
    assert len(response.content) < 10_000, "a refusal does not repeat the input"
    assert taken < BOUND_S
    assert send(gateway, Call("GET", "/restapis?limit=1")).ok, "the next call is answered"


@pytest.mark.parametrize(
    "content_type",
    ["text/plain", "application/xml", "multipart/form-data; boundary=x", "", "application/json;;"],
)
def test_another_content_type_is_not_an_accident(gateway, content_type):
    """AWS looks at the body, whatever it is called; what is no JSON is refused all the same."""
    headers = {"Content-Type": content_type} if content_type else {}
    named = json.dumps({"name": unique("typed")}).encode()
    answered = send(gateway, Call("POST", "/restapis", named, headers))
    assert answered.status_code in (201, 400, 415), answered.text
    refused = send(gateway, Call("POST", "/restapis", b"<name/>", headers))
    assert 400 <= refused.status_code < 500, refused.text


@pytest.mark.parametrize(
    "path",
    [
        "/restapis/" + "a" * 9_000,
        "/restapis?" + "&".join(f"p{n}=1" for n in range(1_000)),
        "/restapis?limit=99999999999999999999",
        "/restapis?limit=abc",
        "/restapis?position=" + "%00" * 50,
        "/restapis/%00",
        "/restapis/%ff",
        "/restapis/..%2f..%2fetc",
    ],
    ids=lambda path: path[:40],
)
def test_hostile_path_is_refused(gateway, path):
    response = send(gateway, Call("GET", path))
    assert response.status_code < 500, response.text
    assert send(gateway, Call("GET", "/restapis?limit=1")).ok


def test_schema_that_refers_to_itself_is_bounded(client):
    api, _ = create_api(client)
    reference = f"https://apigateway.amazonaws.com/restapis/{api}/models/Loop"
    schema = json.dumps({"type": "object", "properties": {"self": {"$ref": reference}}})
    client.create_model(restApiId=api, name="Loop", contentType="application/json", schema=schema)
    start = time.monotonic()
    client.get_model(restApiId=api, modelName="Loop", flatten=True)
    client.get_model_template(restApiId=api, modelName="Loop")
    assert time.monotonic() - start < BOUND_S


def test_patch_lists_are_bounded(gateway, client):
    api, _ = create_api(client)
    operations = [{"op": "replace", "path": "/description", "value": "x"}] * 50_000
    body = json.dumps({"patchOperations": operations}).encode()
    response = send(gateway, Call("PATCH", f"/restapis/{api}", body), timeout_s=BOUND_S)
    assert response.status_code < 500, response.text[:200]
