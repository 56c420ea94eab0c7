"""Claims, fences and ends: however often something is tried, it happens once."""

import threading

import pytest

from pipeline_exec.errors import AttemptTaken, Conflict, ErrorType, NotFound, ParsingFailure
from pipeline_exec.model.execution import CellEdit, LogType, Stage, Status
from pipeline_exec.model.identity import RunId
from pipeline_exec.services.lifecycle import CLAIM_SECONDS
from pipeline_exec.services.turns import Written
from pipeline_exec_tests.builders import a_principal

OTHER_RUN = RunId("another-run")


@pytest.fixture
def lifecycle(workshop):
    return workshop.layer.lifecycle


def at_once(count, act):
    """What several threads get that do the same at the same time."""
    together, answers = threading.Barrier(count), []

    def one():
        together.wait()
        answers.append(act())

    threads = [threading.Thread(target=one) for _ in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return sorted(answers)


class TestLaunching:
    def test_an_attempt_is_launched_as_the_run_of_its_pipelines_job(self, workshop, lifecycle, pipeline, execution):
        lifecycle.launch([execution])

        assert workshop.engine.launched == [(execution.log.run_id, pipeline.slug)]

    def test_an_attempt_that_was_just_launched_is_not_launched_again(self, workshop, lifecycle, execution):
        lifecycle.launch([execution, execution])
        workshop.clock.advance(CLAIM_SECONDS)
        lifecycle.launch([execution])

        assert len(workshop.engine.launched) == 1

    def test_an_attempt_whose_launch_led_to_nothing_is_launched_again(self, workshop, lifecycle, execution):
        lifecycle.launch([execution])
        workshop.clock.advance(CLAIM_SECONDS + 1)
        lifecycle.launch([execution])

        assert len(workshop.engine.launched) == 2

    def test_an_attempt_that_has_begun_is_not_launched(self, workshop, lifecycle, execution):
        lifecycle.begin(execution.log.id, execution.log.run_id)
        lifecycle.launch([execution])

        assert workshop.engine.launched == []

    def test_an_attempt_that_is_over_is_not_launched(self, workshop, lifecycle, execution):
        lifecycle.cancel(execution.id, workshop.caller)
        lifecycle.launch([execution])

        assert workshop.engine.launched == []

    def test_an_engine_that_is_away_does_not_end_the_execution(self, workshop, lifecycle, execution, caplog):
        workshop.engine.is_away = True

        lifecycle.launch([execution])

        assert workshop.look(execution).status is Status.PROCESSING
        assert f"Execution {execution.id} is not launched yet: The broker does not answer." in caplog.text

    def test_of_many_who_claim_an_attempt_one_launches_it(self, lifecycle, execution):
        assert at_once(6, lambda: bool(lifecycle.claim(execution.log.id))) == [False] * 5 + [True]


class TestTheFence:
    def test_the_run_that_asks_first_has_the_attempt(self, workshop, lifecycle, execution):
        begun = lifecycle.begin(execution.log.id, OTHER_RUN)

        assert (begun.id, begun.log.run_id, begun.log.fenced_at) == (execution.id, OTHER_RUN, workshop.clock.now)
        with pytest.raises(AttemptTaken):
            lifecycle.begin(execution.log.id, execution.log.run_id)

    def test_each_step_of_a_run_finds_it_still_has_the_attempt(self, workshop, lifecycle, execution):
        first = lifecycle.begin(execution.log.id, OTHER_RUN)
        workshop.clock.advance(9)

        assert lifecycle.begin(execution.log.id, OTHER_RUN).log.fenced_at == first.log.fenced_at

    def test_of_many_runs_of_an_attempt_one_begins(self, lifecycle, execution):
        runs = iter(map(str, range(6)))

        assert at_once(6, lambda: lifecycle.enter(execution.log.id, RunId(next(runs)))) == [False] * 5 + [True]

    def test_a_message_that_comes_twice_is_executed_once(self, lifecycle, execution):
        assert lifecycle.enter(execution.log.id, execution.log.run_id)
        assert not lifecycle.enter(execution.log.id, execution.log.run_id)
        assert lifecycle.begin(execution.log.id, execution.log.run_id).id == execution.id

    @pytest.mark.parametrize("run", ["its own", "another"])
    def test_an_attempt_that_is_over_cannot_begin(self, workshop, lifecycle, execution, run):
        lifecycle.cancel(execution.id, workshop.caller)

        with pytest.raises(AttemptTaken):
            lifecycle.begin(execution.log.id, execution.log.run_id if run == "its own" else OTHER_RUN)

    def test_a_given_up_run_does_not_get_its_attempt_back(self, lifecycle, execution):
        lifecycle.begin(execution.log.id, execution.log.run_id)
        lifecycle.recover(execution, "The worker gave no sign of life.")

        with pytest.raises(AttemptTaken):
            lifecycle.begin(execution.log.id, execution.log.run_id)

    @pytest.mark.parametrize("has_begun", [False, True], ids=["before it begins", "once it has begun"])
    def test_a_given_up_run_does_not_get_the_attempt_of_its_successor(self, workshop, lifecycle, execution, has_begun):
        lifecycle.begin(execution.log.id, execution.log.run_id)
        again = lifecycle.recover(execution, "The worker gave no sign of life.")
        if has_begun:
            lifecycle.begin(again.log.id, again.log.run_id)

        with pytest.raises(AttemptTaken):
            workshop.layer.attempts.of_run(execution.log.run_id)
        with pytest.raises(AttemptTaken):
            lifecycle.begin(again.log.id, execution.log.run_id)

        assert lifecycle.begin(again.log.id, again.log.run_id).log.id == again.log.id

    def test_a_run_nobody_knows_has_no_attempt(self, workshop):
        assert workshop.layer.attempts.of_run(OTHER_RUN) is None


class TestTheEnd:
    def test_success_and_failure_come_once(self, workshop, lifecycle, execution):
        lifecycle.succeed(execution.id, execution.log.id, Written(rows=1))

        lifecycle.fail(execution.id, execution.log.id, ParsingFailure("Too late."))
        with pytest.raises(AttemptTaken):
            lifecycle.succeed(execution.id, execution.log.id, Written(rows=1))

        assert workshop.look(execution).status is Status.SUCCESSFUL

    def test_an_attempt_that_was_given_up_ends_nothing(self, workshop, lifecycle, execution):
        again = lifecycle.recover(execution, "The worker gave no sign of life.")

        lifecycle.fail(execution.id, execution.log.id, ParsingFailure("Too late."))
        with pytest.raises(AttemptTaken):
            lifecycle.succeed(execution.id, execution.log.id, Written(rows=1))
        with pytest.raises(AttemptTaken):
            lifecycle.check(execution.id, execution.log.id)
        with pytest.raises(AttemptTaken):
            lifecycle.beat(execution.log.id)

        assert workshop.look(execution) == again

    def test_of_many_who_end_an_execution_one_does(self, workshop, lifecycle, execution):
        def cancel():
            try:
                lifecycle.cancel(execution.id, workshop.caller)
            except Conflict:
                return False
            return True

        assert at_once(6, cancel) == [False] * 5 + [True]


class TestCanceling:
    def test_an_execution_that_waits_ends_at_once(self, workshop, lifecycle, execution):
        lifecycle.launch([execution])

        canceled = lifecycle.cancel(execution.id, workshop.caller)

        assert canceled == workshop.look(execution)
        assert canceled.status is Status.FAILED
        assert canceled.failure.type is ErrorType.CANCELED
        assert canceled.failure.message == "Owner canceled the execution. Fix it to run it again."
        assert workshop.engine.canceled == [execution.log.run_id]

    def test_who_canceled_it_is_written_down(self, workshop, lifecycle, execution):
        grace = workshop.layer.principals.named("grace@example.com", a_principal().type)
        workshop.clock.advance(60)

        audit = lifecycle.cancel(execution.id, grace).audit

        assert (audit.updated_by, audit.updated_at, audit.created_by) == (grace, workshop.clock.now, workshop.caller)

    def test_its_run_does_nothing_when_it_comes(self, workshop, lifecycle, execution):
        lifecycle.launch([execution])
        lifecycle.cancel(execution.id, workshop.caller)

        workshop.engine.run_all()

        assert workshop.sent() == {}
        assert workshop.look(execution).failure.type is ErrorType.CANCELED

    def test_an_execution_that_has_ended_cannot_be_canceled(self, workshop, lifecycle, execution):
        lifecycle.cancel(execution.id, workshop.caller)

        with pytest.raises(Conflict, match=f"Execution {execution.id} has already ended"):
            lifecycle.cancel(execution.id, workshop.caller)

    def test_an_execution_that_is_none_cannot_be_canceled(self, workshop, lifecycle):
        with pytest.raises(NotFound):
            lifecycle.cancel("none", workshop.caller)


class TestRecovery:
    def lose(self, workshop, execution):
        """Its run begins, and its worker dies."""
        begun = workshop.layer.lifecycle.begin(execution.log.id, execution.log.run_id)
        workshop.clock.advance(20)
        return workshop.layer.lifecycle.recover(begun, "The worker gave no sign of life for 15 seconds.")

    def test_an_attempt_is_repeated_under_a_new_log(self, workshop, execution):
        again = self.lose(workshop, execution)

        lost, repeated = workshop.logs(execution)
        assert (lost.status, lost.failure.type) == (Status.FAILED, ErrorType.INTERNAL_ERROR)
        assert lost.failure.message.startswith("The worker gave no sign of life for 15 seconds.")
        assert (repeated, repeated.status, repeated.type) == (again.log, Status.PROCESSING, LogType.CREATE)
        assert repeated.run_id != lost.run_id
        assert (again.status, again.failure) == (Status.PROCESSING, None)

    def test_it_starts_where_the_lost_one_did(self, workshop, pipeline, execution):
        workshop.layer.lifecycle.launch([execution])
        workshop.engine.run_all()
        edits = (CellEdit(row=1, column="age", value="37"),)
        fixed = workshop.layer.executions.fix(execution.id, workshop.caller, cells=edits)

        again = self.lose(workshop, fixed)

        assert (again.log.type, again.log.first_stage, again.log.edits) == (LogType.FIX, Stage.VALIDATE, edits)
        assert again.log.configuration_id == fixed.log.configuration_id

    def test_after_so_many_losses_it_fails(self, workshop, execution):
        for _ in range(workshop.layer.settings.max_recoveries):
            execution = self.lose(workshop, execution)
            assert execution.status is Status.PROCESSING

        ended = self.lose(workshop, execution)

        assert ended == workshop.look(execution)
        assert (ended.status, ended.failure.type) == (Status.FAILED, ErrorType.INTERNAL_ERROR)
        assert len(workshop.logs(execution)) == 1 + workshop.layer.settings.max_recoveries

    def test_a_fix_may_lose_its_worker_as_often_again(self, workshop, execution):
        while execution.status is Status.PROCESSING:
            execution = self.lose(workshop, execution)
        workshop.clock.advance(60)
        fixed = workshop.layer.executions.fix(execution.id, workshop.caller)

        recovered = 0
        while (fixed := self.lose(workshop, fixed)).status is Status.PROCESSING:
            recovered += 1

        assert recovered == workshop.layer.settings.max_recoveries

    def test_an_attempt_that_is_over_is_not_repeated(self, workshop, lifecycle, execution):
        lifecycle.cancel(execution.id, workshop.caller)

        assert lifecycle.recover(execution, "Too late.") is None
        assert len(workshop.logs(execution)) == 1

    def test_an_attempt_that_was_repeated_is_not_repeated_again(self, workshop, lifecycle, execution):
        lifecycle.recover(execution, "Lost.")

        assert lifecycle.recover(execution, "Lost, says another daemon.") is None
        assert len(workshop.logs(execution)) == 2


class TestReExecutionInTheDagsterUi:
    def test_it_is_a_fix_of_the_execution_it_repeats(self, workshop, lifecycle, execution):
        lifecycle.launch([execution])
        workshop.engine.run_all()
        grace = workshop.layer.principals.named("grace@example.com", a_principal().type)

        adopted = lifecycle.adopt(OTHER_RUN, execution.id, grace, Stage.MAP)

        assert (adopted.log.type, adopted.log.run_id, adopted.log.number) == (LogType.FIX, OTHER_RUN, 2)
        assert (adopted.log.first_stage, adopted.audit.updated_by) == (Stage.MAP, grace)
        assert workshop.look(execution) == adopted

    def test_without_a_caller_it_is_by_whoever_made_the_execution(self, workshop, lifecycle, execution):
        lifecycle.cancel(execution.id, workshop.caller)

        assert lifecycle.adopt(OTHER_RUN, execution.id, None, Stage.READ).audit.updated_by == workshop.caller

    def test_an_execution_that_is_processing_is_not_run_twice(self, lifecycle, execution):
        with pytest.raises(AttemptTaken, match="still PROCESSING"):
            lifecycle.adopt(OTHER_RUN, execution.id, None, Stage.READ)
