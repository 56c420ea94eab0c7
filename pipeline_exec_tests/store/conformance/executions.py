"""What every store promises of executions, as ``ports.Executions`` says it."""

from dataclasses import replace
from datetime import timedelta

import pytest

from pipeline_exec.errors import Conflict, ErrorType, InvalidDocument, NotFound
from pipeline_exec.model.arrival import Arrival, FileVersion
from pipeline_exec.model.execution import (
    CellEdit,
    Counts,
    Delivery,
    DeliveryStatus,
    ExecutionTrigger,
    Failure,
    LogType,
    Progress,
    SourceFile,
    Stage,
    Status,
)
from pipeline_exec.model.mapping_record import MappedColumn, MappingRecord, Method
from pipeline_exec.model.query import Comparison, Operator, Query
from pipeline_exec_tests.builders import (
    NOON,
    a_configuration,
    a_pipeline,
    a_principal,
    a_wrapper,
    add_all,
    add_surroundings,
    an_execution,
)
from pipeline_exec_tests.store.races import race

ADA, BOB = a_principal(), a_principal("bob", name="Bob")
PIPELINE = a_pipeline()
COUNTS = Counts(total_rows=2, total_cells=4, total_error_cells=1, total_error_rows=1)
SOURCE = SourceFile(name="a.csv", path="in/a.csv", size=10, fingerprint="sha256:00")
FAILURE = Failure(type=ErrorType.SOURCE_UNRESPONSIVE, message="The server is gone. Start it.", transient=True)

DIALECT = {"format": "csv", "delimiter": "\x00", "preamble": {"rows": 1, "lines": ["Zoë"]}, "header_row": None}
MAPPING = MappingRecord.of(
    columns=(
        MappedColumn(target_column="name", source_columns=("Name",), method=Method.KEY, score=0.99),
        MappedColumn(target_column="age", source_columns=()),
    ),
    unused_columns=("\udcff",),
)


def after(seconds):
    return NOON + timedelta(seconds=seconds)


def with_counts(execution, counts=COUNTS):
    return replace(execution, log=replace(execution.log, counts=counts))


def with_input(execution, **more):
    return replace(execution, log=replace(execution.log, **more))


def fixed(execution, at=None, **more):
    return execution.retried(LogType.FIX, caller=BOB, at=at or after(60), **more)


