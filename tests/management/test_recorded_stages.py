"""Recorded answers about deployments, stages and canaries."""

import pytest

from apis import create_api, deploy, patch, put_mock

PERCENT = "/canarySettings/percentTraffic"
CANARY_DEPLOYMENT = "/canarySettings/deploymentId"
OVERRIDES = "/canarySettings/stageVariableOverrides"
COPY_DEPLOYMENT = patch("copy", "/deploymentId", **{"from": CANARY_DEPLOYMENT})
COPY_VARIABLES = patch("copy", "/variables", **{"from": OVERRIDES})


@pytest.fixture
def api(client) -> str:
    """An API that can be deployed."""
    api, root = create_api(client)
    put_mock(client, api, root, '{"statusCode": 200}')
    return api


class Stage:
    """Updates one stage and compares the answers."""

    def __init__(self, client, recorded, api, name):
        self.client, self.recorded = client, recorded
        self.names = {"restApiId": api, "stageName": name}

    def update(self, snapshot, *operations):
        self.recorded(snapshot, self.client.update_stage, **self.names, patchOperations=operations)

    def get(self, snapshot):
        self.recorded(snapshot, self.client.get_stage, **self.names)


class TestApiGatewayStage:
    def test_get_stages_filters_by_deployment_id(self, client, recorded, api):
        first, second = (
            client.create_deployment(restApiId=api, stageName=stage)["id"]
            for stage in ("stage1", "stage2")
        )

        def list_as(snapshot, **more):
            answer = client.get_stages(restApiId=api, **more)
            answer["item"].sort(key=lambda stage: stage["stageName"])
            recorded.match(snapshot, answer)

        list_as("all-stages")
        list_as("stages-deploy1", deploymentId=first)
        list_as("stages-deploy2", deploymentId=second)

    def test_stage_access_log_settings_validation(self, client, recorded, api):
        deployment = recorded("create-deployment", client.create_deployment, restApiId=api)["id"]
        recorded(
            "create-stage",
            client.create_stage,
            restApiId=api,
            stageName="dev",
            description="dev stage",
            deploymentId=deployment,
        )
        stage = Stage(client, recorded, api, "dev")
        arn = "arn:aws:logs:us-east-1:000000000000:log-group:access"
        recorded.bind("log-group-arn", arn)
        root = "/accessLogSettings"
        stage.update("invalid-path-add", patch("add", f"{root}/randomValue", "x"))
        stage.update("invalid-path-remove", patch("remove", f"{root}/randomValue"))
        stage.update("invalid-path-replace", patch("replace", f"{root}/randomValue", "x"))
        stage.update("star-and-add", patch("add", f"{root}/*", "x"))
        stage.update("star-and-remove", patch("remove", f"{root}/*"))
        stage.update("star-and-replace", patch("replace", f"{root}/*", "x"))
        stage.update("root-and-add", patch("add", root, "x"))
        stage.update("root-and-replace", patch("replace", root, "x"))
        destination, form = f"{root}/destinationArn", f"{root}/format"
        prefix = "update-stage-access-log-"
        stage.update(prefix + "dest-add", patch("add", destination, arn))
        stage.update(prefix + "destinationArn-empty", patch("replace", destination, ""))
        stage.update(prefix + "format-empty", patch("replace", form, ""))
        stage.update(prefix + "dest-remove", patch("remove", destination))


class TestStages:
    def test_create_update_stages(self, client, recorded, api):
        version = "v123"
        client.create_documentation_part(
            restApiId=api, location={"type": "API"}, properties='{"description": "documented"}'
        )
        client.create_documentation_version(restApiId=api, documentationVersion=version)
        deployment = client.create_deployment(restApiId=api)["id"]
        recorded(
            "create-stage",
            client.create_stage,
            restApiId=api,
            stageName="s1",
            deploymentId=deployment,
            description="my stage",
            documentationVersion=version,
        )
        stage = Stage(client, recorded, api, "s1")
        stage.update("error-update-doc-version", patch("replace", "/documentation_version", "v2"))
        stage.update("error-update-tags", patch("replace", "/tags/tag1", "value1"))
        stage.update(
            "update-stage",
            patch("replace", "/description", "stage new"),
            patch("replace", "/variables/var1", "test"),
            patch("replace", "/variables/var2", "test2"),
            patch("replace", "/*/*/throttling/burstLimit", "123"),
            patch("replace", "/*/*/caching/enabled", "true"),
            patch("replace", "/tracingEnabled", "true"),
            patch("replace", "/test/GET/throttling/burstLimit", "124"),
        )
        stage.get("get-stage")
        stage.update("update-stage-override", patch("replace", "/*/*/throttling/burstLimit", "100"))


