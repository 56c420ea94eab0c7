"""The error report, as spreadsheet programs open it."""

import re
from xml.etree import ElementTree
from zipfile import ZipFile

import openpyxl
import pyarrow as pa
import pytest

from pipeline_exec.dataplane.findings import FINDINGS
from pipeline_exec.formats.registry import FORMATS
from pipeline_exec.formats.workbook.report import comments, error_report
from pipeline_exec.formats.workbook.report import table as report_table
from pipeline_exec.model.rows import Rows
from pipeline_exec.ports import ErrorReport
from pipeline_exec_tests.formats.tables import column, rows_of, text_columns

RED = "FFFFC7CE"
COLUMNS = [column("id", label="Number"), column("name"), column("day", label="Day <of> month")]
RECORDS = [["1", "Anna", "2024-01-31"], ["2", None, "31.02.2024"], ["3", "Cem", "x"], [None, "Dora", "2024-01-01"]]
FOUND = [
    (2, "name", None, "required", "A value is required."),
    (2, "day", "31.02.2024", "type.date", "'31.02.2024' is not a date."),
    (2, "day", "31.02.2024", "regex", "It must be <ISO> & nothing else."),
    (4, "id", None, "required", "A value is required."),
]


@pytest.fixture
def path(tmp_path):
    return tmp_path / "report.xlsx"


def report_of(columns=COLUMNS, records=RECORDS, found=FOUND, batch_rows=2, total=None, batch_findings=1):
    batches = [
        pa.RecordBatch.from_pylist(
            [dict(zip(FINDINGS.names, each, strict=True)) for each in found[at : at + batch_findings]], FINDINGS
        )
        for at in range(0, len(found), batch_findings)
    ]
    rows = rows_of(text_columns(*(each.key for each in columns)), records, batch_rows=batch_rows)
    return ErrorReport(columns, rows, len(records), Rows(FINDINGS, batches), len(found) if total is None else total)


def written(path, **given):
    FORMATS.write_report(report_of(**given), path)
    return openpyxl.load_workbook(path)


def values(sheet):
    return [[cell.value for cell in row] for row in sheet.iter_rows()]


def marked(sheet):
    return {cell.coordinate for row in sheet.iter_rows() for cell in row if cell.fill.fgColor.rgb == RED}


def remarks(sheet):
    return {cell.coordinate: cell.comment.text for row in sheet.iter_rows() for cell in row if cell.comment}


@pytest.mark.parametrize("batch_rows", [1, 2, 100])
@pytest.mark.parametrize("batch_findings", [1, 3, 100])
def test_the_table_is_shown_with_its_erroneous_cells_coloured_and_commented(path, batch_rows, batch_findings):
    sheet = written(path, batch_rows=batch_rows, batch_findings=batch_findings)["Data"]
    assert values(sheet) == [
        ["Row", "Number", "name", "Day <of> month"],
        *([number, *record] for number, record in enumerate(RECORDS, start=1)),
    ]
    assert marked(sheet) == {"C3", "D3", "B5"}
    assert remarks(sheet) == {
        "C3": "required: A value is required.",
        "D3": "type.date: '31.02.2024' is not a date.\nregex: It must be <ISO> & nothing else.",
        "B5": "required: A value is required.",
    }
    assert sheet.freeze_panes == "A2"
    assert all(cell.font.b for cell in sheet[1])


def test_findings_are_listed_and_counted(path):
    book = written(path, total=10)
    assert values(book["Findings"])[:2] == [["Row", "Column", "Value", "Code", "Message"], list(FOUND[0])]
    assert len(values(book["Findings"])) == 5
    assert values(book["Summary"]) == [
        ["Column", "Label", "Code", "Findings"],
        ["day", "Day <of> month", "regex", 1],
        ["day", "Day <of> month", "type.date", 1],
        ["id", "Number", "required", 1],
        ["name", None, "required", 1],
        ["All findings", None, None, 10],
    ]
    assert "There are 10 findings, of which the first 4 are kept" in book["Notes"]["A2"].value


def test_nothing_to_say_is_no_sheet_of_notes(path):
    assert written(path).sheetnames == ["Data", "Findings", "Summary"]


def test_a_table_without_errors_is_a_report_too(path):
    book = written(path, found=[])
    with ZipFile(path) as archive:
        assert not any("omments" in name or "vml" in name for name in archive.namelist())
    assert (marked(book["Data"]), len(values(book["Data"])), values(book["Findings"])[1:]) == (set(), 5, [])


def test_findings_beyond_the_sheet_are_no_comments(path, monkeypatch):
    monkeypatch.setattr(error_report, "MAX_SHEET_COLUMNS", 3)
    book = written(path, found=[FOUND[1]])
    with ZipFile(path) as archive:
        assert not any("omments" in name or "vml" in name for name in archive.namelist())
    assert "Data holds the first 2" in book["Notes"]["A2"].value


