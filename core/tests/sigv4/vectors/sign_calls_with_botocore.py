"""Makes outgoing.json: calls of services as botocore signs them, with a clock that stands still.

    python3 sign_calls_with_botocore.py > outgoing.json        (botocore from PyPI)
"""

import datetime
import json
import sys
from urllib.parse import urlsplit

import botocore
import botocore.auth
from botocore.auth import S3SigV4Auth, SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials

botocore.auth.get_current_datetime = lambda *_, **__: datetime.datetime(2026, 3, 4, 5, 6, 7)
KEY, SECRET, TOKEN = "AKIAIOSFODNN7EXAMPLE", "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY", "FwoGZXIvYXdzEHwaD+/=="
vectors = []


def sign(service, method, url, data="", token=None, **headers):
    headers = {name.replace("_", "-"): value for name, value in headers.items()}
    auth = S3SigV4Auth if service == "s3" else SigV4Auth
    request = AWSRequest(method, url, data=data.encode(), headers=headers)
    auth(Credentials(KEY, SECRET, token), service, "eu-west-1").add_auth(request)
    url = urlsplit(url)
    vectors.append({
        "service": service, "method": method, "target": (url.path or "/") + (f"?{url.query}" if url.query else ""),
        "host": url.netloc, "headers": list(headers.items()), "body": data, "token": token,
        "authorization": request.headers["Authorization"],
    })


JSON = "application/x-amz-json-1.0"
for token in (None, TOKEN):
    sign("states", "POST", "https://states.eu-west-1.amazonaws.com/", '{"input":"{}"}', token,
         Content_Type=JSON, X_Amz_Target="AWSStepFunctions.StartExecution")
    sign("dynamodb", "POST", "http://127.0.0.1:5000/", "{}", token, Content_Type=JSON,
         x_amz_target="DynamoDB_20120810.Scan")
    sign("sqs", "POST", "https://sqs.eu-west-1.amazonaws.com/000000000000/orders",
         "Action=SendMessage&MessageBody=%7B%22a%22%3A1%7D", token,
         Content_Type="application/x-www-form-urlencoded")
    sign("sns", "GET", "https://sns.eu-west-1.amazonaws.com/?Version=2010-03-31&Message=a%20b%2Bc&Action=Publish"
         "&TopicArn=arn%3Aaws%3Asns%3A%C3%A9&a=&A=2", "", token)
    sign("lambda", "POST", "https://lambda.eu-west-1.amazonaws.com/2015-03-31/functions/"
         "arn%3Aaws%3Alambda%3Aeu-west-1%3A000000000000%3Afunction%3Apets/invocations", '{"é":"✓"}', token,
         Content_Type="application/json", X_Amz_Invocation_Type="Event")
    for key in ("a.txt", "a/b/../c//d", "a%20b%2Bc%C3%A9", "%3A~-_.", "100%25", "", "x?acl", "x?b=2&a=%2F"):
        sign("s3", "GET", f"https://s3.eu-west-1.amazonaws.com/photos/{key}", "", token)
    sign("s3", "PUT", "https://photos.s3.eu-west-1.amazonaws.com/a.png", "bytes", token, Content_Type="image/png",
         x_amz_meta_owner="  ada   l ")

json.dump({"botocore": botocore.__version__, "access_key_id": KEY, "secret_access_key": SECRET, "vectors": vectors},
          sys.stdout, indent=1, ensure_ascii=False)
print()
