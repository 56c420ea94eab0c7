"""Every test of the store runs over both databases, each time over an empty one."""

import pytest

from pipeline_exec.store.database import Database
from pipeline_exec.store.tables import metadata

DATABASES = ["sqlite", "postgresql"]


@pytest.fixture(scope="session")
def sqlite_store(tmp_path_factory):
    yield from migrated(f"sqlite:///{tmp_path_factory.mktemp('store')}/store.db")


@pytest.fixture(scope="session")
def postgresql_store(postgres_server):  # the fixture
    yield from migrated(postgres_server.database())


@pytest.fixture(params=DATABASES)
def store(request):
    """A store without a row."""
    # One store for all tests, emptied: a new one would compile every statement anew, which takes most of a test's time.
    return emptied(request.getfixturevalue(f"{request.param}_store"))


@pytest.fixture
def url(store):
    """Where the store is, for those who open it themselves."""
    return store._url.render_as_string(hide_password=False)


@pytest.fixture(params=DATABASES)
def new_url(request, tmp_path):
    """Where a database may be made that nobody has touched."""
    return (
        f"sqlite:///{tmp_path}/new/store.db" if request.param == "sqlite" else request.getfixturevalue("postgres_url")
    )


def emptied(database):
    with database._engines.writing.begin() as connection:
        for table in reversed(metadata.sorted_tables):
            connection.execute(table.delete())
    return database


def migrated(url):
    database = Database(url)
    database.migrate()
    yield database
    database.close()
