"""Connectors, target data models and pipelines over HTTP: made, read, listed, replaced, deleted."""

import pytest

SECRET = "correct horse battery staple"
COLUMNS = [{"key": "name", "label": "Name", "required": True, "validations": [{"type": "REGEX", "pattern": "^[A-Z]"}]}]


@pytest.fixture
def connector(api):
    document = {
        "name": api.unique("pull"),
        "type": "INPUT",
        "node_type": "HTTP",
        "trigger_type": "TIME_BASE",
        "configuration": {
            "url": "https://example.com/data",
            "headers": {"X-Key": SECRET},
            "auth": {"type": "BEARER", "token": SECRET},
        },
        "permissions": {"level": "PUBLIC"},
    }
    return api.made("/connector/", document)


@pytest.fixture
def model(api):
    return api.made("/tdm/", {"name": api.unique("model"), "columns": COLUMNS})


@pytest.fixture
def pipeline(api):
    return api.data(f"/pipeline/{api.a_pipeline().id}")


def test_a_connector_is_answered_as_it_was_made_but_for_its_secrets(api, connector):
    assert connector == {
        **connector,
        "type": "INPUT",
        "node_type": "HTTP",
        "trigger_type": "TIME_BASE",
        "configuration": {
            "url": "https://example.com/data",
            "headers": {"X-Key": "********"},
            "auth": {"type": "BEARER", "token": "********"},
        },
        "permissions": {"level": "PUBLIC"},
    }
    assert set(connector) == {
        *("id", "name", "type", "node_type", "trigger_type", "configuration", "permissions"),
        *("created_at", "created_by", "updated_at", "updated_by"),
    }
    assert api.data(f"/connector/{connector['id']}") == connector


def test_no_answer_shows_a_secret(api, connector):
    answers = [
        api.client.get("/dp/api/v1/connector/", params={"pagination[limit]": 500}),
        api.client.get(f"/dp/api/v1/connector/{connector['id']}"),
        api.client.put(f"/dp/api/v1/connector/{connector['id']}", json=connector),
        api.client.get("/dp/api/v1/connector/", params={"filters[configuration.auth.token]": SECRET}),
    ]

    assert all(SECRET not in answer.text for answer in answers)


def test_a_secret_that_is_put_back_masked_stays(api, connector):
    answer = api.client.put(
        f"/dp/api/v1/connector/{connector['id']}", json={**connector, "name": api.unique("renamed")}
    )

    assert answer.status_code == 200, answer.text
    stored = api.layer.connectors.get(connector["id"]).document.configuration
    assert api.layer.connectors.sealing.unsealed(stored)["auth"]["token"] == SECRET


def test_a_mask_that_hides_nothing_is_refused(api, connector):
    changed = {
        **connector,
        "configuration": {"url": "https://example.com", "auth": {"type": "BASIC", "password": "********"}},
    }

    answer = api.client.put(f"/dp/api/v1/connector/{connector['id']}", json=changed)

    assert answer.status_code == 400
    assert answer.json()["errors"][0]["field"] == "configuration.auth.password"


def test_a_connector_can_be_tried(api, http_server):
    folder = api.a_folder()
    there = api.a_connector("there", path=str(folder))
    gone = api.a_connector("gone", path=str(folder / "gone"))

    tried = [api.client.post(f"/dp/api/v1/connector/{each}/test").json()["data"] for each in (there, gone)]

    assert tried[0] == {"success": True, "error": None}
    assert tried[1]["success"] is False
    assert tried[1]["error"]["type"] == "SOURCE_UNRESPONSIVE"


def test_a_model_is_answered_with_everything_it_says_of_its_columns(api, model):
    assert model["columns"] == [
        {
            "key": "name",
            "label": "Name",
            "description": "",
            "column_type": "string",
            "required": True,
            "unique": False,
            "output_format": None,
            "input_formats": [],
            "region": None,
            "number_format": None,
            "alternative_matches": [],
            "options": [],
            "options_matching": "ALTERNATIVE",
            "options_threshold": 85,
            "validations": [{"type": "REGEX", "message": None, "pattern": "^[A-Z]"}],
        }
    ]
    assert api.data(f"/tdm/{model['id']}") == model


def test_a_pipeline_is_answered_with_its_whole_configuration(api, pipeline):
    configuration = pipeline["configuration"]

    assert set(pipeline) == {
        *("id", "name", "slug", "active", "configuration"),
        *("created_at", "created_by", "updated_at", "updated_by"),
    }
    assert set(configuration) == {
        *("id", "input_connectors", "output_connectors", "tdm", "read_options", "mapping_config", "error_config"),
        *("schedule_config", "output_options", "developer_mode"),
    }
    assert configuration["read_options"]["header_row"] == "auto"
    assert configuration["mapping_config"] == {"mode": "DEFAULT", "mappings": []}
    assert configuration["error_config"] == {"error_threshold": 0.0, "on_error": "EMPTY"}


@pytest.mark.parametrize("noun", ["connector", "model", "pipeline"])
def test_what_was_read_can_be_put_back_as_it_is(api, noun, request):
    path = {"connector": "/connector", "model": "/tdm", "pipeline": "/pipeline"}[noun]
    before = request.getfixturevalue(noun)

    answer = api.client.put(f"/dp/api/v1{path}/{before['id']}", json=before)

    assert answer.status_code == 200, answer.text
    assert {**answer.json()["data"], "updated_at": ""} == {**before, "updated_at": ""}


