"""What every store promises of queries, as ``model.query`` says it."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline_exec.errors import ErrorType, InvalidDocument
from pipeline_exec.model.execution import Counts, ExecutionTrigger, Failure, SourceFile
from pipeline_exec.model.principal import PrincipalType
from pipeline_exec.model.query import AllOf, AnyOf, Comparison, Not, Operator, Ordering, Query
from pipeline_exec_tests.builders import (
    NOON,
    a_connector,
    a_pipeline,
    a_principal,
    a_target_model,
    a_wrapper,
    add_all,
    add_surroundings,
    an_execution,
)

ADA = a_principal("ada", name="Ada")
ACME = a_principal("acme", name="Acme", type=PrincipalType.SUB_ORG)


def source(name, size=10):
    return SourceFile(name=name, path=f"in/{name}", size=size, fingerprint=f"sha256:{name}")


def counted(execution, rows, errors=0):
    counts = Counts(total_rows=rows, total_cells=2 * rows, total_error_cells=errors, total_error_rows=errors)
    return replace(execution, log=replace(execution.log, counts=counts))


def executions():
    """Four executions called by the names of their files: one succeeded, one failed, one runs, one is a wrapper's."""
    hours = [NOON + timedelta(hours=number) for number in range(4)]
    daily, hourly = a_pipeline("daily"), a_pipeline("hourly")
    failure = Failure(type=ErrorType.PARSING_FAILURE, message="The file is 50% _binary_. Send text.")
    return [
        counted(an_execution(daily, by=ADA, at=hours[0], execution_id="a", source=source("Äpfel.csv")), 9).succeeded(
            hours[0] + timedelta(seconds=2)
        ),
        counted(
            an_execution(
                daily,
                by=ACME,
                at=hours[1],
                execution_id="b",
                source=source("b.CSV", 200),
                trigger=ExecutionTrigger.EVENT,
            ),
            10,
            errors=3,
        ).failed(failure, hours[1] + timedelta(seconds=10)),
        an_execution(hourly, by=ADA, at=hours[2], execution_id="c", trigger=ExecutionTrigger.SCHEDULED),
        an_execution(wrapper=a_wrapper(), by=ADA, at=hours[3], execution_id="d", source=source("d.xlsx", 3)),
    ]


def is_(attribute, operator, value):
    return Comparison(attribute, Operator(operator), value)


