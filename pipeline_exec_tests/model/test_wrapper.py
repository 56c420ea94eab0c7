import pytest

from pipeline_exec.model.wrapper import Health, WrapperStatus
from pipeline_exec_tests.builders import a_wrapper


@pytest.mark.parametrize(
    ("status", "health"),
    [
        (WrapperStatus.PENDING, Health.UNKNOWN),
        (WrapperStatus.EXECUTING, Health.HEALTHY),
        (WrapperStatus.COMPLETED, Health.HEALTHY),
        (WrapperStatus.STOPPED, Health.UNKNOWN),
        (WrapperStatus.ERROR, Health.CRASHED),
    ],
)
def test_the_health_of_a_wrapper_is_judged_by_its_status(status, health):
    assert a_wrapper(status=status).health is health
