"""Queries: conditions and orderings compiled to SQL, and one page of the answer."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, TypeVar

from sqlalchemy import ColumnElement, Connection, RowMapping, Select, and_, false, func, not_, or_, true

from pipeline_exec.errors import FieldProblem, InvalidDocument
from pipeline_exec.model.query import AllOf, AnyOf, Comparison, Condition, Not, Operator, Ordering, Page, Query
from pipeline_exec.store.attributes import Attribute

T = TypeVar("T")

#: Nobody asks more by hand, and SQLite's parser and Python's stack end not far above.
DEEPEST = 50
MOST_COMPARISONS = 500

_OPPOSITES = {Operator.NE: Operator.EQ, Operator.NIN: Operator.IN}


class Attributes:
    """All that can be asked of one kind of thing, by name."""

    def __init__(self, named: Mapping[str, Attribute]) -> None:
        self._named = named

    def __getitem__(self, name: str) -> Attribute:
        """The attribute of a name.

        Raises:
            InvalidDocument: there is none; the message lists those there are.
        """
        attribute = self.get(name)
        if attribute is None:
            raise InvalidDocument(
                f"There is no attribute {name!r} to ask about.",
                [FieldProblem(name, "is not a known attribute")],
                f"Ask about one of: {', '.join(sorted(self.names()))}.",
            )
        return attribute

    def get(self, name: str) -> Attribute | None:
        """The attribute of a name; None when there is none."""
        return self._named.get(name)

    def names(self) -> Iterable[str]:
        """Every name there is, with ``.*`` behind those that have keys of their user's choice below them."""
        return self._named


def find(
    connection: Connection,
    rows: Select[Any],
    query: Query,
    attributes: Attributes,
    id_column: ColumnElement[str],
    read: Callable[[RowMapping], T],
) -> Page[T]:
    """One page of the rows, and how many match in all.

    Args:
        connection: Where to ask.
        rows: All the rows there are.
        query: What is asked.
        attributes: What may be asked.
        id_column: Breaks ties, in the direction of the last ordering.
        read: Makes the thing in a row.

    Raises:
        InvalidDocument: an attribute is not there, or not compared with such a value.
    """
    matching = rows.where(where(query.condition, attributes))
    ordered = matching.order_by(*order_by(query.orderings, attributes, id_column))
    page = connection.execute(ordered.offset(query.offset).limit(query.limit)).mappings().all()
    return Page(
        items=[read(row) for row in page],
        total=_total(connection, matching, query, len(page)),
        offset=query.offset,
        limit=query.limit,
    )


def where(condition: Condition, attributes: Attributes) -> ColumnElement[bool]:
    """A condition as SQL.

    Raises:
        InvalidDocument: an attribute is not there, or not compared with such a value, or it asks too much.
    """
    if _comparisons(condition, 1) > MOST_COMPARISONS:
        raise _too_much()
    return _where(condition, attributes)


def order_by(
    orderings: Sequence[Ordering], attributes: Attributes, id_column: ColumnElement[str]
) -> Sequence[ColumnElement[Any]]:
    """Orderings as SQL; ties are broken by id, in the direction that lets an index be walked either way.

    Raises:
        InvalidDocument: an attribute is not there, or has no order.
    """
    columns: list[ColumnElement[Any]] = []
    descending = False
    for ordering in orderings:
        descending = ordering.descending
        try:
            columns += attributes[ordering.attribute].order(descending=descending)
        except ValueError as problem:
            raise _invalid(ordering.attribute, problem) from None
    return [*columns, id_column.desc() if descending else id_column.asc()]


def _where(condition: Condition, attributes: Attributes) -> ColumnElement[bool]:
    match condition:
        case Comparison():
            return _compares(condition, attributes)
        case AllOf(parts):
            return and_(true(), *(_where(part, attributes) for part in parts))
        case AnyOf(parts):
            return or_(false(), *(_where(part, attributes) for part in parts))
        case Not(part):
            return _is_not(_where(part, attributes))


def _compares(comparison: Comparison, attributes: Attributes) -> ColumnElement[bool]:
    attribute, operator = attributes[comparison.attribute], comparison.operator
    try:
        if operator in _OPPOSITES:
            return _is_not(attribute.holds(_OPPOSITES[operator], comparison.value))
        return attribute.holds(operator, comparison.value)
    except ValueError as problem:
        raise _invalid(comparison.attribute, problem) from None


def _is_not(part: ColumnElement[bool]) -> ColumnElement[bool]:
    # SQL does not know whether NULL equals something; we do: it does not.
    return not_(func.coalesce(part, false()))


def _total(connection: Connection, matching: Select[Any], query: Query, found: int) -> int:
    if 0 < found < query.limit or (found < query.limit and query.offset == 0):
        return query.offset + found
    count = matching.with_only_columns(func.count(), maintain_column_froms=True)
    return connection.scalar(count) or 0


def _comparisons(condition: Condition, depth: int) -> int:
    if depth > DEEPEST:
        raise _too_much()
    match condition:
        case Comparison():
            return 1
        case AllOf(parts) | AnyOf(parts):
            return sum(_comparisons(part, depth + 1) for part in parts)
        case Not(part):
            return _comparisons(part, depth + 1)


def _too_much() -> InvalidDocument:
    return InvalidDocument(
        "The filter asks too much at once.",
        remedy=f"Use at most {MOST_COMPARISONS} comparisons, {DEEPEST} levels deep.",
    )


def _invalid(attribute: str, problem: ValueError) -> InvalidDocument:
    return InvalidDocument(f"{attribute} {problem}.", [FieldProblem(attribute, str(problem))])
