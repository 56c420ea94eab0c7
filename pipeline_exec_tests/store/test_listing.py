"""Lists of many executions: one query and a count, carried by indexes."""

import re

import pytest
from sqlalchemy import Text, cast, event, insert, literal, select, text, true, update

from pipeline_exec.model.arrival import Arrival, FileVersion
from pipeline_exec.model.query import AllOf, Comparison, Operator, Ordering, Query
from pipeline_exec.store.database import Database
from pipeline_exec.store.tables import arrivals, execution_logs, executions
from pipeline_exec_tests.builders import NOON, a_pipeline, add_all, add_surroundings, an_execution
from pipeline_exec_tests.store.conftest import DATABASES

MANY = 10_000


@pytest.fixture(scope="module", params=DATABASES)
def full_store(request, tmp_path_factory):
    """A store with ten thousand executions of twenty pipelines, one in a hundred of them failed."""
    if request.param == "sqlite":
        url = f"sqlite:///{tmp_path_factory.mktemp('full')}/store.db"
    else:
        url = request.getfixturevalue("postgres_server").database()
    database = Database(url)
    database.migrate()
    fill(database)
    yield database
    database.close()


def fill(database):
    pipelines = [a_pipeline(f"pipeline {number}") for number in range(20)]
    first = [an_execution(pipeline, execution_id=pipeline.id) for pipeline in pipelines]
    file = FileVersion("a.csv", 1, "1")
    with database.writing() as tx:
        add_surroundings(tx)
        add_all(tx, *pipelines, *first)
        for execution in first:
            sighting = Arrival(pipeline_id=execution.pipeline_id, file=file, first_seen=NOON, stable_since=NOON)
            tx.arrivals.record([sighting])
            tx.arrivals.take(execution.pipeline_id, file, execution.id)
            tx.executions.finish(execution.succeeded(NOON))
    with database._engines.writing.begin() as connection:
        multiply(connection, executions, {"id", "log_id", "run_id"})
        multiply(connection, execution_logs, {"id", "execution_id", "run_id"})
        multiply(connection, arrivals, {"digest", "execution_id"})
        connection.execute(update(executions).where(executions.c.id.endswith("07")).values(status="FAILED"))
        connection.execute(update(arrivals).where(~arrivals.c.execution_id.endswith("477")).values(settled=True))
        if database._url.get_backend_name() == "postgresql":
            # A server does it by itself after a while; SQLite must do without.
            connection.execute(text("ANALYZE"))


def multiply(connection, table, keys):
    """Make 500 rows of each row of a table, whose keys end in their numbers."""
    numbers = select(literal(2).label("n")).cte("numbers", recursive=True)
    numbers = numbers.union_all(select(numbers.c.n + 1).where(numbers.c.n < MANY // 20))
    columns = [column + "-" + cast(numbers.c.n, Text) if column.name in keys else column for column in table.c]
    copies = select(*columns).select_from(table.join(numbers, true()))
    connection.execute(insert(table).from_select(table.c.keys(), copies))


@pytest.fixture
def statements(full_store):
    """What the database is asked, as it is asked."""
    asked = []

    def note(connection, cursor, statement, parameters, context, executemany):
        if statement.startswith("SELECT"):
            asked.append((statement, parameters))

    # The reading engine of PostgreSQL shares its events with the writing one.
    engine = full_store._engines.reading
    event.listen(engine, "before_cursor_execute", note)
    yield asked
    event.remove(engine, "before_cursor_execute", note)


def plan(store, statement, parameters):
    """How the database goes about it."""
    explain = "EXPLAIN QUERY PLAN" if store._url.get_backend_name() == "sqlite" else "EXPLAIN"
    with store._engines.reading.connect() as connection:
        rows = connection.exec_driver_sql(f"{explain} {statement}", parameters)
        return "\n".join(str(row[-1]) for row in rows)


FAILED = Comparison("status", Operator.EQ, "FAILED")
OF_ONE = Comparison("pipeline", Operator.EQ, "pipeline-pipeline 7")
OF_PIPELINES = Comparison("wrapper", Operator.NULL, True)


@pytest.mark.parametrize(
    ("query", "index"),
    [
        pytest.param(Query(condition=OF_PIPELINES), "ix_executions_(wrapper_id_)?created_at_id", id="the default"),
        pytest.param(
            Query(condition=OF_PIPELINES, orderings=(Ordering("created_at"),)),
            "ix_executions_(wrapper_id_)?created_at_id",
            id="oldest first",
        ),
        pytest.param(
            Query(condition=AllOf((OF_PIPELINES, FAILED))), "ix_executions_status_created_at_id", id="of one status"
        ),
        pytest.param(
            Query(condition=AllOf((OF_PIPELINES, OF_ONE))),
            "ix_executions_pipeline_id_created_at_id",
            id="of one pipeline",
        ),
    ],
)
def test_a_list_is_one_query_and_a_count_carried_by_an_index(full_store, statements, query, index):
    with full_store.reading() as tx:
        page = tx.executions.find(query)
    assert len(page.items) == 25
    assert page.total > 25
    listing, count = statements
    steps = plan(full_store, *listing)
    assert re.search(index, steps)
    assert "SORT" not in steps.upper()
    assert "TEMP B-TREE" not in steps
    assert "JOIN" not in count[0]


def test_the_last_page_needs_no_count(full_store, statements):
    with full_store.reading() as tx:
        page = tx.executions.find(Query(offset=MANY - 5))
    assert (len(page.items), page.total) == (5, MANY)
    assert len(statements) == 1


def test_the_unfinished_are_found_by_an_index_among_all_the_others(full_store, statements):
    with full_store.reading() as tx:
        assert not tx.executions.unfinished()
        assert tx.executions.last_begun() is None
        tx.executions.unsettled(100)
    indexes = ("ix_executions_status_created_at_id", "ix_execution_logs_dispatched_at", "ix_arrivals_unsettled")
    for (statement, parameters), index in zip(statements, indexes, strict=True):
        assert index in plan(full_store, statement, parameters)
