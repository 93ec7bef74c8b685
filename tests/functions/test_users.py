"""Who may call under `serve`: signatures, and what policies of users allow."""

import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest
import requests
from account import Account, Key, arn, creation, refused, says
from apis import unique
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials
from gateway import REGION, SECRET_ACCESS_KEY
from signing import ClockedAuth, Signer

DENIED = "AccessDeniedException"


def allow(action: str | list[str], resource: str | list[str] = "*") -> dict[str, Any]:
    return {"Effect": "Allow", "Action": action, "Resource": resource}


def deny(action: str | list[str], resource: str | list[str]) -> dict[str, Any]:
    return {"Effect": "Deny", "Action": action, "Resource": resource}


@dataclass
class Call:
    """A request of the Lambda API."""

    method: str
    path: str
    body: bytes = b""


def signed(account: Account, call: Call, signer: Signer) -> dict[str, str]:
    """Headers with a signature."""
    request = AWSRequest(call.method, account.url + call.path, {}, call.body)
    keys = Credentials(signer.access_key, signer.secret_key, signer.token)
    auth = ClockedAuth(keys, signer.service, signer.region)
    auth.late_s = signer.late_s
    auth.add_auth(request)
    return dict(request.headers.items())


def send(account: Account, call: Call, headers: dict[str, str]) -> requests.Response:
    url = account.url + call.path
    return requests.request(call.method, url, headers=headers, data=call.body, timeout=60)


def by(**wrong: Any) -> Callable[[Account, Call], dict[str, str]]:
    """Signs with something wrong."""
    return lambda account, call: signed(
        account, call, Signer(**{"service": "lambda", "region": REGION, **wrong})
    )


def turned(account: Account, call: Call) -> dict[str, str]:
    """A signature with another last digit."""
    headers = by()(account, call)
    last = "0" if headers["Authorization"][-1] != "0" else "1"
    return {**headers, "Authorization": headers["Authorization"][:-1] + last}


FORGERIES: dict[str, tuple[Callable[[Account, Call], dict[str, str]], str]] = {
    "unsigned": (lambda account, call: {}, "MissingAuthenticationTokenException"),
    "wrong secret": (by(secret_key="no"), "InvalidSignatureException"),
    "unknown key": (by(access_key="AKIAUNKNOWN000000000"), "UnrecognizedClientException"),
    "late": (by(late_s=600), "InvalidSignatureException"),
    "early": (by(late_s=-600), "InvalidSignatureException"),
    "other service": (by(service="apigateway"), "InvalidSignatureException"),
    "a token nobody gave": (by(token="abc"), "UnrecognizedClientException"),
    "turned": (turned, "InvalidSignatureException"),
}


@pytest.mark.parametrize("forgery", FORGERIES)
def test_a_forged_call_changes_nothing(account: Account, echo: str, forgery: str) -> None:
    sign, code = FORGERIES[forgery]
    calls = [
        Call("GET", "/2015-03-31/functions/"),
        Call("GET", f"/2015-03-31/functions/{echo}"),
        Call("DELETE", f"/2015-03-31/functions/{echo}"),
        Call("POST", f"/2015-03-31/functions/{echo}/invocations", b"{}"),
        Call("POST", f"/2021-11-15/functions/{echo}/response-streaming-invocations", b"{}"),
        Call("PUT", f"/2015-03-31/functions/{echo}/configuration", b'{"Timeout": 4}'),
        Call("POST", "/2015-03-31/functions", b"{}"),
    ]
    for call in calls:
        answer = send(account, call, sign(account, call))
        seen = (answer.status_code, answer.headers["x-amzn-ErrorType"])
        assert seen == (403, code), (call, answer.text)
        assert answer.json()["message"]
        assert SECRET_ACCESS_KEY not in answer.text
        assert answer.headers["x-amzn-RequestId"]
    assert account.value(echo, 1) == 1
    assert account.lambdas.get_function_configuration(FunctionName=echo)["Timeout"] == 20


def test_another_body_or_path_than_the_signed_one(account: Account, echo: str) -> None:
    call = Call("POST", f"/2015-03-31/functions/{echo}/invocations", b'{"a": 1}')
    headers = by()(account, call)
    assert send(account, call, headers).json() == {"a": 1}
    other = Call(call.method, call.path, b'{"a": 2}')
    assert send(account, other, headers).status_code == 403
    unsigned = {**headers, "X-Amz-Content-SHA256": "UNSIGNED-PAYLOAD"}
    assert send(account, other, unsigned).status_code == 403
    other = Call(call.method, call.path + "?Qualifier=1", call.body)
    assert send(account, other, headers).status_code == 403
    other = Call("DELETE", f"/2015-03-31/functions/{echo}", call.body)
    assert send(account, other, headers).status_code == 403


