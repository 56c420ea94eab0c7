"""Data is looked at through the facade: what a source gives, and what a pipeline would make of it."""

import pytest

PREVIEW = """
mutation ($id: ID!, $rows: Int! = 100, $sample: SampleInput, $options: ReadOptionsInput) {
  previewPipeline(id: $id, rows: $rows, sample: $sample, readOptions: $options) {
    __typename
    ... on Preview {
      dialect columns rows
      mapping { targetColumn sourceColumns method score }
      errors { row column value code }
      guesses { column text option }
      counts { totalRows totalCells totalErrorCells totalErrorRows }
    }
    ... on Problem { message }
    ... on ValidationProblem { errors { field } }
  }
}
"""

SAMPLE = """
mutation ($id: ID!, $rows: Int! = 100, $options: ReadOptionsInput) {
  sampleConnector(id: $id, rows: $rows, readOptions: $options) {
    __typename
    ... on SourceSample {
      name path size truncated passedOver { path size reason } dialect columns rows files { path size } totalFiles
    }
    ... on Problem { message }
  }
}
"""

SOME = "name,age\nAda,36\nGrace,old\nAlan,41\n"


def asked(api, operation, field, **variables):
    answer = api.client.post("/graphql", json={"query": operation, "variables": variables}).json()
    assert "errors" not in answer, answer
    return answer["data"][field]


def source_of(api, pipeline):
    return api.layer.pipelines.get(pipeline.id).configuration.document.input_connectors[0]


def test_both_facades_show_the_same_preview(api):
    pipeline = api.a_pipeline().receives(SOME)

    graph = asked(api, PREVIEW, "previewPipeline", id=pipeline.id, rows=2)
    rest = api.client.post(f"/dp/api/v1/pipeline/{pipeline.id}/preview", params={"rows": 2}).json()["data"]

    assert graph["columns"] == ["name", "age"]
    assert [dict(zip(graph["columns"], row, strict=True)) for row in graph["rows"]] == rest["rows"]
    assert {each["targetColumn"]: each["sourceColumns"] for each in graph["mapping"]} == rest["sources"]
    assert graph["errors"] == [
        {name: each[name] for name in ("row", "column", "value", "code")} for each in rest["errors"]
    ]
    assert [each["method"] for each in graph["mapping"]] == ["KEY", "KEY"]
    assert list(graph["counts"].values()) == list(rest["data"].values())
    assert graph["dialect"] == rest["dialect"]


def test_both_facades_say_which_options_were_guessed(api):
    option = {"label": "Red", "value": "red"}
    colour = {"key": "name", "column_type": "category", "options": [option], "options_matching": "FUZZY"}
    pipeline = api.a_pipeline(columns=[colour | {"options_threshold": 70}]).receives("name\nRed\nRedd\nblue\n")

    graph = asked(api, PREVIEW, "previewPipeline", id=pipeline.id)
    rest = api.client.post(f"/dp/api/v1/pipeline/{pipeline.id}/preview").json()["data"]

    assert graph["guesses"] == [{"column": "name", "text": "Redd", "option": "red"}]
    assert rest["guesses"] == {"name": {"Redd": "red"}}
    assert [each["value"] for each in rest["errors"]] == ["blue"]


def test_how_it_is_read_may_be_said(api):
    pipeline = api.a_pipeline().receives("a;b\nname,age\nAda,36\n")
    source = api.layer.pipelines.get(pipeline.id).configuration.document.input_connectors[0]
    options = {"headerRow": 2, "delimiter": ","}

    for shown in (
        asked(api, PREVIEW, "previewPipeline", id=pipeline.id, options=options),
        asked(api, SAMPLE, "sampleConnector", id=source, options=options),
    ):
        assert (shown["columns"], shown["rows"]) == (["name", "age"], [["Ada", "36"]])


def test_a_sample_is_looked_at_in_place_of_the_source(api):
    pipeline = api.a_pipeline()

    shown = asked(api, PREVIEW, "previewPipeline", id=pipeline.id, sample={"name": "people.csv", "text": SOME})

    assert shown["rows"] == [["Ada", "36"], ["Grace", "old"], ["Alan", "41"]]
    assert [error["code"] for error in shown["errors"]] == ["type.int"]


def test_both_facades_show_the_same_of_a_source(api):
    pipeline = api.a_pipeline().receives(SOME)
    source = source_of(api, pipeline)

    graph = asked(api, SAMPLE, "sampleConnector", id=source, rows=1)
    rest = api.client.get(f"/dp/api/v1/connector/{source}/data", params={"rows": 1}).json()["data"]

    assert graph["rows"] == [["Ada", "36"]]
    for name in ("name", "path", "size", "truncated", "dialect", "columns", "files"):
        assert graph[name] == rest[name]
    assert graph["totalFiles"] == rest["total_files"] == 1
    assert graph["passedOver"] == rest["passed_over"] == []


@pytest.mark.parametrize(
    ("variables", "problem"),
    [
        pytest.param({"id": "absent"}, "NotFoundProblem", id="no pipeline"),
        pytest.param({}, "ConflictProblem", id="nothing at the source"),
        pytest.param({"rows": 1001}, "ValidationProblem", id="too many rows"),
        pytest.param({"sample": {"name": "a", "text": ""}}, "ValidationProblem", id="an empty sample"),
        pytest.param({"sample": {"name": "a", "text": "%PDF-1.4"}}, "ValidationProblem", id="not a table"),
    ],
)
def test_what_cannot_be_looked_at_is_a_typed_problem(api, variables, problem):
    pipeline = api.a_pipeline()
    assert asked(api, PREVIEW, "previewPipeline", **{"id": pipeline.id, **variables})["__typename"] == problem


def test_an_output_gives_no_sample(api):
    pipeline = api.a_pipeline()
    [sink] = api.layer.pipelines.get(pipeline.id).configuration.document.output_connectors
    assert "OUTPUT connector" in asked(api, SAMPLE, "sampleConnector", id=sink)["message"]
