"""A function that says hello."""


def handler(event: dict, context: object) -> dict:
    """Answers as AWS_PROXY wants it."""
    return {"statusCode": 200, "body": "hello"}
