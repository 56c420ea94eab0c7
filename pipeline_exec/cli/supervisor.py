"""The supervisor: the parts of the service as child processes, restarted when they die and stopped together."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO

from pipeline_exec.errors import Unavailable

PARTS = ("code-server", "worker", "daemon", "api")
"""In the order in which they are started; they are stopped in the reverse order."""

STOP_SECONDS = 15.0
"""How long a part may take to end by itself: a worker finishes what it executes."""

LONGEST_PAUSE_SECONDS = 30.0
STEADY_SECONDS = 60.0
"""A part that lived this long is restarted at once; one that dies again and again waits longer each time."""

LOG_BYTES = 10 * 1024**2
LAST_BYTES = 2000


@dataclass
class Part:
    """One child process and what is known of it."""

    name: str
    command: Sequence[str]
    log: Path
    pid_file: Path
    process: subprocess.Popen[bytes] | None = None
    started_at: float = 0.0
    restart_at: float = 0.0
    pause: float = field(default=0.5)

    @property
    def is_running(self) -> bool:
        """Whether the process lives."""
        return self.process is not None and self.process.poll() is None


class Supervisor:
    """Keeps all parts running until it is told to stop."""

    def __init__(self, home: Path, environment: Mapping[str, str], tell: Callable[[str], None]) -> None:
        """Start nothing yet.

        Args:
            home: Its ``logs`` folder takes what the parts say.
            environment: Of the parts.
            tell: Shows a line to the person at the terminal.
        """
        self._environment = {**os.environ, **environment}
        self._tell = tell
        logs, run = home / "logs", home / "run"
        for folder in (logs, run):
            folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        self.parts = [
            Part(
                name,
                (sys.executable, "-m", "pipeline_exec.cli", "serve", name, "--end-with-parent"),
                log=logs / f"{name}.log",
                pid_file=run / f"{name}.pid",
            )
            for name in PARTS
        ]

    @contextmanager
    def running(self) -> Iterator[None]:
        """All parts started; all stopped at the end of the block, whatever happened in it."""
        try:
            for part in self.parts:
                self._start(part)
            yield
        finally:
            self.stop()

    def watch(self) -> None:
        """Restart what died since the last look."""
        now = time.monotonic()
        for part in self.parts:
            if part.is_running:
                continue
            if part.process is not None:
                self._mourn(part, now)
            elif now >= part.restart_at:
                self._start(part)

    def stop(self) -> None:
        """Stop all parts, in order; what does not end by itself is killed."""
        for part in reversed(self.parts):
            _signal(part, signal.SIGTERM)
        deadline = time.monotonic() + STOP_SECONDS
        for part in reversed(self.parts):
            if part.process is None:
                continue
            try:
                part.process.wait(max(0.0, deadline - time.monotonic()))
            except subprocess.TimeoutExpired:
                _signal(part, signal.SIGKILL)
                part.process.wait()
            part.process = None
            part.pid_file.unlink(missing_ok=True)

    def _start(self, part: Part) -> None:
        _shorten(part.log)
        with part.log.open("ab") as log:
            part.process = _spawn(part.command, self._environment, log)
        part.pid_file.write_text(f"{part.process.pid}\n", encoding="ascii")
        part.started_at = time.monotonic()

    def _mourn(self, part: Part, now: float) -> None:
        status = part.process.returncode if part.process is not None else None
        steady = now - part.started_at >= STEADY_SECONDS
        part.pause = 0.5 if steady else min(part.pause * 2, LONGEST_PAUSE_SECONDS)
        part.process, part.restart_at = None, now + (0.0 if steady else part.pause)
        self._tell(f"The {part.name} ended (status {status}) and is started again. Its log, {part.log}, ends with:")
        self._tell(_last_line(part.log))


def wait_until(ready: Callable[[], bool], supervisor: Supervisor, seconds: float) -> None:
    """Return once the service is ready.

    Raises:
        Unavailable: it is not in time; the message names the logs.
    """
    deadline = time.monotonic() + seconds
    while not ready():
        supervisor.watch()
        if time.monotonic() > deadline:
            folder = supervisor.parts[0].log.parent
            raise Unavailable(f"The service did not start within {seconds:g} seconds.", f"Look into {folder}.")
        time.sleep(0.1)


def end_with_parent() -> None:
    """End this process when the one that started it is gone: a supervisor that is killed leaves nothing behind."""
    import threading  # for the parts only

    parent = os.getppid()

    def watch() -> None:
        while os.getppid() == parent:
            time.sleep(1)
        os.kill(os.getpid(), signal.SIGTERM)

    threading.Thread(target=watch, name="end-with-parent", daemon=True).start()


def _spawn(command: Sequence[str], environment: Mapping[str, str], log: IO[bytes]) -> subprocess.Popen[bytes]:
    # A session of its own: Ctrl-C in the terminal reaches the supervisor only, which stops the parts in order.
    return subprocess.Popen(  # noqa: S603  # our own interpreter and module
        command, env=dict(environment), stdin=subprocess.DEVNULL, stdout=log, stderr=log, start_new_session=True
    )


def _signal(part: Part, number: signal.Signals) -> None:
    if part.process is None or part.process.poll() is not None:
        return
    if number is signal.SIGKILL:
        os.killpg(part.process.pid, number)
    else:
        part.process.send_signal(number)


def _last_line(log: Path) -> str:
    with log.open("rb") as file:
        file.seek(max(0, log.stat().st_size - LAST_BYTES))
        lines = file.read().decode(errors="replace").split("\n")
    return next((line.strip() for line in reversed(lines) if line.strip()), "(nothing)")


def _shorten(log: Path) -> None:
    """Keep one older log beside the current one."""
    if log.exists() and log.stat().st_size > LOG_BYTES:
        log.replace(log.with_suffix(".log.1"))
