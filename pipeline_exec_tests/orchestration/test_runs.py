"""Attempts as real Dagster runs, executed in this process on a real instance."""

import json
from collections import defaultdict

from dagster import DagsterEventType, DagsterRunStatus
from dagster._core.storage.tags import PARENT_RUN_ID_TAG
from dagster._core.workspace.context import WorkspaceProcessContext
from dagster._core.workspace.load_target import EmptyWorkspaceTarget
from dagster_graphql.schema import create_schema

from pipeline_exec.errors import ErrorType
from pipeline_exec.model.execution import CellEdit, ExecutionTrigger, LogType, Stage, Status
from pipeline_exec.model.identity import RunId
from pipeline_exec.model.target_model import TargetModelDocument
from pipeline_exec.orchestration import tags
from pipeline_exec.orchestration.executor import RunExecutor
from pipeline_exec.orchestration.repository import PipelineRepository
from pipeline_exec.ports import RunState


def recorded(folders, pipeline):
    (execution,) = folders.layer.executions.record(pipeline, ExecutionTrigger.MANUAL, folders.owner, None)
    return execution


def metadata_of(folders, run_id, step):
    for event in folders.instance.all_logs(run_id, of_type={DagsterEventType.HANDLED_OUTPUT}):
        if event.step_key == step:
            return event.dagster_event.event_specific_data.metadata
    raise AssertionError(f"{step} made no output")


def steps_of(folders, run_id):
    return [event.step_key for event in folders.instance.all_logs(run_id, of_type={DagsterEventType.STEP_SUCCESS})]


def test_an_execution_is_one_run_with_its_counts_and_its_tags(folders):
    pipeline = folders.pipeline()
    folders.drop("orders.csv")
    ended = folders.execute(recorded(folders, pipeline))

    assert ended.status is Status.SUCCESSFUL
    assert (ended.log.counts.total_rows, ended.log.counts.total_cells) == (2, 4)
    assert folders.written() == ["id,name\n1,Ada\n2,Grace\n"]
    run = folders.instance.get_run_by_id(ended.log.run_id)
    assert run.status is DagsterRunStatus.SUCCESS
    assert run.job_name == "orders"
    assert run.tags[tags.EXECUTION] == ended.id
    assert run.tags[tags.CONFIGURATION] == pipeline.configuration.id
    assert run.tags[tags.TRIGGER] == "MANUAL"
    assert run.tags[tags.CALLER] == folders.owner.id


def test_a_person_finds_counts_a_preview_and_a_chart_on_the_run(folders):
    pipeline = folders.pipeline(error_config={"error_threshold": 100})
    folders.drop("orders.csv", "id,name\n1,Ada\nx,Grace\n")
    ended = folders.execute(recorded(folders, pipeline))

    read = metadata_of(folders, ended.log.run_id, "read")
    assert read["rows"].value == 2
    assert read["bytes"].value > 0
    assert "Grace" in read["preview"].value
    assert read["read_as"].value["delimiter"] == ","
    validated = metadata_of(folders, ended.log.run_id, "validate")
    assert validated["total_error_cells"].value == 1
    assert "type.int" in validated["errors_by_column"].value
    assert "█" in validated["errors_by_column"].value


QUERY = """query ($run: ID!) {
  logsForRun(runId: $run) { ... on EventConnection { events {
    ... on HandledOutputEvent { stepKey metadataEntries { ...entry } }
    ... on MaterializationEvent { stepKey metadataEntries { ...entry } }
  } } }
}
fragment entry on MetadataEntry {
  label
  ... on IntMetadataEntry { intValue }
  ... on MarkdownMetadataEntry { mdStr }
  ... on TableMetadataEntry { table { records schema { columns { name type } } } }
}"""


def shown_by_the_ui(folders, run_id):
    """What Dagster's own GraphQL answers of a run's outputs and deliveries: metadata by step and label."""
    with WorkspaceProcessContext(folders.instance, EmptyWorkspaceTarget()) as process:
        answer = create_schema().execute(
            QUERY, context_value=process.create_request_context(), variable_values={"run": run_id}
        )
    assert answer.errors is None
    shown = defaultdict(dict)
    for event in filter(None, answer.data["logsForRun"]["events"]):
        shown[event["stepKey"]] |= {entry["label"]: entry for entry in event["metadataEntries"]}
    return shown


def test_the_ui_shows_the_first_errors_as_a_table_and_their_numbers_over_time(folders):
    pipeline = folders.pipeline(error_config={"error_threshold": 100})
    folders.drop("orders.csv", "id,name\n" + "x,Ada\n" * 60)
    ended = folders.execute(recorded(folders, pipeline))

    shown = shown_by_the_ui(folders, ended.log.run_id)
    table = shown["validate"]["first_errors"]["table"]
    assert [(column["name"], column["type"]) for column in table["schema"]["columns"]] == [
        ("row", "int"),
        ("column", "string"),
        ("value", "string"),
        ("code", "string"),
        ("message", "string"),
    ]
    records = [json.loads(record) for record in table["records"]]
    assert len(records) == 50
    assert records[0] == {
        "row": 1,
        "column": "id",
        "value": "x",
        "code": "type.int",
        "message": "'x' is not a whole number like 1234.",
    }
    chart = shown["validate"]["errors_by_column"]["mdStr"].splitlines()
    assert chart[2] == f"| id | type.int | The text is not a whole number | 60 | {'█' * 24} |"
    delivered = shown["write"]
    assert (delivered["errors"]["intValue"], delivered["errors: id type.int"]["intValue"]) == (60, 60)


