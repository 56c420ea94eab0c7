"""Upserts: add a row, or replace what it has beside its key."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from sqlalchemy import ColumnElement, Connection, Table
from sqlalchemy.dialects import postgresql, sqlite


def upsert(
    connection: Connection,
    table: Table,
    rows: Sequence[Mapping[str, object]],
    where: ColumnElement[bool] | None = None,
) -> None:
    """Add rows, or replace those of the same primary key; no two of the rows may have the same.

    Args:
        connection: Where to.
        table: Of which table.
        rows: All with the same columns.
        where: A row that is there already is replaced only if this holds of it.
    """
    if not rows:
        return
    insert = sqlite.insert if connection.dialect.name == "sqlite" else postgresql.insert
    statement = insert(table)
    key = [column.name for column in table.primary_key]
    replaced = {name: statement.excluded[name] for name in rows[0] if name not in key}
    connection.execute(
        statement.on_conflict_do_update(index_elements=key, set_=replaced, where=where), [dict(row) for row in rows]
    )
