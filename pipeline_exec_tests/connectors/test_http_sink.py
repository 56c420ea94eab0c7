import csv
import io
import json
from datetime import date

import pyarrow as pa
import pytest

from pipeline_exec.connectors.http_sink import HttpOutput, HttpSink
from pipeline_exec.errors import DestinationRefused, DestinationUnresponsive, InvalidDocument
from pipeline_exec.model.rows import Rows
from pipeline_exec.model.target_model import ColumnType, TargetColumn
from pipeline_exec.ports import Limits
from pipeline_exec_tests.connectors.row_sink_conformance import (
    COLUMNS,
    PARCEL,
    SCHEMA,
    RowSinkConformance,
    rows_of,
    sent,
)
from pipeline_exec_tests.servers.http import Hang, Reply, Reset, closed_port


class HttpDestination:
    tries = 3
    batch_rows = 4

    def __init__(self, server, settings, port) -> None:
        self.server = server
        self.settings = settings
        self.port = port
        self.forget()

    def sink(self, **configuration):
        url = f"{self.server.url}/rows"
        return HttpSink(HttpOutput.parse({"url": url, "batch_rows": self.batch_rows, **configuration}), self.settings)

    def is_down(self):
        return self.sink(url=f"http://127.0.0.1:{self.port}/rows")

    def fails(self, times, after=0):
        failures = [Reset(), Reply(503), Reply(500)]
        self.server.script("/rows", *[Reply(202)] * after, *failures[:times], Reply(202))

    def refuses(self, after=0):
        self.server.script("/rows", *[Reply(202)] * after, Reply(422))

    def requests(self):
        return [request for request in self.server.requests if request.method != "OPTIONS"]

    def batches(self):
        return [[(row["id"], row["name"]) for row in request.json] for request in self.requests()]

    def forget(self):
        self.server.forget()
        self.server.script("/rows", Reply(202))


@pytest.fixture
def destination(http_server, settings):
    with closed_port() as port:
        yield HttpDestination(http_server, settings, port)


class TestHttpSink(RowSinkConformance):
    """An HTTP server keeps every promise of a sink of rows."""


# Idempotency


def test_every_try_of_a_batch_carries_the_same_key_and_the_same_body(destination):
    destination.fails(times=2)
    sent(destination.sink(), rows_of(1, 2, 3, 4, 5))
    first, again, last, second = destination.requests()
    assert first.headers["idempotency-key"] == again.headers["idempotency-key"] == "0c1f-token-1"
    assert last.headers["idempotency-key"] == "0c1f-token-1"
    assert first.body == again.body == last.body
    assert second.headers["idempotency-key"] == "0c1f-token-2"


def test_a_later_try_numbers_its_batches_as_the_first_did(destination):
    sent(destination.sink(), rows_of(*range(12)), confirmed=1)
    assert [request.headers["idempotency-key"] for request in destination.requests()] == [
        "0c1f-token-2",
        "0c1f-token-3",
    ]


def test_the_answer_says_where_without_secrets(destination):
    sink = destination.sink(url=f"{destination.server.url}/rows?key=s3cret", auth={"type": "BEARER", "token": "t0ken"})
    where = sink.send(rows_of(1), COLUMNS, PARCEL, 0, lambda _: None)
    assert where == f"{destination.server.url}/rows"


def test_one_connection_serves_all_batches(destination):
    sent(destination.sink(batch_rows=1), rows_of(*range(20)))
    assert len({request.client for request in destination.requests()}) == 1


# Requests


@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH"])
def test_a_batch_is_sent_with_the_connectors_method_headers_and_credentials(destination, method):
    sink = destination.sink(
        method=method, headers={"X-Tenant": "acme"}, auth={"type": "API_KEY", "key": "k3y", "header": "X-Token"}
    )
    sent(sink, rows_of(1))
    (request,) = destination.requests()
    assert (request.method, request.headers["x-tenant"], request.headers["x-token"]) == (method, "acme", "k3y")
    assert request.headers["content-type"] == "application/json"


def test_the_user_may_say_what_the_body_is(destination):
    sent(destination.sink(headers={"Content-Type": "application/vnd.api+json"}), rows_of(1))
    assert destination.requests()[0].headers["content-type"] == "application/vnd.api+json"


