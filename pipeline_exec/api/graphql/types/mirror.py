"""Mirrors: GraphQL types whose attributes are those of a noun."""

from __future__ import annotations

from dataclasses import fields
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
        shown: Any = cls
        same = {
            field.name: getattr(noun, field.name) for field in fields(shown) if field.init and field.name not in own
        }
        mirrored: Self = shown(**same, **own)
        return mirrored
