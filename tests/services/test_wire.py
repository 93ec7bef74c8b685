"""What goes over the wire, where moto does not tell."""

import json

import gateway as processes
from listener import Listener, listening
from rest import Rest
from test_credentials import variables

# As SSM answers its query protocol with `Accept: application/json` (aws-facts 165).
ANSWER = {
    "GetParameterResponse": {
        "GetParameterResult": {"Parameter": {"Name": "limit", "Value": "123", "Version": 1}},
        "ResponseMetadata": {"RequestId": "00000000-0000-0000-0000-000000000000"},
    }
}


def test_ssm_by_the_query_protocol() -> None:
    """The recorded call: parameters in the query, JSON in the answer."""
    with (
        listening(answer=json.dumps(ANSWER)) as listener,
        processes.running(variables=variables(listener)) as gateway,
    ):
        rest = Rest(gateway)
        mapped = {"integration.request.querystring.Name": "method.request.querystring.name"}
        rest.method(
            "limit",
            "POST",
            "ssm:action/GetParameter",
            ("querystring.name",),
            requestParameters=mapped,
        )
        rest.deploy()
        assert rest.call("/limit?name=a%20b%26Action=x").json() == ANSWER
        (call,) = listener.calls_of("ssm")
        assert (call.method, call.body) == ("POST", b"")
        assert call.target == "/?Action=GetParameter&Version=2014-11-06&Name=a%20b%26Action=x"
        assert call.header("Accept") == "application/json"


def sent(listener: Listener, rest: Rest, path: str, **request: str) -> str:
    """The target of the call that a request leads to."""
    seen = len(listener.calls)
    assert rest.call(path, **request).status == 200
    (call,) = listener.calls[seen:]
    return call.target


def test_nothing_breaks_out_of_its_place() -> None:
    """Line ends, separators and dots that a client sends stay where a definition puts them."""
    with (
        listening() as listener,
        processes.running(variables=variables(listener)) as gateway,
    ):
        rest = Rest(gateway)
        text = "method.request.querystring.text"
        mapped = {"integration.request.path.name": text, "integration.request.querystring.q": text}
        rest.method(
            "path", "POST", "sqs:path/1/{name}", ("querystring.text",), requestParameters=mapped
        )
        header = {"integration.request.header.X-Note": text}
        rest.method(
            "header", "POST", "sqs:path/1/q", ("querystring.text",), requestParameters=header
        )
        rest.deploy()
        hostile = "%0d%0aX:%20y/../%3F%23%26%00"
        expect = "%0D%0AX:%20y%2F..%2F%3F%23&%00"
        query = "q=%0d%0aX:%20y/../%3F%23%26%00"
        assert sent(listener, rest, f"/path?text={hostile}") == f"/1/{expect}?{query}"
        assert sent(listener, rest, "/header?text=fine") == "/1/q"
        seen = len(listener.calls)
        for end in ("%0d", "%0a", "%00", "a%0d%0aAuthorization:%20mine"):
            assert rest.call(f"/header?text={end}").status == 500
        assert len(listener.calls) == seen


def test_a_function_is_called_with_a_signature() -> None:
    """Where the operator says that Lambda is."""
    answer = json.dumps({"statusCode": 201, "body": "made"})
    with (
        listening(answer=answer) as listener,
        processes.running(variables=variables(listener)) as gateway,
    ):
        rest = Rest(gateway)
        function = "arn:aws:lambda:us-east-1:000000000000:function:pets:live"
        uri = f"lambda:path/2015-03-31/functions/{function}/invocations"
        rest.method("pets", "POST", uri, type="AWS_PROXY")
        rest.deploy()
        response = rest.call("/pets", body="{}")
        assert (response.status, response.body) == (201, b"made")
        (call,) = listener.calls_of("lambda")
        escaped = function.replace(":", "%3A")
        assert call.target == f"/2015-03-31/functions/{escaped}/invocations"
        assert json.loads(call.body)["resource"] == "/pets"
