"""Formulas of which a workbook stores no value."""

import openpyxl
import pytest

from pipeline_exec_tests.formats.workbooks import document, odf_cell, odf_table, package, read


def xlsx_of(path, *cells, encoding="utf-8"):
    """A header, and a row for each cell, which is given by what stands behind its place."""
    rows = "".join(f'<row r="{row}"><c r="A{row}"{cell}</c></row>' for row, cell in enumerate(cells, start=2))
    sheet = f'<worksheet><sheetData><row r="1"><c r="A1" t="str"><v>h</v></c></row>{rows}</sheetData></worksheet>'
    return package(path, "", **{"xl/worksheets/sheet1.xml": sheet.encode(encoding)})


def ods_of(path, *cells, quote='"'):
    """A header, and a row for each cell."""
    rows = ([cell.replace('"', quote)] for cell in cells)
    return document(path, odf_table([odf_cell("h")], *rows))


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"], ids=["the fast way", "the sure way"])
class TestXlsx:
    @pytest.mark.parametrize(
        ("cell", "text"),
        [
            pytest.param("><f>1+1</f>", "=1+1", id="no value"),
            pytest.param("><f>1+1</f><v/>", "=1+1", id="an empty value"),
            pytest.param("><f>1+1</f><v></v>", "=1+1", id="a value without content"),
            pytest.param(' s="0"><f>IF(B1&lt;2,"a","b")</f><v/>', '=IF(B1<2,"a","b")', id="characters of XML"),
            pytest.param("><f>B1>2</f><v/>", "=B1>2", id="a bracket"),
            pytest.param('><f t="array" ref="A2:A3">SUM(1,2)</f><v/>', "=SUM(1,2)", id="an array formula"),
            pytest.param('><f t="shared" si="0"/><v/>', "=", id="a formula that stands in another cell"),
            pytest.param(' t="str"><f>A1&amp;"x"</f>', '=A1&"x"', id="a text without value"),
            pytest.param(' t="b"><f>TRUE()</f><v/>', "=TRUE()", id="a truth value without value"),
            pytest.param(' t="s"><f>A1</f><v/>', "=A1", id="a shared text without value"),
            pytest.param("><v/><f>A1</f>", "=A1", id="a formula behind its value"),
        ],
    )
    def test_a_formula_without_value_is_read_itself(self, path, cell, text, encoding):
        xlsx_of(path, "><f>2*3</f><v>6</v>", cell, "><v>7</v>", encoding=encoding)
        dialect, _, rows = read(path, header_row=1)
        assert rows == [["6"], [text], ["7"]]
        assert dialect["formulas_without_value"] == {"count": 1, "first": "A3"}

    @pytest.mark.parametrize(
        "cell",
        [' t="str"><f>""</f><v></v>', ' t="str"><f>""</f><v/>', ' t="inlineStr"><f>""</f><is><t/></is>'],
        ids=["nothing within it", "an empty element", "an inline text"],
    )
    def test_a_formula_that_gives_an_empty_text_is_empty(self, path, cell, encoding):
        xlsx_of(path, "><v>6</v>", cell, "><f>3+4</f><v>7</v>", encoding=encoding)
        dialect, _, rows = read(path, header_row=1)
        assert rows == [["6"], ["7"]]
        assert "formulas_without_value" not in dialect


def test_what_no_spreadsheet_program_has_calculated_is_not_lost(path):
    book = openpyxl.Workbook()
    book.active.append(["net", "gross"])
    for row in (2, 3):
        book.active.append([1.5, f"=A{row}*1.19"])
    book.save(path)
    dialect, names, rows = read(path)
    assert (names, rows) == (["net", "gross"], [["1.5", "=A2*1.19"], ["1.5", "=A3*1.19"]])
    assert dialect["formulas_without_value"] == {"count": 2, "first": "B2"}


@pytest.mark.parametrize("quote", ['"', "'"], ids=["the fast way", "the sure way"])
class TestOds:
    @pytest.mark.parametrize(
        ("cell", "text"),
        [
            pytest.param(odf_cell(kind="", attributes=' table:formula="of:=1+1"'), "=1+1", id="no kind"),
            pytest.param(odf_cell(kind="float", attributes=' table:formula="of:=1+1"'), "=1+1", id="no value"),
            pytest.param('<table:table-cell table:formula="=SUM([.A1])"/>', "=SUM([.A1])", id="no prefix"),
            pytest.param('<table:table-cell table:formula="oooc:=1"><text:p/></table:table-cell>', "=1", id="no text"),
            pytest.param('<table:table-cell table:formula="of:=1&lt;2"/>', "=1<2", id="characters of XML"),
            pytest.param('<table:table-cell table:formula="[.A1:.A2]"/>', "=[.A1:.A2]", id="no sign in front"),
        ],
    )
    def test_a_formula_without_value_is_read_itself(self, path, cell, text, quote):
        ods_of(path, odf_cell("6", "float=6", ' table:formula="of:=2*3"'), cell, odf_cell("7", "float=7"), quote=quote)
        dialect, _, rows = read(path, header_row=1)
        assert rows == [["6"], [text], ["7"]]
        assert dialect["formulas_without_value"] == {"count": 1, "first": "A3"}

    def test_each_cell_counts_that_a_repeated_one_stands_for(self, path, quote):
        cell = '<table:table-cell table:number-columns-repeated="2" table:formula="of:=1"/>'
        ods_of(path, cell, quote=quote)
        dialect, _, rows = read(path, header_row=1)
        assert rows == [["=1", "=1"]]
        assert dialect["formulas_without_value"] == {"count": 2, "first": "A2"}

    @pytest.mark.parametrize(
        "attributes", [' office:string-value=""', ""], ids=["a value without content", "a value that is shown"]
    )
    def test_a_formula_that_gives_an_empty_text_is_empty(self, path, attributes, quote):
        empty = odf_cell(attributes=attributes + ' table:formula="of:=A1"')
        ods_of(path, odf_cell("6", "float=6"), empty, odf_cell("7", "float=7"), quote=quote)
        dialect, _, rows = read(path, header_row=1)
        assert rows == [["6"], ["7"]]
        assert "formulas_without_value" not in dialect
