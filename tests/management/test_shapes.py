"""The check of answers against output shapes is itself held against right and wrong answers."""

import json
from datetime import UTC, datetime

import botocore.session
import pytest

from shapes import faults, unknown_members

MODEL = botocore.session.get_session().get_service_model("apigateway")
NOW = datetime(2026, 1, 2, tzinfo=UTC)


@pytest.mark.parametrize(
    ("operation", "answer", "found"),
    [
        ("GetRestApi", {"id": "a", "createdDate": NOW, "apiKeySource": "HEADER"}, 0),
        ("GetRestApi", {"id": 1}, 1),
        ("GetRestApi", {"createdDate": "2026-01-02"}, 1),
        ("GetRestApi", {"apiKeySource": "BODY"}, 1),
        ("GetRestApi", {"minimumCompressionSize": True}, 1),
        ("GetRestApi", {"disableExecuteApiEndpoint": "true"}, 1),
        ("GetRestApi", {"tags": ["a"]}, 1),
        ("GetRestApi", {"endpointConfiguration": {"types": ["EDGE", "NOWHERE"]}}, 1),
        ("GetResources", {"items": {"id": "a"}}, 1),
        ("GetResources", {"items": [{"resourceMethods": {"GET": {"httpMethod": 1}}}]}, 1),
        ("GetStage", {"canarySettings": {"percentTraffic": 5}}, 0),
        ("GetIntegrationResponse", {"responseTemplates": {"application/json": None}}, 0),
    ],
)
def test_faults(operation, answer, found):
    shape = MODEL.operation_model(operation).output_shape
    assert len(list(faults(shape, answer, operation))) == found


@pytest.mark.parametrize(
    ("operation", "wire", "strangers"),
    [
        ("GetRestApis", {"item": [{"id": "a"}]}, []),
        ("GetRestApis", {"items": []}, [".items"]),
        ("GetRestApis", {"item": [{"ID": "a"}]}, [".item[].ID"]),
        ("GetRestApi", {"endpointConfiguration": {"type": []}}, [".endpointConfiguration.type"]),
        ("DeleteRestApi", {}, []),
    ],
)
def test_unknown_members(operation, wire, strangers):
    model = MODEL.operation_model(operation)
    assert unknown_members(model, json.dumps(wire).encode()) == strangers
