"""Paths of this machine as users write them."""

from __future__ import annotations

from typing import Annotated

from pydantic import AfterValidator, Field


def _checked_path(path: str) -> str:
    if "\0" in path:
        raise ValueError("a path has no null character in it")
    return path


LocalPath = Annotated[str, Field(min_length=1, max_length=4096), AfterValidator(_checked_path)]
"""A folder; relative ones start where the service was started."""
