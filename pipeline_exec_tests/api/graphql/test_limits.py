"""Limits: what one operation may ask, however it is written."""

import time

import pytest

from pipeline_exec.api.graphql.limits import DEEPEST, MOST_ALIASES, MOST_TOKENS

INTROSPECTION = """
query IntrospectionQuery {
  __schema {
    queryType { name } mutationType { name } subscriptionType { name }
    types { ...FullType }
    directives { name description locations args { ...InputValue } }
  }
}
fragment FullType on __Type {
  kind name description
  fields(includeDeprecated: true) { name args { ...InputValue } type { ...TypeRef } isDeprecated deprecationReason }
  inputFields { ...InputValue } interfaces { ...TypeRef }
  enumValues(includeDeprecated: true) { name description isDeprecated deprecationReason }
  possibleTypes { ...TypeRef }
}
fragment InputValue on __InputValue { name description type { ...TypeRef } defaultValue }
fragment TypeRef on __Type {
  kind name ofType { kind name ofType { kind name ofType { kind name ofType { kind name ofType {
  kind name ofType { kind name ofType { kind name ofType { kind name ofType { kind name } } } } } } } } }
}
"""


def nested(levels):
    """A condition inside a condition, so many levels deep."""
    return "{not:" * levels + "{status:{eq:FAILED}}" + "}" * levels


def test_what_tools_introspect_is_allowed(graph):
    assert graph.ask(INTROSPECTION)["__schema"]["subscriptionType"] == {"name": "Subscription"}


def test_introspection_that_multiplies_itself_is_refused(graph):
    around = "fields { type { " * 4 + "name" + " } }" * 4
    assert graph.refused(f"{{ __schema {{ types {{ {around} }} }} }}")["message"] == (
        "Maximum introspection depth exceeded"
    )


def test_the_deepest_operation_there_is_is_allowed(graph):
    deepest = "{ executions { edges { node { pipeline { configuration { tdm { columns { options { label }}}}}}}}}"
    assert graph.ask(deepest)["executions"] == {"edges": []}


def test_an_operation_that_is_too_deep_is_refused(graph):
    levels = DEEPEST + 1
    errors = graph.post("{ executions " + "{ nodes " * (levels - 2) + "{ id }" + " }" * (levels - 1)).json()["errors"]
    assert f"The operation is {levels} levels deep; {DEEPEST} are allowed." in [error["message"] for error in errors]


def test_an_operation_with_too_many_aliases_is_refused(graph):
    aliases = " ".join(f"a{number}: me {{ id }}" for number in range(MOST_ALIASES + 1))
    error = graph.refused(f"{{ {aliases} }}")
    assert error["message"] == f"The operation has {MOST_ALIASES + 1} aliases; {MOST_ALIASES} are allowed."


def test_aliases_in_fragments_count_wherever_they_are_spread(graph):
    spread = "fragment Two on Principal { a: id b: id } "
    spreads = MOST_ALIASES // 2 + 1
    asked = " ".join(["me { ...Two }"] * spreads)
    assert f"{2 * spreads} aliases" in graph.refused(f"{spread} {{ {asked} }}")["message"]


def test_an_operation_with_too_many_words_is_refused(graph):
    error = graph.refused("{ me { " + "id " * MOST_TOKENS + "} }")
    assert str(MOST_TOKENS) in error["message"]


def test_fragments_that_spread_one_another_twice_are_measured_at_once(graph):
    doubling = " ".join(f"fragment F{n} on Principal {{ ...F{n + 1} ...F{n + 1} }}" for n in range(60))
    started = time.process_time()
    answer = graph.ask(f"{{ me {{ ...F0 }} }} {doubling} fragment F60 on Principal {{ name }}")
    assert answer == {"me": {"name": "Ada"}}
    assert time.process_time() - started < 5


def test_fragments_that_spread_themselves_are_refused(graph):
    error = graph.refused("{ me { ...F } } fragment F on Principal { ...F }")
    assert "Cannot spread fragment 'F' within itself" in error["message"]


def test_a_fragment_that_is_not_there_is_refused(graph):
    assert graph.refused("{ me { ...F } }")["message"] == "Unknown fragment 'F'."


@pytest.mark.parametrize(
    "operation",
    [
        pytest.param("{ me " * 400 + "}" * 400, id="fields"),
        pytest.param(f"{{ executions(filter: {nested(400)}) {{ totalCount }} }}", id="values"),
    ],
)
def test_what_is_nested_too_deeply_to_be_read_is_refused_without_a_defect(graph, operation, caplog):
    answer = graph.post(operation).json()
    assert all(error.get("extensions", {}).get("code") != "INTERNAL_SERVER_ERROR" for error in answer["errors"])
    assert not caplog.records


def test_a_variable_that_is_nested_too_deeply_is_refused_without_a_defect(graph, caplog):
    condition = {"status": {"eq": "FAILED"}}
    for _ in range(300):
        condition = {"not": condition}
    asked = "query ($filter: ExecutionFilter) { executions(filter: $filter) { totalCount } }"
    assert graph.refused(asked, filter=condition)["message"] == "Variable values are nested too deeply."
    assert not caplog.records


@pytest.mark.parametrize("levels", [100, 500, 900])
def test_json_that_is_nested_too_deeply_is_refused_without_a_defect(graph, levels, caplog):
    path = []
    for _ in range(levels):
        path = [path]
    asked = """
    mutation ($configuration: JSON) {
      createConnector(input: {name: "deep", type: OUTPUT, nodeType: LOCAL, configuration: $configuration}) {
        __typename ... on Problem { message }
      }
    }
    """
    answer = graph.post(asked, configuration={"path": path}).json()
    assert "deep" in str(answer) or "path" in str(answer)
    assert not caplog.records


@pytest.mark.parametrize(
    "body",
    [
        pytest.param(b"", id="nothing"),
        pytest.param(b"[]", id="a list"),
        pytest.param(b'"text"', id="text"),
        pytest.param(b"{}", id="no query"),
        pytest.param(b'{"query": 5}', id="a query that is a number"),
        pytest.param(b'{"query": null}', id="a query that is null"),
        pytest.param(b'{"query": "{ me { id } }", "variables": 5}', id="variables that are a number"),
        pytest.param(b'{"query": "{ me { id } }", "variables": [1]}', id="variables that are a list"),
        pytest.param(b'{"query": "{ me { id } }", "operationName": "other"}', id="an operation that is not there"),
        pytest.param(b'{"query": "{ me { id } }", "operationName": {}}', id="an operation without a name"),
        pytest.param(b'{"query": "\xff"}', id="no UTF-8"),
        pytest.param(b'{"query": "{ me { id } }", "variables": ' + b"[" * 100_000, id="nested without end"),
    ],
)
def test_what_is_no_operation_is_refused_without_a_defect(graph, body, caplog):
    answer = graph.client.post("/graphql", content=body, headers={"Content-Type": "application/json"})
    assert answer.status_code in (200, 400), answer.text
    if answer.status_code == 200:
        assert "INTERNAL" not in answer.json()["errors"][0].get("extensions", {}).get("code", "")
    assert not caplog.records
