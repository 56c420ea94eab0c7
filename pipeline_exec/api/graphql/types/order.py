"""Orders: by which attribute a list is sorted, and which way."""

from __future__ import annotations

from enum import Enum
from typing import Generic, TypeVar

import strawberry

from pipeline_exec.model.query import Ordering

F = TypeVar("F", bound=Enum)


@strawberry.enum
class OrderDirection(Enum):
    """Which way a list is sorted. What has no value comes last either way."""

    ASC = "asc"
    DESC = "desc"


@strawberry.input
class Order(Generic[F]):
    """One attribute to sort by; what is equal in it is sorted by the next, at last by id."""

    field: F
    direction: OrderDirection = OrderDirection.ASC

    @property
    def ordering(self) -> Ordering:
        """What the query is told; the values of the field's enum are the attributes as queries know them."""
        return Ordering(self.field.value, descending=self.direction is OrderDirection.DESC)
