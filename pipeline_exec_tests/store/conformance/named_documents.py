"""What every store promises of connectors and target data models, as ``ports.Connectors`` says it."""

from abc import ABC, abstractmethod
from dataclasses import replace
from datetime import timedelta

import pytest

from pipeline_exec.errors import Conflict, InvalidDocument, NotFound
from pipeline_exec.model.query import Comparison, Operator, Ordering, Query
from pipeline_exec_tests.builders import (
    NOON,
    a_configuration,
    a_connector,
    a_pipeline,
    a_principal,
    a_target_model,
    a_wrapper,
    add_all,
    add_surroundings,
)


class NamedDocumentsConformance(ABC):
    """Inherit it and say which repository it is, and how one of its things is made."""

    @abstractmethod
    def of(self, transaction):
        """The repository."""

    @abstractmethod
    def a(self, name, **more):
        """One of its things."""

    def test_a_thing_comes_back_as_it_was_added(self, store):
        thing = self.a("one", by=a_principal("bob", name="Bob"))
        with store.writing() as tx:
            add_all(tx, thing)
        with store.reading() as tx:
            assert self.of(tx).get(thing.id) == thing
            assert self.of(tx).named("one") == thing

    def test_a_name_that_is_taken_is_a_conflict_that_names_it(self, store):
        with store.writing() as tx:
            add_all(tx, self.a("one", id="1"))
            with pytest.raises(Conflict, match="'one'"):
                add_all(tx, self.a("one", id="2"))
            assert self.of(tx).named("one").id == "1"

    def test_a_name_is_taken_in_its_own_case_only(self, store):
        with store.writing() as tx:
            add_all(tx, self.a("one"), self.a("One"))

    def test_saving_replaces_the_thing_of_the_same_id(self, store):
        bob = a_principal("bob", name="Bob")
        before = self.a("one", id="1")
        after = replace(self.a("two", id="1"), audit=before.audit.touched(bob, NOON + timedelta(hours=1)))
        with store.writing() as tx:
            add_all(tx, bob, before)
            self.of(tx).save(after)
        with store.reading() as tx:
            assert self.of(tx).get("1") == after
            assert self.of(tx).named("one") is None

    def test_saving_what_is_not_there_is_not_found(self, store):
        with store.writing() as tx:
            add_all(tx, a_principal())
            with pytest.raises(NotFound, match="'1'"):
                self.of(tx).save(self.a("one", id="1"))

    def test_saving_under_a_name_that_is_taken_is_a_conflict(self, store):
        with store.writing() as tx:
            add_all(tx, self.a("one", id="1"), self.a("two", id="2"))
            with pytest.raises(Conflict, match="'one'"):
                self.of(tx).save(self.a("one", id="2"))
            assert self.of(tx).get("2").document.name == "two"

    def test_an_unknown_thing_is_not_found(self, store):
        with store.reading() as tx:
            with pytest.raises(NotFound, match="'1'"):
                self.of(tx).get("1")
            assert self.of(tx).named("one") is None

    def test_of_many_ids_those_that_exist_are_answered(self, store):
        with store.writing() as tx:
            add_all(tx, self.a("one", id="1"), self.a("two", id="2"))
            found = self.of(tx).many(["1", "2", "3", "1"])
            assert {key: thing.document.name for key, thing in found.items()} == {"1": "one", "2": "two"}
            assert self.of(tx).many([]) == {}

    def test_a_page_is_asked_for_by_attributes_of_the_document(self, store):
        with store.writing() as tx:
            add_all(
                tx, *(self.a(name, level=level) for name, level in (("a", "PUBLIC"), ("b", "PRIVATE"), ("c", "PUBLIC")))
            )
        public = Comparison("permissions.level", Operator.EQ, "PUBLIC")
        with store.reading() as tx:
            page = self.of(tx).find(Query(condition=public, orderings=(Ordering("name"),), offset=1, limit=1))
            assert [thing.document.name for thing in page.items] == ["c"]
            assert (page.total, page.offset, page.limit) == (2, 1, 1)

    def test_an_attribute_that_cannot_be_asked_is_refused_with_those_that_can(self, store):
        with store.reading() as tx, pytest.raises(InvalidDocument, match=r"'colour'.*permissions\.level") as refused:
            self.of(tx).find(Query(condition=Comparison("colour", Operator.EQ, "red")))
        assert [problem.field for problem in refused.value.problems] == ["colour"]

    def test_a_deleted_thing_is_gone_and_its_name_is_free(self, store):
        with store.writing() as tx:
            add_all(tx, self.a("one", id="1"))
            self.of(tx).delete("1")
            assert self.of(tx).named("one") is None
            add_all(tx, self.a("one", id="2"))

    def test_deleting_what_is_not_there_is_not_found(self, store):
        with store.writing() as tx, pytest.raises(NotFound, match="'1'"):
            self.of(tx).delete("1")

    def test_what_pipelines_use_cannot_be_deleted_and_they_are_named(self, store):
        used = self.a("used")
        with store.writing() as tx:
            add_surroundings(tx)
            add_all(tx, used, *(a_pipeline(name, **self.using(used)) for name in ("second", "first")))
            with pytest.raises(Conflict, match="'used' is used by the pipeline 'first', the pipeline 'second'"):
                self.of(tx).delete(used.id)
            assert self.of(tx).get(used.id) == used

    def test_what_only_an_earlier_configuration_uses_can_be_deleted(self, store):
        used = self.a("used")
        pipeline = a_pipeline(**self.using(used))
        with store.writing() as tx:
            add_surroundings(tx)
            add_all(tx, used, pipeline)
            tx.pipelines.save(replace(pipeline, configuration=a_configuration(pipeline.id)))
            self.of(tx).delete(used.id)
            assert tx.pipelines.configuration(pipeline.configuration.id) == pipeline.configuration

    def test_what_only_a_deleted_pipeline_used_can_be_deleted(self, store):
        used = self.a("used")
        pipeline = a_pipeline(**self.using(used))
        with store.writing() as tx:
            add_surroundings(tx)
            add_all(tx, used, pipeline)
            tx.pipelines.delete(pipeline.id)
            self.of(tx).delete(used.id)

    @abstractmethod
    def using(self, thing):
        """The arguments of a pipeline that uses the thing."""


