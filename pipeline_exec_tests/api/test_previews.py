"""A file is looked at with a pipeline: nothing is executed, nothing is kept."""

import pytest

from pipeline_exec_tests.api.conftest import an_api

SOME = "name,age\nAda,36\nGrace,old\nAlan,41\n"


@pytest.fixture(scope="module")
def pipeline(api):
    mapping = {
        "source_columns": ["name"],
        "target_column": "name",
        "transformations": [{"type": "CASE", "to": "upper"}],
    }
    return api.a_pipeline(mapping_config={"mappings": [mapping]}).id


def look(api, pipeline, **sent):
    return api.client.post(f"/dp/api/v1/pipeline/{pipeline}/preview", **sent)


@pytest.mark.parametrize(
    "sent",
    [
        pytest.param({"content": SOME, "headers": {"X-File-Name": "people.csv"}}, id="raw"),
        pytest.param({"files": {"file": ("people.csv", SOME)}}, id="multipart"),
    ],
)
def test_a_preview_shows_how_a_file_is_read_mapped_and_checked(api, pipeline, sent):
    answer = look(api, pipeline, **sent, params={"rows": 2})

    assert answer.status_code == 200, answer.text
    shown = answer.json()["data"]
    assert shown["dialect"]["format"] == "csv"
    assert shown["sources"] == {"name": ["name"], "age": ["age"]}
    assert shown["matches"] == [{"target_column": "age", "source_column": "age", "method": "KEY", "score": 1.0}]
    assert shown["rows"] == [{"name": "ADA", "age": "36"}, {"name": "GRACE", "age": "old"}]
    assert [(each["row"], each["column"], each["code"]) for each in shown["errors"]] == [(2, "age", "type.int")]
    assert shown["data"] == {"total_rows": 2, "total_cells": 4, "total_error_cells": 1, "total_error_rows": 1}


def test_a_preview_leaves_nothing_behind(api, pipeline):
    before = api.client.get("/dp/api/v1/execution/").json()["pagination"]["total"]

    look(api, pipeline, content=SOME)

    assert not list((api.folder / "home/staging/samples").iterdir())
    assert api.client.get("/dp/api/v1/execution/").json()["pagination"]["total"] == before


def test_without_a_file_it_is_what_the_source_gives(api):
    pipeline = api.a_pipeline().receives(SOME)

    shown = look(api, pipeline.id, params={"rows": 2}).json()["data"]
    source = api.layer.pipelines.get(pipeline.id).configuration.document.input_connectors[0]
    given = api.client.get(f"/dp/api/v1/connector/{source}/data", params={"rows": 1}).json()["data"]

    assert shown["rows"] == [{"name": "Ada", "age": "36"}, {"name": "Grace", "age": "old"}]
    assert (given["name"], given["columns"], given["rows"]) == (
        "people.csv",
        ["name", "age"],
        [{"name": "Ada", "age": "36"}],
    )
    assert given["files"] == [{"path": str(pipeline.inbox / "people.csv"), "size": len(SOME)}]
    assert (given["dialect"]["format"], given["total_files"], given["size"]) == ("csv", 1, len(SOME))


@pytest.mark.parametrize(
    "asked",
    [{"read_options": '{"header_row": 2}'}, {"read_options[header_row]": "2"}],
    ids=["as JSON", "in brackets"],
)
def test_how_a_file_is_read_may_be_said_and_counts_more_than_what_the_pipeline_says(api, asked):
    pipeline = api.a_pipeline(read_options={"delimiter": ";", "header_row": 1}).receives("a;b\nname;age\nAda;36\n")
    source = api.layer.pipelines.get(pipeline.id).configuration.document.input_connectors[0]

    of_source = look(api, pipeline.id, params=asked).json()["data"]
    sent = look(api, pipeline.id, params=asked, content="a;b\nname;age\nAda;36\n").json()["data"]
    given = api.client.get(f"/dp/api/v1/connector/{source}/data", params=asked).json()["data"]

    assert of_source["rows"] == sent["rows"] == given["rows"] == [{"name": "Ada", "age": "36"}]
    assert (of_source["dialect"]["delimiter"], of_source["dialect"]["header_row"]) == (";", 2)


def test_options_that_there_are_not_are_refused(api, pipeline):
    answer = look(api, pipeline, params={"read_options": '{"colour": "red"}'}, content=SOME)
    assert answer.status_code == 400
    assert [each["field"] for each in answer.json()["errors"]] == ["read_options.colour"]


def test_what_was_looked_at_of_a_large_source_is_told(tmp_path):
    with an_api(tmp_path, {"max_sample_size": 30}) as api:
        pipeline = api.a_pipeline().receives(SOME).receives(b"PK\x03\x04" + bytes(50), "people.xlsx")
        source = api.layer.pipelines.get(pipeline.id).configuration.document.input_connectors[0]
        model = api.layer.pipelines.get(pipeline.id).configuration.document.tdm
        wanted = {"tdm": model, "connector": source}

        given = api.client.get(f"/dp/api/v1/connector/{source}/data").json()["data"]
        seen = look(api, pipeline.id).json()["data"]
        suggested = api.client.post("/dp/api/v1/pipeline/suggest-mapping", json=wanted).json()["data"]

    told = {name: given[name] for name in ("name", "path", "size", "truncated", "passed_over")}
    assert told == {
        "name": "people.csv",
        "path": str(pipeline.inbox / "people.csv"),
        "size": len(SOME),
        "truncated": True,
        "passed_over": [
            {
                "path": str(pipeline.inbox / "people.xlsx"),
                "size": 54,
                "reason": "has more than the 30 bytes that are looked at. "
                "people.xlsx is a workbook, of which the beginning alone cannot be read.",
            }
        ],
    }
    assert seen["source"] == suggested["source"] == told
    assert given["rows"] == seen["rows"] == [{"name": "Ada", "age": "36"}, {"name": "Grace", "age": "old"}]


def test_a_source_without_anything_is_a_conflict(api, pipeline):
    source = api.layer.pipelines.get(pipeline).configuration.document.input_connectors[0]

    for answer in (look(api, pipeline), api.client.get(f"/dp/api/v1/connector/{source}/data")):
        assert answer.status_code == 409
        assert "No file lies at connector" in answer.json()["message"]


@pytest.mark.parametrize(
    ("sent", "said"),
    [
        pytest.param({"content": bytes(range(256)) * 10}, "", id="no format"),
        pytest.param({"content": "first,second\n1,2\n"}, "name", id="other columns"),
        pytest.param({"files": {"note": (None, "text")}}, "no file", id="no file"),
        pytest.param({"content": SOME, "params": {"rows": 0}}, "rows", id="no rows asked for"),
    ],
)
def test_a_file_that_cannot_be_looked_at_is_refused(api, pipeline, sent, said):
    answer = look(api, pipeline, **sent)

    assert answer.status_code == 400, answer.text
    assert said in answer.json()["message"]


def test_there_is_no_preview_without_a_pipeline(api):
    assert look(api, "nope", content=SOME).status_code == 404
