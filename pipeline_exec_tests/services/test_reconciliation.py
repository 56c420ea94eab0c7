"""Unfinished attempts compared with their runs: none is lost, none is run twice, none stays PROCESSING."""

from dataclasses import replace
from datetime import timedelta

import pytest

from pipeline_exec.errors import ErrorType
from pipeline_exec.model.execution import Stage, Status
from pipeline_exec.model.identity import RunId
from pipeline_exec.ports import RunState
from pipeline_exec.services.lifecycle import CLAIM_SECONDS
from pipeline_exec.services.reconciliation import (
    LAUNCH_GRACE_SECONDS,
    OVERTAKEN_SECONDS,
    Circumstances,
    Reconciled,
    Verdict,
    judge,
)
from pipeline_exec_tests.builders import NOON, an_execution
from pipeline_exec_tests.services.workshop import ADA, GRACE

LOST_AFTER = 15.0
ALIVE = (RunState.ABSENT, RunState.WAITING, RunState.RUNNING)


def ago(seconds):
    return NOON - timedelta(seconds=seconds)


def an_attempt(*, recorded=3600.0, dispatched=None, fenced=None, heartbeat=None):
    """An execution whose latest attempt had this happen so many seconds ago."""
    execution = an_execution(at=ago(recorded))
    log = replace(
        execution.log,
        dispatched_at=None if dispatched is None else ago(dispatched),
        fenced_at=None if fenced is None else ago(fenced),
        heartbeat_at=None if heartbeat is None else ago(heartbeat),
    )
    return replace(execution, log=log)


def verdict(execution, state, *, last_begun=None, any_running=True):
    seen = Circumstances(
        now=NOON,
        last_begun=None if last_begun is None else ago(last_begun),
        any_running=any_running,
        lost_after=timedelta(seconds=LOST_AFTER),
    )
    return judge(execution, state, seen)


RECORDED = an_attempt(recorded=LAUNCH_GRACE_SECONDS + 1)
JUST_RECORDED = an_attempt(recorded=LAUNCH_GRACE_SECONDS)
CLAIMED = an_attempt(dispatched=CLAIM_SECONDS)
CLAIMED_LONG_AGO = an_attempt(dispatched=CLAIM_SECONDS + 1)
ALIVE_ATTEMPT = an_attempt(dispatched=60, fenced=59, heartbeat=LOST_AFTER)
SILENT = an_attempt(dispatched=60, fenced=59, heartbeat=LOST_AFTER + 1)
JUST_BEGUN = an_attempt(dispatched=60, fenced=LOST_AFTER)
SILENT_FROM_THE_START = an_attempt(dispatched=60, fenced=LOST_AFTER + 1)
SITUATIONS = {
    "recorded": RECORDED,
    "just recorded": JUST_RECORDED,
    "claimed": CLAIMED,
    "claimed long ago": CLAIMED_LONG_AGO,
    "alive": ALIVE_ATTEMPT,
    "silent": SILENT,
}


class TestTheVerdict:
    @pytest.mark.parametrize("state", [RunState.CANCELED, RunState.SUCCEEDED], ids=lambda state: state.name)
    @pytest.mark.parametrize("execution", SITUATIONS.values(), ids=SITUATIONS)
    def test_a_run_that_ended_without_delivering_closes_its_attempt(self, execution, state):
        assert verdict(execution, state) is Verdict.CLOSE

    @pytest.mark.parametrize("execution", SITUATIONS.values(), ids=SITUATIONS)
    def test_a_run_that_failed_beneath_its_attempt_is_tried_again(self, execution):
        assert verdict(execution, RunState.FAILED) is Verdict.RECOVER

    @pytest.mark.parametrize("state", ALIVE, ids=lambda state: state.name)
    @pytest.mark.parametrize(
        ("execution", "expected"),
        [
            pytest.param(ALIVE_ATTEMPT, Verdict.WAIT, id="its worker gives signs of life"),
            pytest.param(SILENT, Verdict.RECOVER, id="its worker is silent"),
            pytest.param(JUST_BEGUN, Verdict.WAIT, id="it has just begun"),
            pytest.param(SILENT_FROM_THE_START, Verdict.RECOVER, id="it began and was never heard of again"),
        ],
    )
    def test_an_attempt_that_has_begun_lives_by_its_heartbeat(self, execution, expected, state):
        assert verdict(execution, state) is expected

    @pytest.mark.parametrize("state", ALIVE, ids=lambda state: state.name)
    @pytest.mark.parametrize(
        ("execution", "expected"),
        [
            pytest.param(JUST_RECORDED, Verdict.WAIT, id="whoever recorded it is about to launch it"),
            pytest.param(RECORDED, Verdict.LAUNCH, id="whoever recorded it died"),
            pytest.param(CLAIMED, Verdict.WAIT, id="somebody launches it just now"),
        ],
    )
    def test_an_attempt_nobody_launches_is_launched(self, execution, expected, state):
        assert verdict(execution, state) is expected

    @pytest.mark.parametrize(
        ("state", "circumstances", "expected"),
        [
            pytest.param(RunState.ABSENT, {}, Verdict.LAUNCH, id="its run was never made"),
            pytest.param(RunState.WAITING, {}, Verdict.WAIT, id="it stands in the queue of busy workers"),
            pytest.param(RunState.RUNNING, {}, Verdict.WAIT, id="its run is about to begin"),
            pytest.param(
                RunState.WAITING,
                {"last_begun": CLAIM_SECONDS + 1 - OVERTAKEN_SECONDS},
                Verdict.WAIT,
                id="one launched at the same time has begun",
            ),
            pytest.param(
                RunState.WAITING,
                {"last_begun": CLAIM_SECONDS - OVERTAKEN_SECONDS},
                Verdict.LAUNCH,
                id="one launched later has begun: its message is lost",
            ),
            pytest.param(
                RunState.WAITING, {"last_begun": 3600}, Verdict.WAIT, id="the last one that began was launched before"
            ),
            pytest.param(RunState.WAITING, {"any_running": False}, Verdict.LAUNCH, id="nothing runs at all"),
        ],
    )
    def test_an_attempt_that_was_launched_long_ago(self, state, circumstances, expected):
        assert verdict(CLAIMED_LONG_AGO, state, **circumstances) is expected


