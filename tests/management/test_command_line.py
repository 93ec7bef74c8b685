"""The AWS CLI does a day's work: create, deploy, canary, promote, roll back, export, import."""

import json

import pytest
import yaml

from apis import unique
from command_line import CommandLine


@pytest.fixture
def aws(gateway, tmp_path) -> CommandLine:
    """The CLI of the venv."""
    return CommandLine("apigateway", gateway.admin_url, tmp_path)


def template(text: str) -> str:
    """A response template that shows a text and a stage variable."""
    body = {"text": text, "colour": "$stageVariables.colour"}
    return json.dumps({"application/json": json.dumps(body)})


def create(aws: CommandLine, text: str) -> tuple[str, list[str]]:
    """An API with GET /pets, mocked: its id and the options that name the method."""
    api = aws("create-rest-api", "--name", unique("cli"), "--query", "id")
    root = aws("get-resources", "--rest-api-id", api, "--query", "items[?path=='/'].id | [0]")
    pets = aws(
        *("create-resource", "--rest-api-id", api, "--parent-id", root),
        *("--path-part", "pets", "--query", "id"),
    )
    method = ["--rest-api-id", api, "--resource-id", pets, "--http-method", "GET"]
    aws("put-method", *method, "--authorization-type", "NONE")
    aws("put-method-response", *method, "--status-code", "200")
    request = json.dumps({"application/json": '{"statusCode": 200}'})
    aws("put-integration", *method, "--type", "MOCK", "--request-templates", request)
    aws(
        *("put-integration-response", *method, "--status-code", "200"),
        *("--response-templates", template(text)),
    )
    return api, method


def test_life_of_an_api(aws, gateway, tmp_path):
    api, method = create(aws, "first")
    stage = ["--rest-api-id", api, "--stage-name", "prod"]

    def pets() -> dict:
        gateway.settle()
        return gateway.invoke(api, "prod", "/pets").json()

    first = aws("create-deployment", *stage, "--variables", "colour=blue", "--query", "id")
    assert pets() == {"text": "first", "colour": "blue"}

    operation = {
        "op": "replace",
        "path": "/responseTemplates/application~1json",
        "value": json.loads(template("second"))["application/json"],
    }
    aws(
        *("update-integration-response", *method, "--status-code", "200"),
        *("--patch-operations", json.dumps([operation])),
    )
    assert pets()["text"] == "first", "a change acts when it is deployed"

    canary = {"percentTraffic": 100.0, "stageVariableOverrides": {"colour": "yellow"}}
    second = aws("create-deployment", *stage, "--canary-settings", json.dumps(canary))["id"]
    assert pets() == {"text": "second", "colour": "yellow"}
    assert aws("get-stage", *stage)["deploymentId"] == first

    promoted = aws(
        *("update-stage", *stage, "--patch-operations"),
        "op=replace,path=/canarySettings/percentTraffic,value=0.0",
        "op=copy,from=/canarySettings/deploymentId,path=/deploymentId",
        "op=copy,from=/canarySettings/stageVariableOverrides,path=/variables",
    )
    assert promoted["deploymentId"] == second
    aws("update-stage", *stage, "--patch-operations", "op=remove,path=/canarySettings")
    assert pets() == {"text": "second", "colour": "yellow"}

    back = f"op=replace,path=/deploymentId,value={first}"
    aws("update-stage", *stage, "--patch-operations", back)
    assert pets() == {"text": "first", "colour": "yellow"}, "variables are the stage's"

    exported = tmp_path / "api.json"
    aws(
        *("get-export", *stage, "--export-type", "oas30", "--accepts", "application/json"),
        *("--parameters", "extensions=integrations", str(exported)),
    )
    assert "/pets" in json.loads(exported.read_text())["paths"]
    copy = aws("import-rest-api", "--body", f"fileb://{exported}")["id"]
    aws("create-deployment", "--rest-api-id", copy, "--stage-name", "copy")
    gateway.settle()
    assert gateway.invoke(copy, "copy", "/pets").json()["text"] == "first"

    aws("delete-rest-api", "--rest-api-id", api)
    gateway.settle()
    assert gateway.invoke(api, "prod", "/pets").status == 404, "ours: AWS has no such host"
    gone = aws.run("get-rest-api", "--rest-api-id", api)
    assert gone.returncode != 0
    assert "NotFoundException" in gone.stderr


def test_export_as_yaml_is_a_fixed_point(aws, tmp_path):
    api, _ = create(aws, "exported")
    texts = []
    for number in range(2):
        stage = ["--rest-api-id", api, "--stage-name", "dev"]
        aws("create-deployment", *stage)
        file = tmp_path / f"export{number}.yaml"
        aws(
            *("get-export", *stage, "--export-type", "oas30", "--accepts", "application/yaml"),
            *("--parameters", "extensions=apigateway", str(file)),
        )
        document = yaml.safe_load(file.read_text())
        document.pop("servers")
        texts.append(document)
        api = aws("import-rest-api", "--body", f"fileb://{file}")["id"]
    assert texts[0] == texts[1]


def test_queries_and_pages(aws):
    api, _ = create(aws, "paged")
    root = aws("get-resources", "--rest-api-id", api, "--query", "items[?path=='/'].id | [0]")
    for number in range(4):
        aws(
            *("create-resource", "--rest-api-id", api, "--parent-id", root),
            *("--path-part", f"p{number}"),
        )
    listed = ["get-resources", "--rest-api-id", api]
    assert aws(*listed, "--page-size", "1", "--query", "length(items)") == 6
    page = aws(*listed, "--max-items", "2")
    assert len(page["items"]) == 2
    rest = aws(*listed, "--max-items", "10", "--starting-token", page["NextToken"])
    paths = [item["path"] for item in page["items"] + rest["items"]]
    assert sorted(paths) == ["/", "/p0", "/p1", "/p2", "/p3", "/pets"]
    embedded = aws(*listed, "--embed", "methods")
    (pets,) = (item for item in embedded["items"] if item["path"] == "/pets")
    assert pets["resourceMethods"]["GET"]["methodIntegration"]["type"] == "MOCK"


def test_keys_and_plans(aws, gateway):
    api, method = create(aws, "metered")
    aws(
        "update-method", *method, "--patch-operations", "op=replace,path=/apiKeyRequired,value=true"
    )
    aws("create-deployment", "--rest-api-id", api, "--stage-name", "dev")
    key = aws("create-api-key", "--name", unique("cli"), "--enabled")
    plan = aws(
        *("create-usage-plan", "--name", unique("cli")),
        *("--api-stages", f"apiId={api},stage=dev", "--query", "id"),
    )
    aws(
        "create-usage-plan-key",
        "--usage-plan-id",
        plan,
        "--key-id",
        key["id"],
        "--key-type",
        "API_KEY",
    )
    gateway.settle()
    assert gateway.invoke(api, "dev", "/pets").status == 403
    headers = {"x-api-key": key["value"]}
    assert gateway.invoke(api, "dev", "/pets", headers=headers).status == 200
    assert aws("get-api-key", "--api-key", key["id"], "--include-value")["value"] == key["value"]


def test_a_refusal_reads_as_with_aws(aws):
    done = aws.run("get-rest-api", "--rest-api-id", "absent0000")
    assert done.returncode != 0
    assert "NotFoundException" in done.stderr
    assert "Invalid API identifier specified 000000000000:absent0000" in done.stderr
