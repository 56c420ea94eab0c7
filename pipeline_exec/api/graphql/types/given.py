"""What a client gave in an input: an attribute that was left out is not the same as one that is null."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import fields, is_dataclass
from enum import Enum
from typing import Any

from strawberry import UNSET


def given(input: Any) -> Iterator[tuple[str, Any]]:
    """The attributes that were given, with their values."""
    for field in fields(input):
        value = getattr(input, field.name)
        if value is not UNSET:
            yield field.name, value


def as_document(value: Any) -> Any:
    """An input as the document it stands for, in the model's own names; what was left out stays away."""
    if is_dataclass(value):
        return {name: as_document(part) for name, part in given(value)}
    if isinstance(value, list):
        return [as_document(part) for part in value]
    return value.value if isinstance(value, Enum) else value
