"""Recorded answers about imported and exported definitions."""

import json

import pytest

from answers import as_recorded, asked, sorted_by
from apis import create_api, unique
from recordings import definition

PETS_URI = "http://petstore.execute-api.us-east-1.amazonaws.com/petstore/pets"
BAD_FILES = {"yaml": "openapi: 3.0.1\n  info: [", "json": '{"openapi": "3.0.1", "info": '}
EXPORTED = {
    "TEST_IMPORT_PETSTORE_SWAGGER": "petstore-swagger.json",
    "TEST_IMPORT_PETS": "pets.json",
}


def pet_store(name: str) -> str:
    """A pet store whose back end is where it was on the day of the recording."""
    return definition(name).replace("${uri}", PETS_URI)


def match_list(recorded, snapshot, operation, member, api):
    """Compares a list in the order of a member."""
    recorded.match(snapshot, sorted_by(member, asked(operation, restApiId=api)))


def match_methods(client, recorded, api):
    """Compares all resources of an API, with all that hangs on their methods."""
    match_list(recorded, "resources", client.get_resources, "path", api)
    for resource in client.get_resources(restApiId=api)["items"]:
        path = resource["path"].removeprefix("/") or "root"
        for method in resource.get("resourceMethods", {}):
            place = {"restApiId": api, "resourceId": resource["id"], "httpMethod": method}
            end = f"{path}-{method.lower()}"
            recorded(f"method-{end}", client.get_method, **place)
            recorded(f"integration-{end}", client.get_integration, **place)
            place["statusCode"] = "200"
            recorded(f"method-response-{end}", client.get_method_response, **place)
            recorded(f"integration-response-{end}", client.get_integration_response, **place)


class TestApiGatewayImportRestApi:
    def test_import_rest_api(self, client, recorded):
        body = definition("openapi.spec.pulumi.json")
        recorded("import_rest_api", client.import_rest_api, body=body)

    def test_import_swagger_api(self, client, recorded):
        body = pet_store("petstore-authorizer.swagger.json")
        api = recorded("import-swagger", client.import_rest_api, body=body)["id"]
        match_list(recorded, "get-authorizers", client.get_authorizers, "name", api)
        match_list(recorded, "get-models", client.get_models, "name", api)
        match_methods(client, recorded, api)

    @pytest.mark.parametrize("file", ["openapi.spec.tf.json", "swagger-mock-cors.json"])
    def test_import_and_validate_rest_api(self, client, recorded, file):
        body = definition(file)
        api = recorded("import_tf_rest_api", client.import_rest_api, body=body)["id"]
        match_list(recorded, "get-models", client.get_models, "name", api)
        match_methods(client, recorded, api)

    def test_import_with_circular_models(self, client, recorded):
        body = definition("openapi.spec.circular-ref.json")
        api = recorded("import-api", client.import_rest_api, body=body)["id"]
        match_list(recorded, "get-models", client.get_models, "name", api)
        match_methods(client, recorded, api)

    def test_import_with_circular_models_and_request_validation(self, client, recorded):
        body = definition("openapi.spec.circular-ref-with-request-body.json")
        api = recorded("import-api", client.import_rest_api, body=body)["id"]
        match_list(recorded, "get-models", client.get_models, "name", api)
        recorded("request-validators", client.get_request_validators, restApiId=api)
        match_methods(client, recorded, api)

    def test_import_with_stage_variables(self, gateway, client, recorded, function_backend):
        text = definition("openapi.spec.stage-variables.json").replace("https://", "http://")
        api = client.import_rest_api(body=text)["id"]
        variables = {
            "TestHost": function_backend.host,
            "testPath": "test-path",
            "querystring": "qs_key=qs_value",
        }
        client.create_deployment(restApiId=api, stageName="dev", variables=variables)
        client.create_deployment(restApiId=api, stageName="other")
        gateway.settle()
        answer = gateway.invoke(api, "dev", "/path1").json()
        answer.pop("headers")
        recorded.match("get-resp-from-http", answer)
        error = gateway.invoke(api, "other", "/path1")
        recorded.match(
            "get-error-resp-from-http",
            {"body": error.json(), "errorType": error.header("x-amzn-ErrorType")},
        )

    def test_import_with_integer_http_status_code(self, client, recorded):
        api = client.import_rest_api(body=definition("openapi-method-int.spec.yaml"))["id"]
        match_methods(client, recorded, api)

    @pytest.mark.parametrize("mode", ["merge", "overwrite"])
    def test_put_rest_api_mode_binary_media_types(self, client, recorded, mode):
        api = recorded(
            "create-rest-api",
            client.create_rest_api,
            name=unique("api"),
            binaryMediaTypes=["image/heif"],
        )["id"]
        recorded("get-rest-api", client.get_rest_api, restApiId=api)
        recorded(
            "put-api", client.put_rest_api, restApiId=api, mode=mode, body=definition("pets.json")
        )

    def test_import_api_bad_file(self, client, recorded):
        api, _ = create_api(client)
        for kind, text in BAD_FILES.items():
            recorded(f"import-api-bad-{kind}-file", client.import_rest_api, body=text)
        for kind, text in BAD_FILES.items():
            recorded(f"put-rest-api-bad-{kind}-file", client.put_rest_api, restApiId=api, body=text)


