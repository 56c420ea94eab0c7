"""Mirrors: GraphQL types whose attributes are those of a noun."""

from __future__ import annotations

from dataclasses import fields
from functools import cache
from typing import Any, Self


class Mirror:
    """A type made from the noun it shows."""

    @classmethod
    def of(cls, noun: Any) -> Self:
        """What shows the noun."""
        return cls.mirror(noun)

    @classmethod
    def mirror(cls, noun: object, **own: object) -> Self:
        """Every attribute as the noun has it under the same name, but for those given."""
        names = _attributes(cls)  # type: ignore[arg-type]  # mypy does not see that a class is hashable
        return cls(**{name: getattr(noun, name) for name in names if name not in own}, **own)


@cache
def _attributes(mirror: Any) -> tuple[str, ...]:
    return tuple(field.name for field in fields(mirror) if field.init)
