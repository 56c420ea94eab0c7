"""OpenDocument workbooks: their cells, repeats, merged titles, and what would take all room."""

import pytest

from pipeline_exec.errors import ParsingFailure, SourceDataEmpty
from pipeline_exec.formats.workbook.opendocument import row_parse, table_xml
from pipeline_exec_tests.formats.workbooks import document, odf_cell, odf_table, read


def test_cells_are_read_by_their_type(path):
    row = [
        odf_cell("Anna"),
        odf_cell("1.234,50 €", "currency=1234.5"),
        odf_cell("13 %", "percentage=0.125"),
        odf_cell("31.01.24", "date=2024-01-31"),
        odf_cell("31.01.24 15:30", "date=2024-01-31T15:30:00"),
        odf_cell("15:30", "time=PT15H30M00S"),
        odf_cell("WAHR", "boolean=true"),
        odf_cell("007", "float=7"),
        odf_cell("1/2", "float=0.5"),
        odf_cell("#N/A"),
    ]
    names = [odf_cell(f"c{number}") for number in range(len(row))]
    document(path, odf_table(names, row))
    common = ["2024-01-31", "2024-01-31T15:30:00", "15:30:00", "true"]
    assert read(path)[2] == [["Anna", "1234.50", "13%", *common, "007", "0.5", "#N/A"]]
    assert read(path, numbers="shown")[2] == [["Anna", "1.234,50 €", "13 %", *common, "007", "1/2", "#N/A"]]
    assert read(path, numbers="exact")[2] == [["Anna", "1234.5", "0.125", *common, "7", "0.5", "#N/A"]]


def test_spaces_lines_and_comments_are_told_apart(path):
    cell = (
        '<table:table-cell office:value-type="string"><office:annotation><text:p>a remark</text:p>'
        "</office:annotation><text:p>a<text:s text:c='2'/>b<text:tab/><text:span>c</text:span></text:p>"
        "<text:p>d</text:p></table:table-cell>"
    )
    document(path, odf_table([odf_cell("x")], [cell]))
    assert read(path, header_row=1)[2] == [["a  b\tc\nd"]]


def test_repeated_rows_and_cells_are_as_many(path):
    many = ' table:number-columns-repeated="2"'
    rows = odf_table([odf_cell("a"), odf_cell("b"), odf_cell("c")], [odf_cell("x", attributes=many), odf_cell("y")])
    rows = rows.replace(
        '<table:table-row><table:table-cell office:value-type="string" table',
        '<table:table-row table:number-rows-repeated="3"><table:table-cell office:value-type="string" table',
    )
    empty = odf_cell("", "", ' table:number-columns-repeated="16381"')
    end = f'<table:table-row table:number-rows-repeated="1048000">{empty}</table:table-row></table:table>'
    document(path, rows.replace("</table:table>", end))
    assert read(path, header_row=1)[2] == [["x", "x", "y"]] * 3


def test_merged_titles_are_part_of_each_name(path):
    wide, high = ' table:number-columns-spanned="2"', ' table:number-rows-spanned="2"'
    covered = "<table:covered-table-cell/>"
    document(
        path,
        odf_table(
            [odf_cell("Id", attributes=high), odf_cell("2024", attributes=wide), covered],
            [covered, odf_cell("Q1"), odf_cell("Q2")],
            [odf_cell("a"), odf_cell("1", "float=1"), odf_cell("2", "float=2")],
        ),
    )
    assert read(path)[1:] == (["Id", "2024 Q1", "2024 Q2"], [["a", "1", "2"]])


def test_hidden_sheets_come_last(path):
    style = '<style:style style:name="ta1"><style:table-properties table:display="false"/></style:style>'
    hidden = odf_table([odf_cell("nope")], [odf_cell("1", "float=1")], attributes=' table:style-name="ta1"')
    document(path, hidden + odf_table([odf_cell("yes")], [odf_cell("2", "float=2")], name="Seen"), style)
    assert read(path)[:2][0]["sheet"] == "Seen"
    assert read(path, sheet=1)[1] == ["nope"]


@pytest.mark.parametrize(
    ("table", "says"),
    [
        ('<table:table-row table:number-rows-repeated="1048576">{many}</table:table-row>', "repeats rows"),
        ('<table:table-row table:number-rows-repeated="9999999">{one}</table:table-row>', "damaged"),
        ("<table:table-row>{wide}</table:table-row>", "damaged"),
        ('<table:table-row table:number-rows-repeated="-5">{one}</table:table-row>', "damaged"),
        ("<table:table-row>{one}", "damaged"),
        ("<table:table-row>{one}</table:table-row></table:table-cell>", "damaged"),
        ("<table:table-row><table:table-cell><table:table-row/></table:table-cell></table:table-row><b>", "damaged"),
    ],
    ids=[
        "rows repeated",
        "more rows than there are",
        "more columns than there are",
        "a negative count",
        "cut off",
        "an end without a beginning",
        "a row within a cell",
    ],
)
def test_what_would_take_all_room_is_refused(path, table, says):
    wide = odf_cell("x", attributes=' table:number-columns-repeated="99999"')
    many = odf_cell("x", attributes=' table:number-columns-repeated="10000"')
    rows = table.format(one=odf_cell("x"), many=many, wide=wide)
    document(path, f'<table:table table:name="Data">{rows}</table:table>')
    with pytest.raises(ParsingFailure, match=says):
        read(path)


def test_a_row_that_does_not_end_is_damage(path, monkeypatch):
    monkeypatch.setattr(row_parse, "_LONGEST_ROW", 100_000)
    monkeypatch.setattr(table_xml, "_LONGEST", 100_000)
    monkeypatch.setattr(table_xml, "_CHUNK", 10_000)
    document(path, odf_table([odf_cell(f"{'x' * 50}{number}") for number in range(9_000)]))
    with pytest.raises(ParsingFailure, match="damaged"):
        read(path)


def test_entities_are_refused(path):
    content = '<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]><a>&x;</a>'
    with pytest.raises(ParsingFailure, match="damaged"):
        read(document(path, "", **{"content.xml": content}))


def test_a_bomb_is_refused_before_it_is_unpacked(path):
    document(path, " " * 100_000_000)
    with pytest.raises(ParsingFailure, match="MB unpacked"):
        read(path)


def test_a_locked_workbook_says_so(path):
    manifest = "<m:manifest xmlns:m='m'><m:file-entry><m:encryption-data/></m:file-entry></m:manifest>"
    with pytest.raises(ParsingFailure, match="protected by a password"):
        read(document(path, "", **{"META-INF/manifest.xml": manifest}))


def test_a_workbook_without_data_is_no_data(path):
    with pytest.raises(SourceDataEmpty):
        read(document(path, odf_table([odf_cell("")])))


def test_a_document_in_one_piece_is_refused_by_what_it_is(path):
    path.write_text('<?xml version="1.0"?>\n<office:document xmlns:office="o"><office:body/></office:document>')
    with pytest.raises(ParsingFailure, match="is an OpenDocument file in one piece"):
        read(path)
