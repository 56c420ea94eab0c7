"""The first three stages of a run: read, map, validate (the fourth, write, is ``deliveries``).

Dagster's ops, the command line, the tests and the benchmarks all call these. Rows flow through lazily: a stage's work
is done while its rows are consumed, one batch at a time.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, replace
from itertools import chain
from typing import BinaryIO

import pyarrow as pa

from pipeline_exec.dataplane.checking import Checker, in_parts
from pipeline_exec.dataplane.edits import apply_edits
from pipeline_exec.dataplane.mapping import mapping_record
from pipeline_exec.dataplane.mark_mapping import marked_schema
from pipeline_exec.dataplane.marks import CELLS, without_marks
from pipeline_exec.dataplane.tally import Tally
from pipeline_exec.dataplane.threshold import enforce
from pipeline_exec.errors import (
    InternalError,
    MappingFailure,
    NotFound,
    ParsingFailure,
    SourceDataEmpty,
    SourceRefused,
)
from pipeline_exec.model.execution import Counts, Execution, SourceFile, Stage
from pipeline_exec.model.identity import FileId, PipelineId
from pipeline_exec.model.mapping_record import MappingRecord
from pipeline_exec.model.pipeline import ReadOptions
from pipeline_exec.model.rows import Rows
from pipeline_exec.ports import Clock, FileSource, Formats, Parsed, PullSource, Staging, Store
from pipeline_exec.services.arrivals import ArrivalService
from pipeline_exec.services.connectors import OpenedConnector
from pipeline_exec.services.findings_files import writing_findings
from pipeline_exec.services.plans import Plan, digest
from pipeline_exec.services.staged import fetch, findings_ref, input_ref, upload_ref
from pipeline_exec.services.unpacking import Unpacker, check_unpacked, record_received
from pipeline_exec.services.webhooks import WebhookJudges

FILE_NOT_FOUND = "Wrapper file not found"
"""What clients of the wrapper API know the absence of a wrapper's file by."""

Copy = Callable[[BinaryIO], tuple[str, str]]
"""Writes the input's bytes and answers its name and path."""


