"""Executions over HTTP, with every attribute of the source document."""

import json

import pytest

SOME = "name,age\nAda,36\nGrace,45\n"
BAD = "name,age\nAda,36\n,old\n"


def test_an_execution_is_made_for_each_waiting_file(api):
    pipeline = api.a_pipeline().receives(SOME, "one.csv").receives(SOME, "two.csv")

    answer = api.client.post("/dp/api/v1/execution/", json={"pipeline_id": pipeline.id})

    assert answer.status_code == 201
    made = answer.json()["data"]
    assert len({execution["id"] for execution in made}) == 2
    expected = {"pipeline": pipeline.id, "status": "PROCESSING", "trigger_type": "MANUAL"}
    assert made == [{"id": execution["id"], **expected} for execution in made]


def test_an_execution_is_read_with_every_attribute_of_the_document(api):
    pipeline = api.a_pipeline().receives(SOME)
    configuration = api.data(f"/pipeline/{pipeline.id}")["configuration"]["id"]

    read = api.execute(pipeline)

    (log,) = read["logs"]
    ada = read["created_by"]
    assert ada == {"id": ada["id"], "name": "ada@example.com", "identifier": "ada@example.com", "type": "USER"}
    assert read == {
        "id": read["id"],
        "pipeline": pipeline.id,
        "status": "SUCCESSFUL",
        "trigger_type": "MANUAL",
        "source": {
            "name": "people.csv",
            "path": read["source"]["path"],
            "size": len(SOME),
            "fingerprint": read["source"]["fingerprint"],
        },
        "run_id": log["run_id"],
        "created_at": read["created_at"],
        "created_by": ada,
        "updated_at": read["updated_at"],
        "updated_by": ada,
        "logs": [
            {
                "status": "SUCCESSFUL",
                "data": {"total_rows": 2, "total_cells": 4, "total_error_cells": 0, "total_error_rows": 0},
                "duration": log["duration"],
                "started_on": log["started_on"],
                "type": "CREATE",
                "configuration": configuration,
                "run_id": log["run_id"],
                "dialect": log["dialect"],
                "mapping": log["mapping"],
            }
        ],
    }
    assert isinstance(log["duration"], int)
    assert read["created_at"] == log["started_on"] < read["updated_at"]
    assert read["created_at"].endswith("Z")
    assert read["source"]["fingerprint"].startswith("sha256:")


def test_a_run_says_how_its_input_was_read_and_mapped(api):
    read = api.execute(api.a_pipeline().receives("Name;Shoe size\nAda;37\n"))

    (log,) = read["logs"]
    assert {name: log["dialect"][name] for name in ("format", "encoding", "delimiter", "header_row")} == {
        "format": "csv",
        "encoding": "utf-8",
        "delimiter": ";",
        "header_row": 1,
    }
    assert log["mapping"] == {
        "sources": {"name": ["Name"], "age": []},
        "matches": [{"target_column": "name", "source_column": "Name", "method": "KEY", "score": 0.99}],
        "total_columns": 2,
        "unused_columns": ["Shoe size"],
        "total_unused_columns": 1,
    }


def test_a_fix_says_how_the_input_was_read_and_mapped_that_it_goes_on_with(api):
    failed = api.execute(api.a_pipeline().receives(BAD))
    api.client.post(
        f"/dp/api/v1/execution/{failed['id']}/fix", json={"configuration": {"error_config": {"error_threshold": 100}}}
    )

    first, fix = api.ended(failed["id"])["logs"]
    assert fix["status"] == "SUCCESSFUL"
    assert (fix["dialect"], fix["mapping"]) == (first["dialect"], first["mapping"])


def test_a_failed_execution_says_why_and_counts_all_the_same(api):
    read = api.execute(api.a_pipeline().receives(BAD))

    assert read["status"] == read["logs"][0]["status"] == "FAILED"
    assert read["error"] == read["logs"][0]["error"]
    assert read["error"]["type"] == "ERROR_THRESHOLD_EXCEEDED"
    assert read["error"]["message"]
    assert read["logs"][0]["data"] == {
        "total_rows": 2,
        "total_cells": 4,
        "total_error_cells": 2,
        "total_error_rows": 1,
    }


def test_an_execution_that_has_not_begun_has_nothing_counted_and_no_error(api):
    pipeline = api.a_pipeline().receives(SOME)
    with api.paused():
        (made,) = api.made("/execution/", {"pipeline_id": pipeline.id})
        read = api.data(f"/execution/{made['id']}")

    assert read["status"] == "PROCESSING"
    assert "error" not in read
    assert "progress" not in read
    (log,) = read["logs"]
    assert not {"dialect", "mapping", "error"} & log.keys()
    assert log["duration"] is None
    assert set(log["data"].values()) == {None}


