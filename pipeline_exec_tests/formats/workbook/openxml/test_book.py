"""Workbooks in Office Open XML as one program or another writes them."""

import pytest

from pipeline_exec.errors import ParsingFailure
from pipeline_exec.formats.workbook.package import list_xml
from pipeline_exec.formats.workbook.sheets import blocks
from pipeline_exec_tests.formats.workbooks import MAIN, OFFICE, PACKAGE, archive_of, package, read

STRICT = "http://purl.oclc.org/ooxml"
HEADER = '<row r="1"><c r="A1" t="str"><v>h</v></c></row>'
STRINGS = f'<sst xmlns="{MAIN}"><si><t>x</t></si></sst>'


def rows_of(*cells):
    """A header, and a row for each cell, which is given by what stands behind its place."""
    rows = (f'<row r="{row}"><c r="A{row}"{cell}</c></row>' for row, cell in enumerate(cells, start=2))
    return HEADER + "".join(rows)


def related(*targets, office=OFFICE):
    """Relationships to parts by their kinds."""
    each = "".join(
        f'<Relationship Id="rId{number}" Type="{office}/{kind}" Target="{target}"/>'
        for number, (kind, target) in enumerate(targets, start=1)
    )
    return f'<Relationships xmlns="{PACKAGE}/relationships">{each}</Relationships>'


def workbook_of(*sheets, main=MAIN, office=OFFICE, properties=""):
    each = "".join(
        f'<sheet name="{name}" sheetId="{number}"{attributes} r:id="rId{number}"/>'
        for number, (name, attributes) in enumerate(sheets, start=1)
    )
    return f'<workbook xmlns="{main}" xmlns:r="{office}">{properties}<sheets>{each}</sheets></workbook>'


CELLS = [
    pytest.param(
        ' t="inlineStr"><is><t>漢字</t><rPh sb="0" eb="1"><t>kanji</t></rPh></is>', "漢字", id="how it sounds"
    ),
    pytest.param(
        ' t="inlineStr"><is><r><t>a</t></r><r><rPr><b/></rPr><t xml:space="preserve">b c</t></r></is>',
        "ab c",
        id="a text in several formats",
    ),
    pytest.param(' t="str"><v>a_x000D_\nb</v>', "a\r\nb", id="an escaped line break"),
    pytest.param(' t="str"><v>_x005F_x000D_</v>', "_x000D_", id="an escaped escape"),
    pytest.param(' t="str"><v>_xD83D__xDE42_</v>', "🙂", id="a character in two escapes"),
    pytest.param(' t="str"><v>_xD83D_</v>', "\ufffd", id="half a character"),
    pytest.param(' t="str"><v><![CDATA[a<b>&]]></v>', "a<b>&", id="a section of characters"),
    pytest.param(' t="str"><f>A1</f><v xml:space="preserve"> t </v>', " t ", id="the text of a formula"),
    pytest.param('><f t="array" ref="A2:A3">SUM(1,2)</f><v>3</v>', "3", id="an array formula"),
    pytest.param(' t="inlineStr"><v>x</v>', "x", id="an inline text in the wrong element"),
    pytest.param("><is><t>x</t></is>", "x", id="an inline text that does not say so"),
    pytest.param(' t="e"><v>#SPILL!</v>', "#SPILL!", id="an error of newer programs"),
    pytest.param("><v>1</v><extLst><ext/></extLst>", "1", id="an extension"),
    pytest.param(' s="99"><v>5</v>', "5", id="a style that is not there"),
    pytest.param("><v>\n 5 </v>", "5", id="a number among spaces"),
    pytest.param("><v>1E+20</v>", "1e+20", id="a power of ten"),
    pytest.param("><v>4.9406564584124654E-324</v>", "5e-324", id="the least number"),
    pytest.param("><v>1e999</v>", "1e999", id="a number beyond all floats"),
    pytest.param("><v>1,5</v>", "1,5", id="a number of another country"),
    pytest.param("><v>True</v>", "True", id="a word for a number"),
    pytest.param("><v>NaN</v>", "NaN", id="no number"),
    pytest.param(' t="b"><v>TRUE</v>', "true", id="a truth value in a word"),
    pytest.param(' t="b"><v>false</v>', "false", id="another"),
    pytest.param(' t="b"><v>perhaps</v>', "perhaps", id="no truth value"),
    pytest.param(' t="d"><v>2024-01-31T00:00:00.000Z</v>', "2024-01-31", id="a date"),
    pytest.param(' t="d"><v>2024-01-31T10:20:30.500</v>', "2024-01-31T10:20:30.500", id="a moment"),
    pytest.param(' t="s"><v> 0 </v>', "x", id="a shared text among spaces"),
]


