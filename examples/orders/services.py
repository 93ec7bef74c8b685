"""The AWS services of the example, as moto plays them, with what the API needs in them.

python services.py [PORT]
"""

import json
import signal
import subprocess
import sys
import time
from typing import Any
from urllib.error import URLError
from urllib.request import urlopen

import boto3

PORT = 9002
START_S = 60.0
MACHINE = {
    "StartAt": "Packed",
    "States": {"Packed": {"Type": "Pass", "Next": "Sent"}, "Sent": {"Type": "Succeed"}},
}


def await_answer(url: str) -> None:
    """Returns as soon as somebody answers there."""
    end = time.monotonic() + START_S
    while True:
        try:
            urlopen(url, timeout=5).close()
        except (URLError, OSError):
            assert time.monotonic() < end, f"{url} does not answer"
            time.sleep(0.05)
        else:
            return


def furnish(url: str) -> None:
    """Makes the role, the state machine and the queue."""

    def client(service: str) -> Any:
        keys = {"aws_access_key_id": "test", "aws_secret_access_key": "test"}
        return boto3.client(service, endpoint_url=url, region_name="us-east-1", **keys)

    trust = {
        "Effect": "Allow",
        "Action": "sts:AssumeRole",
        "Principal": {"Service": "apigateway.amazonaws.com"},
    }
    policy = json.dumps({"Version": "2012-10-17", "Statement": [trust]})
    iam = client("iam")
    role = iam.create_role(RoleName="orders", AssumeRolePolicyDocument=policy)["Role"]["Arn"]
    definition = json.dumps(MACHINE)
    states = client("stepfunctions")
    states.create_state_machine(name="orders", definition=definition, roleArn=role)
    client("sqs").create_queue(QueueName="notes")


def main() -> None:
    """Serves until it is stopped."""
    port = int(sys.argv[1]) if len(sys.argv) > 1 else PORT
    command = [sys.executable, "-m", "moto.server", "-H", "127.0.0.1", "-p", str(port)]
    # SIGTERM leaves nothing running either.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    moto = subprocess.Popen(command)
    try:
        url = f"http://127.0.0.1:{port}"
        await_answer(f"{url}/moto-api/data.json")
        furnish(url)
        print(f"the services of the example answer at {url}", flush=True)
        moto.wait()
    except KeyboardInterrupt:
        pass
    finally:
        moto.terminate()
        moto.wait()


main()
