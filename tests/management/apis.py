"""Builds the APIs that tests call or change."""

import json
import uuid
from typing import Any

from answers import asked
from gateway import Gateway

LOOPBACK_FUNCTION = (
    "arn:aws:apigateway:us-east-1:lambda:path/2015-03-31/functions/"
    "arn:aws:lambda:us-east-1:000000000000:function:authorizer/invocations"
)


def unique(name: str) -> str:
    """A name that no other test uses."""
    return f"{name}-{uuid.uuid4().hex[:8]}"


def create_api(client: Any, **more: Any) -> tuple[str, str]:
    """A new REST API: its id and the id of its root resource."""
    api = client.create_rest_api(name=unique("test"), **more)
    return api["id"], api["rootResourceId"]


def root_of(client: Any, api: str) -> str:
    """The id of the root resource of an API."""
    return resource_at(client, api, "/")


def resource_at(client: Any, api: str, path: str) -> str:
    """The id of the resource at a path."""
    for item in client.get_resources(restApiId=api, limit=500)["items"]:
        if item["path"] == path:
            return item["id"]
    raise AssertionError(f"no resource at {path}")


def create_path(client: Any, api: str, parent: str, path: str) -> str:
    """Creates the resources of a path below a parent; the id of the last."""
    for part in path.strip("/").split("/"):
        parent = client.create_resource(restApiId=api, parentId=parent, pathPart=part)["id"]
    return parent


def put_mock(
    client: Any,
    api: str,
    resource: str,
    response: str | None,
    method: str = "GET",
    request: str = '{"statusCode": 200}',
    **integration: Any,
) -> dict[str, str]:
    """A method that a MOCK integration answers; returns what names the method."""
    return put_method(
        client,
        api,
        resource,
        method,
        response,
        type="MOCK",
        requestTemplates={"application/json": request},
        **integration,
    )


def put_http(
    client: Any,
    api: str,
    resource: str,
    uri: str,
    method: str = "POST",
    request: str | None = None,
    response: str | None = None,
    **integration: Any,
) -> dict[str, str]:
    """A method that an HTTP integration answers; returns what names the method."""
    if request is not None:
        integration["requestTemplates"] = {"application/json": request}
    integration.setdefault("type", "HTTP")
    return put_method(
        client,
        api,
        resource,
        method,
        response,
        integrationHttpMethod="POST",
        uri=uri,
        **integration,
    )


def put_method(
    client: Any, api: str, resource: str, method: str, response: str | None, **integration: Any
) -> dict[str, str]:
    """A method without authorization, its integration, and a response 200 on both sides."""
    place = {"restApiId": api, "resourceId": resource, "httpMethod": method}
    client.put_method(**place, authorizationType="NONE")
    client.put_method_response(**place, statusCode="200")
    client.put_integration(**place, **integration)
    templates = {} if response is None else {"responseTemplates": {"application/json": response}}
    client.put_integration_response(**place, statusCode="200", **templates)
    return place


def deploy(gateway: Gateway, client: Any, api: str, stage: str = "dev", **more: Any) -> str:
    """Deploys an API to a stage and waits until it is served; the id of the deployment."""
    deployment = client.create_deployment(restApiId=api, stageName=stage, **more)
    gateway.settle()
    return deployment["id"]


def patch(op: str, path: str, value: str | None = None, **more: str) -> dict[str, str]:
    """An operation of JSON Patch."""
    return {"op": op, "path": path} | ({} if value is None else {"value": value}) | more


def mock_definition(title: str, paths: int = 1) -> bytes:
    """An OpenAPI definition with as many mocked paths."""
    method = {
        "responses": {"200": {"description": "OK"}},
        "x-amazon-apigateway-integration": {
            "type": "mock",
            "requestTemplates": {"application/json": '{"statusCode": 200}'},
            "responses": {
                "default": {
                    "statusCode": "200",
                    "responseTemplates": {"application/json": '{"title": "' + title + '"}'},
                }
            },
        },
    }
    document = {
        "openapi": "3.0.1",
        "info": {"title": title, "version": "1.0"},
        "paths": {f"/path{number}": {"get": method} for number in range(paths)},
    }
    return json.dumps(document).encode()


def delete_api(client: Any, api: str) -> None:
    """Deletes an API whatever state it is in."""
    asked(client.delete_rest_api, restApiId=api)
