"""What came in, what went out, and what was wrong with it, downloaded."""

import csv
import io

import openpyxl
import pytest

from pipeline_exec.api.downloads import attachment
from pipeline_exec_tests.servers.http import Reply

SOME = "name,age\nAda,36\nGrace,45\n"
BAD = "name,age\nAda,36\n=1+1,old\n,\n"


def test_the_input_is_downloaded_as_it_was_received(api):
    content = "name,age\r\nAda,36\r\n".encode("utf-16")
    read = api.execute(api.a_pipeline().receives(content, "übung 1.csv"))

    answer = api.client.get(f"/dp/api/v1/execution/{read['id']}/input")

    assert answer.content == content
    assert answer.headers["Content-Type"] == "application/octet-stream"
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert (
        answer.headers["Content-Disposition"]
        == "attachment; filename=\"_bung 1.csv\"; filename*=UTF-8''%C3%BCbung%201.csv"
    )


def test_the_output_is_downloaded_as_it_was_written(api):
    pipeline = api.a_pipeline(output_options={"file_name": "people"}).receives(SOME)
    read = api.execute(pipeline)

    answer = api.client.get(f"/dp/api/v1/execution/{read['id']}/output")

    assert answer.text == pipeline.written
    assert answer.headers["Content-Disposition"] == 'attachment; filename="people.csv"'


def test_the_output_to_a_destination_of_rows_is_downloaded_as_a_file(api, http_server):
    url = http_server.script("/rows", Reply(200))
    output = api.a_connector("api", "OUTPUT", "HTTP", url=url)
    read = api.execute(api.a_pipeline(outputs=[output]).receives(SOME))

    assert read["status"] == "SUCCESSFUL", read
    answers = [api.client.get(f"/dp/api/v1/execution/{read['id']}/output") for _ in range(2)]
    assert [answer.text for answer in answers] == [SOME, SOME]


def test_a_part_of_a_download_can_be_asked_for(api):
    read = api.execute(api.a_pipeline().receives(SOME))

    answer = api.client.get(f"/dp/api/v1/execution/{read['id']}/input", headers={"Range": "bytes=5-8"})

    assert (answer.status_code, answer.text) == (206, "age\n")


def test_what_delivered_nothing_has_no_output(api):
    read = api.execute(api.a_pipeline().receives(BAD))

    answer = api.client.get(f"/dp/api/v1/execution/{read['id']}/output")

    assert answer.status_code == 404
    assert "delivered nothing" in answer.json()["message"]


@pytest.fixture(scope="module")
def erroneous(api):
    return api.execute(api.a_pipeline().receives(BAD))["id"]


def test_every_erroneous_cell_is_listed(api, erroneous):
    answer = api.client.get(f"/dp/api/v1/execution/{erroneous}/errors").json()

    assert answer["pagination"] == {"total": 2, "offset": 0, "limit": 25}
    assert [(each["row"], each["column"], each["value"], each["code"]) for each in answer["data"]] == [
        (2, "age", "old", "type.int"),
        (3, "name", None, "required"),
    ]
    assert all(each["message"] for each in answer["data"])


def test_erroneous_cells_come_in_pages(api, erroneous):
    def page(offset):
        parameters = {"pagination[offset]": offset, "pagination[limit]": 1}
        return api.client.get(f"/dp/api/v1/execution/{erroneous}/errors", params=parameters).json()

    assert [[each["row"] for each in page(offset)["data"]] for offset in (0, 1, 2)] == [[2], [3], []]
    assert page(1)["pagination"] == {"total": 2, "offset": 1, "limit": 1}


def test_erroneous_cells_are_downloaded_as_csv(api, erroneous):
    answer = api.client.get(f"/dp/api/v1/execution/{erroneous}/errors", params={"format": "csv"})

    assert answer.headers["Content-Type"].startswith("text/csv")
    assert answer.headers["Content-Disposition"] == f'attachment; filename="errors_{erroneous}.csv"'
    header, *rows = csv.reader(io.StringIO(answer.text))
    assert header == ["row", "column", "value", "code", "message"]
    assert [row[:4] for row in rows] == [["2", "age", "old", "type.int"], ["3", "name", "", "required"]]


@pytest.mark.parametrize("time", ["the first time", "once more"])
def test_erroneous_cells_are_downloaded_as_a_workbook(api, erroneous, time):
    answer = api.client.get(f"/dp/api/v1/execution/{erroneous}/errors", params={"format": "xlsx"})

    assert answer.headers["Content-Type"] == "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
    assert answer.headers["Content-Disposition"] == f'attachment; filename="errors_{erroneous}.xlsx"'
    book = openpyxl.load_workbook(io.BytesIO(answer.content))
    assert [[cell.value for cell in row] for row in book["Data"]][1:] == [
        [1, "Ada", "36"],
        [2, "=1+1", "old"],
        [3, None, None],
    ]
    assert book["Data"]["C3"].comment.text.startswith("type.int: 'old' is not")
    assert book["Data"]["B3"].data_type == "s"


def test_a_repaired_cell_stands_in_the_report_as_it_was_repaired(api):
    execution = api.execute(api.a_pipeline().receives(BAD))["id"]
    cells = {"cells": [{"row": 2, "column": "age", "value": "41"}]}
    api.client.post(f"/dp/api/v1/execution/{execution}/fix", json=cells)
    api.ended(execution)
    answer = api.client.get(f"/dp/api/v1/execution/{execution}/errors", params={"format": "xlsx"})

    sheet = openpyxl.load_workbook(io.BytesIO(answer.content))["Data"]
    assert (sheet["C3"].value, sheet["C3"].comment) == ("41", None)
    assert sheet["B4"].comment.text.startswith("required: ")


def test_an_unknown_format_of_errors_is_refused(api, erroneous):
    answer = api.client.get(f"/dp/api/v1/execution/{erroneous}/errors", params={"format": "pdf"})

    assert answer.status_code == 400
    assert answer.json()["errors"] == [{"field": "format", "message": "Input should be 'json', 'csv' or 'xlsx'"}]


def test_an_execution_that_was_not_validated_has_no_errors_to_list(api):
    read = api.execute(api.a_pipeline().receives(""))

    answer = api.client.get(f"/dp/api/v1/execution/{read['id']}/errors")

    assert answer.status_code == 404
    assert "not validated" in answer.json()["message"]


@pytest.mark.parametrize(
    ("name", "header"),
    [
        pytest.param("a b.csv", 'attachment; filename="a b.csv"', id="plain"),
        pytest.param(
            'a"\r\nSet-Cookie: x',
            "attachment; filename=\"a___Set-Cookie_ x\"; filename*=UTF-8''a%22%0D%0ASet-Cookie%3A%20x",
            id="an attack on the header",
        ),
        pytest.param("../a", "attachment; filename=\".._a\"; filename*=UTF-8''..%2Fa", id="a path"),
    ],
)
def test_a_name_cannot_break_out_of_its_header(name, header):
    assert attachment(name) == {"Content-Disposition": header}
