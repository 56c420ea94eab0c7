"""Executions asked for: how many, how often, and what becomes of requests that come twice."""

import threading

import pytest

from pipeline_exec.errors import Conflict, ErrorType, InvalidDocument, NotFound
from pipeline_exec.model.execution import ExecutionTrigger, Status
from pipeline_exec.model.query import Comparison, Operator, Query
from pipeline_exec_tests.builders import NOON
from pipeline_exec_tests.services.workshop import ADA, BAD_AGE, GRACE, Workshop


@pytest.fixture
def pipeline(workshop):
    return workshop.pipeline()


@pytest.fixture
def create(workshop, pipeline):
    return lambda **more: workshop.layer.executions.create(pipeline.id, workshop.caller, **more)


def names(executions):
    return [execution.source.name for execution in executions]


def ids(executions):
    return [execution.id for execution in executions]


def count(workshop):
    return workshop.layer.executions.find(Query()).total


class TestCreating:
    def test_each_waiting_file_is_one_execution_launched_at_once(self, workshop, pipeline, create):
        for name in ("b.csv", "a.csv", "c.csv"):
            workshop.drop(name)

        executions = create()

        assert names(executions) == ["a.csv", "b.csv", "c.csv"]
        assert {execution.trigger_type for execution in executions} == {ExecutionTrigger.MANUAL}
        assert workshop.engine.launched == [(execution.log.run_id, pipeline.slug) for execution in executions]

    def test_an_empty_folder_is_none(self, create):
        assert list(create()) == []

    def test_a_source_that_is_away_is_one_that_says_so(self, workshop):
        pipeline = workshop.pipeline(input=workshop.input(path=str(workshop.place / "absent")))

        [ended] = workshop.execute(pipeline)

        assert (ended.status, ended.failure.type) == (Status.FAILED, ErrorType.SOURCE_UNRESPONSIVE)
        assert "absent" in ended.failure.message

    def test_files_none_of_which_can_be_had_are_one_that_says_so(self, store, tmp_path):
        workshop = Workshop(store, tmp_path, settings={"max_file_size": 8})
        pipeline = workshop.pipeline()
        workshop.drop("large.csv", ADA)

        [ended] = workshop.execute(pipeline)

        assert ended.failure.type is ErrorType.SOURCE_UNRESPONSIVE
        assert "large.csv has 16 bytes; this service takes 8" in ended.failure.message

    def test_a_source_that_is_asked_is_one(self, workshop):
        asked = workshop.connector("api", node_type="HTTP", trigger_type="TIME_BASE", url="https://example.com/a.json")

        [execution] = workshop.layer.executions.create(workshop.pipeline(input=asked).id, workshop.caller)

        assert execution.source is None

    def test_a_connector_that_waits_to_be_called_is_one_without_data(self, workshop):
        door = workshop.connector("door", node_type="HTTP", trigger_type="EVENT_BASE")

        [ended] = workshop.execute(workshop.pipeline(input=door))

        assert ended.failure.type is ErrorType.SOURCE_DATA_EMPTY
        assert "Send the data to the connector's /ingest address" in ended.failure.message

    def test_a_pipeline_that_is_not_active_is_not_executed(self, workshop):
        pipeline = workshop.pipeline(active=False)
        workshop.drop()

        with pytest.raises(Conflict, match="is not active"):
            workshop.layer.executions.create(pipeline.id, workshop.caller)

        assert count(workshop) == 0

    def test_a_pipeline_that_is_none_is_not_executed(self, workshop):
        with pytest.raises(NotFound):
            workshop.layer.executions.create("none", workshop.caller)

    def test_the_configuration_is_that_of_the_moment(self, workshop, pipeline, create):
        workshop.drop()

        [execution] = create()

        assert execution.log.configuration_id == pipeline.configuration.id


