"""Functions behind the gateway: warm, many at once, cold; and other programs beside it.

Run by scripts/bench-functions, which builds and installs what is used here.
"""

import argparse
import http.client
import json
import os
import shutil
import signal
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit

HERE = Path(__file__).parent
ARN = "arn:aws:apigateway:us-east-1:lambda:path/2015-03-31/functions/"
FUNCTION = "arn:aws:lambda:us-east-1:000000000000:function:"
HTTP, ADMIN, LAMBDA, OFFLINE = (f"127.0.0.1:{port}" for port in (18080, 18081, 18082, 18083))
CONNECTIONS = 32
RUNTIMES = {
    "rust": ("provided.al2023", ""),
    "python": ("python3.12", "app.handler"),
    "node": ("nodejs20.x", "app.handler"),
}


def definition(folder: Path, bootstrap: Path) -> Path:
    """A settings file with one function a runtime, each behind a path of its name."""
    paths = {}
    functions = []
    for name, (runtime, handler) in RUNTIMES.items():
        integration = {
            "type": "aws_proxy",
            "httpMethod": "POST",
            "uri": f"{ARN}{FUNCTION}{name}/invocations",
        }
        operation = {"responses": {}, "x-amazon-apigateway-integration": integration}
        paths[f"/{name}"] = {"get": operation}
        shutil.copytree(HERE / name, folder / name)
        functions.append(
            {"functionName": name, "runtime": runtime, "handler": handler, "code": name}
        )
    shutil.copy(bootstrap, folder / "rust/bootstrap")
    info = {"title": "functions", "version": "1"}
    api = {"openapi": "3.0.1", "info": info, "paths": paths}
    (folder / "openapi.json").write_text(json.dumps(api))
    settings = {
        "account": {"throttleSettings": {"rateLimit": 1000000, "burstLimit": 100000}},
        "apis": [{"openapi": "openapi.json", "stages": [{"stageName": "dev"}]}],
        "functions": functions,
    }
    (folder / "ringway.json").write_text(json.dumps(settings))
    return folder / "ringway.json"


def answers(url: str) -> bool:
    """Whether a GET is answered with the function's answer."""
    try:
        return get(url)[1] == b"hello"
    except (OSError, http.client.HTTPException):
        return False


def get(url: str) -> tuple[float, bytes]:
    """Seconds and body of one request on a connection of its own, which is open before."""
    parts = urlsplit(url)
    connection = http.client.HTTPConnection(parts.netloc, timeout=30)
    connection.connect()
    began = time.perf_counter()
    connection.request("GET", parts.path)
    body = connection.getresponse().read()
    took = time.perf_counter() - began
    connection.close()
    return took, body


@contextmanager
def running(command: list[str], url: str, seconds: float, **options: object) -> Iterator[int]:
    """A program that answers at a URL while this lasts; its process."""
    with tempfile.TemporaryFile() as output:
        process = subprocess.Popen(
            command, stdout=output, stderr=subprocess.STDOUT, start_new_session=True, **options
        )
        try:
            until = time.monotonic() + seconds
            while not answers(url):
                if process.poll() is not None or time.monotonic() > until:
                    output.seek(0)
                    sys.exit(f"{command[0]} does not answer:\n{output.read().decode()}")
                time.sleep(0.05)
            yield process.pid
        finally:
            os.killpg(process.pid, signal.SIGTERM)
            process.wait()


def load(bench: str, url: str, connections: int, seconds: int) -> dict:
    """What the load generator measures."""
    command = [bench, "load", "--url", url, "--connections", str(connections)]
    command += ["--seconds", str(seconds), "--warmup", "2", "--json"]
    return json.loads(subprocess.run(command, check=True, capture_output=True).stdout)


def processes(gateway: int, folder: Path) -> list[int]:
    """Processes of functions: children of the gateway that work in the folder of their code."""
    found = []
    for entry in Path("/proc").iterdir():
        try:
            if entry.name.isdigit() and folder in Path(os.readlink(entry / "cwd")).parents:
                found.append(int(entry.name))
        except OSError:
            continue
    return [process for process in found if process != gateway]


