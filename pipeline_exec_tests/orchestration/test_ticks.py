"""Ticks of sensors and schedules, evaluated as Dagster's daemon does, over a real store and real folders."""

from datetime import UTC, datetime, timedelta

import pytest
from dagster import DagsterRunStatus, build_schedule_context, build_sensor_context

from pipeline_exec.model.execution import ExecutionTrigger, Status
from pipeline_exec.model.pipeline import PipelineDocument
from pipeline_exec.orchestration import tags
from pipeline_exec.orchestration.reconciler import NAME as RECONCILER
from pipeline_exec.orchestration.repository import PipelineRepository
from pipeline_exec.ports import RunState
from pipeline_exec.services.layer import Ports, service_layer


def tick(folders, name):
    repository = PipelineRepository(lambda: folders.layer)
    context = build_sensor_context(instance=folders.instance)
    return repository.get_sensor(name).evaluate_tick(context)


def due(folders, name, moment):
    repository = PipelineRepository(lambda: folders.layer)
    context = build_schedule_context(instance=folders.instance, scheduled_execution_time=moment)
    return repository.get_schedule(name).evaluate_tick(context)


def executions(folders):
    with folders.layer.ports.store.reading() as tx:
        return tx.executions.unfinished()


def test_each_file_is_one_run_request_and_the_next_tick_has_none(folders):
    folders.pipeline()
    folders.drop("a.csv")
    folders.drop("b.csv")
    requests = tick(folders, "orders_sensor").run_requests

    assert sorted(request.tags[tags.SOURCE] for request in requests) == ["a.csv", "b.csv"]
    assert {request.tags[tags.TRIGGER] for request in requests} == {"EVENT"}
    assert {execution.trigger_type for execution in executions(folders)} == {ExecutionTrigger.EVENT}
    again = tick(folders, "orders_sensor")
    assert again.run_requests == []
    assert again.skip_message == "No file is ready."


def test_a_folder_that_cannot_be_listed_is_said_in_the_tick_and_looked_at_again(folders):
    folders.pipeline()
    folders.inbox.rmdir()
    assert str(folders.inbox) in tick(folders, "orders_sensor").skip_message
    folders.inbox.mkdir()
    folders.drop("a.csv")
    assert len(tick(folders, "orders_sensor").run_requests) == 1


def test_a_schedule_executes_what_waits_and_the_same_moment_only_once(folders):
    folders.pipeline(trigger="TIME_BASE", schedule_config={"cron": "0 6 * * *"})
    folders.drop("a.csv")
    moment = datetime(2026, 1, 5, 6, tzinfo=UTC)

    (request,) = due(folders, "orders_schedule", moment).run_requests
    assert request.tags[tags.TRIGGER] == "SCHEDULED"
    assert due(folders, "orders_schedule", moment).run_requests == []
    assert len(executions(folders)) == 1


def test_a_boundary_that_the_interval_leaves_out_is_skipped(folders):
    folders.pipeline(
        trigger="TIME_BASE",
        schedule_config={"frequency": "WEEKLY", "interval": 2, "starts_on": "2026-01-05T06:00:00"},
    )
    folders.drop("a.csv")
    first = datetime(2026, 1, 5, 6, tzinfo=UTC)
    assert "Not due" in due(folders, "orders_schedule", first + timedelta(weeks=1)).skip_message
    assert len(due(folders, "orders_schedule", first + timedelta(weeks=2)).run_requests) == 1


def test_the_reconciler_launches_what_was_recorded_and_never_launched(folders):
    pipeline = folders.pipeline()
    folders.drop("a.csv")
    (execution,) = folders.layer.executions.record(pipeline, ExecutionTrigger.MANUAL, folders.owner, None)
    assert tick(folders, RECONCILER).run_requests == []

    later(folders, seconds=5)
    (request,) = tick(folders, RECONCILER).run_requests
    assert request.job_name == "orders"
    assert request.tags[tags.EXECUTION] == execution.id
    assert tick(folders, RECONCILER).run_requests == []


def test_the_reconciler_tries_an_attempt_again_whose_worker_is_gone(folders):
    pipeline = folders.pipeline()
    folders.drop("a.csv")
    (execution,) = folders.layer.executions.record(pipeline, ExecutionTrigger.MANUAL, folders.owner, None)
    assert folders.layer.lifecycle.claim(execution.log.id)
    assert folders.layer.lifecycle.enter(execution.log.id, execution.log.run_id)

    later(folders, seconds=60)
    (request,) = tick(folders, RECONCILER).run_requests
    (again,) = executions(folders)
    assert again.id == execution.id
    assert again.log.number == 2
    assert request.tags[tags.ATTEMPT] == again.log.id
    lost, _ = folders.layer.executions.logs([execution.id])[execution.id]
    assert lost.status is Status.FAILED
    assert "sign of life" in lost.failure.message


def test_what_was_recorded_for_a_pipeline_that_was_switched_off_since_keeps_nothing_else_from_its_launch(folders):
    stopped, running = folders.pipeline("Stopped"), folders.pipeline("Running")
    file = folders.drop("a.csv")
    [first], [second] = (folders.layer.ingestion.record_file(each, file, folders.owner) for each in (stopped, running))
    switched_off = PipelineDocument(name=stopped.name, configuration=stopped.configuration.document, active=False)
    folders.layer.pipelines.update(stopped.id, switched_off, folders.owner)

    later(folders, seconds=5)
    (request,) = tick(folders, RECONCILER).run_requests
    assert request.tags[tags.EXECUTION] == second.id
    assert folders.instance.get_run_by_id(first.log.run_id).status is DagsterRunStatus.STARTING


def test_a_run_that_a_sensor_launched_and_that_waits_for_a_worker_is_not_launched_again(folders):
    requested = launched_by_a_sensor(folders)

    later(folders, seconds=60)
    assert list(folders.engine.states([requested])) == [requested]


@pytest.mark.parametrize(
    ("ended", "status"),
    [("report_run_canceled", RunState.CANCELED), ("report_run_failed", RunState.FAILED)],
    ids=["canceled in the UI", "failed before its first op"],
)
def test_how_a_run_ended_that_a_sensor_launched_is_known_before_it_begins(folders, ended, status):
    requested = launched_by_a_sensor(folders)
    (run,) = folders.instance.get_runs()
    getattr(folders.instance, ended)(run)

    assert folders.engine.states([requested]) == {requested: status}


def launched_by_a_sensor(folders):
    """The id under which an attempt knows its run, which Dagster's daemon made under an id of its own."""
    pipeline = folders.pipeline()
    folders.drop("a.csv")
    (request,) = tick(folders, "orders_sensor").run_requests
    job = PipelineRepository(lambda: folders.layer).get_job(pipeline.slug)
    folders.instance.create_run_for_job(job, run_config=request.run_config, tags=request.tags)
    (execution,) = executions(folders)
    return execution.log.run_id


def later(folders, *, seconds):
    """Let the layer's clock be ahead."""
    ports = folders.layer.ports
    moved = Ports(**{**vars(ports), "clock": lambda: datetime.now(UTC) + timedelta(seconds=seconds)})
    folders.layer = service_layer(folders.layer.settings, moved)
