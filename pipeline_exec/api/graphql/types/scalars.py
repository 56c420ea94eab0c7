"""Scalars: the values GraphQL has no type of its own for."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import NewType

import strawberry
from graphql import GraphQLError
from strawberry.types.scalar import ScalarDefinition

from pipeline_exec.api.views.view import iso_8601

BigInt = NewType("BigInt", int)
"""Counts and sizes: GraphQL's own Int ends at 2,147,483,647."""

LARGEST_EXACT = 2**53
"""Beyond it a JSON number loses digits (RFC 8259, section 6)."""


def _moment(value: object) -> datetime:
    try:
        moment = datetime.fromisoformat(str(value))
        return moment.astimezone(UTC) if moment.tzinfo else moment.replace(tzinfo=UTC)
    except (ValueError, OverflowError):
        raise GraphQLError(f"{value!r} is not a moment such as 2024-12-31T23:59:59Z.") from None


def _whole_number(value: object) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or abs(value) > LARGEST_EXACT:
        raise GraphQLError(f"{value!r} is not a whole number of up to 53 bits.")
    return value


SCALARS: dict[object, ScalarDefinition] = {
    BigInt: strawberry.scalar(
        name="BigInt",
        description="A whole number of up to 53 bits, written as a JSON number.",
        serialize=int,
        parse_value=_whole_number,
    ),
    datetime: strawberry.scalar(
        name="DateTime",
        description="A moment as ISO 8601 writes it, in UTC: 2024-12-31T23:59:59Z. Without an offset UTC is meant.",
        specified_by_url="https://datatracker.ietf.org/doc/html/rfc3339",
        serialize=iso_8601,
        parse_value=_moment,
    ),
}
"""What Strawberry is told about them."""