def test_a_user_without_a_policy_may_nothing(account: Account, echo: str) -> None:
    key = account.user(allow("apigateway:*"))
    client, resource = account.client(key), arn(echo)
    calls: list[tuple[str, str, str, dict[str, Any]]] = [
        ("list_functions", "ListFunctions", "*", {}),
        ("get_account_settings", "GetAccountSettings", "*", {}),
        ("list_tags", "ListTags", resource, {"Resource": resource}),
        ("tag_resource", "TagResource", resource, {"Resource": resource, "Tags": {"a": "b"}}),
        ("untag_resource", "UntagResource", resource, {"Resource": resource, "TagKeys": ["a"]}),
    ]
    statement = {"StatementId": "s", "Action": "lambda:InvokeFunction", "Principal": "*"}
    of_one: list[tuple[str, str, dict[str, Any]]] = [
        ("get_function", "GetFunction", {}),
        ("get_function_configuration", "GetFunctionConfiguration", {}),
        ("update_function_code", "UpdateFunctionCode", {"ZipFile": b"x"}),
        ("update_function_configuration", "UpdateFunctionConfiguration", {"Timeout": 4}),
        ("delete_function", "DeleteFunction", {}),
        ("publish_version", "PublishVersion", {}),
        ("list_versions_by_function", "ListVersionsByFunction", {}),
        ("create_alias", "CreateAlias", {"Name": "a", "FunctionVersion": "$LATEST"}),
        ("get_alias", "GetAlias", {"Name": "a"}),
        ("update_alias", "UpdateAlias", {"Name": "a"}),
        ("delete_alias", "DeleteAlias", {"Name": "a"}),
        ("list_aliases", "ListAliases", {}),
        ("add_permission", "AddPermission", statement),
        ("get_policy", "GetPolicy", {}),
        ("remove_permission", "RemovePermission", {"StatementId": "s"}),
        (
            "put_function_concurrency",
            "PutFunctionConcurrency",
            {"ReservedConcurrentExecutions": 1},
        ),
        ("get_function_concurrency", "GetFunctionConcurrency", {}),
        ("delete_function_concurrency", "DeleteFunctionConcurrency", {}),
        ("invoke", "InvokeFunction", {}),
        ("invoke", "InvokeFunction", {"InvocationType": "DryRun"}),
        ("invoke", "InvokeFunction", {"InvocationType": "Event"}),
        ("invoke_with_response_stream", "InvokeFunction", {}),
    ]
    calls += [(call, name, resource, {"FunctionName": echo, **more}) for call, name, more in of_one]
    for call, action, about, members in calls:
        words = f"is not authorized to perform: lambda:{action} on resource: {about}"
        with refused(DENIED, 403, words) as answer:
            getattr(client, call)(**members)
        assert f"user/{key.user_name}" in answer["Error"]["Message"]
    name = unique("denied")
    with refused(DENIED, 403, "is not authorized to perform: lambda:CreateFunction"):
        client.create_function(**creation(name, says("x")))
    shown = account.lambdas.get_function(FunctionName=echo)
    assert shown["Configuration"]["Timeout"] == 20
    with refused("ResourceNotFoundException", 404):
        account.lambdas.get_function(FunctionName=name)


def test_a_user_that_may_only_invoke(account: Account, echo: str) -> None:
    other = account.create(says("other"))
    client = account.client(account.user(allow("lambda:InvokeFunction", arn(echo))))
    assert client.invoke(FunctionName=echo, Payload=b"1")["Payload"].read() == b"1"
    assert client.invoke(FunctionName=arn(echo))["StatusCode"] == 200
    answer = client.invoke_with_response_stream(FunctionName=echo, Payload=b"1")
    assert next(iter(answer["EventStream"]))["PayloadChunk"]["Payload"] == b"1"
    for refusal in (
        lambda: client.invoke(FunctionName=other),
        lambda: client.invoke(FunctionName=echo, Qualifier="$LATEST"),
        lambda: client.get_function(FunctionName=echo),
        lambda: client.list_functions(),
        lambda: client.delete_function(FunctionName=echo),
    ):
        with refused(DENIED, 403):
            refusal()


