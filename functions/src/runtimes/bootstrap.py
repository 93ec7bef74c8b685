"""Speaks the Lambda Runtime API for a Python function; needs nothing but the standard library."""

import http.client
import importlib
import json
import os
import sys
import time
import traceback

API = "/2018-06-01/runtime"


class ClientContext:
    def __init__(self, given):
        self.custom = given.get("custom")
        self.env = given.get("env")
        self.client = given.get("client")


class Identity:
    def __init__(self, given):
        self.cognito_identity_id = given.get("cognitoIdentityId")
        self.cognito_identity_pool_id = given.get("cognitoIdentityPoolId")


class Context:
    """https://docs.aws.amazon.com/lambda/latest/dg/python-context.html"""

    def __init__(self, headers):
        environment = os.environ
        self.aws_request_id = headers["Lambda-Runtime-Aws-Request-Id"]
        self.invoked_function_arn = headers["Lambda-Runtime-Invoked-Function-Arn"]
        self.function_name = environment["AWS_LAMBDA_FUNCTION_NAME"]
        self.function_version = environment["AWS_LAMBDA_FUNCTION_VERSION"]
        self.memory_limit_in_mb = environment["AWS_LAMBDA_FUNCTION_MEMORY_SIZE"]
        self.log_group_name = environment["AWS_LAMBDA_LOG_GROUP_NAME"]
        self.log_stream_name = environment["AWS_LAMBDA_LOG_STREAM_NAME"]
        client = headers["Lambda-Runtime-Client-Context"]
        self.client_context = ClientContext(json.loads(client)) if client else None
        identity = headers["Lambda-Runtime-Cognito-Identity"]
        self.identity = Identity(json.loads(identity) if identity else {})
        self._deadline_ms = int(headers["Lambda-Runtime-Deadline-Ms"])

    def get_remaining_time_in_millis(self):
        return max(self._deadline_ms - int(time.time() * 1000), 0)


class Connection:
    def __init__(self):
        self.http = http.client.HTTPConnection(os.environ["AWS_LAMBDA_RUNTIME_API"])

    def call(self, method, path, body=None, headers={}):
        self.http.request(method, API + path, body, headers)
        answer = self.http.getresponse()
        return answer, answer.read()


def failure(error, request_id):
    frames = traceback.extract_tb(error.__traceback__)
    own = [frame for frame in frames if frame.filename != __file__ and "importlib" not in frame.filename]
    return {
        "errorMessage": str(error),
        "errorType": type(error).__name__,
        "requestId": request_id,
        "stackTrace": traceback.format_list(own),
    }


def told(report):
    """The error in the log, as AWS's own client writes it."""
    lines = "".join(report["stackTrace"])
    trace = "\nTraceback (most recent call last):\n" + lines if lines else ""
    print("[ERROR] %s: %s%s" % (report["errorType"], report["errorMessage"], trace), flush=True)
    return json.dumps(report).encode()


def find(handler):
    """The function, or what is said about its absence."""
    module, dot, name = handler.rpartition(".")
    if not dot or not module or not name:
        return None, {
            "errorMessage": "Bad handler '%s': not enough values to unpack (expected 2, got 1)" % handler,
            "errorType": "Runtime.MalformedHandlerName",
            "requestId": "",
            "stackTrace": [],
        }
    try:
        loaded = importlib.import_module(module.replace("/", "."))
    except ImportError as error:
        report = failure(error, "")
        report["errorMessage"] = "Unable to import module '%s': %s" % (module, error)
        report["errorType"] = "Runtime.ImportModuleError"
        report["stackTrace"] = []
        return None, report
    except SyntaxError as error:
        report = failure(error, "")
        report["errorMessage"] = "Syntax error in module '%s': %s" % (module, error)
        report["errorType"] = "Runtime.UserCodeSyntaxError"
        report["stackTrace"] = ['  File "%s" Line %s\n    %s\n' % (error.filename, error.lineno, error.text)]
        return None, report
    except Exception as error:
        return None, failure(error, "")
    if not hasattr(loaded, name):
        return None, {
            "errorMessage": "Handler '%s' missing on module '%s'" % (name, module),
            "errorType": "Runtime.HandlerNotFound",
            "requestId": "",
            "stackTrace": [],
        }
    return getattr(loaded, name), None


def answer(function, body, context):
    """The result as JSON, and whether it is an error."""
    try:
        event = json.loads(body)
    except ValueError as error:
        report = failure(error, context.aws_request_id)
        report["errorMessage"] = "Unable to unmarshal input: %s" % error
        report["errorType"] = "Runtime.UnmarshalError"
        report["stackTrace"] = []
        return told(report), report["errorType"]
    try:
        result = function(event, context)
    except Exception as error:
        report = failure(error, context.aws_request_id)
        return told(report), report["errorType"]
    try:
        return json.dumps(result, ensure_ascii=False).encode(), None
    except Exception as error:
        report = failure(error, context.aws_request_id)
        report["errorMessage"] = "Unable to marshal response: %s" % error
        report["errorType"] = "Runtime.MarshalError"
        report["stackTrace"] = []
        return told(report), report["errorType"]


def serve(handler):
    sys.path.insert(0, os.environ["LAMBDA_TASK_ROOT"])
    connection = Connection()
    function, report = find(handler)
    if report:
        header = {"Lambda-Runtime-Function-Error-Type": report["errorType"]}
        connection.call("POST", "/init/error", told(report), header)
        sys.exit(1)
    while True:
        head, body = connection.call("GET", "/invocation/next")
        if head.status != 200:
            sys.exit(1)
        trace = head.headers["Lambda-Runtime-Trace-Id"]
        if trace:
            os.environ["_X_AMZN_TRACE_ID"] = trace
        context = Context(head.headers)
        result, error = answer(function, body, context)
        sys.stdout.flush()
        sys.stderr.flush()
        path = "/invocation/%s/%s" % (context.aws_request_id, "error" if error else "response")
        headers = {"Content-Type": "application/json"}
        if error:
            headers["Lambda-Runtime-Function-Error-Type"] = error
        connection.call("POST", path, result, headers)


if __name__ == "__main__":
    # The folder of this file is no place where a function's modules are.
    sys.path.pop(0)
    serve(sys.argv[1])
