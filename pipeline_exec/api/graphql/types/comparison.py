"""Comparisons: how an attribute may be compared, for each type of attribute."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Generic, TypeVar

import strawberry
from strawberry import UNSET

from pipeline_exec.api.graphql.types.given import given
from pipeline_exec.api.graphql.types.scalars import BigInt
from pipeline_exec.model.query import Comparison as Condition
from pipeline_exec.model.query import Operator

T = TypeVar("T")

_OPERATORS = {
    "eq": Operator.EQ,
    "ne": Operator.NE,
    "in_": Operator.IN,
    "nin": Operator.NIN,
    "gt": Operator.GT,
    "gte": Operator.GTE,
    "lt": Operator.LT,
    "lte": Operator.LTE,
    "contains": Operator.CONTAINS,
    "starts_with": Operator.STARTS_WITH,
    "is_null": Operator.NULL,
}


@strawberry.input
class Comparison(Generic[T]):
    """True when all that is given is true."""

    eq: T | None = UNSET
    """Equals; null: has no value."""
    ne: T | None = UNSET
    in_: list[T] | None = strawberry.field(name="in", default=UNSET)
    """Is one of these."""
    nin: list[T] | None = UNSET
    """Is none of these."""
    is_null: bool | None = UNSET
    """``true``: has no value; ``false``: has one."""

    def conditions(self, attribute: str) -> Iterator[Condition]:
        """What is asked of an attribute."""
        return (Condition(attribute, _OPERATORS[operator], value) for operator, value in given(self))


@strawberry.input
class OrderedComparison(Comparison[T]):
    """True when all that is given is true."""

    gt: T | None = UNSET
    gte: T | None = UNSET
    lt: T | None = UNSET
    lte: T | None = UNSET


@strawberry.input
class BooleanComparison(Comparison[bool]):
    """True when all that is given is true."""


@strawberry.input
class BigIntComparison(OrderedComparison[BigInt]):
    """True when all that is given is true."""


@strawberry.input
class DateTimeComparison(OrderedComparison[datetime]):
    """True when all that is given is true."""


@strawberry.input
class StringComparison(OrderedComparison[str]):
    """True when all that is given is true."""

    contains: str | None = UNSET
    """Holds this text, whatever the case."""
    starts_with: str | None = UNSET
    """Begins with this text, whatever the case."""
