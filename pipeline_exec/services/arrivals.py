"""Arrivals: which files at a source deserve an execution, and their way into one.

``decide`` is pure: a listing and the ledger in, the files to execute and what to remember out.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import PurePath
from typing import BinaryIO

from pipeline_exec.errors import ExecutionFailure, PipelineExecError, SourceUnresponsive
from pipeline_exec.model.arrival import Arrival, FileVersion
from pipeline_exec.model.execution import Execution, ExecutionTrigger, SourceFile, Status
from pipeline_exec.model.identity import ConfigurationId, ExecutionId, PipelineId, new_id
from pipeline_exec.model.pipeline import Pipeline, StoredConfiguration
from pipeline_exec.model.principal import Principal
from pipeline_exec.ports import Clock, FileSource, Outcome, Staging, Store
from pipeline_exec.services.connectors import ConnectorService
from pipeline_exec.services.staged import fetch, input_ref
from pipeline_exec.services.unpacking import Unpacker, record_received

logger = logging.getLogger(__name__)

Ready = Callable[[FileVersion, float], bool]
"""Whether a file seen unchanged for so many seconds may be taken."""


@dataclass(frozen=True)
class Decision:
    """What a look at a source means."""

    take: tuple[FileVersion, ...]
    """Files to execute now, oldest sighting first."""
    wait: tuple[FileVersion, ...]
    """Files that are not ready yet, likewise."""
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
    take: list[FileVersion] = []
    wait: list[FileVersion] = []
    for arrival in candidates:
        seen_for = (at - arrival.stable_since).total_seconds()
        (take if ready(arrival.file, seen_for) else wait).append(arrival.file)
    return Decision(
        take=tuple(take),
        wait=tuple(wait),
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
    """Turns files at a source into executions, each file once; an archive into one for each file in it."""

    store: Store
    staging: Staging
    unpacker: Unpacker
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
            limit: Executions made at most, those files included for which the source does not answer; an archive is
                taken whole.

        Raises:
            SourceUnresponsive: the source cannot be listed.
            SourceRefused: likewise, and nothing will change by itself.
            Conflict: the same request was recorded meanwhile; of this one nothing is.
        """
        source = self._source(pipeline.configuration)
        decision = self._look(pipeline, source, trusts_source=trigger is not ExecutionTrigger.EVENT)
        ready = iter(decision.take)
        options = pipeline.configuration.document.read_options

        def new(execution_id: ExecutionId, received: SourceFile) -> Sequence[Execution]:
            execution = Execution.new(
                execution_id=execution_id,
                trigger=trigger,
                caller=caller,
                at=self.clock(),
                pipeline_id=pipeline.id,
                configuration_id=pipeline.configuration.id,
                source=received,
            )
            return self.unpacker.executions(execution, options)

        problems: list[str] = []
        staged = self._staged(source, ready, new, problems, limit)
        # Under a request key all are recorded or none is: a repeated request must find them all.
        together = [list(staged)] if request_key else ([one] for one in staged)
        executions = [each for some in together for each in self._recorded(pipeline.id, some, request_key)]
        return Collected(
            executions=tuple(executions),
            waiting=sum(1 for _ in ready),
            unsettled=len(decision.wait),
            problems=tuple(problems),
        )

    def collect_into(self, pipeline: Pipeline, execution: Execution) -> Execution | None:
        """Give one waiting file to an execution that has no input yet; None when none is waiting.

        Of an archive it is given the first file; the others are recorded beside it, to be launched.

        Raises:
            SourceUnresponsive: the source cannot be reached.
            SourceRefused: it says no.
            AttemptTaken: the execution's attempt is over.
        """
        source = self._source(pipeline.configuration)
        for file in self._look(pipeline, source, trusts_source=True).take:
            given = replace(execution, source=self._fetch(source, file, execution.id))
            executions = self.unpacker.executions(given, pipeline.configuration.document.read_options)
            with self.unpacker.recording(executions) as tx:
                if tx.arrivals.take(pipeline.id, file, execution.id):
                    record_received(tx, executions, self.clock())
                    return executions[0]
            self.unpacker.drop(executions[1:])
        return None

    def settle(self, limit: int = 100) -> None:
        """Archive, delete or move the files whose executions have ended, as their connectors say.

        A file that cannot be put away is tried again at the next call; the execution is not touched.
        """
        with self.store.reading() as tx:
            unsettled = tx.executions.unsettled(limit)
        unresponsive: set[PipelineId] = set()
        for arrival, execution in unsettled:
            if arrival.pipeline_id in unresponsive:
                continue
            try:
                self._settle(arrival, execution)
            except PipelineExecError as error:
                # One file that waits for an answer is enough: whoever calls has more to do.
                unresponsive |= {arrival.pipeline_id} if isinstance(error, SourceUnresponsive) else set()
                logger.warning("File %s could not be put away: %s", arrival.file.path, error.message)

    def _look(self, pipeline: Pipeline, source: FileSource, *, trusts_source: bool) -> Decision:
        listing = list(source.listing())
        now = self.clock()
        with self.store.reading() as tx:
            ledger = tx.arrivals.ledger(pipeline.id)

        def ready(file: FileVersion, seen_for: float) -> bool:
            return source.is_ready(file, max(seen_for, source.age(file, now)) if trusts_source else seen_for)

        decision = decide(pipeline.id, listing, ledger, ready, now)
        if decision.record or decision.forget:
            with self.store.writing() as tx:
                tx.arrivals.record(decision.record)
                tx.arrivals.forget(pipeline.id, decision.forget)
        return decision

    def _staged(
        self,
        source: FileSource,
        files: Iterable[FileVersion],
        new: Callable[[ExecutionId, SourceFile], Sequence[Execution]],
        problems: list[str],
        limit: int | None,
    ) -> Iterator[tuple[FileVersion, Sequence[Execution]]]:
        """Each file with the executions made for it, its bytes staged; what cannot be fetched is a problem."""
        count = 0
        for file in files:
            execution_id = ExecutionId(new_id())
            try:
                received = self._fetch(source, file, execution_id)
            except ExecutionFailure as error:
                self.staging.remove(execution_id)
                problems.append(error.message)
                # Files that are refused are refused at every look; if they counted, others might never have a turn.
                count += isinstance(error, SourceUnresponsive)
            else:
                executions = new(execution_id, received)
                yield file, executions
                count += len(executions)
            if limit is not None and count >= limit:
                return

    def _recorded(
        self,
        pipeline_id: PipelineId,
        staged: Sequence[tuple[FileVersion, Sequence[Execution]]],
        request_key: str | None,
    ) -> Sequence[Execution]:
        """The executions that got their file, all recorded together; another look may have been faster."""
        recorded: list[Execution] = []
        taken_before: list[Execution] = []
        with self.unpacker.recording([execution for _, executions in staged for execution in executions]) as tx:
            for file, executions in staged:
                if not tx.arrivals.take(pipeline_id, file, executions[0].id):
                    taken_before += executions
                    continue
                for execution in executions:
                    key = f"{request_key}#{len(recorded)}" if request_key else None
                    recorded.append(replace(execution, request_key=key))
                    tx.executions.add(recorded[-1])
        self.unpacker.drop(taken_before)
        return recorded

    def _fetch(self, source: FileSource, file: FileVersion, execution_id: ExecutionId) -> SourceFile:
        def copy(into: BinaryIO) -> tuple[str, str]:
            source.fetch(file, into)
            return PurePath(file.path).name, file.path

        return fetch(self.staging, input_ref(execution_id), copy, self.max_file_size)

    def _settle(self, arrival: Arrival, execution: Execution) -> None:
        with self.store.reading() as tx:
            every = [execution, *tx.executions.of_archive(execution.id)]
            configuration = tx.pipelines.configuration(ConfigurationId(str(execution.log.configuration_id)))
            connectors = tx.connectors.many(configuration.document.input_connectors)
        succeeded = all(each.status is Status.SUCCESSFUL for each in every)
        outcome = Outcome.SUCCEEDED if succeeded else Outcome.FAILED
        for connector in connectors.values():
            source = self.connectors.open(connector.document).port
            if isinstance(source, FileSource):
                source.settle(arrival.file, outcome)
        with self.store.writing() as tx:
            tx.arrivals.settled(arrival.pipeline_id, arrival.file)

    def _source(self, configuration: StoredConfiguration) -> FileSource:
        with self.store.reading() as tx:
            connector = tx.connectors.get(configuration.document.input_connectors[0])
        return self.connectors.open(connector.document).files
