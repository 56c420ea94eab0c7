"""Specimens as answers show them."""

from __future__ import annotations

from typing import Self

from pipeline_exec.api.views.view import View
from pipeline_exec.services.specimens import Specimen


class PassedOverView(View):
    """A file that is newer than the one looked at."""

    path: str
    size: int
    reason: str
    """Why it was not looked at, in words that follow its name."""


class SpecimenView(View):
    """What was looked at, of what a source gives."""

    name: str
    """Of the file, or what was received."""
    path: str
    size: int
    """Bytes; of an answer of which only the beginning was looked at, those of the beginning."""
    truncated: bool
    """Whether only its beginning was looked at, since it is larger than what is taken to be looked at."""
    passed_over: list[PassedOverView]
    """Newer files that are too large, and of whose formats the beginning alone cannot be read."""

    @classmethod
    def of(cls, specimen: Specimen) -> Self:
        """Of a specimen."""
        return cls(
            name=specimen.source.name,
            path=specimen.source.path,
            size=specimen.source.size,
            truncated=specimen.is_truncated,
            passed_over=[
                PassedOverView(path=file.path, size=file.size, reason=file.reason) for file in specimen.passed_over
            ],
        )
