"""Schedules as Dagster's scheduler knows them."""

import pytest
from dagster._core.definitions.run_request import InstigatorType
from dagster._core.scheduler.instigation import InstigatorState, InstigatorStatus, ScheduleInstigatorData

from pipeline_exec.bootstrap import web_application
from pipeline_exec.orchestration import code_server
from pipeline_exec.orchestration.code_location import remote_origin
from pipeline_exec.settings import Settings


def schedules(folders):
    states = folders.instance.all_instigator_state(instigator_type=InstigatorType.SCHEDULE)
    return {state.instigator_name: state.status for state in states}


def test_schedules_of_other_code_locations_of_the_same_instance_are_left_alone(folders, tmp_path):
    theirs = remote_origin(Settings(home=tmp_path / "theirs"))
    location = theirs.code_location_origin._replace(location_name="theirs")
    origin = theirs._replace(code_location_origin=location).get_instigator_origin("nightly")
    data = ScheduleInstigatorData("0 2 * * *", 0.0)
    folders.instance.add_instigator_state(
        InstigatorState(origin, InstigatorType.SCHEDULE, InstigatorStatus.RUNNING, data)
    )

    folders.pipeline(trigger="TIME_BASE", schedule_config={"cron": "0 6 * * *"})

    running = InstigatorStatus.RUNNING
    assert schedules(folders) == {"nightly": running, "orders_schedule": running}


@pytest.mark.filterwarnings("ignore:Error loading repository location")  # no code server runs here
def test_a_schedule_that_was_stored_and_not_started_is_started_with_the_service(folders):
    folders.pipeline(trigger="TIME_BASE", schedule_config={"cron": "0 6 * * *"})
    (state,) = folders.instance.all_instigator_state(instigator_type=InstigatorType.SCHEDULE)
    folders.instance.delete_instigator_state(state.instigator_origin_id, state.selector_id)

    with web_application(folders.layer.settings):
        assert schedules(folders) == {"orders_schedule": InstigatorStatus.RUNNING}


def test_a_slow_source_keeps_no_other_pipeline_waiting(folders):
    sensors, schedules = folders.instance.get_sensor_settings(), folders.instance.get_scheduler_settings()
    assert sensors["use_threads"]
    assert schedules["use_threads"]
    assert sensors["num_workers"] + schedules["num_workers"] < code_server.THREADS
