"""Attempts as their run sees them, stage by stage."""

import threading
import time

import pytest

from pipeline_exec.errors import (
    AttemptTaken,
    ErrorThresholdExceeded,
    ErrorType,
    ExecutionFailure,
    InternalError,
    InvalidDocument,
    NotFound,
    ParsingFailure,
    SourceUnresponsive,
    Unavailable,
)
from pipeline_exec.model.execution import Counts, Stage, Status
from pipeline_exec.model.mapping_record import Method
from pipeline_exec.services import attempts as module
from pipeline_exec.services.attempts import as_failure
from pipeline_exec_tests.services.workshop import ADA, BAD_AGE, Workshop


def nothing(*_):
    pass


def begun(workshop, execution):
    return workshop.layer.attempts.begin(execution.log.id, execution.log.run_id)


def run_until(attempt, stage):
    """Do the stages before this one."""
    if stage is not Stage.READ:
        attempt.stage(attempt.read())
    if stage in (Stage.VALIDATE, Stage.WRITE):
        attempt.stage(attempt.map(attempt.staged(Stage.READ)))
    if stage is Stage.WRITE:
        attempt.stage(attempt.validate(attempt.staged(Stage.MAP), nothing))


def do(attempt, stage):
    match stage:
        case Stage.READ:
            return attempt.stage(attempt.read())
        case Stage.MAP:
            return attempt.stage(attempt.map(attempt.staged(Stage.READ)))
        case Stage.VALIDATE:
            return attempt.stage(attempt.validate(attempt.staged(Stage.MAP), nothing))
        case Stage.WRITE:
            return attempt.write(attempt.staged(Stage.VALIDATE), nothing)


def finish(attempt, stage):
    """Do this stage and those after it."""
    for left in stage.and_after:
        do(attempt, left)


