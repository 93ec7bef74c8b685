"""Signs requests by hand, so that tests can sign them wrongly."""

import datetime
from dataclasses import dataclass, field
from urllib.parse import urlsplit

import requests
from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials

import gateway as processes
from gateway import Gateway

TIME = "%Y%m%dT%H%M%SZ"


@dataclass
class Signer:
    """With what a request is signed; a test changes what it wants wrong."""

    access_key: str = processes.ACCESS_KEY_ID
    secret_key: str = processes.SECRET_ACCESS_KEY
    service: str = "apigateway"
    region: str = processes.REGION
    late_s: int = 0
    token: str | None = None


@dataclass
class Call:
    """A request of the management API."""

    method: str = "GET"
    path: str = "/restapis"
    body: bytes = b""
    headers: dict[str, str] = field(default_factory=lambda: {"Content-Type": "application/json"})


class ClockedAuth(SigV4Auth):
    """Signs as if the clock went wrong by so many seconds."""

    late_s = 0

    def _modify_request_before_signing(self, request: AWSRequest) -> None:
        # Here is the last place before the time enters the canonical request.
        now = datetime.datetime.now(datetime.UTC) - datetime.timedelta(seconds=self.late_s)
        request.context["timestamp"] = now.strftime(TIME)
        super()._modify_request_before_signing(request)


def signed(gateway: Gateway, call: Call, signer: Signer | None = None) -> dict[str, str]:
    """The headers of a call with its signature."""
    signer = signer or Signer()
    url = gateway.admin_url + call.path
    request = AWSRequest(call.method, url, dict(call.headers), call.body)
    auth = ClockedAuth(
        Credentials(signer.access_key, signer.secret_key, signer.token),
        signer.service,
        signer.region,
    )
    auth.late_s = signer.late_s
    auth.add_auth(request)
    return {**dict(request.headers.items()), "Host": urlsplit(url).netloc}


def send(
    gateway: Gateway,
    call: Call,
    headers: dict[str, str] | None = None,
    timeout_s: float = 60,
) -> requests.Response:
    """Sends a call with the given headers, or rightly signed."""
    headers = signed(gateway, call) if headers is None else headers
    return requests.request(
        call.method,
        gateway.admin_url + call.path,
        headers=headers,
        data=call.body or None,
        timeout=timeout_s,
        allow_redirects=False,
    )


def error_of(response: requests.Response) -> tuple[int, str, str]:
    """Status, code and message of a refusal."""
    code = response.headers.get("x-amzn-ErrorType", "").split(":")[0]
    return response.status_code, code, response.json().get("message", "")