def test_a_person_finds_on_the_run_which_options_were_guessed(folders):
    pipeline = folders.pipeline()
    model = folders.layer.target_models.get(pipeline.configuration.document.tdm)
    names = {"key": "name", "column_type": "category", "options_matching": "FUZZY"}
    options = [{"value": name, "label": name} for name in ("Ada", "Grace")]
    columns = [{"key": "id"}, names | {"options": options}]
    document = TargetModelDocument.parse({"name": model.document.name, "columns": columns})
    folders.layer.target_models.update(model.id, document, folders.owner)
    folders.drop("orders.csv", "id,name\n1,Ada\n2,Gracee\n")
    ended = folders.execute(recorded(folders, folders.layer.pipelines.get(pipeline.id)))

    assert folders.written() == ["id,name\n1,Ada\n2,Grace\n"]
    assert metadata_of(folders, ended.log.run_id, "validate")["guessed"].value == {"name": {"Gracee": "Grace"}}


def test_what_was_written_is_an_asset_materialisation(folders):
    pipeline = folders.pipeline()
    folders.drop("orders.csv")
    ended = folders.execute(recorded(folders, pipeline))

    (event,) = folders.instance.all_logs(ended.log.run_id, of_type={DagsterEventType.ASSET_MATERIALIZATION})
    materialization = event.dagster_event.event_specific_data.materialization
    assert materialization.asset_key.path == ["Orders", "Orders outbox"]
    assert materialization.metadata["rows"].value == 2


def test_a_threshold_exceeded_fails_the_run_with_type_sentence_and_counts(folders):
    pipeline = folders.pipeline()
    folders.drop("orders.csv", "id,name\n1,Ada\nx,Grace\n")
    ended = folders.execute(recorded(folders, pipeline))

    assert ended.status is Status.FAILED
    assert ended.failure.type is ErrorType.ERROR_THRESHOLD_EXCEEDED
    assert ended.log.counts.total_error_cells == 1
    assert folders.written() == []
    (event,) = folders.instance.all_logs(ended.log.run_id, of_type={DagsterEventType.STEP_FAILURE})
    failure = event.dagster_event.event_specific_data.user_failure_data
    assert event.step_key == "validate"
    assert failure.description == ended.failure.message
    assert failure.metadata["error_type"].value == "ERROR_THRESHOLD_EXCEEDED"
    assert failure.metadata["total_error_cells"].value == 1


def test_a_fix_runs_only_the_stages_it_touches_as_a_child_of_the_run_it_repairs(folders):
    pipeline = folders.pipeline()
    dropped = folders.drop("orders.csv", "id,name\n1,Ada\nx,Grace\n")
    failed = folders.execute(recorded(folders, pipeline))
    dropped.unlink()

    folders.layer.executions.fix(failed.id, folders.owner, cells=[CellEdit(row=2, column="id", value="2")])
    fixed = folders.layer.executions.get(failed.id)
    run = folders.instance.get_run_by_id(fixed.log.run_id)
    assert (run.parent_run_id, run.root_run_id) == (failed.log.run_id, failed.log.run_id)
    assert run.tags[PARENT_RUN_ID_TAG] == failed.log.run_id
    assert run.step_keys_to_execute == ["validate", "write"]

    RunExecutor(folders.layer.settings, lambda: folders.layer).execute(run.run_id)
    ended = folders.layer.executions.get(failed.id)
    assert ended.status is Status.SUCCESSFUL
    assert ended.log.type is LogType.FIX
    assert steps_of(folders, ended.log.run_id) == ["validate", "write"]
    assert folders.written() == ["id,name\n1,Ada\n2,Grace\n"]


def test_a_run_that_is_sent_twice_is_executed_once(folders):
    pipeline = folders.pipeline()
    folders.drop("orders.csv")
    execution = recorded(folders, pipeline)
    folders.execute(execution)
    RunExecutor(folders.layer.settings, lambda: folders.layer).execute(execution.log.run_id)

    assert len(folders.written()) == 1
    assert steps_of(folders, execution.log.run_id) == ["read", "map", "validate", "write"]