class TestTheStages:
    def test_a_file_goes_from_its_source_to_its_destination(self, workshop, execution):
        attempt = begun(workshop, execution)

        staged = [do(attempt, stage) for stage in (Stage.READ, Stage.MAP, Stage.VALIDATE)]
        written = do(attempt, Stage.WRITE)

        assert [rows for rows, _ in staged] == [1, 1, 1]
        assert all(size > 0 for _, size in staged)
        assert written.rows == 1
        ended = workshop.look(execution)
        assert (ended.status, ended.log.status, ended.progress) == (Status.SUCCESSFUL, Status.SUCCESSFUL, None)
        assert ended.log.counts == Counts(total_rows=1, total_cells=2, total_error_cells=0, total_error_rows=0)
        assert workshop.sent() == {f"ada_{execution.id}.csv": ADA}

    def test_each_stage_may_run_in_a_process_of_its_own(self, workshop, execution):
        for stage in Stage:
            do(begun(workshop, execution), stage)

        assert workshop.look(execution).status is Status.SUCCESSFUL

    def test_each_stage_says_what_there_is_to_say(self, workshop, execution):
        attempt = begun(workshop, execution)

        read = attempt.read()
        attempt.stage(read)
        mapped = attempt.map(attempt.staged(Stage.READ))

        assert read.facts["format"] == "csv"
        assert mapped.facts == {name: {"sources": [name], "method": "KEY", "score": 1.0} for name in ("name", "age")}

    def test_how_the_input_was_read_and_mapped_stands_in_the_log(self, workshop, pipeline):
        workshop.drop(text="name;nickname\nAda;Countess\nGrace\n")

        [ended] = workshop.execute(pipeline)

        dialect, mapping = ended.log.dialect, ended.log.mapping
        assert (dialect["format"], dialect["delimiter"], dialect["irregular_rows"]) == (
            "csv",
            ";",
            {"missing_cells": 1},
        )
        assert [(column.target_column, column.source_columns) for column in mapping.columns] == [
            ("name", ("name",)),
            ("age", ()),
        ]
        assert (mapping.columns[0].method, mapping.columns[0].score) == (Method.KEY, 1.0)
        assert (mapping.unused_columns, mapping.total_unused_columns) == (("nickname",), 1)

    def test_how_an_input_was_read_is_known_as_soon_as_it_is_read(self, workshop, execution):
        attempt = begun(workshop, execution)

        attempt.read()
        read = workshop.look(execution).log
        run_until(attempt, Stage.VALIDATE)
        mapped = workshop.look(execution).log

        assert (read.dialect["format"], read.mapping) == ("csv", None)
        assert mapped.dialect == read.dialect
        assert mapped.mapping.total_columns == 2

    def test_how_an_input_was_read_is_known_where_its_columns_cannot_be_mapped(self, workshop):
        absent = {"source_columns": ["surname"], "target_column": "name"}
        workshop.drop()

        [ended] = workshop.execute(workshop.pipeline(mapping_config={"mappings": [absent]}))

        assert ended.failure.type is ErrorType.MAPPING_FAILURE
        assert (ended.log.dialect["format"], ended.log.mapping) == ("csv", None)

    def test_rows_are_made_as_they_are_consumed(self, workshop, execution):
        seen = []
        made = begun(workshop, execution).read().watched(lambda batch: seen.append(batch.num_rows))

        assert seen == []
        assert [batch.num_rows for batch in made.rows] == seen == [1]

    def test_what_an_earlier_attempt_staged_is_not_made_again(self, workshop, execution):
        first = begun(workshop, execution)
        run_until(first, Stage.VALIDATE)
        again = workshop.layer.lifecycle.recover(execution, "Lost.")

        second = begun(workshop, again)
        read, mapped = second.read(), second.map(second.staged(Stage.READ))

        assert read.is_staged
        assert mapped.is_staged
        lost, latest = workshop.logs(again)
        assert (latest.dialect, latest.mapping) == (lost.dialect, lost.mapping)
        assert (latest.dialect["format"], latest.mapping.total_columns) == ("csv", 2)
        assert second.stage(mapped) == (1, workshop.layer.ports.staging.size(mapped.ref))

    def test_what_is_gone_from_staging_is_made_anew(self, workshop, execution):
        attempt = begun(workshop, execution)
        run_until(attempt, Stage.WRITE)
        for stage in (Stage.READ, Stage.MAP, Stage.VALIDATE):
            workshop.layer.ports.staging.remove(attempt.plan.rows_ref(stage))

        do(begun(workshop, execution), Stage.WRITE)

        assert list(workshop.sent().values()) == [ADA]

    def test_a_pipeline_in_developer_mode_sends_the_first_hundred_rows(self, workshop):
        pipeline = workshop.pipeline(developer_mode=True)
        workshop.drop(text="name,age\n" + "".join(f"n{number},{number}\n" for number in range(150)))

        [ended] = workshop.execute(pipeline)

        assert ended.log.counts.total_rows == 150
        [text] = workshop.sent().values()
        assert text.splitlines()[-1] == "n99,99"


class TestProgress:
    def test_a_running_stage_writes_down_how_far_it_got(self, workshop, execution, monkeypatch):
        monkeypatch.setattr(module, "PROGRESS_SECONDS", 0.0)
        attempt = begun(workshop, execution)

        do(attempt, Stage.READ)
        read = workshop.look(execution).progress
        do(attempt, Stage.MAP)
        mapped = workshop.look(execution).progress

        assert [(read.stage, read.rows), (mapped.stage, mapped.rows)] == [(Stage.READ, 1), (Stage.MAP, 1)]

    def test_counts_are_known_before_anything_is_delivered(self, workshop, execution):
        attempt = begun(workshop, execution)
        run_until(attempt, Stage.WRITE)

        running = workshop.look(execution)
        assert (running.status, running.log.counts.total_rows) == (Status.PROCESSING, 1)