def test_qualifiers_are_resources(account: Account, client: Any, echo: str) -> None:
    client.publish_version(FunctionName=echo)
    client.create_alias(FunctionName=echo, Name="live", FunctionVersion="1")
    own = account.client(account.user(allow("lambda:InvokeFunction", arn(echo, "live"))))
    assert own.invoke(FunctionName=echo, Qualifier="live")["ExecutedVersion"] == "1"
    assert own.invoke(FunctionName=f"{echo}:live")["ExecutedVersion"] == "1"
    for qualifier in ("1", "$LATEST"):
        with refused(DENIED, 403, arn(echo, qualifier)):
            own.invoke(FunctionName=echo, Qualifier=qualifier)
    with refused(DENIED, 403):
        own.invoke(FunctionName=echo)


def test_creation_is_judged_by_the_name_of_what_is_created(account: Account) -> None:
    key = account.user(allow("lambda:CreateFunction", arn("team-*")), allow("lambda:GetFunction"))
    client = account.client(key)
    name = unique("team-a")
    client.create_function(**creation(name, says("x")))
    assert client.get_function(FunctionName=name)["Configuration"]["State"] == "Active"
    with refused(DENIED, 403, arn("other")):
        client.create_function(**creation("other", says("x")))
    with refused(DENIED, 403, arn("other")):
        client.create_function(**creation(arn("other"), says("x")))

    key = account.user(allow("lambda:*"), deny("lambda:*", arn("prod-*")))
    client = account.client(key)
    name = unique("prod-a")
    with refused(DENIED, 403, "with an explicit deny"):
        client.create_function(**creation(name, says("x")))
    account.create(says("x"), name)
    with refused(DENIED, 403, "with an explicit deny"):
        client.delete_function(FunctionName=name)


def test_users_of_other_accounts_are_strangers(account: Account, echo: str) -> None:
    client = account.client(account.user(allow("*"), account="123456789012"))
    with refused(DENIED, 403, "no resource-based policy allows the lambda:GetFunction action"):
        client.get_function(FunctionName=echo)
    with refused(DENIED, 403):
        client.invoke(FunctionName=echo)
    with refused(DENIED, 403):
        client.list_functions()


@pytest.mark.parametrize(
    "condition",
    [
        {"IpAddress": {"aws:SourceIp": "127.0.0.0/8"}},
        {"StringLike": {"aws:UserAgent": "*Boto3*"}},
        {"Null": {"aws:SourceIp": "false"}},
    ],
)
def test_where_a_call_comes_from_may_be_denied(
    account: Account, echo: str, condition: dict[str, Any]
) -> None:
    denied = {**deny("lambda:*", "*"), "Condition": condition}
    with refused(DENIED, 403, "with an explicit deny"):
        account.client(account.user(allow("lambda:*"), denied)).invoke(FunctionName=echo)
    elsewhere = {**denied, "Condition": {"IpAddress": {"aws:SourceIp": "192.0.2.0/24"}}}
    client = account.client(account.user(allow("lambda:*"), elsewhere))
    assert client.invoke(FunctionName=echo)["StatusCode"] == 200


def test_what_changes_for_a_user_acts_at_once(account: Account, echo: str) -> None:
    key = account.user(allow("lambda:InvokeFunction"))
    client = account.client(key)
    assert client.invoke(FunctionName=echo)["StatusCode"] == 200
    account.manage(action="DeleteUserPolicy", userName=key.user_name, policyName="p")
    with refused(DENIED, 403):
        client.invoke(FunctionName=echo)
    document = json.dumps({"Version": "2012-10-17", "Statement": [allow("lambda:*")]})
    account.manage(
        action="PutUserPolicy",
        userName=key.user_name,
        policyName="p",
        policyDocument=document,
    )
    assert client.invoke(FunctionName=echo)["StatusCode"] == 200
    inactive = {"userName": key.user_name, "accessKeyId": key.access_key, "status": "Inactive"}
    account.manage(action="UpdateAccessKey", **inactive)
    with refused("UnrecognizedClientException", 403):
        client.invoke(FunctionName=echo)


def test_a_wrong_secret_is_refused_after_a_right_one(account: Account, echo: str) -> None:
    key = account.user(allow("lambda:*"))
    assert account.client(key).invoke(FunctionName=echo)["StatusCode"] == 200
    with refused("InvalidSignatureException", 403):
        account.client(Key(key.access_key, key.secret_key + "x")).invoke(FunctionName=echo)
