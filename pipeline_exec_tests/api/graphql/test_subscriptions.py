"""Subscriptions, over a real websocket."""

from contextlib import ExitStack

import pytest
from websockets.exceptions import ConnectionClosed
from websockets.sync.client import connect

from pipeline_exec.model.execution import LogType, Progress, Stage
from pipeline_exec_tests.api.graphql.socket_client import PATIENCE, PROTOCOL, socket_client
from pipeline_exec_tests.builders import NOON, a_pipeline, a_principal, an_execution

WATCH = """
subscription ($execution: ID!) {
  execution(id: $execution) { status progress { stage rows } logs { status } pipeline { name } }
}
"""


@pytest.fixture
def execution(graph):
    return graph.store(an_execution(graph.store(a_pipeline())))


def advance(graph, execution, rows):
    with graph.layer.ports.store.writing() as tx:
        tx.executions.advance(execution, Progress(stage=Stage.MAP, rows=rows))


def finish(graph, execution):
    with graph.layer.ports.store.writing() as tx:
        tx.executions.finish(execution.succeeded(NOON))


def test_an_execution_is_pushed_as_it_is_then_as_it_changes_until_it_has_ended(graph, execution):
    with socket_client(graph.socket_url) as client:
        client.subscribe(WATCH, execution=execution.id)
        first = client.next()["execution"]
        assert (first["status"], first["progress"]) == ("PROCESSING", None)
        assert (first["logs"], first["pipeline"]) == ([{"status": "PROCESSING"}], {"name": "import"})

        advance(graph, execution, rows=10)
        assert client.next()["execution"]["progress"] == {"stage": "MAP", "rows": 10}

        finish(graph, execution)
        last = client.next()["execution"]
        assert (last["status"], last["progress"], last["logs"]) == ("SUCCESSFUL", None, [{"status": "SUCCESSFUL"}])
        assert client.is_complete()


def test_an_execution_that_has_ended_is_pushed_once(graph, execution):
    finish(graph, execution)
    with socket_client(graph.socket_url) as client:
        client.subscribe(WATCH, execution=execution.id)
        assert client.next()["execution"]["status"] == "SUCCESSFUL"
        assert client.is_complete()


def test_all_who_watch_are_told(graph, execution):
    other = graph.store(an_execution(a_pipeline()))
    with ExitStack() as stack:
        clients = [stack.enter_context(socket_client(graph.socket_url)) for _ in range(3)]
        for client in clients:
            client.subscribe(WATCH, id="mine", execution=execution.id)
            client.subscribe(WATCH, id="other", execution=other.id)
            assert {client.receive()["id"], client.receive()["id"]} == {"mine", "other"}

        finish(graph, execution)
        for client in clients:
            assert client.next("mine")["execution"]["status"] == "SUCCESSFUL"
            assert client.is_complete("mine")
        advance(graph, other, rows=1)
        for client in clients:
            assert client.next("other")["execution"]["progress"] == {"stage": "MAP", "rows": 1}


def test_whoever_leaves_is_told_nothing_more(graph, execution):
    with socket_client(graph.socket_url) as client:
        client.subscribe(WATCH, execution=execution.id)
        client.next()
        client.complete()
        client.ping()
        finish(graph, execution)
        client.subscribe(WATCH, id="again", execution=execution.id)
        assert client.next("again")["execution"]["status"] == "SUCCESSFUL"
        assert client.is_complete("again")


def test_an_execution_that_is_not_there_is_an_error(graph):
    with socket_client(graph.socket_url) as client:
        client.subscribe(WATCH, execution="nothing")
        message = client.receive()
        assert message["payload"]["errors"][0]["extensions"] == {"code": "NOT_FOUND"}
        assert client.is_complete()


def test_an_execution_that_is_fixed_meanwhile_is_still_watched(graph, execution):
    finish(graph, execution)
    again = execution.succeeded(NOON).retried(LogType.FIX, caller=a_principal(), at=NOON)
    with graph.layer.ports.store.writing() as tx:
        tx.executions.retry(again, execution.log.id)
    with socket_client(graph.socket_url) as client:
        client.subscribe(WATCH, execution=execution.id)
        assert [log["status"] for log in client.next()["execution"]["logs"]] == ["SUCCESSFUL", "PROCESSING"]
        finish(graph, again)
        assert client.next()["execution"]["status"] == "SUCCESSFUL"
        assert client.is_complete()


def test_queries_and_mutations_work_over_a_websocket_too(graph, execution):
    with socket_client(graph.socket_url) as client:
        client.subscribe("{ me { name } }")
        assert client.next() == {"me": {"name": "Ada"}}
        assert client.is_complete()

        cancel = "mutation ($execution: ID!) { cancelExecution(id: $execution) { ... on Execution { status } } }"
        client.subscribe(cancel, execution=execution.id)
        assert client.next() == {"cancelExecution": {"status": "FAILED"}}


@pytest.mark.parametrize(
    "message",
    [
        pytest.param("not JSON", id="no JSON"),
        pytest.param("[1]", id="a list"),
        pytest.param("5", id="a number"),
        pytest.param('{"kind": "subscribe"}', id="no type"),
        pytest.param('{"type": "other"}', id="unknown type"),
        pytest.param('{"type": "subscribe", "id": "1"}', id="no operation"),
        pytest.param("[" * 100_000, id="nested without end"),
    ],
)
def test_a_message_that_is_none_closes_the_connection_without_a_defect(graph, message, caplog):
    with connect(graph.socket_url, subprotocols=[PROTOCOL]) as connection:
        connection.send('{"type": "connection_init"}')
        connection.recv(timeout=PATIENCE)
        connection.send(message)
        with pytest.raises(ConnectionClosed) as closed:
            connection.recv(timeout=PATIENCE)
    assert closed.value.rcvd.code == 4400
    assert not caplog.records


def test_whoever_subscribes_too_early_is_turned_away(graph):
    with connect(graph.socket_url, subprotocols=[PROTOCOL]) as connection:
        connection.send('{"type": "subscribe", "id": "1", "payload": {"query": "{ me { id } }"}}')
        with pytest.raises(ConnectionClosed) as closed:
            connection.recv(timeout=PATIENCE)
    assert closed.value.rcvd.code == 4401


def test_another_protocol_is_not_spoken(graph):
    with connect(graph.socket_url) as connection, pytest.raises(ConnectionClosed) as closed:
        connection.recv(timeout=PATIENCE)
    assert closed.value.rcvd.code == 4406


def test_an_operation_that_is_too_deep_is_refused_over_a_websocket_too(graph):
    with socket_client(graph.socket_url) as client:
        client.subscribe("{ me " * 30 + "{ id }" + "}" * 30)
        message = client.receive()
    assert message["type"] == "error"
    assert "levels deep" in message["payload"][0]["message"]
