"""Excerpts: what a source gives, or the beginning of it, staged within a time that somebody waits."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from concurrent.futures import Future
from contextlib import suppress
from dataclasses import dataclass
from pathlib import PurePath
from typing import BinaryIO

from pipeline_exec.errors import SourceUnresponsive
from pipeline_exec.model.arrival import FileVersion
from pipeline_exec.model.execution import SourceFile
from pipeline_exec.ports import FileSource, PullSource, Staging
from pipeline_exec.services.staged import receive

Copy = Callable[["Beginning"], tuple[str, str]]
"""Writes the bytes and answers the name and the path the source gives them."""


@dataclass(frozen=True)
class Excerpt:
    """What was staged."""

    source: SourceFile
    """Its size is that of what was staged."""
    is_whole: bool


class Beginning:
    """A file that takes a number of bytes, forgets what comes behind them, and is closed to all at a moment."""

    def __init__(self, file: BinaryIO, room: int, until: float) -> None:
        self._file, self._room, self._until = file, room, until
        self.is_exceeded = False
        """Whether there was more."""

    def write(self, data: bytes) -> int:
        if time.monotonic() > self._until:
            raise _TooLate
        taken = data[: self._room]
        self.is_exceeded |= len(taken) < len(data)
        self._room -= self._file.write(taken)
        return len(data)


@dataclass(frozen=True)
class Excerpts:
    """Takes excerpts of at most so many bytes."""

    staging: Staging
    max_size: int
    max_seconds: float

    def of_file(self, ref: str, source: FileSource, file: FileVersion, until: float) -> Excerpt:
        """Of a file at a source; what is behind it is not fetched. Raises as ``FileSource.fetch``, but in time."""

        def copy(into: Beginning) -> tuple[str, str]:
            with suppress(_Enough):
                source.fetch(file, _Stopping(into))  # type: ignore[arg-type]  # only write() is asked of it
            return PurePath(file.path).name, file.path

        return self._copied(ref, copy, until)

    def of_answer(self, ref: str, source: PullSource, until: float) -> Excerpt:
        """Of what a source answers. Raises as ``PullSource.fetch``, but in time."""

        def copy(into: Beginning) -> tuple[str, str]:
            fetched = source.fetch(into)  # type: ignore[arg-type]  # likewise
            return fetched.name, fetched.path

        return self._copied(ref, copy, until)

    def _copied(self, ref: str, copy: Copy, until: float) -> Excerpt:
        """What is copied, in a thread of its own: a source may be silent for longer than anybody waits."""
        copied: Future[Excerpt] = Future()

        def work() -> None:
            try:
                copied.set_result(self._received(ref, copy, until))
            except BaseException as error:  # noqa: BLE001  # whoever waits is told
                copied.set_exception(error)

        threading.Thread(target=work, name=f"excerpt-{ref}", daemon=True).start()
        try:
            return copied.result(max(0.0, until - time.monotonic()))
        except (TimeoutError, _TooLate) as error:
            copied.add_done_callback(lambda _: self.staging.remove(ref))
            raise SourceUnresponsive(
                f"The source took longer than {self.max_seconds:g} seconds for a sample.",
                "Ask again, or raise PIPELINE_EXEC_MAX_SAMPLE_SECONDS.",
            ) from error

    def _received(self, ref: str, copy: Copy, until: float) -> Excerpt:
        is_whole = True

        def limited(file: BinaryIO) -> tuple[str, str]:
            nonlocal is_whole
            beginning = Beginning(file, self.max_size, until)
            named = copy(beginning)
            is_whole = not beginning.is_exceeded
            return named

        source = receive(self.staging, ref, limited, None)
        return Excerpt(source, is_whole)


class _TooLate(Exception):
    """Nobody waits any more."""


class _Enough(Exception):
    """No more is wanted."""


@dataclass(frozen=True)
class _Stopping:
    """A beginning that ends the copying once it is exceeded."""

    into: Beginning

    def write(self, data: bytes) -> int:
        written = self.into.write(data)
        if self.into.is_exceeded:
            raise _Enough
        return written
