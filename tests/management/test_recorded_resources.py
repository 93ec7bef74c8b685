"""Recorded answers about resources, methods and method responses."""

import pytest

from answers import sorted_by
from apis import LOOPBACK_FUNCTION, create_api, create_path, patch


@pytest.fixture
def place(client) -> dict[str, str]:
    """Names the method ANY of the root resource, which is not there yet."""
    api, root = create_api(client)
    return {"restApiId": api, "resourceId": root, "httpMethod": "ANY"}


class TestApiGatewayApiResource:
    def test_resource_lifecycle(self, client, recorded):
        api, root = create_api(client)

        def list_as(name):
            recorded.match(name, sorted_by("path", client.get_resources(restApiId=api)))

        list_as("rest-api-root-resource")
        pets = recorded(
            "create-resource",
            client.create_resource,
            restApiId=api,
            parentId=root,
            pathPart="pets",
        )["id"]
        list_as("rest-api-resources-after-create")
        recorded(
            "create-subresource",
            client.create_resource,
            restApiId=api,
            parentId=pets,
            pathPart="subpets",
        )
        list_as("rest-api-resources-after-create-sub")
        recorded(
            "update-path-part",
            client.update_resource,
            restApiId=api,
            resourceId=pets,
            patchOperations=[patch("replace", "/pathPart", "dogs")],
        )
        recorded(
            "get-resp-after-update-path-part", client.get_resource, restApiId=api, resourceId=pets
        )
        recorded("del-resource", client.delete_resource, restApiId=api, resourceId=pets)
        list_as("rest-api-resources-after-delete")

    def test_create_resource_parent_invalid(self, client, recorded):
        api, _ = create_api(client)
        recorded(
            "wrong-resource-parent-id",
            client.create_resource,
            restApiId=api,
            parentId="fake-resource-id",
            pathPart="subpath",
        )

    def test_create_proxy_resource(self, client, recorded):
        api, root = create_api(client)

        def create(name, parent, part):
            return recorded(
                name, client.create_resource, restApiId=api, parentId=parent, pathPart=part
            )["id"]

        def list_as(name):
            recorded.match(name, sorted_by("path", client.get_resources(restApiId=api)))

        create("create-base-proxy-resource", root, "{proxy+}")
        parent = create_path(client, api, root, "parent")
        recorded.match("create-proxy-sibling-resource", parent)
        greedy = create("create-proxy-sibling-proxy-child-resource", parent, "{proxy+}")
        child = create("create-proxy-sibling-static-child-resource", parent, "child")
        create("create-static-child-proxy-resource", child, "{proxy+}")
        list_as("all-resources")
        # The second list was recorded without it.
        client.delete_resource(restApiId=api, resourceId=greedy)
        dynamic = create("create-proxy-sibling-dynamic-child-resource", parent, "{child}")
        create("create-dynamic-child-proxy-resource", dynamic, "{proxy+}")
        list_as("all-resources-2")

    def test_update_resource_on_root(self, client, recorded):
        api, root = create_api(client)
        for name, operation in {
            "update-root-path-part": patch("replace", "/pathPart", "dogs"),
            "update-root-parent": patch("replace", "/parentId", "dogs"),
        }.items():
            recorded(
                name,
                client.update_resource,
                restApiId=api,
                resourceId=root,
                patchOperations=[operation],
            )


