"""Findings: what is wrong with a cell."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Self

import strawberry

from pipeline_exec.api.graphql.types.scalars import BigInt


@strawberry.type
class Finding:
    """One thing wrong with one cell."""

    row: BigInt
    """1-based row of the mapped table."""
    column: str
    """Key of the target column."""
    value: str | None
    """The text as mapped; null for an empty cell."""
    code: str
    """Which check failed, such as ``required`` or ``type.date``."""
    message: str

    @classmethod
    def of(cls, finding: Mapping[str, Any]) -> Self:
        """A row of the findings."""
        return cls(**finding)
