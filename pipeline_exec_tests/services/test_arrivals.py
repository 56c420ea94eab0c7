"""Files in a real folder, over the real store, on their way into executions."""

import hashlib
import threading

import pytest

from pipeline_exec.errors import AttemptTaken, SourceRefused
from pipeline_exec.model.execution import ExecutionTrigger, SourceFile, Status
from pipeline_exec_tests.services.workshop import ADA, GRACE, Workshop


def names(collected):
    return [execution.source.name for execution in collected.executions]


def staged(workshop):
    """Every input that is staged, by execution."""
    root = workshop.layer.settings.home / "staging"
    return {path.parent.name: path.read_text() for path in root.glob("*/input")}


def test_each_waiting_file_becomes_an_execution_with_its_bytes(workshop):
    pipeline = workshop.pipeline()
    path = workshop.drop("ada.csv", ADA)
    workshop.drop("grace.csv", GRACE)

    ada, grace = workshop.collect(pipeline).executions

    assert ada.source == SourceFile(
        name="ada.csv", path=str(path), size=len(ADA), fingerprint=f"sha256:{hashlib.sha256(ADA.encode()).hexdigest()}"
    )
    assert (ada.status, ada.trigger_type) == (Status.PROCESSING, ExecutionTrigger.EVENT)
    assert (ada.pipeline_id, ada.log.configuration_id) == (pipeline.id, pipeline.configuration.id)
    assert ada.audit.created_by == workshop.caller
    assert [workshop.look(ada), workshop.look(grace)] == [ada, grace]
    assert staged(workshop) == {ada.id: ADA, grace.id: GRACE}
    assert workshop.engine.launched == []


def test_a_file_seen_twice_runs_once(workshop):
    pipeline = workshop.pipeline()
    workshop.drop()

    assert names(workshop.collect(pipeline)) == ["ada.csv"]
    assert names(workshop.collect(pipeline)) == []


def test_each_pipeline_of_a_folder_executes_its_files(workshop):
    inbox, outbox, model = workshop.input(), workshop.output(), workshop.model()
    one, other = (
        workshop.pipeline(name, input=inbox, outputs=[outbox], model=model) for name in ("accounting", "archive")
    )
    workshop.drop()

    assert names(workshop.collect(one)) == names(workshop.collect(other)) == ["ada.csv"]


def test_a_changed_file_under_the_same_path_is_a_new_file(workshop):
    pipeline = workshop.pipeline()
    workshop.drop("people.csv", ADA)
    workshop.collect(pipeline)

    workshop.drop("people.csv", GRACE)

    assert names(workshop.collect(pipeline)) == ["people.csv"]
    assert sorted(staged(workshop).values()) == [ADA, GRACE]


@pytest.mark.parametrize("age", [3600, 7200, 10**9], ids=["as old", "older", "of the last century"])
def test_a_file_renamed_into_the_folder_is_executed_whatever_its_time(workshop, age):
    pipeline = workshop.pipeline()
    workshop.drop("first.csv")
    workshop.collect(pipeline)

    workshop.drop("second.csv", folder="elsewhere", age=age).rename(workshop.folder("inbox") / "second.csv")

    assert names(workshop.collect(pipeline)) == ["second.csv"]


def test_a_watched_file_is_taken_once_it_was_seen_to_stand_still(workshop):
    pipeline = workshop.pipeline(input=workshop.input(stable_for_seconds=60))
    workshop.drop(age=86_400)

    first = workshop.collect(pipeline)
    workshop.clock.advance(59)
    second = workshop.collect(pipeline)
    workshop.clock.advance(1)

    assert (names(first), first.unsettled) == (names(second), second.unsettled) == ([], 1)
    assert names(workshop.collect(pipeline)) == ["ada.csv"]


def test_a_file_that_is_still_written_waits_from_its_last_change(workshop):
    pipeline = workshop.pipeline(input=workshop.input(stable_for_seconds=60))
    workshop.drop(text="name,age\n")
    workshop.collect(pipeline)
    workshop.clock.advance(60)
    workshop.drop(text=ADA)

    assert names(workshop.collect(pipeline)) == []
    workshop.clock.advance(60)
    assert names(workshop.collect(pipeline)) == ["ada.csv"]
    assert list(staged(workshop).values()) == [ADA]


@pytest.mark.parametrize("trigger", [ExecutionTrigger.MANUAL, ExecutionTrigger.SCHEDULED])
@pytest.mark.parametrize(("age", "taken"), [(59, []), (60, ["ada.csv"])], ids=["just written", "long finished"])
def test_who_looks_once_trusts_the_sources_own_times(workshop, trigger, age, taken):
    pipeline = workshop.pipeline(input=workshop.input(stable_for_seconds=60))
    workshop.drop(age=age)

    assert names(workshop.collect(pipeline, trigger)) == taken


