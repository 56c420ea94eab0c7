"""What ``Database`` does beyond the promises of the port: outages, forks, threads, and giving back what it opened."""

import os
import socket
import sqlite3
import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
from pydantic import SecretStr

from pipeline_exec.errors import Unavailable
from pipeline_exec.settings import Settings
from pipeline_exec.store.database import Database
from pipeline_exec_tests.builders import a_connector, a_principal, a_wrapper, add_all
from pipeline_exec_tests.store.races import in_processes


@pytest.mark.parametrize("name", ["home", "a?b=c#d%20e ü"])
def test_the_embedded_default_is_a_file_in_the_home_folder(tmp_path, name):
    database = Database.of(Settings(home=tmp_path / name))
    database.migrate()
    database.check()
    database.close()
    assert (tmp_path / name / "store.db").exists()
    assert (tmp_path / name).stat().st_mode & 0o077 == 0


def test_the_database_url_of_the_settings_is_used(postgres_url, tmp_path):
    database = Database.of(Settings(home=tmp_path / "home", database_url=SecretStr(postgres_url)))
    database.migrate()
    database.close()
    assert not (tmp_path / "home").exists()


@pytest.fixture
def nobody_listens():
    """A port of this machine where nothing answers."""
    with socket.socket() as held:
        held.bind(("127.0.0.1", 0))
        yield held.getsockname()[1]


def test_a_server_that_does_not_answer_is_unavailable_and_its_password_stays_secret(nobody_listens):
    database = Database(f"postgresql://user:secret@127.0.0.1:{nobody_listens}/db")
    for ask in (database.check, database.migrate, lambda: database.writing().__enter__()):
        with pytest.raises(Unavailable) as refused:
            ask()
        assert "secret" not in str(refused.value)
        assert "PIPELINE_EXEC_DATABASE_URL" in refused.value.remedy


def test_a_connection_that_the_server_ended_is_opened_anew(postgresql_store, postgres_server):
    with postgresql_store.reading() as tx:
        tx.connectors.named("any")
    postgres_server.execute(
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'pipeline-exec'"
    )
    with postgresql_store.reading() as tx:
        assert tx.connectors.named("any") is None


def test_a_server_that_goes_away_in_the_middle_is_unavailable(postgresql_store, postgres_server):
    def interrupted():
        with postgresql_store.writing() as tx:
            postgres_server.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'pipeline-exec'"
            )
            tx.connectors.named("any")

    with pytest.raises(Unavailable):
        interrupted()


@pytest.mark.parametrize(
    "content",
    [
        pytest.param(b"not a database, but long enough to look at" * 99, id="no database"),
        pytest.param(None, id="a folder"),
    ],
)
def test_a_file_that_cannot_be_a_database_is_unavailable(tmp_path, content):
    path = tmp_path / "store.db"
    path.mkdir() if content is None else path.write_bytes(content)
    database = Database(f"sqlite:///{path}")
    for ask in (database.check, database.migrate):
        with pytest.raises(Unavailable):
            ask()
    database.close()


def test_a_folder_that_is_not_there_is_unavailable_until_the_database_is_made(tmp_path):
    database = Database(f"sqlite:///{tmp_path}/a/b/store.db")
    with pytest.raises(Unavailable):
        database.check()
    database.migrate()
    database.check()
    database.close()


def test_a_lock_that_is_never_given_back_is_unavailable_in_the_end(tmp_path, monkeypatch):
    monkeypatch.setattr("pipeline_exec.store.engine.PATIENCE", 0.05)
    database = Database(f"sqlite:///{tmp_path}/store.db")
    database.migrate()
    other = sqlite3.connect(tmp_path / "store.db", isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    with pytest.raises(Unavailable, match="at the moment"), database.writing():
        pass
    with database.reading() as tx:
        assert tx.principals.owner()
    other.close()
    with database.writing() as tx, pytest.raises(Unavailable), database.writing():
        pass
    database.close()


def test_a_mistake_of_ours_is_not_called_an_outage(store):
    with pytest.raises(Exception, match=r"(?i)foreign key") as raised, store.writing() as tx:
        tx.connectors.add(a_connector(by=a_principal("nobody made me")))
    assert not isinstance(raised.value, Unavailable)


def test_a_forked_child_has_connections_of_its_own_and_leaves_its_parents_alone(store):
    with store.writing() as tx:
        add_all(tx, a_connector("before"))

    def child(number):
        with store.writing() as tx:
            add_all(tx, a_connector(f"child-{number}"))
        with store.reading() as tx:
            return tx.connectors.named("before") is not None

    with store.reading() as open_meanwhile:
        assert open_meanwhile.connectors.named("before")
        assert in_processes(child, 2) == [True, True]
        assert open_meanwhile.connectors.named("child-0") is None
    with store.writing() as tx:
        assert tx.connectors.named("child-0")
        assert tx.connectors.named("child-1")
        add_all(tx, a_connector("after"))


def test_writers_of_many_threads_all_get_their_turn(store):
    with store.writing() as tx:
        add_all(tx, a_wrapper())

    def write(number):
        with store.writing() as tx:
            wrapper = tx.wrappers.get(a_wrapper().id)
            tx.connectors.add(a_connector(f"connector-{number}", by=wrapper.audit.created_by))

    with ThreadPoolExecutor(16) as threads:
        list(threads.map(write, range(64)))
    with store.reading() as tx:
        assert len(tx.connectors.many(f"connector-connector-{number}" for number in range(64))) == 64


def test_readers_do_not_wait_for_a_writer(store):
    found = threading.Event()

    def read():
        with store.reading() as tx:
            tx.connectors.named("any")
        found.set()

    with store.writing() as tx:
        add_all(tx, a_connector())
        thread = threading.Thread(target=read)
        thread.start()
        assert found.wait(10)
    thread.join()


def test_closing_gives_every_file_back(tmp_path):
    database = Database(f"sqlite:///{tmp_path}/store.db")
    database.migrate()
    assert open_files(tmp_path)
    database.close()
    assert not open_files(tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == ["store.db"]
    database.check()
    database.close()


def open_files(folder):
    links = (os.path.realpath(f"/proc/self/fd/{fd}") for fd in os.listdir("/proc/self/fd"))  # noqa: PTH208 - names, not paths
    return [link for link in links if link.startswith(str(folder))]
