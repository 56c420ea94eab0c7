"""Ids: opaque strings, one type for each noun so that they cannot be mixed up."""

from __future__ import annotations

import uuid
from typing import NewType

PrincipalId = NewType("PrincipalId", str)
ConnectorId = NewType("ConnectorId", str)
TargetModelId = NewType("TargetModelId", str)
PipelineId = NewType("PipelineId", str)
ConfigurationId = NewType("ConfigurationId", str)
ExecutionId = NewType("ExecutionId", str)
LogId = NewType("LogId", str)
RunId = NewType("RunId", str)
WrapperId = NewType("WrapperId", str)
FileId = NewType("FileId", str)

_RUNS = uuid.UUID("6d1c9f0e-6f0b-5c59-9d4e-3f6a2f6e4a11")


def new_id() -> str:
    """A fresh opaque id; wrap it in the noun's type."""
    return str(uuid.uuid4())


def run_id_of(log_id: LogId) -> RunId:
    """The id of the one Dagster run of an attempt: launching it twice is refused by Dagster itself."""
    return RunId(str(uuid.uuid5(_RUNS, log_id)))


def derived_id(*parts: str) -> str:
    """An id that is the same whenever it is made from the same parts."""
    return str(uuid.uuid5(_RUNS, "\x00".join(parts)))
