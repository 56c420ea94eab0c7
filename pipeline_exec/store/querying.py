"""Queries: conditions and orderings compiled to SQL, and one page of the answer."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from sqlalchemy import ColumnElement, Connection, RowMapping, Select, and_, false, func, not_, or_, select, true

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
                f"Ask about one of: {', '.join(sorted(set(self.names())))}.",
            )
        return attribute

    def get(self, name: str) -> Attribute | None:
        """The attribute of a name; None when there is none."""
        return self._named.get(name)

    def names(self) -> Iterable[str]:
        """Every name there is, with ``.*`` behind those that have keys of their user's choice below them."""
        return self._named


@dataclass(frozen=True)
class Listing(Generic[T]):
    """Things of one kind that can be listed."""

    rows: Select[Any]
    """All of them, with everything that belongs to each."""
    counted: Select[tuple[str]]
    """The id of each, from just the tables that attributes are read from; it breaks ties."""
    read: Callable[[RowMapping], T]
    """Makes the thing of a row."""

    def page(self, connection: Connection, query: Query, attributes: Attributes) -> Page[T]:
        """One page of those that match, and how many match in all.

        Raises:
            InvalidDocument: an attribute is not there, or not compared with such a value, or too much is asked.
        """
        condition = where(query.condition, attributes)
        ordering = order_by(query.orderings, attributes, self.counted.selected_columns[0])
        wanted = self.rows.where(condition).order_by(*ordering).offset(query.offset).limit(query.limit)
        items = [self.read(row) for row in connection.execute(wanted).mappings()]
        total = _known_total(query, len(items))
        if total is None:
            matching = self.counted.where(condition)
            total = connection.scalar(select(func.count()).select_from(matching.subquery())) or 0
        return Page(items=items, total=total, offset=query.offset, limit=query.limit)


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


def _known_total(query: Query, found: int) -> int | None:
    """How many match, where a page that is not full says it."""
    is_last = 0 < found < query.limit or (found < query.limit and query.offset == 0)
    return query.offset + found if is_last else None


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
