"""Migrations: how a database of any earlier version becomes one of this version."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import Connection, Engine, func, inspect, select, table
from sqlalchemy import column as named_column

from pipeline_exec.errors import Unavailable
from pipeline_exec.store.durable import locked

#: The revision the tables of this version have.
HEAD = "0003"
#: Not Alembic's usual name: Dagster's storages may live in the same database and keep theirs under it.
VERSION_TABLE = "pipeline_exec_version"

#: Any number, as long as nothing else in the same PostgreSQL takes an advisory lock with it.
_LOCK = 0x70697065
#: Alembic's operations work through module globals: one thread of a process at a time.
_one_at_a_time = threading.Lock()


@contextmanager
def exclusively(engine: Engine) -> Iterator[Connection]:
    """A transaction that waits for every other process's, for as long as they take."""
    if engine.dialect.name == "postgresql":
        with engine.begin() as connection:
            connection.execute(select(func.pg_advisory_xact_lock(_LOCK)))
            yield connection
        return
    with locked(Path(str(engine.url.database)).parent):
        # Two who turn to the write-ahead log at once fail at once, whatever the time-out: hence the lock outside.
        _turn_to_wal(engine)
        with engine.begin() as connection:
            yield connection


def revision_of(connection: Connection) -> str | None:
    """The revision a database has; None for one that was never migrated."""
    if not inspect(connection).has_table(VERSION_TABLE):
        return None
    revision: str | None = connection.scalar(select(named_column("version_num")).select_from(table(VERSION_TABLE)))
    return revision


def upgrade(connection: Connection) -> None:
    """Bring a database to ``HEAD`` within a transaction of ``exclusively``.

    Raises:
        Unavailable: the database is of a later version than this.
    """
    # Only a migration needs Alembic, and it takes a while to import.
    from alembic import command
    from alembic.config import Config
    from alembic.util import CommandError

    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent).replace("%", "%%"))
    config.attributes["connection"] = connection
    try:
        with _one_at_a_time:
            command.upgrade(config, HEAD)
    except CommandError as error:
        raise other_version(revision_of(connection)) from error


def other_version(revision: str | None) -> Unavailable:
    """The refusal to work with a database that another version of the service has prepared."""
    return Unavailable(
        f"The database has revision {revision}; this version of the service works with {HEAD}.",
        "Start this version once if it is the later one; else install the version that prepared the database.",
    )


def _turn_to_wal(engine: Engine) -> None:
    connection = engine.raw_connection()
    try:
        connection.cursor().execute("PRAGMA journal_mode = WAL")
    finally:
        connection.close()