@pytest.mark.parametrize(("limit", "value"), [("MAX_ROWS", 4), ("_MOST_BYTES", 900)])
def test_findings_that_do_not_fit_into_a_sheet_are_said(path, monkeypatch, limit, value):
    monkeypatch.setattr(report_table, limit, value)
    book = written(path)
    assert [row[0] for row in values(book["Findings"])] == ["Row", 2, 2, 2][: len(values(book["Findings"]))]
    left = len(values(book["Findings"])) - 1
    notes = [row[0] for row in values(book["Notes"])]
    assert f"More findings do not fit into a sheet: Findings lists the first {left}." in notes


def test_boxes_have_room_for_their_texts(path):
    found = [(2, "name", None, "a", "x"), (3, "name", None, "b", "x " * 200)]
    written(path, found=found)
    with ZipFile(path) as archive:
        anchors = re.findall("<x:Anchor>(.*?)</x:Anchor>", archive.read("xl/drawings/vmlDrawing1.vml").decode())
    heights = [int(anchor.split(", ")[6]) - int(anchor.split(", ")[2]) for anchor in anchors]
    assert heights == [5, 14]


@pytest.mark.parametrize("batch_rows", [1, 3, 100])
def test_of_a_table_that_does_not_fit_the_erroneous_rows_are_shown(path, monkeypatch, batch_rows):
    monkeypatch.setattr(error_report, "MAX_ROWS", 4)
    book = written(path, batch_rows=batch_rows)
    assert values(book["Data"])[1:] == [[2, "2", None, "31.02.2024"], [4, None, "Dora", "2024-01-01"]]
    assert (marked(book["Data"]), set(remarks(book["Data"]))) == ({"C2", "D2", "B3"}, {"C2", "D2", "B3"})
    assert "4 rows, more than a sheet takes" in book["Notes"]["A2"].value


def test_what_does_not_fit_even_so_is_said(path, monkeypatch):
    monkeypatch.setattr(report_table, "MAX_ROWS", 3)
    book = written(path)
    assert len(values(book["Data"])) == 3
    assert set(remarks(book["Data"])) <= {"C3", "D3"}
    assert "Data holds the first 2" in book["Notes"]["A2"].value


def test_no_more_cells_are_commented_than_programs_stand(path, monkeypatch):
    monkeypatch.setattr(error_report, "MAX_COMMENTS", 2)
    found = comments.comments_of(
        [(batch, batch["row"].to_numpy()) for batch in report_of().findings], {"day": 4, "name": 3}, 1
    )
    assert (len(found), found.texts.to_pylist()) == (1, ["required: A value is required."])


HOSTILE = {
    "a formula": "=1+1",
    "an at sign": "@SUM(A1)",
    "controls": "a\x00b\x0bc",
    "an escape": "_x0041_",
    "markup": "</t></is></c>",
    "an entity": "&amp; ]]>",
    "no character": "\ufffe",
    "long": "x" * 40_000,
    "long in UTF-16": "🙂" * 20_000,
    "spaces": " \r\n\t ",
    "an apostrophe": "'",
}


@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE)
def test_hostile_text_is_text_and_nothing_else(path, text):
    columns = [column("a", label=text[:200])]
    book = written(path, columns=columns, records=[[text]], found=[(1, "a", text, "regex", f"{text} is wrong.")])
    shown = text if len(text) < 20_000 else text[: 32_767 // 2] + "…"
    unescaped = re.sub("_x([0-9A-F]{4})_", lambda match: chr(int(match[1], 16)), str(book["Data"]["B2"].value))
    assert unescaped == ("A" if text == "_x0041_" else shown) or str(book["Data"]["B2"].value).startswith("_x005F_")
    assert {cell.data_type for sheet in book for row in sheet.iter_rows() for cell in row} <= {"s", "n"}
    assert len(book["Data"]["B2"].comment.text) <= 1_100


def test_every_part_is_declared_and_every_relation_leads_to_a_part(path):
    written(path, total=9)
    with ZipFile(path) as archive:
        names = set(archive.namelist())
        for name in names:
            ElementTree.fromstring(archive.read(name))  # our own
        types = ElementTree.fromstring(archive.read("[Content_Types].xml"))  # as above
        overridden = {each.get("PartName")[1:] for each in types if each.tag.endswith("Override")}
        defaults = {each.get("Extension") for each in types if each.tag.endswith("Default")}
        assert overridden <= names
        assert {name for name in names - overridden if name.rpartition(".")[2] not in defaults} == set()
        assert "xl/comments1.xml" in overridden
        rels = {
            "xl/_rels/workbook.xml.rels": "xl/",
            "xl/worksheets/_rels/sheet1.xml.rels": "xl/",
            "_rels/.rels": "",
        }
        for rel, folder in rels.items():
            for each in ElementTree.fromstring(archive.read(rel)):  # as above
                assert folder + each.get("Target").removeprefix("../") in names
        drawing = archive.read("xl/drawings/vmlDrawing1.vml").decode()
        assert re.findall("<x:Row>(.*?)</x:Row><x:Column>(.*?)</x:Column>", drawing) == [
            ("2", "2"),
            ("2", "3"),
            ("4", "1"),
        ]
        assert len(set(re.findall('v:shape id="(.*?)"', drawing))) == 3
