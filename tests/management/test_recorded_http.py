"""Recorded answers of HTTP integrations: what reaches the back end, what reaches the client.

A back end on loopback plays the public one of the recordings. Its answers are not as long as those,
so lengths are compared with the bodies that they measure.
"""

import pytest

from apis import create_api, create_path, deploy, patch, put_http

HELLO = '{"message": "hello world"}'


def lower_names(headers) -> dict[str, str]:
    """Headers by lower-case name."""
    return {name.lower(): value for name, value in headers}


def as_invocation(answer, without: tuple[str, ...] = ()):
    """An answer of the function, with what it has seen."""
    content = answer.json()
    content["headers"] = {
        name: value for name, value in content["headers"].items() if not name.startswith(without)
    }
    return {
        "content": content,
        "headers": lower_names(answer.headers),
        "status_code": answer.status,
    }


@pytest.mark.parametrize("kind", ["HTTP", "HTTP_PROXY"])
def test_http_integration_with_lambda(gateway, client, recorded, function_backend, kind):
    api, root = create_api(client)
    resource = create_path(client, api, root, "test")
    put_http(client, api, resource, function_backend.url + "/", type=kind)
    deploy(gateway, client, api)
    recorded.match("api_id", {"rest_api_id": api})
    headers = {
        "Content-Type": "application/json",
        "Accept": "application/xml",
        "Accept-Encoding": "gzip, deflate",
        "User-Agent": "test/integration",
    }
    answer = gateway.invoke(api, "dev", "/test", "POST", headers, HELLO)
    recorded.match("http-invocation-lambda-url", as_invocation(answer))


def test_http_proxy_integration_request_data_mappings(gateway, client, recorded, function_backend):
    api, root = create_api(client)
    resource = create_path(client, api, root, "{pathVariable}")
    mappings = {
        "integration.request.header.headerVar": "method.request.header.foobar",
        "integration.request.path.qsVar": "method.request.querystring.testVar",
        "integration.request.path.pathVar": "method.request.path.pathVariable",
        "integration.request.querystring.queryString": (
            "method.request.querystring.testQueryString"
        ),
        "integration.request.querystring.testQs": "method.request.querystring.testQueryString",
        "integration.request.querystring.testEmptyQs": "method.request.header.emptyheader",
    }
    place = put_http(
        client,
        api,
        resource,
        function_backend.url + "/?testVar={pathVar}&testQs={qsVar}",
        type="HTTP_PROXY",
    )
    client.update_method(
        **place,
        patchOperations=[
            patch("add", f"/requestParameters/{source}", "false")
            for source in dict.fromkeys(mappings.values())
        ],
    )
    client.update_integration(
        **place,
        patchOperations=[
            patch("add", f"/requestParameters/{target}", source)
            for target, source in mappings.items()
        ],
    )
    deploy(gateway, client, api)
    recorded.match("api_id", {"rest_api_id": api})
    headers = {
        "Content-Type": "application/json",
        "Accept": "application/json",
        "Accept-Encoding": "gzip, deflate",
        "User-Agent": "test/integration",
        "foobar": "mapped-value",
        "headerVar": "request-value",
    }
    path = "/foobar?testQueryString=foo&testVar=bar"
    answer = gateway.invoke(api, "dev", path, "POST", headers, HELLO)
    # The recording leaves out what the fronts between gateway and function have added.
    recorded.match("http-proxy-invocation", as_invocation(answer, ("x-amzn-", "x-forwarded-")))


