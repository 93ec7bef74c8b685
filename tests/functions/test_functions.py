"""Functions themselves: created, changed, listed, shown, deleted."""

import base64
import hashlib
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from account import ROLE, Account, Code, arn, creation, refused, says
from apis import unique
from botocore.exceptions import ClientError

NOT_FOUND = "ResourceNotFoundException"
CONFLICT = "ResourceConflictException"
INVALID = "InvalidParameterValueException"
VALIDATION = "ValidationException"


def test_a_function_is_shown_as_it_was_created(account: Account, client: Any) -> None:
    code, name = says("hello"), unique("shown")
    made = client.create_function(
        **creation(name, code),
        Description="says hello",
        MemorySize=256,
        Environment={"Variables": {"COLOUR": "blue"}},
        Tags={"team": "pets"},
    )
    assert made["ResponseMetadata"]["HTTPStatusCode"] == 201
    shown = client.get_function(FunctionName=name)
    expect = {
        "FunctionName": name,
        "FunctionArn": arn(name),
        "Runtime": "python3.12",
        "Role": ROLE,
        "Handler": "app.main",
        "CodeSize": len(code.package),
        "Description": "says hello",
        "Timeout": 20,
        "MemorySize": 256,
        "CodeSha256": base64.b64encode(hashlib.sha256(code.package).digest()).decode(),
        "Version": "$LATEST",
        "Environment": {"Variables": {"COLOUR": "blue"}},
        "PackageType": "Zip",
        "State": "Active",
        "LastUpdateStatus": "Successful",
    }
    seen = {
        "create": made,
        "get": shown["Configuration"],
        "configuration": client.get_function_configuration(FunctionName=name),
        "by its ARN": client.get_function_configuration(FunctionName=arn(name)),
        "by account": client.get_function_configuration(FunctionName=arn(name).split(":", 4)[4]),
    }
    for where, configuration in seen.items():
        assert {key: configuration.get(key) for key in expect} == expect, where
        assert configuration["RevisionId"] == made["RevisionId"], where
    assert shown["Tags"] == {"team": "pets"}
    assert "Concurrency" not in shown
    assert account.value(name) == "hello"


def test_waiters_of_boto3_find_it_ready(client: Any, echo: str) -> None:
    for waiter in ("function_exists", "function_active_v2", "function_updated_v2"):
        client.get_waiter(waiter).wait(FunctionName=echo, WaiterConfig={"MaxAttempts": 1})


def test_a_name_is_taken_once(client: Any, echo: str) -> None:
    with refused(CONFLICT, 409, f"Function already exist: {echo}"):
        client.create_function(**creation(echo, says("other")))


def test_of_many_creations_of_one_name_one_wins(account: Account, client: Any) -> None:
    name = unique("raced")

    def create(_: int) -> int:
        try:
            made = client.create_function(**creation(name, says("same")))
            return made["ResponseMetadata"]["HTTPStatusCode"]
        except ClientError as error:
            return error.response["ResponseMetadata"]["HTTPStatusCode"]

    with ThreadPoolExecutor(16) as pool:
        statuses = sorted(pool.map(create, range(16)))
    assert statuses == [201] + [409] * 15
    assert account.value(name) == "same"


def test_creations_and_deletions_at_once_leave_a_whole_function_or_none(
    account: Account, client: Any
) -> None:
    name = unique("torn")

    def step(number: int) -> None:
        try:
            if number % 3:
                client.create_function(**creation(name, says("whole")))
            else:
                client.delete_function(FunctionName=name)
        except ClientError as error:
            status = error.response["ResponseMetadata"]["HTTPStatusCode"]
            assert status in (404, 409, 500), error

    with ThreadPoolExecutor(8) as pool:
        for _ in range(12):
            list(pool.map(step, range(12)))
            try:
                client.get_function(FunctionName=name)
            except client.exceptions.ResourceNotFoundException:
                account.create(says("whole"), name)
            assert account.value(name) == "whole"


