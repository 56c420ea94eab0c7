"""Batching: what an answer costs does not depend on how many rows it has."""

from contextlib import contextmanager

import pytest
from sqlalchemy import Engine, event

from pipeline_exec.model.execution import Delivery, DeliveryStatus, LogType
from pipeline_exec.model.wrapper import WrapperLogLine
from pipeline_exec_tests.builders import (
    NOON,
    a_connector,
    a_pipeline,
    a_principal,
    a_target_model,
    a_wrapper,
    an_execution,
)

EXECUTIONS = """
query ($first: Int!) {
  executions(first: $first) {
    nodes {
      createdBy { name }
      logs { type counts { totalRows } }
      deliveries { status connector { name } }
      pipeline {
        name
        createdBy { name }
        configuration { inputConnectors { name } outputConnectors { name updatedBy { name } } tdm { name } }
      }
    }
  }
}
"""

WRAPPERS = """
query ($first: Int!) {
  wrappers(first: $first) { nodes { name executionLog(first: 5) { message } destination { connector { name } } } }
}
"""


@contextmanager
def statements():
    """Every SELECT that is sent to a database until the block ends."""
    sent = []

    def note(_connection, _cursor, statement, *_):
        if statement.lstrip().upper().startswith("SELECT"):
            sent.append(statement)

    event.listen(Engine, "before_cursor_execute", note)
    try:
        yield sent
    finally:
        event.remove(Engine, "before_cursor_execute", note)


def cost(graph, operation, first):
    with statements() as sent:
        (found,) = graph.ask(operation, first=first).values()
    assert len(found["nodes"]) == first
    return len(sent)


@pytest.fixture
def executions(graph):
    """Fifty, each of a pipeline of its own, with two attempts and a delivery to a connector of its own."""
    for number in range(50):
        by = a_principal(f"user-{number}@example.com", name=f"User {number}")
        source = graph.store(a_connector(f"in-{number}", by=by))
        sink = graph.store(a_connector(f"out-{number}", type="OUTPUT", by=by))
        model = graph.store(a_target_model(f"model-{number}", by=by))
        pipeline = graph.store(a_pipeline(f"pipeline-{number}", input=source, outputs=[sink], model=model, by=by))
        execution = graph.store(an_execution(pipeline, by=by))
        succeeded = execution.succeeded(NOON)
        fixed = succeeded.retried(LogType.FIX, caller=by, at=NOON)
        delivery = Delivery(execution_id=execution.id, connector_id=sink.id, status=DeliveryStatus.PENDING)
        with graph.layer.ports.store.writing() as tx:
            tx.executions.finish(succeeded)
            tx.executions.retry(fixed, succeeded.log.id)
            tx.executions.save_delivery(delivery)


@pytest.mark.usefixtures("executions")
@pytest.mark.parametrize("first", [1, 50])
def test_what_executions_cost_with_all_they_refer_to_does_not_grow_with_their_number(graph, first):
    # The executions and their number; logs, deliveries, pipelines; connectors of pipelines and of deliveries; models.
    # The two kinds of connectors are asked for in one query when they happen to be wanted at the same moment.
    assert cost(graph, EXECUTIONS, first) in (7, 8)


def test_fifty_wrappers_with_their_logs_cost_as_many_queries_as_one(graph):
    for number in range(50):
        sink = graph.store(a_connector(f"out-{number}", type="OUTPUT"))
        wrapper = graph.store(a_wrapper(f"wrapper-{number}", destination={"connector_id": sink.id}))
        with graph.layer.ports.store.writing() as tx:
            tx.wrappers.append_log(wrapper.id, WrapperLogLine(at=NOON, level="INFO", message=f"Line {number}"))

    assert cost(graph, WRAPPERS, 1) == cost(graph, WRAPPERS, 50)
