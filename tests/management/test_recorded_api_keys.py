"""Recorded answers about API keys and usage plans."""

import pytest

from apis import create_api, deploy, patch, put_mock, unique


@pytest.fixture
def key(client) -> str:
    """The id of an API key without a name."""
    return client.create_api_key()["id"]


class TestApigatewayApiKeysCrud:
    def test_get_usage_plan_api_keys(self, fresh_gateway, recorded):
        client = fresh_gateway.client()
        recorded("get-api-keys", client.get_api_keys)
        keys = [
            recorded("create-api-key", client.create_api_key, name="key-one")["id"],
            recorded("create-api-key-2", client.create_api_key, name="key-two")["id"],
        ]
        recorded("get-api-keys-after-create-1", client.get_api_keys)
        plan = recorded("create-usage-plan", client.create_usage_plan, name=unique("plan"))["id"]

        def plan_keys(snapshot, usage_plan=plan, **more):
            recorded(snapshot, client.get_usage_plan_keys, usagePlanId=usage_plan, **more)

        plan_keys("get-up-keys-before-create")
        for snapshot, key in zip(["create-up-key", "create-up-key-2"], keys, strict=True):
            recorded(
                snapshot,
                client.create_usage_plan_key,
                usagePlanId=plan,
                keyId=key,
                keyType="API_KEY",
            )
        plan_keys("get-up-keys")
        plan_keys("get-up-keys-name-query", nameQuery="key")
        plan_keys("get-up-keys-name-query-cased", nameQuery="KEY")
        plan_keys("get-up-keys-name-query-key-name", nameQuery="key-one")
        plan_keys("get-up-keys-bad-query", nameQuery="nothing")
        for key in keys:
            client.delete_api_key(apiKey=key)
        plan_keys("get-up-keys-after-delete")
        plan_keys("get-up-keys-bad-usage-plan", "bad-id")

    def test_negative_get_usage_plan_api_keys(self, fresh_gateway, recorded):
        client = fresh_gateway.client()
        recorded("get-api-keys-invalid-limit", client.get_api_keys, limit=-1)
        key = recorded("create-api-key", client.create_api_key, name=unique("key"))["id"]
        recorded(
            "update-api-key-name",
            client.update_api_key,
            apiKey=key,
            patchOperations=[patch("replace", "/name", unique("renamed"))],
        )

    def test_create_api_key_with_invalid_name(self, client, recorded):
        recorded("create-api-key-name-too-long", client.create_api_key, name="a" * 1025)
        recorded("create-api-key-empty-name", client.create_api_key, name="")
        recorded("create-api-key-no-name", client.create_api_key)

    def test_update_api_key_invalid_enabled_type(self, client, recorded, key):
        recorded(
            "update-api-key-invalid-enabled-type",
            client.update_api_key,
            apiKey=key,
            patchOperations=[patch("replace", "/enabled", "something")],
        )

    def test_update_api_key_immutable_field(self, client, recorded, key):
        recorded(
            "update-api-key-immutable-field",
            client.update_api_key,
            apiKey=key,
            patchOperations=[patch("replace", "/id", "other")],
        )

    def test_create_usage_plan_with_throttle(self, client, recorded):
        recorded(
            "create-usage-plan-burst-gt-rate",
            client.create_usage_plan,
            name=unique("plan"),
            throttle={"rateLimit": 10, "burstLimit": 20},
        )


class TestUsagePlans:
    def test_api_key_required_for_methods(self, gateway, client, recorded):
        api, root = create_api(client)
        place = put_mock(client, api, root, '{"statusCode": 200}')
        client.update_method(**place, patchOperations=[patch("replace", "/apiKeyRequired", "true")])
        deploy(gateway, client, api)
        plan = recorded(
            "create-usage-plan",
            client.create_usage_plan,
            name=unique("plan"),
            description="Test Usage Plan for API key",
            quota={"limit": 10, "period": "DAY", "offset": 0},
            throttle={"rateLimit": 2, "burstLimit": 1},
            apiStages=[{"apiId": api, "stage": "dev"}],
            tags={"tag_key": "tag_value"},
        )["id"]
        key = recorded("create-api-key", client.create_api_key, name=unique("k"), enabled=True)
        recorded(
            "create-usage-plan-key",
            client.create_usage_plan_key,
            usagePlanId=plan,
            keyId=key["id"],
            keyType="API_KEY",
        )
        gateway.settle()

        def status(**headers):
            return gateway.invoke(api, "dev", headers=headers).status

        statuses = [status(), status(**{"x-api-key": key["value"]})]
        recorded(
            "update-api-key-disabled",
            client.update_api_key,
            apiKey=key["id"],
            patchOperations=[patch("replace", "/enabled", "false")],
        )
        gateway.settle()
        statuses.append(status(**{"x-api-key": key["value"]}))
        assert statuses == [403, 200, 403]
