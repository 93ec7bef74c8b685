"""Versions and aliases: what they keep, what they lead to, and what they refuse."""

from typing import Any

import pytest
from account import Account, Code, arn, creation, refused, says
from apis import unique

NOT_FOUND = "ResourceNotFoundException"
CONFLICT = "ResourceConflictException"
INVALID = "InvalidParameterValueException"
VALIDATION = "ValidationException"
COLOUR = "import os\ndef main(event, context):\n    return '{}', os.environ['COLOUR'], {}\n"


def coloured(word: str) -> Code:
    """A function that says a word, its colour, and which version it is."""
    return Code.python(COLOUR.format(word, "context.function_version"))


def environment(colour: str) -> dict[str, Any]:
    return {"Variables": {"COLOUR": colour}}


@pytest.fixture
def three(account: Account, client: Any) -> str:
    """A function with versions 1 and 2, and another `$LATEST`."""
    name = account.create(coloured("one"), Environment=environment("red"))
    client.publish_version(FunctionName=name)
    client.update_function_code(FunctionName=name, ZipFile=coloured("two").package)
    client.update_function_configuration(FunctionName=name, Environment=environment("green"))
    client.publish_version(FunctionName=name, Description="the second")
    client.update_function_code(FunctionName=name, ZipFile=coloured("three").package)
    client.update_function_configuration(FunctionName=name, Environment=environment("blue"))
    return name


VALUES = {
    "1": ["one", "red", "1"],
    "2": ["two", "green", "2"],
    "$LATEST": ["three", "blue", "$LATEST"],
}


def test_versions_keep_code_and_configuration(account: Account, client: Any, three: str) -> None:
    for version, value in VALUES.items():
        answer = account.invoke(three, Qualifier=version)
        assert (answer.json(), answer.raw["ExecutedVersion"]) == (value, version)
        assert account.value(f"{three}:{version}") == value
        assert account.value(arn(three, version)) == value
    shown = client.get_function(FunctionName=three, Qualifier="2")["Configuration"]
    assert (shown["Version"], shown["Description"]) == ("2", "the second")
    assert shown["FunctionArn"] == arn(three, "2")
    assert shown["Environment"] == environment("green")
    with refused(INVALID, 400, "Aliases and versions do not support this operation"):
        client.update_function_configuration(FunctionName=f"{three}:1", Timeout=5)
    with refused(INVALID, 400, "Aliases and versions do not support this operation"):
        client.update_function_code(FunctionName=f"{three}:1", ZipFile=says("x").package)


def test_a_version_is_published_where_something_changed(client: Any, three: str) -> None:
    third = client.publish_version(FunctionName=three)
    assert (third["ResponseMetadata"]["HTTPStatusCode"], third["Version"]) == (201, "3")
    assert third["FunctionArn"] == arn(three, "3")
    assert client.publish_version(FunctionName=three)["Version"] == "3"
    latest = client.get_function_configuration(FunctionName=three)
    client.publish_version(FunctionName=three, CodeSha256=latest["CodeSha256"])
    with refused(INVALID, 400, "is different from current CodeSHA256 in $LATEST"):
        client.publish_version(FunctionName=three, CodeSha256="x")
    with refused("PreconditionFailedException", 412):
        client.publish_version(FunctionName=three, RevisionId="x")
    updated = client.update_function_code(
        FunctionName=three, ZipFile=coloured("four").package, Publish=True
    )
    assert (updated["Version"], updated["FunctionArn"]) == ("4", arn(three, "4"))


def test_a_function_may_be_published_when_it_is_created(account: Account, client: Any) -> None:
    name = unique("published")
    made = client.create_function(**creation(name, says("x")), Publish=True)
    assert (made["Version"], made["FunctionArn"]) == ("1", arn(name, "1"))
    assert account.value(name, Qualifier="1") == "x"


def test_numbers_are_given_once(account: Account, client: Any, three: str) -> None:
    client.delete_function(FunctionName=three, Qualifier="2")
    with refused(NOT_FOUND, 404, f"Function not found: {arn(three, '2')}"):
        account.invoke(three, Qualifier="2")
    assert account.value(three, Qualifier="1") == VALUES["1"]
    assert client.publish_version(FunctionName=three)["Version"] == "3"
    with refused(NOT_FOUND, 404, f"Function not found: {arn(three, '2')}"):
        client.delete_function(FunctionName=three, Qualifier="2")
    with refused(INVALID, 400, "$LATEST version cannot be deleted"):
        client.delete_function(FunctionName=three, Qualifier="$LATEST")