class ExecutionsConformance:
    @pytest.fixture
    def execution(self, store):
        """An execution that waits to be launched."""
        execution = an_execution(PIPELINE)
        with store.writing() as tx:
            tx.executions.add(execution)
        return execution

    @pytest.fixture
    def store(self, store):
        """One with a pipeline and two principals."""
        with store.writing() as tx:
            add_surroundings(tx)
            add_all(tx, BOB, PIPELINE)
        return store

    # add, get

    @pytest.mark.parametrize(
        "more",
        [
            pytest.param({}, id="as little as there is"),
            pytest.param({"source": SOURCE, "request_key": "key", "trigger": ExecutionTrigger.EVENT}, id="everything"),
            pytest.param({"wrapper": a_wrapper()}, id="of a wrapper"),
            pytest.param({"execution_id": "chosen", "run_id": "given"}, id="with ids chosen before"),
        ],
    )
    def test_an_execution_comes_back_as_it_was_added(self, store, more):
        execution = an_execution(by=BOB, at=after(0.123456), **more)
        with store.writing() as tx:
            tx.executions.add(execution)
        with store.reading() as tx:
            assert tx.executions.get(execution.id) == execution
            assert tx.executions.logs([execution.id]) == {execution.id: [execution.log]}

    def test_a_request_key_that_is_taken_is_a_conflict_and_the_transaction_goes_on(self, store):
        first, second = an_execution(PIPELINE, request_key="key"), an_execution(PIPELINE, request_key="key")
        with store.writing() as tx:
            tx.executions.add(first)
            with pytest.raises(Conflict):
                tx.executions.add(second)
            assert tx.executions.by_request_key("key") == first
            with pytest.raises(NotFound):
                tx.executions.get(second.id)

    def test_of_several_requests_with_one_key_at_once_one_is_recorded(self, store, url):
        def contend(tx, _):
            execution = an_execution(PIPELINE, request_key="key")
            try:
                tx.executions.add(execution)
            except Conflict:
                return tx.executions.by_request_key("key").id
            return execution.id

        assert len(set(race(url, contend))) == 1
        with store.reading() as tx:
            assert tx.executions.find(Query()).total == 1

    def test_an_unknown_execution_is_not_found(self, store):
        with store.reading() as tx:
            with pytest.raises(NotFound, match="'1'"):
                tx.executions.get("1")
            assert tx.executions.by_request_key("1") is None
            assert tx.executions.by_run("1") is None

    def test_an_execution_is_found_by_the_run_of_any_of_its_attempts(self, store, execution):
        again = fixed(execution)
        with store.writing() as tx:
            tx.executions.retry(again, execution.log.id)
        with store.reading() as tx:
            assert tx.executions.by_run(execution.log.run_id).id == execution.id
            assert tx.executions.by_run(again.log.run_id) == again

    # find

    def test_an_attribute_that_cannot_be_asked_is_refused_with_those_that_can(self, store):
        with store.reading() as tx, pytest.raises(InvalidDocument, match=r"'colour'.*data\.total_rows") as refused:
            tx.executions.find(Query(condition=Comparison("colour", Operator.EQ, "red")))
        assert [problem.field for problem in refused.value.problems] == ["colour"]

    def test_what_is_found_has_its_latest_attempt(self, store, execution):
        again = fixed(execution, edits=(CellEdit(row=1, column="name", value=None),))
        with store.writing() as tx:
            tx.executions.retry(again, execution.log.id)
        with store.reading() as tx:
            assert tx.executions.find(Query()).items == [again]

    # logs

    def test_all_attempts_of_each_come_oldest_first(self, store, execution):
        other = an_execution(PIPELINE)
        second = fixed(execution.failed(FAILURE, after(1)), at=after(2))
        third = fixed(second.failed(FAILURE, after(3)), at=after(4), first_stage=Stage.WRITE)
        with store.writing() as tx:
            tx.executions.add(other)
            tx.executions.finish(execution.failed(FAILURE, after(1)))
            tx.executions.retry(second, execution.log.id)
            tx.executions.finish(second.failed(FAILURE, after(3)))
            tx.executions.retry(third, second.log.id)
        with store.reading() as tx:
            logs = tx.executions.logs([execution.id, other.id, "unknown"])
        assert logs == {
            execution.id: [
                execution.failed(FAILURE, after(1)).log,
                second.failed(FAILURE, after(3)).log,
                third.log,
            ],
            other.id: [other.log],
        }

    # claim

    def test_an_attempt_is_claimed_once_until_the_claim_is_old(self, store, execution):
        with store.writing() as tx:
            assert tx.executions.claim(execution.log.id, after(0), not_since=after(-15))
            assert not tx.executions.claim(execution.log.id, after(15), not_since=after(0))
            assert tx.executions.claim(execution.log.id, after(16), not_since=after(1))
            assert tx.executions.get(execution.id).log.dispatched_at == after(16)

    def test_an_attempt_that_has_begun_cannot_be_claimed(self, store, execution):
        with store.writing() as tx:
            tx.executions.fence(execution.log.id, execution.log.run_id, after(0))
            assert not tx.executions.claim(execution.log.id, after(60), not_since=after(45))

    def test_an_attempt_that_is_over_or_unknown_cannot_be_claimed(self, store, execution):
        with store.writing() as tx:
            tx.executions.finish(execution.failed(FAILURE, after(1)))
            assert not tx.executions.claim(execution.log.id, after(60), not_since=after(45))
            assert not tx.executions.claim("unknown", after(60), not_since=after(45))

    def test_of_several_who_claim_an_attempt_at_once_one_gets_it(self, execution, url):
        answers = race(url, lambda tx, _: tx.executions.claim(execution.log.id, after(0), after(-15)))
        assert sorted(answers) == [False, False, False, True]

    # fence

    def test_an_attempt_is_begun_by_the_first_run_that_asks_and_by_no_other(self, store, execution):
        with store.writing() as tx:
            assert tx.executions.fence(execution.log.id, execution.log.run_id, after(1))
            assert not tx.executions.fence(execution.log.id, "another", after(2))

    def test_the_same_run_may_begin_again_unless_it_says_that_it_may_not(self, store, execution):
        with store.writing() as tx:
            assert tx.executions.fence(execution.log.id, execution.log.run_id, after(1), again=False)
            assert tx.executions.fence(execution.log.id, execution.log.run_id, after(2))
            assert not tx.executions.fence(execution.log.id, execution.log.run_id, after(3), again=False)
            log = tx.executions.get(execution.id).log
        assert (log.fenced_at, log.heartbeat_at) == (after(1), after(2))

    def test_an_attempt_has_the_id_of_the_run_that_began_it(self, store, execution):
        with store.writing() as tx:
            assert tx.executions.fence(execution.log.id, "sensor's", after(1))
        with store.reading() as tx:
            begun = tx.executions.by_run("sensor's")
            assert begun.id == execution.id
            assert begun.log.run_id == "sensor's"
            assert tx.executions.by_run(execution.log.run_id) is None
            assert tx.executions.find(Query(condition=Comparison("run_id", Operator.EQ, "sensor's"))).total == 1

    def test_an_attempt_that_is_over_or_unknown_cannot_be_begun(self, store, execution):
        with store.writing() as tx:
            tx.executions.finish(execution.failed(FAILURE, after(1)))
            assert not tx.executions.fence(execution.log.id, execution.log.run_id, after(2))
            assert not tx.executions.fence("unknown", "run", after(2))

    def test_of_several_runs_that_begin_an_attempt_at_once_one_does(self, store, execution, url):
        answers = race(url, lambda tx, number: tx.executions.fence(execution.log.id, f"run-{number}", after(1)))
        assert sorted(answers) == [False, False, False, True]
        with store.reading() as tx:
            assert tx.executions.get(execution.id).log.run_id == f"run-{answers.index(True)}"

    # receive, beat, advance

    def test_an_execution_that_fetched_its_source_has_it(self, store, execution):
        with store.writing() as tx:
            tx.executions.receive(replace(execution, source=SOURCE))
            assert tx.executions.get(execution.id) == replace(execution, source=SOURCE)

    def test_a_sign_of_life_is_noted_while_the_attempt_is_processing(self, store, execution):
        with store.writing() as tx:
            assert tx.executions.beat(execution.log.id, after(1))
            assert tx.executions.get(execution.id).log.heartbeat_at == after(1)
            tx.executions.finish(execution.failed(FAILURE, after(2)))
            assert not tx.executions.beat(execution.log.id, after(3))
            assert not tx.executions.beat("unknown", after(3))

    def test_an_attempt_that_another_took_the_place_of_gives_no_sign_of_life(self, store, execution):
        with store.writing() as tx:
            tx.executions.retry(fixed(execution, at=after(1)), execution.log.id)
            assert not tx.executions.beat(execution.log.id, after(2))
            given_up, _ = tx.executions.logs([execution.id])[execution.id]
        assert (given_up.status, given_up.ended_at) == (Status.FAILED, after(1))

    def test_progress_and_counts_are_noted(self, store, execution):
        progress = Progress(stage=Stage.VALIDATE, rows=7)
        with store.writing() as tx:
            tx.executions.advance(with_counts(execution), progress)
            assert tx.executions.get(execution.id) == replace(with_counts(execution), progress=progress)

    def test_progress_without_counts_leaves_those_there_are(self, store, execution):
        with store.writing() as tx:
            tx.executions.advance(with_counts(execution), Progress(stage=Stage.VALIDATE, rows=7))
            tx.executions.advance(execution, Progress(stage=Stage.WRITE, rows=9))
            found = tx.executions.get(execution.id)
        assert found == replace(with_counts(execution), progress=Progress(stage=Stage.WRITE, rows=9))

    def test_progress_of_an_attempt_that_is_over_is_not_noted(self, store, execution):
        ended = execution.failed(FAILURE, after(1))
        again = fixed(ended)
        with store.writing() as tx:
            tx.executions.finish(ended)
            tx.executions.advance(with_counts(execution), Progress(stage=Stage.WRITE, rows=9))
            assert tx.executions.get(execution.id) == ended
            tx.executions.retry(again, execution.log.id)
            tx.executions.advance(with_counts(execution), Progress(stage=Stage.WRITE, rows=9))
            assert tx.executions.get(execution.id) == again

    # note

    def test_how_an_input_was_read_and_mapped_is_noted_as_it_becomes_known(self, store, execution):
        read = with_input(execution, dialect=DIALECT)
        mapped = with_input(read, mapping=MAPPING)
        with store.writing() as tx:
            tx.executions.note(read)
            assert tx.executions.get(execution.id) == read
            tx.executions.note(with_input(execution, mapping=MAPPING))
            assert tx.executions.get(execution.id) == mapped
        with store.reading() as tx:
            assert tx.executions.logs([execution.id])[execution.id] == [mapped.log]

    def test_how_the_input_of_an_attempt_that_is_over_was_read_is_not_noted(self, store, execution):
        again = fixed(execution)
        with store.writing() as tx:
            tx.executions.retry(again, execution.log.id)
            tx.executions.note(with_input(execution, dialect=DIALECT))
            assert tx.executions.get(execution.id) == again
            ended = again.failed(FAILURE, after(61))
            tx.executions.finish(ended)
            tx.executions.note(with_input(again, dialect=DIALECT))
            assert tx.executions.get(execution.id) == ended

    # finish

    @pytest.mark.parametrize(
        "end",
        [
            pytest.param(lambda execution: execution.succeeded(after(1.5)), id="succeeded"),
            pytest.param(lambda execution: execution.failed(FAILURE, after(1.5)), id="failed"),
            pytest.param(
                lambda execution: replace(execution, audit=execution.audit.touched(BOB, NOON)).failed(
                    FAILURE, after(2)
                ),
                id="canceled by somebody",
            ),
        ],
    )
    def test_the_end_of_an_attempt_is_the_end_of_the_execution(self, store, execution, end):
        ended = end(with_counts(execution))
        with store.writing() as tx:
            assert tx.executions.finish(ended)
        with store.reading() as tx:
            assert tx.executions.get(execution.id) == ended
            assert tx.executions.logs([execution.id])[execution.id] == [ended.log]

    def test_an_end_without_counts_leaves_those_there_are(self, store, execution):
        with store.writing() as tx:
            tx.executions.advance(with_counts(execution), Progress(stage=Stage.VALIDATE, rows=2))
            tx.executions.finish(execution.failed(FAILURE, after(1)))
            assert tx.executions.get(execution.id) == with_counts(execution).failed(FAILURE, after(1))

    def test_an_execution_ends_once(self, store, execution):
        ended = execution.failed(FAILURE, after(1))
        with store.writing() as tx:
            assert tx.executions.finish(ended)
            assert not tx.executions.finish(execution.succeeded(after(2)))
            assert tx.executions.get(execution.id) == ended

    def test_an_attempt_that_is_not_the_latest_ends_nothing(self, store, execution):
        again = fixed(execution)
        with store.writing() as tx:
            tx.executions.retry(again, execution.log.id)
            assert not tx.executions.finish(execution.succeeded(after(61)))
            assert tx.executions.get(execution.id) == again

    def test_of_several_ends_at_once_one_counts(self, store, execution, url):
        ends = [execution.succeeded(after(1)), *(execution.failed(FAILURE, after(n)) for n in (2, 3, 4))]
        answers = race(url, lambda tx, number: tx.executions.finish(ends[number]))
        assert sorted(answers) == [False, False, False, True]
        with store.reading() as tx:
            assert tx.executions.get(execution.id) == ends[answers.index(True)]

    # retry

    def test_a_new_attempt_makes_the_execution_process_again(self, store, execution):
        ended = with_counts(execution).failed(FAILURE, after(1))
        other = a_configuration(PIPELINE.id)
        edits = (CellEdit(row=3, column="name", value="Zoë\x00"), CellEdit(row=4, column="age", value=None))
        known = {"dialect": DIALECT, "mapping": MAPPING}
        again = fixed(ended, configuration_id=other.id, first_stage=Stage.VALIDATE, edits=edits, **known)
        with store.writing() as tx:
            tx.pipelines.add_configuration(other)
            tx.executions.finish(ended)
            assert tx.executions.retry(again, ended.log.id)
        with store.reading() as tx:
            assert tx.executions.get(execution.id) == again
            assert tx.executions.logs([execution.id])[execution.id] == [ended.log, again.log]
            for attribute, value in (("configuration", other.id), ("run_id", again.log.run_id)):
                asked = Query(condition=Comparison(attribute, Operator.EQ, value))
                assert tx.executions.find(asked).items == [again]

    def test_an_attempt_is_added_only_after_the_latest(self, store, execution):
        with store.writing() as tx:
            assert tx.executions.retry(fixed(execution), execution.log.id)
            assert not tx.executions.retry(fixed(execution), execution.log.id)
            assert not tx.executions.retry(fixed(an_execution(PIPELINE)), "unknown")
            assert len(tx.executions.logs([execution.id])[execution.id]) == 2

    def test_of_several_fixes_at_once_one_is_made(self, store, execution, url):
        ended = execution.failed(FAILURE, after(1))
        with store.writing() as tx:
            tx.executions.finish(ended)
        answers = race(url, lambda tx, number: tx.executions.retry(fixed(ended), ended.log.id))
        assert sorted(answers) == [False, False, False, True]
        with store.reading() as tx:
            assert len(tx.executions.logs([execution.id])[execution.id]) == 2

    # unfinished, last_begun, unsettled, revisions

    def test_unfinished_are_all_that_process_oldest_first(self, store):
        later, earlier, ended = (an_execution(PIPELINE, at=after(seconds)) for seconds in (2, 1, 0))
        with store.writing() as tx:
            add_all(tx, later, earlier, ended, an_execution(wrapper=a_wrapper(), at=after(3)))
            tx.executions.finish(ended.succeeded(after(4)))
        with store.reading() as tx:
            unfinished = tx.executions.unfinished()
        assert unfinished[:2] == [earlier, later]
        assert unfinished[2].wrapper_id == a_wrapper().id
        assert len(unfinished) == 3

    def test_nothing_has_begun_at_first(self, store, execution):
        with store.writing() as tx:
            tx.executions.claim(execution.log.id, after(1), after(-15))
            assert tx.executions.last_begun() is None

    def test_last_begun_is_the_latest_claim_among_attempts_that_have_begun(self, store):
        first, second, waiting = (an_execution(PIPELINE) for _ in range(3))
        with store.writing() as tx:
            add_all(tx, first, second, waiting)
            for execution, seconds in ((first, 1), (second, 2), (waiting, 3)):
                tx.executions.claim(execution.log.id, after(seconds), after(-15))
            for execution, seconds in ((second, 4), (first, 5)):
                tx.executions.fence(execution.log.id, execution.log.run_id, after(seconds))
        with store.reading() as tx:
            assert tx.executions.last_begun() == after(2)

    def test_unsettled_are_files_whose_execution_has_ended_and_that_were_not_put_away(self, store):
        executions = [an_execution(PIPELINE) for _ in range(4)]
        files = [FileVersion(f"{number}.csv", 1, "1") for number in range(5)]
        sightings = [Arrival(pipeline_id=PIPELINE.id, file=file, first_seen=NOON, stable_since=NOON) for file in files]
        with store.writing() as tx:
            add_all(tx, *executions)
            tx.arrivals.record(sightings)
            for file, execution in zip(files, executions, strict=False):
                tx.arrivals.take(PIPELINE.id, file, execution.id)
            ended = [
                executions[0].succeeded(after(9)),
                executions[1].failed(FAILURE, after(8)),
                executions[2].succeeded(NOON),
            ]
            for execution in ended:
                tx.executions.finish(execution)
            tx.arrivals.settled(PIPELINE.id, files[2])
        expected = {
            execution.id: (replace(sightings[n], execution_id=execution.id), execution)
            for n, execution in enumerate(ended[:2])
        }
        with store.reading() as tx:
            assert {pair[1].id: pair for pair in tx.executions.unsettled(10)} == expected

    def test_an_archive_is_unsettled_once_the_executions_of_all_its_files_have_ended(self, store):
        alone = an_execution(PIPELINE)
        first = replace(alone, archive_id=alone.id)
        second = replace(an_execution(PIPELINE), archive_id=first.id)
        file = FileVersion("people.zip", 1, "1")
        with store.writing() as tx:
            add_all(tx, first, second)
            tx.arrivals.record([Arrival(pipeline_id=PIPELINE.id, file=file, first_seen=NOON, stable_since=NOON)])
            tx.arrivals.take(PIPELINE.id, file, first.id)
            assert tx.executions.of_archive(first.id) == sorted([first, second], key=lambda each: each.id)
            tx.executions.finish(first.succeeded(NOON))
            assert tx.executions.unsettled(10) == []
            failed = second.failed(FAILURE, NOON)
            tx.executions.finish(failed)
            [(arrival, found)] = tx.executions.unsettled(10)
            assert (arrival.file, found.id) == (file, first.id)
            assert failed in tx.executions.of_archive(first.id)
            assert tx.executions.of_archive(second.id) == []

    def test_one_that_cannot_be_settled_does_not_stand_in_the_way_of_the_others(self, store):
        pairs = [(FileVersion(f"{number}.csv", 1, "1"), an_execution(PIPELINE)) for number in range(3)]
        with store.writing() as tx:
            for file, execution in pairs:
                tx.arrivals.record([Arrival(pipeline_id=PIPELINE.id, file=file, first_seen=NOON, stable_since=NOON)])
                tx.executions.add(execution)
                tx.arrivals.take(PIPELINE.id, file, execution.id)
                tx.executions.finish(execution.succeeded(NOON))
            # That one of three never comes first in 100 draws happens once in 10^17 runs.
            first = {tx.executions.unsettled(1)[0][1].id for _ in range(100)}
        assert first == {execution.id for _, execution in pairs}

    def test_the_revision_grows_with_every_change_one_can_see(self, store, execution):
        other = an_execution(PIPELINE)
        ended = execution.failed(FAILURE, after(3))
        with store.writing() as tx:
            tx.executions.add(other)
        seen = []
        for change in (
            lambda tx: None,
            lambda tx: tx.executions.fence(execution.log.id, "sensor's", after(1)),
            lambda tx: tx.executions.receive(replace(execution, source=SOURCE)),
            lambda tx: tx.executions.advance(execution, Progress(stage=Stage.READ, rows=1)),
            lambda tx: tx.executions.note(with_input(execution, dialect=DIALECT)),
            lambda tx: tx.executions.finish(ended),
            lambda tx: tx.executions.retry(fixed(ended), ended.log.id),
        ):
            with store.writing() as tx:
                change(tx)
            with store.reading() as tx:
                revisions = tx.executions.revisions([execution.id, other.id, "unknown"])
            assert revisions.keys() == {execution.id, other.id}
            seen.append(revisions[execution.id])
        assert seen == sorted(set(seen))

    def test_signs_of_life_and_claims_are_no_change_one_can_see(self, store, execution):
        with store.writing() as tx:
            before = tx.executions.revisions([execution.id])
            tx.executions.claim(execution.log.id, after(1), after(-15))
            tx.executions.beat(execution.log.id, after(2))
            assert tx.executions.revisions([execution.id]) == before

    # deliveries

    def test_a_delivery_is_added_and_replaced_by_output(self, store, execution):
        pending = Delivery(execution_id=execution.id, connector_id="connector-outbox", status=DeliveryStatus.PENDING)
        failed = replace(pending, status=DeliveryStatus.FAILED, content="c", batches=3, failure=FAILURE)
        done = replace(pending, status=DeliveryStatus.DELIVERED, content="c", location="out/a.csv", rows=2, bytes=2**40)
        inline = replace(done, connector_id=None)
        with store.writing() as tx:
            assert tx.executions.deliveries([execution.id]) == {}
            for delivery in (pending, failed, inline):
                tx.executions.save_delivery(delivery)
            assert tx.executions.deliveries([execution.id]) == {execution.id: [inline, failed]}
            tx.executions.save_delivery(done)
        with store.reading() as tx:
            assert tx.executions.deliveries([execution.id, "unknown"]) == {execution.id: [inline, done]}
