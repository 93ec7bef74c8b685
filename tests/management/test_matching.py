"""The comparison with recordings is itself held against cases that must and must not match."""

import ast
from datetime import datetime
from pathlib import Path

import pytest

from answers import as_recorded, with_lines_of_log
from elsewhere import ANSWERS, WHOLE_MODULES, WHOLE_TESTS, to_reproduce
from matching import Matcher
from recordings import Replay, all_recordings

NOW = datetime(2026, 1, 2)
LOG = "Sun Jan 11 04:05:06 UTC 2026"


@pytest.mark.parametrize(
    ("recorded", "answered"),
    [
        ({"id": "<id:1>", "again": "<id:1>"}, {"id": "a", "again": "a"}),
        ({"id": "<id:1>", "other": "<id:2>"}, {"id": "a", "other": "b"}),
        ({"id": "<id:1>", "root": "<resource-id:1>"}, {"id": "a", "root": "a"}),
        ("arn:<partition>:x:<region>:y", "arn:aws:x:us-east-1:y"),
        ("id 111111111111:x", "id 000000000000:x"),
        ({"at": "datetime"}, {"at": NOW}),
        ({"latency": "<latency>"}, {"latency": 12}),
        (f"{'DDD MMM dd hh:mm:ss UTC yyyy'} : Start <request-id-1>", f"{LOG} : Start abc"),
        ({"schema": {"a": [1, 2.0, None]}}, {"schema": '{"a": [1, 2, null]}'}),
        ({"b": "<name:1> Schema", "a": "<name:1>"}, {"a": "Empty", "b": "Empty Schema"}),
        ("<html><p>$context.x</p></html>", "<html><p>$context.x</p></html>"),
        ("{foo=bar}", "{foo=bar}"),
    ],
)
def test_matches(recorded, answered):
    matcher = Matcher({"region": "us-east-1", "partition": "aws"}, {"1" * 12: "0" * 12})
    assert matcher.differences(recorded, answered) == []


@pytest.mark.parametrize(
    ("recorded", "answered", "path"),
    [
        ({"id": "<id:1>", "again": "<id:1>"}, {"id": "a", "again": "b"}, "again"),
        ({"id": "<id:1>", "other": "<id:2>"}, {"id": "a", "other": "a"}, "other"),
        ({"id": "<id:1>"}, {"id": None}, "id"),
        ({"id": "<id:1>"}, {"id": ""}, "id"),
        ({"at": "datetime"}, {"at": "2026-01-02"}, "at"),
        ({"latency": "<latency>"}, {"latency": None}, "latency"),
        ({"a": 1}, {"a": True}, "a"),
        ({"a": 0}, {"a": False}, "a"),
        ({"a": "1"}, {"a": 1}, "a"),
        ({"a": None}, {}, "a"),
        ({}, {"a": None}, "a"),
        ({"a": [1, 2]}, {"a": [2, 1]}, "a[0]"),
        ({"a": [1]}, {"a": [1, 2]}, "a[1]"),
        ({"a": [1, 2]}, {"a": [1]}, "a[1]"),
        ({"a": {"b": "x "}}, {"a": {"b": "x"}}, "a.b"),
        ("arn:<partition>:x", "arn:aws-cn:x", ""),
        ("DDD MMM dd hh:mm:ss UTC yyyy : x", "2026-01-11 : x", ""),
        ("<html>", "anything", ""),
    ],
)
def test_differs(recorded, answered, path):
    differences = Matcher({"partition": "aws"}).differences(recorded, answered)
    assert path in [difference.path for difference in differences]


def test_a_placeholder_keeps_its_value_from_answer_to_answer():
    matcher = Matcher({})
    assert not matcher.differences({"id": "<id:1>"}, {"id": "a"})
    assert matcher.differences({"id": "<id:1>"}, {"id": "b"})
    assert matcher.differences({"id": "<id:2>"}, {"id": "a"})


def test_a_bound_placeholder_has_one_value():
    matcher = Matcher({})
    matcher.bind("upper-id", "ABC")
    assert not matcher.differences("no <upper-id>", "no ABC")
    assert matcher.differences("no <upper-id>", "no abc")


def test_answers_lose_only_what_recordings_lack():
    answer = {"a": 1, "ResponseMetadata": {"HTTPStatusCode": 201, "HTTPHeaders": {"x": "y"}}}
    metadata = {"HTTPStatusCode": 201, "HTTPHeaders": {}}
    assert as_recorded(answer) == {"a": 1, "ResponseMetadata": metadata}
    assert answer["ResponseMetadata"]["HTTPHeaders"], "the answer itself stays"
    assert with_lines_of_log({"log": "a\nb\n"})["log"] == {
        "line00": "a",
        "line01": "b",
        "line02": "",
    }


def test_a_difference_is_kept_and_the_replay_goes_on():
    recording = all_recordings()["TestApiGatewayVpcLink::test_create_vpc_link_invalid_parameters"]
    replay, (first, second) = Replay(recording, "0" * 12, "us-east-1"), recording.answers
    replay.match(first, {"message": "other"})
    replay.match(second, recording.answers[second])
    assert list(replay.missed()) == [first]
    with pytest.raises(AssertionError, match="compared before"):
        replay.match(first, {})
    with pytest.raises(AssertionError, match="no answer is recorded"):
        replay.match("unknown", {})


def recorded_tests_here() -> set[str]:
    """`Class::test` or `test` of every test that asks for a recording."""
    found = set()
    for path in Path(__file__).parent.glob("test_recorded_*.py"):
        for node in ast.parse(path.read_text()).body:
            if isinstance(node, ast.FunctionDef):
                found.add(node.name)
            elif isinstance(node, ast.ClassDef):
                functions = (item for item in node.body if isinstance(item, ast.FunctionDef))
                found.update(f"{node.name}::{function.name}" for function in functions)
    return found


def test_every_recording_that_can_be_reproduced_has_its_test():
    tests = recorded_tests_here()
    missing = {
        name
        for name, recording in all_recordings().items()
        if to_reproduce(recording) and name.split("[")[0] not in tests
    }
    assert not missing


def test_what_is_listed_as_elsewhere_is_recorded():
    recordings = all_recordings().values()
    assert set(WHOLE_MODULES) <= {recording.module for recording in recordings}
    assert set(WHOLE_TESTS) <= {recording.test for recording in recordings}
    for test, answer in ANSWERS:
        assert answer in all_recordings()[test].answers
