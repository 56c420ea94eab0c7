"""What every store promises of pipelines and configurations, as ``ports.Pipelines`` says it."""

from dataclasses import replace
from datetime import timedelta

import pytest

from pipeline_exec.errors import Conflict, InvalidDocument, NotFound
from pipeline_exec.model.arrival import Arrival, FileVersion
from pipeline_exec.model.execution import Counts
from pipeline_exec.model.query import Comparison, Operator, Query
from pipeline_exec_tests.builders import (
    NOON,
    a_configuration,
    a_connector,
    a_pipeline,
    a_principal,
    a_target_model,
    add_all,
    add_surroundings,
    an_execution,
)
from pipeline_exec_tests.store.races import race

COUNTS = Counts(total_rows=2, total_cells=4, total_error_cells=1, total_error_rows=1)


class PipelinesConformance:
    @pytest.fixture
    def store(self, store):
        """One with what pipelines refer to."""
        with store.writing() as tx:
            add_surroundings(tx)
        return store

    def test_a_pipeline_comes_back_as_it_was_added(self, store):
        pipeline = a_pipeline(
            by=a_principal("bob", name="Bob"),
            read_options={"header_row": "none", "sheet": 2},
            schedule_config={"frequency": "DAILY", "starts_on": "2024-05-01T06:00:00+02:00"},
            mapping_config={
                "mappings": [
                    {"target_column": "name", "transformations": [{"type": "REPLACE", "old": "ä", "new": "ae"}]}
                ]
            },
        )
        with store.writing() as tx:
            add_all(tx, pipeline)
        with store.reading() as tx:
            assert tx.pipelines.get(pipeline.id) == pipeline
            assert tx.pipelines.named(pipeline.name) == pipeline
            assert tx.pipelines.by_slug(pipeline.slug) == pipeline
            assert tx.pipelines.configuration(pipeline.configuration.id) == pipeline.configuration

    def test_a_name_that_is_taken_is_a_conflict_that_names_it(self, store):
        with store.writing() as tx:
            add_all(tx, a_pipeline("import"))
            with pytest.raises(Conflict, match="named 'import' already"):
                add_all(tx, a_pipeline("import", id="2", slug="other"))

    def test_a_job_name_that_is_taken_is_a_conflict_that_names_both(self, store):
        with store.writing() as tx:
            add_all(tx, a_pipeline("the import", slug="the_import"))
            with pytest.raises(Conflict, match="named 'the import' already, whose job name 'the_import'"):
                add_all(tx, a_pipeline("The Import", id="2", slug="the_import"))

    def test_a_pipeline_that_refers_to_what_is_not_there_is_a_conflict(self, store):
        with store.writing() as tx:
            with pytest.raises(Conflict, match="not there"):
                add_all(tx, a_pipeline(input=a_connector("elsewhere")))
            with pytest.raises(Conflict, match="not there"):
                add_all(tx, a_pipeline(model=a_target_model("elsewhere")))
            add_all(tx, a_pipeline())

    def test_saving_replaces_name_active_audit_and_configuration(self, store):
        bob = a_principal("bob", name="Bob")
        before = a_pipeline()
        after = replace(
            before,
            name="renamed",
            active=False,
            configuration=a_configuration(before.id, developer_mode=True),
            audit=before.audit.touched(bob, NOON + timedelta(hours=1)),
        )
        with store.writing() as tx:
            add_all(tx, bob, before)
            tx.pipelines.save(after)
        with store.reading() as tx:
            assert tx.pipelines.get(before.id) == after
            assert tx.pipelines.configuration(before.configuration.id) == before.configuration

    def test_saving_with_the_same_configuration_makes_no_new_one(self, store):
        pipeline = a_pipeline()
        with store.writing() as tx:
            add_all(tx, pipeline)
            tx.pipelines.save(replace(pipeline, active=False))
            assert tx.pipelines.configurations(pipeline.id) == [pipeline.configuration]

    def test_saving_what_is_not_there_is_not_found(self, store):
        with store.writing() as tx, pytest.raises(NotFound, match="pipeline-import"):
            tx.pipelines.save(a_pipeline())

    def test_saving_under_a_name_that_is_taken_is_a_conflict(self, store):
        with store.writing() as tx:
            add_all(tx, a_pipeline("one"), a_pipeline("two"))
            with pytest.raises(Conflict, match="'one'"):
                tx.pipelines.save(replace(a_pipeline("two"), name="one"))

    def test_an_unknown_pipeline_is_not_found(self, store):
        with store.reading() as tx:
            with pytest.raises(NotFound, match="'1'"):
                tx.pipelines.get("1")
            assert tx.pipelines.named("one") is None
            assert tx.pipelines.by_slug("one") is None

    def test_of_many_ids_those_that_exist_are_answered(self, store):
        one, two = a_pipeline("one"), a_pipeline("two")
        with store.writing() as tx:
            add_all(tx, one, two)
            assert tx.pipelines.many([two.id, "3", one.id]) == {one.id: one, two.id: two}

    def test_an_attribute_that_cannot_be_asked_is_refused_with_those_that_can(self, store):
        with store.reading() as tx, pytest.raises(InvalidDocument, match=r"configuration\.developer_mode"):
            tx.pipelines.find(Query(condition=Comparison("configuration.colour", Operator.EQ, "red")))

    def test_active_pipelines_come_by_slug(self, store):
        with store.writing() as tx:
            add_all(tx, a_pipeline("b"), a_pipeline("c", active=False), a_pipeline("a"))
            assert [pipeline.slug for pipeline in tx.pipelines.active()] == ["a", "b"]

    def test_a_connector_feeds_the_active_pipelines_whose_input_it_is(self, store):
        other = a_connector("other")
        with store.writing() as tx:
            add_all(tx, other, a_pipeline("a"), a_pipeline("b", active=False), a_pipeline("c", input=other))
            assert [pipeline.name for pipeline in tx.pipelines.fed_by(a_connector().id)] == ["a"]
            assert [pipeline.name for pipeline in tx.pipelines.fed_by(other.id)] == ["c"]
            assert not tx.pipelines.fed_by("connector-outbox")

    def test_a_connector_feeds_by_the_current_configuration_only(self, store):
        other, pipeline = a_connector("other"), a_pipeline()
        with store.writing() as tx:
            add_all(tx, other, pipeline)
            tx.pipelines.save(replace(pipeline, configuration=a_configuration(pipeline.id, input=other)))
            assert not tx.pipelines.fed_by(a_connector().id)
            assert [fed.id for fed in tx.pipelines.fed_by(other.id)] == [pipeline.id]

    def test_pipelines_use_a_model_by_their_current_configuration(self, store):
        other, first = a_target_model("other"), a_pipeline("first")
        with store.writing() as tx:
            add_all(tx, other, first, a_pipeline("second", active=False))
            tx.pipelines.save(replace(first, configuration=a_configuration(first.id, model=other)))
            assert [pipeline.name for pipeline in tx.pipelines.using_model(a_target_model().id)] == ["second"]
            assert [pipeline.name for pipeline in tx.pipelines.using_model(other.id)] == ["first"]

    def test_an_unknown_configuration_is_not_found(self, store):
        with store.reading() as tx, pytest.raises(NotFound, match="'1'"):
            tx.pipelines.configuration("1")

    def test_a_configuration_for_one_execution_is_remembered_and_does_not_become_current(self, store):
        pipeline = a_pipeline()
        once = a_configuration(pipeline.id, at=NOON + timedelta(hours=1), developer_mode=True)
        with store.writing() as tx:
            add_all(tx, pipeline)
            tx.pipelines.add_configuration(once)
        with store.reading() as tx:
            assert tx.pipelines.configuration(once.id) == once
            assert tx.pipelines.get(pipeline.id) == pipeline

    def test_configurations_come_newest_first(self, store):
        pipeline = a_pipeline()
        later = [a_configuration(pipeline.id, at=NOON + timedelta(hours=hours)) for hours in (2, 1, 3)]
        with store.writing() as tx:
            add_all(tx, pipeline, a_pipeline("other"))
            for configuration in later:
                tx.pipelines.add_configuration(configuration)
            found = tx.pipelines.configurations(pipeline.id)
        assert found == [later[2], later[0], later[1], pipeline.configuration]

    def test_a_deleted_pipeline_is_nowhere_to_be_found(self, store):
        pipeline = a_pipeline()
        with store.writing() as tx:
            add_all(tx, pipeline)
            tx.pipelines.delete(pipeline.id)
            for ask in (
                lambda: tx.pipelines.get(pipeline.id),
                lambda: tx.pipelines.save(pipeline),
                lambda: tx.pipelines.delete(pipeline.id),
            ):
                with pytest.raises(NotFound):
                    ask()
            assert not tx.pipelines.many([pipeline.id])
            assert tx.pipelines.named(pipeline.name) is None
            assert tx.pipelines.by_slug(pipeline.slug) is None
            assert tx.pipelines.find(Query()).total == 0
            assert not tx.pipelines.active()
            assert not tx.pipelines.fed_by(a_connector().id)
            assert not tx.pipelines.using_model(a_target_model().id)

    def test_name_and_slug_of_a_deleted_pipeline_are_free_again_and_again(self, store):
        with store.writing() as tx:
            for number in range(3):
                add_all(tx, a_pipeline("import", id=f"{number}"))
                tx.pipelines.delete(f"{number}")

    def test_executions_and_configurations_of_a_deleted_pipeline_stay_readable(self, store):
        pipeline = a_pipeline()
        ended = an_execution(pipeline).succeeded(NOON)
        with store.writing() as tx:
            add_all(tx, pipeline, ended)
            tx.pipelines.delete(pipeline.id)
        with store.reading() as tx:
            assert tx.executions.get(ended.id) == ended
            assert tx.executions.find(Query()).items == [ended]
            assert tx.pipelines.configuration(pipeline.configuration.id) == pipeline.configuration
            assert tx.pipelines.configurations(pipeline.id) == [pipeline.configuration]

    def test_a_pipeline_is_deleted_with_its_ledger(self, store):
        pipeline, other = a_pipeline(), a_pipeline("other")
        file = FileVersion("a.csv", 1, "1")
        with store.writing() as tx:
            add_all(tx, pipeline, other)
            for owner in (pipeline, other):
                tx.arrivals.record([Arrival(pipeline_id=owner.id, file=file, first_seen=NOON, stable_since=NOON)])
            tx.pipelines.delete(pipeline.id)
            assert not tx.arrivals.ledger(pipeline.id)
            assert tx.arrivals.ledger(other.id)

    def test_a_pipeline_is_not_deleted_while_an_execution_is_processing(self, store):
        pipeline = a_pipeline()
        with store.writing() as tx:
            add_all(tx, pipeline, an_execution(pipeline))
            with pytest.raises(Conflict, match=r"'import'.*PROCESSING"):
                tx.pipelines.delete(pipeline.id)
            assert tx.pipelines.get(pipeline.id) == pipeline

    def test_deleting_what_is_not_there_is_not_found(self, store):
        with store.writing() as tx, pytest.raises(NotFound, match="'1'"):
            tx.pipelines.delete("1")

    def test_a_deleted_pipeline_takes_no_execution(self, store):
        pipeline = a_pipeline()
        with store.writing() as tx:
            add_all(tx, pipeline)
            tx.pipelines.delete(pipeline.id)
            with pytest.raises(NotFound, match=pipeline.id):
                tx.executions.add(an_execution(pipeline))

    def test_a_pipeline_is_deleted_or_executed_but_never_both(self, store, url):
        pipeline = a_pipeline()
        with store.writing() as tx:
            add_all(tx, pipeline)

        def contend(tx, number):
            try:
                if number % 2:
                    tx.pipelines.delete(pipeline.id)
                else:
                    tx.executions.add(an_execution(pipeline))
            except (Conflict, NotFound):
                return None
            return "deleted" if number % 2 else "executed"

        assert set(race(url, contend)) in ({None, "deleted"}, {None, "executed"})
