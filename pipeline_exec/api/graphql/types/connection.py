"""Connections: one page of a list, in the shape GraphQL clients know (Relay's cursor connections)."""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

import strawberry

from pipeline_exec.errors import FieldProblem, InvalidDocument
from pipeline_exec.model.query import MAXIMUM_LIMIT, Page

T = TypeVar("T")
Noun = TypeVar("Noun")

_CURSOR = re.compile(r"row:(\d{1,15})")


@strawberry.type
class PageInfo:
    """Where a page stands in its list."""

    has_next_page: bool
    has_previous_page: bool
    start_cursor: str | None
    end_cursor: str | None


@strawberry.type
class Edge(Generic[T]):
    """One entry of a list and the cursor of its place."""

    cursor: str
    node: T


@strawberry.type
class Connection(Generic[T]):
    """One page of a list."""

    total_count: int
    """How many there are in all, on this page and every other."""
    nodes: list[T]
    edges: list[Edge[T]]
    page_info: PageInfo

    @classmethod
    def of(cls, page: Page[Noun], shown: Callable[[Noun], T]) -> Connection[T]:
        """A page of nouns, each shown as its type."""
        nodes = [shown(item) for item in page.items]
        edges = [Edge(cursor=_cursor(page.offset + index), node=node) for index, node in enumerate(nodes)]
        return Connection(
            total_count=page.total,
            nodes=nodes,
            edges=edges,
            page_info=PageInfo(
                has_next_page=page.offset + len(nodes) < page.total,
                has_previous_page=page.offset > 0,
                start_cursor=edges[0].cursor if edges else None,
                end_cursor=edges[-1].cursor if edges else None,
            ),
        )


@dataclass(frozen=True)
class Window:
    """Which part of a list is asked for."""

    offset: int
    limit: int

    @classmethod
    def of(cls, first: int, after: str | None, offset: int) -> Window:
        """The ``first`` entries behind a cursor, or behind the beginning, leaving out another ``offset``.

        Raises:
            InvalidDocument: the cursor is none of ours, or more is asked for than a page may hold.
        """
        if not 0 <= first <= MAXIMUM_LIMIT:
            raise _invalid("first", f"must be from 0 to {MAXIMUM_LIMIT}, not {first}")
        if offset < 0:
            raise _invalid("offset", f"must not be negative, and {offset} is")
        return cls(offset=offset + (_row(after) + 1 if after else 0), limit=first)

    def page(self, items: Sequence[Noun]) -> Page[Noun]:
        """This part of a list that is all there."""
        part = items[self.offset : self.offset + self.limit]
        return Page(items=part, total=len(items), offset=self.offset, limit=self.limit)


def _cursor(row: int) -> str:
    return base64.urlsafe_b64encode(f"row:{row}".encode()).decode()


def _row(cursor: str) -> int:
    try:
        decoded = base64.urlsafe_b64decode(cursor).decode()
    except (binascii.Error, ValueError):
        decoded = ""
    match = _CURSOR.fullmatch(decoded)
    if match is None:
        raise _invalid("after", "must be a cursor taken from an edge or from pageInfo")
    return int(match[1])


def _invalid(argument: str, problem: str) -> InvalidDocument:
    return InvalidDocument(f"The argument {argument} {problem}.", [FieldProblem(argument, problem)])