class TestIdempotency:
    def test_a_repeated_request_has_the_first_answer(self, workshop, create):
        workshop.drop("a.csv")
        workshop.drop("b.csv")
        first = create(idempotency_key="k")
        workshop.drop("c.csv")

        assert create(idempotency_key="k") == [workshop.look(execution) for execution in first]
        assert names(create(idempotency_key="another")) == ["c.csv"]

    def test_a_repeated_request_launches_nothing_again(self, workshop, create):
        workshop.drop()
        create(idempotency_key="k")
        create(idempotency_key="k")

        assert len(workshop.engine.launched) == 1

    def test_a_repeated_request_finds_what_has_ended(self, workshop, create):
        workshop.drop()
        [execution] = create(idempotency_key="k")
        workshop.engine.run_all()

        assert [each.status for each in create(idempotency_key="k")] == [Status.SUCCESSFUL]
        assert workshop.engine.launched == [(execution.log.run_id, "import_pipeline")]

    def test_the_key_is_the_callers_own(self, workshop, pipeline, create):
        stranger = workshop.layer.principals.named("grace@example.com", workshop.caller.type)
        workshop.drop("a.csv")
        first = create(idempotency_key="k")
        workshop.drop("b.csv")

        other = workshop.layer.executions.create(pipeline.id, stranger, "k")

        assert (names(first), names(other)) == (["a.csv"], ["b.csv"])

    def test_without_files_the_same_key_finds_the_one_execution(self, workshop):
        door = workshop.connector("door", node_type="HTTP", trigger_type="EVENT_BASE")
        pipeline = workshop.pipeline(input=door)

        asked = [workshop.layer.executions.create(pipeline.id, workshop.caller, "k") for _ in range(3)]

        assert len({each.id for executions in asked for each in executions}) == count(workshop) == 1

    @pytest.mark.parametrize("source", ["a folder", "a door"])
    def test_identical_requests_at_the_same_time_have_the_same_answer(self, workshop, source):
        door = workshop.connector("door", node_type="HTTP", trigger_type="EVENT_BASE") if source == "a door" else None
        pipeline = workshop.pipeline(input=door)
        for name in ("a.csv", "b.csv", "c.csv"):
            workshop.drop(name)
        together, answers = threading.Barrier(5), []

        def ask():
            together.wait()
            answers.append(ids(workshop.layer.executions.create(pipeline.id, workshop.caller, "k")))

        threads = [threading.Thread(target=ask) for _ in range(5)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()

        assert len(answers[0]) == count(workshop) == (1 if door else 3)
        assert answers == [answers[0]] * 5

    @pytest.mark.parametrize("key", ["k" * 201, "ü" * 201])
    def test_a_key_of_any_length_is_refused(self, create, key):
        with pytest.raises(InvalidDocument, match="longer than 200 characters"):
            create(idempotency_key=key)


class TestScheduling:
    def test_a_moment_is_executed_once_and_not_launched(self, workshop, pipeline):
        workshop.drop()

        first = workshop.layer.executions.create_scheduled(pipeline, NOON)
        again = workshop.layer.executions.create_scheduled(pipeline, NOON)

        assert (ids(first), len(first)) == (ids(again), 1)
        assert first[0].trigger_type is ExecutionTrigger.SCHEDULED
        assert workshop.engine.launched == []

    def test_each_moment_executes_what_came_since_the_last(self, workshop, pipeline):
        workshop.drop("a.csv")
        monday = workshop.layer.executions.create_scheduled(pipeline, NOON)
        workshop.drop("b.csv")
        tuesday = workshop.layer.executions.create_scheduled(pipeline, NOON.replace(day=2))

        assert (names(monday), names(tuesday)) == (["a.csv"], ["b.csv"])

    def test_it_is_done_in_the_name_of_who_made_the_pipeline(self, workshop, pipeline):
        workshop.drop()

        [execution] = workshop.layer.executions.create_scheduled(pipeline, NOON)

        assert execution.audit.created_by == pipeline.audit.created_by


class TestLooking:
    def test_the_bytes_received_and_the_bytes_delivered_stay_available(self, workshop, pipeline):
        workshop.drop("ada.csv", ADA).chmod(0o600)
        [execution] = workshop.execute(pipeline)
        (workshop.folder("inbox") / "ada.csv").unlink()
        for path in workshop.folder("outbox").iterdir():
            path.unlink()

        received, name = workshop.layer.executions.input(execution.id)
        delivered, output_name = workshop.layer.executions.output(execution.id)

        assert (received.read_text(), name) == (ADA, "ada.csv")
        assert (delivered.read_text(), output_name) == (ADA, f"ada_{execution.id}.csv")

    def test_what_received_nothing_has_no_input_and_no_output(self, workshop):
        pipeline = workshop.pipeline(input=workshop.input(path=str(workshop.place / "absent")))
        [execution] = workshop.execute(pipeline)

        for look in (workshop.layer.executions.input, workshop.layer.executions.output):
            with pytest.raises(NotFound):
                look(execution.id)

    def test_the_findings_name_every_erroneous_cell(self, workshop, pipeline):
        workshop.drop(text=BAD_AGE)
        [execution] = workshop.execute(pipeline)

        findings = workshop.layer.executions.findings(execution.id)

        batch, *_ = findings.rows
        [finding] = batch.to_pylist()
        assert findings.total == 1
        assert (finding["row"], finding["column"], finding["value"]) == (2, "age", "old")

    def test_of_very_many_findings_the_first_are_kept_and_all_are_counted(self, store, tmp_path):
        workshop = Workshop(store, tmp_path, settings={"max_findings": 3})
        pipeline = workshop.pipeline(error_config={"error_threshold": 100})
        workshop.drop("bad.csv", "name,age\n" + "Ada,old\n" * 5)
        [execution] = workshop.execute(pipeline)

        findings = workshop.layer.executions.findings(execution.id)

        assert findings.total == execution.log.counts.total_error_cells == 5
        assert [row for batch in findings.rows for row in batch.column("row").to_pylist()] == [1, 2, 3]

    def test_what_was_not_validated_has_no_findings(self, workshop, pipeline):
        workshop.drop(text="")
        [execution] = workshop.execute(pipeline)

        with pytest.raises(NotFound, match="was not validated"):
            workshop.layer.executions.findings(execution.id)

    def test_executions_of_wrappers_are_not_listed(self, workshop, pipeline, create):
        workshop.drop()
        create()
        wrapped = workshop.execution_of(workshop.wrapper())
        workshop.layer.lifecycle.start_wrapper(wrapped)

        found = workshop.layer.executions.find(Query())

        assert (names(found.items), found.total) == (["ada.csv"], 1)
        with pytest.raises(NotFound):
            workshop.layer.executions.get(wrapped.id)

    def test_a_list_is_filtered_sorted_and_paged(self, workshop, pipeline, create):
        workshop.drop("a.csv", ADA)
        workshop.drop("b.csv", "")
        workshop.drop("c.csv", GRACE)
        create()
        workshop.engine.run_all()

        failed = workshop.layer.executions.find(
            Query(condition=Comparison("status", Operator.EQ, "SUCCESSFUL"), limit=1)
        )

        assert (len(failed.items), failed.total) == (1, 2)

    def test_what_there_is_of_many_is_answered_at_once(self, workshop, pipeline, create):
        workshop.drop("a.csv")
        workshop.drop("b.csv")
        created = create()
        workshop.engine.run_all()
        services, wanted = workshop.layer.executions, ids(created)

        assert {key: len(logs) for key, logs in services.logs(wanted).items()} == dict.fromkeys(wanted, 1)
        assert {key: len(sent) for key, sent in services.deliveries(wanted).items()} == dict.fromkeys(wanted, 1)
        assert services.revisions(wanted).keys() == set(wanted)