class TestAPIGateway:
    def test_update_rest_api_deployment(self, client, recorded, api):
        deployment = client.create_deployment(restApiId=api, description="my deployment")["id"]
        recorded(
            "after-update",
            client.update_deployment,
            restApiId=api,
            deploymentId=deployment,
            patchOperations=[patch("replace", "/description", "new-description")],
        )


class TestDeployments:
    def test_create_update_deployments(self, client, recorded, api):
        first = client.create_deployment(restApiId=api, stageName="s1")["id"]

        def named(deployment):
            return {"restApiId": api, "deploymentId": deployment}

        recorded("get-deployment-1", client.get_deployment, **named(first))
        recorded("get-stages", client.get_stages, restApiId=api)
        recorded("delete-deployment-error", client.delete_deployment, **named(first))
        second = client.create_deployment(restApiId=api, stageName="s1")["id"]
        recorded("get-deployment-1-after-update", client.get_deployment, **named(first))
        recorded("get-deployment-2", client.get_deployment, **named(second))
        recorded("get-stages-after-update", client.get_stages, restApiId=api)
        recorded("delete-deployment-1", client.delete_deployment, **named(first))
        recorded("delete-deployment-2-error", client.delete_deployment, **named(second))


class TestStageCrudCanary:
    def test_create_update_stages(self, client, recorded, api):
        base = recorded("create-deployment-1", client.create_deployment, restApiId=api)["id"]
        canary = recorded("create-deployment-2", client.create_deployment, restApiId=api)["id"]
        recorded(
            "create-stage",
            client.create_stage,
            restApiId=api,
            stageName="dev",
            deploymentId=base,
            description="dev stage",
            variables={"testVar": "default"},
            canarySettings={
                "deploymentId": canary,
                "percentTraffic": 50,
                "stageVariableOverrides": {"testVar": "canary"},
            },
        )
        stage = Stage(client, recorded, api, "dev")
        stage.get("get-stage")
        stage.update(
            "update-stage-canary-settings-overrides",
            patch("replace", f"{OVERRIDES}/testVar", "updated"),
        )
        stage.update("update-stage-remove-canary-settings", patch("remove", "/canarySettings"))
        stage.get("get-stage-after-remove")

    def test_create_canary_deployment(self, client, recorded, api):
        base = recorded("create-deployment", client.create_deployment, restApiId=api)["id"]

        def create_stage(snapshot, name, canary):
            recorded(
                snapshot,
                client.create_stage,
                restApiId=api,
                stageName=name,
                deploymentId=base,
                description="dev stage",
                variables={"testVar": "default"},
                canarySettings=canary,
            )

        create_stage(
            "create-stage",
            "dev1",
            {
                "deploymentId": base,
                "percentTraffic": 40,
                "stageVariableOverrides": {"testVar": "canary1"},
            },
        )
        second = recorded(
            "create-canary-deployment",
            client.create_deployment,
            restApiId=api,
            stageName="dev1",
            canarySettings={
                "percentTraffic": 50,
                "stageVariableOverrides": {"testVar": "canary2"},
            },
        )["id"]
        Stage(client, recorded, api, "dev1").get("get-stage-1")
        canary = {
            "deploymentId": second,
            "percentTraffic": 60,
            "stageVariableOverrides": {"testVar": "canary-overridden"},
        }
        create_stage("create-stage-2", "dev2", canary)
        create_stage("bad-canary-deployment-id", "dev3", {**canary, "deploymentId": "deploy"})

    def test_update_stage_canary_deployment_validation(self, client, recorded, api):
        client.create_deployment(restApiId=api, stageName="dev")
        stage = Stage(client, recorded, api, "dev")
        stage.get("get-stage")
        prefix = "update-stage-canary-settings-"
        stage.update(prefix + "remove-overrides", patch("remove", OVERRIDES))
        stage.update(prefix + "bad-path", patch("remove", "/canarySettings/badPath"))
        stage.update(prefix + "bad-path-2", patch("replace", "/canarySettings", "x"))
        stage.update(prefix + "replace-bad-path", patch("replace", "/canarySettings/badPath", "x"))
        stage.update("update-stage-add-deployment", patch("add", CANARY_DEPLOYMENT, "deploy"))
        stage.update("update-stage-no-deployment", patch("replace", CANARY_DEPLOYMENT, "deploy"))

    def test_update_stage_with_copy_ops(self, client, recorded, api):
        recorded(
            "deployment-1",
            client.create_deployment,
            restApiId=api,
            stageName="dev",
            variables={"testVar": "test", "testVar2": "test2"},
        )
        stage = Stage(client, recorded, api, "dev")
        no_traffic = patch("replace", PERCENT, "0.0")
        backwards = patch("copy", OVERRIDES, **{"from": "/variables"})
        stage.update("copy-with-bad-statement", backwards)
        stage.update("copy-with-no-replace", COPY_DEPLOYMENT, COPY_VARIABLES)
        stage.update("update-stage-with-copy", no_traffic, COPY_DEPLOYMENT, COPY_VARIABLES)
        recorded(
            "deployment-canary",
            client.create_deployment,
            restApiId=api,
            stageName="dev",
            canarySettings={
                "percentTraffic": 50,
                "stageVariableOverrides": {"testVar": "override"},
            },
        )
        stage.get("get-stage")
        stage.update("update-stage-with-copy-2", no_traffic, COPY_DEPLOYMENT, COPY_VARIABLES)


