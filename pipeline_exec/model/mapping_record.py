"""Mapping records: which columns of a source became which of the target, and which were left over."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Final, Self

from pipeline_exec.model.dialect import shortened

MOST_COLUMNS: Final = 200
"""How many columns of either kind a record lists; its totals are of all."""


class Method(StrEnum):
    """Why a source column was chosen."""

    KEY = "KEY"
    """It is called like the target column's key."""
    LABEL = "LABEL"
    """It is called like the label."""
    ALTERNATIVE_MATCH = "ALTERNATIVE_MATCH"
    """It is called like one of the alternative matches."""
    SIMILARITY = "SIMILARITY"
    """Its name is similar to one of these."""
    CONTENT = "CONTENT"
    """It alone holds what the target column takes."""


@dataclass(frozen=True, kw_only=True)
class MappedColumn:
    """A target column and where it comes from."""

    target_column: str
    """The key."""
    source_columns: tuple[str, ...]
    """None where it is empty, or made of no column."""
    method: Method | None = None
    """Why the one source column was chosen; None where the mapping says so."""
    score: float | None = None
    """From 0 to 1, with the method: 1 for a name that is the same to the letter."""


@dataclass(frozen=True, kw_only=True)
class MappingRecord:
    """How the columns of one source were mapped."""

    columns: tuple[MappedColumn, ...]
    """The target's first ones, in its order."""
    total_columns: int
    """How many the target has."""
    unused_columns: tuple[str, ...]
    """The first source columns that no target column is made from, in their order."""
    total_unused_columns: int
    """How many there are."""

    @classmethod
    def of(cls, columns: tuple[MappedColumn, ...], unused_columns: tuple[str, ...]) -> Self:
        """The record of all of these; what is beyond its limits is only counted."""
        return cls(
            columns=columns[:MOST_COLUMNS],
            total_columns=len(columns),
            unused_columns=tuple(shortened(name) for name in unused_columns[:MOST_COLUMNS]),
            total_unused_columns=len(unused_columns),
        )

    def by_target(self) -> dict[str, object]:
        """As JSON: the ``sources`` of each target column, and ``method`` and ``score`` of what was found."""
        return {
            column.target_column: {
                "sources": list(column.source_columns),
                **({"method": str(column.method), "score": column.score} if column.method else {}),
            }
            for column in self.columns
        }
