"""Calls every operation of the service at least once, in groups that stand alone.

A group makes what it needs, so that one that fails takes no other with it.
"""

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from botocore import xform_name

from answers import Answer
from apis import LOOPBACK_FUNCTION, mock_definition, patch, put_mock, unique

BALANCER = (
    "arn:aws:elasticloadbalancing:us-east-1:000000000000:loadbalancer/net/test/0123456789abcdef"
)
CERTIFICATE = "arn:aws:acm:us-east-1:000000000000:certificate/01234567-89ab-cdef-0123-456789abcdef"
SCHEMA = json.dumps({"type": "object", "properties": {"a": {"type": "string"}}})
DESCRIBE = [patch("replace", "/description", "described")]


@dataclass
class Outcome:
    """What one call came to."""

    status: int
    answer: Answer
    wire: bytes


@dataclass
class Exercise:
    """Calls operations by their names in the model and keeps what they answered."""

    client: Any
    outcomes: dict[str, list[Outcome]] = field(default_factory=dict)
    failures: dict[str, str] = field(default_factory=dict)
    wire: bytes = b""

    def __post_init__(self) -> None:
        self.client.meta.events.register("response-received.api-gateway", self._keep_wire)

    def _keep_wire(self, response_dict: dict | None, **_: Any) -> None:
        body = (response_dict or {}).get("body")
        self.wire = body if isinstance(body, bytes) else b""

    def __call__(self, operation: str, /, **parameters: Any) -> Answer:
        """Calls an operation and keeps its answer; an error goes on to the group."""
        self.wire = b""
        answer = getattr(self.client, xform_name(operation))(**parameters)
        status = answer["ResponseMetadata"]["HTTPStatusCode"]
        self.outcomes.setdefault(operation, []).append(Outcome(status, answer, self.wire))
        return answer

    def run(self, groups: list[Callable[["Exercise"], None]]) -> None:
        """Runs all groups, whatever becomes of each."""
        for group in groups:
            try:
                group(self)
            except Exception as error:
                self.failures[group.__name__] = f"{type(error).__name__}: {error}"


def new_api(call: Exercise) -> tuple[str, str]:
    """An API with a mocked method on its root."""
    api = call("CreateRestApi", name=unique("exercise"), description="exercised")
    put_mock(call.client, api["id"], api["rootResourceId"], '{"ok": true}')
    return api["id"], api["rootResourceId"]


def rest_apis(call: Exercise) -> None:
    """APIs, import and tags."""
    api, _ = new_api(call)
    call("GetRestApi", restApiId=api)
    call("GetRestApis", limit=5)
    call("UpdateRestApi", restApiId=api, patchOperations=DESCRIBE)
    call("PutRestApi", restApiId=api, mode="merge", body=mock_definition("put"))
    imported = call("ImportRestApi", body=mock_definition("imported"))["id"]
    arn = f"arn:aws:apigateway:us-east-1::/restapis/{api}"
    call("TagResource", resourceArn=arn, tags={"team": "a", "cost": "b"})
    call("GetTags", resourceArn=arn)
    call("UntagResource", resourceArn=arn, tagKeys=["cost"])
    call("DeleteRestApi", restApiId=imported)


