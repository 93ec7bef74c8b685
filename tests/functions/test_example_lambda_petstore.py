"""`examples/lambda-petstore`, by the lines of its README, on other ports and in a copy of it."""

import json
import os
import re
import shlex
import shutil
import subprocess
from collections.abc import Iterator
from http.client import HTTPConnection
from pathlib import Path
from typing import Any

import pytest
from gateway import ROOT, binary, free_ports, stop
from polling import eventually

EXAMPLE = ROOT / "examples/lambda-petstore"
SERVE = "cargo run --release -- up examples/lambda-petstore/ringway.yaml"
BUILD_S = 600.0
ID = "[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}"


def indented() -> list[str]:
    """The lines of the README that are typed, and what they answer with."""
    lines = (EXAMPLE / "README.md").read_text().splitlines()
    return [line.removeprefix("    ") for line in lines if line.startswith("    ")]


def commands() -> list[str]:
    """What starts the example."""
    return [line for line in indented() if not line.startswith(("curl ", "#"))]


def calls() -> list[tuple[str, str]]:
    """Each line of curl, and what it answers with."""
    found: list[tuple[str, str]] = []
    for line in indented():
        if line.startswith("curl "):
            found.append((line, ""))
        elif line.startswith("#"):
            command, output = found.pop()
            found.append((command, f"{output}{line.removeprefix('# ')}\n"))
    return found


def environment() -> dict[str, str]:
    """Without what would lead to AWS, or to a proxy."""
    own = {name: value for name, value in os.environ.items() if "AWS_" not in name}
    return {**own, "NO_PROXY": "127.0.0.1", "no_proxy": "127.0.0.1"}


class Pets:
    """The example, running."""

    def __init__(self, folder: Path, log: Path) -> None:
        self.folder, self.log = folder, log
        self.http, self.admin, self.functions = free_ports(3)

    def command(self) -> list[str]:
        """The second command of the README, with the built binary."""
        flags = {"--http": self.http, "--admin": self.admin, "--lambda-addr": self.functions}
        ports = [word for flag, port in flags.items() for word in (flag, f"127.0.0.1:{port}")]
        return [str(binary()), *shlex.split(SERVE)[4:], *ports]

    def curl(self, line: str) -> str:
        """What a line of the README writes."""
        line = line.replace(":8080/", f":{self.http}/").replace(":3001/", f":{self.functions}/")
        command = [*shlex.split(line, comments=True), "--silent", "--show-error"]
        done = subprocess.run(
            command, capture_output=True, text=True, env=environment(), timeout=60, check=False
        )
        assert done.returncode == 0, f"{line}: {done.stderr}\n{self.log.read_text()}"
        return done.stdout

    def call(self, path: str, body: Any = None) -> tuple[int, Any]:
        """Status and JSON of an answer; a body that is a text is sent as it is."""
        connection = HTTPConnection("127.0.0.1", self.http, timeout=60)
        text = body if body is None or isinstance(body, str) else json.dumps(body)
        verb, headers = "GET" if text is None else "POST", {"Content-Type": "application/json"}
        connection.request(verb, f"/dev{path}", text and text.encode(), headers)
        answer = connection.getresponse()
        return answer.status, json.loads(answer.read())


@pytest.fixture(scope="module")
def pets(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Pets]:
    """Built by the first command, and copied: its pets and its programs are not the user's."""
    build, serve = commands()
    assert serve == SERVE
    subprocess.run(shlex.split(build), cwd=ROOT, env=environment(), check=True, timeout=BUILD_S)
    folder = tmp_path_factory.mktemp("lambda-petstore")
    built, here = "target/lambda-petstore/bin", "examples/lambda-petstore"
    shutil.copytree(ROOT / built, folder / built)
    shutil.copytree(EXAMPLE, folder / here, ignore=shutil.ignore_patterns("quote"))
    pets = Pets(folder, folder / "log")
    with pets.log.open("wb") as log:
        process = subprocess.Popen(
            pets.command(), cwd=folder, stdout=log, stderr=subprocess.STDOUT, env=environment()
        )

    def serves() -> bool:
        assert process.poll() is None, pets.log.read_text()
        return "\nready: " in pets.log.read_text()

    try:
        eventually(serves, "the example is served", 60.0)
        yield pets
    finally:
        stop(process)


def test_every_line_of_the_readme_answers_as_it_says(pets: Pets) -> None:
    """In their order, with the number of the pet that one of them adds."""
    lines, pet = calls(), "ID"
    assert len(lines) == 9
    for line, expect in lines:
        assert expect, f"the README does not say what {line} answers with"
        written = pets.curl(line.replace("/ID", f"/{pet}"))
        if found := re.search(ID, written):
            pet = found.group()
        assert written.strip().replace(pet, "ID") == expect.strip(), line
    assert (pets.folder / f"target/lambda-petstore/pets/{pet}.json").is_file()


def test_what_is_refused(pets: Pets) -> None:
    """By the functions in their own words, or by the gateway before them."""

    def check(path: str, body: Any, status: int, message: str) -> None:
        assert pets.call(path, body) == (status, {"message": message}), (path, body)

    def stay(kind: str, nights: int) -> Any:
        return {"pet": {"kind": kind}, "nights": nights}

    check("/pets/..%2F..%2Fread%2Fpets", None, 404, "There is no such pet")
    check("/pets", "{", 400, "The body is no JSON")
    check("/pets", "null", 400, "A pet is a JSON object")
    check("/pets", {"kind": "cat"}, 400, "name must be 1 to 60 characters")
    check("/quotes", stay("cat", 61), 400, "Invalid request body")
    check("/quotes", {"nights": 1}, 400, "Invalid request body")
    # Whatever is said arrives as it was said.
    kind = "\"'\\\\' é\n\r\u2028$x"
    check("/quotes", stay(kind, 1), 400, f"Invalid: nobody looks after a {kind}")


def test_the_log_has_what_functions_write(pets: Pets) -> None:
    """With the name of the function, and AWS's lines about the invocation."""
    assert pets.call("/pets/none")[0] == 404
    said = r"\[pets-read\] (\S+) there is no pet 'none'\n"
    (request_id,) = eventually(
        lambda: re.findall(said, pets.log.read_text()), "the line of the function"
    )
    report = f"[pets-read] REPORT RequestId: {request_id}\tDuration: "
    eventually(lambda: report in pets.log.read_text(), "the line about the invocation")


def test_a_function_that_breaks_is_502_and_one_that_is_mended_works(pets: Pets) -> None:
    """While the gateway runs: another program in its folder is the next that is started."""
    program = pets.folder / "target/lambda-petstore/bin/bootstrap"
    broken, kept = program.with_name("broken"), program.with_name("kept")
    shutil.copy2(program, kept)
    broken.write_text("#!/bin/sh\nexit 7\n")
    broken.chmod(0o755)
    stay = {"pet": {"kind": "cat"}, "nights": 1}
    refused = (502, {"message": "There is no quote to be had"})
    assert pets.call("/quotes", stay)[0] == 200
    broken.replace(program)
    eventually(lambda: pets.call("/quotes", stay) == refused, "the broken function is 502")
    kept.replace(program)
    eventually(lambda: pets.call("/quotes", stay)[0] == 200, "the mended function answers")
