"""Holds answers against the output shapes of botocore's service model."""

import json
from collections.abc import Iterator
from datetime import datetime
from typing import Any

from botocore.model import OperationModel, Shape
from botocore.response import StreamingBody

SCALARS: dict[str, tuple[type, ...]] = {
    "string": (str,),
    "integer": (int,),
    "long": (int,),
    "double": (float, int),
    "float": (float, int),
    "boolean": (bool,),
    "timestamp": (datetime,),
    "blob": (bytes, StreamingBody),
}


def faults(shape: Shape, value: Any, path: str = "") -> Iterator[str]:
    """Where a parsed value is not of a shape: members, types, enum values."""
    kind = shape.type_name
    if value is None:
        # Maps may hold null: AWS stores an empty template so.
        return
    if kind == "structure":
        if not isinstance(value, dict):
            yield f"{path}: {value!r} is no structure"
            return
        yield from (
            f"{path}.{name}: absent" for name in shape.required_members if name not in value
        )
        for name, member in value.items():
            if name in shape.members:
                yield from faults(shape.members[name], member, f"{path}.{name}")
    elif kind == "list":
        if not isinstance(value, list):
            yield f"{path}: {value!r} is no list"
            return
        for index, item in enumerate(value):
            yield from faults(shape.member, item, f"{path}[{index}]")
    elif kind == "map":
        if not isinstance(value, dict):
            yield f"{path}: {value!r} is no map"
            return
        for name, item in value.items():
            yield from faults(shape.value, item, f"{path}[{name!r}]")
    else:
        yield from scalar_faults(shape, value, path)


def scalar_faults(shape: Shape, value: Any, path: str) -> Iterator[str]:
    """Where a scalar is of another type, or none of its enum's values."""
    right = isinstance(value, SCALARS[shape.type_name])
    if isinstance(value, bool) and shape.type_name != "boolean":
        right = False
    if not right:
        yield f"{path}: {value!r} is no {shape.type_name}"
    elif shape.type_name == "string" and getattr(shape, "enum", None) and value not in shape.enum:
        yield f"{path}: {value!r} is none of {shape.enum}"


def unknown_members(operation: OperationModel, body: bytes) -> list[str]:
    """Members of an answer on the wire that the client would not see."""
    shape = operation.output_shape
    if shape is None or "payload" in shape.serialization or not body:
        return []
    return list(strangers(shape, json.loads(body), ""))


def strangers(shape: Shape, value: Any, path: str) -> Iterator[str]:
    """Members that a shape does not name, at any depth."""
    kind = shape.type_name
    if kind == "structure" and isinstance(value, dict):
        names = {m.serialization.get("name", n): m for n, m in shape.members.items()}
        for name, item in value.items():
            if name in names:
                yield from strangers(names[name], item, f"{path}.{name}")
            else:
                yield f"{path}.{name}"
    elif kind == "list" and isinstance(value, list):
        for item in value:
            yield from strangers(shape.member, item, f"{path}[]")
    elif kind == "map" and isinstance(value, dict):
        for name, item in value.items():
            yield from strangers(shape.value, item, f"{path}[{name!r}]")
