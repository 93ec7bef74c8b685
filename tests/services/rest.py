"""REST APIs whose methods call services, made as a customer makes them: with boto3."""

from typing import Any

from gateway import REGION, Gateway, Response


class Rest:
    """One API."""

    def __init__(self, gateway: Gateway) -> None:
        self.gateway, self.client = gateway, gateway.client()
        self.id = self.client.create_rest_api(name="services")["id"]
        self.root = self.client.get_resources(restApiId=self.id)["items"][0]["id"]

    def method(
        self,
        path: str,
        verb: str,
        uri: str,
        parameters: tuple[str, ...] = (),
        responses: dict[str, dict[str, Any]] | None = None,
        response_headers: tuple[str, ...] = (),
        **integration: Any,
    ) -> None:
        """A method at one level below the root, and its AWS integration.

        `uri` is what follows the region in the ARN; `responses` are integration responses by
        status, a plain 200 when there are none.
        """
        client, api = self.client, self.id
        resource = client.create_resource(restApiId=api, parentId=self.root, pathPart=path)["id"]
        at = {"restApiId": api, "resourceId": resource, "httpMethod": verb}
        declared = {f"method.request.{name}": False for name in parameters}
        client.put_method(**at, authorizationType="NONE", requestParameters=declared)
        settings = {"type": "AWS", "integrationHttpMethod": "POST", **integration}
        client.put_integration(**at, uri=f"arn:aws:apigateway:{REGION}:{uri}", **settings)
        headers = {f"method.response.header.{name}": False for name in response_headers}
        for status, response in (responses or {"200": {}}).items():
            client.put_method_response(**at, statusCode=status, responseParameters=headers)
            client.put_integration_response(**at, statusCode=status, **response)

    def deploy(self) -> None:
        """Puts it into the stage `test`."""
        self.client.create_deployment(restApiId=self.id, stageName="test")
        self.gateway.settle()

    def call(self, path: str, verb: str = "POST", **request: Any) -> Response:
        """Calls a method."""
        return self.gateway.invoke(self.id, "test", path, method=verb, **request)
