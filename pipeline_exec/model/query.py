"""Queries: what every list may be asked, whichever door the question came through."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Generic, TypeVar

DEFAULT_LIMIT = 25
MAXIMUM_LIMIT = 500

T = TypeVar("T")


class Operator(StrEnum):
    """How an attribute is compared."""

    EQ = "$eq"
    NE = "$ne"
    IN = "$in"
    NIN = "$nin"
    GT = "$gt"
    GTE = "$gte"
    LT = "$lt"
    LTE = "$lte"
    CONTAINS = "$contains"
    """Text that holds this text, whatever the case."""
    STARTS_WITH = "$starts_with"
    NULL = "$null"
    """``true``: has no value; ``false``: has one."""


@dataclass(frozen=True)
class Comparison:
    """One attribute, in dot notation, compared with a value."""

    attribute: str
    operator: Operator
    value: object


@dataclass(frozen=True)
class AllOf:
    """True when all parts are; an empty one is true."""

    parts: tuple[Condition, ...] = ()


@dataclass(frozen=True)
class AnyOf:
    """True when at least one part is."""

    parts: tuple[Condition, ...]


@dataclass(frozen=True)
class Not:
    """True when its part is not."""

    part: Condition


Condition = Comparison | AllOf | AnyOf | Not


@dataclass(frozen=True)
class Ordering:
    """One attribute, in dot notation, and a direction."""

    attribute: str
    descending: bool = False


@dataclass(frozen=True, kw_only=True)
class Query:
    """Which things, in which order, and which page of them; ties are broken by id."""

    condition: Condition = field(default_factory=AllOf)
    orderings: tuple[Ordering, ...] = (Ordering("created_at", descending=True),)
    offset: int = 0
    limit: int = DEFAULT_LIMIT

    def also(self, condition: Condition) -> Query:
        """The same question, narrowed."""
        return Query(
            condition=AllOf((self.condition, condition)), orderings=self.orderings, offset=self.offset, limit=self.limit
        )


@dataclass(frozen=True)
class Page(Generic[T]):
    """One page of an answer and how many there are in all."""

    items: Sequence[T]
    total: int
    offset: int
    limit: int