class TestCanceling:
    @pytest.mark.parametrize("stage", Stage)
    def test_an_attempt_that_is_canceled_between_two_stages_delivers_nothing(self, workshop, execution, stage):
        attempt = begun(workshop, execution)
        run_until(attempt, stage)
        workshop.layer.executions.cancel(execution.id, workshop.caller)

        with pytest.raises(AttemptTaken):
            finish(attempt, stage)

        assert workshop.sent() == {}
        assert workshop.look(execution).failure.type is ErrorType.CANCELED

    @pytest.mark.parametrize("stage", Stage)
    def test_no_stage_begins_for_an_attempt_that_is_over(self, workshop, execution, stage):
        run_until(begun(workshop, execution), stage)
        workshop.layer.executions.cancel(execution.id, workshop.caller)

        with pytest.raises(AttemptTaken):
            begun(workshop, execution)

    def test_a_late_run_of_an_attempt_that_was_given_up_delivers_nothing(self, workshop, execution):
        late = begun(workshop, execution)
        run_until(late, Stage.WRITE)
        again = workshop.layer.lifecycle.recover(execution, "The worker gave no sign of life.")

        with pytest.raises(AttemptTaken):
            do(late, Stage.WRITE)

        assert workshop.sent() == {}
        assert workshop.look(execution).log == again.log
        finish(begun(workshop, again), Stage.READ)
        assert list(workshop.sent().values()) == [ADA]

    def test_rows_stop_flowing_when_the_heartbeat_finds_the_attempt_over(self, store, tmp_path):
        workshop = Workshop(store, tmp_path, settings={"lost_after_seconds": 0.05})
        pipeline = workshop.pipeline()
        workshop.drop()
        [execution] = workshop.collect(pipeline).executions
        attempt = begun(workshop, execution)
        attempt.keep_alive()
        rows = iter(attempt.read().rows)
        workshop.layer.executions.cancel(execution.id, workshop.caller)
        wait_for(lambda: not heartbeats(execution))

        with pytest.raises(AttemptTaken):
            next(rows)


def heartbeats(execution):
    return [thread for thread in threading.enumerate() if thread.name == f"beat-{execution.id}"]


def wait_for(condition, seconds=10.0):
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end
        time.sleep(0.005)


class TestHeartbeat:
    @pytest.fixture
    def workshop(self, store, tmp_path):
        return Workshop(store, tmp_path, settings={"lost_after_seconds": 0.05})

    def test_a_running_attempt_gives_signs_of_life_until_it_ends(self, workshop, execution):
        attempt = begun(workshop, execution)
        attempt.keep_alive()
        run_until(attempt, Stage.WRITE)
        workshop.clock.advance(7)
        wait_for(lambda: workshop.look(execution).log.heartbeat_at == workshop.clock.now)

        do(attempt, Stage.WRITE)

        wait_for(lambda: not heartbeats(execution))

    def test_it_ends_with_a_failure(self, workshop, pipeline):
        workshop.drop("ada.csv", "")
        [execution] = workshop.collect(pipeline).executions
        attempt = begun(workshop, execution)
        attempt.keep_alive()

        with pytest.raises(ExecutionFailure):
            do(attempt, Stage.READ)

        wait_for(lambda: not heartbeats(execution))

    def test_a_database_that_is_away_does_not_end_the_run(self, workshop, execution, monkeypatch, caplog):
        attempt = begun(workshop, execution)
        beats = []

        def away(*_):
            beats.append(1)
            raise Unavailable("The database cannot be used at the moment.")

        with monkeypatch.context() as patch:
            patch.setattr(type(workshop.layer.lifecycle), "beat", away)
            attempt.keep_alive()
            wait_for(lambda: len(beats) > 2)
        assert heartbeats(execution)
        run_until(attempt, Stage.WRITE)
        do(attempt, Stage.WRITE)

        assert "No sign of life could be given" in caplog.text
        wait_for(lambda: not heartbeats(execution))


