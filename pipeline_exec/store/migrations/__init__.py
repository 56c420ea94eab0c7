"""Migrations: how a database of any earlier version becomes one of this version."""

from __future__ import annotations

import threading
from pathlib import Path

from sqlalchemy import Connection, inspect, select, table
from sqlalchemy import column as named_column

from pipeline_exec.errors import Unavailable

#: The revision the tables of this version have.
HEAD = "0001"
#: Not Alembic's usual name: Dagster's storages may live in the same database and keep theirs under it.
VERSION_TABLE = "pipeline_exec_version"

#: Alembic's operations work through module globals: one thread of a process at a time.
_one_at_a_time = threading.Lock()


def revision_of(connection: Connection) -> str | None:
    """The revision a database has; None for one that was never migrated."""
    if not inspect(connection).has_table(VERSION_TABLE):
        return None
    revision: str | None = connection.scalar(select(named_column("version_num")).select_from(table(VERSION_TABLE)))
    return revision


def upgrade(connection: Connection) -> None:
    """Bring a database to ``HEAD`` within the connection's transaction, which keeps other processes out.

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
