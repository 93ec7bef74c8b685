"""Brings the answers of clients into the shape in which answers are recorded."""

import copy
from collections.abc import Callable
from typing import Any

from botocore.exceptions import ClientError

Answer = dict[str, Any]


def asked(operation: Callable[..., Answer], /, **parameters: Any) -> Answer:
    """What an operation answers; a refusal is an answer too."""
    try:
        return operation(**parameters)
    except ClientError as refusal:
        return refusal.response


def as_recorded(answer: Any) -> Any:
    """An answer without what no recording holds: headers, request ids, retries."""
    if not isinstance(answer, dict) or "ResponseMetadata" not in answer:
        return answer
    shaped = {name: copy.deepcopy(value) for name, value in answer.items() if name != "body"}
    if "body" in answer:
        body = answer["body"]
        shaped["body"] = body.read().decode() if hasattr(body, "read") else body
    status = answer["ResponseMetadata"]["HTTPStatusCode"]
    shaped["ResponseMetadata"] = {"HTTPHeaders": {}, "HTTPStatusCode": status}
    return shaped


def with_lines_of_log(answer: Answer) -> Answer:
    """The answer of TestInvokeMethod with its log line by line, as `line00` and so on."""
    lines = answer.get("log", "").split("\n")
    return {**answer, "log": {f"line{number:02}": line for number, line in enumerate(lines)}}


def sorted_by(member: str, answer: Answer) -> Answer:
    """A list whose order AWS does not promise, in the order of one of its members."""
    if "items" not in answer:
        return answer
    return {**answer, "items": sorted(answer["items"], key=lambda item: str(item.get(member)))}


def items_with(member: str, value: Any, answer: Answer) -> Answer:
    """A list of what the account has, without what other tests made."""
    return {**answer, "items": [item for item in answer["items"] if item.get(member) == value]}
