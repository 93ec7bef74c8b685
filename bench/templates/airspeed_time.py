"""Times airspeed, a template engine in Python, over the templates of this folder.

    python3 airspeed_time.py FOLDER NAME...

Prints a line per template: its name and microseconds a rendering with the values of the body at
hand, or "-" where airspeed cannot render it.
"""

import json
import statistics
import sys
import time
import urllib.parse
from pathlib import Path

import airspeed

ROUNDS, ROUND_SECONDS = 5, 0.5


class Input:
    def __init__(self, body):
        self.body = body

    def path(self, path):
        return self.body if path == "$" else self.body[path[2:]]

    def json(self, path):
        return json.dumps(self.path(path), separators=(",", ":"))

    def params(self, _name):
        return "curl/8"


class Util:
    def escapeJavaScript(self, text):  # noqa: N802
        return text.replace("\\", "\\\\").replace('"', '\\"')

    def urlEncode(self, text):  # noqa: N802
        return urllib.parse.quote_plus(text)


def microseconds(render):
    rounds = []
    for _ in range(ROUNDS):
        start, count = time.perf_counter(), 0
        while time.perf_counter() - start < ROUND_SECONDS:
            render()
            count += 1
        rounds.append((time.perf_counter() - start) * 1e6 / count)
    return statistics.median(rounds)


def main():
    folder = Path(sys.argv[1])
    body = json.loads((folder / "order.json").read_text())
    names = {
        "input": Input(body),
        "util": Util(),
        "context": {"stage": "dev", "httpMethod": "GET"},
    }
    for name in sys.argv[2:]:
        template = airspeed.Template((folder / f"{name}.vtl").read_text())
        try:
            template.merge(dict(names))
        except Exception as error:  # it has fewer methods than Java
            print(name, "-", flush=True)
            print(f"{name}: airspeed: {error}", file=sys.stderr)
            continue
        print(name, f"{microseconds(lambda: template.merge(dict(names))):.3f}", flush=True)


main()
