import re

import pytest

from pipeline_exec.errors import InvalidDocument
from pipeline_exec.store.database import Database
from pipeline_exec.store.engine import database_url


@pytest.mark.parametrize(
    ("written", "used"),
    [
        pytest.param("sqlite:///here/store.db", "sqlite+pysqlite:///here/store.db", id="a file"),
        pytest.param("sqlite:////var/store.db", "sqlite+pysqlite:////var/store.db", id="a file by its whole path"),
        pytest.param(
            "postgresql://u:p@h:1/d?sslmode=require", "postgresql+psycopg2://u:p@h:1/d?sslmode=require", id="a server"
        ),
        pytest.param("postgres://u@h/d", "postgresql+psycopg2://u@h/d", id="a server as some hosts write it"),
        pytest.param("postgresql+psycopg2://h/d", "postgresql+psycopg2://h/d", id="a server and our driver"),
    ],
)
def test_a_database_url_is_read_as_users_write_it(written, used):
    assert database_url(written).render_as_string(hide_password=False) == used


@pytest.mark.parametrize(
    ("written", "message"),
    [
        pytest.param("mysql://u:secret@h/d", "'mysql'", id="another database"),
        pytest.param("postgresql+asyncpg://u:secret@h/d", "'postgresql+asyncpg'", id="another driver"),
        pytest.param("sqlite://", "names no file", id="no file"),
        pytest.param("sqlite:///:memory:", "names no file", id="nothing that outlives the process"),
        pytest.param("secret", "cannot be read", id="no URL"),
        pytest.param("postgresql://u:secret@h:port/d", "cannot be read", id="a port that is no number"),
    ],
)
def test_a_database_url_we_cannot_use_is_refused_without_showing_its_secrets(written, message):
    with pytest.raises(InvalidDocument, match=re.escape(message)) as refused:
        database_url(written)
    assert "secret" not in str(refused.value)
    assert "postgresql://" in refused.value.remedy


def pragma(engine, name):
    with engine.connect() as connection:
        return connection.exec_driver_sql(f"PRAGMA {name}").scalar()


def test_what_sqlite_has_committed_survives_the_loss_of_power(sqlite_store):
    for engine in (sqlite_store._engines.reading, sqlite_store._engines.writing):
        assert pragma(engine, "journal_mode") == "wal"
        assert pragma(engine, "synchronous") == 2
        assert pragma(engine, "foreign_keys") == 1
        assert pragma(engine, "busy_timeout") == 30_000


def test_postgresql_speaks_utc_and_says_who_asks(postgresql_store):
    with postgresql_store._engines.reading.connect() as connection:
        assert connection.exec_driver_sql("SHOW TIME ZONE").scalar() == "UTC"
        assert connection.exec_driver_sql("SHOW application_name").scalar() == "pipeline-exec"


def test_what_the_url_says_of_a_connection_counts(postgres_url):
    database = Database(f"{postgres_url}?application_name=mine")
    with database._engines.reading.connect() as connection:
        assert connection.exec_driver_sql("SHOW application_name").scalar() == "mine"
    database.close()