def test_ndjson_is_an_object_in_each_line(destination):
    sent(destination.sink(body_format="NDJSON"), rows_of(1, 2))
    (request,) = destination.requests()
    assert [json.loads(line) for line in request.body.splitlines()] == [
        {"id": 1, "name": "n1"},
        {"id": 2, "name": "n2"},
    ]
    assert request.headers["content-type"] == "application/x-ndjson"


def test_csv_has_its_header_in_every_batch(destination):
    sent(destination.sink(body_format="CSV", batch_rows=1), rows_of(1, 2))
    assert [request.body for request in destination.requests()] == [b"id,name\n1,n1\n", b"id,name\n2,n2\n"]
    assert destination.requests()[0].headers["content-type"] == "text/csv; charset=utf-8"


@pytest.mark.parametrize("body_format", ["JSON", "NDJSON", "CSV"])
def test_no_body_is_larger_than_the_batch_bytes(destination, body_format):
    names = ["x" * (i % 300) for i in range(200)]
    rows = Rows(SCHEMA, [pa.RecordBatch.from_arrays([pa.array(range(200)), pa.array(names)], schema=SCHEMA)])
    sent(destination.sink(body_format=body_format, batch_rows=1000, batch_bytes=2048), rows)
    sizes = [len(request.body) for request in destination.requests()]
    assert max(sizes) <= 2048
    assert min(sizes[:-1]) > 2048 - 400


def test_a_row_larger_than_the_batch_bytes_is_sent_alone(destination):
    names = ["a", "x" * 5000, "b"]
    rows = Rows(SCHEMA, [pa.RecordBatch.from_arrays([pa.array([1, 2, 3]), pa.array(names)], schema=SCHEMA)])
    sent(destination.sink(batch_bytes=1024), rows)
    assert [[row[0] for row in batch] for batch in destination.batches()] == [[1], [2], [3]]


# Answers


@pytest.mark.parametrize("status", [200, 201, 202, 204])
def test_any_success_confirms_a_batch(destination, status):
    destination.server.script("/rows", Reply(status))
    assert sent(destination.sink(), rows_of(1)) == [1]


@pytest.mark.parametrize("status", [400, 401, 403, 404, 409, 413, 422, 301, 307])
def test_a_refusal_names_the_status(destination, status):
    destination.server.script("/rows", Reply(status, headers={"location": "/elsewhere"}))
    with pytest.raises(DestinationRefused, match=f"answered {status}"):
        sent(destination.sink(), rows_of(1))
    assert len(destination.requests()) == 1


def test_a_body_too_large_for_the_server_has_its_remedy(destination):
    destination.server.script("/rows", Reply(413))
    with pytest.raises(DestinationRefused) as refused:
        sent(destination.sink(), rows_of(1))
    assert "batch_bytes" in refused.value.remedy


def test_a_destination_that_hangs_is_unresponsive(destination):
    destination.server.script("/rows", Hang())
    with pytest.raises(DestinationUnresponsive, match="in time"):
        sent(destination.sink(timeout_seconds=0.1), rows_of(1))


def test_an_answer_without_end_does_not_hold_up_a_batch_that_was_taken(destination):
    destination.server.script("/rows", Reply(200, b"x" * 1_000_000))
    assert sent(destination.sink(), rows_of(*range(8))) == [1, 2]


# Check


@pytest.mark.parametrize("status", [200, 204, 400, 405, 415])
def test_a_server_that_does_not_take_the_question_passes_the_check(destination, status):
    destination.server.script("/rows", Reply(status))
    destination.sink().check()
    assert [request.method for request in destination.server.requests] == ["OPTIONS"]


@pytest.mark.parametrize("status", [401, 403, 404])
def test_a_server_that_refuses_fails_the_check(destination, status):
    destination.server.script("/rows", Reply(status))
    with pytest.raises(DestinationRefused, match=f"{status}"):
        destination.sink().check()


# Values


