"""Specimens: a piece of what a source gives, staged to be looked at and thrown away. No ledger hears of it."""

from __future__ import annotations

import heapq
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path, PurePath
from typing import BinaryIO

from pipeline_exec.errors import Conflict, InvalidDocument, SourceRefused, SourceUnresponsive
from pipeline_exec.model.arrival import FileVersion
from pipeline_exec.model.connector import Connector
from pipeline_exec.model.execution import SourceFile
from pipeline_exec.model.identity import ConnectorId, new_id
from pipeline_exec.model.query import AllOf, Comparison, Operator, Query
from pipeline_exec.ports import Clock, FileSource, PullSource, PushSource, Staging, Store
from pipeline_exec.services.connectors import ConnectorService
from pipeline_exec.services.staged import input_ref, receive, sample_ref

FILES_NAMED = 100
"""How many of the files at a source are told of."""

Copy = Callable[[BinaryIO], tuple[str, str]]


@dataclass(frozen=True)
class Specimen:
    """One input, and what else lies at its source."""

    source: SourceFile
    path: Path
    """Where its bytes are on this machine."""
    files: tuple[FileVersion, ...] = ()
    """Of a source that lists files: the newest, the one looked at among them."""
    total_files: int = 0


@dataclass(frozen=True)
class Specimens:
    """Takes specimens from sources."""

    store: Store
    staging: Staging
    connectors: ConnectorService
    clock: Clock
    max_size: int
    max_seconds: float

    @contextmanager
    def taken(self, connector: Connector) -> Iterator[Specimen]:
        """What a connector's source gives now: its newest file, its answer, or what it was sent last.

        Raises:
            InvalidDocument: it is an output connector.
            Conflict: there is nothing.
            TooLarge: there is more than a specimen may have.
            SourceUnresponsive: it cannot be reached, or takes too long.
            SourceRefused: it says no.
        """
        port = self.connectors.open(connector.document).port
        ref = sample_ref(new_id())
        try:
            if isinstance(port, FileSource):
                yield self._of_files(port, ref, connector)
            elif isinstance(port, PullSource):
                yield self._copied(ref, _pull(port))
            elif isinstance(port, PushSource):
                yield self._last_pushed(connector.id)
            else:
                raise InvalidDocument(
                    f"Connector {connector.document.name!r} is an OUTPUT connector: nothing is read from it.",
                    remedy="Ask an INPUT connector.",
                )
        finally:
            self.staging.remove(ref)

    def _of_files(self, source: FileSource, ref: str, connector: Connector) -> Specimen:
        listing, now = list(source.listing()), self.clock()
        newest = heapq.nsmallest(FILES_NAMED, listing, key=lambda file: (source.age(file, now), file.path))
        if not newest:
            raise Conflict(f"No file lies at connector {connector.document.name!r}.", "Put one there and ask again.")
        file = next((file for file in newest if file.size <= self.max_size), None)
        if file is None:
            raise SourceRefused(
                f"{newest[0].path} has {newest[0].size:,} bytes; of a sample {self.max_size:,} are taken.",
                "Put a smaller one there, or raise PIPELINE_EXEC_MAX_SAMPLE_SIZE.",
            )

        def copy(into: BinaryIO) -> tuple[str, str]:
            source.fetch(file, into)
            return PurePath(file.path).name, file.path

        specimen = self._copied(ref, copy)
        return Specimen(specimen.source, specimen.path, tuple(newest), len(listing))

    def _copied(self, ref: str, copy: Copy) -> Specimen:
        """What is copied, in a thread of its own: a source may be silent for longer than anybody waits."""
        until = time.monotonic() + self.max_seconds
        copied: Future[SourceFile] = Future()

        def in_time(into: BinaryIO) -> tuple[str, str]:
            return copy(_InTime(into, until))  # type: ignore[arg-type]  # only write() is asked of it

        def work() -> None:
            try:
                copied.set_result(receive(self.staging, ref, in_time, self.max_size))
            except BaseException as error:  # noqa: BLE001  # whoever waits is told
                copied.set_exception(error)

        threading.Thread(target=work, name=f"specimen-{ref}", daemon=True).start()
        try:
            return Specimen(copied.result(self.max_seconds), self.staging.local(ref))
        except (TimeoutError, _TooLate) as error:
            copied.add_done_callback(lambda _: self.staging.remove(ref))
            raise SourceUnresponsive(
                f"The source took longer than {self.max_seconds:g} seconds for a sample.",
                "Ask again, or raise PIPELINE_EXEC_MAX_SAMPLE_SECONDS.",
            ) from error

    def _last_pushed(self, connector_id: ConnectorId) -> Specimen:
        with self.store.reading() as tx:
            fed = [pipeline.id for pipeline in tx.pipelines.fed_by(connector_id)]
            of_these = Comparison("pipeline", Operator.IN, fed)
            received = Comparison("source.size", Operator.GT, 0)
            newest = Query(condition=AllOf((of_these, received)), limit=1)
            found = tx.executions.find(newest).items
        if not found or found[0].source is None or not self.staging.exists(input_ref(found[0].id)):
            raise Conflict("Nothing was sent to this connector yet.", "Send something to its /ingest address first.")
        return Specimen(found[0].source, self.staging.local(input_ref(found[0].id)))


def _pull(source: PullSource) -> Copy:
    def copy(into: BinaryIO) -> tuple[str, str]:
        fetched = source.fetch(into)
        return fetched.name, fetched.path

    return copy


class _TooLate(Exception):
    """Nobody waits any more."""


class _InTime:
    """A file that can be written until a moment of the monotonic clock."""

    def __init__(self, file: BinaryIO, until: float) -> None:
        self._file = file
        self._until = until

    def write(self, data: bytes) -> int:
        if time.monotonic() > self._until:
            raise _TooLate
        return self._file.write(data)
