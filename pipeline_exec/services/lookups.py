"""Lookups: the tables of connectors in which mappings look values up."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from typing import BinaryIO, Final

import pyarrow as pa

from pipeline_exec.dataplane.problems import Problems
from pipeline_exec.dataplane.transformations.step import Tables
from pipeline_exec.errors import ExecutionFailure, MappingFailure, NotFound, ParsingFailure, SourceDataEmpty
from pipeline_exec.model.connector import ConnectorDocument, Direction
from pipeline_exec.model.identity import ConnectorId, new_id
from pipeline_exec.model.mapping import MappingConfig
from pipeline_exec.model.pipeline import ReadOptions
from pipeline_exec.ports import (
    Clock,
    ConnectorKinds,
    FileSource,
    Formats,
    Intake,
    PullSource,
    Staging,
    Store,
    Transaction,
)
from pipeline_exec.services.connectors import ConnectorService
from pipeline_exec.services.staged import fetch, sample_ref

LARGEST_TABLE: Final = 256 * 1024**2
"""Bytes of a table's file: it is held in memory while a run maps."""


@dataclass(frozen=True)
class LookupService:
    """Reads the tables in which values are looked up."""

    store: Store
    staging: Staging
    formats: Formats
    connectors: ConnectorService
    clock: Clock
    max_file_size: int

    def tables(self) -> Tables:
        """The tables for one run: each is read when it is first asked for, and remembered."""

        @cache
        def table(connector_id: ConnectorId) -> Sequence[pa.RecordBatch]:
            with self.store.reading() as tx:
                document = _document(tx, connector_id)
            with _naming(document.name):
                return list(self._rows(document))

        return table

    def _rows(self, document: ConnectorDocument) -> Iterator[pa.RecordBatch]:
        copy = self._copy(document)
        ref = sample_ref(new_id())
        try:
            source = fetch(self.staging, ref, copy, min(self.max_file_size, LARGEST_TABLE))
            yield from self.formats.read(self.staging.local(ref), source.name, ReadOptions()).rows
        finally:
            self.staging.remove(ref)

    def _copy(self, document: ConnectorDocument) -> Callable[[BinaryIO], tuple[str, str]]:
        port = self.connectors.open(document).port
        if isinstance(port, FileSource):
            return lambda into: self._newest(port, into)
        if isinstance(port, PullSource):
            return lambda into: _pulled(port, into)
        raise MappingFailure(f"The connector {document.name!r} waits to be called, so nothing can be looked up in it.")

    def _newest(self, source: FileSource, into: BinaryIO) -> tuple[str, str]:
        now = self.clock()
        file = min(source.listing(), key=lambda file: (source.age(file, now), file.path), default=None)
        if file is None:
            raise SourceDataEmpty("There is no file.", "Put the table there.")
        source.fetch(file, into)
        return file.path.rpartition("/")[2], file.path


def check_lookups(tx: Transaction, config: MappingConfig, kinds: ConnectorKinds, problems: Problems) -> None:
    """Note each connector of a mapping that is not there, or gives nothing when asked; paths as in the mapping."""

    def checked(connector_id: str, at: str) -> str:
        found = tx.connectors.many([ConnectorId(connector_id)]).get(ConnectorId(connector_id))
        if found is None:
            problems.add(at, f"there is no connector {connector_id!r}")
        elif found.document.type is not Direction.INPUT or kinds.of(found.document).intake is Intake.PUSH:
            problems.add(at, f"connector {found.document.name!r} is none that can be asked for a table")
        return connector_id

    config.with_connectors(checked)


def _document(tx: Transaction, connector_id: ConnectorId) -> ConnectorDocument:
    try:
        return tx.connectors.get(connector_id).document
    except NotFound as error:
        raise MappingFailure(
            "A connector in which the mapping looks values up is not there any more.", "Name another in the mapping."
        ) from error


def _pulled(source: PullSource, into: BinaryIO) -> tuple[str, str]:
    fetched = source.fetch(into)
    return fetched.name, fetched.path


@contextmanager
def _naming(name: str) -> Iterator[None]:
    """Have a message begin with the connector's name: the input is another source."""
    try:
        yield
    except (ParsingFailure, SourceDataEmpty) as error:
        # Of these types an execution ends only for its own input.
        raise MappingFailure(f"The table of connector {name!r} cannot be read: {error.what}", error.remedy) from error
    except ExecutionFailure as error:
        raise type(error)(f"Looking values up in connector {name!r} failed: {error.what}", error.remedy) from error