@pytest.mark.parametrize("noun", ["connector", "model", "pipeline"])
def test_it_is_deleted_and_then_gone(api, noun, request):
    path = {"connector": "/connector", "model": "/tdm", "pipeline": "/pipeline"}[noun]
    address = f"/dp/api/v1{path}/{request.getfixturevalue(noun)['id']}"

    assert api.client.delete(address).json() == {"message": "success"}

    assert [api.client.request(method, address).status_code for method in ("GET", "DELETE")] == [404, 404]


def test_a_changed_pipeline_has_a_new_configuration_and_keeps_the_old_one(api, pipeline):
    changed = {**pipeline, "configuration": {**pipeline["configuration"], "developer_mode": True}}

    after = api.client.put(f"/dp/api/v1/pipeline/{pipeline['id']}", json=changed).json()["data"]
    history = api.data(f"/pipeline/{pipeline['id']}/configurations")

    assert after["configuration"]["id"] != pipeline["configuration"]["id"]
    assert [each["id"] for each in history] == [after["configuration"]["id"], pipeline["configuration"]["id"]]
    assert [each["developer_mode"] for each in history] == [True, False]
    assert history[0]["created_by"]["identifier"] == "ada@example.com"


def test_the_history_of_a_pipeline_comes_in_pages(api, pipeline):
    changed = {**pipeline, "configuration": {**pipeline["configuration"], "developer_mode": True}}
    api.client.put(f"/dp/api/v1/pipeline/{pipeline['id']}", json=changed)

    answer = api.client.get(
        f"/dp/api/v1/pipeline/{pipeline['id']}/configurations", params={"pagination": '{"limit": 1, "offset": 1}'}
    ).json()

    assert answer["pagination"] == {"total": 2, "offset": 1, "limit": 1}
    assert [each["id"] for each in answer["data"]] == [pipeline["configuration"]["id"]]


def test_what_is_in_use_cannot_be_deleted(api, pipeline):
    configuration = pipeline["configuration"]
    for address in (
        f"/connector/{configuration['input_connectors'][0]}",
        f"/connector/{configuration['output_connectors'][0]}",
        f"/tdm/{configuration['tdm']}",
    ):
        answer = api.client.delete(f"/dp/api/v1{address}")
        assert answer.status_code == 409
        assert pipeline["name"] in answer.json()["message"]


def test_a_name_is_taken_once(api, model):
    answer = api.client.post("/dp/api/v1/tdm/", json={"name": model["name"], "columns": COLUMNS})

    assert answer.status_code == 409
    assert model["name"] in answer.json()["message"]


def test_lists_are_filtered_and_sorted_by_what_is_nested(api, pipeline):
    names = [api.unique("zz"), api.unique("zz")]
    for name in names:
        api.made("/tdm/", {"name": name, "columns": COLUMNS})

    shown = api.data("/tdm/", filters='{"name": {"$starts_with": "zz"}}', sort='{"name": "asc"}')
    modes = api.data("/pipeline/", **{"filters[configuration][developer_mode]": "false", "filters[id]": pipeline["id"]})

    assert [each["name"] for each in shown] == sorted(names)
    assert [each["id"] for each in modes] == [pipeline["id"]]


@pytest.mark.parametrize(
    ("path", "document", "fields"),
    [
        pytest.param("/tdm/", {"columns": COLUMNS}, ["name"], id="a model without a name"),
        pytest.param("/tdm/", {"name": "m", "columns": []}, ["columns"], id="a model without columns"),
        pytest.param(
            "/tdm/", {"name": "m", "columns": [{"key": "a", "colour": 1}]}, ["columns.0.colour"], id="unknown attribute"
        ),
        pytest.param(
            "/tdm/", {"id": "x", "name": "m", "columns": COLUMNS, "created_at": 1}, ["id", "created_at"], id="given id"
        ),
        pytest.param(
            "/connector/",
            {"name": "c", "type": "INPUT", "node_type": "LOCAL", "trigger_type": "EVENT_BASE", "configuration": {}},
            ["configuration.path"],
            id="a folder without a path",
        ),
        pytest.param(
            "/connector/",
            {"name": "c", "type": "SIDEWAYS", "node_type": "PIGEON"},
            ["type", "node_type"],
            id="unknown words",
        ),
        pytest.param(
            "/pipeline/",
            {"name": "p", "configuration": {"input_connectors": ["a"], "output_connectors": ["b"], "tdm": "c"}},
            ["configuration.tdm", "configuration.input_connectors.0", "configuration.output_connectors.0"],
            id="references that lead nowhere",
        ),
        pytest.param(
            "/pipeline/",
            {"name": "p", "configuration": {"input_connectors": ["a", "b"], "output_connectors": [], "tdm": "c"}},
            ["configuration.input_connectors", "configuration.output_connectors"],
            id="too many and too few connectors",
        ),
        pytest.param("/execution/", {}, ["pipeline_id"], id="an execution of nothing"),
    ],
)
def test_a_document_that_is_not_valid_is_refused_by_the_name_of_each_field(api, path, document, fields):
    answer = api.client.post(f"/dp/api/v1{path}", json=document)

    assert answer.status_code == 400
    assert [problem["field"] for problem in answer.json()["errors"]] == fields
    assert all(problem["message"] for problem in answer.json()["errors"])
