"""Compares an answer with a recorded one in which placeholders stand for unforeseeable values.

`<id:1>` stands for one value throughout a recording, and for another than `<id:2>`; `<Date>` for
any value; `datetime` for a timestamp that the client parsed; `DDD MMM dd hh:mm:ss UTC yyyy` for the
time in an execution log. It knows nothing of API Gateway.
"""

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

NUMBERED = r"<(?P<numbered>[A-Za-z][\w-]*:\d+|request-id-\d+)>"
# Recordings hold HTML and XML too, so the names that stand for any value are a closed list.
ANYTHING = (
    "Date",
    "X-Amzn-Trace-Id",
    "X-Forwarded-For",
    "X-Forwarded-Port",
    "X-Forwarded-Proto",
    "api-id",
    "date",
    "latency",
    "log-group-arn",
    "model-base-url",
    "partition",
    "region",
    "request-time",
    "request-time-epoch",
    "s3-bucket",
    "timestamp",
    "upper-id",
    "x-amz-apigw-id",
    "x-amzn-Remapped-Date",
)
LOG_TIME = "DDD MMM dd hh:mm:ss UTC yyyy"
LOG_TIME_PATTERN = r"[A-Z][a-z]{2} [A-Z][a-z]{2} \d{2} \d{2}:\d{2}:\d{2} UTC \d{4}"
TOKEN = re.compile(f"{NUMBERED}|<(?P<anything>{'|'.join(ANYTHING)})>|(?P<time>{LOG_TIME})")
TIMESTAMPS = {"datetime", "timestamp"}


@dataclass(frozen=True)
class Difference:
    """Where an answer is not the recorded one."""

    path: str
    recorded: Any
    answered: Any

    def __str__(self) -> str:
        return f"{self.path or '(whole)'}: recorded {self.recorded!r}, answered {self.answered!r}"


class Absent:
    """Stands for a member that one side lacks."""

    def __repr__(self) -> str:
        return "nothing"


ABSENT = Absent()


class Matcher:
    """The values that the placeholders of one recording have taken so far."""

    def __init__(self, known: Mapping[str, str], literals: Mapping[str, str] | None = None):
        """`known` gives values of placeholders, `literals` texts that stand for others."""
        self.bound: dict[str, str] = dict(known)
        self.literals = dict(literals or {})

    def bind(self, placeholder: str, value: str) -> None:
        """Says what an unnumbered placeholder stands for in this test."""
        self.bound[placeholder] = value

    def differences(self, recorded: Any, answered: Any) -> list[Difference]:
        """Every place at which the answer is not as recorded; empty when it matches."""
        return list(self._compare(recorded, answered, ""))

    def _compare(self, recorded: Any, answered: Any, path: str) -> Iterator[Difference]:
        recorded, answered = parsed(recorded), parsed(answered)
        if isinstance(recorded, dict) and isinstance(answered, dict):
            yield from self._members(recorded, answered, path)
        elif isinstance(recorded, list) and isinstance(answered, list):
            yield from self._items(recorded, answered, path)
        elif not self._same(recorded, answered):
            yield Difference(path, recorded, answered)

    def _members(self, recorded: dict, answered: dict, path: str) -> Iterator[Difference]:
        for name in [*recorded, *(name for name in answered if name not in recorded)]:
            below = f"{path}.{name}" if path else str(name)
            if name not in answered:
                yield Difference(below, recorded[name], ABSENT)
            elif name not in recorded:
                yield Difference(below, ABSENT, answered[name])
            else:
                yield from self._compare(recorded[name], answered[name], below)

    def _items(self, recorded: list, answered: list, path: str) -> Iterator[Difference]:
        for index in range(max(len(recorded), len(answered))):
            below = f"{path}[{index}]"
            if index >= len(answered):
                yield Difference(below, recorded[index], ABSENT)
            elif index >= len(recorded):
                yield Difference(below, ABSENT, answered[index])
            else:
                yield from self._compare(recorded[index], answered[index], below)

    def _same(self, recorded: Any, answered: Any) -> bool:
        if isinstance(recorded, str) and recorded in TIMESTAMPS:
            return isinstance(answered, datetime)
        if isinstance(recorded, str):
            return self._same_text(recorded, answered)
        # In Python True is 1, in JSON it is not.
        if isinstance(recorded, bool) or isinstance(answered, bool):
            return recorded is answered
        return recorded == answered

    def _same_text(self, recorded: str, answered: Any) -> bool:
        for text, value in self.literals.items():
            recorded = recorded.replace(text, value)
        token = TOKEN.fullmatch(recorded)
        if token and token["anything"] and token["anything"] not in self.bound:
            return answered is not None and answered != ""
        if not isinstance(answered, str):
            return False
        pattern, groups = self._pattern(recorded)
        match = re.fullmatch(pattern, answered, re.DOTALL)
        if not match:
            return False
        found = {name: match[group] for group, name in groups.items()}
        if any(self._is_taken(name, value) for name, value in found.items()):
            return False
        self.bound.update(found)
        return True

    def _is_taken(self, placeholder: str, value: str) -> bool:
        """Whether `<id:2>` would be what `<id:1>` is. Other kinds may coincide on one machine."""
        family = placeholder.rpartition(":" if ":" in placeholder else "-")[0]
        return any(
            value == other and name != placeholder and re.fullmatch(f"{family}[:-]\\d+", name)
            for name, other in self.bound.items()
        )

    def _pattern(self, recorded: str) -> tuple[str, dict[str, str]]:
        """A pattern for a recorded text, and which of its groups takes which placeholder."""
        pattern, groups, end = "", {}, 0
        for token in TOKEN.finditer(recorded):
            pattern += re.escape(recorded[end : token.start()])
            end = token.end()
            name = token["numbered"] or token["anything"]
            if token["time"]:
                pattern += LOG_TIME_PATTERN
            elif name in self.bound:
                pattern += re.escape(self.bound[name])
            elif token["anything"]:
                pattern += ".+?"
            elif name in groups.values():
                pattern += f"(?P={next(group for group, of in groups.items() if of == name)})"
            else:
                group = f"p{len(groups)}"
                groups[group] = name
                pattern += f"(?P<{group}>.+?)"
        return pattern + re.escape(recorded[end:]), groups


def parsed(value: Any) -> Any:
    """A text that is a JSON object, as the object: the recordings hold schemas and bodies so."""
    if isinstance(value, str) and value.lstrip().startswith("{"):
        try:
            return json.loads(value)
        except ValueError:
            return value
    return value
