"""One service layer: what one facade did the other shows, in the whole application, with a key."""

from pipeline_exec_tests.api.graphql.socket_client import socket_client

EXECUTION = """
query ($id: ID!) {
  execution(id: $id) {
    id status triggerType runId
    error { message type }
    counts { totalRows totalCells totalErrorCells totalErrorRows }
    logs { status type duration startedOn configurationId runId }
    source { name path size fingerprint }
    pipelineId createdAt updatedAt createdBy { id name identifier type }
  }
}
"""


FILES = """
query ($id: ID!) { execution(id: $id) { inputPath outputPath errorReport { json csv xlsx } } }
"""


def asked(api, operation, **variables):
    answer = api.client.post("/graphql", json={"query": operation, "variables": variables}).json()
    assert "errors" not in answer
    return answer["data"]


def test_both_facades_say_the_same_of_an_execution(api):
    rest = api.execute(api.a_pipeline().receives("name,age\nTom,three\n"))
    graph = asked(api, EXECUTION, id=rest["id"])["execution"]
    (log,) = rest["logs"]

    assert graph["status"] == "FAILED"
    for ours, theirs in (("triggerType", "trigger_type"), ("pipelineId", "pipeline"), ("runId", "run_id")):
        assert graph[ours] == rest[theirs]
    for name in ("id", "status", "error", "source"):
        assert graph[name] == rest[name]
    for ours, theirs in (("createdAt", "created_at"), ("updatedAt", "updated_at"), ("createdBy", "created_by")):
        assert graph[ours] == rest[theirs]
    assert list(graph["counts"].values()) == list(log["data"].values())
    assert [list(each.values()) for each in graph["logs"]] == [
        [log[name] for name in ("status", "type", "duration", "started_on", "configuration", "run_id")]
    ]


def test_an_execution_made_by_one_facade_is_watched_by_the_other(api):
    pipeline = api.a_pipeline().receives("name,age\nTom,3\n")
    with api.paused():
        (made,) = api.made("/execution/", {"pipeline_id": pipeline.id})
        key = api.client.headers["Authorization"]
        with socket_client(api.url.replace("http", "ws") + "/graphql", headers={"Authorization": key}) as client:
            client.subscribe("subscription ($made: ID!) { execution(id: $made) { status } }", made=made["id"])
            assert client.next() == {"execution": {"status": "PROCESSING"}}
            api.engine.resume()
            while (latest := client.next())["execution"]["status"] == "PROCESSING":
                pass
            assert latest == {"execution": {"status": "SUCCESSFUL"}}
            assert client.is_complete()


def test_the_files_of_an_execution_are_where_the_graph_says(api):
    text = "name,age\nTom,three\n"
    tolerant = api.a_pipeline(error_config={"error_threshold": 100})
    rest = api.execute(tolerant.receives(text))
    files = asked(api, FILES, id=rest["id"])["execution"]

    assert api.client.get(files["inputPath"]).text == text
    assert api.client.get(files["outputPath"]).text == tolerant.written == "name,age\nTom,\n"
    report = files["errorReport"]
    [finding] = api.client.get(report["json"]).json()["data"]
    assert (finding["row"], finding["column"], finding["value"]) == (1, "age", "three")
    assert api.client.get(report["csv"]).text.splitlines()[1].startswith("1,age,three,type.int,")
    assert api.client.get(report["xlsx"]).content.startswith(b"PK")
    with api.anonymous() as nobody:
        assert nobody.get(report["xlsx"]).status_code == 401


def test_an_execution_that_received_nothing_has_no_files(api):
    unreachable = api.a_pipeline()
    unreachable.inbox.rmdir()
    rest = api.execute(unreachable)

    files = asked(api, FILES, id=rest["id"])["execution"]
    assert files == {"inputPath": None, "outputPath": None, "errorReport": None}
