"""A stand-in for all services that keeps what it is sent, and assumes roles as STS does."""

import re
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from backends import Handler, serving


@dataclass
class Seen:
    """A request."""

    method: str
    target: str
    headers: dict[str, str]
    body: bytes

    def header(self, name: str) -> str:
        """The value of a header; the empty text without it."""
        return self.headers.get(name.lower(), "")


@dataclass
class Listener:
    """What was seen, and how roles are answered."""

    session_seconds: int
    refuses: bool
    text: str
    url: str = ""
    calls: list[Seen] = field(default_factory=list)
    lock: threading.Lock = field(default_factory=threading.Lock)

    def calls_of(self, service: str) -> list[Seen]:
        """Calls that were signed for a service."""
        scope = re.compile(rf"Credential=[^,]*/{service}/aws4_request,")
        return [call for call in self.calls if scope.search(call.header("Authorization"))]

    def answer(self, handler: Handler, body: bytes) -> None:
        """Keeps the request and answers it."""
        headers = {name.lower(): value for name, value in handler.headers.items()}
        with self.lock:
            self.calls.append(Seen(handler.command, handler.path, headers, body))
            number = len(self.calls_of("sts"))
        if b"Action=AssumeRole" not in body:
            handler.send(self.text.encode(), {"Content-Type": "application/json"})
        elif self.refuses:
            text = "<Error><Code>AccessDenied</Code><Message>You may not</Message></Error>"
            answer = f"<ErrorResponse>{text}</ErrorResponse>".encode()
            handler.send_response(403)
            handler.send_header("Content-Length", str(len(answer)))
            handler.end_headers()
            handler.wfile.write(answer)
        else:
            end = datetime.now(UTC) + timedelta(seconds=self.session_seconds)
            text = (
                "<AssumeRoleResponse><AssumeRoleResult><Credentials>"
                "<AccessKeyId>ASIALISTENER00000000</AccessKeyId>"
                "<SecretAccessKey>secret-of-the-session</SecretAccessKey>"
                f"<SessionToken>session-{number}</SessionToken>"
                f"<Expiration>{end:%Y-%m-%dT%H:%M:%SZ}</Expiration>"
                "</Credentials></AssumeRoleResult></AssumeRoleResponse>"
            )
            handler.send(text.encode(), {"Content-Type": "text/xml"})


@contextmanager
def listening(
    session_seconds: int = 3600, refuses: bool = False, answer: str = "{}"
) -> Iterator[Listener]:
    """A listener for as long as it is needed."""
    listener = Listener(session_seconds, refuses, answer)
    with serving(lambda handler, body: listener.answer(handler, body)) as backend:
        listener.url = backend.url
        yield listener
