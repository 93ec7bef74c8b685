"""Recorded answers about documentation parts and versions."""

import json

from apis import create_api, patch
from recordings import definition

MISSING_API = "test-fake-rest-id"
PROPERTIES = json.dumps({"foo": "bar"})


class TestApiGatewayApiDocumentationPart:
    def test_doc_parts_crud_no_api(self, client, recorded):
        recorded(
            "wrong-rest-api-id-create-doc-part",
            client.create_documentation_part,
            restApiId=MISSING_API,
            location={"type": "API"},
            properties=PROPERTIES,
        )
        recorded(
            "wrong-rest-api-id-get-doc-parts",
            client.get_documentation_parts,
            restApiId=MISSING_API,
        )

    def test_invalid_get_documentation_part(self, client, recorded):
        api, _ = create_api(client)
        part = client.create_documentation_part(
            restApiId=api, location={"type": "API"}, properties=PROPERTIES
        )["id"]
        for name, names in {
            "api": {"restApiId": "api_id", "documentationPartId": part},
            "doc": {"restApiId": api, "documentationPartId": "part_id"},
        }.items():
            recorded(
                f"get-documentation-part-invalid-{name}-id",
                client.get_documentation_part,
                **names,
            )

    def test_invalid_get_documentation_parts(self, client, recorded):
        # The name is written so in the recording.
        recorded(
            "get-inavlid-documentation-parts", client.get_documentation_parts, restApiId="api_id"
        )

    def test_import_documentation_parts(self, client, recorded):
        text = definition("oas30_documentation_parts.json")
        api = client.import_rest_api(body=text)["id"]
        recorded(
            "get-documentations-parts-after-api-imports",
            client.get_documentation_parts,
            restApiId=api,
        )
        recorded(
            "import-documentation-parts",
            client.import_documentation_parts,
            restApiId=api,
            mode="overwrite",
            body=text,
        )
        recorded(
            "get-documentations-parts-after-import",
            client.get_documentation_parts,
            restApiId=api,
        )

    def test_import_documentation_parts_bad_file(self, client, recorded):
        api, _ = create_api(client)
        for kind, text in {"yaml": "swagger: '2.0'\n  paths: [", "json": '{"swagger": '}.items():
            recorded(
                f"import-documentation-parts-bad-{kind}-file",
                client.import_documentation_parts,
                restApiId=api,
                mode="overwrite",
                body=text,
            )


class TestDocumentations:
    def test_documentation_parts_and_versions(self, client, recorded):
        api, _ = create_api(client)
        version = {"restApiId": api, "documentationVersion": "v123"}
        recorded(
            "create-part-response",
            client.create_documentation_part,
            restApiId=api,
            location={"type": "API"},
            properties=PROPERTIES,
        )
        recorded("get-parts-response", client.get_documentation_parts, restApiId=api)
        recorded("create-version-response", client.create_documentation_version, **version)
        recorded(
            "update-version-response",
            client.update_documentation_version,
            **version,
            patchOperations=[patch("replace", "/description", "doc version new")],
        )
        recorded("get-version-response", client.get_documentation_version, **version)
