"""JSON in SQL: the same questions of a document in the words of each database."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol

from sqlalchemy import ColumnElement, Connection, cast, func, literal_column, type_coerce
from sqlalchemy.sql.selectable import TableValuedAlias

from pipeline_exec.store.column_types import Moment, Text

Path = Sequence[str]
"""Keys from the outside in; each made of letters, digits, ``_`` and ``-``."""


@dataclass(frozen=True)
class Node:
    """A place in a document."""

    type: ColumnElement[str]
    """What is there, in the database's own word; NULL for nothing."""
    text: ColumnElement[str]
    """The value, where it is no object and no array."""


class JsonSql(Protocol):
    """One database's way with JSON."""

    def at(self, document: ColumnElement[Any], path: Path) -> Node:
        """The place at a path."""

    def each(self, document: ColumnElement[Any], path: Path) -> TableValuedAlias:
        """A row with the column ``value`` for each element of the array at a path."""

    def item(self, rows: TableValuedAlias) -> Node:
        """The element in a row of ``each``."""

    def moment(self, iso: ColumnElement[str]) -> ColumnElement[datetime]:
        """An ISO 8601 text as a moment."""


class SqliteJson:
    """SQLite's, built in."""

    def at(self, document: ColumnElement[Any], path: Path) -> Node:
        """As ``JsonSql.at``."""
        place = _sqlite_path(path)
        return Node(
            func.json_type(document, place, type_=Text()),
            # The value of a number or a truth value is no text here.
            func.json_extract(document, place, type_=Text()),
        )

    def each(self, document: ColumnElement[Any], path: Path) -> TableValuedAlias:
        """As ``JsonSql.each``."""
        return func.json_each(document, _sqlite_path(path)).table_valued("value", "type", joins_implicitly=True)

    def item(self, rows: TableValuedAlias) -> Node:
        """As ``JsonSql.item``."""
        return Node(type_coerce(rows.c.type, Text()), type_coerce(rows.c.value, Text()))

    def moment(self, iso: ColumnElement[str]) -> ColumnElement[datetime]:
        """As ``JsonSql.moment``."""
        # Written as the moments of columns are: microseconds, of which SQLite knows three digits.
        return type_coerce(func.strftime("%Y-%m-%d %H:%M:%f000", iso), Moment())


class PostgresJson:
    """PostgreSQL's, for its type ``json``."""

    def at(self, document: ColumnElement[Any], path: Path) -> Node:
        """As ``JsonSql.at``."""
        return Node(
            func.json_typeof(func.json_extract_path(document, *path), type_=Text()),
            func.json_extract_path_text(document, *path, type_=Text()),
        )

    def each(self, document: ColumnElement[Any], path: Path) -> TableValuedAlias:
        """As ``JsonSql.each``."""
        array = func.json_extract_path(document, *path)
        return func.json_array_elements(array).table_valued("value", joins_implicitly=True)

    def item(self, rows: TableValuedAlias) -> Node:
        """As ``JsonSql.item``."""
        # json_extract_path wants a key; this operator takes none as well.
        itself = rows.c.value.op("#>>")(literal_column("'{}'"))
        return Node(func.json_typeof(rows.c.value, type_=Text()), type_coerce(itself, Text()))

    def moment(self, iso: ColumnElement[str]) -> ColumnElement[datetime]:
        """As ``JsonSql.moment``."""
        return cast(iso, Moment())


def json_sql(connection: Connection) -> JsonSql:
    """The way with JSON of the database at the other end."""
    return SqliteJson() if connection.dialect.name == "sqlite" else PostgresJson()


def _sqlite_path(path: Path) -> str:
    return "$" + "".join(f'."{key}"' for key in path)
