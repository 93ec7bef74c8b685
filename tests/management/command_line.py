"""The AWS CLI, as a user runs it."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import gateway as processes

AWS = Path(sys.executable).parent / "aws"
TIMEOUT_S = 120


class CommandLine:
    """Runs commands of one service, `aws SERVICE …`, at an address."""

    def __init__(self, service: str, url: str, home: Path):
        self.service = service
        self.environment = {
            "PATH": os.environ["PATH"],
            "HOME": str(home),
            "AWS_ENDPOINT_URL": url,
            "AWS_ACCESS_KEY_ID": processes.ACCESS_KEY_ID,
            "AWS_SECRET_ACCESS_KEY": processes.SECRET_ACCESS_KEY,
            "AWS_DEFAULT_REGION": processes.REGION,
            "AWS_EC2_METADATA_DISABLED": "true",
            "AWS_MAX_ATTEMPTS": "1",
            "AWS_PAGER": "",
        }

    def run(self, *arguments: str) -> subprocess.CompletedProcess:
        """One command."""
        command = [str(AWS), self.service, *arguments, "--output", "json"]
        return subprocess.run(
            command, env=self.environment, capture_output=True, text=True, timeout=TIMEOUT_S
        )

    def __call__(self, *arguments: str) -> Any:
        """What a command that succeeds prints, as JSON."""
        done = self.run(*arguments)
        assert done.returncode == 0, f"aws {self.service} {' '.join(arguments)}:\n{done.stderr}"
        return json.loads(done.stdout) if done.stdout.strip() else None
