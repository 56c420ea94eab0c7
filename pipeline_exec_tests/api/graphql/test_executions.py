"""Executions, as a client of the graph reads them."""

from dataclasses import replace
from datetime import timedelta

import pytest

from pipeline_exec.errors import ErrorType
from pipeline_exec.model.execution import (
    CellEdit,
    Counts,
    Delivery,
    DeliveryStatus,
    Execution,
    ExecutionTrigger,
    Failure,
    LogType,
    Progress,
    SourceFile,
    Stage,
)
from pipeline_exec.model.identity import ConnectorId
from pipeline_exec.model.mapping_record import MappedColumn, MappingRecord, Method
from pipeline_exec_tests.builders import NOON, a_pipeline, a_principal, a_wrapper, an_execution

EVERYTHING = """
query ($id: ID!) {
  execution(id: $id) {
    id status triggerType runId startedOn duration configurationId pipelineId
    createdAt createdBy { id name identifier type } updatedAt updatedBy { name }
    error { type message }
    counts { totalRows totalCells totalErrorCells totalErrorRows errorPercentage }
    source { name path size fingerprint }
    progress { stage rows }
    pipeline { id name }
    logs {
      id number type status duration startedOn endedAt configurationId runId firstStage
      error { type message } counts { totalRows } edits { row column value } dialect
      mapping {
        columns { targetColumn sourceColumns method score } totalColumns unusedColumns totalUnusedColumns
      }
    }
    deliveries { status location rows bytes batches connector { name } error { type message } }
  }
}
"""

SOURCE = SourceFile(name="a.csv", path="/in/a.csv", size=5_000_000_000, fingerprint="sha256:ab")
COUNTS = Counts(total_rows=4, total_cells=8, total_error_cells=2, total_error_rows=1)
FAILURE = Failure(type=ErrorType.ERROR_THRESHOLD_EXCEEDED, message="25 % of the cells are erroneous. Repair them.")

DIALECT = {"format": "csv", "header_row": None}
MAPPING = MappingRecord.of(
    columns=(
        MappedColumn(target_column="name", source_columns=("Name",), method=Method.KEY, score=0.99),
        MappedColumn(target_column="age", source_columns=()),
    ),
    unused_columns=("note",),
)


def a_failed_execution(graph, pipeline) -> Execution:
    execution = graph.store(an_execution(pipeline, trigger=ExecutionTrigger.EVENT, source=SOURCE))
    known = replace(execution, log=replace(execution.log, counts=COUNTS, dialect=DIALECT, mapping=MAPPING))
    failed = known.failed(FAILURE, NOON + timedelta(milliseconds=1234))
    with graph.layer.ports.store.writing() as tx:
        tx.executions.note(known)
        tx.executions.finish(failed)
    return failed


def test_an_execution_shows_all_that_is_known_of_it(graph):
    pipeline = graph.store(a_pipeline())
    failed = a_failed_execution(graph, pipeline)

    assert graph.ask(EVERYTHING, id=failed.id)["execution"] == {
        "id": failed.id,
        "status": "FAILED",
        "triggerType": "EVENT",
        "runId": failed.log.run_id,
        "startedOn": "2024-05-01T12:00:00.000000Z",
        "duration": 1234,
        "configurationId": pipeline.configuration.id,
        "pipelineId": pipeline.id,
        "createdAt": "2024-05-01T12:00:00.000000Z",
        "createdBy": {"id": a_principal().id, "name": "Ada", "identifier": "ada@example.com", "type": "USER"},
        "updatedAt": "2024-05-01T12:00:01.234000Z",
        "updatedBy": {"name": "Ada"},
        "error": {"type": "ERROR_THRESHOLD_EXCEEDED", "message": FAILURE.message},
        "counts": {
            "totalRows": 4,
            "totalCells": 8,
            "totalErrorCells": 2,
            "totalErrorRows": 1,
            "errorPercentage": 25.0,
        },
        "source": {"name": "a.csv", "path": "/in/a.csv", "size": 5_000_000_000, "fingerprint": "sha256:ab"},
        "progress": None,
        "pipeline": {"id": pipeline.id, "name": "import"},
        "logs": [
            {
                "id": failed.log.id,
                "number": 1,
                "type": "CREATE",
                "status": "FAILED",
                "duration": 1234,
                "startedOn": "2024-05-01T12:00:00.000000Z",
                "endedAt": "2024-05-01T12:00:01.234000Z",
                "configurationId": pipeline.configuration.id,
                "runId": failed.log.run_id,
                "firstStage": "READ",
                "error": {"type": "ERROR_THRESHOLD_EXCEEDED", "message": FAILURE.message},
                "counts": {"totalRows": 4},
                "edits": [],
                "dialect": {"format": "csv", "header_row": None},
                "mapping": {
                    "columns": [
                        {"targetColumn": "name", "sourceColumns": ["Name"], "method": "KEY", "score": 0.99},
                        {"targetColumn": "age", "sourceColumns": [], "method": None, "score": None},
                    ],
                    "totalColumns": 2,
                    "unusedColumns": ["note"],
                    "totalUnusedColumns": 1,
                },
            }
        ],
        "deliveries": [],
    }


