"""Specimens: a piece of what a source gives, staged to be looked at and thrown away. No ledger hears of it."""

from __future__ import annotations

import heapq
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

from pipeline_exec.errors import Conflict, InvalidDocument, ParsingFailure, SourceRefused
from pipeline_exec.model.arrival import FileVersion
from pipeline_exec.model.connector import Connector
from pipeline_exec.model.execution import SourceFile
from pipeline_exec.model.identity import ConnectorId, new_id
from pipeline_exec.model.pipeline import ReadOptions
from pipeline_exec.model.query import AllOf, Comparison, Operator, Query
from pipeline_exec.ports import Clock, FileSource, Formats, PullSource, PushSource, Staging, Store
from pipeline_exec.services.connectors import ConnectorService
from pipeline_exec.services.excerpts import Excerpt, Excerpts
from pipeline_exec.services.staged import input_ref, sample_ref

FILES_NAMED = 100
"""How many of the files at a source are told of."""

MOST_EXCERPTS = 3
"""Of how many files in vain the beginning is fetched, before only those are looked at that are small enough."""


@dataclass(frozen=True)
class PassedOver:
    """A file that was not looked at although it is newer than the one that was."""

    path: str
    size: int
    reason: str


@dataclass(frozen=True)
class Specimen:
    """One input, and what else lies at its source."""

    source: SourceFile
    path: Path
    """Where its bytes are on this machine."""
    is_truncated: bool = False
    """Whether only the beginning of it is there, for it is larger than a specimen may be."""
    files: tuple[FileVersion, ...] = ()
    """Of a source that lists files: the newest, the one looked at among them."""
    total_files: int = 0
    passed_over: tuple[PassedOver, ...] = ()


@dataclass(frozen=True)
class Specimens:
    """Takes specimens from sources; where there is more than one may have, the beginning."""

    store: Store
    staging: Staging
    formats: Formats
    connectors: ConnectorService
    clock: Clock
    excerpts: Excerpts

    @contextmanager
    def taken(self, connector: Connector, options: ReadOptions) -> Iterator[Specimen]:
        """What a connector's source gives now: its newest file, its answer, or what it was sent last.

        Args:
            connector: An input.
            options: How the specimen is going to be read.

        Raises:
            InvalidDocument: it is an output connector.
            Conflict: there is nothing.
            SourceUnresponsive: it cannot be reached, or takes too long.
            SourceRefused: it says no, or there is more than a specimen may have and the beginning cannot be read.
        """
        port = self.connectors.open(connector.document).port
        taking = _Taking(self, sample_ref(new_id()), options, time.monotonic() + self.excerpts.max_seconds)
        try:
            if isinstance(port, FileSource):
                yield taking.of_files(port, connector.document.name)
            elif isinstance(port, PullSource):
                yield taking.of_answer(port)
            elif isinstance(port, PushSource):
                yield self._last_pushed(connector.id)
            else:
                raise InvalidDocument(
                    f"Connector {connector.document.name!r} is an OUTPUT connector: nothing is read from it.",
                    remedy="Ask an INPUT connector.",
                )
        finally:
            self.staging.remove(taking.ref)

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


@dataclass(frozen=True)
class _Taking:
    """One specimen, being taken under a reference of its own until a moment of the monotonic clock."""

    specimens: Specimens
    ref: str
    options: ReadOptions
    until: float

    def of_files(self, source: FileSource, called: str) -> Specimen:
        """The newest of those that can be looked at."""
        listing, now = list(source.listing()), self.specimens.clock()
        newest = heapq.nsmallest(FILES_NAMED, listing, key=lambda file: (source.age(file, now), file.path))
        if not newest:
            raise Conflict(f"No file lies at connector {called!r}.", "Put one there and ask again.")
        passed_over: list[PassedOver] = []
        for file in newest:
            try:
                specimen = self._of_file(source, file, may_be_cut=len(passed_over) < MOST_EXCERPTS)
            except _Unreadable as error:
                passed_over.append(PassedOver(file.path, file.size, str(error)))
            else:
                return replace(specimen, files=tuple(newest), total_files=len(listing), passed_over=tuple(passed_over))
        raise _too_large(f"{passed_over[0].path} {passed_over[0].reason}")

    def of_answer(self, source: PullSource) -> Specimen:
        """What it answers now."""
        excerpt = self.specimens.excerpts.of_answer(self.ref, source, self.until)
        try:
            return self._readable(excerpt)
        except _Unreadable as error:
            raise _too_large(f"The answer {error}") from error

    def _of_file(self, source: FileSource, file: FileVersion, *, may_be_cut: bool) -> Specimen:
        most = self.specimens.excerpts.max_size
        if file.size > most and not may_be_cut:
            raise _Unreadable(f"has more than the {most:,} bytes that are looked at.")
        excerpt = self.specimens.excerpts.of_file(self.ref, source, file, self.until)
        specimen = self._readable(excerpt)
        return replace(specimen, source=replace(specimen.source, size=file.size))

    def _readable(self, excerpt: Excerpt) -> Specimen:
        specimen = Specimen(excerpt.source, self.specimens.staging.local(self.ref), not excerpt.is_whole)
        if specimen.is_truncated:
            try:
                self.specimens.formats.shorten(specimen.path, excerpt.source.name, self.options)
            except ParsingFailure as error:
                most = self.specimens.excerpts.max_size
                raise _Unreadable(f"has more than the {most:,} bytes that are looked at. {error.what}") from error
        return specimen


class _Unreadable(Exception):
    """Something is too large, and its beginning cannot be read: why, in words that follow its name."""


def _too_large(what: str) -> SourceRefused:
    return SourceRefused(what, "Put a smaller one there, or raise PIPELINE_EXEC_MAX_SAMPLE_SIZE.")
