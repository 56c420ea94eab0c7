"""Executions, their attempts and their deliveries in the database.

Every move is one conditional UPDATE: of several who try it at once, one finds the row as it must be.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime

from sqlalchemy import ColumnElement, Connection, Update, bindparam, exists, func, insert, select, update

from pipeline_exec import ports
from pipeline_exec.errors import Conflict, NotFound
from pipeline_exec.model.arrival import Arrival
from pipeline_exec.model.execution import Delivery, Execution, ExecutionLog, Progress, Status
from pipeline_exec.model.identity import ExecutionId, LogId, PipelineId, RunId
from pipeline_exec.model.query import Page, Query
from pipeline_exec.store.arrivals import ARRIVAL, arrival_of
from pipeline_exec.store.deliveries import deliveries_of, save_delivery
from pipeline_exec.store.execution_logs import failure_values, known_input, log_of, log_values
from pipeline_exec.store.execution_rows import (
    ATTRIBUTES,
    EXECUTIONS,
    execution_of,
    execution_values,
    input_values,
    known_counts,
    latest_values,
    progress_values,
    state_values,
)
from pipeline_exec.store.querying import Listing
from pipeline_exec.store.refusals import refusing
from pipeline_exec.store.tables import arrivals, execution_logs, executions, pipelines

_LISTING = Listing(EXECUTIONS, select(executions.c.id), execution_of)

#: A change that everyone who looks may see; what is set comes as parameters.
_CHANGE = update(executions).where(executions.c.id == bindparam("execution")).values(revision=executions.c.revision + 1)
#: The same, if the attempt is still the latest.
_CHANGE_AFTER = _CHANGE.where(executions.c.log_id == bindparam("log"))
#: The same, if the attempt is still PROCESSING.
_CHANGE_CURRENT = _CHANGE_AFTER.where(executions.c.status == Status.PROCESSING)

#: A change of an attempt; what is set comes as parameters.
_NOTE = update(execution_logs).where(execution_logs.c.id == bindparam("log"))
#: The same, if it is PROCESSING.
_NOTE_CURRENT = _NOTE.where(execution_logs.c.status == Status.PROCESSING)
#: Nobody began the attempt, nor claimed it lately.
_CLAIM = _NOTE_CURRENT.where(
    execution_logs.c.fenced_at.is_(None),
    execution_logs.c.dispatched_at.is_(None) | (execution_logs.c.dispatched_at < bindparam("not_since")),
).values(dispatched_at=bindparam("at"))
_BEGUN = {
    "run_id": bindparam("run"),
    "fenced_at": func.coalesce(execution_logs.c.fenced_at, bindparam("at")),
    "heartbeat_at": bindparam("at"),
}
#: Nobody began the attempt.
_FENCE_ONCE = _NOTE_CURRENT.where(execution_logs.c.fenced_at.is_(None)).values(_BEGUN)
#: Nobody began the attempt, or this run did.
_FENCE = _NOTE_CURRENT.where(
    execution_logs.c.fenced_at.is_(None) | (execution_logs.c.run_id == bindparam("run"))
).values(_BEGUN)
#: The execution of the attempt, locked: whoever changes both begins with it, so that no two wait for each other.
_LOCK = (
    select(executions.c.id)
    .where(
        executions.c.id
        == select(execution_logs.c.execution_id).where(execution_logs.c.id == bindparam("log")).scalar_subquery()
    )
    .with_for_update()
)
#: The execution does not name the run that began its latest attempt yet.
_NAME_RUN = _CHANGE_AFTER.where(executions.c.run_id != bindparam("run")).values(run_id=bindparam("run"))

#: Keeps the pipeline from being deleted until the transaction ends.
_HOLD_PIPELINE = (
    select(pipelines.c.id)
    .where(pipelines.c.id == bindparam("pipeline"), ~pipelines.c.deleted)
    .with_for_update(read=True, key_share=True)
)
_UNFINISHED = EXECUTIONS.where(executions.c.status == Status.PROCESSING).order_by(
    executions.c.created_at, executions.c.id
)
_LAST_BEGUN = (
    select(execution_logs.c.dispatched_at)
    .where(execution_logs.c.dispatched_at.is_not(None), execution_logs.c.fenced_at.is_not(None))
    .order_by(execution_logs.c.dispatched_at.desc())
    .limit(1)
)
_of_archive = executions.alias("of_archive")
_UNSETTLED = (
    EXECUTIONS.add_columns(*ARRIVAL)
    .join(arrivals, arrivals.c.execution_id == executions.c.id)
    .where(arrivals.c.execution_id.is_not(None), ~arrivals.c.settled, executions.c.status != Status.PROCESSING)
    .where(~exists().where(_of_archive.c.archive_id == executions.c.id, _of_archive.c.status == Status.PROCESSING))
    # In any order: files that cannot be put away must not keep the others from it.
    .order_by(func.random())
)


class Executions(ports.Executions):
    """The rows of ``executions``, ``execution_logs`` and ``deliveries``."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def add(self, execution: Execution) -> None:
        if execution.pipeline_id is not None:
            self._hold(execution.pipeline_id)
        with refusing(self._connection, unique=lambda: _repeated(execution)):
            self._connection.execute(insert(executions), execution_values(execution))
            self._connection.execute(insert(execution_logs), log_values(execution.log))

    def get(self, execution_id: ExecutionId) -> Execution:
        found = self._one(executions.c.id == execution_id)
        if found is None:
            raise NotFound(f"There is no execution {execution_id!r}.")
        return found

    def by_request_key(self, request_key: str) -> Execution | None:
        return self._one(executions.c.request_key == request_key)

    def by_run(self, run_id: RunId) -> Execution | None:
        of_run = select(execution_logs.c.execution_id).where(execution_logs.c.run_id == run_id)
        return self._one(executions.c.id == of_run.scalar_subquery())

    def find(self, query: Query) -> Page[Execution]:
        return _LISTING.page(self._connection, query, ATTRIBUTES)

    def logs(self, execution_ids: Iterable[ExecutionId]) -> Mapping[ExecutionId, Sequence[ExecutionLog]]:
        wanted = select(execution_logs).where(execution_logs.c.execution_id.in_(list(execution_ids)))
        found: dict[ExecutionId, list[ExecutionLog]] = {}
        for log in map(log_of, self._connection.execute(wanted.order_by(execution_logs.c.number)).mappings()):
            found.setdefault(log.execution_id, []).append(log)
        return found

    def retry(self, execution: Execution, after: LogId) -> bool:
        log = execution.log
        values = {**state_values(execution), **progress_values(None), **latest_values(log)}
        if not self._did(_CHANGE_AFTER, execution=execution.id, log=after, **values):
            return False
        # Only the latest attempt is ever PROCESSING: a run that was given up must see that it is.
        self._did(_NOTE_CURRENT, log=after, status=Status.FAILED, ended_at=log.started_on)
        self._connection.execute(insert(execution_logs), log_values(log))
        return True

    def finish(self, execution: Execution) -> bool:
        log = execution.log
        end = {"ended_at": log.ended_at, **known_counts(log.counts)}
        values = {**state_values(execution), **progress_values(None), "duration": log.duration, **end}
        if not self._did(_CHANGE_CURRENT, execution=execution.id, log=log.id, **values):
            return False
        return self._did(_NOTE, log=log.id, status=log.status, **failure_values(log.failure), **end)

    def claim(self, log_id: LogId, at: datetime, not_since: datetime) -> bool:
        return self._did(_CLAIM, log=log_id, at=at, not_since=not_since)

    def fence(self, log_id: LogId, run_id: RunId, at: datetime, *, again: bool = True) -> bool:
        execution_id = self._connection.scalar(_LOCK, {"log": log_id})
        if not self._did(_FENCE if again else _FENCE_ONCE, log=log_id, run=run_id, at=at):
            return False
        self._did(_NAME_RUN, execution=execution_id, log=log_id, run=run_id)
        return True

    def receive(self, execution: Execution) -> None:
        self._did(_CHANGE, execution=execution.id, **input_values(execution))

    def beat(self, log_id: LogId, at: datetime) -> bool:
        return self._did(_NOTE_CURRENT, log=log_id, heartbeat_at=at)

    def advance(self, execution: Execution, progress: Progress) -> None:
        log = execution.log
        counts = known_counts(log.counts)
        values = {**progress_values(progress), **counts}
        if self._did(_CHANGE_CURRENT, execution=execution.id, log=log.id, **values) and counts:
            self._did(_NOTE, log=log.id, **counts)

    def note(self, execution: Execution) -> None:
        log = execution.log
        if self._did(_CHANGE_CURRENT, execution=execution.id, log=log.id):
            self._did(_NOTE, log=log.id, **known_input(log))

    def unfinished(self) -> Sequence[Execution]:
        return [execution_of(row) for row in self._connection.execute(_UNFINISHED).mappings()]

    def last_begun(self) -> datetime | None:
        return self._connection.scalar(_LAST_BEGUN)

    def unsettled(self, limit: int) -> Sequence[tuple[Arrival, Execution]]:
        rows = self._connection.execute(_UNSETTLED.limit(limit)).mappings()
        return [(arrival_of(*(row[column] for column in ARRIVAL)), execution_of(row)) for row in rows]

    def of_archive(self, archive_id: ExecutionId) -> Sequence[Execution]:
        wanted = EXECUTIONS.where(executions.c.archive_id == archive_id).order_by(executions.c.id)
        return [execution_of(row) for row in self._connection.execute(wanted).mappings()]

    def revisions(self, execution_ids: Iterable[ExecutionId]) -> Mapping[ExecutionId, int]:
        known = select(executions.c.id, executions.c.revision).where(executions.c.id.in_(list(execution_ids)))
        return {ExecutionId(row.id): row.revision for row in self._connection.execute(known)}

    def deliveries(self, execution_ids: Iterable[ExecutionId]) -> Mapping[ExecutionId, Sequence[Delivery]]:
        return deliveries_of(self._connection, execution_ids)

    def save_delivery(self, delivery: Delivery) -> None:
        save_delivery(self._connection, delivery)

    def _one(self, condition: ColumnElement[bool]) -> Execution | None:
        row = self._connection.execute(EXECUTIONS.where(condition)).mappings().one_or_none()
        return None if row is None else execution_of(row)

    def _hold(self, pipeline_id: PipelineId) -> None:
        if self._connection.scalar(_HOLD_PIPELINE, {"pipeline": pipeline_id}) is None:
            raise NotFound(f"There is no pipeline {pipeline_id!r}.")

    def _did(self, statement: Update, **parameters: object) -> bool:
        """Whether the row was as the statement wants it."""
        return bool(self._connection.execute(statement, parameters).rowcount)


def _repeated(execution: Execution) -> Conflict:
    return Conflict(f"The execution {execution.id!r}, its run or its request is recorded already.", "Look it up.")