EXECUTION_CASES = {
    "everything": (AllOf(), "dcba"),
    "nothing of no choices": (AnyOf(()), ""),
    "an id": (is_("id", "$eq", "b"), "b"),
    "a pipeline": (is_("pipeline", "$eq", "pipeline-daily"), "ba"),
    "a status": (is_("status", "$eq", "PROCESSING"), "dc"),
    "another status, also where the attribute is never empty": (is_("status", "$ne", "PROCESSING"), "ba"),
    "a list of statuses": (is_("status", "$in", ["FAILED", "SUCCESSFUL"]), "ba"),
    "a list written with commas": (is_("status", "$in", "FAILED, SUCCESSFUL"), "ba"),
    "a list of one that is no list": (is_("duration", "$in", 2000), "a"),
    "an empty list": (is_("status", "$in", []), ""),
    "none of an empty list": (is_("status", "$nin", []), "dcba"),
    "none of a list": (is_("trigger_type", "$nin", "EVENT,SCHEDULED"), "da"),
    "a creator by id": (is_("created_by.id", "$eq", "principal-acme"), "b"),
    "a creator by name": (is_("created_by.name", "$starts_with", "ac"), "b"),
    "a creator by identifier": (is_("created_by.identifier", "$eq", "ada"), "dca"),
    "a creator by type": (is_("created_by.type", "$eq", "SUB_ORG"), "b"),
    "a changer by type": (is_("updated_by.type", "$ne", "SUB_ORG"), "dca"),
    "a moment with an offset": (is_("created_at", "$gte", "2024-05-01T15:00:00+02:00"), "dcb"),
    "a moment in UTC": (is_("created_at", "$lt", "2024-05-01T13:00:00Z"), "a"),
    "a moment that is a day": (is_("created_at", "$gt", "2024-05-02"), ""),
    "a moment that is a datetime": (is_("updated_at", "$lte", datetime(2024, 5, 1, 12, 0, 2, tzinfo=UTC)), "a"),
    "no error": (is_("error.type", "$null", True), "dca"),
    "some error, said in a query string": (is_("error.type", "$null", "false"), "b"),
    "an error that equals nothing": (is_("error.type", "$eq", None), "dca"),
    "an error among nothing and something": (is_("error.type", "$in", [None, "PARSING_FAILURE"]), "dcba"),
    "another error than one: those without have another": (is_("error.type", "$ne", "CANCELED"), "dcba"),
    "another than the error there is": (is_("error.type", "$ne", "PARSING_FAILURE"), "dca"),
    "none of some errors": (is_("error.type", "$nin", "PARSING_FAILURE"), "dca"),
    "a message with a percent sign that is one": (is_("error.message", "$contains", "0% _"), "b"),
    "a message without such a percent sign": (is_("error.message", "$contains", "f%5"), ""),
    "a source in any case": (is_("source.name", "$contains", ".csv"), "ba"),
    "a source in any case beyond ASCII": (is_("source.name", "$starts_with", "äPF"), "a"),
    "a source that starts otherwise": (is_("source.name", "$starts_with", "csv"), ""),
    "a source by path": (is_("source.path", "$eq", "in/b.CSV"), "b"),
    "a source by fingerprint": (is_("source.fingerprint", "$eq", "sha256:d.xlsx"), "d"),
    "a size as a number": (is_("source.size", "$gt", 10), "b"),
    "a size as text that is compared as a number": (is_("source.size", "$gt", "9"), "ba"),
    "no source": (is_("source.name", "$null", "true"), "c"),
    "a duration": (is_("duration", "$lte", "2000"), "a"),
    "a start": (is_("started_on", "$gt", "2024-05-01T14:30:00"), "d"),
    "rows": (is_("data.total_rows", "$gte", "10"), "b"),
    "rows without their prefix": (is_("total_rows", "$lt", 10), "a"),
    "cells": (is_("data.total_cells", "$in", "18,20"), "ba"),
    "erroneous cells": (is_("data.total_error_cells", "$eq", 3), "b"),
    "erroneous rows, at least": (is_("total_error_rows", "$gt", 0.5), "b"),
    "a number too large for any column": (is_("total_rows", "$lt", 10**30), "ba"),
    "of a wrapper": (is_("wrapper", "$eq", "wrapper-sensor"), "d"),
    "of no wrapper": (is_("wrapper", "$null", True), "cba"),
    "all of several": (AllOf((is_("status", "$eq", "PROCESSING"), is_("wrapper", "$null", True))), "c"),
    "any of several": (AnyOf((is_("id", "$eq", "a"), is_("total_rows", "$eq", 10))), "ba"),
    "not one": (Not(is_("status", "$eq", "PROCESSING")), "ba"),
    "not one, also where there is no value": (Not(is_("total_rows", "$gt", 9)), "dca"),
    "not all, also where there is no value": (
        Not(AllOf((is_("total_rows", "$gt", 9), is_("status", "$eq", "FAILED")))),
        "dca",
    ),
    "not not": (Not(Not(is_("total_rows", "$gt", 9))), "b"),
}

REFUSALS = {
    "an unknown attribute": (is_("error.colour", "$eq", "x"), "There is no attribute 'error.colour'"),
    "an object that is no attribute": (is_("error", "$eq", "x"), "There is no attribute 'error'"),
    "a word that is no choice": (is_("status", "$eq", "DONE"), "status is one of PROCESSING, SUCCESSFUL, FAILED"),
    "a list with such a word": (is_("status", "$in", "FAILED,DONE"), "not 'DONE'"),
    "a number that is none": (is_("duration", "$gt", "long"), "duration wants a number, not 'long'"),
    "a number that is not finite": (is_("duration", "$gt", "nan"), "duration wants a number"),
    "a truth value for a number": (is_("duration", "$eq", True), "duration wants a number, not True"),
    "a number for text": (is_("id", "$eq", 7), "id wants text, not 7"),
    "an object for text": (is_("id", "$eq", {"a": 1}), "id wants text"),
    "a moment that is none": (is_("created_at", "$gt", "yesterday"), "created_at wants a moment"),
    "a moment outside time": (is_("created_at", "$gt", "0001-01-01T00:00:00+23:00"), "created_at wants a moment"),
    "a null that is no truth value": (is_("error.type", "$null", "maybe"), "error.type wants true or false"),
    "a search in numbers": (is_("duration", "$contains", "1"), "duration is not text"),
    "a search for a number": (is_("id", "$contains", 1), "id wants text, not 1"),
    "a comparison with nothing": (is_("duration", "$gt", None), "duration wants a number, not None"),
    "a list too long": (is_("id", "$in", ["a"] * 1001), "id takes at most 1,000 values"),
    "a filter too deep": (
        # Deep enough to end Python's stack if it were followed.
        __import__("functools").reduce(lambda inner, _: Not(inner), range(5000), is_("id", "$eq", "a")),
        "asks too much",
    ),
    "a filter too wide": (AllOf((is_("id", "$eq", "a"),) * 501), "asks too much"),
}


