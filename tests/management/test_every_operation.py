"""Every operation of the service model answers, and what it answers parses against its shape."""

import re

import botocore.session
import pytest

from exercise import GROUPS, Exercise
from shapes import faults, unknown_members
from signing import Call, send

MODEL = botocore.session.get_session().get_service_model("apigateway")
# A kit for clients is source code that Ringway does not write; it says so.
MAY_BE_REFUSED = {"GetSdk": "BadRequestException"}
VERBS = ("GET", "POST", "PUT", "PATCH", "DELETE")


@pytest.fixture(scope="module")
def exercise(gateway) -> Exercise:
    """All groups, run once."""
    exercise = Exercise(gateway.client())
    exercise.run(GROUPS)
    return exercise


def test_the_model_is_the_one_that_is_promised():
    assert MODEL.api_version == "2015-07-09"
    assert len(MODEL.operation_names) == 124


@pytest.mark.parametrize("name", MODEL.operation_names)
def test_operation(exercise, name):
    operation = MODEL.operation_model(name)
    outcomes = exercise.outcomes.get(name, [])
    if name in MAY_BE_REFUSED and not outcomes:
        refusal = exercise.failures["kits"]
        assert MAY_BE_REFUSED[name] in refusal
        return
    assert outcomes, f"{name} did not answer; groups that failed: {exercise.failures}"
    for outcome in outcomes:
        assert outcome.status == operation.http.get("responseCode", 200)
        if operation.output_shape is None:
            assert outcome.wire.strip() in (b"", b"{}")
            continue
        body = {k: v for k, v in outcome.answer.items() if k != "ResponseMetadata"}
        assert list(faults(operation.output_shape, body, name)) == []
        assert unknown_members(operation, outcome.wire) == []
        assert body or is_empty_answer(name), f"{name} answered nothing"


def is_empty_answer(name: str) -> bool:
    """Whether an operation has nothing to say when nothing is set."""
    return name == "GetAccount"


def test_no_group_failed(exercise):
    failures = dict(exercise.failures)
    if "BadRequestException" in failures.get("kits", "") and "GetSdk" in failures["kits"]:
        failures.pop("kits")
    assert failures == {}


def routes() -> dict[str, set[str]]:
    """The verbs that the model knows, by path with blanks for its parameters."""
    known: dict[str, set[str]] = {}
    for name in MODEL.operation_names:
        http = MODEL.operation_model(name).http
        path = re.sub(r"\{[^}]+\}", "{}", http["requestUri"].split("?")[0])
        known.setdefault(path, set()).add(http["method"])
    return known


@pytest.mark.parametrize("path", sorted(routes()))
def test_no_other_verb_is_answered(gateway, path):
    for verb in VERBS:
        if verb not in routes()[path]:
            call = Call(verb, path.replace("{}", "absent"), b"{}" if verb != "GET" else b"")
            response = send(gateway, call)
            assert 400 <= response.status_code < 500, (verb, response.status_code, response.text)
            assert response.headers.get("x-amzn-ErrorType"), (verb, path)


@pytest.mark.parametrize(
    "path", ["/", "/restapi", "/restapis/a/b/c/d", "/restapis//resources", "/v2/unknown", "/%2e%2e"]
)
def test_no_other_path_is_answered(gateway, path):
    response = send(gateway, Call("GET", path))
    assert 400 <= response.status_code < 500, (response.status_code, response.text)


def test_reset_empties_an_ephemeral_account(fresh_gateway):
    client = fresh_gateway.client()
    client.create_rest_api(name="to be forgotten")
    assert client.get_rest_apis()["items"]
    assert send(fresh_gateway, Call("POST", "/_ringway/reset")).ok
    assert client.get_rest_apis()["items"] == []
