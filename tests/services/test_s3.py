"""S3 by path: any verb, greedy keys, bytes, and the status that S3's own does not select."""

import json

import pytest
from conftest import Services
from rest import Rest


@pytest.fixture
def bucket(services: Services) -> str:
    """A bucket with one object."""
    s3 = services.client("s3")
    s3.create_bucket(Bucket="photos")
    s3.delete_object(Bucket="photos", Key="test.json")
    s3.put_object(Bucket="photos", Key="a/b c+é.txt", Body=b"found", ContentType="text/plain")
    return "photos"


def greedy(rest: Rest, uri: str, **settings: object) -> None:
    """ANY /{object_path+}."""
    mapped = {
        "integration.request.path.object_path": "method.request.path.object_path",
        "integration.request.header.Content-Type": "method.request.header.Content-Type",
    }
    rest.method(
        "{object_path+}",
        "ANY",
        uri,
        ("path.object_path", "header.Content-Type"),
        integrationHttpMethod="ANY",
        requestParameters=mapped,
        response_headers=("ETag",),
        responses={
            "200": {
                "responseParameters": {
                    "method.response.header.ETag": "integration.response.header.ETag"
                }
            }
        },
        **settings,
    )


@pytest.mark.parametrize("uri", ["s3:path/{}/{{object_path}}", "{}.s3:path/{{object_path}}"])
def test_any_verb(rest: Rest, services: Services, bucket: str, role: str, uri: str) -> None:
    """As recorded: a key that is not there is 200 with S3's error."""
    greedy(rest, uri.format(bucket), credentials=role)
    rest.deploy()
    s3 = services.client("s3")

    def absent() -> None:
        answer = rest.call("/test.json", "GET")
        assert answer.status == 200
        assert b"<Code>NoSuchKey</Code>" in answer.body

    absent()
    for number in (1, 2):
        body = json.dumps({"put_id": number})
        answer = rest.call("/test.json", "PUT", headers={"Content-Type": "text/x"}, body=body)
        assert answer.status == 200
        assert answer.header("ETag")
        assert rest.call("/test.json", "GET").json() == {"put_id": number}
        kept = s3.get_object(Bucket=bucket, Key="test.json")
        assert (kept["Body"].read().decode(), kept["ContentType"]) == (body, "text/x")
    assert rest.call("/test.json", "DELETE").status == 200
    absent()
    assert rest.call("/a/b%20c%2B%C3%A9.txt", "GET").body == b"found"


def test_bytes(rest: Rest, services: Services, bucket: str) -> None:
    """A listed media type passes as it is, both ways."""
    rest.client.put_rest_api(
        restApiId=rest.id,
        mode="merge",
        body=json.dumps(
            {
                "openapi": "3.0.1",
                "info": {"title": "services", "version": "1"},
                "paths": {},
                "x-amazon-apigateway-binary-media-types": ["image/png"],
            }
        ),
    )
    greedy(rest, f"s3:path/{bucket}/{{object_path}}")
    rest.deploy()
    image = bytes(range(256)) * 1024
    headers = {"Content-Type": "image/png"}
    assert rest.call("/deep/er/image.png", "PUT", headers=headers, body=image).status == 200
    kept = services.client("s3").get_object(Bucket=bucket, Key="deep/er/image.png")
    assert kept["Body"].read() == image
    answer = rest.call("/deep/er/image.png", "GET", headers={"Accept": "image/png"})
    assert answer.body == image
