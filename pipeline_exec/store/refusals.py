"""Refusals: what the database's constraints mean to whoever asked."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager

import psycopg2.errors
from sqlalchemy import Connection
from sqlalchemy.exc import IntegrityError

from pipeline_exec.errors import RequestRefused

Refusal = Callable[[], RequestRefused]
"""Says what is wrong; called once the transaction is usable again, so it may look into the database."""

_SQLITE_UNIQUE = (sqlite3.SQLITE_CONSTRAINT_UNIQUE, sqlite3.SQLITE_CONSTRAINT_PRIMARYKEY)
_SQLITE_REFERENCE = (sqlite3.SQLITE_CONSTRAINT_FOREIGNKEY,)


@contextmanager
def refusing(
    connection: Connection, *, unique: Refusal | None = None, reference: Refusal | None = None
) -> Iterator[None]:
    """Raise the refusal of the constraint the block runs against; other errors pass.

    The block is undone as a whole, and nothing else of the transaction is.

    Args:
        connection: Whose transaction it is.
        unique: There is such a row already.
        reference: Another row refers to one that is deleted, or one that is added refers to a row that is not there.
    """
    try:
        with connection.begin_nested():
            yield
    except IntegrityError as error:
        if unique is not None and _is(error, psycopg2.errors.UniqueViolation, _SQLITE_UNIQUE):
            raise unique() from error
        if reference is not None and _is(error, psycopg2.errors.ForeignKeyViolation, _SQLITE_REFERENCE):
            raise reference() from error
        raise


def _is(error: IntegrityError, postgresql: type[Exception], sqlite: Collection[int]) -> bool:
    return isinstance(error.orig, postgresql) or getattr(error.orig, "sqlite_errorcode", None) in sqlite
