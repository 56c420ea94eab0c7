"""Specimens: what was looked at of what a source gives."""

from __future__ import annotations

from typing import Self

import strawberry

from pipeline_exec.api.graphql.types.mirror import Mirror
from pipeline_exec.api.graphql.types.scalars import BigInt
from pipeline_exec.services import specimens


@strawberry.type
class PassedOverFile(Mirror):
    """A file that is newer than the one looked at."""

    path: str
    size: BigInt
    reason: str
    """Why it was not looked at, in words that follow its name."""


@strawberry.type
class Specimen:
    """What was looked at, of what a source gives."""

    name: str
    """Of the file, or of what was received."""
    path: str
    size: BigInt
    """Bytes; of an answer of which only the beginning was looked at, those of the beginning."""
    truncated: bool
    """Whether only its beginning was looked at, since it is larger than what is taken to be looked at."""
    passed_over: list[PassedOverFile]
    """Newer files that are too large, and of whose formats the beginning alone cannot be read."""

    @classmethod
    def of(cls, specimen: specimens.Specimen) -> Self:
        return cls(
            name=specimen.source.name,
            path=specimen.source.path,
            size=BigInt(specimen.source.size),
            truncated=specimen.is_truncated,
            passed_over=[PassedOverFile.of(file) for file in specimen.passed_over],
        )
