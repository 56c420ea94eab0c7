"""Schedules as Dagster's scheduler knows them."""

from dagster._core.definitions.run_request import InstigatorType
from dagster._core.scheduler.instigation import InstigatorState, InstigatorStatus, ScheduleInstigatorData

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
