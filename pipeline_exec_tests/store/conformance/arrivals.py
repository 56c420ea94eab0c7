"""What every store promises of the ledger, as ``ports.Arrivals`` says it."""

from datetime import timedelta

import pytest

from pipeline_exec.model.arrival import Arrival, FileVersion
from pipeline_exec_tests.builders import NOON, a_pipeline, add_all, add_surroundings, an_execution
from pipeline_exec_tests.store.races import race

PIPELINE = a_pipeline()
FILE = FileVersion("in/a.csv", 10, "1714557600000000000")


def a_sighting(file=FILE, pipeline=PIPELINE, **more):
    return Arrival(**{"pipeline_id": pipeline.id, "file": file, "first_seen": NOON, "stable_since": NOON, **more})


class ArrivalsConformance:
    @pytest.fixture
    def store(self, store):
        """One with a pipeline."""
        with store.writing() as tx:
            add_surroundings(tx)
            add_all(tx, PIPELINE, a_pipeline("other"))
        return store

    def test_the_ledger_of_a_pipeline_holds_its_own_sightings(self, store):
        with store.writing() as tx:
            tx.arrivals.record([a_sighting(), a_sighting(pipeline=a_pipeline("other"))])
        with store.reading() as tx:
            assert tx.arrivals.ledger(PIPELINE.id) == {FILE: a_sighting()}
            assert tx.arrivals.ledger("unknown") == {}

    @pytest.mark.parametrize(
        "other",
        [
            pytest.param(FILE._replace(path="in/b.csv"), id="another path"),
            pytest.param(FILE._replace(size=11), id="another size"),
            pytest.param(FILE._replace(modified="etag"), id="another modification"),
            pytest.param(
                FileVersion("in/a.csv\x00", 10, FILE.modified), id="a path with an end that looks like nothing"
            ),
        ],
    )
    def test_another_version_is_another_file(self, store, other):
        with store.writing() as tx:
            tx.arrivals.record([a_sighting(), a_sighting(other)])
            assert tx.arrivals.ledger(PIPELINE.id).keys() == {FILE, other}

    @pytest.mark.parametrize(
        "path",
        [
            pytest.param("in/" + "very/" * 2000 + "deep.csv", id="longer than an index entry"),
            pytest.param("in/Zürich 🏔 \"quoted\" 'too' %_\\.csv", id="any characters"),
            pytest.param("in/\udcff\udc80.csv", id="bytes that are no text"),
        ],
    )
    def test_a_path_comes_back_as_it_was_listed(self, store, path):
        file = FILE._replace(path=path)
        with store.writing() as tx:
            tx.arrivals.record([a_sighting(file)])
            assert tx.arrivals.ledger(PIPELINE.id) == {file: a_sighting(file)}

    def test_recording_again_replaces_the_sighting(self, store):
        later = a_sighting(stable_since=NOON + timedelta(seconds=5))
        with store.writing() as tx:
            tx.arrivals.record([a_sighting()])
            tx.arrivals.record([a_sighting(stable_since=NOON + timedelta(seconds=1)), later])
            assert tx.arrivals.ledger(PIPELINE.id) == {FILE: later}

    def test_recording_nothing_is_a_no_op(self, store):
        with store.writing() as tx:
            tx.arrivals.record([])
            tx.arrivals.forget(PIPELINE.id, [])

    def test_a_file_is_given_to_one_execution(self, store):
        first, second = an_execution(PIPELINE), an_execution(PIPELINE)
        with store.writing() as tx:
            add_all(tx, first, second)
            tx.arrivals.record([a_sighting()])
            assert tx.arrivals.take(PIPELINE.id, FILE, first.id)
            assert not tx.arrivals.take(PIPELINE.id, FILE, second.id)
            assert not tx.arrivals.take(PIPELINE.id, FILE, first.id)
            assert tx.arrivals.ledger(PIPELINE.id)[FILE].execution_id == first.id

    def test_a_file_may_be_taken_before_its_execution_is_recorded(self, store):
        execution = an_execution(PIPELINE)
        with store.writing() as tx:
            tx.arrivals.record([a_sighting()])
        with store.writing() as tx:
            assert tx.arrivals.take(PIPELINE.id, FILE, execution.id)
            tx.executions.add(execution)
        with store.reading() as tx:
            assert tx.arrivals.ledger(PIPELINE.id)[FILE].execution_id == execution.id

    def test_a_file_that_was_not_recorded_or_was_forgotten_is_not_given(self, store):
        with store.writing() as tx:
            assert not tx.arrivals.take(PIPELINE.id, FILE, "execution")
            tx.arrivals.record([a_sighting()])
            tx.arrivals.forget(PIPELINE.id, [FILE])
            assert not tx.arrivals.take(PIPELINE.id, FILE, "execution")

    def test_of_several_who_take_a_file_at_once_one_gets_it(self, store, url):
        executions = [an_execution(PIPELINE) for _ in range(4)]
        with store.writing() as tx:
            tx.arrivals.record([a_sighting()])

        def contend(tx, number):
            if not tx.arrivals.take(PIPELINE.id, FILE, executions[number].id):
                return None
            tx.executions.add(executions[number])
            return executions[number].id

        winners = [answer for answer in race(url, contend) if answer]
        with store.reading() as tx:
            assert winners == [tx.arrivals.ledger(PIPELINE.id)[FILE].execution_id]

    def test_what_has_an_execution_is_neither_recorded_over_nor_forgotten(self, store):
        execution, other = an_execution(PIPELINE), FILE._replace(path="in/b.csv")
        with store.writing() as tx:
            add_all(tx, execution)
            tx.arrivals.record([a_sighting(), a_sighting(other)])
            tx.arrivals.take(PIPELINE.id, FILE, execution.id)
            tx.arrivals.record([a_sighting(first_seen=NOON + timedelta(hours=1))])
            tx.arrivals.forget(PIPELINE.id, [FILE, other])
            assert tx.arrivals.ledger(PIPELINE.id) == {FILE: a_sighting(execution_id=execution.id)}

    def test_forgetting_is_for_one_pipeline(self, store):
        with store.writing() as tx:
            tx.arrivals.record([a_sighting(), a_sighting(pipeline=a_pipeline("other"))])
            tx.arrivals.forget(PIPELINE.id, [FILE])
            assert not tx.arrivals.ledger(PIPELINE.id)
            assert tx.arrivals.ledger(a_pipeline("other").id)

    def test_a_file_that_was_put_away_is_settled(self, store):
        execution = an_execution(PIPELINE)
        with store.writing() as tx:
            add_all(tx, execution)
            tx.arrivals.record([a_sighting()])
            tx.arrivals.take(PIPELINE.id, FILE, execution.id)
            tx.arrivals.settled(PIPELINE.id, FILE)
            assert tx.arrivals.ledger(PIPELINE.id)[FILE].settled

    def test_thousands_of_files_are_recorded_and_forgotten_at_once(self, store):
        files = [FILE._replace(path=f"in/{number}.csv") for number in range(3000)]
        with store.writing() as tx:
            tx.arrivals.record(a_sighting(file) for file in files)
            tx.arrivals.forget(PIPELINE.id, files[1:])
            assert tx.arrivals.ledger(PIPELINE.id).keys() == {files[0]}