def resources_and_methods(call: Exercise) -> None:
    """Resources, methods, integrations and what they answer."""
    api, root = new_api(call)
    created = call("CreateResource", restApiId=api, parentId=root, pathPart="pets")["id"]
    place = {"restApiId": api, "resourceId": created, "httpMethod": "GET"}
    answer = {**place, "statusCode": "200"}
    call("PutMethod", **place, authorizationType="NONE", requestModels={"text/a": "Empty"})
    call("PutMethodResponse", **answer, responseModels={"application/json": "Empty"})
    call(
        "PutIntegration",
        **place,
        type="MOCK",
        requestTemplates={"application/json": '{"statusCode": 200}'},
    )
    call("PutIntegrationResponse", **answer, responseTemplates={"application/json": "{}"})
    call("GetResource", restApiId=api, resourceId=created, embed=["methods"])
    call("GetResources", restApiId=api, embed=["methods"])
    call("GetMethod", **place)
    call("GetMethodResponse", **answer)
    call("GetIntegration", **place)
    call("GetIntegrationResponse", **answer)
    naming = [patch("replace", "/operationName", "ListPets")]
    call("UpdateMethod", **place, patchOperations=naming)
    header = "/responseParameters/method.response.header.X-Pet"
    call("UpdateMethodResponse", **answer, patchOperations=[patch("add", header, "false")])
    call(
        "UpdateIntegration",
        **place,
        patchOperations=[patch("replace", "/timeoutInMillis", "1000")],
    )
    call("UpdateIntegrationResponse", **answer, patchOperations=[patch("add", header, "'cat'")])
    call("TestInvokeMethod", **place, pathWithQueryString="/pets")
    call(
        "UpdateResource",
        restApiId=api,
        resourceId=created,
        patchOperations=[patch("replace", "/pathPart", "dogs")],
    )
    call("DeleteIntegrationResponse", **answer)
    call("DeleteIntegration", **place)
    call("DeleteMethodResponse", **answer)
    call("DeleteMethod", **place)
    call("DeleteResource", restApiId=api, resourceId=created)


def deployments_and_stages(call: Exercise) -> None:
    """Deployments, stages, their caches, export and SDKs."""
    api, _ = new_api(call)
    first = call("CreateDeployment", restApiId=api, stageName="dev")["id"]
    unused = call("CreateDeployment", restApiId=api, description="unused")["id"]
    stage = {"restApiId": api, "stageName": "dev"}
    deployment = {"restApiId": api, "deploymentId": unused}
    call("GetDeployment", **deployment)
    call("GetDeployments", restApiId=api)
    call("UpdateDeployment", **deployment, patchOperations=DESCRIBE)
    call(
        "CreateStage",
        restApiId=api,
        stageName="other",
        deploymentId=first,
        variables={"a": "b"},
        tags={"team": "a"},
    )
    call("GetStage", **stage)
    call("GetStages", restApiId=api)
    call("UpdateStage", **stage, patchOperations=DESCRIBE)
    call("FlushStageCache", **stage)
    call("FlushStageAuthorizersCache", **stage)
    call("GetExport", **stage, exportType="oas30", accepts="application/json")
    call("DeleteStage", restApiId=api, stageName="other")
    call("DeleteDeployment", **deployment)


def kits(call: Exercise) -> None:
    """The types of SDKs; the last call may be refused, so it comes last."""
    api, _ = new_api(call)
    call("CreateDeployment", restApiId=api, stageName="dev")
    call("GetSdkTypes")
    call("GetSdkType", id="javascript")
    call("GetSdk", restApiId=api, stageName="dev", sdkType="javascript")


def models_and_validators(call: Exercise) -> None:
    """Models, request validators and gateway responses."""
    api, _ = new_api(call)
    model = {"restApiId": api, "modelName": "Pet"}
    call("CreateModel", restApiId=api, name="Pet", contentType="application/json", schema=SCHEMA)
    call("GetModel", **model, flatten=True)
    call("GetModels", restApiId=api)
    call("GetModelTemplate", **model)
    call("UpdateModel", **model, patchOperations=DESCRIBE)
    call("DeleteModel", **model)
    made = call("CreateRequestValidator", restApiId=api, name="all", validateRequestBody=True)
    validator = {"restApiId": api, "requestValidatorId": made["id"]}
    call("GetRequestValidator", **validator)
    call("GetRequestValidators", restApiId=api)
    call(
        "UpdateRequestValidator",
        **validator,
        patchOperations=[patch("replace", "/name", "renamed")],
    )
    call("DeleteRequestValidator", **validator)
    kind = {"restApiId": api, "responseType": "DEFAULT_5XX"}
    call("PutGatewayResponse", **kind, statusCode="500")
    call("GetGatewayResponse", **kind)
    call("GetGatewayResponses", restApiId=api)
    status = patch("replace", "/statusCode", "503")
    call("UpdateGatewayResponse", **kind, patchOperations=[status])
    call("DeleteGatewayResponse", **kind)