class TestCanaryDeployments:
    TEMPLATE = (
        '{"statusCode": 200, "message": "%s deployment",'
        ' "variable": "$stageVariables.testVar",'
        ' "nonExistingDefault": "$stageVariables.noStageVar",'
        ' "nonOverridden": "$stageVariables.defaultVar",'
        ' "isCanary": "$context.isCanaryRequest"}'
    )

    def test_invoking_canary_deployment(self, gateway, client, recorded):
        api, root = create_api(client)
        place = put_mock(client, api, root, self.TEMPLATE % "default")
        base = recorded("create-deployment-1", client.create_deployment, restApiId=api)["id"]
        client.create_stage(
            restApiId=api,
            stageName="dev",
            deploymentId=base,
            variables={"testVar": "default", "defaultVar": "default"},
        )
        client.update_integration_response(
            **place,
            statusCode="200",
            patchOperations=[
                patch("replace", "/responseTemplates/application~1json", self.TEMPLATE % "canary")
            ],
        )
        recorded(
            "create-deployment-2",
            client.create_deployment,
            restApiId=api,
            stageName="dev",
            canarySettings={
                "percentTraffic": 0,
                "stageVariableOverrides": {"testVar": "canary", "noStageVar": "canary"},
            },
        )
        gateway.settle()
        recorded.match("response-deployment-1", gateway.invoke(api, "dev").json())
        Stage(client, recorded, api, "dev").update(
            "update-stage", patch("replace", PERCENT, "100.0")
        )
        gateway.settle()
        recorded.match("response-canary-deployment", gateway.invoke(api, "dev").json())


class TestIntegrations:
    @pytest.mark.parametrize("method", ["GET", "POST"])
    @pytest.mark.parametrize("url", ["UrlType.PATH_BASED", "UrlType.HOST_BASED"])
    @pytest.mark.parametrize("passthrough", ["WHEN_NO_MATCH", "NEVER", "WHEN_NO_TEMPLATES"])
    def test_mock_integration_response(self, gateway, client, recorded, passthrough, url, method):
        api, root = create_api(client)
        resource = client.create_resource(restApiId=api, parentId=root, pathPart="{id}")["id"]
        put_mock(
            client,
            api,
            resource,
            '{"statusCode": 200, "id": $input.params().path.id}',
            method,
            passthroughBehavior=passthrough,
        )
        deploy(gateway, client, api)
        body = "{}" if method == "POST" else None
        headers = {"Content-Type": "application/json"}
        answer = gateway.invoke(
            api, "dev", "/42", method, headers, body, by_host=url == "UrlType.HOST_BASED"
        )
        recorded.match("mock-response", answer.json())