class TestFailures:
    def failed(self, workshop, pipeline):
        [ended] = workshop.execute(pipeline)
        assert (ended.status, ended.log.status) == (Status.FAILED, Status.FAILED)
        assert ended.failure == ended.log.failure
        return ended

    def test_an_empty_file(self, workshop, pipeline):
        workshop.drop(text="")

        assert self.failed(workshop, pipeline).failure.type is ErrorType.SOURCE_DATA_EMPTY

    def test_a_file_of_bytes(self, workshop, pipeline):
        workshop.drop(text="").write_bytes(bytes(range(256)) * 20)

        ended = self.failed(workshop, pipeline)

        assert ended.failure.type is ErrorType.PARSING_FAILURE
        assert ended.log.counts is None

    def test_a_column_that_is_mapped_and_absent(self, workshop):
        mappings = [{"source_columns": ["surname"], "target_column": "name"}]
        pipeline = workshop.pipeline(mapping_config={"mappings": mappings})
        workshop.drop()

        ended = self.failed(workshop, pipeline)

        assert ended.failure.type is ErrorType.MAPPING_FAILURE
        assert "surname" in ended.failure.message

    @pytest.mark.parametrize(
        "text",
        [
            pytest.param("", id="empty"),
            pytest.param("name,age\n", id="header only"),
            pytest.param("\0\0\0\0", id="bytes"),
            pytest.param("surname\nLovelace\n", id="mapped column absent"),
            pytest.param('{"name": "Ada"', id="broken off"),
        ],
    )
    def test_what_is_wrong_with_a_file_is_said_with_its_name(self, workshop, text):
        mappings = [{"source_columns": ["name"], "target_column": "name"}]
        pipeline = workshop.pipeline(mapping_config={"mappings": mappings})
        workshop.drop(name="people of march.csv", text=text)

        assert self.failed(workshop, pipeline).failure.message.startswith("people of march.csv: ")

    def test_a_threshold_that_is_exceeded_keeps_the_counts(self, workshop, pipeline):
        workshop.drop(text=BAD_AGE)

        ended = self.failed(workshop, pipeline)

        assert ended.failure.type is ErrorType.ERROR_THRESHOLD_EXCEEDED
        assert ended.log.counts == Counts(total_rows=2, total_cells=4, total_error_cells=1, total_error_rows=1)
        assert workshop.sent() == {}
        assert workshop.layer.executions.findings(ended.id).total == 1

    def test_a_destination_that_cannot_be_written(self, workshop):
        outbox = workshop.output(path=str(workshop.drop("file", "", folder="elsewhere")))
        pipeline = workshop.pipeline(outputs=[outbox])
        workshop.drop()

        ended = self.failed(workshop, pipeline)

        assert ended.failure.type is ErrorType.WRITE_FILE_FAILURE
        assert ended.log.counts.total_rows == 1

    def test_a_result_that_is_too_large(self, workshop):
        pipeline = workshop.pipeline(outputs=[workshop.output(max_rows=1)])
        workshop.drop(text="name,age\nAda,36\nGrace,85\n")

        assert self.failed(workshop, pipeline).failure.type is ErrorType.DESTINATION_SIZE_LIMIT
        assert workshop.sent() == {}

    def test_a_source_that_is_gone(self, workshop):
        pipeline = workshop.pipeline(input=workshop.input(path=str(workshop.place / "absent")))

        failure = self.failed(workshop, pipeline).failure

        assert failure.type is ErrorType.SOURCE_UNRESPONSIVE
        assert "absent" in failure.message

    def test_a_defect_of_ours_is_an_internal_error_without_its_details(self, workshop, execution, monkeypatch):
        def defect(*_):
            raise ZeroDivisionError("the password is hunter2")

        monkeypatch.setattr(type(workshop.layer.attempts.stages), "read", defect)
        attempt = begun(workshop, execution)

        with pytest.raises(InternalError) as caught:
            do(attempt, Stage.READ)

        failure = workshop.look(execution).failure
        assert (failure.type, failure.message) == (ErrorType.INTERNAL_ERROR, caught.value.message)
        assert "hunter2" not in failure.message
        assert "ZeroDivisionError" in failure.message
        assert isinstance(caught.value.__cause__, ZeroDivisionError)

    def test_a_defect_while_rows_are_consumed_is_recorded_too(self, workshop, execution):
        def defect(_):
            raise ZeroDivisionError

        attempt = begun(workshop, execution)
        run_until(attempt, Stage.MAP)
        mapped = attempt.map(attempt.staged(Stage.READ).watched(defect))
        with pytest.raises(InternalError):
            attempt.stage(mapped)

        assert workshop.look(execution).failure.type is ErrorType.INTERNAL_ERROR

    def test_after_a_failure_nothing_is_delivered(self, workshop, execution):
        attempt = begun(workshop, execution)
        run_until(attempt, Stage.WRITE)
        workshop.layer.lifecycle.fail(execution.id, execution.log.id, ParsingFailure("No."))

        with pytest.raises(AttemptTaken):
            do(attempt, Stage.WRITE)

        assert workshop.sent() == {}
        assert workshop.look(execution).failure.message == "No."


