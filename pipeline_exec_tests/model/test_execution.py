from dataclasses import replace
from datetime import timedelta

import pytest

from pipeline_exec.errors import ErrorType, SourceUnresponsive
from pipeline_exec.model.execution import (
    CellEdit,
    Counts,
    ExecutionTrigger,
    Failure,
    LogType,
    Progress,
    Stage,
    Status,
)
from pipeline_exec.model.identity import RunId, derived_id, run_id_of
from pipeline_exec_tests.builders import NOON, a_principal, an_execution

LATER = NOON + timedelta(seconds=1.234)
GRACE = a_principal("grace@example.com", name="Grace")
COUNTS = Counts(total_rows=4, total_cells=8, total_error_cells=1, total_error_rows=1)
FAILURE = Failure(type=ErrorType.PARSING_FAILURE, message="No.")


def state(execution):
    """What must agree between an execution and its latest attempt."""
    return execution.status, execution.log.status, execution.failure, execution.log.failure


def test_a_new_execution_waits_with_its_first_attempt():
    execution = an_execution(trigger=ExecutionTrigger.EVENT)

    assert state(execution) == (Status.PROCESSING, Status.PROCESSING, None, None)
    assert (execution.log.number, execution.log.type, execution.log.first_stage) == (1, LogType.CREATE, Stage.READ)
    assert (execution.log.execution_id, execution.log.started_on) == (execution.id, NOON)
    assert execution.log.duration is None
    assert not execution.is_finished
    assert not execution.log.is_finished


def test_each_execution_has_ids_of_its_own():
    one, other = an_execution(), an_execution()

    assert len({one.id, other.id, one.log.id, other.log.id, one.log.run_id, other.log.run_id}) == 6


def test_the_run_of_an_attempt_is_known_before_it_is_launched():
    execution = an_execution()

    assert execution.log.run_id == run_id_of(execution.log.id)


def test_a_run_that_exists_already_keeps_its_id():
    assert an_execution(run_id=RunId("launched-in-the-ui")).log.run_id == "launched-in-the-ui"


def test_success_ends_the_execution_and_its_attempt():
    running = replace(an_execution(), progress=Progress(stage=Stage.WRITE, rows=7))

    ended = running.succeeded(LATER)

    assert state(ended) == (Status.SUCCESSFUL, Status.SUCCESSFUL, None, None)
    assert (ended.log.ended_at, ended.log.duration, ended.audit.updated_at) == (LATER, 1234, LATER)
    assert ended.progress is None
    assert ended.is_finished
    assert ended.log.is_finished


def test_failure_ends_the_execution_and_its_attempt_with_the_reason():
    ended = an_execution().failed(FAILURE, LATER)

    assert state(ended) == (Status.FAILED, Status.FAILED, FAILURE, FAILURE)
    assert (ended.log.ended_at, ended.log.duration) == (LATER, 1234)


def test_an_end_does_not_change_who_updated_it_last():
    assert an_execution().succeeded(LATER).audit.updated_by == a_principal()


@pytest.mark.parametrize(
    "before",
    [an_execution().succeeded(NOON), an_execution().failed(FAILURE, NOON), an_execution()],
    ids=["after success", "after failure", "when the worker died"],
)
@pytest.mark.parametrize("log_type", LogType)
def test_a_retry_is_a_new_attempt_of_the_same_execution(before, log_type):
    again = before.retried(log_type, caller=GRACE, at=LATER)

    assert state(again) == (Status.PROCESSING, Status.PROCESSING, None, None)
    assert (again.id, again.log.number, again.log.type) == (before.id, 2, log_type)
    assert again.log.id != before.log.id
    assert again.log.run_id != before.log.run_id
    assert again.log.configuration_id == before.log.configuration_id
    assert (again.audit.created_by, again.audit.updated_by, again.audit.updated_at) == (a_principal(), GRACE, LATER)


def test_a_retry_may_use_another_configuration_edits_and_a_later_stage():
    edits = (CellEdit(row=1, column="age", value="42"),)

    again = an_execution().retried(
        LogType.FIX, caller=GRACE, at=LATER, configuration_id="other", first_stage=Stage.MAP, edits=edits
    )

    assert (again.log.configuration_id, again.log.first_stage, again.log.edits) == ("other", Stage.MAP, edits)


@pytest.mark.parametrize(
    ("first_stage", "counts"),
    [(Stage.READ, None), (Stage.MAP, None), (Stage.VALIDATE, None), (Stage.WRITE, COUNTS)],
)
def test_only_a_retry_of_the_delivery_keeps_the_counts(first_stage, counts):
    before = an_execution()
    before = replace(before, log=replace(before.log, counts=COUNTS)).failed(FAILURE, NOON)

    assert before.retried(LogType.FIX, caller=GRACE, at=LATER, first_stage=first_stage).log.counts == counts


def test_a_failure_remembers_whether_the_same_may_succeed_later():
    failure = Failure.of(SourceUnresponsive("The host does not answer.", "Try later."))

    assert failure == Failure(
        type=ErrorType.SOURCE_UNRESPONSIVE, message="The host does not answer. Try later.", transient=True
    )


@pytest.mark.parametrize(
    ("stage", "following"),
    [
        (Stage.READ, (Stage.READ, Stage.MAP, Stage.VALIDATE, Stage.WRITE)),
        (Stage.VALIDATE, (Stage.VALIDATE, Stage.WRITE)),
        (Stage.WRITE, (Stage.WRITE,)),
    ],
)
def test_stages_follow_one_another(stage, following):
    assert stage.and_after == following


@pytest.mark.parametrize(
    ("counts", "percentage"),
    [(COUNTS, 12.5), (replace(COUNTS, total_cells=0, total_error_cells=0), 0.0)],
    ids=["one of eight", "no cells"],
)
def test_the_percentage_of_erroneous_cells(counts, percentage):
    assert counts.error_percentage == percentage


def test_a_request_key_is_not_shown():
    assert "secret-key" not in repr(an_execution(request_key="secret-key"))


def test_derived_ids_are_the_same_for_the_same_parts_only():
    assert derived_id("a", "b") == derived_id("a", "b")
    assert len({derived_id("a", "b"), derived_id("ab", ""), derived_id("b", "a"), derived_id("a", "b", "")}) == 4
