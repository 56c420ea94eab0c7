"""Arrivals: the ledger of files in the database."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from datetime import datetime
from itertools import islice, starmap

from sqlalchemy import ColumnElement, Connection, delete, select, update

from pipeline_exec import ports
from pipeline_exec.model.arrival import Arrival, FileVersion
from pipeline_exec.model.identity import ExecutionId, PipelineId
from pipeline_exec.store.tables import arrivals
from pipeline_exec.store.upserting import upsert

#: Files named in one statement: well below what either database takes.
_AT_ONCE = 500


class Arrivals(ports.Arrivals):
    """The rows of ``arrivals``."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def ledger(self, pipeline_id: PipelineId) -> Mapping[FileVersion, Arrival]:
        rows = self._connection.execute(select(*ARRIVAL).where(arrivals.c.pipeline_id == pipeline_id))
        return {arrival.file: arrival for arrival in starmap(arrival_of, rows)}

    def record(self, arrivals_: Iterable[Arrival]) -> None:
        rows = {(row["pipeline_id"], row["digest"]): row for row in map(_sighting, arrivals_)}
        upsert(self._connection, arrivals, list(rows.values()), where=_is_free())

    def forget(self, pipeline_id: PipelineId, files: Iterable[FileVersion]) -> None:
        remaining = iter(files)
        while digests := [digest(file) for file in islice(remaining, _AT_ONCE)]:
            these = (arrivals.c.pipeline_id == pipeline_id) & arrivals.c.digest.in_(digests)
            self._connection.execute(delete(arrivals).where(these, _is_free()))

    def take(self, pipeline_id: PipelineId, file: FileVersion, execution_id: ExecutionId) -> bool:
        statement = update(arrivals).where(_this(pipeline_id, file), _is_free()).values(execution_id=execution_id)
        return bool(self._connection.execute(statement).rowcount)

    def settled(self, pipeline_id: PipelineId, file: FileVersion) -> None:
        self._connection.execute(update(arrivals).where(_this(pipeline_id, file)).values(settled=True))


#: What an arrival is made of; by position, since a ledger may have a hundred thousand of them.
ARRIVAL = (
    arrivals.c.pipeline_id,
    arrivals.c.path,
    arrivals.c.size,
    arrivals.c.modified,
    arrivals.c.first_seen,
    arrivals.c.stable_since,
    arrivals.c.execution_id,
    arrivals.c.settled,
)


def arrival_of(
    pipeline_id: PipelineId,
    path: str,
    size: int,
    modified: str,
    first_seen: datetime,
    stable_since: datetime,
    execution_id: ExecutionId | None,
    settled: bool,
) -> Arrival:
    """The arrival of the columns of ``ARRIVAL``."""
    return Arrival(
        pipeline_id=pipeline_id,
        file=FileVersion(path, size, modified),
        first_seen=first_seen,
        stable_since=stable_since,
        execution_id=execution_id,
        settled=settled,
    )


def digest(file: FileVersion) -> str:
    """What stands for a file version in keys: the same only for the same path, size and modification."""
    whole = "\x00".join((str(file.size), file.modified, file.path))
    return hashlib.sha256(whole.encode(errors="surrogatepass")).hexdigest()


def _sighting(arrival: Arrival) -> dict[str, object]:
    return {
        "pipeline_id": arrival.pipeline_id,
        "digest": digest(arrival.file),
        "path": arrival.file.path,
        "size": arrival.file.size,
        "modified": arrival.file.modified,
        "first_seen": arrival.first_seen,
        "stable_since": arrival.stable_since,
        "settled": False,
    }


def _this(pipeline_id: PipelineId, file: FileVersion) -> ColumnElement[bool]:
    return (arrivals.c.pipeline_id == pipeline_id) & (arrivals.c.digest == digest(file))


def _is_free() -> ColumnElement[bool]:
    return arrivals.c.execution_id.is_(None)