def cases(table):
    return [pytest.param(*case, id=name) for name, case in table.items()]


def names(page):
    return "".join(execution.id for execution in page.items)


class QueriesConformance:
    @pytest.fixture
    def of_executions(self, store):
        """A store with the four executions."""
        with store.writing() as tx:
            add_surroundings(tx)
            add_all(tx, ADA, ACME, a_pipeline("daily"), a_pipeline("hourly"))
            for execution in executions():
                started = replace(execution, status="PROCESSING", failure=None)
                tx.executions.add(
                    replace(started, log=replace(execution.log, status="PROCESSING", ended_at=None, failure=None))
                )
                if execution.is_finished:
                    tx.executions.finish(execution)
        return store

    @pytest.mark.parametrize(("condition", "expected"), cases(EXECUTION_CASES))
    def test_a_condition_finds(self, of_executions, condition, expected):
        with of_executions.reading() as tx:
            page = tx.executions.find(Query(condition=condition))
        assert names(page) == expected
        assert page.total == len(expected)

    @pytest.mark.parametrize(("condition", "message"), cases(REFUSALS))
    def test_a_condition_is_refused(self, store, condition, message):
        with store.reading() as tx, pytest.raises(InvalidDocument) as refused:
            tx.executions.find(Query(condition=condition))
        assert message in refused.value.message

    @pytest.mark.parametrize(
        ("orderings", "expected"),
        [
            pytest.param((), "abcd", id="none, by id"),
            pytest.param((Ordering("created_at"),), "abcd", id="oldest first"),
            pytest.param((Ordering("created_by.name"), Ordering("created_at", True)), "bdca", id="two attributes"),
            pytest.param((Ordering("source.size"),), "dabc", id="numbers, what has none last"),
            pytest.param((Ordering("source.size", True),), "badc", id="numbers downwards, what has none still last"),
            pytest.param((Ordering("status", True), Ordering("id")), "acdb", id="words downwards"),
        ],
    )
    def test_an_ordering_sorts(self, of_executions, orderings, expected):
        with of_executions.reading() as tx:
            assert names(tx.executions.find(Query(orderings=orderings))) == expected

    def test_an_ordering_by_what_is_not_there_is_refused(self, store):
        with store.reading() as tx, pytest.raises(InvalidDocument, match="no attribute 'colour'"):
            tx.executions.find(Query(orderings=(Ordering("colour"),)))

    @pytest.mark.parametrize("descending", [False, True], ids=["upwards", "downwards"])
    def test_pages_never_repeat_or_skip_though_all_are_alike(self, store, descending):
        pipeline = a_pipeline()
        with store.writing() as tx:
            add_surroundings(tx)
            add_all(tx, pipeline, *(an_execution(pipeline) for _ in range(7)))
        seen, orderings = [], (Ordering("created_at", descending),)
        with store.reading() as tx:
            for offset in range(0, 9, 3):
                page = tx.executions.find(Query(orderings=orderings, offset=offset, limit=3))
                assert page.total == 7
                seen += [execution.id for execution in page.items]
        assert seen == sorted(seen, reverse=descending)
        assert len(set(seen)) == 7

    def test_a_page_beyond_the_end_is_empty_and_knows_the_total(self, of_executions):
        with of_executions.reading() as tx:
            page = tx.executions.find(Query(offset=100))
            assert (list(page.items), page.total) == ([], 4)
            assert tx.executions.find(Query(limit=0)).total == 4

    @pytest.mark.parametrize(
        ("condition", "expected"),
        cases(
            {
                "a word": (is_("node_type", "$eq", "FTP"), ["ftp"]),
                "an empty attribute": (is_("trigger_type", "$null", True), ["http"]),
                "text in the configuration": (is_("configuration.host", "$contains", "EXAMPLE"), ["ftp"]),
                "a number in the configuration": (is_("configuration.port", "$eq", 2121), ["ftp"]),
                "a number written as text": (is_("configuration.port", "$in", "21,2121"), ["ftp"]),
                "numbers compare as numbers": (is_("configuration.port", "$gt", "300"), ["ftp", "http"]),
                "text that looks like a number": (is_("configuration.zip", "$eq", "8000"), ["http"]),
                "a truth value": (is_("configuration.recursive", "$eq", True), ["ftp"]),
                "a truth value written as text": (is_("configuration.recursive", "$eq", "false"), ["local"]),
                "something deeper": (is_("configuration.auth.type", "$eq", "BASIC"), ["http"]),
                "nothing deeper": (is_("configuration.auth.realm", "$null", True), ["ftp", "http", "local"]),
                "an object is something": (is_("configuration.auth", "$null", False), ["http"]),
                "a null is nothing": (is_("configuration.path", "$null", True), ["ftp", "http"]),
                "another value, also where there is none": (
                    is_("configuration.port", "$ne", 21),
                    ["ftp", "http", "local"],
                ),
                "a key with a dash": (is_("configuration.x-key", "$eq", "v"), ["http"]),
                "a text with a NUL": (is_("configuration.zip", "$eq", "\x00"), []),
                "a level": (is_("permissions.level", "$eq", "PUBLIC"), ["ftp"]),
            }
        ),
    )
    def test_connectors_are_found_by_any_attribute(self, store, condition, expected):
        with store.writing() as tx:
            add_all(
                tx,
                a_connector("local", configuration={"path": "/in", "recursive": False}),
                a_connector(
                    "ftp",
                    node_type="FTP",
                    level="PUBLIC",
                    configuration={"path": None, "host": "ftp.example.com", "port": 2121, "recursive": True},
                ),
                a_connector(
                    "http",
                    type="OUTPUT",
                    node_type="HTTP",
                    configuration={"auth": {"type": "BASIC"}, "port": 443.5, "zip": "8000", "x-key": "v"},
                ),
            )
        with store.reading() as tx:
            page = tx.connectors.find(Query(condition=condition, orderings=(Ordering("name"),)))
        assert [connector.document.name for connector in page.items] == expected

    @pytest.mark.parametrize(
        "attribute",
        ['configuration."x', "configuration.a'b", "configuration.", "configuration.a..b", "configuration", "name.x"],
    )
    def test_a_path_that_is_none_is_refused(self, store, attribute):
        with store.reading() as tx, pytest.raises(InvalidDocument, match="There is no attribute"):
            tx.connectors.find(Query(condition=is_(attribute, "$eq", "x")))

    def test_the_attributes_there_are_are_listed_once_each(self, store):
        with store.reading() as tx, pytest.raises(InvalidDocument) as refused:
            tx.connectors.find(Query(condition=is_("colour", "$eq", "x")))
        listed = refused.value.remedy.removeprefix("Ask about one of: ").removesuffix(".").split(", ")
        assert len(listed) == len(set(listed))

    def test_connectors_are_sorted_by_what_is_in_their_configuration(self, store):
        ports = {"none": {}, "large": {"port": 1000}, "small": {"port": 21}, "text": {"port": "any"}}
        with store.writing() as tx:
            add_all(tx, *(a_connector(name, configuration=configuration) for name, configuration in ports.items()))
        with store.reading() as tx:
            page = tx.connectors.find(Query(orderings=(Ordering("configuration.port"),)))
        assert [connector.document.name for connector in page.items] == ["small", "large", "text", "none"]

    @pytest.mark.parametrize(
        ("condition", "expected"),
        cases(
            {
                "a column's key": (is_("columns.key", "$eq", "age"), ["people"]),
                "some of several keys": (is_("columns.key", "$in", "age,price"), ["goods", "people"]),
                "no column with the key": (is_("columns.key", "$ne", "age"), ["goods"]),
                "a column's type": (is_("columns.column_type", "$eq", "category"), ["goods"]),
                "a required column": (is_("columns.required", "$eq", "true"), ["people"]),
                "an option of a column": (is_("columns.options.value", "$eq", "XL"), ["goods"]),
                "another name of a column": (is_("columns.alternative_matches", "$contains", "ALTER"), ["people"]),
                "a check's type": (is_("columns.validations.type", "$eq", "MIN"), ["people"]),
                "a check's argument": (is_("columns.validations.min", "$gte", 18), ["people"]),
                "no check with the argument": (is_("columns.validations.max", "$null", True), ["goods", "people"]),
                "some check with the argument": (is_("columns.validations.min", "$null", False), ["people"]),
            }
        ),
    )
    def test_models_are_found_by_what_one_of_their_columns_is(self, store, condition, expected):
        age = {
            "key": "age",
            "column_type": "int",
            "required": True,
            "alternative_matches": ["Alter", "years"],
            "validations": [{"type": "MIN", "min": 18}, {"type": "REGEX", "pattern": "x"}],
        }
        size = {"key": "size", "column_type": "category", "options": [{"label": "large", "value": "XL"}]}
        with store.writing() as tx:
            add_all(
                tx,
                a_target_model(columns=[{"key": "name"}, age]),
                a_target_model("goods", columns=[size, {"key": "price"}]),
            )
        with store.reading() as tx:
            page = tx.target_models.find(Query(condition=condition, orderings=(Ordering("name"),)))
        assert [model.document.name for model in page.items] == expected

    def test_there_is_no_order_among_lists(self, store):
        with store.reading() as tx, pytest.raises(InvalidDocument, match=r"columns\.key is a list"):
            tx.target_models.find(Query(orderings=(Ordering("columns.key"),)))

    @pytest.mark.parametrize(
        ("condition", "expected"),
        cases(
            {
                "its job name": (is_("slug", "$eq", "weekly"), ["weekly"]),
                "whether it is active": (is_("active", "$eq", "false"), ["weekly"]),
                "its configuration": (is_("configuration.id", "$eq", "pipeline-plain-1"), ["plain"]),
                "its model": (is_("configuration.tdm", "$eq", "model-people"), ["plain", "weekly"]),
                "its input": (is_("configuration.input_connectors", "$eq", "connector-other"), ["weekly"]),
                "one of its outputs": (is_("configuration.output_connectors", "$in", ["connector-other"]), ["plain"]),
                "a mode": (is_("configuration.developer_mode", "$eq", True), ["weekly"]),
                "a number": (is_("configuration.error_config.error_threshold", "$gt", "9"), ["weekly"]),
                "a choice": (is_("configuration.error_config.on_error", "$eq", "KEEP"), ["weekly"]),
                "text, where it might be a number": (
                    is_("configuration.read_options.header_row", "$eq", "auto"),
                    ["plain"],
                ),
                "a number, where it might be text": (
                    is_("configuration.read_options.header_row", "$lt", 10),
                    ["weekly"],
                ),
                "a moment": (
                    is_("configuration.schedule_config.starts_on", "$eq", "2024-05-01T04:00:00Z"),
                    ["weekly"],
                ),
                "a moment before another": (
                    is_("configuration.schedule_config.starts_on", "$lt", "2024-05-01T05:00:00"),
                    ["weekly"],
                ),
                "no schedule": (is_("configuration.schedule_config.frequency", "$null", True), ["plain"]),
                "a template of a file name": (
                    is_("configuration.output_options.file_name", "$starts_with", "{DATE"),
                    ["weekly"],
                ),
                "a mapped column": (
                    is_("configuration.mapping_config.mappings.target_column", "$eq", "age"),
                    ["weekly"],
                ),
                "a mapped source": (
                    is_("configuration.mapping_config.mappings.source_columns", "$eq", "Alter"),
                    ["weekly"],
                ),
                "a step's argument": (
                    is_("configuration.mapping_config.mappings.transformations.to", "$eq", "upper"),
                    ["weekly"],
                ),
            }
        ),
    )
    def test_pipelines_are_found_by_any_attribute_of_their_configuration(self, store, condition, expected):
        other, outbox = a_connector("other"), a_connector("outbox", type="OUTPUT")
        plain = a_pipeline("plain", outputs=[outbox, other])
        weekly = a_pipeline(
            "weekly",
            active=False,
            input=other,
            developer_mode=True,
            error_config={"error_threshold": 10, "on_error": "KEEP"},
            read_options={"header_row": 3},
            schedule_config={"frequency": "WEEKLY", "starts_on": "2024-05-01T06:00:00+02:00"},
            output_options={"file_name": "{date}"},
            mapping_config={
                "mappings": [
                    {"target_column": "name"},
                    {
                        "target_column": "age",
                        "source_columns": ["years", "Alter"],
                        "transformations": [{"type": "TRIM"}, {"type": "CASE", "to": "upper"}],
                    },
                ]
            },
        )
        with store.writing() as tx:
            add_surroundings(tx)
            add_all(tx, other, plain, weekly)
        with store.reading() as tx:
            page = tx.pipelines.find(Query(condition=condition, orderings=(Ordering("name"),)))
        assert [pipeline.name for pipeline in page.items] == expected

    @given(text=st.text(), other=st.text())
    def test_any_text_is_kept_and_found_again(self, store, text, other):
        kept = f"x{text}"
        with store.writing() as tx:
            if tx.connectors.named("text") is None:
                add_all(tx, a_connector("text"))
            tx.connectors.save(a_connector("text", configuration={"text": kept, kept: [kept]}))
            assert tx.connectors.named("text").document.configuration == {"text": kept, kept: [kept]}
            found = [
                tx.connectors.find(Query(condition=is_("configuration.text", operator, value))).total
                for operator, value in (
                    ("$eq", kept),
                    ("$contains", text),
                    ("$in", [other, kept]),
                    ("$starts_with", kept),
                )
            ]
        assert found == [1, 1, 1, 1]
