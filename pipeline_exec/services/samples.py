"""Samples: files that are sent, or taken from a source, to be looked at. Nothing is executed, and nothing is kept."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from pipeline_exec.errors import (
    ExecutionFailure,
    FieldProblem,
    InvalidDocument,
    ParsingFailure,
    SourceUnresponsive,
    Unavailable,
)
from pipeline_exec.model.identity import ConnectorId, new_id
from pipeline_exec.model.pipeline import Pipeline, ReadOptions
from pipeline_exec.ports import Staging, Store
from pipeline_exec.services.previews import Preview, PreviewService
from pipeline_exec.services.specimens import Specimen, Specimens
from pipeline_exec.services.staged import receive, sample_ref

AS_CONFIGURED = ReadOptions()
"""Read as the pipeline says; where there is none, as is detected."""

Write = Callable[[BinaryIO], None]
"""Writes the bytes of a file that is sent."""


@dataclass(frozen=True)
class SourceSample:
    """What a connector's source gives."""

    specimen: Specimen
    preview: Preview


@dataclass(frozen=True)
class SampleService:
    """Looks at what somebody sends, and at what lies at a source."""

    store: Store
    staging: Staging
    previews: PreviewService
    specimens: Specimens
    max_file_size: int

    def look(
        self, pipeline: Pipeline, name: str, write: Write, rows: int, options: ReadOptions = AS_CONFIGURED
    ) -> Preview:
        """The first rows of a file as the pipeline would map and check them.

        Args:
            pipeline: How it is read, mapped and checked.
            name: As the sender calls the file.
            write: Writes its bytes.
            rows: How many rows at most.
            options: How to read it, where that is to be otherwise than the pipeline says.

        Raises:
            TooLarge: it is larger than this service takes.
            InvalidDocument: it cannot be read, or has not the columns that the pipeline maps.
        """
        with _refusing("file"), self._sent(name, write) as path:
            return self.previews.look(path, name, options.over(_options(pipeline)), pipeline, rows)

    def look_at_source(self, pipeline: Pipeline, rows: int, options: ReadOptions = AS_CONFIGURED) -> SourceSample:
        """The same of what the pipeline's input connector gives now.

        Raises:
            Conflict: it has nothing to give.
            Unavailable: it cannot be reached.
            InvalidDocument: it refuses, or what it gives cannot be read or mapped.
        """
        connector_id = pipeline.configuration.document.input_connectors[0]
        return self._of_source("pipeline_id", connector_id, options.over(_options(pipeline)), pipeline, rows)

    def of_connector(self, connector_id: ConnectorId, rows: int, options: ReadOptions = AS_CONFIGURED) -> SourceSample:
        """The first rows of what a connector's source gives now, and what else lies there.

        Raises:
            NotFound: there is no such connector.
            Conflict: it has nothing to give.
            Unavailable: it cannot be reached.
            InvalidDocument: it is an output connector or refuses, or what it gives cannot be read.
        """
        return self._of_source("connector_id", connector_id, options, None, rows)

    def sent(self, name: str, write: Write, rows: int, options: ReadOptions = AS_CONFIGURED) -> Preview:
        """The first rows of a file as it is read. Raises as ``look``."""
        with _refusing("file"), self._sent(name, write) as path:
            return self.previews.look(path, name, options, rows=rows)

    def _of_source(
        self, field: str, connector_id: ConnectorId, options: ReadOptions, pipeline: Pipeline | None, rows: int
    ) -> SourceSample:
        with self.store.reading() as tx:
            connector = tx.connectors.get(connector_id)
        with _refusing(field), self.specimens.taken(connector, options) as taken, _naming_beginning(taken):
            preview = self.previews.look(taken.path, taken.source.name, options, pipeline, rows)
            return SourceSample(taken, preview)

    @contextmanager
    def _sent(self, name: str, write: Write) -> Iterator[Path]:
        ref = sample_ref(new_id())

        def copy(into: BinaryIO) -> tuple[str, str]:
            write(into)
            return name, name

        try:
            receive(self.staging, ref, copy, self.max_file_size)
            yield self.staging.local(ref)
        finally:
            self.staging.remove(ref)


@contextmanager
def _naming_beginning(specimen: Specimen) -> Iterator[None]:
    """Where only the beginning of a file is there, what is wrong with it may be that the rest is not."""
    try:
        yield
    except ParsingFailure as error:
        if not specimen.is_truncated:
            raise
        remedy = "Only its beginning was looked at: raise PIPELINE_EXEC_MAX_SAMPLE_SIZE to have all of it read."
        raise ParsingFailure(f"{specimen.source.name}: {error.what}", remedy) from error


@contextmanager
def _refusing(field: str) -> Iterator[None]:
    """What would fail an execution refuses a request, since nothing is executed."""
    try:
        yield
    except SourceUnresponsive as error:
        raise Unavailable(error.what, error.remedy) from error
    except ExecutionFailure as error:
        raise InvalidDocument(error.what, [FieldProblem(field, error.what)], error.remedy) from error


def _options(pipeline: Pipeline) -> ReadOptions:
    return pipeline.configuration.document.read_options
