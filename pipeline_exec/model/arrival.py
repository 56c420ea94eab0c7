"""Arrivals: files seen at a source, in the ledger."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

from pipeline_exec.model.identity import ExecutionId, PipelineId


class FileVersion(NamedTuple):
    """A file as a listing shows it. Another size, time or tag under the same path is another file."""

    path: str
    size: int
    modified: str
    """Modification time in nanoseconds, or ETag or version: whatever the source has, compared only for equality."""


@dataclass(frozen=True, kw_only=True)
class Arrival:
    """A file version seen for a pipeline, and what became of it."""

    pipeline_id: PipelineId
    file: FileVersion
    first_seen: datetime
    """When this path was first seen, in whatever version."""
    stable_since: datetime
    """Since when it has been seen in this version."""
    execution_id: ExecutionId | None = None
    settled: bool = False
    """Whether ``after_read`` or ``on_failure`` was done."""
