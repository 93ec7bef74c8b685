"""The recorded answers, and one test's comparison with its recording."""

import json
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from answers import Answer, as_recorded, asked
from matching import Matcher

FOLDER = Path(__file__).parent / "recordings"
FILES = FOLDER / "files"
RECORDED_ACCOUNT = "111111111111"

REPRODUCED = "reproduced"


@dataclass(frozen=True)
class Recording:
    """What AWS answered in one test."""

    module: str
    test: str
    answers: dict[str, Any]


@cache
def all_recordings() -> dict[str, Recording]:
    """Every recording, by `Class::test[parameters]`, or `test[parameters]` outside a class."""
    found = {}
    for path in sorted(FOLDER.glob("*.json")):
        module = path.name.removesuffix(".shared.snapshot.json")
        for key, recording in json.loads(path.read_text()).items():
            test = key.split("::", 1)[1]
            assert test not in found, f"two recordings are named {test}"
            found[test] = Recording(module, test, recording["recorded-content"])
    return found


def definition(name: str) -> str:
    """The text of an API definition that a recording was made with."""
    return (FILES / name).read_text()


class Replay:
    """Compares the answers of one test with its recording, and goes on after a difference."""

    def __init__(self, recording: Recording, account: str, region: str):
        self.recording = recording
        known = {
            "region": region,
            "partition": "aws",
            "model-base-url": "https://apigateway.amazonaws.com",
        }
        self.matcher = Matcher(known, {RECORDED_ACCOUNT: account})
        self.outcomes: dict[str, str] = {}

    def bind(self, placeholder: str, value: str) -> None:
        """Says what an unnumbered placeholder of the recording stands for."""
        self.matcher.bind(placeholder, value)

    def __call__(self, name: str, operation: Callable[..., Answer], /, **parameters: Any) -> Answer:
        """Asks, compares the answer with the one recorded under `name`, and returns it."""
        answer = asked(operation, **parameters)
        self.match(name, answer)
        return answer

    def match(self, name: str, answer: Any) -> None:
        """Compares an answer with the one recorded under `name`."""
        assert name in self.recording.answers, f"no answer is recorded as {name}"
        assert name not in self.outcomes, f"{name} was compared before"
        recorded, answer = self.recording.answers[name], as_recorded(answer)
        without_later_members(recorded, answer)
        differences = self.matcher.differences(recorded, answer)
        self.outcomes[name] = "; ".join(map(str, differences)) or REPRODUCED

    def missed(self) -> dict[str, str]:
        """The answers that differ, with their differences."""
        return {name: how for name, how in self.outcomes.items() if how != REPRODUCED}


def without_later_members(recorded: Any, answered: Any) -> None:
    """Takes out of an answer what AWS did not have yet on the day of the recording.

    The oldest recordings of REST APIs know no `ipAddressType`; the later ones show it everywhere.
    """
    if not isinstance(recorded, dict) or not isinstance(answered, dict):
        return
    old, new = recorded.get("endpointConfiguration"), answered.get("endpointConfiguration")
    if isinstance(old, dict) and isinstance(new, dict) and "ipAddressType" not in old:
        new.pop("ipAddressType", None)