@pytest.mark.parametrize(
    ("change", "code", "words"),
    [
        ({"Runtime": "cobol85"}, INVALID, "Value cobol85 at 'runtime'"),
        ({"Runtime": "java21"}, INVALID, "Value java21 at 'runtime'"),
        ({"Handler": "a b"}, VALIDATION, "Value 'a b' at 'handler'"),
        ({"Timeout": 0}, VALIDATION, "greater than or equal to 1"),
        ({"Timeout": 901}, VALIDATION, "less than or equal to 900"),
        ({"MemorySize": 127}, VALIDATION, "greater than or equal to 128"),
        ({"MemorySize": 10241}, VALIDATION, "less than or equal to 10240"),
        ({"Description": "a" * 257}, VALIDATION, "less than or equal to 256"),
        ({"Environment": {"Variables": {"1A": "b"}}}, VALIDATION, "environment.variables"),
        (
            {"Environment": {"Variables": {"AWS_REGION": "b"}}},
            INVALID,
            "Reserved keys used in this request: AWS_REGION",
        ),
        ({"Environment": {"Variables": {"A": "b" * 4096}}}, INVALID, "exceeded the 4KB limit"),
        ({"Tags": {"aws:mine": "b"}}, INVALID, "tags"),
        ({"FunctionName": "a b"}, VALIDATION, "Value 'a b' at 'functionName'"),
        ({"FunctionName": "../up"}, VALIDATION, "at 'functionName'"),
        ({"FunctionName": "a" * 65}, VALIDATION, "at 'functionName'"),
        ({"Code": {}}, INVALID, "Please provide a source for function code."),
        ({"Code": {"S3Bucket": "b", "S3Key": "k"}}, INVALID, "Code in S3 (S3Bucket, S3Key)"),
        ({"Code": {"ImageUri": "i"}}, INVALID, "Code in an image (ImageUri)"),
        ({"PackageType": "Image"}, INVALID, "PackageType"),
        ({"Layers": [f"{ROLE}:layer:a:1"]}, INVALID, "Layers"),
        ({"DeadLetterConfig": {"TargetArn": f"{ROLE}:q"}}, INVALID, "DeadLetterConfig"),
        ({"FileSystemConfigs": [{"Arn": ROLE}]}, INVALID, "FileSystemConfigs"),
    ],
    ids=lambda value: str(value)[:40] if isinstance(value, dict) else None,
)
def test_what_a_function_cannot_be(
    account: Account, change: dict[str, Any], code: str, words: str
) -> None:
    lax, name = account.client(validate=False), unique("wrong")
    with refused(code, 400, words):
        lax.create_function(**{**creation(name, says("x")), **change})
    with refused(NOT_FOUND, 404):
        lax.get_function(FunctionName=name)


def test_code_and_configuration_are_changed(account: Account, client: Any) -> None:
    code = Code.python(
        "import os\ndef main(event, context):\n    return 'one', os.environ.get('COLOUR')\n"
    )
    name = account.create(code)
    assert account.value(name) == ["one", None]
    before = client.get_function_configuration(FunctionName=name)

    other = Code.python("import os\ndef go(event, context):\n    return os.environ.get('COLOUR')\n")
    client.update_function_code(FunctionName=name, ZipFile=other.package)
    changed = client.update_function_configuration(
        FunctionName=name,
        Handler="app.go",
        Environment={"Variables": {"COLOUR": "red"}},
        Timeout=7,
        Description="changed",
    )
    assert changed["ResponseMetadata"]["HTTPStatusCode"] == 200
    assert account.value(name) == "red"
    shown = client.get_function_configuration(FunctionName=name)
    assert (shown["Handler"], shown["Timeout"], shown["Description"]) == ("app.go", 7, "changed")
    assert (shown["Runtime"], shown["Role"]) == (before["Runtime"], before["Role"])
    assert shown["RevisionId"] == changed["RevisionId"] != before["RevisionId"]
    assert shown["CodeSha256"] != before["CodeSha256"]

    with refused("PreconditionFailedException", 412, "Revision Id provided does not match"):
        client.update_function_configuration(
            FunctionName=name, Timeout=9, RevisionId=before["RevisionId"]
        )
    with refused("PreconditionFailedException", 412, "Revision Id provided does not match"):
        client.update_function_code(
            FunctionName=name, ZipFile=code.package, RevisionId=before["RevisionId"]
        )
    with refused(INVALID, 400, "Value nodejs at 'runtime'"):
        client.update_function_configuration(FunctionName=name, Runtime="nodejs")
    assert client.get_function_configuration(FunctionName=name)["Timeout"] == 7
    client.update_function_configuration(FunctionName=name, Environment={"Variables": {}})
    assert account.value(name) is None


def test_members_that_say_nothing_are_taken(account: Account) -> None:
    """As deployment tools write them."""
    name = account.create(
        says("x"),
        Layers=[],
        FileSystemConfigs=[],
        DeadLetterConfig={"TargetArn": ""},
        VpcConfig={"SubnetIds": [], "SecurityGroupIds": []},
        TracingConfig={"Mode": "PassThrough"},
        EphemeralStorage={"Size": 512},
    )
    assert account.value(name) == "x"


def test_a_dry_run_changes_no_code(account: Account, client: Any) -> None:
    name = account.create(says("one"))
    client.update_function_code(FunctionName=name, ZipFile=says("two").package, DryRun=True)
    assert account.value(name) == "one"