def authorizers(call: Exercise) -> None:
    """Authorizers."""
    api, _ = new_api(call)
    made = call(
        "CreateAuthorizer",
        restApiId=api,
        name="token",
        type="TOKEN",
        authorizerUri=LOOPBACK_FUNCTION,
        identitySource="method.request.header.Authorization",
        authorizerResultTtlInSeconds=60,
    )
    authorizer = {"restApiId": api, "authorizerId": made["id"]}
    call("GetAuthorizer", **authorizer)
    call("GetAuthorizers", restApiId=api)
    renaming = [patch("replace", "/name", "renamed")]
    call("UpdateAuthorizer", **authorizer, patchOperations=renaming)
    call("TestInvokeAuthorizer", **authorizer, headers={"Authorization": "allow"})
    call("DeleteAuthorizer", **authorizer)


def documentation(call: Exercise) -> None:
    """Documentation parts and versions."""
    api, _ = new_api(call)
    properties = json.dumps({"description": "documented"})
    made = call(
        "CreateDocumentationPart",
        restApiId=api,
        location={"type": "METHOD", "path": "/", "method": "GET"},
        properties=properties,
    )
    part = {"restApiId": api, "documentationPartId": made["id"]}
    call("GetDocumentationPart", **part)
    call("GetDocumentationParts", restApiId=api)
    changed = patch("replace", "/properties", json.dumps({"description": "changed"}))
    call("UpdateDocumentationPart", **part, patchOperations=[changed])
    parts = {
        "openapi": "3.0.1",
        "info": {"title": "parts", "version": "1"},
        "x-amazon-apigateway-documentation": {
            "version": "1",
            "documentationParts": [
                {"location": {"type": "API"}, "properties": {"description": "imported"}}
            ],
        },
    }
    call("ImportDocumentationParts", restApiId=api, mode="merge", body=json.dumps(parts))
    version = {"restApiId": api, "documentationVersion": "v1"}
    call("CreateDocumentationVersion", **version)
    call("GetDocumentationVersion", **version)
    call("GetDocumentationVersions", restApiId=api)
    call("UpdateDocumentationVersion", **version, patchOperations=DESCRIBE)
    call("DeleteDocumentationVersion", **version)
    call("DeleteDocumentationPart", **part)


def keys_and_plans(call: Exercise) -> None:
    """API keys, usage plans and usage."""
    api, _ = new_api(call)
    call("CreateDeployment", restApiId=api, stageName="dev")
    key = call("CreateApiKey", name=unique("key"), enabled=True)["id"]
    call("GetApiKey", apiKey=key, includeValue=True)
    call("GetApiKeys", limit=5)
    call("UpdateApiKey", apiKey=key, patchOperations=DESCRIBE)
    value = unique("imported-value-of-a-key")
    table = f"name,key,description,enabled\n{unique('imported')},{value},by file,true\n"
    call("ImportApiKeys", body=table, format="csv")
    plan = call(
        "CreateUsagePlan",
        name=unique("plan"),
        apiStages=[{"apiId": api, "stage": "dev"}],
        quota={"limit": 100, "period": "MONTH"},
        throttle={"rateLimit": 10, "burstLimit": 5},
    )["id"]
    both = {"usagePlanId": plan, "keyId": key}
    call("GetUsagePlan", usagePlanId=plan)
    call("GetUsagePlans", limit=5)
    call("UpdateUsagePlan", usagePlanId=plan, patchOperations=DESCRIBE)
    call("CreateUsagePlanKey", **both, keyType="API_KEY")
    call("GetUsagePlanKey", **both)
    call("GetUsagePlanKeys", usagePlanId=plan)
    today = datetime.now(UTC).date()
    call("GetUsage", usagePlanId=plan, startDate=f"{today:%Y-%m-01}", endDate=f"{today}")
    call("UpdateUsage", **both, patchOperations=[patch("replace", "/remaining", "50")])
    call("DeleteUsagePlanKey", **both)
    detached = patch("remove", "/apiStages", f"{api}:dev")
    call("UpdateUsagePlan", usagePlanId=plan, patchOperations=[detached])
    call("DeleteUsagePlan", usagePlanId=plan)
    call("DeleteApiKey", apiKey=key)


