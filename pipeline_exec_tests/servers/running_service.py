"""A whole service as a user starts it: ``pipeline-exec up`` in a process of its own, on a port the system chose."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx

START_SECONDS = 60
#: As a script starts what it ends with ``&``: its shell has it ignore SIGINT.
_BACKGROUND = ("sh", "-c", 'trap "" INT; exec "$0" "$@"')


class RunningService:
    """What a test may ask of the service, and do to it."""

    def __init__(self, home: Path, process: subprocess.Popen, said: Path) -> None:
        self.home = home
        self._process = process
        self._said = said
        self.address = ""
        self.key = ""

    @property
    def said(self) -> str:
        """What stands on its terminal."""
        return self._said.read_text()

    def client(self) -> httpx.Client:
        """A client with the admin key."""
        headers = {"Authorization": f"Bearer {self.key}"}
        return httpx.Client(base_url=self.address, headers=headers, timeout=30, trust_env=False)

    def pid(self, part: str) -> int:
        """Of one part, now."""
        return int((self.home / "run" / f"{part}.pid").read_text())

    def kill(self, part: str) -> None:
        """SIGKILL a part; the supervisor starts it again."""
        os.kill(self.pid(part), signal.SIGKILL)

    def interrupt(self) -> int:
        """Send SIGINT, and answer the status the service ends with."""
        self._process.send_signal(signal.SIGINT)
        return self._process.wait(START_SECONDS)

    def wait_for_start(self) -> None:
        deadline = time.monotonic() + START_SECONDS
        while "Ctrl-C stops the service" not in self.said:
            assert self._process.poll() is None, self.said
            assert time.monotonic() < deadline, self.said
            time.sleep(0.05)
        self.address = re.search(r"REST API +(http://[^/]+)/", self.said)[1]
        self.key = re.search(r"Admin key +(\S+)", self.said)[1]

    def logs(self) -> str:
        """What the parts said, for a failed test to show."""
        return "\n".join(f"== {path.name}\n{path.read_text()}" for path in sorted((self.home / "logs").glob("*.log")))


@contextmanager
def running_service(home: Path, **environment: str) -> Iterator[RunningService]:
    """The service of a home, until the end of the block; every process it started is gone then."""
    home.mkdir(parents=True, exist_ok=True)
    said = home / "terminal.txt"
    with said.open("wb") as terminal:
        process = subprocess.Popen(
            [*_BACKGROUND, sys.executable, "-m", "pipeline_exec.cli", "up", "--home", str(home), "--port", "0"],
            stdout=terminal,
            stderr=terminal,
            env={**os.environ, "PYTHONUNBUFFERED": "1", **environment},
        )
    service = RunningService(home, process, said)
    try:
        service.wait_for_start()
        yield service
    finally:
        process.send_signal(signal.SIGTERM)
        try:
            process.wait(30)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
