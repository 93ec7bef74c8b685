"""Recorded answers about models, request validators, authorizers and gateway responses."""

import json

import pytest

from answers import sorted_by
from apis import LOOPBACK_FUNCTION, create_api, patch, unique

MISSING_API = "test-fake-rest-id"
MESSAGE = '{"message":$context.error.messageString}'
GATEWAY_PARAMETERS = {
    "gatewayresponse.header.Access-Control-Allow-Origin": "'a.b.c'",
    "gatewayresponse.header.x-request-path": "method.request.path.petId",
    "gatewayresponse.header.x-request-query": "method.request.querystring.q",
    "gatewayresponse.header.x-request-header": "method.request.header.Accept",
}


@pytest.fixture
def api(client) -> str:
    """An empty API."""
    return create_api(client)[0]


class TestApiGatewayApiModels:
    SCHEMA = json.dumps({"title": "testSchema", "type": "object"})

    def test_model_validation(self, client, recorded, api):
        missing = {"restApiId": "abcde0"}
        named = {**missing, "modelName": "MySchema"}
        recorded(
            "create-model-wrong-id",
            client.create_model,
            **missing,
            name="MySchema",
            contentType="application/json",
            schema=self.SCHEMA,
        )
        recorded("get-models-wrong-id", client.get_models, **missing)
        recorded("get-model-wrong-id", client.get_model, **named)
        recorded("del-model-wrong-id", client.delete_model, **named)

        def create(snapshot, content_type="application/json", **more):
            recorded(snapshot, client.create_model, restApiId=api, contentType=content_type, **more)

        client.create_model(
            restApiId=api, name="MySchema", contentType="application/json", schema=self.SCHEMA
        )
        create("create-model-already-exists", name="MySchema", schema=self.SCHEMA)
        create("create-model-empty-name", name="", schema=self.SCHEMA)
        create("create-model-empty-schema", name="Empty1", schema="")
        create("create-model-no-schema-json", name="Empty2")
        create("create-model-no-schema-xml", "application/xml", name="Empty3")

    def test_update_model(self, client, recorded, api):
        named = {"restApiId": api, "modelName": "mySchema"}
        schema = {"title": "Updated schema", "type": "object"}

        def update(snapshot, *operations, **names):
            recorded(
                snapshot, client.update_model, **{**named, **names}, patchOperations=operations
            )

        new_schema = patch("replace", "/schema", json.dumps(schema))
        update("update-model-wrong-id", new_schema)
        named["modelName"] = recorded(
            "create-model",
            client.create_model,
            restApiId=api,
            name="testSchema",
            description="",
            contentType="application/json",
            schema=self.SCHEMA,
        ).get("name", "testSchema")
        update("update-model", patch("replace", "/description", ""), new_schema)
        update("update-model-invalid-op", patch("add", "/wrong-path", "value"))
        update("update-model-invalid-path", patch("replace", "/name", "other"))
        update("update-model-empty-schema", patch("replace", "/schema", ""))


class TestApiGatewayApiAuthorizer:
    def test_authorizer_crud_no_api(self, client, recorded):
        recorded(
            "wrong-rest-api-id-create-authorizer",
            client.create_authorizer,
            restApiId=MISSING_API,
            name="token",
            type="TOKEN",
            authorizerUri=LOOPBACK_FUNCTION,
            identitySource="method.request.header.Auth",
        )
        recorded("wrong-rest-api-id-get-authorizers", client.get_authorizers, restApiId=MISSING_API)


class TestAPIGateway:
    def test_apigateway_with_custom_authorization_method(self, client, recorded):
        api, root = create_api(client)
        recorded.match("api-id", {"api_id": api})
        authorizer = recorded(
            "authorizer",
            client.create_authorizer,
            restApiId=api,
            name="lambda_authorizer",
            type="TOKEN",
            authorizerUri=LOOPBACK_FUNCTION,
            identitySource="method.request.header.Auth",
        )
        recorded(
            "put-method-response",
            client.put_method,
            restApiId=api,
            resourceId=root,
            httpMethod="GET",
            authorizationType="CUSTOM",
            authorizerId=authorizer["id"],
            apiKeyRequired=True,
        )


