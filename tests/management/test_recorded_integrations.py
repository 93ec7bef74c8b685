"""Recorded answers about integrations and integration responses."""

import pytest

from apis import create_api, create_path, patch, put_mock

OBJECT_PARAMETERS = {
    "integration.request.path.object_path": "method.request.path.object_path",
    "integration.request.header.Content-Type": "method.request.header.Content-Type",
    "integration.request.querystring.response-content-type": (
        "method.request.header.response-content-type"
    ),
}
ROLE = "arn:aws:iam::000000000000:role/object-reader"


@pytest.fixture
def place(client) -> dict[str, str]:
    """Names a method GET without an integration."""
    api, root = create_api(client)
    place = {"restApiId": api, "resourceId": root, "httpMethod": "GET"}
    client.put_method(**place, authorizationType="NONE")
    return place


@pytest.fixture
def mocked(client) -> dict[str, str]:
    """Names a method GET with a MOCK integration and a response 200."""
    api, root = create_api(client)
    return put_mock(client, api, root, '"created"')


class TestApigatewayIntegration:
    def test_put_integration_request_parameter_bool_type(self, lax_client, recorded):
        api, root = create_api(lax_client)
        resource = create_path(lax_client, api, root, "{testPath}")
        place = {"restApiId": api, "resourceId": resource, "httpMethod": "GET"}
        recorded(
            "bool-method",
            lax_client.put_method,
            **place,
            authorizationType="NONE",
            requestParameters={"method.request.path.testPath": True},
        )
        recorded(
            "put-method-request-param-wrong-type",
            lax_client.put_method,
            **{**place, "httpMethod": "POST"},
            authorizationType="NONE",
            requestParameters={"true": True},
        )
        for name, parameters in {
            "put-integration-request-param-wrong-type": {"integration.request.path.testPath": True},
            "put-integration-request-param-bool-value": {"true": True},
        }.items():
            recorded(
                name,
                lax_client.put_integration,
                **place,
                type="HTTP_PROXY",
                integrationHttpMethod="GET",
                uri="http://127.0.0.1/{testPath}",
                requestParameters=parameters,
            )

    def test_create_integration_with_vpc_link(self, client, recorded, place):
        def variable(name):
            return "${stageVariables." + name + "}"

        recorded(
            "put-integration-vpc-link",
            client.put_integration,
            **place,
            type="HTTP_PROXY",
            integrationHttpMethod="GET",
            uri="http://my-vpclink-test-nlb-1234567890abcdef.us-east-1.amazonaws.com",
            connectionType="VPC_LINK",
            connectionId=variable("vpcLinkId"),
        )
        recorded("get-integration-vpc-link", client.get_integration, **place)
        recorded(
            "update-integration-vpc-link",
            client.update_integration,
            **place,
            patchOperations=[patch("replace", "/connectionId", variable("vpcLinkIdBeta"))],
        )
        recorded("get-integration-update-vpc-link", client.get_integration, **place)

    def test_put_integration_response_templates(self, lax_client, recorded, place):
        lax_client.put_method_response(**place, statusCode="200")
        lax_client.put_integration(**place, type="MOCK")
        for name, templates in {
            "put-integration-response-template-none": {"application/json": None},
            "put-integration-response-template-empty": {"application/json": ""},
            "put-integration-no-response-template": {},
        }.items():
            recorded(
                name,
                lax_client.put_integration_response,
                **place,
                statusCode="200",
                selectionPattern="",
                responseTemplates=templates,
            )


class TestApigatewayIntegrationResponse:
    def test_integration_response_wrong_api(self, client, recorded, mocked):
        wrong = {**mocked, "restApiId": "wrong-api", "statusCode": "200"}
        recorded("put-integration-response-wrong-api", client.put_integration_response, **wrong)
        recorded("get-integration-response-wrong-api", client.get_integration_response, **wrong)

    def test_integration_response_wrong_method(self, client, recorded, mocked):
        wrong = {**mocked, "httpMethod": "POST", "statusCode": "200"}
        recorded("put-integration-response-wrong-method", client.put_integration_response, **wrong)
        recorded("get-integration-response-wrong-method", client.get_integration_response, **wrong)

    def test_integration_response_invalid_responsetemplates(self, lax_client, recorded, mocked):
        for number, templates in enumerate([{"application/json": 123}, {"123": "{}"}], 1):
            recorded(
                f"put-integration-response-invalid-responseTemplates-{number}",
                lax_client.put_integration_response,
                **mocked,
                statusCode="200",
                responseTemplates=templates,
            )

    def test_integration_response_invalid_integration(self, client, recorded, place):
        recorded(
            "get-integration-response-without-integration",
            client.get_integration_response,
            **place,
            statusCode="200",
        )

    def test_integration_response_wrong_status_code(self, client, recorded, mocked):
        recorded(
            "get-integration-response-wrong-status-code",
            client.get_integration_response,
            **mocked,
            statusCode="201",
        )

    def test_delete_integration_response_errors(self, client, recorded, place):
        client.put_method_response(**place, statusCode="200")
        client.put_integration(**place, type="MOCK")
        recorded(
            "put-integration-response",
            client.put_integration_response,
            **place,
            statusCode="200",
            selectionPattern="",
            responseTemplates={"application/json": '"created"'},
        )
        for name, other in {
            "non-existent-resource": {"resourceId": "wrong-resource"},
            "non-existent-api-id": {"restApiId": "wrong-api"},
            "non-existent-method": {"httpMethod": "POST"},
            "non-existent-status-code": {"statusCode": "201"},
            "bad-method": {"httpMethod": "BAD"},
        }.items():
            parameters = {**place, "statusCode": "200", **other}
            recorded(name, client.delete_integration_response, **parameters)


