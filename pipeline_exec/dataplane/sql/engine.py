"""The engine behind expressions: DuckDB in memory, without files, network, extensions or settings."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from threading import Timer
from typing import Final

import duckdb

#: What DuckDB may take for everything that is evaluated at once in a process.
MEMORY_LIMIT: Final = "1GB"

_ADVICE: Final = re.compile(r",? or SET |\.? Use \"?SET ")


@contextmanager
def cursor() -> Iterator[duckdb.DuckDBPyConnection]:
    """A connection to the process's database with names of its own; closed behind the block."""
    # A database does not survive a fork.
    connection = _database(os.getpid()).cursor()
    try:
        yield connection
    finally:
        connection.close()


@contextmanager
def interrupted(connection: duckdb.DuckDBPyConnection, after_seconds: float) -> Iterator[None]:
    """End what the connection does within the block with ``duckdb.InterruptException`` when it takes too long."""
    timer = Timer(after_seconds, connection.interrupt)
    timer.daemon = True
    timer.start()
    try:
        yield
    finally:
        timer.cancel()
        # What has begun to interrupt must not meet a connection that is closed.
        timer.join()


def sentence(message: str) -> str:
    """What DuckDB says is wrong, on one line and without its advice to change settings, which nobody may."""
    return _ADVICE.split(message.split("\n")[0])[0].strip().rstrip(".")


@cache
def _database(_: int) -> duckdb.DuckDBPyConnection:
    # https://duckdb.org/docs/stable/operations_manual/securing_duckdb/overview
    connection = duckdb.connect(
        ":memory:",
        config={
            "enable_external_access": False,
            "autoinstall_known_extensions": False,
            "autoload_known_extensions": False,
            "allow_community_extensions": False,
            # Tables are registered; without this, any variable of the calling code would be one.
            "python_enable_replacements": False,
            # One thread keeps the rows in order, and the machine to those who share it.
            "threads": 1,
            "memory_limit": MEMORY_LIMIT,
            "temp_directory": "",
        },
    )
    # The same text must mean the same moment on every machine.
    connection.execute("SET TimeZone = 'UTC'")
    connection.execute("SET disabled_filesystems = 'LocalFileSystem'")
    connection.execute("SET lock_configuration = true")
    return connection