class TestApiGatewayApiRequestValidator:
    @pytest.fixture
    def validator(self, client, recorded) -> dict[str, str]:
        """Names a validator that checks nothing, after two recorded answers."""
        api = recorded(
            "create-rest-api",
            client.create_rest_api,
            name=unique("api"),
            description="my api",
        )["id"]
        made = recorded(
            "create-request-validator",
            client.create_request_validator,
            restApiId=api,
            name=unique("validator"),
        )
        return {"restApiId": api, "requestValidatorId": made["id"]}

    def test_validators_crud_no_api(self, client, recorded):
        recorded(
            "wrong-rest-api-id-create-validator",
            client.create_request_validator,
            restApiId=MISSING_API,
            name="test-validator",
        )
        recorded(
            "wrong-rest-api-id-get-validators",
            client.get_request_validators,
            restApiId=MISSING_API,
        )

    def test_request_validator_lifecycle(self, client, recorded, validator):
        api = validator["restApiId"]
        flag = "/validateRequestBody"

        def update(snapshot, operation):
            recorded(
                snapshot,
                client.update_request_validator,
                **validator,
                patchOperations=[operation],
            )

        recorded("get-request-validator", client.get_request_validator, **validator)
        recorded("get-request-validators", client.get_request_validators, restApiId=api)
        update("update-request-validator-with-value", patch("replace", flag, "true"))
        update("update-request-validator-without-value", patch("replace", flag))
        recorded(
            "get-request-validators-after-update-operation",
            client.get_request_validator,
            **validator,
        )
        recorded("delete-request-validator", client.delete_request_validator, **validator)
        recorded("get-deleted-request-validator", client.get_request_validator, **validator)
        recorded(
            "get-request-validators-after-delete", client.get_request_validators, restApiId=api
        )

    def test_create_request_validator_invalid_api_id(self, client, recorded):
        recorded(
            "invalid-create-request-validator",
            client.create_request_validator,
            restApiId="abc",
            name="test",
        )

    def test_invalid_update_request_validator_operations(self, client, recorded, validator):
        flag = "/validateRequestBody"
        for name, operation in {
            "invalid-add-operation": patch("add", flag, "true"),
            "invalid-remove-operation": patch("remove", flag, "true"),
            "invalid-path": patch("replace", "/invalidPath", "true"),
            "empty-name-value": patch("replace", "/name", ""),
        }.items():
            recorded(
                f"update-request-validator-{name}",
                client.update_request_validator,
                **validator,
                patchOperations=[operation],
            )


class TestApiGatewayGatewayResponse:
    TEMPLATE = (
        '{\n     "message": $context.error.messageString,\n'
        '     "type":  "$context.error.responseType",\n'
        '     "stage":  "$context.stage",\n'
        '     "resourcePath":  "$context.resourcePath",\n'
        '     "stageVariables.a":  "$stageVariables.a",\n'
        '     "statusCode": "\'404\'"\n}'
    )

    def test_gateway_response_crud(self, client, recorded, api):
        kind = {"restApiId": api, "responseType": "MISSING_AUTHENTICATION_TOKEN"}
        recorded("get-gateway-response-default", client.get_gateway_response, **kind)
        recorded(
            "put-gateway-response",
            client.put_gateway_response,
            **kind,
            statusCode="404",
            responseParameters=GATEWAY_PARAMETERS,
            responseTemplates={"application/json": self.TEMPLATE},
        )
        recorded.match(
            "get-gateway-responses",
            sorted_by("responseType", client.get_gateway_responses(restApiId=api)),
        )
        recorded("get-gateway-response", client.get_gateway_response, **kind)
        recorded("delete-gateway-response", client.delete_gateway_response, **kind)
        recorded("get-deleted-gw-response", client.get_gateway_response, **kind)

    def test_update_gateway_response(self, lax_client, recorded, api):
        client, kind = lax_client, {"restApiId": api, "responseType": "DEFAULT_4XX"}
        origin = "/responseParameters/gatewayresponse.header.Access-Control-Allow-Origin"
        xml = (
            "<gatewayResponse><message>$context.error.messageString</message>"
            "<type>$context.error.responseType</type></gatewayResponse>"
        )

        def update(snapshot, *operations):
            recorded(snapshot, client.update_gateway_response, **kind, patchOperations=operations)

        status = patch("replace", "/statusCode", "444")
        update("update-gateway-response-not-set", status)
        recorded("default-get-gateway-response", client.get_gateway_response, **kind)
        recorded(
            "put-gateway-response",
            client.put_gateway_response,
            **kind,
            statusCode="404",
            responseParameters=GATEWAY_PARAMETERS,
            responseTemplates={"application/json": json.dumps({"application/json": MESSAGE})},
        )
        update(
            "update-gateway-response",
            status,
            patch("replace", origin, "'example.com'"),
            patch("add", "/responseTemplates/application~1xml", xml),
        )
        recorded("get-gateway-response", client.get_gateway_response, **kind)
        update("update-gateway-add-status-code", patch("add", "/statusCode", "404"))
        update("update-gateway-remove-status-code", patch("remove", "/statusCode", "404"))
        absent = "/responseParameters/gatewayresponse.header.absent"
        update("update-gateway-replace-invalid-parameter", patch("replace", absent, "'x'"))
        update("update-gateway-no-path", {"op": "replace", "value": "'x'"})
        update("update-gateway-wrong-op", patch("wrong-op", origin, "'x'"))
        update("update-gateway-wrong-path", patch("replace", "/wrongPath", "'x'"))
        for number, path in enumerate(["/responseTemplates/application~1json", origin]):
            update(
                f"update-gateway-replace-invalid-parameter-{number}-none", patch("replace", path)
            )
