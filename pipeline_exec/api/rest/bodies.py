"""Bodies of PUT: whole documents, which may be what GET answered."""

from __future__ import annotations

from typing import Annotated, TypeVar

from pydantic import BeforeValidator

READ_ONLY = ("id", "slug", "created_at", "created_by", "updated_at", "updated_by")
"""Attributes that answers have and documents do not."""

T = TypeVar("T")


def without_read_only(raw: object) -> object:
    """What a client sent, without what it cannot change: its attributes and those of its configuration."""
    if not isinstance(raw, dict):
        return raw
    configuration = raw.get("configuration")
    written = {key: value for key, value in raw.items() if key not in READ_ONLY}
    if isinstance(configuration, dict):
        written["configuration"] = {key: value for key, value in configuration.items() if key != "id"}
    return written


Replacement = Annotated[T, BeforeValidator(without_read_only)]
"""A whole document; what is read-only in it is passed over."""
