"""Ingestion: data that is pushed to us. It is on disk and recorded before its sender hears that it was taken."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack, suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import BinaryIO

from pipeline_exec.errors import Conflict, NotFound, Unauthenticated
from pipeline_exec.model.execution import Execution, ExecutionTrigger, SourceFile
from pipeline_exec.model.identity import ConnectorId, ExecutionId, new_id
from pipeline_exec.model.pipeline import Pipeline
from pipeline_exec.model.principal import Principal
from pipeline_exec.ports import Clock, PushSource, Staging, Store
from pipeline_exec.services.connectors import ConnectorService
from pipeline_exec.services.lifecycle import Lifecycle
from pipeline_exec.services.request_keys import check_key
from pipeline_exec.services.staged import input_ref, receive, too_large
from pipeline_exec.services.unpacking import Unpacker

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
    unpacker: Unpacker
    connectors: ConnectorService
    lifecycle: Lifecycle
    clock: Clock
    max_file_size: int

    def door(self, connector_id: ConnectorId, caller: Principal | None, headers: Mapping[str, str]) -> PushSource:
        """The connector that is called.

        Args:
            connector_id: Which connector.
            caller: Who calls; None when nobody is known, so that only a signature can let the call in.
            headers: Of the call.

        Raises:
            NotFound: there is no such connector, or it is not one that is called.
            Unauthenticated: nobody is known, and the connector does not tell its callers by a signature, or there is
                none in the headers.
        """
        with self.store.reading() as tx:
            connector = tx.connectors.many([connector_id]).get(connector_id)
        opened = self.connectors.open(connector.document) if connector else None
        if caller is None and not (opened and opened.is_signed):
            raise Unauthenticated("The request does not say who sends it.", "Send Authorization: Bearer <API key>.")
        if opened is None or not isinstance(opened.port, PushSource):
            raise NotFound(
                f"There is no connector {connector_id!r} that takes pushed data.",
                "Push to an HTTP input connector with trigger_type EVENT_BASE.",
            )
        if caller is None:
            with suppress(_BodyIsNeeded):
                opened.port.verify(headers, _unread)
        return opened.port

    def verify(self, door: PushSource, headers: Mapping[str, str], payload: Payload) -> None:
        """Return if a call that was staged whole is genuine; else nothing of it is kept.

        Raises:
            Unauthenticated: its signature is absent or wrong.
        """
        try:
            door.verify(headers, lambda: self.content(payload))
        except Unauthenticated:
            self.discard([payload])
            raise

    def content(self, payload: Payload) -> Iterator[bytes]:
        """The bytes of a payload."""
        with self.staging.local(input_ref(payload.execution_id)).open("rb") as file:
            while chunk := file.read(COPY_BYTES):
                yield chunk

    def stage(self, name: str, write: Callable[[BinaryIO], None], announced: int | None = None) -> Payload:
        """Stage one file of a push durably.

        Args:
            name: As the sender calls it.
            write: Writes the bytes.
            announced: How many bytes the sender says there are; too many are refused before one is written.

        Raises:
            TooLarge: it is larger than this service takes; nothing is staged.
        """
        if announced is not None and announced > self.max_file_size:
            raise too_large(self.max_file_size)
        execution_id = ExecutionId(new_id())

        def copy(into: BinaryIO) -> tuple[str, str]:
            write(into)
            return name, name

        with ExitStack() as undo:
            undo.callback(self.staging.remove, execution_id)
            payload = Payload(execution_id, receive(self.staging, input_ref(execution_id), copy, self.max_file_size))
            undo.pop_all()
        return payload

    def record_file(self, pipeline: Pipeline, file: Path, caller: Principal) -> Sequence[Execution]:
        """Record a MANUAL execution of a file of this machine, of an archive one for each file in it; not launched.

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
        executions = self.unpacker.executions(execution, pipeline.configuration.document.read_options)
        self._record(executions)
        return executions

    def discard(self, payloads: Iterable[Payload]) -> None:
        """Drop what was staged for a push that is refused."""
        for payload in payloads:
            self.staging.remove(payload.execution_id)

    def take(
        self, connector_id: ConnectorId, payloads: Sequence[Payload], idempotency_key: str | None = None
    ) -> Sequence[Execution]:
        """Record one execution for each payload, or each file of the archive it is, and pipeline, then launch them.

        When this returns everything is durable: a crash from here on loses nothing. Of what is refused, or was taken
        before under the same key, nothing more is kept.

        Raises:
            Conflict: no active pipeline reads from the connector, or other data was sent under the same key before.
            NotFound: the pipeline was deleted meanwhile.
            InvalidDocument: the key is too long.
        """
        with ExitStack() as undo:
            undo.callback(self.discard, payloads)
            check_key(idempotency_key)
            executions = self._executions(connector_id, self._fed_by(connector_id), payloads, idempotency_key, undo)
            undo.pop_all()
        try:
            self._record(executions)
        except Conflict:
            # The same call came before, perhaps at the same time.
            return self._repeated(connector_id, idempotency_key or "", executions)
        self.lifecycle.launch(executions)
        return executions

    def _fed_by(self, connector_id: ConnectorId) -> Sequence[Pipeline]:
        with self.store.reading() as tx:
            pipelines = tx.pipelines.fed_by(connector_id)
        if not pipelines:
            raise Conflict("No active pipeline reads from this connector.", "Create or activate one and send again.")
        return pipelines

    def _record(self, executions: Sequence[Execution]) -> None:
        with self.unpacker.recording(executions) as tx:
            for execution in executions:
                tx.executions.add(execution)

    def _repeated(
        self, connector_id: ConnectorId, idempotency_key: str, refused: Sequence[Execution]
    ) -> Sequence[Execution]:
        """What an earlier call with this key and the data of these executions made; nothing when there was none."""
        found: list[Execution] = []
        with self.store.reading() as tx:
            while execution := tx.executions.by_request_key(_request_key(connector_id, idempotency_key, len(found))):
                found.append(execution)
        if found and _contents(found) != _contents(refused):
            raise Conflict(
                f"Other data was sent with the Idempotency-Key {idempotency_key!r} before, so that this was not taken.",
                "Send it with a key of its own.",
            )
        return found

    def _executions(
        self,
        connector_id: ConnectorId,
        pipelines: Sequence[Pipeline],
        payloads: Sequence[Payload],
        idempotency_key: str | None,
        undo: ExitStack,
    ) -> Sequence[Execution]:
        executions: list[Execution] = []
        for payload in payloads:
            # All copies first: taking an archive apart puts its first file in its place.
            ids = [payload.execution_id, *(self._copied(payload, undo) for _ in pipelines[1:])]
            for pipeline, execution_id in zip(pipelines, ids, strict=True):
                unpacked = self._unpacked(pipeline, execution_id, payload.source)
                undo.callback(self.unpacker.drop, unpacked)
                executions += unpacked
        if not idempotency_key:
            return executions
        return [
            replace(execution, request_key=_request_key(connector_id, idempotency_key, number))
            for number, execution in enumerate(executions)
        ]

    def _unpacked(self, pipeline: Pipeline, execution_id: ExecutionId, source: SourceFile) -> Sequence[Execution]:
        execution = Execution.new(
            execution_id=execution_id,
            trigger=ExecutionTrigger.EVENT,
            caller=pipeline.audit.created_by,
            at=self.clock(),
            pipeline_id=pipeline.id,
            configuration_id=pipeline.configuration.id,
            source=source,
        )
        return self.unpacker.executions(execution, pipeline.configuration.document.read_options)

    def _copied(self, payload: Payload, undo: ExitStack) -> ExecutionId:
        """Another pipeline's own copy, so that retention of one never takes the input of the other."""
        execution_id = ExecutionId(new_id())
        undo.callback(self.staging.remove, execution_id)
        with (
            self.staging.local(input_ref(payload.execution_id)).open("rb") as original,
            self.staging.writing(input_ref(execution_id)) as into,
        ):
            shutil.copyfileobj(original, into, COPY_BYTES)
        return execution_id


class _BodyIsNeeded(Exception):
    """The headers alone do not tell whether a call is genuine."""


def _unread() -> Iterator[bytes]:
    raise _BodyIsNeeded


def _contents(executions: Iterable[Execution]) -> set[str | None]:
    """Fingerprints of what they are to read, whichever pipelines read it."""
    return {execution.source.fingerprint if execution.source else None for execution in executions}


def _request_key(connector_id: ConnectorId, idempotency_key: str, number: int) -> str:
    return f"push:{connector_id}:{idempotency_key}#{number}"
