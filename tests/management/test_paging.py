"""Lists are walked page by page: every item once, and only once."""

import json
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from apis import LOOPBACK_FUNCTION, create_api, put_mock, unique
from exercise import BALANCER, CERTIFICATE

COUNT = 5


def many(make: Callable[[int], Any]) -> list[Any]:
    """What is made a few times."""
    return [make(number) for number in range(COUNT)]


class Lists:
    """Fills one list and says which identifiers it then must hold."""

    def __init__(self, client: Any):
        self.client = client
        self.api, self.root = create_api(client)

    def get_rest_apis(self):
        return {}, "id", many(lambda _: create_api(self.client)[0])

    def get_resources(self):
        made = many(
            lambda n: self.client.create_resource(
                restApiId=self.api, parentId=self.root, pathPart=f"p{n}"
            )["id"]
        )
        return {"restApiId": self.api}, "id", made

    def get_deployments(self):
        put_mock(self.client, self.api, self.root, "{}")
        make = self.client.create_deployment
        return {"restApiId": self.api}, "id", many(lambda _: make(restApiId=self.api)["id"])

    def get_models(self):
        made = many(
            lambda n: self.client.create_model(
                restApiId=self.api,
                name=f"Model{n}",
                contentType="application/json",
                schema='{"type": "object"}',
            )["id"]
        )
        return {"restApiId": self.api}, "id", made

    def get_request_validators(self):
        make = self.client.create_request_validator
        made = many(lambda n: make(restApiId=self.api, name=f"v{n}")["id"])
        return {"restApiId": self.api}, "id", made

    def get_authorizers(self):
        made = many(
            lambda n: self.client.create_authorizer(
                restApiId=self.api,
                name=f"a{n}",
                type="TOKEN",
                authorizerUri=LOOPBACK_FUNCTION,
                identitySource="method.request.header.A",
            )["id"]
        )
        return {"restApiId": self.api}, "id", made

    def get_gateway_responses(self):
        listed = self.client.get_gateway_responses(restApiId=self.api, limit=500)["items"]
        kinds = [response["responseType"] for response in listed]
        assert len(kinds) == 21
        return {"restApiId": self.api}, "responseType", kinds

    def get_documentation_parts(self):
        made = many(
            lambda n: self.client.create_documentation_part(
                restApiId=self.api,
                location={"type": "METHOD", "path": f"/p{n}", "method": "GET"},
                properties=json.dumps({"description": str(n)}),
            )["id"]
        )
        return {"restApiId": self.api}, "id", made

    def get_documentation_versions(self):
        make = self.client.create_documentation_version
        made = many(lambda n: make(restApiId=self.api, documentationVersion=f"v{n}")["version"])
        return {"restApiId": self.api}, "version", made

    def get_api_keys(self):
        return {}, "id", many(lambda _: self.client.create_api_key(name=unique("key"))["id"])

    def get_usage_plans(self):
        return {}, "id", many(lambda _: self.client.create_usage_plan(name=unique("p"))["id"])

    def get_usage_plan_keys(self):
        plan = self.client.create_usage_plan(name=unique("plan"))["id"]

        def make(_):
            key = self.client.create_api_key(name=unique("key"))["id"]
            self.client.create_usage_plan_key(usagePlanId=plan, keyId=key, keyType="API_KEY")
            return key

        return {"usagePlanId": plan}, "id", many(make)

    def get_client_certificates(self):
        make = self.client.generate_client_certificate
        return {}, "clientCertificateId", many(lambda _: make()["clientCertificateId"])

    def get_vpc_links(self):
        make = self.client.create_vpc_link
        made = many(lambda _: make(name=unique("l"), targetArns=[BALANCER])["id"])
        return {}, "id", made

    def make_domain_name(self, kind="REGIONAL"):
        arn = "certificateArn" if kind == "PRIVATE" else "regionalCertificateArn"
        return self.client.create_domain_name(
            domainName=f"{unique('paged')}.example.com",
            endpointConfiguration={"types": [kind]},
            **{arn: CERTIFICATE},
        )

    def get_domain_names(self):
        return {}, "domainName", many(lambda _: self.make_domain_name()["domainName"])

    def get_base_path_mappings(self):
        name = self.make_domain_name()["domainName"]
        put_mock(self.client, self.api, self.root, "{}")
        self.client.create_deployment(restApiId=self.api, stageName="dev")
        make = self.client.create_base_path_mapping
        made = many(
            lambda n: make(domainName=name, basePath=f"b{n}", restApiId=self.api, stage="dev")[
                "basePath"
            ]
        )
        return {"domainName": name}, "basePath", made

    def get_domain_name_access_associations(self):
        arn = self.make_domain_name("PRIVATE")["domainNameArn"]
        member = "domainNameAccessAssociationArn"
        made = many(
            lambda n: self.client.create_domain_name_access_association(
                domainNameArn=arn,
                accessAssociationSourceType="VPCE",
                accessAssociationSource=f"vpce-0123456789abcdef{n}",
            )[member]
        )
        return {}, member, made

    def get_sdk_types(self):
        listed = self.client.get_sdk_types(limit=500)["items"]
        return {}, "id", [kind["id"] for kind in listed]


OPERATIONS = [name for name in vars(Lists) if name.startswith("get_")]


def pages(operation: Callable, parameters: dict, limit: int) -> Iterator[list[dict]]:
    """The pages of a list, until one names no next."""
    position: dict[str, str] = {}
    while True:
        page = operation(**parameters, limit=limit, **position)
        yield page["items"]
        if "position" not in page:
            return
        assert page["position"] != position.get("position"), "a walk goes on"
        position = {"position": page["position"]}


@pytest.mark.parametrize("size", [1, 2, 500])
@pytest.mark.parametrize("name", OPERATIONS)
def test_every_item_is_met_once(client, name, size):
    parameters, member, wanted = getattr(Lists(client), name)()
    met = []
    for items in pages(getattr(client, name), parameters, size):
        assert len(items) <= size
        met += [item[member] for item in items]
    assert len(met) == len(set(met)), "an item came twice"
    assert set(wanted) <= set(met)
    if parameters:
        default = {"get_models": 2, "get_resources": 1}.get(name, 0)
        assert len(met) == len(wanted) + default


def test_what_is_made_during_a_walk_disturbs_nothing(client):
    lists = Lists(client)
    parameters, _, wanted = lists.get_resources()
    met = []
    for number, items in enumerate(pages(client.get_resources, parameters, 1)):
        met += [item["id"] for item in items]
        if number < COUNT:
            client.create_resource(
                restApiId=lists.api, parentId=lists.root, pathPart=f"later{number}"
            )
    assert len(met) == len(set(met))
    assert set(wanted) <= set(met)


def test_paginators_of_boto3_walk_too(client):
    parameters, member, wanted = Lists(client).get_request_validators()
    walk = client.get_paginator("get_request_validators").paginate(
        **parameters, PaginationConfig={"PageSize": 2}
    )
    met = [item[member] for item in walk.build_full_result()["items"]]
    assert sorted(met) == sorted(wanted)