VALUES = pa.schema(
    [
        ("text", pa.string()),
        ("whole", pa.int64()),
        ("exact", pa.decimal128(38, 9)),
        ("float", pa.float64()),
        ("percent", pa.float64()),
        ("yes", pa.bool_()),
        ("day", pa.date32()),
        ("at", pa.timestamp("us", tz="UTC")),
        ("own", pa.date32()),
    ]
)
VALUE_COLUMNS = (
    TargetColumn(key="text"),
    TargetColumn(key="whole", column_type=ColumnType.INT, number_format="1.234"),
    TargetColumn(key="exact", column_type=ColumnType.DECIMAL, number_format="1.234,56"),
    TargetColumn(key="float", column_type=ColumnType.FLOAT),
    TargetColumn(key="percent", column_type=ColumnType.PERCENTAGE),
    TargetColumn(key="yes", column_type=ColumnType.BOOLEAN),
    TargetColumn(key="day", column_type=ColumnType.DATE),
    TargetColumn(key="at", column_type=ColumnType.TIMESTAMP),
    TargetColumn(key="own", column_type=ColumnType.DATE, output_format="DD.MM.YYYY"),
)


@pytest.fixture
def typed_rows():
    cells = [
        ['say "hi"\\\n', None],
        [9_007_199_254_740_993, None],
        ["12345678901234567890.123456789", None],
        [0.1, None],
        [12.5, None],
        [True, None],
        [date(2024, 2, 29), None],
        [1_709_211_909_000_000, None],
        [date(2024, 2, 29), None],
    ]
    arrays = [
        pa.array(column, pa.string()).cast(kind.type) if kind.name == "exact" else pa.array(column, kind.type)
        for column, kind in zip(cells, VALUES, strict=True)
    ]
    return Rows(VALUES, [pa.RecordBatch.from_arrays(arrays, schema=VALUES)])


def test_json_holds_typed_values_exactly(destination, typed_rows):
    destination.sink().send(typed_rows, VALUE_COLUMNS, PARCEL, 0, lambda _: None)
    (request,) = destination.requests()
    first, second = json.loads(request.body, parse_float=str)
    assert first == {
        "text": 'say "hi"\\\n',
        "whole": 9_007_199_254_740_993,
        "exact": "12345678901234567890.123456789",
        "float": "0.1",
        "percent": "12.5",
        "yes": True,
        "day": "2024-02-29",
        "at": "2024-02-29T13:05:09Z",
        "own": "29.02.2024",
    }
    assert set(second.values()) == {None}


def test_csv_holds_values_in_the_format_of_their_column(destination, typed_rows):
    destination.sink(body_format="CSV").send(typed_rows, VALUE_COLUMNS, PARCEL, 0, lambda _: None)
    first, second = csv.DictReader(io.StringIO(destination.requests()[0].body.decode(), newline=""))
    assert first == {
        "text": 'say "hi"\\\n',
        "whole": "9.007.199.254.740.993",
        "exact": "12.345.678.901.234.567.890,123456789",
        "float": "0.1",
        "percent": "12.5%",
        "yes": "true",
        "day": "2024-02-29",
        "at": "2024-02-29T13:05:09Z",
        "own": "29.02.2024",
    }
    assert set(second.values()) == {""}


@pytest.mark.parametrize(
    ("body_format", "body"),
    [
        ("JSON", b'[{"id":1,"name":"a"},{"id":"two","name":"b"},{"id":"003","name":"c"}]'),
        ("CSV", b"id,name\n1,a\ntwo,b\n003,c\n"),
    ],
)
def test_an_erroneous_cell_that_is_kept_stands_in_place_of_its_value(destination, body_format, body):
    schema = pa.schema([*SCHEMA, ("kept:id", pa.string()), ("kept:name", pa.string())])
    arrays = [
        pa.array([1, None, 3], pa.int64()),
        pa.array(["a", "b", "c"]),
        pa.array([None, "two", "003"]),
        pa.array([None, None, None], pa.string()),
    ]
    rows = Rows(schema, [pa.RecordBatch.from_arrays(arrays, schema=schema)])
    sent(destination.sink(body_format=body_format), rows)
    assert destination.requests()[0].body == body


# Configuration


@pytest.mark.parametrize(
    "wrong",
    [
        {"batch_rows": 0},
        {"batch_bytes": 10},
        {"body_format": "XML"},
        {"method": "GET"},
        {"headers": {"Idempotency-Key": "mine"}},
        {"max_rows": 0},
    ],
    ids=str,
)
def test_a_wrong_configuration_is_refused_at_the_door(wrong):
    with pytest.raises(InvalidDocument):
        HttpOutput.parse({"url": "http://h/", **wrong})


def test_the_limits_are_those_of_the_configuration():
    assert HttpOutput(url="http://h/", max_rows=7).limits == Limits(max_rows=7)
