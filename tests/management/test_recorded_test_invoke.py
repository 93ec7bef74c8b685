"""Recorded answers of TestInvokeMethod, with its log line by line."""

from answers import asked, with_lines_of_log
from apis import create_api, create_path, put_http, put_mock


class TestApigatewayTestInvoke:
    def test_invoke_test_method(self, client, recorded):
        api, root = create_api(client)
        pets = create_path(client, api, root, "pets")
        pet = create_path(client, api, pets, "{petId}")
        put_mock(client, api, pets, '{"pets": "all the pets"}')
        for method in ("GET", "POST"):
            put_mock(client, api, pet, '{"petId": "$input.params(\'petId\')"}', method)

        def invoke(snapshot, resource, path=None, method="GET", body=None, rest_api=api):
            given = {"pathWithQueryString": path, "body": body}
            answer = asked(
                client.test_invoke_method,
                restApiId=rest_api,
                resourceId=resource,
                httpMethod=method,
                **{name: value for name, value in given.items() if value is not None},
            )
            recorded.match(snapshot, with_lines_of_log(answer) if "log" in answer else answer)

        invoke("test-invoke-method-get-pets", pets, "/pets")
        invoke("test-invoke-method-get-pets-bad-path", pets, "/random/test")
        invoke("test-invoke-method-get-pets-id", pet, "/pets/123")
        invoke("test-invoke-method-get-pets-id-no-path", pet)
        invoke("test-invoke-method-get-pets-id-bad-path", pet, "/random/test")
        invoke("test-invoke-method-get-with-qs", pet, "/pets/123?foo=bar")
        invoke("test-invoke-method-post-with-body", pet, "/pets/123", "POST", '{"foo": "bar"}')
        invoke("resource-method-not-found", pets, "/pets", "POST")
        invoke("resource-id-not-found", "abc123", "/pets")
        invoke("rest-api-not-found", pets, "/pets", rest_api="abc123")

    def test_failed_invoke_test_method(self, client, recorded):
        api, root = create_api(client)
        place = put_http(client, api, root, "http://${stageVariables.host}/", method="GET")
        answer = client.test_invoke_method(**place, pathWithQueryString="/")
        recorded.match("test-invoke-failure", with_lines_of_log(answer))
