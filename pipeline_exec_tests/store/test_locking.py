"""Two writers of PostgreSQL who touch the same never wait for each other: one waits, the other goes on."""

import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager

import pytest
from sqlalchemy import event, text

from pipeline_exec.errors import Conflict, ErrorType
from pipeline_exec.model.arrival import Arrival, FileVersion
from pipeline_exec.model.execution import Failure, LogType, Progress, Stage
from pipeline_exec_tests.builders import NOON, a_pipeline, add_all, add_surroundings, an_execution
from pipeline_exec_tests.store.conftest import emptied

PIPELINE = a_pipeline()
FAILURE = Failure(type=ErrorType.CANCELED, message="Somebody canceled it.")


@pytest.fixture
def server(postgresql_store):
    with emptied(postgresql_store).writing() as tx:
        add_surroundings(tx)
        add_all(tx, PIPELINE)
    return postgresql_store


@pytest.mark.parametrize(
    "change",
    [
        pytest.param(lambda tx, execution: tx.executions.finish(execution.failed(FAILURE, NOON)), id="canceled"),
        pytest.param(
            lambda tx, execution: tx.executions.retry(
                execution.retried(LogType.CREATE, caller=execution.audit.created_by, at=NOON), execution.log.id
            ),
            id="tried again",
        ),
        pytest.param(
            lambda tx, execution: tx.executions.advance(execution, Progress(stage=Stage.READ, rows=1)), id="advanced"
        ),
    ],
)
def test_an_attempt_may_be_changed_in_the_middle_of_its_beginning(server, change):
    execution = an_execution(PIPELINE)
    with server.writing() as tx:
        tx.executions.add(execution)
    with meanwhile(server, "UPDATE execution_logs", lambda tx: change(tx, execution)) as changed:
        with server.writing() as tx:
            assert tx.executions.fence(execution.log.id, "a sensor's", NOON)
        changed()


def test_a_pipeline_may_be_deleted_in_the_middle_of_taking_its_file(server):
    execution, file = an_execution(PIPELINE), FileVersion("a.csv", 1, "1")
    with server.writing() as tx:
        tx.arrivals.record([Arrival(pipeline_id=PIPELINE.id, file=file, first_seen=NOON, stable_since=NOON)])
    with meanwhile(server, "UPDATE arrivals", lambda tx: tx.pipelines.delete(PIPELINE.id)) as deleted:
        with server.writing() as tx:
            assert tx.arrivals.take(PIPELINE.id, file, execution.id)
            tx.executions.add(execution)
        with pytest.raises(Conflict, match="PROCESSING"):
            deleted()
    with server.reading() as tx:
        assert tx.arrivals.ledger(PIPELINE.id)[file].execution_id == execution.id


@contextmanager
def meanwhile(server, begins, act):
    """Let somebody else act after the first statement that begins so, until they wait; answers what comes of it."""
    acted = []

    def somebody():
        with server.writing() as tx:
            act(tx)

    def halfway(connection, cursor, statement, *_):
        if statement.startswith(begins) and not acted:
            acted.append(thread.submit(somebody))
            wait_for_a_lock(server)

    event.listen(server._engines.writing, "after_cursor_execute", halfway)
    try:
        with ThreadPoolExecutor(1) as thread:
            yield lambda: acted[0].result(timeout=10)
    finally:
        event.remove(server._engines.writing, "after_cursor_execute", halfway)


def wait_for_a_lock(server):
    """Return when somebody waits for one."""
    waiting = text("SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock'")
    for _ in range(500):
        with server._engines.reading.connect() as connection:
            if connection.scalar(waiting):
                return
        time.sleep(0.01)
    raise AssertionError("nobody waits")