def account(call: Exercise) -> None:
    """The account, client certificates and VPC links."""
    call("GetAccount")
    role = "arn:aws:iam::000000000000:role/logs"
    call("UpdateAccount", patchOperations=[patch("replace", "/cloudwatchRoleArn", role)])
    made = call("GenerateClientCertificate", description="exercised", tags={"team": "a"})
    certificate = {"clientCertificateId": made["clientCertificateId"]}
    call("GetClientCertificate", **certificate)
    call("GetClientCertificates")
    call("UpdateClientCertificate", **certificate, patchOperations=DESCRIBE)
    call("DeleteClientCertificate", **certificate)
    link = call("CreateVpcLink", name=unique("link"), targetArns=[BALANCER])["id"]
    call("GetVpcLink", vpcLinkId=link)
    call("GetVpcLinks")
    call("UpdateVpcLink", vpcLinkId=link, patchOperations=DESCRIBE)
    call("DeleteVpcLink", vpcLinkId=link)


def domain_names(call: Exercise) -> None:
    """Custom domain names and their base path mappings."""
    api, _ = new_api(call)
    call("CreateDeployment", restApiId=api, stageName="dev")
    name = f"{unique('public')}.example.com"
    call(
        "CreateDomainName",
        domainName=name,
        regionalCertificateArn=CERTIFICATE,
        endpointConfiguration={"types": ["REGIONAL"]},
    )
    call("GetDomainName", domainName=name)
    call("GetDomainNames", limit=5)
    policy = patch("replace", "/securityPolicy", "TLS_1_2")
    call("UpdateDomainName", domainName=name, patchOperations=[policy])
    mapping = {"domainName": name, "basePath": "v1"}
    call("CreateBasePathMapping", **mapping, restApiId=api, stage="dev")
    call("GetBasePathMapping", **mapping)
    call("GetBasePathMappings", domainName=name)
    moved = patch("replace", "/basePath", "v2")
    call("UpdateBasePathMapping", **mapping, patchOperations=[moved])
    call("DeleteBasePathMapping", domainName=name, basePath="v2")
    call("DeleteDomainName", domainName=name)


def access_associations(call: Exercise) -> None:
    """Who may reach a private domain name."""
    made = call(
        "CreateDomainName",
        domainName=f"{unique('private')}.example.com",
        certificateArn=CERTIFICATE,
        endpointConfiguration={"types": ["PRIVATE"]},
    )

    def associate(endpoint):
        return call(
            "CreateDomainNameAccessAssociation",
            domainNameArn=made["domainNameArn"],
            accessAssociationSourceType="VPCE",
            accessAssociationSource=endpoint,
        )["domainNameAccessAssociationArn"]

    kept, rejected = associate("vpce-0123456789abcdef0"), associate("vpce-0123456789abcdef1")
    call("GetDomainNameAccessAssociations")
    call(
        "RejectDomainNameAccessAssociation",
        domainNameAccessAssociationArn=rejected,
        domainNameArn=made["domainNameArn"],
    )
    call("DeleteDomainNameAccessAssociation", domainNameAccessAssociationArn=kept)


GROUPS = [
    rest_apis,
    resources_and_methods,
    deployments_and_stages,
    kits,
    models_and_validators,
    authorizers,
    documentation,
    keys_and_plans,
    account,
    domain_names,
    access_associations,
]
