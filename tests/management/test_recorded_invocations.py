"""Recorded answers of deployed APIs: routing, templates, validation, overrides."""

import json

import pytest

from answers import sorted_by
from apis import create_api, create_path, deploy, patch, put_http, put_mock

JSON = {"Content-Type": "application/json"}


class TestApigatewayRouting:
    def test_routing_not_found(self, gateway, client, recorded):
        api, root = create_api(client)
        resource = create_path(client, api, root, "existing")
        put_mock(client, api, resource, '{"statusCode": 200, "message": "exists"}')
        deploy(gateway, client, api)
        recorded.match("working-route", gateway.invoke(api, "dev", "/existing").json())
        for name, answer in {
            "not-found": gateway.invoke(api, "dev", "/random-non-existing-path"),
            "wrong-method": gateway.invoke(api, "dev", "/existing", "POST"),
        }.items():
            error = {"content": answer.json(), "errorType": answer.header("x-amzn-ErrorType")}
            recorded.match(name, error)


class TestApiGatewayCommon:
    def test_api_gateway_request_validator_with_ref_models(self, gateway, client, recorded):
        api, root = create_api(client)
        number = {"type": "number"}
        item = {
            "$schema": "http://json-schema.org/draft-04/schema#",
            "title": "testSchema",
            "type": "object",
            "properties": {"a": number, "b": number},
            "required": ["a", "b"],
        }
        reference = f"https://apigateway.amazonaws.com/restapis/{api}/models/testSchema"
        for name, schema in {
            "testSchema": item,
            "testSchemaList": {"type": "array", "items": {"$ref": reference}},
        }.items():
            client.create_model(
                restApiId=api,
                name=name,
                contentType="application/json",
                schema=json.dumps(schema),
            )
        recorded.bind("api-id", api)
        recorded.match("get-models-with-ref", sorted_by("name", client.get_models(restApiId=api)))
        validator = client.create_request_validator(
            restApiId=api, name="body", validateRequestBody=True
        )["id"]
        place = put_mock(client, api, root, '{"data": "ok"}', "POST")
        client.update_method(
            **place,
            patchOperations=[
                patch("add", "/requestModels/application~1json", "testSchemaList"),
                patch("replace", "/requestValidatorId", validator),
            ],
        )
        deploy(gateway, client, api)
        for name, body in {
            "successful": [{"a": 1, "b": 2}],
            "failed-validation": [{"a": 1}],
        }.items():
            answer = gateway.invoke(api, "dev", "/", "POST", JSON, json.dumps(body))
            recorded.match(name, answer.json())

    def test_input_path_template_formatting(self, gateway, client, recorded, parrot_backend):
        api, root = create_api(client)
        templates = {
            "path": '$input.path("$.json")',
            "nested": '$input.path("$.json").nested',
            "list": '$input.path("$.json")[0]',
            "to-string": '$input.path("$.json").toString()',
            "bad": '#set($result = $input.path("$.json"))'
            '{"body": $result, "nested": $result.nested, '
            '"isNull": "#if($result == $null)true#{else}false#end", '
            '"isEmptyString": "#if($result == "")true#{else}false#end"}',
        }
        for part, template in templates.items():
            resource = create_path(client, api, root, part)
            put_http(client, api, resource, parrot_backend.url, request=template)
        deploy(gateway, client, api)
        foo, nested = {"foo": "bar"}, {"nested": "bar"}
        bigger = {"bigger": "dict", "to": "test", "with": "separators"}
        for name, (part, value) in {
            "dict-response": ("path", foo),
            "json-list": ("path", [foo]),
            "nested-dict": ("nested", {"nested": foo}),
            "nested-list": ("nested", {"nested": [foo]}),
            "dict-in-list": ("list", [foo]),
            "list-with-nested-list": ("list", [[foo]]),
            "dict-with-nested-list": ("path", {"foo": [nested]}),
            "bigger-dict": ("path", bigger),
            "to-string": ("to-string", foo),
            "list-to-string": ("to-string", {"list": [foo]}),
            "empty-body": ("bad", None),
            "nested-empty-list": ("bad", []),
            "nested-null-list": ("bad", None),
        }.items():
            body = "" if name == "empty-body" else json.dumps({"json": value})
            answer = gateway.invoke(api, "dev", f"/{part}", "POST", JSON, body)
            recorded.match(name, answer.body.decode())

    def test_input_body_formatting(self, gateway, client, recorded, parrot_backend):
        api, root = create_api(client)
        body, message = "$input.body", "Action=SendMessage&MessageBody=$input.body"
        encoded = (
            "EncodedBody=$util.urlEncode($input.body)"
            "&EncodedBodyAccess=$util.urlEncode($input.body.testAccess)"
        )
        templates = {
            "raw-body": (body, None),
            "str-body-input": (message, None),
            "str-body-output": (body, message),
            "str-body-all": (message, message),
            "body-attr-access": ("$input.body.testAccess", body),
            "url-encode": (encoded, None),
        }
        for part, (request, response) in templates.items():
            resource = create_path(client, api, root, part)
            put_http(client, api, resource, parrot_backend.url, request=request, response=response)
        deploy(gateway, client, api)
        bodies = {
            "empty-body": "",
            "json-body": '{"some": "value"}',
            "str-body": "some raw data",
        }
        for part in templates:
            answers = {
                name: str(gateway.invoke(api, "dev", f"/{part}", "POST", JSON, sent).body)
                for name, sent in bodies.items()
            }
            recorded.match(f"response-{part}", answers)


OVERRIDE_REQUEST = """
#set($context.responseOverride.status = 444)
#set($context.responseOverride.header.foo = "bar")
#set($context.responseOverride.custom = "is also passed around")
{"statusCode": 200}
"""
OVERRIDE_RESPONSE = """
{"statusOverride": "$context.responseOverride.status",
 "fooHeader": "$context.responseOverride.header.foo",
 "custom": "$context.responseOverride.custom"}
"""


@pytest.mark.parametrize("with_template", [True, False])
def test_integration_mock_with_response_override_in_request_template(
    gateway, client, recorded, with_template
):
    api, root = create_api(client)
    response = OVERRIDE_RESPONSE if with_template else None
    put_mock(client, api, root, response, request=OVERRIDE_REQUEST)
    deploy(gateway, client, api)
    answer = gateway.invoke(api, "dev")
    assert answer.header("foo") == "bar"
    body = answer.json() if with_template else str(answer.body)
    recorded.match("response", {"body": body, "status_code": answer.status})


ASSIGNMENT_REQUEST = """
#set($paramName = "foo")
#set($context.requestOverride.querystring[$paramName] = "bar")
#set($paramPutName = "putfoo")
$context.requestOverride.querystring.put($paramPutName, "putBar")
#set($context["requestOverride"].querystring["nestedfoo"] = "nestedFoo")
{"statusCode": 200}
"""
ASSIGNMENT_RESPONSE = """
#set($value = $context.requestOverride.querystring["foo"])
#set($value2 = $context.requestOverride.querystring["putfoo"])
#set($value3 = $context.requestOverride.querystring["nestedfoo"])
{"value": "$value", "value2": "$value2", "value3": "$value3"}
"""


def test_integration_mock_with_vtl_map_assignation(gateway, client, recorded):
    api, root = create_api(client)
    put_mock(client, api, root, ASSIGNMENT_RESPONSE, request=ASSIGNMENT_REQUEST)
    deploy(gateway, client, api)
    answer = gateway.invoke(api, "dev")
    recorded.match("response", {"body": answer.json(), "status_code": answer.status})