def test_every_attempt_is_a_log_oldest_first(graph):
    failed = a_failed_execution(graph, graph.store(a_pipeline()))
    fixed = failed.retried(
        LogType.FIX,
        caller=a_principal(),
        at=NOON + timedelta(hours=1),
        first_stage=Stage.VALIDATE,
        edits=(CellEdit(row=3, column="age", value=None),),
    )
    with graph.layer.ports.store.writing() as tx:
        tx.executions.retry(fixed, failed.log.id)

    execution = graph.ask(EVERYTHING, id=failed.id)["execution"]
    assert execution["status"] == "PROCESSING"
    assert execution["error"] is None
    assert [(log["type"], log["firstStage"], log["edits"]) for log in execution["logs"]] == [
        ("CREATE", "READ", []),
        ("FIX", "VALIDATE", [{"row": 3, "column": "age", "value": None}]),
    ]


def test_a_running_execution_shows_how_far_it_got(graph):
    execution = graph.store(an_execution(graph.store(a_pipeline())))
    with graph.layer.ports.store.writing() as tx:
        tx.executions.advance(execution, Progress(stage=Stage.MAP, rows=3_000_000_000))

    shown = graph.ask(EVERYTHING, id=execution.id)["execution"]
    assert shown["progress"] == {"stage": "MAP", "rows": 3_000_000_000}
    assert shown["duration"] is None


def test_deliveries_say_what_went_where(graph):
    execution = graph.store(an_execution(graph.store(a_pipeline())))
    with graph.layer.ports.store.writing() as tx:
        tx.executions.save_delivery(
            Delivery(
                execution_id=execution.id,
                connector_id=ConnectorId("connector-outbox"),
                status=DeliveryStatus.DELIVERED,
                location="/out/a.csv",
                rows=4,
                bytes=99,
            )
        )

    assert graph.ask(EVERYTHING, id=execution.id)["execution"]["deliveries"] == [
        {
            "status": "DELIVERED",
            "location": "/out/a.csv",
            "rows": 4,
            "bytes": 99,
            "batches": 0,
            "connector": {"name": "outbox"},
            "error": None,
        }
    ]


def test_the_execution_of_a_deleted_pipeline_still_names_it(graph):
    pipeline = graph.store(a_pipeline())
    failed = a_failed_execution(graph, pipeline)
    graph.layer.pipelines.delete(pipeline.id)

    execution = graph.ask(EVERYTHING, id=failed.id)["execution"]
    assert (execution["pipeline"], execution["pipelineId"]) == (None, pipeline.id)


@pytest.mark.parametrize("noun", ["execution", "pipeline", "connector", "targetDataModel", "wrapper"])
def test_what_is_not_there_is_null(graph, noun):
    assert graph.ask(f'{{ {noun}(id: "nothing") {{ id }} }}') == {noun: None}


def test_executions_of_wrappers_are_seen_through_their_wrappers_only(graph):
    execution = graph.store(an_execution(wrapper=graph.store(a_wrapper())))
    asked = "query ($id: ID!) { execution(id: $id) { id } executions { totalCount } }"
    assert graph.ask(asked, id=execution.id) == {"execution": None, "executions": {"totalCount": 0}}
