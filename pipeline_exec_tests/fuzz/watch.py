"""Workers under watch: one that hangs is ended, one that dies is followed by another behind the case it died of."""

import json
import os
import queue
import subprocess
import sys
import threading
from collections.abc import Iterator
from dataclasses import dataclass

import psutil

QUIET = {**os.environ, "RUST_BACKTRACE": "0"}
CPU_SECONDS = 10.0
"""A case that computes for so long is not waited for any further."""
WAIT_SECONDS = 600.0
"""Nor is one that does nothing for so long."""
LIFETIME = 5_000
"""Cases of one worker. Its address space gets ragged with time, until an honest case has no room in it."""
LOOK_SECONDS = 2.0
SAID = 1_000
"""Characters of its last words that are kept."""


@dataclass(frozen=True)
class Problem:
    """A case that was not read as it must be."""

    number: int
    what: str


def watched(first: int, stop: int, step: int, kind: str | None = None) -> Iterator[int | Problem]:
    """Every case's number when it is begun, and every problem when it is found."""
    while first < stop:
        rest = min(stop, first + LIFETIME * step)
        worker = _Worker([str(first), str(rest), str(step), *([kind] if kind else [])])
        last = None
        try:
            for told in worker.lines():
                last = told["case"]
                yield Problem(last, told["problem"]) if "problem" in told else last
            ended = worker.ended()
        finally:
            worker.end()
        if ended is None:
            first = rest
            continue
        if last is None:
            raise RuntimeError(f"no case was begun: {ended}")
        yield Problem(last, ended)
        first = last + step


class _Worker:
    def __init__(self, arguments: list[str]) -> None:
        command = [sys.executable, "-m", "pipeline_exec_tests.fuzz.worker", *arguments]
        self._process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=QUIET)
        self._watch = psutil.Process(self._process.pid)
        self._lines: queue.SimpleQueue[str] = queue.SimpleQueue()
        self._errors: list[str] = []
        self._why: str | None = None
        self._readers = [threading.Thread(target=read, daemon=True) for read in (self._read, self._read_errors)]
        for reader in self._readers:
            reader.start()

    def lines(self) -> Iterator[dict]:
        """What it tells, until it ends or has to be ended."""
        computed, waited = 0.0, 0.0
        while True:
            try:
                line = self._lines.get(timeout=LOOK_SECONDS)
            except queue.Empty:
                waited += LOOK_SECONDS
                if self._is_stuck(computed, waited):
                    return
                continue
            if not line:
                return
            computed, waited = self._cpu(), 0.0
            yield json.loads(line)

    def ended(self) -> str | None:
        """Why it ended before its time; None when it did not."""
        code = None if self._why else self._process.wait(WAIT_SECONDS)
        self._readers[1].join(1)
        said = "".join(self._errors)[:SAID]
        return self._why or (f"the process died ({code}): {said}" if code else None)

    def end(self) -> None:
        if self._process.poll() is None:
            self._process.kill()
        self._process.wait()
        for reader in self._readers:
            reader.join()
        self._process.stdout.close()
        self._process.stderr.close()

    def _is_stuck(self, computed: float, waited: float) -> bool:
        spent = self._cpu() - computed
        if spent > CPU_SECONDS or waited > WAIT_SECONDS:
            self._why = f"hangs: nothing for {waited:.0f} s, {spent:.0f} s of them computing"
        return self._why is not None

    def _cpu(self) -> float:
        try:
            times = self._watch.cpu_times()
        except psutil.NoSuchProcess:
            return 0.0
        return times.user + times.system

    def _read(self) -> None:
        for line in self._process.stdout:
            self._lines.put(line)
        self._lines.put("")

    def _read_errors(self) -> None:
        self._errors += self._process.stderr
