"""Ingestion: data that is pushed to us. It is on disk and recorded before its sender hears that it was taken."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from pipeline_exec.errors import Conflict, NotFound
from pipeline_exec.model.execution import Execution, ExecutionTrigger, SourceFile
from pipeline_exec.model.identity import ConnectorId, ExecutionId, new_id
from pipeline_exec.model.pipeline import Pipeline
from pipeline_exec.model.principal import Principal
from pipeline_exec.ports import Clock, PushSource, Staging, Store
from pipeline_exec.services.connectors import ConnectorService
from pipeline_exec.services.lifecycle import Lifecycle
from pipeline_exec.services.staged import input_ref, receive

COPY_BYTES = 1 << 20


@dataclass(frozen=True)
class Payload:
    """One file of a push, staged already, to be executed by each pipeline its connector feeds."""

    execution_id: ExecutionId
    source: SourceFile


@dataclass(frozen=True)
class IngestionService:
    """Takes pushed data in."""

    store: Store
    staging: Staging
    connectors: ConnectorService
    lifecycle: Lifecycle
    clock: Clock
    max_file_size: int

    def door(self, connector_id: ConnectorId) -> PushSource:
        """The connector that is called.

        Raises:
            NotFound: there is no such connector, or it is not one that is called.
        """
        with self.store.reading() as tx:
            connector = tx.connectors.get(connector_id)
        port = self.connectors.open(connector.document).port
        if not isinstance(port, PushSource):
            raise NotFound(
                f"Connector {connector.document.name!r} does not take pushed data.",
                "Push to an HTTP input connector with trigger_type EVENT_BASE.",
            )
        return port

    def stage(self, name: str, write: Callable[[BinaryIO], None]) -> Payload:
        """Stage one file of a push durably.

        Args:
            name: As the sender calls it.
            write: Writes the bytes.

        Raises:
            TooLarge: it is larger than this service takes; nothing is staged.
        """
        execution_id = ExecutionId(new_id())

        def copy(into: BinaryIO) -> tuple[str, str]:
            write(into)
            return name, name

        return Payload(execution_id, receive(self.staging, input_ref(execution_id), copy, self.max_file_size))

    def record_file(self, pipeline: Pipeline, file: Path, caller: Principal) -> Execution:
        """Record a MANUAL execution of a file of this machine, staged; not launched.

        Raises:
            TooLarge: it is larger than this service takes.
        """

        def write(into: BinaryIO) -> None:
            with file.open("rb") as source:
                shutil.copyfileobj(source, into, COPY_BYTES)

        payload = self.stage(file.name, write)
        execution = Execution.new(
            execution_id=payload.execution_id,
            trigger=ExecutionTrigger.MANUAL,
            caller=caller,
            at=self.clock(),
            pipeline_id=pipeline.id,
            configuration_id=pipeline.configuration.id,
            source=payload.source,
        )
        with self.store.writing() as tx:
            tx.executions.add(execution)
        return execution

    def discard(self, payloads: Iterable[Payload]) -> None:
        """Drop what was staged for a push that is refused."""
        for payload in payloads:
            self.staging.remove(payload.execution_id)

    def take(self, connector_id: ConnectorId, payloads: Sequence[Payload]) -> Sequence[Execution]:
        """Record one execution for each payload and pipeline, then launch them.

        When this returns everything is durable: a crash from here on loses nothing.

        Raises:
            Conflict: no active pipeline reads from the connector; nothing is kept.
        """
        with self.store.writing() as tx:
            pipelines = tx.pipelines.fed_by(connector_id)
            executions = [
                self._execution(pipeline, payload, copy=number > 0)
                for payload in payloads
                for number, pipeline in enumerate(pipelines)
            ]
            for execution in executions:
                tx.executions.add(execution)
        if not pipelines:
            self.discard(payloads)
            raise Conflict("No active pipeline reads from this connector.", "Create or activate one, then send again.")
        self.lifecycle.launch(executions)
        return executions

    def _execution(self, pipeline: Pipeline, payload: Payload, *, copy: bool) -> Execution:
        return Execution.new(
            execution_id=self._copied(payload) if copy else payload.execution_id,
            trigger=ExecutionTrigger.EVENT,
            caller=pipeline.audit.created_by,
            at=self.clock(),
            pipeline_id=pipeline.id,
            configuration_id=pipeline.configuration.id,
            source=payload.source,
        )

    def _copied(self, payload: Payload) -> ExecutionId:
        """Another pipeline's own copy, so that retention of one never takes the input of the other."""
        execution_id = ExecutionId(new_id())
        with (
            self.staging.local(input_ref(payload.execution_id)).open("rb") as original,
            self.staging.writing(input_ref(execution_id)) as into,
        ):
            shutil.copyfileobj(original, into, COPY_BYTES)
        return execution_id
