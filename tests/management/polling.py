"""The one wait of the suite: asks again until an answer is as wanted, for a bounded time."""

import time
from collections.abc import Callable
from typing import TypeVar

T = TypeVar("T")

PAUSE_S = 0.02
LIMIT_S = 15.0


def eventually(question: Callable[[], T], wanted: str, limit_s: float = LIMIT_S) -> T:
    """The first truthy answer to a question, or an AssertionError that says what was wanted."""
    end = time.monotonic() + limit_s
    while True:
        if answer := question():
            return answer
        assert time.monotonic() < end, f"not within {limit_s} s: {wanted}"
        time.sleep(PAUSE_S)