@dataclass(frozen=True)
class Stages:
    """The stages and the ports they work through."""

    store: Store
    staging: Staging
    formats: Formats
    unpacker: Unpacker
    arrivals: ArrivalService
    clock: Clock
    max_file_size: int
    max_findings: int

    def receive(self, plan: Plan) -> Execution:
        """Have the input staged; answers the execution with its source.

        Of an archive it takes the first file; the others are recorded as executions beside it, to be launched.
        Input that was received before is never asked for again.

        Raises:
            SourceUnresponsive: the source cannot be reached.
            SourceRefused: it says no.
            SourceDataEmpty: nothing is waiting there.
            AttemptTaken: the attempt was given up meanwhile.
        """
        execution = plan.execution
        if execution.source is not None:
            return execution
        if not isinstance(plan.intake, OpenedConnector):
            return self._receive(execution, self._upload(plan.intake))
        port = plan.intake.port
        if isinstance(port, FileSource):
            if execution.pipeline_id is not None:
                return self._collect(execution, execution.pipeline_id)
            return self._receive(execution, _only_file(port))
        if isinstance(port, PullSource):
            return self._receive(execution, _pull(port), plan.read_options)
        raise SourceDataEmpty(
            "No data was sent with this execution: the pipeline's connector waits to be called.",
            "Send the data to the connector's /ingest address; each payload is executed as it arrives.",
        )

    def read(self, plan: Plan) -> tuple[Rows, dict[str, object]]:
        """The input as rows of text, and how it was read.

        Raises:
            ParsingFailure: now or while the rows are consumed.
            SourceDataEmpty: there is no row of data.
        """
        source = plan.execution.source
        if source is None:
            raise InternalError("The input was read before it was received.")
        with _naming(source):
            check_unpacked(self.staging, plan.execution.id)
            path = self.staging.local(input_ref(plan.execution.id))
            parsed = self.formats.read(path, source.name, _own_options(plan))
            _refuse_others(parsed, source)
        return Rows(parsed.rows.schema, _named(parsed.rows, source)), parsed.dialect

    def map(self, plan: Plan, rows: Rows) -> tuple[Rows, MappingRecord]:
        """The rows as text under the target's columns, which source columns each was made from, and why.

        Raises:
            MappingFailure: a mapped source column is absent.
        """
        columns = without_marks(rows.schema)
        with _naming(plan.execution.source):
            mapper = plan.mapper(columns)
        schema = marked_schema(mapper.schema) if CELLS in rows.schema.names else mapper.schema
        mapped = Rows(schema, (mapper.map(batch) for batch in rows))
        return mapped, mapping_record(mapper, columns)

    def validate(self, plan: Plan, rows: Rows, on_counts: Callable[[Counts, Tally], None]) -> Rows:
        """The rows typed and checked; findings are staged beside them.

        Args:
            plan: The attempt's plan.
            rows: As mapped.
            on_counts: Told the exact counts once all rows are consumed, before the threshold is enforced.

        Raises:
            ErrorThresholdExceeded: once all rows are consumed.
            ExecutionFailure: a service that is asked about rows does not answer.
        """
        judges = WebhookJudges(plan.asked, token=digest(plan.execution.id, plan.keys[Stage.VALIDATE]))
        checker = Checker(plan.columns, plan.error_config.on_error, judges)
        edited = apply_edits(rows, plan.edits, plan.columns) if plan.edits else rows
        parts = Rows(edited.schema, chain.from_iterable(map(in_parts, edited)))
        return Rows(checker.schema, _closing(judges, self._checked(plan, checker, parts, on_counts)))

    def _checked(
        self, plan: Plan, checker: Checker, rows: Rows, on_counts: Callable[[Counts, Tally], None]
    ) -> Iterator[pa.RecordBatch]:
        ref = findings_ref(plan.execution.id, plan.keys[Stage.VALIDATE])
        with self.staging.placing(ref) as placed:
            with writing_findings(placed.path, self.max_findings) as kept:
                for batch in rows:
                    checked = checker.check(batch)
                    kept.add(checked.findings)
                    yield checked.rows
            placed.is_durable = checker.counts.total_error_cells > 0
        kept.tally.guesses = checker.guesses
        on_counts(checker.counts, kept.tally)
        enforce(checker.counts, plan.error_config.error_threshold, kept.tally.top())

    def _collect(self, execution: Execution, pipeline_id: PipelineId) -> Execution:
        with self.store.reading() as tx:
            pipeline = tx.pipelines.get(pipeline_id)
        given = self.arrivals.collect_into(pipeline, execution)
        if given is None:
            raise SourceDataEmpty(
                f"No file is waiting for pipeline {pipeline.name!r}: each one at its source was executed before.",
                "Put a new file there; one that changed counts as new.",
            )
        return given

    def _receive(self, execution: Execution, copy: Copy, options: ReadOptions | None = None) -> Execution:
        """The execution with what was copied; with options, an archive is taken apart."""
        source = fetch(self.staging, input_ref(execution.id), copy, self.max_file_size)
        given = replace(execution, source=source)
        executions = [given] if options is None else self.unpacker.executions(given, options)
        with self.unpacker.recording(executions) as tx:
            record_received(tx, executions, self.clock())
        return executions[0]

    def _upload(self, file_id: FileId) -> Copy:
        def copy(into: BinaryIO) -> tuple[str, str]:
            try:
                with self.store.reading() as tx:
                    upload = tx.wrappers.file(file_id)
                path = self.staging.local(upload_ref(file_id))
            except NotFound as error:
                raise SourceRefused(f"{FILE_NOT_FOUND}.", "Upload it again and make the wrapper anew.") from error
            with path.open("rb") as stored:
                while chunk := stored.read(1 << 20):
                    into.write(chunk)
            return upload.name, f"upload:{file_id}"

        return copy


def _only_file(source: FileSource) -> Copy:
    def copy(into: BinaryIO) -> tuple[str, str]:
        file = next(source.listing(), None)
        if file is None:
            raise SourceRefused(f"{FILE_NOT_FOUND}.", "Put it at the wrapper's location.")
        source.fetch(file, into)
        return file.path.rpartition("/")[2], file.path

    return copy


def _pull(source: PullSource) -> Copy:
    def copy(into: BinaryIO) -> tuple[str, str]:
        fetched = source.fetch(into)
        return fetched.name, fetched.path

    return copy


def _own_options(plan: Plan) -> ReadOptions:
    """How the input is read: what came out of an archive is not one, whatever the options say of what arrives."""
    if plan.execution.archive_id is None:
        return plan.read_options
    return plan.read_options.model_copy(update={"compression": "auto"})


def _refuse_others(parsed: Parsed, source: SourceFile) -> None:
    """Rows of one file must not pass for those of a whole archive."""
    if parsed.others:
        raise ParsingFailure(
            f"{source.name} is an archive of {len(parsed.others) + 1:,} files, where one is expected.",
            "Send each file by itself; an archive is taken apart as it arrives at a pipeline that unpacks it.",
        )


def _closing(judges: WebhookJudges, batches: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
    with closing(judges):
        yield from batches


def _named(rows: Rows, source: SourceFile) -> Iterator[pa.RecordBatch]:
    with _naming(source):
        yield from rows


@contextmanager
def _naming(source: SourceFile | None) -> Iterator[None]:
    """Have a message about the input's content begin with its name: readers and mappers do not know it."""
    try:
        yield
    except (ParsingFailure, SourceDataEmpty, MappingFailure) as error:
        if source is None or source.name in error.what:
            raise
        raise type(error)(f"{source.name}: {error.what}", error.remedy) from error
