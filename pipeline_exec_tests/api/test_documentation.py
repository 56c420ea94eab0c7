"""The API describes itself well enough for a client generator, and its pages load nothing from elsewhere."""

import re

import pytest

METHODS = ("get", "post", "put", "delete")


@pytest.fixture(scope="module")
def described(api):
    return api.client.get("/openapi.json").json()


@pytest.fixture(scope="module")
def operations(described):
    return {
        (method.upper(), path): operation
        for path, methods in described["paths"].items()
        for method, operation in methods.items()
        if method in METHODS
    }


def test_every_route_of_the_contract_is_there(operations):
    ours, wrappers = "/dp/api/v1", "/resources/wrappers"
    assert {
        ("POST", f"{ours}/execution/"),
        ("GET", f"{ours}/execution/"),
        *((method, f"{ours}/{noun}/") for noun in ("pipeline", "connector", "tdm") for method in ("GET", "POST")),
        ("GET", f"{ours}/execution/{{execution_id}}"),
        ("POST", f"{ours}/execution/{{execution_id}}/fix"),
        ("POST", f"{ours}/execution/{{execution_id}}/cancel"),
        ("GET", f"{ours}/execution/{{execution_id}}/input"),
        ("GET", f"{ours}/execution/{{execution_id}}/output"),
        ("GET", f"{ours}/execution/{{execution_id}}/errors"),
        ("GET", f"{ours}/pipeline/{{pipeline_id}}/configurations"),
        ("POST", f"{ours}/connector/{{connector_id}}/test"),
        ("POST", "/ingest/{connector_id}"),
        ("POST", f"{wrappers}/"),
        ("GET", f"{wrappers}/"),
        ("POST", f"{wrappers}/generate"),
        ("GET", f"{wrappers}/{{wrapper_id}}"),
        ("DELETE", f"{wrappers}/{{wrapper_id}}"),
        ("POST", f"{wrappers}/{{wrapper_id}}/execute"),
        ("POST", f"{wrappers}/{{wrapper_id}}/stop"),
        ("GET", f"{wrappers}/{{wrapper_id}}/health"),
        ("GET", f"{wrappers}/{{wrapper_id}}/logs"),
        ("POST", f"{wrappers}/files/upload"),
        ("GET", f"{wrappers}/files/{{file_id}}"),
        ("DELETE", f"{wrappers}/files/{{file_id}}"),
        ("GET", "/management/health"),
        ("GET", "/metrics"),
    } <= set(operations)


def test_each_route_says_what_it_does_and_what_it_answers(operations):
    for (method, path), operation in operations.items():
        if path.startswith(("/dp", "/resources", "/ingest")):
            assert operation["summary"], (method, path)
            assert operation["description"], (method, path)
            assert operation["tags"], (method, path)
            success = next(status for status in operation["responses"] if status.startswith("2"))
            content = operation["responses"][success].get("content", {})
            assert content or path.endswith(("/input", "/output")), (method, path)
            assert "default" in operation["responses"], (method, path)
            assert "422" not in operation["responses"], (method, path)


def test_no_two_operations_share_an_id(operations):
    ids = [operation["operationId"] for operation in operations.values()]

    assert len(ids) == len(set(ids))
    assert operations[("POST", "/dp/api/v1/execution/")]["operationId"] == "executions_create"


def test_refusals_are_described_in_the_shape_of_their_api(operations):
    def shape(path, method="GET"):
        content = operations[(method, path)]["responses"]["default"]["content"]
        return content["application/json"]["schema"]["$ref"].rpartition("/")[2]

    assert shape("/dp/api/v1/execution/") == "Problem"
    assert shape("/resources/wrappers/") == "WrapperProblem"


def test_lists_describe_their_parameters_as_json(operations):
    parameters = operations[("GET", "/dp/api/v1/execution/")]["parameters"]

    assert [parameter["name"] for parameter in parameters] == ["filters", "sort", "pagination", "options"]
    assert all("application/json" in parameter["content"] for parameter in parameters)


def test_the_api_asks_for_a_bearer_token_but_for_its_health(described):
    assert described["security"] == [{"bearer": []}]
    assert described["paths"]["/management/health"]["get"]["security"] == []
    assert described["components"]["securitySchemes"]["bearer"]["scheme"] == "bearer"


def test_every_reference_leads_somewhere(api, described):
    text = api.client.get("/openapi.json").text

    assert set(re.findall(r'"#/components/schemas/([^"]+)"', text)) <= set(described["components"]["schemas"])


@pytest.mark.parametrize("path", ["/", "/docs", "/login"])
def test_a_page_loads_only_what_is_served_here(api, path):
    page = api.client.get(path)

    assert page.status_code == 200
    loaded = re.findall(r'(?:src|href)="([^"]+)"', page.text)
    assert loaded
    assert all(address.startswith(("/", "data:")) for address in loaded)
    for address in loaded:
        if not address.startswith("data:") and "dagster" not in address:
            assert api.client.get(address).status_code == 200, address


def test_the_first_page_greets_its_reader_without_trusting_the_name(api):
    key = api.key("<img src=x>")

    page = api.client.get("/", headers={"Authorization": f"Bearer {key}"})

    assert "Log out &lt;img src=x&gt;" in page.text


def test_our_own_scripts_are_for_everybody(api):
    with api.anonymous() as client:
        assert client.get("/static/style.css").headers["Content-Type"].startswith("text/css")
        assert client.get("/static/login.js").status_code == 200
        assert client.get("/static/../app.py").status_code in (401, 404)
        assert client.get("/static/%2e%2e/app.py").status_code in (401, 404)