def test_versions_are_listed_in_pages(account: Account, client: Any) -> None:
    name = account.create(says("x"))
    for number in range(12):
        client.update_function_configuration(FunctionName=name, Description=str(number))
        client.publish_version(FunctionName=name)
    wanted = ["$LATEST"] + [str(number) for number in range(1, 13)]
    pager = client.get_paginator("list_versions_by_function")
    for size in (1, 5, 50):
        pages = list(pager.paginate(FunctionName=name, PaginationConfig={"PageSize": size}))
        listed = [shown["Version"] for page in pages for shown in page["Versions"]]
        assert listed == wanted, size
        assert all(len(page["Versions"]) <= size for page in pages)


def test_aliases_lead_to_versions(account: Account, client: Any, three: str) -> None:
    made = client.create_alias(
        FunctionName=three, Name="live", FunctionVersion="1", Description="d"
    )
    assert made["ResponseMetadata"]["HTTPStatusCode"] == 201
    expect = {
        "AliasArn": arn(three, "live"),
        "Name": "live",
        "FunctionVersion": "1",
        "Description": "d",
    }
    shown = client.get_alias(FunctionName=three, Name="live")
    assert {key: shown[key] for key in expect} == expect
    answer = account.invoke(three, Qualifier="live")
    assert (answer.json(), answer.raw["ExecutedVersion"]) == (VALUES["1"], "1")
    assert client.get_function(FunctionName=f"{three}:live")["Configuration"]["Version"] == "1"

    moved = client.update_alias(FunctionName=three, Name="live", FunctionVersion="2")
    assert (moved["FunctionVersion"], moved["Description"]) == ("2", "d")
    assert moved["RevisionId"] != shown["RevisionId"]
    assert account.value(f"{three}:live") == VALUES["2"]
    with refused("PreconditionFailedException", 412):
        client.update_alias(FunctionName=three, Name="live", RevisionId=shown["RevisionId"])
    client.update_alias(FunctionName=three, Name="live", FunctionVersion="$LATEST")
    assert account.value(three, Qualifier="live") == VALUES["$LATEST"]

    client.delete_alias(FunctionName=three, Name="live")
    client.delete_alias(FunctionName=three, Name="live")
    with refused(NOT_FOUND, 404, f"Cannot find alias arn: {arn(three, 'live')}"):
        client.get_alias(FunctionName=three, Name="live")
    with refused(NOT_FOUND, 404, f"Function not found: {arn(three, 'live')}"):
        account.invoke(three, Qualifier="live")


def test_what_an_alias_cannot_be(account: Account, client: Any, three: str) -> None:
    client.create_alias(FunctionName=three, Name="live", FunctionVersion="1")
    with refused(CONFLICT, 409, f"Alias already exists: {arn(three, 'live')}"):
        client.create_alias(FunctionName=three, Name="live", FunctionVersion="2")
    with refused(NOT_FOUND, 404, f"Function not found: {arn(three, '7')}"):
        client.create_alias(FunctionName=three, Name="other", FunctionVersion="7")
    with refused(NOT_FOUND, 404, f"Function not found: {arn(three, '7')}"):
        client.update_alias(FunctionName=three, Name="live", FunctionVersion="7")
    with refused(NOT_FOUND, 404, "Cannot find alias arn"):
        client.update_alias(FunctionName=three, Name="absent", FunctionVersion="1")
    lax = account.client(validate=False)
    for name in ("1", "a b", "$LATEST", ""):
        with refused(VALIDATION, 400, "Value at 'name'"):
            lax.create_alias(FunctionName=three, Name=name, FunctionVersion="1")
    weights = {"AdditionalVersionWeights": {"2": 0.5}}
    with refused(INVALID, 400, "AdditionalVersionWeights: this is not supported"):
        client.update_alias(FunctionName=three, Name="live", RoutingConfig=weights)
    with refused(CONFLICT, 409, "referenced by alias"):
        client.delete_function(FunctionName=three, Qualifier="1")
    with refused(INVALID, 400, "aliases"):
        client.delete_function(FunctionName=three, Qualifier="live")
    assert account.value(three, Qualifier="live") == VALUES["1"]


def test_aliases_are_listed_in_pages(client: Any, three: str) -> None:
    names = [f"a{number}" for number in range(7)]
    for number, name in enumerate(names):
        version = "1" if number % 2 else "2"
        client.create_alias(FunctionName=three, Name=name, FunctionVersion=version)
    pager = client.get_paginator("list_aliases")
    for size in (1, 3, 50):
        pages = pager.paginate(FunctionName=three, PaginationConfig={"PageSize": size})
        assert [alias["Name"] for page in pages for alias in page["Aliases"]] == names
    of_one = client.list_aliases(FunctionName=three, FunctionVersion="1")["Aliases"]
    assert [alias["Name"] for alias in of_one] == ["a1", "a3", "a5"]