def reconcile(workshop, after=0.0):
    workshop.clock.advance(after)
    return workshop.layer.reconciler.reconcile()


def launched(workshop, after=0.0):
    """What somebody who reconciles has the right to launch then."""
    claims = workshop.layer.lifecycle.claim
    return [execution.id for execution in reconcile(workshop, after).launch if claims(execution.log.id)]


def begin(workshop, execution):
    return workshop.layer.attempts.begin(execution.log.id, execution.log.run_id)


class TestReconciling:
    def test_nothing_to_do_is_quiet(self, workshop):
        assert reconcile(workshop) == Reconciled()
        assert reconcile(workshop).is_quiet

    def test_what_runs_and_what_has_ended_is_left_alone(self, workshop, pipeline, execution):
        workshop.layer.lifecycle.launch([execution])
        begin(workshop, execution)
        workshop.engine.known[execution.log.run_id] = RunState.RUNNING

        assert reconcile(workshop, after=LOST_AFTER).is_quiet

        workshop.layer.executions.cancel(execution.id, workshop.caller)
        assert reconcile(workshop, after=LOST_AFTER + 1).is_quiet

    def test_a_launch_that_was_lost_is_handed_to_the_caller_once(self, workshop, execution):
        looks = [launched(workshop, after=seconds) for seconds in (LAUNCH_GRACE_SECONDS, 1, 0, CLAIM_SECONDS)]

        assert looks == [[], [execution.id], [], []]

    def test_a_launch_that_was_handed_over_and_lost_again_is_handed_over_again(self, workshop, execution):
        launched(workshop, after=LAUNCH_GRACE_SECONDS + 1)

        assert launched(workshop, after=CLAIM_SECONDS + 1) == [execution.id]

    def test_two_daemons_do_not_launch_the_same(self, workshop, execution):
        workshop.clock.advance(LAUNCH_GRACE_SECONDS + 1)
        handed_over = [reconcile(workshop).launch for _ in range(2)]

        claims = [bool(workshop.layer.lifecycle.claim(each.log.id)) for launch in handed_over for each in launch]
        assert claims == [True, False]

    def test_a_dead_worker_is_replaced(self, workshop, execution):
        begin(workshop, execution)
        workshop.engine.known[execution.log.run_id] = RunState.RUNNING

        done = reconcile(workshop, after=LOST_AFTER + 1)

        [again] = done.launch
        assert (again.id, again.log.number, done.recovered) == (execution.id, 2, 1)
        assert workshop.engine.abandoned == [(execution.log.run_id, "The worker gave no sign of life for 15 seconds.")]
        workshop.engine.execute(again, "")
        assert workshop.look(execution).status is Status.SUCCESSFUL
        assert list(workshop.sent().values()) == [ADA]

    def test_a_worker_that_keeps_dying_is_replaced_so_often_and_no_more(self, workshop, execution):
        begin(workshop, execution)
        replaced = 0
        while done := reconcile(workshop, after=LOST_AFTER + 1).launch:
            begin(workshop, done[0])
            replaced += 1

        assert replaced == workshop.layer.settings.max_recoveries
        assert workshop.look(execution).failure.type is ErrorType.INTERNAL_ERROR
        assert reconcile(workshop, after=3600).is_quiet

    def test_a_run_that_failed_before_its_first_op_is_tried_again(self, workshop, execution):
        workshop.layer.lifecycle.launch([execution])
        workshop.engine.known[execution.log.run_id] = RunState.FAILED

        [again] = reconcile(workshop).launch

        assert again.log.number == 2
        assert workshop.engine.abandoned == []
        assert workshop.logs(execution)[0].failure.message.startswith("The run ended before the execution did.")

    def test_a_run_canceled_in_the_ui_ends_its_execution(self, workshop, execution):
        begin(workshop, execution)
        workshop.engine.known[execution.log.run_id] = RunState.CANCELED

        done = reconcile(workshop)

        failure = workshop.look(execution).failure
        assert (done.closed, done.launch) == (1, ())
        assert (failure.type, failure.message) == (
            ErrorType.CANCELED,
            "The run was canceled in Dagster. Fix the execution to run it again.",
        )

    def test_a_run_of_some_stages_only_ends_its_execution(self, workshop, execution):
        begin(workshop, execution)
        workshop.engine.known[execution.log.run_id] = RunState.SUCCEEDED

        assert reconcile(workshop).closed == 1

        failure = workshop.look(execution).failure
        assert failure.type is ErrorType.INTERNAL_ERROR
        assert "only some of the stages; nothing was delivered" in failure.message

    def test_a_run_that_ends_while_it_is_looked_at_is_left_alone(self, workshop, execution, monkeypatch):
        """Dagster says the run has succeeded, and so does the execution, a moment after it was read."""
        workshop.layer.lifecycle.launch([execution])

        def ends(run_ids):
            workshop.engine.run_all()
            return dict.fromkeys(run_ids, RunState.SUCCEEDED)

        monkeypatch.setattr(workshop.engine, "states", ends)

        assert reconcile(workshop).is_quiet
        assert workshop.look(execution).status is Status.SUCCESSFUL

    def test_a_run_that_fails_while_it_is_looked_at_is_not_tried_again(self, workshop, pipeline, monkeypatch):
        workshop.drop(text="")
        [execution] = workshop.collect(pipeline).executions
        workshop.layer.lifecycle.launch([execution])

        def ends(run_ids):
            workshop.engine.run_all()
            return dict.fromkeys(run_ids, RunState.FAILED)

        monkeypatch.setattr(workshop.engine, "states", ends)

        assert reconcile(workshop).is_quiet
        assert len(workshop.logs(execution)) == 1

    def test_each_attempt_is_judged_by_its_own_run(self, workshop, pipeline):
        for name in ("dead", "canceled", "lost", "fine"):
            workshop.drop(f"{name}.csv")
        by_name = {each.source.name[:-4]: each for each in workshop.collect(pipeline).executions}
        begin(workshop, by_name["dead"])
        begin(workshop, by_name["canceled"])
        workshop.engine.known[by_name["canceled"].log.run_id] = RunState.CANCELED
        workshop.clock.advance(LOST_AFTER + 1)
        begin(workshop, by_name["fine"])

        done = reconcile(workshop)

        assert {each.source.name for each in done.launch} == {"dead.csv", "lost.csv"}
        assert (done.recovered, done.closed) == (1, 1)
        assert workshop.look(by_name["fine"]).status is Status.PROCESSING

    def test_while_no_worker_is_there_one_launch_a_look_finds_out_when_they_are_back(self, workshop, pipeline):
        for number in range(20):
            workshop.drop(f"{number:02}.csv")
        waiting = workshop.collect(pipeline).executions
        workshop.layer.lifecycle.launch(waiting)
        workshop.engine.known = {each.log.run_id: RunState.WAITING for each in waiting}

        [first] = launched(workshop, after=CLAIM_SECONDS + 1)
        [second] = launched(workshop, after=1)
        begin(workshop, next(each for each in waiting if each.id == first))

        assert first != second
        assert {first, second, *launched(workshop, after=1)} == {each.id for each in waiting}

    def test_files_of_ended_executions_are_put_away(self, workshop):
        pipeline = workshop.pipeline("tidy", input=workshop.input("tidy", after_read="DELETE"))
        workshop.drop(folder="tidy")
        workshop.execute(pipeline)

        reconcile(workshop)

        assert workshop.sent("tidy") == {}


class TestUnlaunched:
    def test_what_a_pipeline_recorded_and_nobody_launched(self, workshop, pipeline):
        workshop.drop("a.csv", ADA)
        workshop.drop("b.csv", GRACE)
        left, launched = workshop.collect(pipeline).executions
        workshop.layer.lifecycle.launch([launched])
        early = workshop.layer.reconciler.unlaunched(pipeline.id)

        workshop.clock.advance(LAUNCH_GRACE_SECONDS + 1)

        assert early == []
        assert workshop.layer.reconciler.unlaunched(pipeline.id) == [left]
        assert workshop.layer.reconciler.unlaunched("another") == []


def test_a_run_re_executed_in_the_ui_whose_worker_died_is_tried_again(workshop, pipeline):
    workshop.drop()
    [execution] = workshop.execute(pipeline)
    workshop.layer.attempts.adopt(RunId("run"), execution.id, None, Stage.READ)
    workshop.engine.known[RunId("run")] = RunState.FAILED

    [again] = reconcile(workshop).launch
    workshop.engine.execute(again, "")

    assert workshop.look(execution).status is Status.SUCCESSFUL
    assert len(workshop.sent()) == 1