def match_exports(client, recorded, file, export_type):
    """Imports a file, deploys it, and compares what is exported of the stage."""
    api = recorded("import-api", client.import_rest_api, body=pet_store(EXPORTED[file]))
    client.create_deployment(restApiId=api["id"], stageName="local")
    for snapshot, extensions in {
        "get-export": {},
        "get-export-with-extensions": {"extensions": "apigateway"},
    }.items():
        answer = asked(
            client.get_export,
            restApiId=api["id"],
            stageName="local",
            exportType=export_type,
            parameters=extensions,
            accepts="application/json",
        )
        recorded.match(snapshot, with_date(as_recorded(answer), api))


def with_date(answer, api):
    """An export with `date` for the time at which its API was created, if that is its version."""
    created = api["createdDate"].strftime("%Y-%m-%dT%H:%M:%SZ")
    if "body" not in answer or api.get("version"):
        return answer
    body = json.loads(answer["body"])
    if body["info"].get("version") == created:
        body["info"]["version"] = "date"
    disposition = answer.get("contentDisposition", "").replace(created, "date")
    return {**answer, "body": body, "contentDisposition": disposition}


@pytest.mark.parametrize("file", EXPORTED)
def test_export_swagger_openapi(client, recorded, file):
    match_exports(client, recorded, file, "swagger")


@pytest.mark.parametrize("file", EXPORTED)
def test_export_oas30_openapi(client, recorded, file):
    match_exports(client, recorded, file, "oas30")


def test_create_execute_api_vpc_endpoint(client, recorded):
    """The endpoint itself belongs to EC2; the API that is private to it is here."""
    statement = {"Effect": "Allow", "Principal": "*", "Action": "execute-api:Invoke"}
    policy = {
        "Version": "2012-10-17",
        "Statement": [{**statement, "Resource": ["execute-api:/*"]}],
    }
    api = client.create_rest_api(name=unique("api"), endpointConfiguration={"types": ["PRIVATE"]})[
        "id"
    ]
    client.update_rest_api(
        restApiId=api,
        patchOperations=[
            {"op": "replace", "path": "/policy", "value": json.dumps(policy)},
            {
                "op": "add",
                "path": "/endpointConfiguration/vpcEndpointIds",
                "value": "vpce-0123456789abcdef0",
            },
        ],
    )
    answer = client.get_rest_api(restApiId=api)
    # AWS escapes the quotes within the policy once more.
    answer["policy"] = json.loads(answer["policy"].replace('\\"', '"'))
    recorded.match("api-details", answer)