def test_a_second_run_for_the_same_attempt_touches_nothing(folders):
    pipeline = folders.pipeline()
    folders.drop("orders.csv")
    execution = recorded(folders, pipeline)
    job = PipelineRepository(lambda: folders.layer).get_job(pipeline.slug)
    assert folders.layer.lifecycle.enter(execution.log.id, RunId("11111111-1111-4111-8111-111111111111"))
    result = job.execute_in_process(instance=folders.instance, tags=tags.of_execution(execution), raise_on_error=False)

    assert not result.success
    assert folders.written() == []
    assert folders.layer.executions.get(execution.id).status is Status.PROCESSING


def test_a_run_launched_in_the_dagster_ui_is_a_manual_execution(folders):
    pipeline = folders.pipeline()
    folders.drop("orders.csv")
    job = PipelineRepository(lambda: folders.layer).get_job(pipeline.slug)
    result = job.execute_in_process(instance=folders.instance)

    execution = folders.layer.ports.store
    with execution.reading() as tx:
        adopted = tx.executions.by_run(RunId(result.run_id))
    assert adopted.status is Status.SUCCESSFUL
    assert adopted.trigger_type is ExecutionTrigger.MANUAL
    assert adopted.source.name == "orders.csv"
    assert adopted.audit.created_by == folders.owner
    assert len(folders.written()) == 1


def test_a_run_launched_in_the_ui_without_a_waiting_file_says_so(folders):
    pipeline = folders.pipeline()
    job = PipelineRepository(lambda: folders.layer).get_job(pipeline.slug)
    result = job.execute_in_process(instance=folders.instance, raise_on_error=False)

    with folders.layer.ports.store.reading() as tx:
        adopted = tx.executions.by_run(RunId(result.run_id))
    assert adopted.failure.type is ErrorType.SOURCE_DATA_EMPTY
    assert "Orders" in adopted.failure.message


def test_a_re_execution_in_the_ui_is_a_fix_of_the_same_execution(folders):
    pipeline = folders.pipeline()
    folders.drop("orders.csv", "id,name\n1,Ada\nx,Grace\n")
    failed = folders.execute(recorded(folders, pipeline))
    parent = folders.instance.get_run_by_id(failed.log.run_id)
    job = PipelineRepository(lambda: folders.layer).get_job(pipeline.slug)
    child = folders.instance.create_run_for_job(
        job, tags=parent.tags, parent_run_id=parent.run_id, root_run_id=parent.run_id
    )
    RunExecutor(folders.layer.settings, lambda: folders.layer).execute(child.run_id)

    fixed = folders.layer.executions.get(failed.id)
    assert fixed.log.run_id == child.run_id
    assert fixed.log.type is LogType.FIX
    assert fixed.failure.type is ErrorType.ERROR_THRESHOLD_EXCEEDED
    assert len(folders.layer.executions.logs([failed.id])[failed.id]) == 2
    assert metadata_of(folders, child.run_id, "read")["read_as"].value == {"reused": True}


def test_states_of_runs_are_told_apart(folders):
    pipeline = folders.pipeline()
    folders.drop("orders.csv")
    ended = folders.execute(recorded(folders, pipeline))
    folders.drop("more.csv")
    waiting = recorded(folders, pipeline)
    folders.layer.lifecycle.launch([waiting])
    unknown = RunId("11111111-1111-4111-8111-111111111111")

    states = folders.engine.states([ended.log.run_id, waiting.log.run_id, unknown])
    assert states == {ended.log.run_id: RunState.SUCCEEDED, waiting.log.run_id: RunState.WAITING}


def test_an_execution_canceled_while_it_waits_leaves_a_canceled_run_that_is_never_executed(folders):
    pipeline = folders.pipeline()
    folders.drop("orders.csv")
    execution = recorded(folders, pipeline)
    folders.layer.lifecycle.launch([execution])
    canceled = folders.layer.executions.cancel(execution.id, folders.owner)

    assert canceled.failure.type is ErrorType.CANCELED
    assert folders.instance.get_run_by_id(execution.log.run_id).status is DagsterRunStatus.CANCELED
    RunExecutor(folders.layer.settings, lambda: folders.layer).execute(execution.log.run_id)
    assert folders.written() == []


def test_a_run_names_its_first_stage_only_when_it_skips_one():
    assert Stage.READ.and_after == tuple(Stage)
    assert Stage.VALIDATE.and_after == (Stage.VALIDATE, Stage.WRITE)


def test_a_fix_makes_anew_what_is_no_longer_staged(folders):
    pipeline = folders.pipeline()
    folders.drop("orders.csv", "id,name\n1,Ada\nx,Grace\n")
    failed = folders.execute(recorded(folders, pipeline))
    fixed = folders.layer.executions.fix(failed.id, folders.owner, cells=[CellEdit(row=2, column="id", value="2")])
    for rows in (folders.layer.settings.home / "staging" / failed.id).glob("*.arrow*"):
        rows.unlink()
    RunExecutor(folders.layer.settings, lambda: folders.layer).execute(fixed.log.run_id)

    assert folders.layer.executions.get(failed.id).status is Status.SUCCESSFUL
    assert folders.written() == ["id,name\n1,Ada\n2,Grace\n"]