@pytest.mark.parametrize("quote", ['"', "'"], ids=["double quotes", "single quotes"])
@pytest.mark.parametrize(("cell", "text"), CELLS)
def test_a_cell_is_read_in_whatever_way_it_is_written(path, cell, text, quote):
    xml = rows_of(cell, "><v>7</v>").replace('"', quote)
    assert read(package(path, xml, **{"xl/sharedStrings.xml": STRINGS}), header_row=1)[2] == [[text], ["7"]]


class TestRows:
    @pytest.mark.parametrize(
        "rows",
        [
            '<row r="9"><c r="A9"><v>9</v></c></row><row r="5"><c r="A5"><v>5</v></c><c r="B5"><v>6</v></c></row>',
            '<row r="5"><c r="A5"><v>5</v></c></row><row r="9"><c r="A9"><v>9</v></c></row>'
            '<row r="5"><c r="B5"><v>6</v></c></row>',
            '<row r="5"><c r="B5"><v>6</v></c><c r="A5"><v>5</v></c></row><row r="9"><c r="A9"><v>9</v></c></row>',
            '<row><c r="A5"><v>5</v></c><c><v>6</v></c></row><row><c r="A9"><v>9</v></c></row>',
        ],
        ids=["rows out of order", "a row in two parts", "cells out of order", "rows without numbers"],
    )
    @pytest.mark.parametrize("cells", [1, 100_000], ids=["small blocks", "large blocks"])
    def test_cells_stand_where_their_places_say(self, path, monkeypatch, rows, cells):
        monkeypatch.setattr(blocks, "_CELLS", cells)
        header = '<row r="1"><c r="A1" t="str"><v>a</v></c><c r="B1" t="str"><v>b</v></c></row>'
        assert read(package(path, header + rows), header_row=1)[2] == [["5", "6"], ["9", None]]

    def test_rows_out_of_order_are_not_sorted_beyond_what_memory_has_room_for(self, path, monkeypatch):
        monkeypatch.setattr(blocks, "_MOST_SORTED", 0)
        monkeypatch.setattr(list_xml, "_CHUNK", 10)
        package(path, '<row r="2"><c r="A2"><v>2</v></c></row><row r="1"><c r="A1"><v>1</v></c></row>')
        with pytest.raises(ParsingFailure, match="do not stand in their order, and are too many"):
            read(path)

    def test_empty_rows_to_the_end_of_the_sheet_are_none(self, path):
        empty = "".join(f'<row r="{row}"/>' for row in range(3, 500))
        package(path, rows_of("><v>7</v>") + empty + '<row r="1048576" ht="15"><c r="A1048576" s="0"/></row>')
        assert read(path, header_row=1)[2] == [["7"]]

    def test_what_is_hidden_is_data_too(self, path):
        sheet = (
            f'<worksheet xmlns="{MAIN}"><cols><col min="1" max="1" hidden="1"/></cols><sheetData>{HEADER}'
            '<row r="2" hidden="1"><c r="A2"><v>1</v></c></row></sheetData><autoFilter ref="A1:A2"/></worksheet>'
        )
        assert read(package(path, "", **{"xl/worksheets/sheet1.xml": sheet}), header_row=1)[2] == [["1"]]


