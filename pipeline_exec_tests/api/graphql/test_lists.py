"""Lists: filters, orders and pages."""

from dataclasses import replace
from datetime import timedelta

import pytest

from pipeline_exec.errors import ErrorType
from pipeline_exec.model.execution import Counts, ExecutionTrigger, Failure, SourceFile
from pipeline_exec_tests.builders import (
    NOON,
    a_connector,
    a_pipeline,
    a_principal,
    a_target_model,
    an_execution,
)

NAMES = """
query ($filter: ExecutionFilter, $orderBy: [ExecutionOrder!]) {
  executions(filter: $filter, orderBy: $orderBy) { nodes { source { name } } }
}
"""


@pytest.fixture
def executions(graph):
    """Four of them, a minute apart: a and b succeeded, c failed, d is PROCESSING."""
    daily, weekly = graph.store(a_pipeline("daily")), graph.store(a_pipeline("weekly"))
    _execute(graph, "a", 0, daily, rows=10)
    _execute(graph, "b", 1, weekly, rows=3_000_000_000)
    _execute(graph, "c", 2, daily, rows=5, error=ErrorType.PARSING_FAILURE)
    _execute(graph, "d", 3, weekly)


def _execute(graph, name, minute, pipeline, rows=None, error=None):
    by = a_principal("bob@example.com", name="Bob") if minute == 3 else a_principal()
    at = NOON + timedelta(minutes=minute)
    source = SourceFile(name=name, path=f"/in/{name}", size=len(name), fingerprint="sha256:0")
    trigger = ExecutionTrigger.MANUAL if minute else ExecutionTrigger.SCHEDULED
    execution = graph.store(an_execution(pipeline, at=at, by=by, source=source, trigger=trigger))
    if rows is None:
        return
    counts = Counts(total_rows=rows, total_cells=2 * rows, total_error_cells=0, total_error_rows=0)
    counted = replace(execution, log=replace(execution.log, counts=counts))
    end = at + timedelta(seconds=minute + 1)
    with graph.layer.ports.store.writing() as tx:
        failure = Failure(type=error, message="Not read.") if error else None
        tx.executions.finish(counted.failed(failure, end) if failure else counted.succeeded(end))


def named(graph, **variables):
    return [node["source"]["name"] for node in graph.ask(NAMES, **variables)["executions"]["nodes"]]


@pytest.mark.parametrize(
    ("condition", "expected"),
    [
        pytest.param({}, "dcba", id="nothing"),
        pytest.param({"status": {"eq": "FAILED"}}, "c", id="equal"),
        pytest.param({"status": {"ne": "FAILED"}}, "dba", id="not equal"),
        pytest.param({"status": {"in": ["FAILED", "PROCESSING"]}}, "dc", id="one of"),
        pytest.param({"status": {"nin": ["FAILED", "PROCESSING"]}}, "ba", id="none of"),
        pytest.param({"pipelineId": {"eq": "pipeline-daily"}}, "ca", id="pipeline"),
        pytest.param({"error": {"type": {"eq": "PARSING_FAILURE"}}}, "c", id="nested"),
        pytest.param({"error": {"type": {"isNull": True}}}, "dba", id="null"),
        pytest.param({"error": {"type": {"eq": None}}}, "dba", id="equal to null"),
        pytest.param({"error": None, "status": {"eq": "FAILED"}}, "c", id="null asks nothing"),
        pytest.param({"counts": {"totalRows": {"gt": 2_999_999_999}}}, "b", id="beyond 32 bits"),
        pytest.param({"counts": {"totalRows": {"gte": 5, "lt": 11}}}, "ca", id="range"),
        pytest.param({"createdAt": {"lte": "2024-05-01T14:01:00+02:00"}}, "ba", id="moment with an offset"),
        pytest.param({"createdAt": {"gt": "2024-05-01T12:01:00"}}, "dc", id="moment without an offset"),
        pytest.param({"createdBy": {"name": {"startsWith": "b"}}}, "d", id="who made it"),
        pytest.param({"source": {"path": {"contains": "IN/C"}}}, "c", id="text"),
        pytest.param({"triggerType": {"eq": "SCHEDULED"}}, "a", id="trigger"),
        pytest.param({"duration": {"gt": 1000}}, "cb", id="duration"),
        pytest.param({"or": [{"status": {"eq": "FAILED"}}, {"source": {"name": {"eq": "a"}}}]}, "ca", id="or"),
        pytest.param({"or": []}, "", id="or of nothing"),
        pytest.param({"not": {"status": {"eq": "PROCESSING"}}}, "cba", id="not"),
        pytest.param({"status": {"eq": "SUCCESSFUL"}, "and": [{"counts": {"totalRows": {"lt": 11}}}]}, "a", id="and"),
    ],
)
@pytest.mark.usefixtures("executions")
def test_executions_are_filtered(graph, condition, expected):
    assert named(graph, filter=condition) == list(expected)


