"""Every type of error an execution can end with at this level, produced by what really causes it."""

import pytest

from pipeline_exec_tests.servers.http import Hang, Reply, closed_port

SOME = "name,age\nAda,36\nGrace,45\n"


def error_of(read):
    assert read["status"] == "FAILED"
    assert read["error"]["message"].count(".") >= 2, "what happened, and what to do next"
    return read["error"]["type"]


@pytest.mark.parametrize(
    "content", [pytest.param("", id="no bytes"), pytest.param("name,age\n", id="a header and no row")]
)
def test_a_file_without_data_is_empty(api, content):
    assert error_of(api.execute(api.a_pipeline().receives(content))) == "SOURCE_DATA_EMPTY"


def test_a_binary_file_named_csv_cannot_be_parsed(api):
    noise = bytes(range(256)) * 40

    assert error_of(api.execute(api.a_pipeline().receives(noise))) == "PARSING_FAILURE"


def test_a_mapped_column_that_is_absent_is_a_failure_of_the_mapping(api):
    mapping = {"mappings": [{"source_columns": ["surname"], "target_column": "name"}]}
    pipeline = api.a_pipeline(mapping_config=mapping).receives(SOME)

    read = api.execute(pipeline)

    assert error_of(read) == "MAPPING_FAILURE"
    assert "surname" in read["error"]["message"]


def test_more_errors_than_allowed_exceed_the_threshold(api):
    pipeline = api.a_pipeline(error_config={"error_threshold": 24.9}).receives("name,age\nAda,36\nGrace,old\n")

    assert error_of(api.execute(pipeline)) == "ERROR_THRESHOLD_EXCEEDED"


def test_as_many_errors_as_allowed_do_not(api):
    pipeline = api.a_pipeline(error_config={"error_threshold": 25}).receives("name,age\nAda,36\nGrace,old\n")

    assert api.execute(pipeline)["status"] == "SUCCESSFUL"
    assert pipeline.written == "name,age\nAda,36\nGrace,\n"


@pytest.mark.parametrize(
    "reply",
    [pytest.param(Hang(), id="hangs"), pytest.param(Reply(503), id="503"), pytest.param(Reply(401), id="401")],
)
def test_a_source_that_does_not_answer_or_says_no_is_unresponsive(api, http_server, reply):
    pull = api.a_pull(http_server.script("/source", reply), timeout_seconds=0.2)

    read = api.execute(api.a_pipeline(input=pull))

    assert error_of(read) == "SOURCE_UNRESPONSIVE"
    assert "127.0.0.1" in read["error"]["message"]


def test_a_source_that_is_not_there_is_unresponsive(api):
    with closed_port() as port:
        read = api.execute(api.a_pipeline(input=api.a_pull(f"http://127.0.0.1:{port}/")))

    assert error_of(read) == "SOURCE_UNRESPONSIVE"


def test_a_folder_that_is_not_there_is_unresponsive(api):
    pipeline = api.a_pipeline()
    pipeline.inbox.rmdir()

    assert error_of(api.execute(pipeline)) == "SOURCE_UNRESPONSIVE"


@pytest.mark.parametrize(
    "reply",
    [pytest.param(Hang(), id="hangs"), pytest.param(Reply(500), id="500"), pytest.param(Reply(403), id="403")],
)
def test_a_destination_that_does_not_answer_or_says_no_is_unresponsive(api, http_server, reply):
    url = http_server.script("/destination", reply)
    output = api.a_connector("api", "OUTPUT", "HTTP", url=url, timeout_seconds=0.2)

    read = api.execute(api.a_pipeline(outputs=[output]).receives(SOME))

    assert error_of(read) == "DESTINATION_UNRESPONSIVE"
    assert read["logs"][0]["data"]["total_rows"] == 2


@pytest.mark.parametrize(
    "limit", [pytest.param({"max_rows": 1}, id="rows"), pytest.param({"max_file_size": 10}, id="bytes")]
)
def test_a_result_larger_than_the_destination_takes_exceeds_its_limit(api, limit):
    outbox = api.a_folder("outbox")
    output = api.a_connector("small", "OUTPUT", path=str(outbox), **limit)

    read = api.execute(api.a_pipeline(outputs=[output]).receives(SOME))

    assert error_of(read) == "DESTINATION_SIZE_LIMIT"
    assert not list(outbox.iterdir())


def test_a_file_that_may_not_be_replaced_cannot_be_written(api):
    output = api.a_connector("taken", "OUTPUT", path=str(api.a_folder()), file_name="people", if_exists="ERROR")
    pipeline = api.a_pipeline(outputs=[output])
    assert api.execute(pipeline.receives(SOME, "one.csv"))["status"] == "SUCCESSFUL"

    assert error_of(api.execute(pipeline.receives(SOME + "Alan,41\n", "two.csv"))) == "WRITE_FILE_FAILURE"


def test_a_push_connector_that_is_executed_by_hand_has_no_data(api):
    assert error_of(api.execute(api.a_pipeline(input=api.a_door()))) == "SOURCE_DATA_EMPTY"


def test_a_canceled_execution_says_so_and_by_whom(api):
    pipeline = api.a_pipeline().receives(SOME)
    with api.paused():
        (made,) = api.made("/execution/", {"pipeline_id": pipeline.id})
        api.client.post(f"/dp/api/v1/execution/{made['id']}/cancel")

    read = api.ended(made["id"])

    assert error_of(read) == "CANCELED"
    assert "ada@example.com" in read["error"]["message"]