def test_an_execution_that_goes_on_says_how_far_it_got(api, monkeypatch):
    monkeypatch.setattr("pipeline_exec.services.attempts.PROGRESS_SECONDS", 0)
    pipeline = api.a_pipeline().receives(SOME)
    seen = []
    monkeypatch.setattr(
        type(api.layer.lifecycle), "succeed", lambda *_, **__: seen.append(api.data(f"/execution/{made['id']}"))
    )
    with api.paused():
        (made,) = api.made("/execution/", {"pipeline_id": pipeline.id})

    (read,) = seen
    assert read["progress"] == {"stage": "write", "rows": 2}
    monkeypatch.undo()
    api.client.post(f"/dp/api/v1/execution/{made['id']}/cancel")


def test_a_repeated_request_with_the_same_key_is_answered_like_the_first(api):
    pipeline = api.a_pipeline().receives(SOME)
    asked = {"json": {"pipeline_id": pipeline.id}, "headers": {"Idempotency-Key": "k-1"}}

    first = api.client.post("/dp/api/v1/execution/", **asked).json()
    api.engine.wait()
    again = api.client.post("/dp/api/v1/execution/", **asked).json()

    assert first == again
    assert len(first["data"]) == 1


def test_an_unknown_pipeline_cannot_be_executed(api):
    answer = api.client.post("/dp/api/v1/execution/", json={"pipeline_id": "nope"})

    assert answer.status_code == 404
    assert "nope" in answer.json()["message"]


def test_an_inactive_pipeline_cannot_be_executed(api):
    answer = api.client.post("/dp/api/v1/execution/", json={"pipeline_id": api.a_pipeline(active=False).id})

    assert answer.status_code == 409
    assert "active" in answer.json()["message"]


def test_an_unknown_execution_is_not_found(api):
    for path in ("", "/input", "/output", "/errors"):
        assert api.client.get(f"/dp/api/v1/execution/nope{path}").status_code == 404
    for path in ("/fix", "/cancel"):
        assert api.client.post(f"/dp/api/v1/execution/nope{path}").status_code == 404


def test_executions_are_listed_in_pages_that_never_repeat_or_skip(api):
    pipeline = api.a_pipeline()
    for number in range(5):
        pipeline.receives(SOME, f"{number}.csv")
    made = api.made("/execution/", {"pipeline_id": pipeline.id})
    api.engine.wait()

    pages = [
        api.client.get(
            "/dp/api/v1/execution/",
            params={
                "filters[pipeline]": pipeline.id,
                "sort[status]": "asc",
                "pagination[limit]": "2",
                "pagination[offset]": str(offset),
            },
        ).json()
        for offset in (0, 2, 4)
    ]

    assert [page["pagination"] for page in pages] == [
        {"total": 5, "offset": offset, "limit": 2} for offset in (0, 2, 4)
    ]
    seen = [execution["id"] for page in pages for execution in page["data"]]
    assert sorted(seen) == sorted(execution["id"] for execution in made)


def test_a_list_shows_the_attributes_of_the_document(api):
    pipeline = api.a_pipeline().receives(BAD)
    api.execute(pipeline)

    (shown,) = api.data("/execution/", filters=f'{{"pipeline": "{pipeline.id}"}}')

    documented = [
        "id",
        "pipeline",
        "status",
        "error",
        "trigger_type",
        "created_at",
        "created_by",
        "updated_at",
        "updated_by",
    ]
    assert set(shown) == {*documented, "source", "run_id"}
    assert set(shown["error"]) == {"message", "type"}


@pytest.mark.parametrize(
    ("filters", "found"),
    [
        pytest.param({"status": "FAILED"}, 1, id="equality"),
        pytest.param({"status": {"$in": ["FAILED", "SUCCESSFUL"]}}, 2, id="in"),
        pytest.param({"status": {"$nin": ["FAILED"]}}, 1, id="not in"),
        pytest.param({"source.name": {"$starts_with": "b"}}, 1, id="starts with"),
        pytest.param({"source.name": {"$contains": ".CSV"}}, 2, id="contains, whatever the case"),
        pytest.param({"source.size": {"$gt": 1, "$lte": 1000}}, 2, id="numbers"),
        pytest.param({"created_at": {"$lt": "2020-01-01T00:00:00Z"}}, 0, id="moments"),
        pytest.param({"error.type": {"$null": True}}, 1, id="null"),
        pytest.param({"error.type": "ERROR_THRESHOLD_EXCEEDED"}, 1, id="nested"),
        pytest.param({"created_by.identifier": "ada@example.com"}, 2, id="caller"),
        pytest.param({"$or": [{"status": "FAILED"}, {"status": "SUCCESSFUL"}]}, 2, id="or"),
        pytest.param({"$not": {"status": "FAILED"}}, 1, id="not"),
    ],
)
def test_executions_are_filtered(a_good_and_a_bad, filters, found):
    api, pipeline = a_good_and_a_bad

    shown = api.data("/execution/", filters=json.dumps({"pipeline": pipeline.id, **filters}))

    assert len(shown) == found


