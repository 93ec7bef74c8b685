"""Makes botocore.json: requests as botocore signs them, with a clock that stands still.

    python3 sign_with_botocore.py > botocore.json        (botocore and boto3 from PyPI)
"""

import datetime
import json
import sys
from urllib.parse import urlsplit

import boto3
import botocore
import botocore.auth
from botocore.auth import SigV4Auth, SigV4QueryAuth
from botocore.awsrequest import AWSRequest, AWSResponse
from botocore.credentials import Credentials

NOW = datetime.datetime(2026, 3, 4, 5, 6, 7)
botocore.auth.get_current_datetime = lambda *_, **__: NOW

KEY, SECRET = "AKIAIOSFODNN7EXAMPLE", "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY"
ARN = "arn:aws:apigateway:us-east-1::/restapis/abc123"
vectors = []


def record(name, service, request):
    url = urlsplit(request.url)
    text = lambda value: value.decode() if isinstance(value, bytes) else str(value)
    headers = [["Host", url.netloc]]
    # What is not signed and differs from run to run.
    passing = ("host", "user-agent", "amz-sdk-invocation-id", "amz-sdk-request")
    headers += [[text(n), text(v)] for n, v in request.headers.items() if n.lower() not in passing]
    body = request.body or b""
    body = body if isinstance(body, bytes) else body.encode()
    vectors.append({
        "name": name, "service": service, "method": request.method, "path": url.path or "/",
        "query": url.query, "headers": headers, "body": body.decode("latin-1"),
    })


class Raw:
    @staticmethod
    def stream():
        yield b"{}"


def client(service, token=None):
    made = boto3.client(
        service, region_name="eu-west-1", endpoint_url="http://127.0.0.1:4566",
        aws_access_key_id=KEY, aws_secret_access_key=SECRET, aws_session_token=token,
    )

    def answer(request, **_):
        record(made.case, made.meta.service_model.signing_name, request)
        return AWSResponse(request.url, 200, {}, Raw())

    made.meta.events.register("before-send.*.*", answer)
    return made


def calls(api, prefix=""):
    def call(operation, **arguments):
        api.case = f"{prefix}{operation} {sorted(arguments)}"
        getattr(api, operation)(**arguments)

    call("get_rest_apis")
    call("get_rest_apis", limit=25, position="a+b/c= d&e%2F~'()*!")
    call("get_resources", restApiId="abc123", embed=["methods", "a b", "ä", ""])
    call("create_rest_api", name="Größe ✓", description="a b", tags={"k": "é"})
    call("get_tags", resourceArn=ARN)
    call("tag_resource", resourceArn=ARN + "/stages/ü", tags={"a": "b"})
    call("untag_resource", resourceArn=ARN, tagKeys=["a", "b c", "é", "a"])
    call("import_rest_api", body=b"{\"swagger\":\"2.0\"}", failOnWarnings=True,
         parameters={"basepath": "prepend", "x y": "", "é": "ü"})
    call("put_rest_api", restApiId="abc123", mode="overwrite", body=b"\x00\xff\n")
    call("import_api_keys", body=b"name,key\n", format="csv", failOnWarnings=False)
    call("import_documentation_parts", restApiId="a", mode="merge", body=b"{}")
    call("get_method", restApiId="a", resourceId="b/../c//d", httpMethod="GET")
    call("get_stage", restApiId="a", stageName="%41+ .~")
    call("update_stage", restApiId="a", stageName="..", patchOperations=[
        {"op": "replace", "path": "/*/*/throttling/rateLimit", "value": "1"}])
    call("delete_base_path_mapping", domainName="*.example.com", basePath="(none)")


calls(client("apigateway"))
calls(client("apigateway", token="FwoGZXIvYXdzEHwaD+/=="), "token: ")


def sign(name, auth, service, method, url, data=b"", headers=None, **options):
    request = AWSRequest(method, url, data=data, headers=headers or {})
    auth(Credentials(KEY, SECRET, options.pop("token", None)), service, "eu-west-1",
         **options).add_auth(request)
    record(name, service, request.prepare())


HOST = "http://abc123.execute-api.eu-west-1.localhost:8080"
sign("raw: repeated keys and empty values", SigV4Auth, "execute-api", "GET",
     HOST + "/prod/a?b=2&a=1&b=1&c=&a=1&c&%C3%A9=%E2%9C%93&a-b=1&aB=1&a=")
sign("raw: dots and slashes", SigV4Auth, "execute-api", "GET", HOST + "/prod/./a/../b//c/")
sign("raw: no path", SigV4Auth, "execute-api", "GET", HOST)
sign("raw: a date field", SigV4Auth, "execute-api", "POST", HOST + "/prod/", b"x",
     {"Date": "replaced", "X-Odd": "  a   b\t c "})
sign("raw: a hash of the body", SigV4Auth, "execute-api", "PUT", HOST + "/prod/", b"x", {
    "X-Amz-Content-SHA256": "2d711642b726b04401627ca9fbac32f5c8530fb1903cc4db02258717921a4881"})
for token in (None, "FwoGZXIvYXdzEHwaD+/=="):
    sign(f"presigned, token {token}", SigV4QueryAuth, "execute-api", "GET",
         HOST + "/prod/a%20b/%C3%A9?b=2&a=x%20y%2Bz&c=", token=token, expires=900)

json.dump({"botocore": botocore.__version__, "access_key_id": KEY, "secret_access_key": SECRET,
           "vectors": vectors}, sys.stdout, indent=1, ensure_ascii=False)
print()
