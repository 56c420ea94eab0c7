"""Filters: inputs with a comparison for each attribute, compiled to the query every list is asked by."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import strawberry
from strawberry import UNSET

from pipeline_exec.api.graphql.types.comparison import Comparison, DateTimeComparison, StringComparison
from pipeline_exec.api.graphql.types.connection import Window
from pipeline_exec.api.graphql.types.given import given
from pipeline_exec.api.graphql.types.order import Order
from pipeline_exec.model.connector import PermissionLevel
from pipeline_exec.model.principal import PrincipalType
from pipeline_exec.model.query import AllOf, AnyOf, Condition, Not, Query


class Filter:
    """Attributes under the names queries know them by, each with a comparison or a filter of what lies below it."""

    def condition(self, below: str = "") -> Condition:
        """What must be true: all of it.

        Args:
            below: Path of the attribute that has these attributes, with its dot.
        """
        return AllOf(tuple(self._conditions(below)))

    def _conditions(self, below: str) -> Iterator[Condition]:
        for name, asked in given(self):
            match name, asked:
                case _, None:
                    continue
                case "and_", _:
                    yield AllOf(tuple(part.condition() for part in asked))
                case "or_", _:
                    yield AnyOf(tuple(part.condition() for part in asked))
                case "not_", _:
                    yield Not(asked.condition())
                case _, Comparison():
                    yield from asked.conditions(f"{below}{name}")
                case _:
                    yield asked.condition(f"{below}{name}.")


@strawberry.input
class PrincipalFilter(Filter):
    """Which users and sub-organisations."""

    id: Comparison[strawberry.ID] | None = UNSET
    name: StringComparison | None = UNSET
    identifier: StringComparison | None = UNSET
    type: Comparison[PrincipalType] | None = UNSET


@strawberry.input
class PermissionsFilter(Filter):
    """Who may use it."""

    level: Comparison[PermissionLevel] | None = UNSET


@strawberry.input
class AuditedFilter(Filter):
    """What all filters have in common."""

    id: Comparison[strawberry.ID] | None = UNSET
    created_at: DateTimeComparison | None = UNSET
    created_by: PrincipalFilter | None = UNSET
    updated_at: DateTimeComparison | None = UNSET
    updated_by: PrincipalFilter | None = UNSET


def query_of(filter: Filter | None, order_by: Sequence[Order[Any]] | None, window: Window) -> Query:
    """What a list is asked: all there is, newest first, where nothing else is given."""
    return Query(
        condition=filter.condition() if filter else Query().condition,
        orderings=tuple(order.ordering for order in order_by) if order_by else Query.orderings,
        offset=window.offset,
        limit=window.limit,
    )
