"""Resource policies: statements are added, shown and removed."""

import json
from typing import Any

import pytest
from account import Account, arn, refused
from gateway import ACCOUNT, REGION

NOT_FOUND = "ResourceNotFoundException"
INVOKE = "lambda:InvokeFunction"
SOURCE = f"arn:aws:execute-api:{REGION}:{ACCOUNT}:abc/*/GET/pets"


def policy(client: Any, name: str, **qualifier: str) -> dict[str, Any]:
    """The policy of a function."""
    return json.loads(client.get_policy(FunctionName=name, **qualifier)["Policy"])


def test_statements_are_added_shown_and_removed(client: Any, echo: str) -> None:
    with refused(NOT_FOUND, 404, "The resource you requested does not exist."):
        client.get_policy(FunctionName=echo)
    added = client.add_permission(
        FunctionName=echo,
        StatementId="gateway",
        Action=INVOKE,
        Principal="apigateway.amazonaws.com",
        SourceArn=SOURCE,
        SourceAccount=ACCOUNT,
    )
    assert added["ResponseMetadata"]["HTTPStatusCode"] == 201
    expect = {
        "Sid": "gateway",
        "Effect": "Allow",
        "Principal": {"Service": "apigateway.amazonaws.com"},
        "Action": INVOKE,
        "Resource": arn(echo),
        "Condition": {
            "StringEquals": {"AWS:SourceAccount": ACCOUNT},
            "ArnLike": {"AWS:SourceArn": SOURCE},
        },
    }
    assert json.loads(added["Statement"]) == expect
    assert policy(client, echo) == {
        "Version": "2012-10-17",
        "Id": "default",
        "Statement": [expect],
    }
    client.add_permission(FunctionName=echo, StatementId="all", Action=INVOKE, Principal="*")
    assert [it["Sid"] for it in policy(client, echo)["Statement"]] == ["gateway", "all"]
    with refused(NOT_FOUND, 404, "Statement absent is not found in resource policy."):
        client.remove_permission(FunctionName=echo, StatementId="absent")
    removed = client.remove_permission(FunctionName=echo, StatementId="gateway")
    assert removed["ResponseMetadata"]["HTTPStatusCode"] == 204
    assert [it["Sid"] for it in policy(client, echo)["Statement"]] == ["all"]
    client.remove_permission(FunctionName=echo, StatementId="all")
    with refused(NOT_FOUND, 404):
        client.get_policy(FunctionName=echo)
    with refused(NOT_FOUND, 404):
        client.remove_permission(FunctionName=echo, StatementId="all")


@pytest.mark.parametrize(
    ("principal", "shown"),
    [
        ("*", "*"),
        ("s3.amazonaws.com", {"Service": "s3.amazonaws.com"}),
        ("123456789012", {"AWS": "arn:aws:iam::123456789012:root"}),
        ("arn:aws:iam::123456789012:user/ada", {"AWS": "arn:aws:iam::123456789012:user/ada"}),
    ],
)
def test_principals(client: Any, echo: str, principal: str, shown: Any) -> None:
    added = client.add_permission(
        FunctionName=echo, StatementId="s", Action=INVOKE, Principal=principal
    )
    assert json.loads(added["Statement"])["Principal"] == shown


def test_what_a_statement_cannot_be(account: Account, client: Any, echo: str) -> None:
    whole = {"FunctionName": echo, "StatementId": "s", "Action": INVOKE, "Principal": "*"}
    client.add_permission(**whole)
    with refused("ResourceConflictException", 409, "The statement id (s) provided already exists"):
        client.add_permission(**whole)
    lax = account.client(validate=False)
    wrong = [
        ({"StatementId": "a b"}, "ValidationException", "'statementId'"),
        ({"StatementId": ""}, "ValidationException", "'statementId'"),
        ({"Action": "s3:GetObject"}, "ValidationException", "'action'"),
        ({"SourceAccount": "1"}, "ValidationException", "'sourceAccount'"),
        ({"SourceArn": "x"}, "ValidationException", "'sourceArn'"),
        ({"Principal": "nobody"}, "InvalidParameterValueException", ""),
        ({"EventSourceToken": "t"}, "InvalidParameterValueException", "EventSourceToken"),
        ({"PrincipalOrgID": "o-1234567890"}, "InvalidParameterValueException", "PrincipalOrgID"),
        ({"FunctionUrlAuthType": "NONE"}, "InvalidParameterValueException", "FunctionUrlAuthType"),
    ]
    for change, code, words in wrong:
        with refused(code, 400, words):
            lax.add_permission(**{**whole, "StatementId": "t", **change})
    assert len(policy(client, echo)["Statement"]) == 1


def test_a_policy_has_a_revision_and_a_length(client: Any, echo: str) -> None:
    def add(number: int, **more: str) -> None:
        client.add_permission(
            FunctionName=echo, StatementId=f"s{number}", Action=INVOKE, Principal="*", **more
        )

    add(0)
    revision = client.get_policy(FunctionName=echo)["RevisionId"]
    add(1, RevisionId=revision)
    with refused("PreconditionFailedException", 412):
        add(2, RevisionId=revision)
    with refused("PreconditionFailedException", 412):
        client.remove_permission(FunctionName=echo, StatementId="s1", RevisionId=revision)
    with refused("PolicyLengthExceededException", 400, "is bigger than the limit (20480)"):
        for number in range(2, 200):
            add(number)
    assert len(client.get_policy(FunctionName=echo)["Policy"]) <= 20480


def test_qualifiers_have_policies_of_their_own(client: Any, echo: str) -> None:
    client.publish_version(FunctionName=echo)
    client.create_alias(FunctionName=echo, Name="live", FunctionVersion="1")
    for qualifier in ("live", "1"):
        client.add_permission(
            FunctionName=echo,
            Qualifier=qualifier,
            StatementId="s",
            Action=INVOKE,
            Principal="*",
        )
        (statement,) = policy(client, echo, Qualifier=qualifier)["Statement"]
        assert statement["Resource"] == arn(echo, qualifier)
    with refused(NOT_FOUND, 404):
        client.get_policy(FunctionName=echo)
    client.remove_permission(FunctionName=echo, Qualifier="live", StatementId="s")
    with refused(NOT_FOUND, 404):
        client.get_policy(FunctionName=echo, Qualifier="live")
    assert policy(client, echo, Qualifier="1")["Statement"]
    with refused(NOT_FOUND, 404, f"Function not found: {arn(echo, 'absent')}"):
        client.add_permission(
            FunctionName=echo,
            Qualifier="absent",
            StatementId="s",
            Action=INVOKE,
            Principal="*",
        )
