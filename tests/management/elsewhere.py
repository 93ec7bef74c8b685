"""Which recorded answers need a service of AWS that Ringway is not.

Whole recordings are named by test, single answers by test and name. What is not listed here is to
be reproduced.
"""

from recordings import Recording

WHOLE_MODULES = {
    "test_apigateway_dynamodb": "DynamoDB",
    "test_apigateway_kinesis": "Kinesis",
    "test_apigateway_lambda_cfn": "CloudFormation",
    "test_apigateway_sqs": "SQS",
    "test_apigateway_ssm": "SSM",
}
WHOLE_TESTS = {
    "test_apigateway_s3_any": "S3",
    "test_aws_proxy_response_payload_format_validation": "Lambda",
    "test_lambda_aws_proxy_integration_non_post_method": "Lambda",
    "test_lambda_aws_proxy_integration_request_data_mapping": "Lambda",
    "test_lambda_selection_patterns": "Lambda",
}
ANSWERS = {
    ("test_create_execute_api_vpc_endpoint", "endpoint-details"): "EC2",
    ("test_lambda_aws_integration", "lambda-aws-integration"): "Lambda",
}
# In the recordings with S3, API Gateway itself gave only these.
OF_API_GATEWAY = ("put-integration", "get-integration")


def service_needed(recording: Recording, answer: str) -> str | None:
    """The service without which an answer cannot be had, if any."""
    if recording.module == "test_apigateway_s3" and answer.startswith(OF_API_GATEWAY):
        return None
    if recording.module == "test_apigateway_s3":
        return "S3"
    return (
        WHOLE_MODULES.get(recording.module)
        or WHOLE_TESTS.get(recording.test)
        or ANSWERS.get((recording.test, answer))
    )


def to_reproduce(recording: Recording) -> list[str]:
    """The answers of a recording that need nothing but API Gateway."""
    return [name for name in recording.answers if not service_needed(recording, name)]
