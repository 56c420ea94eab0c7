"""Wrappers: made, executed to their end, stopped and looked at."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import ExitStack, suppress
from dataclasses import dataclass, replace
from pathlib import PurePath
from typing import BinaryIO

from pipeline_exec.dataplane.marks import without_marks
from pipeline_exec.errors import (
    Conflict,
    FieldProblem,
    InvalidDocument,
    ParsingFailure,
    SourceDataEmpty,
    TooLarge,
    Unavailable,
)
from pipeline_exec.model.connector import ConnectorDocument, Direction
from pipeline_exec.model.execution import Execution, ExecutionTrigger, SourceFile
from pipeline_exec.model.identity import FileId, WrapperId, new_id
from pipeline_exec.model.pipeline import ReadOptions
from pipeline_exec.model.principal import Audit, Principal
from pipeline_exec.model.query import Page
from pipeline_exec.model.wrapper import (
    SOURCES,
    Wrapper,
    WrapperDocument,
    WrapperFile,
    WrapperLogLine,
    WrapperStatus,
)
from pipeline_exec.ports import Clock, Engine, Formats, Staging, Store, Transaction
from pipeline_exec.services.connectors import ConnectorService
from pipeline_exec.services.lifecycle import Lifecycle
from pipeline_exec.services.sealing import Sealing
from pipeline_exec.services.staged import receive, upload_ref

UPLOAD_EXTENSIONS = (".csv", ".xlsx", ".xls")
LEAST_COLUMNS = 2
POLL_SECONDS = (0.02, 0.25)
"""Shortest and longest pause between two looks at a running execution."""


@dataclass(frozen=True)
class WrapperService:
    """What can be done with wrappers."""

    store: Store
    staging: Staging
    formats: Formats
    connectors: ConnectorService
    sealing: Sealing
    lifecycle: Lifecycle
    engine: Engine
    clock: Clock
    max_file_size: int
    patience_seconds: float
    """How long an execute waits for its run, and for its turn."""

    def create(self, document: WrapperDocument, caller: Principal) -> Wrapper:
        """Make a wrapper.

        Raises:
            InvalidDocument: its source or destination is not valid, or its file was not uploaded.
        """
        wrapper = Wrapper(
            id=WrapperId(new_id()),
            document=self.sealed(document),
            status=WrapperStatus.PENDING,
            audit=Audit.new(caller, self.clock()),
        )
        with self.store.writing() as tx:
            _check_references(tx, document)
            tx.wrappers.add(wrapper)
            tx.wrappers.append_log(wrapper.id, self._line("The wrapper was created."))
        self.engine.refresh()
        return wrapper

    def update(self, wrapper_id: WrapperId, document: WrapperDocument, caller: Principal) -> Wrapper:
        """Replace a wrapper's document; its status, its log and what it counted stay.

        ``"********"`` keeps the secret that is there.

        Raises:
            NotFound: there is no such wrapper.
            InvalidDocument: as in ``create``; or a mask hides nothing.
        """
        sealed = self.sealed(self._revealed(document, self.get(wrapper_id).document))
        with self.store.writing() as tx:
            _check_references(tx, document)
            before = tx.wrappers.get(wrapper_id)
            after = replace(before, document=sealed, audit=before.audit.touched(caller, self.clock()))
            tx.wrappers.save(after)
            tx.wrappers.append_log(wrapper_id, self._line(f"{caller.name} changed the wrapper."))
        self.engine.refresh()
        return after

    def sealed(self, document: WrapperDocument) -> WrapperDocument:
        """The document as it may be kept: validated as a whole, its secrets encrypted. Nothing is saved.

        Raises:
            InvalidDocument: its source or destination is not valid.
        """
        source = SOURCES[document.source_type].parse(document.source_config, at="source_config")
        destination = document.destination
        sealed: dict[str, object] = {}
        if destination.node_type is not None:
            sealed = self._sealed_destination(document)
        return document.model_copy(
            update={
                "source_config": self.sealing.sealed(source),
                "destination": destination.model_copy(update={"configuration": sealed}),
            }
        )

    def get(self, wrapper_id: WrapperId) -> Wrapper:
        """Raises NotFound."""
        with self.store.reading() as tx:
            return tx.wrappers.get(wrapper_id)

    def page(self, offset: int, limit: int) -> Page[Wrapper]:
        """Newest first."""
        with self.store.reading() as tx:
            return tx.wrappers.page(offset, limit)

    def log(self, wrapper_ids: Iterable[WrapperId], limit: int) -> Mapping[WrapperId, Sequence[WrapperLogLine]]:
        """The newest lines of each, oldest first."""
        with self.store.reading() as tx:
            return tx.wrappers.log(wrapper_ids, limit)

    def delete(self, wrapper_id: WrapperId) -> None:
        """Raises NotFound, and Conflict while it is being executed."""
        with self.store.writing() as tx:
            if any(execution.wrapper_id == wrapper_id for execution in tx.executions.unfinished()):
                raise Conflict(f"Wrapper {wrapper_id} is being executed.", "Wait for its end, or stop it first.")
            tx.wrappers.delete(wrapper_id)
        self.engine.refresh()

    def execute(self, wrapper_id: WrapperId, caller: Principal) -> Execution:
        """Execute a wrapper and wait for the end; executes of the same wrapper run one after the other.

        Raises:
            NotFound: there is no such wrapper.
            Unavailable: its turn or its end did not come in time; a run that was started goes on.
        """
        deadline = time.monotonic() + self.patience_seconds
        self.get(wrapper_id)
        execution = Execution.new(
            trigger=ExecutionTrigger.MANUAL, caller=caller, at=self.clock(), wrapper_id=wrapper_id
        )
        self._until(lambda: self._begin(execution), deadline, "other executions of the wrapper are in progress")
        self.lifecycle.launch([execution])

        def ended() -> Execution | None:
            with self.store.reading() as tx:
                found = tx.executions.get(execution.id)
            return found if found.is_finished else None

        return self._until(ended, deadline, "the execution is still running; its result will be in the wrapper's log")

    def stop(self, wrapper_id: WrapperId, caller: Principal) -> Wrapper:
        """Cancel what the wrapper is executing and mark it stopped. Raises NotFound."""
        with self.store.reading() as tx:
            running = [e for e in tx.executions.unfinished() if e.wrapper_id == wrapper_id]
        for execution in running:
            # One that ends by itself meanwhile is as good.
            with suppress(Conflict):
                self.lifecycle.cancel(execution.id, caller)
        with self.store.writing() as tx:
            wrapper = tx.wrappers.get(wrapper_id)
            stopped = replace(wrapper, status=WrapperStatus.STOPPED, error_message=None, phase="idle")
            tx.wrappers.save(stopped)
            tx.wrappers.append_log(wrapper_id, self._line(f"{caller.name} stopped the wrapper."))
        return stopped

    def upload(self, name: str, write: Callable[[BinaryIO], None]) -> WrapperFile:
        """Take a CSV or a spreadsheet with at least two columns.

        Raises:
            InvalidDocument: another kind of file, fewer columns, or it cannot be read.
            TooLarge: larger than the deployment allows.
        """
        base = PurePath(name).name
        if PurePath(base).suffix.lower() not in UPLOAD_EXTENSIONS:
            raise _bad_upload(f"{base!r} is not one of {', '.join(UPLOAD_EXTENSIONS)}")
        file_id = FileId(new_id())

        def copy(into: BinaryIO) -> tuple[str, str]:
            write(into)
            return base, base

        with ExitStack() as undo:
            undo.callback(self.staging.remove, upload_ref(file_id))
            received = self._received(file_id, copy)
            columns = self._columns(file_id, base)
            file = WrapperFile(id=file_id, name=base, size=received.size, columns=columns, uploaded_at=self.clock())
            with self.store.writing() as tx:
                tx.wrappers.add_file(file)
            undo.pop_all()
        return file

    def file(self, file_id: FileId) -> WrapperFile:
        """Raises NotFound."""
        with self.store.reading() as tx:
            return tx.wrappers.file(file_id)

    def delete_file(self, file_id: FileId) -> None:
        """Raises NotFound, and Conflict while a wrapper uses it."""
        with self.store.writing() as tx:
            tx.wrappers.delete_file(file_id)
        self.staging.remove(upload_ref(file_id))

    def _revealed(self, document: WrapperDocument, before: WrapperDocument) -> WrapperDocument:
        """The document with every mask replaced by the secret that is there."""
        source = self.sealing.revealed(document.source_config, before.source_config, at="source_config")
        configuration = self.sealing.revealed(
            document.destination.configuration, before.destination.configuration, at="destination.configuration"
        )
        destination = document.destination.model_copy(update={"configuration": configuration})
        return document.model_copy(update={"source_config": source, "destination": destination})

    def _begin(self, execution: Execution) -> Execution | None:
        return execution if self.lifecycle.start_wrapper(execution) else None

    def _until(self, look: Callable[[], Execution | None], deadline: float, otherwise: str) -> Execution:
        pause, longest = POLL_SECONDS
        while (found := look()) is None:
            if time.monotonic() > deadline:
                raise Unavailable(f"Timeout: {otherwise}.")
            time.sleep(pause)
            pause = min(pause * 1.5, longest)
        return found

    def _sealed_destination(self, document: WrapperDocument) -> dict[str, object]:
        destination = document.destination
        connector = ConnectorDocument.parse(
            {
                "name": document.name,
                "type": Direction.OUTPUT,
                "node_type": destination.node_type,
                "configuration": destination.configuration,
            },
            at="destination",
        )
        return self.connectors.sealed_configuration(connector, at="destination.configuration")

    def _received(self, file_id: FileId, copy: Callable[[BinaryIO], tuple[str, str]]) -> SourceFile:
        try:
            return receive(self.staging, upload_ref(file_id), copy, self.max_file_size)
        except TooLarge as error:
            raise TooLarge(error.what, "Split it, or raise PIPELINE_EXEC_MAX_WRAPPER_FILE_SIZE.") from None

    def _columns(self, file_id: FileId, name: str) -> tuple[str, ...]:
        path = self.staging.local(upload_ref(file_id))
        try:
            rows = self.formats.read(path, name, ReadOptions()).rows
        except (ParsingFailure, SourceDataEmpty) as error:
            raise _bad_upload(error.what.removesuffix("."), error.remedy) from error
        columns = tuple(without_marks(rows.schema))
        if len(columns) < LEAST_COLUMNS:
            raise _bad_upload(f"{name!r} has {len(columns)} column; a time column and a value column are needed")
        return columns

    def _line(self, message: str) -> WrapperLogLine:
        return WrapperLogLine(at=self.clock(), level="INFO", message=message)


def _check_references(tx: Transaction, document: WrapperDocument) -> None:
    """Raises NotFound when the wrapper's file or its destination's connector is not there."""
    file_id = document.source_config.get("file_id")
    if file_id is not None:
        tx.wrappers.file(FileId(str(file_id)))
    if document.destination.connector_id is not None:
        tx.connectors.get(document.destination.connector_id)


def _bad_upload(problem: str, remedy: str = "") -> InvalidDocument:
    return InvalidDocument(f"The file cannot be used: {problem}.", [FieldProblem("file", problem)], remedy)