@pytest.fixture(scope="module")
def a_good_and_a_bad(api):
    pipeline = api.a_pipeline().receives(SOME, "good.csv").receives(BAD, "bad.csv")
    api.made("/execution/", {"pipeline_id": pipeline.id})
    api.engine.wait()
    return api, pipeline


def test_a_moment_can_be_asked_for_as_it_was_answered(a_good_and_a_bad):
    api, pipeline = a_good_and_a_bad
    for execution in api.data("/execution/", **{"filters[pipeline]": pipeline.id}):
        found = api.data("/execution/", **{"filters[created_at]": execution["created_at"]})
        assert execution["id"] in [each["id"] for each in found]


def test_an_attribute_that_is_not_there_is_refused_with_those_that_are(api):
    answer = api.client.get("/dp/api/v1/execution/", params={"filters[colour]": "red"})

    assert answer.status_code == 400
    assert answer.json()["errors"][0]["field"] == "colour"
    assert "trigger_type" in answer.json()["message"]


def test_a_fix_runs_with_the_changed_configuration_for_this_once(api):
    pipeline = api.a_pipeline().receives(BAD)
    failed = api.execute(pipeline)
    before = api.data(f"/pipeline/{pipeline.id}")["configuration"]

    answer = api.client.post(
        f"/dp/api/v1/execution/{failed['id']}/fix", json={"configuration": {"error_config": {"error_threshold": 50}}}
    )

    assert answer.status_code == 200
    assert answer.json()["data"]["status"] == "PROCESSING"
    assert [log["type"] for log in answer.json()["data"]["logs"]] == ["CREATE", "FIX"]
    fixed = api.ended(failed["id"])
    assert fixed["status"] == "SUCCESSFUL"
    assert "error" not in fixed
    assert [log["status"] for log in fixed["logs"]] == ["FAILED", "SUCCESSFUL"]
    assert fixed["logs"][0]["configuration"] == before["id"] != fixed["logs"][1]["configuration"]
    assert api.data(f"/pipeline/{pipeline.id}")["configuration"] == before


def test_a_fix_can_keep_the_changed_configuration(api):
    pipeline = api.a_pipeline().receives(BAD)
    failed = api.execute(pipeline)

    api.client.post(
        f"/dp/api/v1/execution/{failed['id']}/fix",
        json={"configuration": {"error_config": {"error_threshold": 50}}, "save": True},
    )

    kept = api.data(f"/pipeline/{pipeline.id}")["configuration"]
    assert kept["error_config"]["error_threshold"] == 50
    assert api.ended(failed["id"])["logs"][1]["configuration"] == kept["id"]


def test_a_fix_with_repaired_cells_delivers_them(api):
    pipeline = api.a_pipeline().receives(BAD)
    failed = api.execute(pipeline)
    cells = [{"row": 2, "column": "name", "value": "Grace"}, {"row": 2, "column": "age", "value": 45}]

    api.client.post(f"/dp/api/v1/execution/{failed['id']}/fix", json={"cells": cells})

    assert api.ended(failed["id"])["status"] == "SUCCESSFUL"
    assert pipeline.written == SOME


@pytest.mark.parametrize(
    ("body", "field"),
    [
        pytest.param({"cells": [{"row": 0, "column": "name", "value": "x"}]}, "cells.0.row", id="row before the first"),
        pytest.param({"cells": [{"row": 1, "column": "colour", "value": "x"}]}, "cells.0.column", id="unknown column"),
        pytest.param({"cell": []}, "cell", id="unknown attribute"),
        pytest.param(
            {"configuration": {"error_config": {"error_threshold": 101}}},
            "configuration.error_config.error_threshold",
            id="configuration that is not valid",
        ),
    ],
)
def test_a_fix_that_is_not_valid_is_refused_by_name(api, body, field):
    failed = api.execute(api.a_pipeline().receives(BAD))

    answer = api.client.post(f"/dp/api/v1/execution/{failed['id']}/fix", json=body)

    assert answer.status_code == 400
    assert [problem["field"] for problem in answer.json()["errors"]] == [field]


def test_a_running_execution_can_be_canceled_and_not_fixed(api):
    pipeline = api.a_pipeline().receives(SOME)
    with api.paused():
        (made,) = api.made("/execution/", {"pipeline_id": pipeline.id})
        fix = api.client.post(f"/dp/api/v1/execution/{made['id']}/fix")
        cancel = api.client.post(f"/dp/api/v1/execution/{made['id']}/cancel")

    assert fix.status_code == 409
    assert cancel.status_code == 200
    assert cancel.json()["data"]["status"] == "FAILED"
    assert cancel.json()["data"]["error"]["type"] == "CANCELED"
    assert not list(pipeline.outbox.iterdir())


def test_an_execution_that_has_ended_cannot_be_canceled(api):
    ended = api.execute(api.a_pipeline().receives(SOME))

    assert api.client.post(f"/dp/api/v1/execution/{ended['id']}/cancel").status_code == 409