class TestParts:
    def test_the_workbook_may_have_any_name(self, path):
        package(
            path,
            rows_of("><v>1</v>"),
            **{
                "_rels/.rels": related(("officeDocument", "xl/workbook22.xml")),
                "xl/workbook22.xml": workbook_of(("One", "")),
                "xl/_rels/workbook22.xml.rels": related(("worksheet", "worksheets/sheet1.xml")),
                "xl/workbook.xml": "<no/>",
            },
        )
        assert read(path)[1:] == (["h"], [["1"]])

    @pytest.mark.parametrize(
        ("target", "part"),
        [
            ("texts.xml", "xl/texts.xml"),
            ("/xl/texts.xml", "xl/texts.xml"),
            ("SharedStrings.xml", "xl/sharedStrings.xml"),
            ("sharedStrings.xml", "xl\\sharedStrings.xml"),
        ],
        ids=["another name", "from the root", "another case", "a path of Windows"],
    )
    def test_a_part_is_found_by_its_relationship(self, path, target, part):
        relations = related(("worksheet", "/xl/Worksheets/Sheet1.xml"), ("sharedStrings", target))
        package(path, rows_of(' t="s"><v>0</v>'), **{"xl/_rels/workbook.xml.rels": relations, part: STRINGS})
        assert read(path, header_row=1)[2] == [["x"]]

    def test_the_strict_edition_of_the_standard_is_read(self, path):
        office = f"{STRICT}/officeDocument/relationships"
        sheet = rows_of(' t="d"><v>2024-01-31T00:00:00</v>', ' s="0"><v>0.5</v>')
        package(
            path,
            "",
            **{
                "_rels/.rels": related(("officeDocument", "xl/workbook.xml"), office=office),
                "xl/workbook.xml": workbook_of(("One", ""), main=f"{STRICT}/spreadsheetml/main", office=office),
                "xl/_rels/workbook.xml.rels": related(("worksheet", "worksheets/sheet1.xml"), office=office),
                "xl/worksheets/sheet1.xml": f'<worksheet xmlns="{STRICT}"><sheetData>{sheet}</sheetData></worksheet>',
            },
        )
        assert read(path, header_row=1)[2] == [["2024-01-31"], ["0.5"]]

    def test_sheets_of_one_name_are_told_apart_by_their_numbers(self, path):
        parts = {
            "xl/workbook.xml": workbook_of(("One", ' state="veryHidden"'), ("One", ""), ("One", "")),
            "xl/_rels/workbook.xml.rels": related(*(("worksheet", f"worksheets/sheet{at}.xml") for at in (1, 2, 3))),
        } | {
            f"xl/worksheets/sheet{at}.xml": f"<worksheet><sheetData>{rows_of(f'><v>{at}</v>')}</sheetData></worksheet>"
            for at in (1, 2, 3)
        }
        package(path, "", **parts)
        assert [read(path, sheet=sheet)[2] for sheet in (None, 1, 2, 3)] == [[["2"]], [["1"]], [["2"]], [["3"]]]

    @pytest.mark.parametrize(
        "parts",
        [{"_rels/.rels": related(("officeDocument", "xl/sheet.bin"))}, {"xl/workbook.xml": "<document/>"}],
        ids=["a binary workbook", "another document"],
    )
    def test_an_archive_without_a_workbook_is_said_to_be_one(self, path, parts):
        with pytest.raises(ParsingFailure, match="is a ZIP archive, but not an XLSX workbook"):
            read(package(path, "", **parts), format="xlsx")

    def test_a_binary_workbook_is_refused_by_what_it_is(self, path):
        path.write_bytes(archive_of(**{"xl/workbook.bin": b"", "[Content_Types].xml": b"<Types/>"}))
        with pytest.raises(ParsingFailure, match=r"is a binary workbook \(.xlsb\). Send it as CSV, TSV, XLSX"):
            read(path)
