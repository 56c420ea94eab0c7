"""Arrivals: which files at a source deserve an execution, and their way into one.

``decide`` is pure: a listing and the ledger in, the files to execute and what to remember out.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import PurePath
from typing import BinaryIO

from pipeline_exec.errors import ExecutionFailure, PipelineExecError
from pipeline_exec.model.arrival import Arrival, FileVersion
from pipeline_exec.model.execution import Execution, ExecutionTrigger, SourceFile, Status
from pipeline_exec.model.identity import ExecutionId, PipelineId, new_id
from pipeline_exec.model.pipeline import Pipeline
from pipeline_exec.model.principal import Principal
from pipeline_exec.ports import Clock, FileSource, Outcome, Staging, Store
from pipeline_exec.services.connectors import ConnectorService
from pipeline_exec.services.staged import input_ref, receive

logger = logging.getLogger(__name__)

Ready = Callable[[FileVersion, float], bool]
"""Whether a file seen unchanged for so many seconds may be taken."""


@dataclass(frozen=True)
class Decision:
    """What a look at a source means."""

    take: tuple[FileVersion, ...]
    """Files to execute now, oldest sighting first."""
    record: tuple[Arrival, ...]
    """Sightings that are new, or moved out of the future."""
    forget: tuple[FileVersion, ...]
    """Sightings without an execution that are no longer there."""


def decide(
    pipeline_id: PipelineId,
    listing: Iterable[FileVersion],
    ledger: Mapping[FileVersion, Arrival],
    ready: Ready,
    at: datetime,
) -> Decision:
    """Which files are to be executed, and what to remember for the next look.

    A file is known by path, size and modification, compared for equality only: neither the order of names, nor old
    modification times, nor a clock that is wrong can hide one. What has an execution is never taken again.
    """
    listed = set(listing)
    waiting = {file: arrival for file, arrival in ledger.items() if arrival.execution_id is None}
    first_seen = {arrival.file.path: arrival.first_seen for arrival in waiting.values()}
    new = [
        Arrival(pipeline_id=pipeline_id, file=file, first_seen=min(first_seen.get(file.path, at), at), stable_since=at)
        for file in listed - ledger.keys()
    ]
    corrected = [_not_after(at, waiting[file]) for file in listed & waiting.keys()]
    candidates = sorted([*new, *corrected], key=lambda arrival: (arrival.first_seen, arrival.file))
    return Decision(
        take=tuple(
            arrival.file for arrival in candidates if ready(arrival.file, (at - arrival.stable_since).total_seconds())
        ),
        record=tuple(arrival for arrival in candidates if arrival is not waiting.get(arrival.file)),
        forget=tuple(file for file in waiting if file not in listed),
    )


def _not_after(at: datetime, arrival: Arrival) -> Arrival:
    """The sighting; at this moment if it lies in the future, where a clock that was put back since has left it."""
    if arrival.stable_since <= at:
        return arrival
    return replace(arrival, first_seen=min(arrival.first_seen, at), stable_since=at)


@dataclass(frozen=True)
class Collected:
    """What a look at a source brought."""

    executions: tuple[Execution, ...]
    waiting: int
    """Files that are ready and were left for the next look."""
    unsettled: int
    """Files seen that are not ready yet."""
    problems: tuple[str, ...]
    """Files that could not be fetched; they are tried again at the next look."""


@dataclass(frozen=True)
class ArrivalService:
    """Turns files at a source into executions, each file once."""

    store: Store
    staging: Staging
    connectors: ConnectorService
    clock: Clock
    max_file_size: int

    def collect(
        self,
        pipeline: Pipeline,
        trigger: ExecutionTrigger,
        caller: Principal,
        *,
        request_key: str | None = None,
        limit: int | None = None,
    ) -> Collected:
        """Look at a pipeline's source once; stage every file that is ready and record its execution, not launched yet.

        Args:
            pipeline: Its input connector lists files.
            trigger: MANUAL and SCHEDULED looks also trust the source's modification times, since they do not look
                often enough to see a file stand still; EVENT looks trust only what they have seen themselves.
            caller: Whose name the executions carry.
            request_key: Makes a repeated request find the executions of the first, with ``#<n>`` behind it.
            limit: Files taken at most.

        Raises:
            SourceUnresponsive: the source cannot be listed.
            SourceRefused: likewise, and nothing will change by itself.
        """
        source = self._source(pipeline)
        listing = list(source.listing())
        now = self.clock()
        with self.store.reading() as tx:
            ledger = tx.arrivals.ledger(pipeline.id)

        def ready(file: FileVersion, seen_for: float) -> bool:
            patient = trigger is ExecutionTrigger.EVENT
            return source.is_ready(file, seen_for if patient else max(seen_for, source.age(file, now)))

        decision = decide(pipeline.id, listing, ledger, ready, now)
        if decision.record or decision.forget:
            with self.store.writing() as tx:
                tx.arrivals.record(decision.record)
                tx.arrivals.forget(pipeline.id, decision.forget)
        executions: list[Execution] = []
        problems: list[str] = []
        taken = decision.take[:limit]
        for file in taken:
            key = f"{request_key}#{len(executions)}" if request_key else None
            try:
                execution = self._take(pipeline, source, file, trigger, caller, key)
            except ExecutionFailure as error:
                problems.append(error.message)
                continue
            if execution is not None:
                executions.append(execution)
        unready = sum(1 for file in listing if file not in ledger or ledger[file].execution_id is None)
        return Collected(
            executions=tuple(executions),
            waiting=len(decision.take) - len(taken),
            unsettled=unready - len(decision.take),
            problems=tuple(problems),
        )

    def collect_into(self, pipeline: Pipeline, execution: Execution) -> Execution | None:
        """Give one waiting file to an execution that has no input yet; None when none is waiting.

        Raises:
            SourceUnresponsive: the source cannot be reached.
            SourceRefused: it says no.
        """
        source = self._source(pipeline)
        with self.store.reading() as tx:
            ledger = tx.arrivals.ledger(pipeline.id)
        now = self.clock()

        def ready(file: FileVersion, seen_for: float) -> bool:
            return source.is_ready(file, max(seen_for, source.age(file, now)))

        decision = decide(pipeline.id, source.listing(), ledger, ready, now)
        with self.store.writing() as tx:
            tx.arrivals.record(decision.record)
        for file in decision.take:
            received = self._fetch(source, file, execution.id)
            given = replace(execution, source=received)
            with self.store.writing() as tx:
                if tx.arrivals.take(pipeline.id, file, execution.id):
                    tx.executions.receive(given)
                    return given
        return None

    def settle(self, limit: int = 100) -> None:
        """Archive, delete or move the files whose executions have ended, as their connectors say.

        A file that cannot be put away is tried again at the next call; the execution is not touched.
        """
        with self.store.reading() as tx:
            unsettled = tx.executions.unsettled(limit)
        for arrival, execution in unsettled:
            try:
                self._settle(arrival, execution)
            except PipelineExecError as error:
                logger.warning("File %s could not be put away: %s", arrival.file.path, error.message)

    def _settle(self, arrival: Arrival, execution: Execution) -> None:
        with self.store.reading() as tx:
            pipeline = tx.pipelines.get(arrival.pipeline_id)
        succeeded = execution.status is Status.SUCCESSFUL
        self._source(pipeline).settle(arrival.file, Outcome.SUCCEEDED if succeeded else Outcome.FAILED)
        with self.store.writing() as tx:
            tx.arrivals.settled(arrival.pipeline_id, arrival.file)

    def _take(
        self,
        pipeline: Pipeline,
        source: FileSource,
        file: FileVersion,
        trigger: ExecutionTrigger,
        caller: Principal,
        request_key: str | None,
    ) -> Execution | None:
        execution_id = ExecutionId(new_id())
        received = self._fetch(source, file, execution_id)
        execution = Execution.new(
            execution_id=execution_id,
            trigger=trigger,
            caller=caller,
            at=self.clock(),
            pipeline_id=pipeline.id,
            configuration_id=pipeline.configuration.id,
            source=received,
            request_key=request_key,
        )
        with self.store.writing() as tx:
            if tx.arrivals.take(pipeline.id, file, execution_id):
                tx.executions.add(execution)
                return execution
        # Another look, overlapping with this one, took the file first.
        self.staging.remove(execution_id)
        return None

    def _fetch(self, source: FileSource, file: FileVersion, execution_id: ExecutionId) -> SourceFile:
        def copy(into: BinaryIO) -> tuple[str, str]:
            source.fetch(file, into)
            return PurePath(file.path).name, file.path

        return receive(self.staging, input_ref(execution_id), copy, self.max_file_size)

    def _source(self, pipeline: Pipeline) -> FileSource:
        with self.store.reading() as tx:
            connector = tx.connectors.get(pipeline.configuration.document.input_connectors[0])
        return self.connectors.open(connector.document).files