def cold(gateway: int, folder: Path, url: str, count: int) -> list[float]:
    """Milliseconds of requests that each start a process."""
    times = []
    for _ in range(count):
        for process in processes(gateway, folder):
            os.kill(process, signal.SIGKILL)
            while Path(f"/proc/{process}").exists():
                time.sleep(0.001)
        took, body = get(url)
        assert body == b"hello", body
        times.append(took * 1e3)
    return times


def checked(name: str, measured: dict) -> dict:
    """A measurement in which everything was answered with 200."""
    statuses = {status: count for status, count in measured["statuses"].items() if count}
    if set(statuses) != {"200"} or measured["errors"]:
        sys.exit(f"{name}: statuses {statuses}, {measured['errors']} errors")
    return measured


def both(bench: str, name: str, url: str, seconds: int) -> dict:
    """One connection, and many."""
    return {
        "one": checked(name, load(bench, url, 1, seconds)),
        "many": checked(name, load(bench, url, CONNECTIONS, seconds)),
    }


def main() -> None:
    """Measures and prints."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--ringway", required=True)
    parser.add_argument("--bench", required=True)
    parser.add_argument("--bootstrap", required=True, type=Path)
    parser.add_argument("--offline", type=Path, help="folder with serverless-offline")
    parser.add_argument("--seconds", type=int, default=5)
    parser.add_argument("--cold", type=int, default=50)
    parser.add_argument("--json", type=Path, required=True)
    given = parser.parse_args()
    given.offline = given.offline and given.offline.resolve()
    result: dict = {"warm": {}, "cold_ms": {}, "others": {}}
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch).resolve()
        file = definition(folder, given.bootstrap)
        command = [given.ringway, "up", str(file), "--http", HTTP, "--admin", ADMIN]
        command += ["--lambda-addr", LAMBDA, "--workers", "1"]
        with running(command, f"http://{HTTP}/dev/rust", 30) as gateway:
            for name in RUNTIMES:
                url = f"http://{HTTP}/dev/{name}"
                result["warm"][name] = both(given.bench, name, url, given.seconds)
                result["cold_ms"][name] = cold(gateway, folder, url, given.cold)
    if given.offline:
        shutil.copy(HERE / "serverless.yml", given.offline / "serverless.yml")
        shutil.copy(HERE / "node/app.js", given.offline / "app.js")
        host, port = OFFLINE.split(":")
        command = [str(given.offline / "node_modules/.bin/serverless"), "offline", "start"]
        command += ["--host", host, "--httpPort", port, "--noPrependStageInUrl"]
        command += ["--lambdaPort", "18084"]
        env = os.environ | {"SLS_TELEMETRY_DISABLED": "1", "SLS_NOTIFICATIONS_MODE": "off"}
        env |= {"AWS_ACCESS_KEY_ID": "none", "AWS_SECRET_ACCESS_KEY": "none", "CI": "1"}
        url = f"http://{OFFLINE}/node"
        with running(command, url, 90, cwd=given.offline, env=env):
            name = "serverless-offline, node"
            result["others"][name] = both(given.bench, name, url, given.seconds)
    given.json.write_text(json.dumps(result, indent=1))
    report(result)


def report(result: dict) -> None:
    """A table of what was measured."""
    print(
        "| Function | p50, 1 connection | requests/s | requests/s, 32 | cold start p50 | slowest |"
    )
    print("|---|--:|--:|--:|--:|--:|")
    for name, measured in {**result["warm"], **result["others"]}.items():
        one, many = measured["one"], measured["many"]
        cells = [name, f"{one['latency_us']['p50']} us", f"{one['requests_per_second']:.0f}"]
        cells.append(f"{many['requests_per_second']:.0f}")
        times = result["cold_ms"].get(name)
        median = statistics.median(times) if times else 0
        cells += [f"{median:.1f} ms", f"{max(times):.1f} ms"] if times else ["-", "-"]
        print("| " + " | ".join(cells) + " |")
    print("\nNot measured: `sam local` and emulators that start Docker for each function.")


if __name__ == "__main__":
    main()