class TestApiGatewayApiMethod:
    def test_method_lifecycle(self, client, recorded, place):
        recorded("put-base-method-response", client.put_method, **place, authorizationType="none")
        recorded("get-base-method-response", client.get_method, **place)
        recorded("del-base-method-response", client.delete_method, **place)
        recorded("get-deleted-method-response", client.get_method, **place)
        recorded("delete-deleted-method-response", client.delete_method, **place)

    def test_method_request_parameters(self, client, recorded, place):
        recorded(
            "put-method-request-params-response",
            client.put_method,
            **place,
            authorizationType="NONE",
            requestParameters={
                "method.request.querystring.q_optional": False,
                "method.request.querystring.q_required": True,
                "method.request.header.h_optional": False,
                "method.request.header.h_required": True,
            },
        )
        recorded("get-method-request-params-response", client.get_method, **place)
        client.delete_method(**place)
        recorded(
            "req-params-same-name",
            client.put_method,
            **place,
            authorizationType="NONE",
            requestParameters={
                "method.request.querystring.optional": False,
                "method.request.header.optional": False,
            },
        )

    def test_update_method(self, client, recorded, place):
        model = "/requestModels/application~1json"
        parameter = "/requestParameters/method.request.querystring.optional"

        def update(name, *operations):
            recorded(name, client.update_method, **place, patchOperations=operations)

        recorded("put-method-response", client.put_method, **place, authorizationType="None")
        update(
            "update-method-add",
            patch("add", parameter, "true"),
            patch("add", model, "Empty"),
        )
        update(
            "update-method-replace",
            patch("replace", "/operationName", "ReplacedOperationName"),
            patch("replace", "/apiKeyRequired", "true"),
            patch("replace", "/authorizationType", "AWS_IAM"),
            patch("replace", parameter, "false"),
        )
        authorizer = client.create_authorizer(
            restApiId=place["restApiId"],
            name="token",
            type="TOKEN",
            authorizerUri=LOOPBACK_FUNCTION,
            identitySource="method.request.header.Auth",
        )["id"]
        update(
            "update-method-replace-authorizer",
            patch("replace", "/authorizerId", authorizer),
            patch("replace", "/authorizationType", "CUSTOM"),
        )
        update("update-method-remove", patch("remove", parameter), patch("remove", model))

    def test_update_method_validation(self, client, recorded, place):
        elsewhere = [patch("replace", "/apiKeyRequired", "true")]

        def wrong(name, **other):
            recorded(name, client.update_method, **{**place, **other}, patchOperations=elsewhere)

        def update(name, *operations):
            recorded(name, client.update_method, **place, patchOperations=operations)

        wrong("wrong-rest-api", restApiId="fake-api")
        wrong("wrong-resource-id", resourceId="fake-resource")
        wrong("method-does-not-exist")
        recorded(
            "put-method-response",
            client.put_method,
            **place,
            authorizationType="NONE",
            apiKeyRequired=True,
        )
        update("unsupported-operation", patch("add", "/operationName", "named"))
        update("unsupported-operation-2", patch("remove", "/apiKeyRequired"))
        update("unsupported-path", patch("replace", "/httpMethod", "GET"))
        update("wrong-path-request-parameters", patch("add", "/requestParameters", "true"))
        update("wrong-path-request-models", patch("add", "/requestModels/application/json", "E"))
        update("wrong-value-type", patch("replace", "/apiKeyRequired", "whatever"))
        update("wrong-auth-type", patch("replace", "/authorizationType", "CUSTOM"))
        update("skip-auth-id-with-wrong-type", patch("replace", "/authorizerId", "abc123"))
        update(
            "wrong-auth-id",
            patch("replace", "/authorizationType", "CUSTOM"),
            patch("replace", "/authorizerId", "abc123"),
        )
        update("wrong-req-validator-id", patch("replace", "/requestValidatorId", "abc123"))


class TestApigatewayMethodResponse:
    @pytest.fixture
    def answered(self, client, place) -> dict[str, str]:
        """Names a method response with a parameter and a model."""
        client.put_method(**place, authorizationType="NONE")
        client.put_method_response(
            **place,
            statusCode="200",
            responseParameters={"method.response.header.my-header": True},
            responseModels={"application/json": "Empty"},
        )
        return {**place, "statusCode": "200"}

    def test_update_method_response(self, client, recorded, answered):
        header = "/responseParameters/method.response.header.my-header"
        model = "/responseModels/application~1json"
        for name, operations in {
            "remove-update-method-response": [patch("remove", header), patch("remove", model)],
            "add-update-method-response": [
                patch("add", header, "true"),
                patch("add", model, "Empty"),
            ],
        }.items():
            recorded(name, client.update_method_response, **answered, patchOperations=operations)

    def test_update_method_response_negative_tests(self, lax_client, recorded, answered):
        operations = [patch("add", "/responseParameters/method.response.header.other", "true")]
        wrong_operation = [patch("wrong_op", operations[0]["path"], "true")]
        prefix = "update-method-response-"
        for name, other in {
            "wrong-statuscode": {"statusCode": "201"},
            "invalid-statuscode": {"statusCode": "wrong"},
            "invalid-statuscode-and-wrong-op": {
                "statusCode": "wrong",
                "patchOperations": wrong_operation,
            },
            "wrong-resource": {"resourceId": "wrong"},
            "wrong-method": {"httpMethod": "POST"},
        }.items():
            parameters = {**answered, "patchOperations": operations, **other}
            recorded(prefix + name, lax_client.update_method_response, **parameters)

    def test_update_method_lack_response_parameters_and_models(self, client, recorded, place):
        client.put_method(**place, authorizationType="NONE")
        client.put_method_response(**place, statusCode="200")
        prefix = "update-method-response-operation-"
        for name, path in {
            "without-response-parameters": "/responseParameters/method.response.header.my-header",
            "without-response-models": "/responseModels/application~1json",
            "with-wrong-path": "/wrong/method.response.header.my-header",
        }.items():
            operation = patch("add" if "wrong" in name else "remove", path, "true")
            recorded(
                prefix + name,
                client.update_method_response,
                **place,
                statusCode="200",
                patchOperations=[operation],
            )