@pytest.mark.parametrize(
    ("order", "expected"),
    [
        pytest.param([], "dcba", id="newest first"),
        pytest.param([{"field": "CREATED_AT"}], "abcd", id="ascending unless told otherwise"),
        pytest.param([{"field": "TOTAL_ROWS", "direction": "DESC"}], "bacd", id="what has no value comes last"),
        pytest.param([{"field": "STATUS"}, {"field": "SOURCE_NAME", "direction": "DESC"}], "cdba", id="two"),
        pytest.param(
            [{"field": "CREATED_BY_NAME", "direction": "DESC"}, {"field": "SOURCE_NAME"}], "dabc", id="joined"
        ),
    ],
)
@pytest.mark.usefixtures("executions")
def test_executions_are_sorted(graph, order, expected):
    assert named(graph, orderBy=order) == list(expected)


@pytest.mark.usefixtures("executions")
@pytest.mark.parametrize(
    ("noun", "plural"),
    [
        ("Execution", "executions"),
        ("Pipeline", "pipelines"),
        ("Connector", "connectors"),
        ("TargetDataModel", "targetDataModels"),
    ],
)
def test_a_list_can_be_sorted_by_every_field_the_schema_offers(graph, noun, plural):
    fields = graph.ask(f'{{ __type(name: "{noun}OrderField") {{ enumValues {{ name }} }} }}')["__type"]["enumValues"]
    assert fields
    for field in fields:
        order = [{"field": field["name"]}]
        asked = f"query ($order: [{noun}Order!]) {{ {plural}(orderBy: $order) {{ totalCount }} }}"
        assert graph.ask(asked, order=order)[plural]["totalCount"]


@pytest.mark.parametrize(
    ("noun", "plural"),
    [
        ("Execution", "executions"),
        ("Pipeline", "pipelines"),
        ("Connector", "connectors"),
        ("TargetDataModel", "targetDataModels"),
    ],
)
def test_a_list_can_be_filtered_by_every_attribute_the_schema_offers(graph, noun, plural):
    for condition in _conditions(graph, f"{noun}Filter"):
        asked = f"query ($filter: {noun}Filter) {{ {plural}(filter: $filter) {{ totalCount }} }}"
        assert graph.ask(asked, filter=condition)[plural]["totalCount"] >= 0


def _conditions(graph, filter_name):
    """One condition for each attribute of a filter, and of those below it."""
    asked = "query ($name: String!) { __type(name: $name) { inputFields { name type { name } } } }"
    for field in graph.ask(asked, name=filter_name)["__type"]["inputFields"]:
        kind = field["type"]["name"] or ""
        if field["name"] in ("and", "or", "not"):
            continue
        if kind.endswith("Comparison"):
            yield {field["name"]: {"isNull": False}}
        else:
            yield from ({field["name"]: below} for below in _conditions(graph, kind))


def test_pipelines_are_found_by_what_they_use(graph):
    other = graph.store(a_connector("other"))
    graph.store(a_pipeline("one"))
    graph.store(a_pipeline("two", input=other, active=False))
    asked = "query ($filter: PipelineFilter) { pipelines(filter: $filter) { nodes { name } } }"

    for condition in (
        {"configuration": {"inputConnectors": {"eq": other.id}}},
        {"active": {"eq": False}},
        {"name": {"contains": "W"}},
    ):
        assert graph.ask(asked, filter=condition)["pipelines"]["nodes"] == [{"name": "two"}]


def test_target_data_models_are_found_by_their_columns(graph):
    graph.store(a_target_model("addresses", columns=[{"key": "city"}], level="PUBLIC"))
    asked = "query ($filter: TargetDataModelFilter) { targetDataModels(filter: $filter) { nodes { name } } }"
    for condition in ({"columns": {"key": {"eq": "city"}}}, {"permissions": {"level": {"eq": "PUBLIC"}}}):
        assert graph.ask(asked, filter=condition)["targetDataModels"]["nodes"] == [{"name": "addresses"}]


