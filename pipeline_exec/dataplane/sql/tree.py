"""What an expression says, as a tree; taken from DuckDB's own parser, so that nothing means something else to it."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import Any, Final

from pipeline_exec.dataplane.column_names import TABLE
from pipeline_exec.dataplane.sql.engine import cursor, sentence

LONGEST: Final = 10_000
"""Characters of an expression."""
DEEPEST: Final = 100
"""Calls within calls, and values one after the other in a chain of operators."""

_BEFORE: Final = "SELECT (\n"
_TOO_DEEP: Final = f"is nested too deeply, in more than {DEEPEST} levels"


@dataclass(frozen=True)
class Node:
    """A part of an expression."""

    kind: str
    """DuckDB's name of its class: ``CONSTANT``, ``COLUMN_REF``, ``FUNCTION``, ``OPERATOR``, ``CAST``, …"""
    name: str
    """Of a function in lower case, of a type in upper case; of anything else its sub-class."""
    text: str
    """Of a constant."""
    column: tuple[str, ...]
    """The parts of a column's name, as they are, without quotes."""
    span: tuple[int, int]
    """Where it begins and ends, in bytes of the expression; only a column's is exact."""
    is_plain: bool
    """Whether a function is called by its bare name, with nothing but arguments by position."""
    children: tuple[Node, ...] = field(repr=False)

    def __iter__(self) -> Iterator[Node]:
        """The node itself and everything below."""
        yield self
        for child in self.children:
            yield from child


def statement(expression: str) -> str:
    """The query that evaluates an expression over the table of source columns."""
    return f"{_BEFORE}{expression}\n) AS result FROM {TABLE}"


def parse(expression: str) -> Node:
    """The tree of an expression.

    Raises:
        ValueError: it is not one expression, or too large.
    """
    if not expression.strip():
        raise ValueError("must not be empty")
    if len(expression) > LONGEST:
        raise ValueError(f"must not have more than {LONGEST:,} characters")
    try:
        query = _query(statement(expression))
        selected, query["node"]["select_list"] = query["node"].get("select_list", []), []
        if len(selected) != 1 or _without_places(query) != _frame():
            raise ValueError("must be one expression: a value for each row and nothing else")
        return _node(selected[0])
    except RecursionError:
        raise ValueError(_TOO_DEEP) from None


def _query(text: str) -> dict[str, Any]:
    with cursor() as connection:
        row = connection.execute("SELECT json_serialize_sql(?)", [text]).fetchone()
    answer = json.loads(row[0]) if row else {}
    if answer.get("error", True):
        raise ValueError(
            f"is not an expression that SQL can read: {sentence(answer.get('error_message', 'no answer'))}"
        )
    if len(answer["statements"]) != 1:
        raise ValueError("must be one expression, without a semicolon")
    query: dict[str, Any] = answer["statements"][0]
    return query


@cache
def _frame() -> object:
    """A query's tree without what it selects."""
    query = _query(statement("NULL"))
    query["node"]["select_list"] = []
    return _without_places(query)


def _without_places(value: object) -> object:
    if isinstance(value, dict):
        return {key: _without_places(part) for key, part in value.items() if not key.startswith("query_location")}
    return [_without_places(part) for part in value] if isinstance(value, list) else value


def _node(raw: Mapping[str, Any], depth: int = 0) -> Node:
    if depth > DEEPEST:
        raise ValueError(_TOO_DEEP)
    begin = raw["query_location"] - len(_BEFORE)
    name = str(raw.get("function_name", raw["type"])).lower()
    return Node(
        kind=raw["class"],
        name=str(raw.get("type_name", "")).upper() if raw["class"] == "TYPE" else name,
        text=str(raw.get("literal", {}).get("text", "")),
        column=tuple(raw.get("column_names", ())),
        span=(begin, begin + raw["query_location_length"]),
        is_plain=_is_plain(raw),
        children=tuple(_node(child, depth + 1) for child in _children(list(raw.values()))),
    )


def _children(value: object) -> Iterator[Mapping[str, Any]]:
    if isinstance(value, dict) and "class" in value:
        yield value
    elif isinstance(value, dict | list):
        for part in value.values() if isinstance(value, dict) else value:
            yield from _children(part)


def _is_plain(raw: Mapping[str, Any]) -> bool:
    return not (
        len(raw.get("qualified_name", {}).get("path", ())) > 1
        or raw.get("filter")
        or raw.get("distinct")
        or raw.get("export_state")
        or raw.get("order_bys", {}).get("orders")
        or any(argument.get("name") for argument in raw.get("arguments", ()))
    )