class ConnectorsConformance(NamedDocumentsConformance):
    def of(self, transaction):
        return transaction.connectors

    def a(self, name, **more):
        return a_connector(name, **more)

    def using(self, thing):
        return {"input": thing}

    def test_a_connector_that_is_an_output_cannot_be_deleted_either(self, store):
        first, second = a_connector("first", type="OUTPUT"), a_connector("second", type="OUTPUT")
        with store.writing() as tx:
            add_surroundings(tx)
            add_all(tx, first, second, a_pipeline(outputs=[first, second]))
            with pytest.raises(Conflict, match="the pipeline 'import'"):
                tx.connectors.delete(second.id)

    def test_a_connector_that_a_wrapper_uses_cannot_be_deleted_either(self, store):
        used = a_connector("used", type="OUTPUT")
        with store.writing() as tx:
            add_all(tx, used, a_wrapper("pump", destination={"connector_id": used.id}))
            with pytest.raises(Conflict, match="the wrapper 'pump'"):
                tx.connectors.delete(used.id)

    def test_a_configuration_keeps_the_order_of_its_keys_and_the_kind_of_its_numbers(self, store):
        configuration = {"zebra": 1, "aardvark": 1.0, "nested": {"y": 2**60, "x": [None, True, 1e-7]}}
        with store.writing() as tx:
            add_all(tx, a_connector("one", configuration=configuration))
            kept = tx.connectors.named("one").document.configuration
        assert repr(kept) == repr(configuration)


class TargetModelsConformance(NamedDocumentsConformance):
    def of(self, transaction):
        return transaction.target_models

    def a(self, name, **more):
        return a_target_model(name, **more)

    def using(self, thing):
        return {"model": thing}
