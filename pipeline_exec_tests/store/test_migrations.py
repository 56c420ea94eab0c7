import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import text

from pipeline_exec.errors import Unavailable
from pipeline_exec.store import migrations
from pipeline_exec.store.database import Database
from pipeline_exec.store.tables import metadata
from pipeline_exec_tests.store.races import in_processes


@pytest.fixture
def database(new_url, tmp_path):
    (tmp_path / "new").mkdir()
    database = Database(new_url)
    yield database
    database.close()


def execute(database, statement):
    with database._engines.writing.begin() as connection:
        connection.execute(text(statement))


def test_all_migrations_together_make_the_tables_of_this_version(database):
    database.migrate()
    with database._engines.reading.connect() as connection:
        context = MigrationContext.configure(
            connection, opts={"version_table": migrations.VERSION_TABLE, "compare_type": True}
        )
        assert compare_metadata(context, metadata) == []


def test_the_revision_of_this_version_is_that_of_the_last_migration():
    config = Config()
    config.set_main_option("script_location", "pipeline_exec.store:migrations")
    assert ScriptDirectory.from_config(config).get_heads() == [migrations.HEAD]


def test_a_migration_that_fails_leaves_the_database_as_it_was(database):
    execute(database, "CREATE TABLE wrapper_log_lines (in_the_way INTEGER)")
    with pytest.raises(Exception, match="already exists"):
        database.migrate()
    execute(database, "DROP TABLE wrapper_log_lines")
    database.migrate()
    database.check()


def test_several_processes_may_migrate_at_once(new_url):
    def migrate(_):
        database = Database(new_url)
        database.migrate()
        database.check()
        with database.reading() as tx:
            owner = tx.principals.owner()
        database.close()
        return owner

    assert len(set(in_processes(migrate, 4))) == 1


def test_several_threads_may_migrate_at_once(new_url):
    start = threading.Barrier(4)

    def migrate(_):
        database = Database(new_url)
        start.wait()
        database.migrate()
        database.check()
        database.close()

    with ThreadPoolExecutor(4) as threads:
        list(threads.map(migrate, range(4)))


def test_who_only_reads_finds_the_owner(database):
    database.migrate()
    with database.reading() as tx:
        owner = tx.principals.owner()
    with database.writing() as tx:
        assert tx.principals.owner() == owner


def test_a_database_nobody_prepared_does_not_pass_the_check(database):
    with pytest.raises(Unavailable, match="not prepared"):
        database.check()


def test_a_database_of_a_later_version_is_refused_and_left_alone(database):
    database.migrate()
    execute(database, f"UPDATE {migrations.VERSION_TABLE} SET version_num = '9999'")
    for ask in (database.check, database.migrate):
        with pytest.raises(Unavailable, match=rf"9999.*{migrations.HEAD}"):
            ask()


def test_dagsters_own_tables_may_live_in_the_same_database(database):
    execute(database, "CREATE TABLE alembic_version (version_num VARCHAR(32) NOT NULL)")
    execute(database, "INSERT INTO alembic_version VALUES ('dagster')")
    database.migrate()
    database.check()
    with database._engines.reading.connect() as connection:
        assert connection.scalar(text("SELECT version_num FROM alembic_version")) == "dagster"
