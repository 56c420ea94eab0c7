"""What a list is asked: ``sort``, ``filters``, ``pagination`` and ``options``, as a query of the model."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import NoReturn

from pydantic import Field

from pipeline_exec.api.query_encoding import decoded
from pipeline_exec.errors import FieldProblem, InvalidDocument
from pipeline_exec.model.document import Document
from pipeline_exec.model.query import (
    DEFAULT_LIMIT,
    MAXIMUM_LIMIT,
    AllOf,
    AnyOf,
    Comparison,
    Condition,
    Not,
    Operator,
    Ordering,
    Query,
)

CONNECTIVES = ("$and", "$or", "$not")
DEEPEST = 20
LARGEST_OFFSET = 2**53


class Pagination(Document):
    """Which part of the answer is wanted."""

    limit: int = Field(DEFAULT_LIMIT, ge=1, le=MAXIMUM_LIMIT)
    offset: int = Field(0, ge=0, le=LARGEST_OFFSET)


class Options(Document):
    """What else is wanted."""

    attach_meta: bool = False
    """Adds the pagination block; lists that have pages always carry it."""


@dataclass(frozen=True)
class ListRequest:
    """What a list is asked."""

    query: Query
    options: Options


def list_request(items: Iterable[tuple[str, str]]) -> ListRequest:
    """Read a query string, in either encoding.

    Raises:
        InvalidDocument: something is unknown, contradictory or out of bounds; the message says what is allowed.
    """
    asked = decoded(items)
    pagination = Pagination.parse(asked.get("pagination", {}), at="pagination")
    options = Options.parse(asked.get("options", {}), at="options")
    query = Query(
        condition=_condition(asked.get("filters", {}), "filters", 1),
        orderings=tuple(_orderings(asked.get("sort", {}), "")) or Query.orderings,
        offset=pagination.offset,
        limit=pagination.limit,
    )
    return ListRequest(query, options)


def page_request(items: Iterable[tuple[str, str]], *, beside: Collection[str] = ()) -> Pagination:
    """Read the query string of a list that has pages and can be asked nothing else.

    Args:
        items: The query string's names and values, in order.
        beside: Names that somebody else reads.

    Raises:
        InvalidDocument: something is unknown or out of bounds.
    """
    asked = decoded((item for item in items if item[0] not in beside), ("pagination", *beside))
    return Pagination.parse(asked.get("pagination", {}), at="pagination")


def _orderings(raw: object, above: str) -> Iterator[Ordering]:
    """``{"name": "asc"}``, nested or dotted, or ``["name:asc"]``; the first key counts first."""
    if isinstance(raw, list) and not above:
        for entry in raw:
            attribute, _, direction = str(entry).rpartition(":")
            yield _ordering(attribute, direction)
    elif isinstance(raw, Mapping):
        for key, value in raw.items():
            yield from _orderings(value, f"{above}.{key}" if above else key)
    else:
        yield _ordering(above, raw)


def _ordering(attribute: str, direction: object) -> Ordering:
    if not attribute or direction not in ("asc", "desc"):
        at = f"sort.{attribute}" if attribute else "sort"
        _refuse(at, 'is an object of attributes and directions, such as {"created_at": "desc"} (asc or desc)')
    return Ordering(attribute, descending=direction == "desc")


def _condition(raw: object, at: str, depth: int) -> Condition:
    if not isinstance(raw, Mapping):
        _refuse(at, 'is an object of attributes and values, such as {"status": "FAILED"}')
    if depth > DEEPEST:
        _refuse(at, f"is nested more than {DEEPEST} levels deep")
    parts = [part for key, value in raw.items() for part in _parts(key, value, at, depth)]
    return parts[0] if len(parts) == 1 else AllOf(tuple(parts))


def _parts(key: str, value: object, at: str, depth: int) -> Iterator[Condition]:
    here = f"{at}.{key}"
    match key:
        case "$and":
            yield AllOf(_each(value, here, depth))
        case "$or":
            yield AnyOf(_each(value, here, depth))
        case "$not":
            yield Not(_condition(value, here, depth + 1))
        case _ if key.startswith("$"):
            _refuse(here, f"is not an operator here; there are {', '.join(CONNECTIVES)}")
        case _:
            yield from _about(key, value, here, depth)


def _each(raw: object, at: str, depth: int) -> tuple[Condition, ...]:
    if not isinstance(raw, list) or not raw:
        _refuse(at, "takes a list of conditions")
    return tuple(_condition(part, f"{at}.{index}", depth + 1) for index, part in enumerate(raw))


def _about(attribute: str, raw: object, at: str, depth: int) -> Iterator[Condition]:
    """What is said about one attribute: a value, a list of values, operators, or attributes below it."""
    if isinstance(raw, list):
        yield _comparison(attribute, Operator.IN, raw, at)
    elif not isinstance(raw, Mapping):
        yield _comparison(attribute, Operator.EQ, raw, at)
    elif not raw or depth > DEEPEST:
        _refuse(at, "has nothing to compare with" if not raw else f"is nested more than {DEEPEST} levels deep")
    else:
        for key, value in raw.items():
            yield from _said(attribute, key, value, f"{at}.{key}", depth + 1)


def _said(attribute: str, key: str, value: object, at: str, depth: int) -> Iterator[Condition]:
    if key == "$not":
        yield Not(AllOf(tuple(_about(attribute, value, at, depth))))
    elif not key.startswith("$"):
        yield from _about(f"{attribute}.{key}", value, at, depth)
    elif key in set(Operator):
        yield _comparison(attribute, Operator(key), value, at)
    else:
        _refuse(at, f"is not an operator; there are {', '.join((*Operator, '$not'))}")


def _comparison(attribute: str, operator: Operator, raw: object, at: str) -> Comparison:
    """Values are texts as in a query string; the attribute's own type says how they are read."""
    if operator in (Operator.IN, Operator.NIN):
        values = [part.strip() for part in raw.split(",")] if isinstance(raw, str) else raw
        listed = values if isinstance(values, list) else [values]
        return Comparison(attribute, operator, tuple(_text(value, at) for value in listed))
    if raw is None and operator in (Operator.EQ, Operator.NE):
        return Comparison(attribute, Operator.NULL, "true" if operator is Operator.EQ else "false")
    return Comparison(attribute, operator, _text(raw, at))


def _text(value: object, at: str) -> str:
    if value is None or isinstance(value, list | Mapping):
        _refuse(at, "takes one value" if value is not None else "takes a value; ask for none with $null")
    return value if isinstance(value, str) else json.dumps(value)


def _refuse(at: str, problem: str) -> NoReturn:
    raise InvalidDocument(f"The query cannot be read: {at} {problem}.", [FieldProblem(at, problem)])
