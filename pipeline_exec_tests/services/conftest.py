"""One migrated store for all tests of the services, emptied for each: a new one would take most of a test's time."""

from contextlib import contextmanager

import pytest

from pipeline_exec.store.database import Database
from pipeline_exec.store.tables import metadata
from pipeline_exec_tests.services.workshop import Workshop


@pytest.fixture(scope="session")
def migrated_store(tmp_path_factory):
    with a_store(tmp_path_factory.mktemp("services")) as database:
        yield database


@contextmanager
def a_store(folder):
    """A new store in a folder, closed when the block ends."""
    database = Database(f"sqlite:///{folder}/store.db")
    database.migrate()
    try:
        yield database
    finally:
        database.close()


def emptied(database):
    """The store without a row."""
    with database._engines.writing.begin() as connection:
        for table in reversed(metadata.sorted_tables):
            connection.execute(table.delete())
    return database


@pytest.fixture
def store(migrated_store):
    return emptied(migrated_store)


@pytest.fixture
def workshop(store, tmp_path):
    workshop = Workshop(store, tmp_path)
    yield workshop
    workshop.engine.wait()


@pytest.fixture
def pipeline(workshop):
    return workshop.pipeline()


@pytest.fixture
def execution(workshop, pipeline):
    """Of one file; recorded and not launched."""
    workshop.drop()
    [execution] = workshop.collect(pipeline).executions
    return execution
