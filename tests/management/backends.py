"""Back ends on loopback that HTTP integrations call.

Each plays a part that a public service played when the answers were recorded.
"""

import json
import threading
import uuid
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlsplit

CONNECTION_HEADERS = {"connection", "keep-alive"}


@dataclass
class Backend:
    """Where a back end listens."""

    port: int

    @property
    def host(self) -> str:
        """Its host and port."""
        return f"127.0.0.1:{self.port}"

    @property
    def url(self) -> str:
        """Its root, without a slash at the end."""
        return f"http://{self.host}"


class Handler(BaseHTTPRequestHandler):
    """Reads a request whole and lets `answer` write the response."""

    protocol_version = "HTTP/1.1"
    server_version = "gunicorn/19.9.0"
    sys_version = ""
    answer: Callable[["Handler", bytes], None]

    def reply(self) -> None:
        """Answers a request of any method."""
        type(self).answer(self, self.rfile.read(int(self.headers.get("Content-Length") or 0)))

    do_GET = do_POST = do_PUT = do_PATCH = do_DELETE = do_OPTIONS = do_HEAD = reply

    def version_string(self) -> str:
        """The Server header."""
        return self.server_version

    def log_message(self, format: str, *args: object) -> None:
        """Keeps quiet."""

    def send(self, body: bytes, headers: dict[str, str], server: bool = True) -> None:
        """Writes a whole response with status 200."""
        if server:
            self.send_response(200)
        else:
            self.send_response_only(200)
            self.send_header("Date", self.date_time_string())
        for name, value in headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)

    def arguments(self) -> dict[str, str]:
        """The query, with the values of one name joined by commas."""
        query = parse_qs(urlsplit(self.path).query, keep_blank_values=True)
        return {name: ",".join(values) for name, values in query.items()}


def parrot_answer(self: Handler, body: bytes) -> None:
    """The body as it came, with its media type."""
    self.send(body, {"Content-Type": self.headers.get("Content-Type", "application/json")})


def echo_answer(self: Handler, body: bytes) -> None:
    """The request as JSON, and what a page that any origin may read adds."""
    # WSGI servers know no other spelling of a name.
    headers = {name.title(): value for name, value in self.headers.items()}
    headers = {n: v for n, v in headers.items() if n.lower() not in CONNECTION_HEADERS}
    text = json.dumps({"args": self.arguments(), "data": body.decode(), "headers": headers})
    self.send(
        text.encode(),
        {
            "Connection": "keep-alive",
            "Content-Type": "application/json",
            "Access-Control-Allow-Origin": "*",
            "Access-Control-Allow-Credentials": "true",
        },
    )


def url_function_answer(self: Handler, body: bytes) -> None:
    """The event of a function URL: its front adds headers to the request and to the response."""
    headers = {name.lower(): value for name, value in self.headers.items()}
    headers = {n: v for n, v in headers.items() if n not in CONNECTION_HEADERS}
    # The front of a function adds its own part to the trace.
    headers["x-amzn-trace-id"] = f"Self=1-0-0;{headers.get('x-amzn-trace-id', '')}"
    headers |= {
        "x-amzn-tls-cipher-suite": "TLS_AES_128_GCM_SHA256",
        "x-amzn-tls-version": "TLSv1.3",
        "x-forwarded-for": self.client_address[0],
        "x-forwarded-port": "443",
        "x-forwarded-proto": "https",
    }
    event = {
        "args": self.arguments(),
        "data": json.loads(body) if body else "",
        "headers": headers,
        "origin": self.client_address[0],
        "domain": headers["host"],
        "method": self.command,
        "path": urlsplit(self.path).path,
    }
    self.send(
        json.dumps(event).encode(),
        {
            "Connection": "keep-alive",
            "Content-Type": "application/json",
            "x-amzn-RequestId": str(uuid.uuid4()),
            "X-Amzn-Trace-Id": f"root=1-{uuid.uuid4().hex[:8]}-{uuid.uuid4().hex[:24]};sampled=0",
        },
        server=False,
    )


@contextmanager
def serving(answer: Callable[[Handler, bytes], None]) -> Iterator[Backend]:
    """A back end for as long as it is needed."""
    handler = type("BackendHandler", (Handler,), {"answer": answer})
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield Backend(server.server_address[1])
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def parrot() -> AbstractContextManager[Backend]:
    """Answers with the body of the request."""
    return serving(parrot_answer)


def echo() -> AbstractContextManager[Backend]:
    """Answers with the request as JSON."""
    return serving(echo_answer)


def url_function() -> AbstractContextManager[Backend]:
    """Answers as a function behind a URL that echoes its event."""
    return serving(url_function_answer)
