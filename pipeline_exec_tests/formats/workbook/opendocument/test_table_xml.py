"""Tables of documents read the fast way, and the sure one."""

import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline_exec.formats.workbook.opendocument import row_scan, table_xml
from pipeline_exec.formats.workbook.opendocument.row_parse import RowParser
from pipeline_exec.formats.workbook.opendocument.table_xml import TableXml
from pipeline_exec.formats.workbook.package.spelling import Unusual
from pipeline_exec_tests.formats.workbooks import content_of

ATTRIBUTES = st.lists(
    st.sampled_from(
        [
            'office:value-type="float" office:value="1.5"',
            'office:value="7" calcext:value-type="float" office:value-type="percentage"',
            'office:value-type="date" office:date-value="2024-01-31T00:00:00"',
            'office:value-type="string"',
            'office:value-type="string" office:string-value="x &amp; y"',
            'table:style-name="a>b"',
            'table:number-columns-repeated="3"',
            'table:number-columns-spanned="2" table:number-rows-spanned="2"',
            "table:formula='of:=1'",
            'table:formula="of:=[.A1]&lt;2"',
        ]
    ),
    max_size=3,
    unique_by=lambda each: next((name for name in ("value-type", "formula") if name in each), each),
)
CONTENTS = st.sampled_from(
    [
        None,
        "",
        "<text:p/>",
        "<text:p>Köln &lt;&#228;&gt;</text:p>",
        "<text:p>a</text:p><text:p>b</text:p>",
        "<text:p>a<text:s text:c='2'/><text:span>b</text:span></text:p>",
        "<office:annotation><text:p>note</text:p></office:annotation><text:p>text</text:p>",
        " <text:p>between</text:p> ",
        "<!-- <text:p>no</text:p> --><text:p>yes</text:p>",
    ]
)
CELLS = st.tuples(st.sampled_from(["table:table-cell", "table:covered-table-cell"]), ATTRIBUTES, CONTENTS)
ROWS = st.tuples(st.sampled_from(["", ' table:number-rows-repeated="2"']), st.lists(CELLS, max_size=4))


def cell(name, attributes, content):
    start = " ".join([f"<{name}", *attributes])
    return f"{start}/>" if content is None else f"{start}>{content}</{name}>"


def table(rows, space=""):
    lines = [
        f"<table:table-row{repeated}>{''.join(cell(*each) for each in cells)}</table:table-row>"
        for repeated, cells in rows
    ]
    return f'<table:table table:name="T"><table:table-column/>{space.join(["", *lines, ""])}</table:table>'


def filled(found):
    return [
        (*place, value, shown)
        for cells in found
        for *place, value, shown in zip(
            *(each.tolist() for each in (cells.rows, cells.heights, cells.columns, cells.widths, cells.kinds)),
            cells.values.to_pylist(),
            cells.shown.to_pylist(),
            strict=True,
        )
        if value or shown
    ]


@given(rows=st.lists(ROWS, max_size=5), space=st.sampled_from(["", "\n  ", "<text:soft-page-break/>"]))
def test_the_fast_way_agrees_with_the_sure_one(rows, space):
    content = content_of(table([("", [])]) + table(rows, space)).encode()
    fast = TableXml(lambda: io.BytesIO(content), 1).cells()
    sure = RowParser(1).parse(io.BytesIO(content))
    assert filled(fast) == filled(sure)


@pytest.mark.parametrize("size", [50, 333, 2_000])
def test_rows_are_found_wherever_pieces_of_the_xml_end(monkeypatch, size):
    monkeypatch.setattr(table_xml, "_CHUNK", size)
    one = ("table:table-cell", ['office:value-type="string"'], "<text:p>x</text:p>")
    rows = [("", [one] * (1 + number % 3)) for number in range(40)]
    content = content_of(table(rows) + table(rows)).encode()
    for number in (0, 1):
        found = filled(TableXml(lambda: io.BytesIO(content), number).cells())
        assert found == filled(RowParser(number).parse(io.BytesIO(content)))
        assert len(found) == 79


def test_unusual_texts_do_not_make_rows_unusual(monkeypatch):
    monkeypatch.setattr(RowParser, "parse", None)
    texts = ["x", "&lt;b&gt;", "a<text:s/>b", 'see <text:a xlink:href="http://b">c</text:a>', ""]
    cells = [("table:table-cell", [], f"<text:p>{text}</text:p>") for text in texts]
    content = content_of(table([("", cells)])).encode()
    found = filled(TableXml(lambda: io.BytesIO(content), 0).cells())
    assert [shown for *_, shown in found] == ["x", "<b>", "a b", "see c"]


def test_what_was_scanned_is_not_read_again_where_the_sure_way_goes_on(monkeypatch):
    monkeypatch.setattr(table_xml, "_CHUNK", 400)
    usual = ("table:table-cell", ['office:value-type="string"'], "<text:p>x</text:p>")
    odd = ("table:table-cell", ["office:value-type='string'"], "<text:p>y</text:p>")
    content = content_of(table([("", [usual])] * 30 + [("", [odd])] + [("", [usual])] * 3)).encode()
    found = filled(TableXml(lambda: io.BytesIO(content), 0).cells())
    assert [row for row, *_ in found] == list(range(1, 35))


@pytest.mark.parametrize(
    "row",
    [
        "<table:table-cell xmlns:table='other'/>",
        '<table:table-cell xmlns:text="other"><text:p>x</text:p></table:table-cell>',
        "<table:table-cell><text:p>\x01</text:p></table:table-cell>",
        "<table:table-cell><text:p>x</text:p></table:covered-table-cell><table:table-cell>",
        "<table:table-cell><text:p>x</text:p></table:covered-table-cell>",
        '<table:table-cell office:value-type="new"/>',
        '<table:table-cell a="1" a="2"/>',
        "<table:table-cell><text:p>&other;</text:p></table:table-cell>",
        "<draw:frame/>",
        "<?php?>",
    ],
)
def test_what_is_not_sure_is_refused(row):
    with pytest.raises(Unusual):
        row_scan.scan(f"<table:table-row>{row}</table:table-row>".encode(), 0, b"<office:document-content>")
