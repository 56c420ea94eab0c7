"""The database: transactions over all repositories, and its way from one version of the service to the next."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg2
from sqlalchemy import URL, Connection
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError

from pipeline_exec import ports
from pipeline_exec.errors import Unavailable
from pipeline_exec.settings import Settings
from pipeline_exec.store import migrations
from pipeline_exec.store.arrivals import Arrivals
from pipeline_exec.store.connectors import Connectors
from pipeline_exec.store.durable import make_folder
from pipeline_exec.store.engine import Engines, database_url, open_engines
from pipeline_exec.store.executions import Executions
from pipeline_exec.store.pipelines import Pipelines
from pipeline_exec.store.principals import Principals
from pipeline_exec.store.target_models import TargetModels
from pipeline_exec.store.wrappers import Wrappers

FILE_NAME = "store.db"
"""The embedded default's database, in the home folder."""

#: SQLite's ways to say "not now" or "not with this file"; everything else is a defect of ours.
_SQLITE_OUTAGES = {
    sqlite3.SQLITE_BUSY,
    sqlite3.SQLITE_LOCKED,
    sqlite3.SQLITE_IOERR,
    sqlite3.SQLITE_CORRUPT,
    sqlite3.SQLITE_FULL,
    sqlite3.SQLITE_CANTOPEN,
    sqlite3.SQLITE_PROTOCOL,
    sqlite3.SQLITE_NOTADB,
}


class Database(ports.Store):
    """A SQLite file or a PostgreSQL database; connections are opened as they are needed, and kept."""

    def __init__(self, url: str | URL) -> None:
        """Reach nothing yet.

        Args:
            url: ``sqlite:///path`` or ``postgresql://…``.

        Raises:
            InvalidDocument: the URL is none, or of a database we do not know.
        """
        self._url = database_url(url)
        self._connections = _Connections(self._url)

    @classmethod
    def of(cls, settings: Settings) -> Database:
        """The database of a deployment."""
        if settings.database_url is not None:
            return cls(settings.database_url.get_secret_value())
        return cls(URL.create("sqlite", database=str(settings.home / FILE_NAME)))

    @contextmanager
    def reading(self) -> Iterator[ports.Transaction]:
        with _outages(), self._engines.reading.connect() as connection:
            yield Transaction(connection)

    @contextmanager
    def writing(self) -> Iterator[ports.Transaction]:
        with _outages(), self._engines.writing.begin() as connection:
            yield Transaction(connection)

    def migrate(self) -> None:
        if self._url.get_backend_name() == "sqlite":
            make_folder(Path(str(self._url.database)).parent)
        if self._revision() == migrations.HEAD:
            return
        with _outages(), migrations.exclusively(self._engines.writing) as connection:
            if migrations.revision_of(connection) != migrations.HEAD:
                migrations.upgrade(connection)
            # Made now, so that whoever only reads finds it.
            Transaction(connection).principals.owner()

    def check(self) -> None:
        revision = self._revision()
        if revision is None:
            raise Unavailable("The database is not prepared yet.", "Start the service once: it prepares it.")
        if revision != migrations.HEAD:
            raise migrations.other_version(revision)

    def close(self) -> None:
        """Give back every connection; the next use opens new ones."""
        self._engines.close()

    def _revision(self) -> str | None:
        with _outages(), self._engines.reading.connect() as connection:
            return migrations.revision_of(connection)

    @property
    def _engines(self) -> Engines:
        if not self._connections.are_ours:
            self._connections = _Connections(self._url, inherited=self._connections)
        return self._connections.engines


class Transaction(ports.Transaction):
    """All repositories over one connection."""

    def __init__(self, connection: Connection) -> None:
        self.principals = Principals(connection)
        self.connectors = Connectors(connection)
        self.target_models = TargetModels(connection)
        self.pipelines = Pipelines(connection)
        self.executions = Executions(connection)
        self.arrivals = Arrivals(connection)
        self.wrappers = Wrappers(connection)


class _Connections:
    """The connections of one process."""

    def __init__(self, url: URL, inherited: _Connections | None = None) -> None:
        self._process = os.getpid()
        # A forked child must neither use nor close its parent's connections: kept, so that nothing collects them.
        self._inherited = inherited
        self.engines = open_engines(url)

    @property
    def are_ours(self) -> bool:
        return self._process == os.getpid()


@contextmanager
def _outages() -> Iterator[None]:
    """Say in our words that the database cannot be used at the moment."""
    try:
        yield
    except (DBAPIError, PoolTimeoutError) as error:
        if isinstance(error, DBAPIError) and not _is_outage(error.orig):
            raise
        raise Unavailable(
            "The database cannot be used at the moment.",
            "Try again; if it stays so, look at the database server, its disk, and PIPELINE_EXEC_DATABASE_URL.",
        ) from error


def _is_outage(error: BaseException | None) -> bool:
    if isinstance(error, sqlite3.Error):
        # The lowest byte is the primary code: https://www.sqlite.org/rescode.html#pve
        return getattr(error, "sqlite_errorcode", 0) & 0xFF in _SQLITE_OUTAGES
    return isinstance(error, psycopg2.OperationalError | psycopg2.InterfaceError)
