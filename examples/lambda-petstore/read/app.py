"""A Lambda function: pets, all of them or one."""

import json
import os
import re
from pathlib import Path
from typing import Any

# Those that were always there. What `create` adds is in a folder that both are told of.
FIRST = json.loads(Path(__file__).with_name("pets.json").read_text())
ADDED = Path(os.environ["PETS_FOLDER"])


def answer(status: int, body: Any) -> dict[str, Any]:
    """A response in the format that a proxy integration takes."""
    headers = {"Content-Type": "application/json"}
    return {"statusCode": status, "headers": headers, "body": json.dumps(body)}


def one(pet_id: str) -> Any:
    """A pet, if there is one of this number."""
    found = next((pet for pet in FIRST if pet["id"] == pet_id), None)
    file = ADDED / f"{pet_id}.json"
    # What comes from a path of a URL names no other file.
    if found is None and re.fullmatch("[0-9a-f-]{36}", pet_id) and file.is_file():
        found = json.loads(file.read_text())
    return found


def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
    """GET /pets and GET /pets/{petId}: the event is API Gateway's, format 1.0."""
    if event["resource"] == "/pets/{petId}":
        pet_id = event["pathParameters"]["petId"]
        pet = one(pet_id)
        if pet is None:
            print(f"there is no pet {pet_id!r}")  # The log says of which request.
            return answer(404, {"message": "There is no such pet"})
        return answer(200, pet)
    # Absent parameters are null, not an empty map.
    kind = (event["queryStringParameters"] or {}).get("kind")
    pets = FIRST + [json.loads(file.read_text()) for file in sorted(ADDED.glob("*.json"))]
    return answer(200, [pet for pet in pets if kind in (None, pet["kind"])])
