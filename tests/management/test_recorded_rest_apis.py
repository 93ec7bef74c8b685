"""Recorded answers about REST APIs themselves."""

import pytest

from answers import items_with
from apis import patch, unique


@pytest.fixture
def api_id(client) -> str:
    """An API with a description and nothing else."""
    return client.create_rest_api(name=unique("api"), description="this is my api")["id"]


class TestApiGatewayApiRestApi:
    def test_get_api_case_insensitive(self, client, recorded):
        api = recorded(
            "create-rest-api",
            client.create_rest_api,
            name=unique("api"),
            description="lower case api",
        )
        upper = api["id"].upper()
        recorded.bind("upper-id", upper)
        recorded("get-api-upper-case", client.get_rest_api, restApiId=upper)

    def test_create_rest_api_with_tags(self, client, recorded):
        api = recorded(
            "create-rest-api-w-tags",
            client.create_rest_api,
            name=unique("api"),
            description="this is my api",
            tags={"MY_TAG1": "MY_VALUE1"},
        )
        recorded("get-rest-api-w-tags", client.get_rest_api, restApiId=api["id"])
        pages = client.get_paginator("get_rest_apis").paginate(limit=500)
        everything = {**client.get_rest_apis(limit=1), "items": pages.build_full_result()["items"]}
        everything.pop("position", None)
        recorded.match("get-rest-apis-w-tags", items_with("id", api["id"], everything))

    def test_update_rest_api_operation_add_remove(self, client, recorded, api_id):
        def update(name, *operations):
            recorded(name, client.update_rest_api, restApiId=api_id, patchOperations=operations)

        update(
            "update-rest-api-add",
            patch("add", "/binaryMediaTypes/image~1png"),
            patch("add", "/binaryMediaTypes/image~1jpeg"),
        )
        update(
            "update-rest-api-replace",
            patch("replace", "/binaryMediaTypes/image~1png", "image/gif"),
        )
        update(
            "update-rest-api-remove",
            patch("remove", "/binaryMediaTypes/image~1gif"),
            patch("remove", "/description"),
        )

    def test_update_rest_api_compression(self, client, recorded, api_id):
        path = "/minimumCompressionSize"
        for name, operation in {
            "enable-compression": patch("replace", path, "10"),
            "disable-compression": patch("replace", path, ""),
            "set-compression-zero": patch("replace", path, "0"),
            "set-negative-compression": patch("replace", path, "-1"),
            "set-string-compression": patch("replace", path, "test"),
            "unsupported-operation": patch("add", path, "10"),
        }.items():
            recorded(name, client.update_rest_api, restApiId=api_id, patchOperations=[operation])

    def test_update_rest_api_behaviour(self, client, recorded, api_id):
        for name, operation in {
            "update-rest-api-array": patch("add", "/binaryMediaTypes/-", "image/png"),
            "update-rest-api-add-base-path": patch("add", "/binaryMediaTypes", "image/png"),
            "update-rest-api-replace-base-path": patch("replace", "/binaryMediaTypes", "a/b"),
            "update-rest-api-remove-base-path": patch("remove", "/binaryMediaTypes"),
        }.items():
            recorded(name, client.update_rest_api, restApiId=api_id, patchOperations=[operation])

    def test_create_rest_api_with_endpoint_configuration(self, lax_client, recorded):
        def create(name, configuration, **more):
            recorded(
                name,
                lax_client.create_rest_api,
                name=unique("api"),
                endpointConfiguration=configuration,
                **more,
            )

        both_wrong = {"ipAddressType": "wrong", "types": ["wrong"]}
        create("create-with-empty-types", {"types": []})
        create("create-with-invalid-ip-address-type", {"ipAddressType": "wrong"})
        create("create-with-invalid-types", {"types": ["wrong"]})
        create("create-with-invalid-ip-address-type-and-types", both_wrong)
        create(
            "create-with-invalid-types-and-ip-address-type",
            {"types": ["wrong"], "ipAddressType": "wrong"},
        )
        create(
            "create-with-multiple-errors-1", both_wrong, description="", minimumCompressionSize=-1
        )
        create(
            "create-with-multiple-errors-2",
            {"types": ["EDGE"], "ipAddressType": "ipv4"},
            description="",
            minimumCompressionSize=-1,
        )
        create("create-with-two-types", {"types": ["EDGE", "REGIONAL"]})
        create("create-with-endpoint-config-dualstack", {"ipAddressType": "dualstack"})
        create("create-with-endpoint-config-regional", {"types": ["REGIONAL"]})

    def test_create_rest_api_verify_defaults(self, lax_client, recorded):
        for name, configuration in {
            "create-with-edge-default": {"types": ["EDGE"]},
            "create-with-regional-default": {"types": ["REGIONAL"]},
            "create-with-private-default": {"types": ["PRIVATE"]},
            "create-with-empty-default": {},
            "create-with-empty-ip-address-type-and-wrong-type": {"types": ["wrong"]},
        }.items():
            recorded(
                name,
                lax_client.create_rest_api,
                name=unique("api"),
                endpointConfiguration=configuration,
            )

    def test_update_rest_api_ip_address_type(self, client, recorded):
        api_id = client.create_rest_api(name=unique("api"))["id"]
        types, address = "/endpointConfiguration/types/0", "/endpointConfiguration/ipAddressType"

        def update(name, *operations):
            recorded(name, client.update_rest_api, restApiId=api_id, patchOperations=operations)

        update(
            "update-rest-api-replace-type",
            patch("replace", "/endpointConfiguration/types/EDGE", "REGIONAL"),
            patch("replace", types, "PRIVATE"),
        )
        update(
            "update-rest-api-replace-to-ipv4-within-private-type",
            patch("replace", address, "ipv4"),
        )
        update("update-rest-api-wrong-ipAddressType", patch("replace", address, "wrong"))
        update("update-rest-api-wrong-type", patch("replace", types, "wrong"))
        update(
            "update-rest-api-invalid-operation-on-ipAddressType",
            patch("remove", address, "dualstack"),
        )
        update("update-rest-api-invalid-operation-on-type", patch("remove", types))
        update("update-rest-api-replace-ip-address-type", patch("replace", address, "dualstack"))

    def test_update_rest_api_concatenation_of_errors(self, lax_client, recorded):
        api_id = lax_client.create_rest_api(name=unique("api"))["id"]
        types = patch("wrong", "/endpointConfiguration/types/0", "EDGE")
        address = patch("wrong", "/endpointConfiguration/ipAddressType", "dualstack")
        for name, operations in {
            "update-rest-api-wrong-operations-on-ipAddressType": [address, address],
            "update-rest-api-wrong-operations-on-type": [types, types],
            "update-rest-api-wrong-operations-on-type-and-on-ip-address-type": [
                types,
                address,
                types,
            ],
        }.items():
            recorded(name, lax_client.update_rest_api, restApiId=api_id, patchOperations=operations)


class TestApiGatewayVpcLink:
    def test_create_vpc_link_invalid_parameters(self, client, recorded):
        recorded(
            "create_vpc_link_invalid_target_arn",
            client.create_vpc_link,
            name=unique("link"),
            targetArns=["invalid-arn"],
        )
        balancer = (
            "arn:aws:elasticloadbalancing:us-east-1:000000000000:loadbalancer/net/test/0123456789ab"
        )
        recorded(
            "create_vpc_link_empty_name", client.create_vpc_link, name="", targetArns=[balancer]
        )

    def test_get_vpc_link_invalid_id(self, client, recorded):
        recorded("get_vpc_link_invalid_id", client.get_vpc_link, vpcLinkId="invalid-id")

    def test_delete_vpc_link_invalid_id(self, client, recorded):
        recorded("delete_vpc_link_invalid_id", client.delete_vpc_link, vpcLinkId="invalid-id")
