"""The ground of all views."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated, TypeVar

from pydantic import BaseModel, ConfigDict, Field, PlainSerializer, WithJsonSchema

T = TypeVar("T")


def iso_8601(moment: datetime) -> str:
    """``2026-03-03T10:35:22.000000Z``: to the microsecond, so that it can be asked for again as it was answered."""
    return moment.astimezone(UTC).isoformat(timespec="microseconds").replace("+00:00", "Z")


Moment = Annotated[
    datetime, PlainSerializer(iso_8601, return_type=str), WithJsonSchema({"type": "string", "format": "date-time"})
]
"""A moment as answers show it: ISO 8601, UTC."""

WhenThere = Annotated[T | None, Field(exclude_if=lambda value: value is None)]
"""An attribute that an answer has only when there is a value."""


class View(BaseModel):
    """What an answer shows of a noun."""

    model_config = ConfigDict(frozen=True, extra="forbid", use_attribute_docstrings=True)