def leaves(family):
    return [leaf for child in family.__subclasses__() for leaf in (leaves(child) or [child])]


@pytest.mark.parametrize("error_type", leaves(ExecutionFailure), ids=lambda error_type: error_type.__name__)
def test_every_failure_is_recorded_as_what_it_is(workshop, execution, error_type, monkeypatch):
    def fails(*_):
        raise error_type("It happened.", "Do this.")

    monkeypatch.setattr(type(workshop.layer.attempts.stages), "read", fails)

    with pytest.raises(error_type):
        do(begun(workshop, execution), Stage.READ)

    failure = workshop.look(execution).failure
    assert (failure.type, failure.message) == (error_type.error_type, "It happened. Do this.")
    assert failure.transient == error_type.transient


@pytest.mark.parametrize(
    ("error", "failure_type", "message"),
    [
        (SourceUnresponsive("No.", "Wait."), ErrorType.SOURCE_UNRESPONSIVE, "No. Wait."),
        (ErrorThresholdExceeded("Too many."), ErrorType.ERROR_THRESHOLD_EXCEEDED, "Too many."),
        (
            InvalidDocument("The pattern is wrong."),
            ErrorType.MAPPING_FAILURE,
            "The pattern is wrong. Correct the configuration and fix the execution.",
        ),
        (
            NotFound("There is no connector 'x'."),
            ErrorType.INTERNAL_ERROR,
            "There is no connector 'x'. Restore what is missing and fix the execution.",
        ),
        (
            KeyError("secret"),
            ErrorType.INTERNAL_ERROR,
            "The service itself failed (KeyError). Nothing was delivered; the run's log in Dagster has the details.",
        ),
    ],
    ids=["a failure", "the threshold", "a document that is not valid", "something that is gone", "a defect"],
)
def test_any_error_stands_for_a_failure(error, failure_type, message):
    failure = as_failure(error)

    assert (failure.error_type, failure.message) == (failure_type, message)


class TestRunsOfTheDagsterUi:
    def test_a_run_launched_there_is_a_manual_execution_that_takes_a_waiting_file(self, workshop, pipeline):
        workshop.drop()
        attempt = workshop.layer.attempts.create("run", pipeline.id, None, None)

        finish(attempt, Stage.READ)

        ended = workshop.look(attempt.execution)
        assert (ended.status, ended.trigger_type, ended.log.run_id) == (Status.SUCCESSFUL, "MANUAL", "run")
        assert (ended.source.name, ended.audit.created_by) == ("ada.csv", workshop.caller)
        assert workshop.collect(pipeline).executions == ()

    def test_without_a_waiting_file_it_fails_for_want_of_data(self, workshop, pipeline):
        attempt = workshop.layer.attempts.create("run", pipeline.id, None, None)

        with pytest.raises(ExecutionFailure, match="No file is waiting"):
            do(attempt, Stage.READ)

        assert workshop.look(attempt.execution).failure.type is ErrorType.SOURCE_DATA_EMPTY

    def test_it_uses_the_configuration_its_run_names(self, workshop, pipeline):
        attempt = workshop.layer.attempts.create("run", pipeline.id, pipeline.configuration.id, None)

        assert attempt.execution.log.configuration_id == pipeline.configuration.id

    def test_a_re_execution_there_starts_where_its_author_says(self, workshop, pipeline):
        workshop.drop()
        [execution] = workshop.execute(pipeline)

        attempt = workshop.layer.attempts.adopt("run", execution.id, None, Stage.VALIDATE)
        finish(attempt, Stage.VALIDATE)

        assert [log.status for log in workshop.logs(execution)] == [Status.SUCCESSFUL, Status.SUCCESSFUL]
        assert len(workshop.sent()) == 1
