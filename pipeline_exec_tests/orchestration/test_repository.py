"""Definitions from the store: jobs, sensors and schedules by name, and unchanged ones kept."""

import gc
import weakref

import pytest
from dagster import DefaultScheduleStatus, DefaultSensorStatus

from pipeline_exec.model.pipeline import PipelineDocument
from pipeline_exec.orchestration.reconciler import NAME as RECONCILER
from pipeline_exec.orchestration.repository import PipelineRepository


@pytest.fixture
def repository(folders):
    return PipelineRepository(lambda: folders.layer)


def names(definitions):
    return [definition.name for definition in definitions]


def test_an_event_pipeline_has_a_job_and_a_sensor_that_is_on(folders, repository):
    folders.pipeline("Orders of day")
    assert names(repository.get_all_jobs()) == ["orders_of_day"]
    sensor = repository.get_sensor("orders_of_day_sensor")
    assert sensor.default_status is DefaultSensorStatus.RUNNING
    assert sensor.minimum_interval_seconds == 1
    assert names(repository.get_all_sensors()) == [RECONCILER, "orders_of_day_sensor"]
    assert repository.get_all_schedules() == []


def test_a_scheduled_pipeline_has_a_schedule_with_its_time_zone(folders, repository):
    folders.pipeline(
        trigger="TIME_BASE",
        schedule_config={"frequency": "WEEKLY", "starts_on": "2026-01-05T06:30:00", "timezone": "Europe/Berlin"},
    )
    (schedule,) = repository.get_all_schedules()
    assert schedule.name == "orders_schedule"
    assert schedule.cron_schedule == "30 6 * * 1"
    assert schedule.execution_timezone == "Europe/Berlin"
    assert names(repository.get_all_sensors()) == [RECONCILER]


def test_every_job_has_the_same_four_ops_in_order(folders, repository):
    folders.pipeline("One")
    folders.pipeline("Two")
    one, two = repository.get_all_jobs()
    assert [node.name for node in one.graph.nodes_in_topological_order] == ["read", "map", "validate", "write"]
    assert one.graph.node_defs == two.graph.node_defs


def test_a_pipeline_stored_after_the_listing_has_its_job_at_once(folders, repository):
    assert repository.get_all_jobs() == []
    folders.pipeline("Late")
    assert repository.has_job("late")
    assert repository.get_job("late").name == "late"
    assert not repository.has_job("never")
    with pytest.raises(KeyError, match="never"):
        repository.get_job("never")


def test_renewal_sees_what_is_new_and_keeps_what_did_not_change(folders, repository):
    folders.pipeline("Old")
    (old,) = repository.get_all_jobs()
    (_, old_sensor) = repository.get_all_sensors()
    folders.pipeline("New")
    renewed = repository.renewed(DefaultScheduleStatus.STOPPED)
    assert names(renewed.get_all_jobs()) == ["new", "old"]
    assert renewed.get_job("old") is old
    assert renewed.get_sensor("old_sensor") is old_sensor


def test_what_was_deleted_does_not_stay_in_memory(folders):
    repository = PipelineRepository(lambda: folders.layer)
    pipeline = folders.pipeline()
    deleted = weakref.ref(repository.get_job("orders"))
    folders.layer.pipelines.delete(pipeline.id)
    for _ in range(2):
        repository = repository.renewed(DefaultScheduleStatus.STOPPED)
        assert repository.get_all_jobs() == []
    gc.collect()
    assert deleted() is None


def test_a_changed_configuration_is_a_new_job_and_an_inactive_pipeline_has_none(folders, repository):
    pipeline = folders.pipeline()
    before = repository.get_job("orders")
    document = PipelineDocument(name=pipeline.name, configuration=pipeline.configuration.document)
    changed = document.model_copy(
        update={"configuration": document.configuration.model_copy(update={"developer_mode": True})}
    )
    folders.layer.pipelines.update(pipeline.id, changed, folders.owner)
    assert repository.renewed(DefaultScheduleStatus.STOPPED).get_job("orders") is not before

    folders.layer.pipelines.update(pipeline.id, changed.model_copy(update={"active": False}), folders.owner)
    assert repository.renewed(DefaultScheduleStatus.STOPPED).get_all_jobs() == []
