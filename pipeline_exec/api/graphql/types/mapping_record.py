"""Mapping records: which columns of a source became which of the target."""

from __future__ import annotations

from typing import Self

import strawberry

from pipeline_exec.api.graphql.types.mirror import Mirror
from pipeline_exec.model import mapping_record as model
from pipeline_exec.model.mapping_record import Method


@strawberry.type
class MappedColumn(Mirror):
    """Which source columns a target column is made from."""

    target_column: str
    source_columns: list[str]
    method: Method | None
    """Why it was chosen; null where the mapping says so."""
    score: float | None
    """How sure that is, from 0 to 1."""


@strawberry.type
class MappingRecord(Mirror):
    """How the columns of an input were mapped; of more than 200 of a kind the first are listed."""

    columns: list[MappedColumn]
    total_columns: int
    """How many the target has."""
    unused_columns: list[str]
    """The source columns that no target column is made from."""
    total_unused_columns: int

    @classmethod
    def of(cls, record: model.MappingRecord) -> Self:
        return cls.mirror(record, columns=[MappedColumn.of(column) for column in record.columns])