SENT = {
    "Accept": "application/json",
    "Accept-Charset": "UTF-8",
    "Accept-Encoding": "br",
    "Age": "request_Age",
    "Authorization": "Unauthorized",
    "Connection": "close",
    "Content-Encoding": "deflate",
    "Content-MD5": "request_Content-MD5",
    "Content-Type": "application/json",
    "Date": "Wed, 11 Dec 2024 15:28:00 GMT",
    "Max-Forwards": "1",
    "Pragma": "cache",
    "Proxy-Authenticate": "Basic",
    "Range": "bytes=500-999",
    "Referer": "https://example.com/",
    "Server": "request_Server",
    "TE": "trailers",
    "Trailer": "Expires",
    "Upgrade": "HTTP/2.0",
    "User-Agent": "localStack/0.0",
    "Via": "1.1 request_via",
    "Warn": "299 localStack/0.0",
    "WWW-Authenticate": "request_WWW-Authenticate",
}
# Every header a template asks for, those too that cannot be sent without changing the framing.
ASKED_FOR = [*SENT, "Content-Length", "Expect", "Host", "Transfer-Encoding"]
MAPPED = {
    "Accept": "text/html",
    "Accept-Charset": "UTF-16",
    "Accept-Encoding": "zstd",
    "Age": "request_params_age",
    "Authorization": "request_params_authorization",
    "Connection": "keep-alive",
    "Content-Encoding": "compress",
    "Content-MD5": "request_params_Content-MD5",
    "Content-Type": "application/json",
    "Date": "Tue, 10 Dec 2024 10:00:00 GMT",
    "Expect": "100-continue",
    "Max-Forwards": "2",
    "Pragma": "no-cache",
    "Proxy-Authenticate": "request_params_Proxy-Authenticate",
    "Range": "bytes=0-499",
    "Referer": "https://example.com/page",
    "Server": "https://example.com/page",
    "TE": "deflate",
    "Trailer": "user-agent",
    "Upgrade": "HTTP/2.0",
    "User-Agent": "Override-Agent",
    "Via": "1.0 request_params_via",
    "Warn": '110 anderson/1.3.37 "Response is stale"',
    "WWW-Authenticate": "Basic YWxhZGRpbjpvcGVuc2VzYW1l",
}


class TestApiGatewayHeaderRemapping:
    @pytest.mark.parametrize("kind", ["HTTP", "HTTP_PROXY"])
    def test_apigateway_header_remapping_http(self, gateway, client, recorded, echo_backend, kind):
        api, root = create_api(client)
        recorded.match("apigw-id", api)

        def resource(path, parameters, request=None):
            place = self.put(client, api, root, path, echo_backend, kind, request)
            self.map_parameters(client, place, parameters)
            return place

        template = ", ".join(f'"{name}": "$input.params(\'{name}\')"' for name in ASKED_FOR)
        literals = {f"integration.request.header.{n}": f"'{v}'" for n, v in MAPPED.items()}
        host = {"integration.request.header.Host": "method.request.header.Host"}
        resource("no-param-integration", {})
        full = resource("full-integration", literals | host, "{" + template + "}")
        self.map_response(client, full)
        for header in ("Content-Length", "Transfer-Encoding"):
            target = f"integration.request.header.{header}"
            resource(header.lower(), {target: "'request_params'"})
        deploy(gateway, client, api)
        for name in (
            "no-param-integration",
            "full-integration",
            "content-length",
            "transfer-encoding",
        ):
            answer = gateway.invoke(api, "dev", f"/{name}", "POST", SENT, b"")
            known = recorded.recording.answers[name]
            recorded.match(name, with_lengths_of(known, as_seen(answer)))

    @staticmethod
    def put(client, api, root, path, backend, kind, request):
        created = create_path(client, api, root, path)
        uri = f"{backend.url}/anything"
        return put_http(client, api, created, uri, request=request, type=kind)

    @staticmethod
    def map_parameters(client, place, parameters):
        if not parameters:
            return
        declared = patch("add", "/requestParameters/method.request.header.Host", "false")
        client.update_method(**place, patchOperations=[declared])
        client.update_integration(
            **place,
            patchOperations=[
                patch("add", f"/requestParameters/{target}", source)
                for target, source in parameters.items()
            ],
        )

    @staticmethod
    def map_response(client, place):
        """Gives every header of the response a value of its own."""
        place = {**place, "statusCode": "200"}
        paths = {f"/responseParameters/method.response.header.{n}": n for n in ASKED_FOR}
        client.update_method_response(
            **place, patchOperations=[patch("add", path, "false") for path in paths]
        )
        client.update_integration_response(
            **place,
            patchOperations=[
                patch("add", path, f"'response_param_{name}'") for path, name in paths.items()
            ],
        )


def as_seen(answer):
    """What the back end has seen, and the headers that came back."""
    content = answer.json()
    seen = {"response-headers": dict(answer.headers)}
    if "data" not in content:
        return {"body": content, **seen}
    return {"body": content["data"], "headers": content["headers"], **seen, "length": answer.body}


def with_lengths_of(recorded, seen):
    """Puts the recorded length where the length is that of the body at hand."""
    length = str(len(seen.pop("length", b"")))
    for headers, known in (
        (seen["response-headers"], recorded["response-headers"]),
        (seen.get("headers", {}), recorded.get("headers", {})),
    ):
        right = length if headers is seen["response-headers"] else str(len(seen["body"]))
        for name in ("Content-Length", "x-amzn-Remapped-Content-Length"):
            if headers.get(name) == right and name in known:
                headers[name] = known[name]
    return seen