def test_connectors_are_found_by_what_they_are(graph):
    asked = "query ($filter: ConnectorFilter) { connectors(filter: $filter) { nodes { name } } }"
    for condition in ({"type": {"eq": "OUTPUT"}}, {"triggerType": {"isNull": True}}):
        assert graph.ask(asked, filter=condition)["connectors"]["nodes"] == [{"name": "outbox"}]


PAGE = """
query ($first: Int!, $after: String, $offset: Int = 0) {
  executions(first: $first, after: $after, offset: $offset, orderBy: [{field: SOURCE_NAME}]) {
    totalCount
    nodes { source { name } }
    edges { cursor node { source { name } } }
    pageInfo { hasNextPage hasPreviousPage startCursor endCursor }
  }
}
"""


@pytest.mark.usefixtures("executions")
def test_cursors_lead_through_all_pages_once(graph):
    seen, after = [], None
    while True:
        page = graph.ask(PAGE, first=3, after=after)["executions"]
        assert page["totalCount"] == 4
        assert page["nodes"] == [edge["node"] for edge in page["edges"]]
        assert page["pageInfo"]["hasPreviousPage"] is (after is not None)
        seen += [node["source"]["name"] for node in page["nodes"]]
        after = page["pageInfo"]["endCursor"]
        if not page["pageInfo"]["hasNextPage"]:
            break
    assert seen == list("abcd")


@pytest.mark.usefixtures("executions")
def test_the_cursor_of_any_edge_is_a_place_to_go_on_from(graph):
    edges = graph.ask(PAGE, first=4)["executions"]["edges"]
    page = graph.ask(PAGE, first=1, after=edges[1]["cursor"])["executions"]
    assert [node["source"]["name"] for node in page["nodes"]] == ["c"]
    assert page["pageInfo"] == {
        "hasNextPage": True,
        "hasPreviousPage": True,
        "startCursor": edges[2]["cursor"],
        "endCursor": edges[2]["cursor"],
    }


@pytest.mark.usefixtures("executions")
def test_an_offset_jumps_to_a_page(graph):
    assert graph.ask(PAGE, first=2, offset=2)["executions"]["nodes"] == [{"source": {"name": n}} for n in "cd"]


@pytest.mark.usefixtures("executions")
def test_a_page_of_nothing_still_counts(graph):
    page = graph.ask(PAGE, first=0)["executions"]
    assert (page["totalCount"], page["nodes"], page["pageInfo"]["endCursor"]) == (4, [], None)


@pytest.mark.parametrize(
    ("arguments", "argument"),
    [
        pytest.param({"first": 501}, "first", id="too many"),
        pytest.param({"first": -1}, "first", id="fewer than none"),
        pytest.param({"first": 1, "after": "row:1"}, "after", id="a cursor that is not ours"),
        pytest.param({"first": 1, "after": "cm93Oi0x"}, "after", id="a cursor before the beginning"),
        pytest.param({"first": 1, "after": "é"}, "after", id="a cursor that is not even ASCII"),
        pytest.param({"first": 1, "offset": -1}, "offset", id="an offset before the beginning"),
    ],
)
def test_a_page_that_cannot_be_is_refused(graph, arguments, argument):
    error = graph.refused(PAGE, **arguments)
    assert error["extensions"]["code"] == "BAD_USER_INPUT"
    assert [problem["field"] for problem in error["extensions"]["errors"]] == [argument]


def test_a_filter_that_asks_too_much_is_refused(graph):
    condition = {"or": [{"status": {"eq": "FAILED"}}] * 501}
    error = graph.refused(NAMES, filter=condition)
    assert error["message"].startswith("The filter asks too much at once.")
    assert error["extensions"]["code"] == "BAD_USER_INPUT"


@pytest.mark.parametrize("moment", ["yesterday", "2024-13-01", 12, ""])
def test_what_is_not_a_moment_is_refused_by_name(graph, moment):
    error = graph.refused(NAMES, filter={"createdAt": {"gt": moment}})
    assert "is not a moment such as 2024-12-31T23:59:59Z." in error["message"]