def test_lists_have_pages_and_each_function_once(fresh_account: Account) -> None:
    client = fresh_account.client()
    names = [f"f-{number:03}" for number in range(120)]
    for name in names:
        fresh_account.create(says(name), name)
    client.publish_version(FunctionName="f-000")
    pager = client.get_paginator("list_functions")
    for size in (1, 7, 50):
        pages = list(pager.paginate(PaginationConfig={"PageSize": size}))
        listed = [function["FunctionName"] for page in pages for function in page["Functions"]]
        assert listed == names, size
        assert all(len(page["Functions"]) <= size for page in pages)
    assert len(client.list_functions()["Functions"]) == 50
    assert len(client.list_functions(MaxItems=500)["Functions"]) == 50, "AWS's pages end there"

    every = pager.paginate(FunctionVersion="ALL", PaginationConfig={"PageSize": 10})
    pages = [page["Functions"] for page in every]
    assert all(len(page) <= 10 for page in pages)
    versions = [(shown["FunctionName"], shown["Version"]) for page in pages for shown in page]
    assert versions[:2] == [("f-000", "$LATEST"), ("f-000", "1")]
    assert len(versions) == 121

    first = client.list_functions(MaxItems=3)
    client.delete_function(FunctionName="f-002")
    second = client.list_functions(MaxItems=1, Marker=first["NextMarker"])
    assert second["Functions"][0]["FunctionName"] == "f-003", "whatever went in between"


def test_pages_that_nobody_can_turn(account: Account) -> None:
    lax = account.client(validate=False)
    for items in (0, 10_001):
        with refused(VALIDATION, 400, "maxItems"):
            lax.list_functions(MaxItems=items)
    with refused(INVALID, 400, "marker"):
        lax.list_functions(Marker="%%%")
    with refused(VALIDATION, 400, "functionVersion"):
        lax.list_functions(FunctionVersion="1")


def test_a_deleted_function_is_gone(account: Account, client: Any) -> None:
    name = account.create(says("here"))
    account.value(name)
    deleted = client.delete_function(FunctionName=name)
    assert deleted["ResponseMetadata"]["HTTPStatusCode"] in (200, 204)
    assert name not in str(client.list_functions())
    with refused(NOT_FOUND, 404, f"Function not found: {arn(name)}"):
        account.invoke(name)
    account.create(says("again"), name)
    assert account.value(name) == "again"


ABSENT: list[tuple[str, dict[str, Any]]] = [
    ("get_function", {}),
    ("get_function_configuration", {}),
    ("delete_function", {}),
    ("update_function_code", {"ZipFile": b"x"}),
    ("update_function_configuration", {"Timeout": 4}),
    ("publish_version", {}),
    ("list_versions_by_function", {}),
    ("create_alias", {"Name": "a", "FunctionVersion": "$LATEST"}),
    ("get_alias", {"Name": "a"}),
    ("update_alias", {"Name": "a"}),
    ("delete_alias", {"Name": "a"}),
    ("list_aliases", {}),
    ("add_permission", {"StatementId": "s", "Action": "lambda:InvokeFunction", "Principal": "*"}),
    ("get_policy", {}),
    ("remove_permission", {"StatementId": "s"}),
    ("put_function_concurrency", {"ReservedConcurrentExecutions": 1}),
    ("get_function_concurrency", {}),
    ("delete_function_concurrency", {}),
    ("invoke", {}),
    ("invoke", {"InvocationType": "Event"}),
    ("invoke", {"InvocationType": "DryRun"}),
    ("invoke_with_response_stream", {}),
]


@pytest.mark.parametrize(("operation", "more"), ABSENT, ids=lambda value: str(value)[:40])
def test_nothing_is_done_to_a_function_that_is_not_there(
    client: Any, operation: str, more: dict[str, Any]
) -> None:
    call: Callable[..., Any] = getattr(client, operation)
    with refused(NOT_FOUND, 404, f"Function not found: {arn('absent')}") as answer:
        call(FunctionName="absent", **more)
    assert answer["ResponseMetadata"]["RequestId"]
    assert answer["Type"] == "User"


def test_tags_are_added_and_removed(client: Any, echo: str) -> None:
    client.tag_resource(Resource=arn(echo), Tags={"a": "1", "b": "2"})
    client.tag_resource(Resource=arn(echo), Tags={"b": "3"})
    assert client.list_tags(Resource=arn(echo))["Tags"] == {"a": "1", "b": "3"}
    client.untag_resource(Resource=arn(echo), TagKeys=["a", "absent"])
    assert client.get_function(FunctionName=echo)["Tags"] == {"b": "3"}
    with refused(INVALID, 400, "tags"):
        client.tag_resource(Resource=arn(echo), Tags={f"t{at}": "" for at in range(60)})


def test_the_account_says_what_it_has(fresh_account: Account) -> None:
    code = says("x")
    name = fresh_account.create(code)
    client = fresh_account.client()
    client.put_function_concurrency(FunctionName=name, ReservedConcurrentExecutions=100)
    settings = client.get_account_settings()
    limit, usage = settings["AccountLimit"], settings["AccountUsage"]
    assert (limit["ConcurrentExecutions"], limit["UnreservedConcurrentExecutions"]) == (1000, 900)
    assert (usage["FunctionCount"], usage["TotalCodeSize"]) == (1, len(code.package))


def test_what_is_not_served_is_said(client: Any, echo: str) -> None:
    with refused("UnknownOperationException", 404, "Unknown operation"):
        client.list_layers()
    with refused("UnknownOperationException", 404, "Unknown operation"):
        client.create_function_url_config(FunctionName=echo, AuthType="NONE")
