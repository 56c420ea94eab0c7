"""Engines: how a database URL becomes connections that keep our promises."""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass
from typing import Any

import psycopg2.extensions
from sqlalchemy import URL, Engine, create_engine, event, make_url
from sqlalchemy.exc import ArgumentError

from pipeline_exec.errors import InvalidDocument
from pipeline_exec.store.column_types import from_json, to_json

#: Seconds a writer waits for the others before it gives up.
PATIENCE = 30.0
#: What a server connection is opened with unless its URL says otherwise; the time-out is in seconds.
CONNECT_ARGUMENTS = {"connect_timeout": 10, "application_name": "pipeline-exec"}

_SQLITE = "sqlite+pysqlite"
_POSTGRESQL = "postgresql+psycopg2"
#: SQLAlchemy takes ``postgresql://`` for a driver that is not installed, and does not know ``postgres://``.
_DRIVERS = {
    "sqlite": _SQLITE,
    _SQLITE: _SQLITE,
    "postgres": _POSTGRESQL,
    "postgresql": _POSTGRESQL,
    _POSTGRESQL: _POSTGRESQL,
}


def database_url(given: str | URL) -> URL:
    """A database URL as users write it, with the driver we use.

    Raises:
        InvalidDocument: it is no URL, or of a database we do not know.
    """
    remedy = "Write postgresql://user:password@host:port/database, or sqlite:///path."
    try:
        url = make_url(given)
    except (ArgumentError, ValueError):
        raise InvalidDocument("The database URL cannot be read.", remedy=remedy) from None
    if url.drivername not in _DRIVERS:
        raise InvalidDocument(f"The database URL is for {url.drivername!r}, which is not supported.", remedy=remedy)
    if url.get_backend_name() == "sqlite" and url.database in (None, "", ":memory:"):
        raise InvalidDocument("The database URL names no file.", remedy=remedy)
    return url.set(drivername=_DRIVERS[url.drivername])


@dataclass(frozen=True)
class Engines:
    """The two ways into one database."""

    reading: Engine
    """For transactions that see one moment and cannot write."""
    writing: Engine
    """For transactions that write; they wait for one another where they touch the same."""

    def close(self) -> None:
        """Close every connection; the next use opens new ones."""
        self.reading.dispose()
        self.writing.dispose()


def open_engines(url: URL) -> Engines:
    """The engines for a URL of ``database_url``; nothing is reached before they are used."""
    if url.get_backend_name() == "sqlite":
        # One writer in each process: its threads take turns here instead of each polling the file's lock.
        writing = _open_sqlite(url, begin="BEGIN IMMEDIATE", pool_size=1, max_overflow=0)
        return Engines(_open_sqlite(url, begin="BEGIN", query_only=True, max_overflow=35), writing)
    writing = _open_postgresql(url)
    return Engines(writing.execution_options(isolation_level="REPEATABLE READ", postgresql_readonly=True), writing)


def _open_sqlite(url: URL, *, begin: str, query_only: bool = False, **pool: int) -> Engine:
    """An engine whose transactions begin in this way.

    One that writes takes its lock at once: taken at the first write, it would fail at once, whatever the time-out,
    when somebody else has written since the transaction began to read.
    """
    engine = create_engine(
        url,
        hide_parameters=True,
        json_serializer=to_json,
        json_deserializer=from_json,
        connect_args={"timeout": PATIENCE},
        pool_timeout=PATIENCE,
        **pool,
    )

    def prepare(connection: sqlite3.Connection, _: object) -> None:
        # Python's driver begins transactions when it thinks fit; we say when (SQLAlchemy, "Transactions with SQLite").
        connection.isolation_level = None
        # A push is acknowledged once committed, so a commit must survive the loss of power.
        connection.execute("PRAGMA synchronous = FULL")
        connection.execute("PRAGMA foreign_keys = ON")
        connection.execute(f"PRAGMA query_only = {query_only:d}")
        # SQLite's own knows no letters beyond ASCII.
        connection.create_function("lower", 1, _folded, deterministic=True)

    event.listen(engine, "connect", prepare)
    event.listen(engine, "begin", lambda connection: connection.exec_driver_sql(begin))
    return engine


def _folded(value: Any) -> Any:
    return value.casefold() if isinstance(value, str) else value


def _open_postgresql(url: URL) -> Engine:
    engine = create_engine(
        url,
        hide_parameters=True,
        json_serializer=to_json,
        json_deserializer=from_json,
        connect_args={name: value for name, value in CONNECT_ARGUMENTS.items() if name not in url.query},
        pool_pre_ping=True,
    )
    event.listen(engine, "connect", _prepare_postgresql)
    return engine


def _prepare_postgresql(connection: psycopg2.extensions.connection, _: object) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SET TIME ZONE 'UTC'")
    connection.commit()