def test_put_integration_response_with_response_template(client, recorded, place):
    client.put_method_response(**place, statusCode="200")
    client.put_integration(
        **place, type="MOCK", requestTemplates={"application/json": '{"statusCode": 200}'}
    )
    client.put_integration_response(
        **place,
        statusCode="200",
        selectionPattern="foobar",
        responseTemplates={"application/json": '{"data": "test"}'},
    )
    recorded("get-integration-response", client.get_integration_response, **place, statusCode="200")


def test_lambda_aws_integration(client, recorded):
    api, root = create_api(client)
    resource = create_path(client, api, root, "test")
    place = {"restApiId": api, "resourceId": resource, "httpMethod": "POST"}
    recorded("put-method", client.put_method, **place, authorizationType="NONE")
    recorded(
        "put-integration",
        client.put_integration,
        **place,
        type="AWS",
        integrationHttpMethod="POST",
        uri=(
            "arn:aws:apigateway:us-east-1:lambda:path/2015-03-31/functions/"
            "arn:aws:lambda:us-east-1:000000000000:function:hello/invocations"
        ),
        credentials=ROLE,
    )
    recorded("put-integration-response", client.put_integration_response, **place, statusCode="200")
    recorded("put-method-response", client.put_method_response, **place, statusCode="200")


class TestApiGatewayS3BinarySupport:
    """What API Gateway itself answered there; the rest needs S3."""

    @pytest.fixture
    def objects(self, client) -> dict[str, str]:
        """Names a method ANY below a path parameter that holds the key of an object."""
        api, root = create_api(client, binaryMediaTypes=["image/png"])
        resource = create_path(client, api, root, "{object_path+}")
        place = {"restApiId": api, "resourceId": resource, "httpMethod": "ANY"}
        client.put_method(
            **place,
            authorizationType="NONE",
            requestParameters={
                "method.request.path.object_path": True,
                "method.request.header.Content-Type": False,
                "method.request.header.response-content-type": False,
            },
        )
        client.put_method_response(
            **place,
            statusCode="200",
            responseParameters={"method.response.header.ETag": False},
        )
        return place

    @staticmethod
    def put_integration(client, recorded, place, **more):
        recorded(
            "put-integration",
            client.put_integration,
            **place,
            type="AWS",
            integrationHttpMethod="ANY",
            uri="arn:aws:apigateway:us-east-1:s3:path/bucket/{object_path}",
            requestParameters=OBJECT_PARAMETERS,
            credentials=ROLE,
            **more,
        )

    @staticmethod
    def put_response(client, place, **more):
        client.put_integration_response(
            **place,
            statusCode="200",
            responseParameters={"method.response.header.ETag": "integration.response.header.ETag"},
            **more,
        )

    def test_apigw_s3_binary_support_request_convert_to_binary_with_request_template(
        self, client, recorded, objects
    ):
        self.put_integration(client, recorded, objects, contentHandling="CONVERT_TO_BINARY")
        self.put_response(client, objects)
        client.update_integration(
            **objects,
            patchOperations=[
                patch("add", "/requestTemplates/application~1json", '{"data": "$input.body"}')
            ],
        )
        recorded("get-integration", client.get_integration, **objects)

    def test_apigw_s3_binary_support_response_no_content_handling(self, client, recorded, objects):
        self.put_integration(client, recorded, objects)

    def test_apigw_s3_binary_support_response_convert_to_text(self, client, recorded, objects):
        self.put_integration(client, recorded, objects)

    def test_apigw_s3_binary_support_response_convert_to_binary_with_request_template(
        self, client, recorded, objects
    ):
        self.put_integration(client, recorded, objects)
        self.put_response(
            client,
            objects,
            contentHandling="CONVERT_TO_TEXT",
            responseTemplates={"application/json": '{"data": "$input.body"}'},
        )
        response = {**objects, "statusCode": "200"}
        recorded("get-integration-response", client.get_integration_response, **response)
        client.update_integration_response(
            **response,
            patchOperations=[patch("replace", "/contentHandling", "CONVERT_TO_BINARY")],
        )
        recorded("get-integration-response-update", client.get_integration_response, **response)