def test_a_file_with_a_marker_waits_for_it(workshop):
    pipeline = workshop.pipeline(input=workshop.input(marker="{name}.done"))
    workshop.drop("ada.csv", age=86_400)
    before = workshop.collect(pipeline)

    workshop.drop("ada.csv.done", "")

    assert (names(before), before.unsettled) == ([], 1)
    assert names(workshop.collect(pipeline)) == ["ada.csv"]


def test_a_look_takes_no_more_than_it_may(workshop):
    pipeline = workshop.pipeline()
    for number in range(5):
        workshop.drop(f"{number}.csv")

    looks = [workshop.collect(pipeline, limit=2) for _ in range(4)]

    assert [names(look) for look in looks] == [["0.csv", "1.csv"], ["2.csv", "3.csv"], ["4.csv"], []]
    assert [look.waiting for look in looks] == [3, 1, 0, 0]


def test_a_file_that_cannot_be_had_does_not_keep_others_waiting(store, tmp_path):
    workshop = Workshop(store, tmp_path, settings={"max_file_size": 20})
    pipeline = workshop.pipeline()
    workshop.drop("a.csv", ADA * 10)
    workshop.drop("b.csv", ADA)

    looks = [workshop.collect(pipeline) for _ in range(2)]

    assert [names(look) for look in looks] == [["b.csv"], []]
    assert all(f"a.csv has {len(ADA) * 10} bytes; this service takes 20" in look.problems[0] for look in looks)
    assert [path.name for path in (tmp_path / "home/staging").iterdir()] == [looks[0].executions[0].id]


def test_files_that_cannot_be_had_do_not_use_up_what_a_look_may_take(store, tmp_path):
    workshop = Workshop(store, tmp_path, settings={"max_file_size": 20})
    pipeline = workshop.pipeline()
    workshop.drop("a.csv", ADA * 10)
    workshop.drop("b.csv", ADA)
    workshop.drop("c.csv", ADA)

    looks = [workshop.collect(pipeline, limit=1) for _ in range(3)]

    assert [names(look) for look in looks] == [["b.csv"], ["c.csv"], []]
    assert [look.waiting for look in looks] == [1, 0, 0]


def test_a_folder_that_cannot_be_listed_is_an_error_not_an_empty_folder(workshop):
    pipeline = workshop.pipeline(input=workshop.input(path=str(workshop.folder("inbox") / "absent")))

    with pytest.raises(SourceRefused, match="absent"):
        workshop.collect(pipeline)


def test_overlapping_looks_execute_each_file_once(workshop):
    pipeline = workshop.pipeline()
    for number in range(12):
        workshop.drop(f"{number:02}.csv")
    together = threading.Barrier(4)
    looks = []

    def look():
        together.wait()
        looks.append(workshop.collect(pipeline))

    threads = [threading.Thread(target=look) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    taken = [execution for collected in looks for execution in collected.executions]
    assert sorted(execution.source.name for execution in taken) == [f"{number:02}.csv" for number in range(12)]
    assert staged(workshop).keys() == {execution.id for execution in taken}


class TestARunThatHasNoInputYet:
    """Launched in the Dagster UI, or made while the source was away."""

    @pytest.fixture
    def pipeline(self, workshop):
        return workshop.pipeline(input=workshop.input(path=str(workshop.place / "inbox")))

    @pytest.fixture
    def execution(self, workshop, pipeline):
        workshop.folder("inbox").rmdir()
        [execution] = workshop.layer.executions.create(pipeline.id, workshop.caller)
        workshop.folder("inbox")
        return execution

    def test_it_takes_the_file_that_waits_longest(self, workshop, pipeline, execution):
        workshop.drop("b.csv", GRACE)
        workshop.drop("a.csv", ADA)

        given = workshop.layer.arrivals.collect_into(pipeline, execution)

        assert given.source.name == "a.csv"
        assert workshop.look(execution).source == given.source
        assert names(workshop.collect(pipeline)) == ["b.csv"]

    def test_it_gets_nothing_where_nothing_waits(self, workshop, pipeline, execution):
        assert workshop.layer.arrivals.collect_into(pipeline, execution) is None

    def test_it_gets_nothing_when_it_was_given_up(self, workshop, pipeline, execution):
        workshop.drop()
        workshop.layer.executions.cancel(execution.id, workshop.caller)

        with pytest.raises(AttemptTaken):
            workshop.layer.arrivals.collect_into(pipeline, execution)

        assert workshop.look(execution).source is None
        assert names(workshop.collect(pipeline)) == ["ada.csv"]

    def test_two_attempts_at_it_do_not_take_two_files(self, workshop, pipeline, execution):
        """A worker that was thought dead comes back while its successor has the input already."""
        workshop.drop("a.csv", ADA)
        workshop.drop("b.csv", GRACE)
        again = workshop.layer.lifecycle.recover(execution, "The worker gave no sign of life.")
        workshop.layer.arrivals.collect_into(pipeline, again)

        with pytest.raises(AttemptTaken):
            workshop.layer.arrivals.collect_into(pipeline, execution)

        assert workshop.look(execution).source.name == "a.csv"
        assert names(workshop.collect(pipeline)) == ["b.csv"]
