"""Workbooks: what is particular to them."""

import re
import struct
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from zipfile import ZipFile

import openpyxl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline_exec.errors import ParsingFailure, SourceDataEmpty, WriteFileFailure
from pipeline_exec.formats.workbook.bounds import column_letters, column_number
from pipeline_exec.formats.workbook.package import list_xml
from pipeline_exec.formats.workbook.sheets import sheet as sheets
from pipeline_exec.formats.workbook.writing import book as writing
from pipeline_exec.formats.xlsx import XLSX
from pipeline_exec.model.limits import ReadLimits
from pipeline_exec.model.pipeline import OutputOptions, ReadOptions
from pipeline_exec_tests.formats.conformance import FormatConformance
from pipeline_exec_tests.formats.tables import cells_of, column, rows_of, text_columns
from pipeline_exec_tests.formats.workbooks import package, workbook


class TestXlsx(FormatConformance):
    name = "xlsx"
    typed = ("42", "0.5", "1234567890.123456789", "true", "2024-12-31", "2024-12-31T23:59:58", "r")
    has_empty_rows = False


@pytest.fixture
def path(tmp_path):
    return tmp_path / "a.xlsx"


def read(path, **options):
    parsed = XLSX.read(path, ReadOptions(**options))
    return parsed.dialect, parsed.rows.schema.names, cells_of(parsed.rows)


class TestCells:
    @pytest.mark.parametrize(
        ("value", "text"),
        [
            pytest.param(7, "7", id="a whole number"),
            pytest.param(-0.0, "0", id="minus zero"),
            pytest.param(1.1, "1.1", id="a fraction"),
            pytest.param(1e300, "1e+300", id="a large number"),
            pytest.param(9007199254740991, "9007199254740991", id="the last exact whole number"),
            pytest.param(True, "true", id="a truth value"),
            pytest.param(date(2024, 1, 2), "2024-01-02", id="a date"),
            pytest.param(datetime.fromisoformat("2024-01-02T03:04:05"), "2024-01-02T03:04:05", id="a date with a time"),
            pytest.param(
                datetime.fromisoformat("2024-01-02T08:15:59.999999"), "2024-01-02T08:16:00", id="a rounded time"
            ),
            pytest.param(time(12, 30), "12:30:00", id="a time"),
            pytest.param(timedelta(hours=30, minutes=5), "30:05:00", id="a duration"),
            pytest.param(" x ", " x ", id="spaces around text"),
            pytest.param("two\nlines", "two\nlines", id="a line break"),
            pytest.param("#N/A", "#N/A", id="an error value"),
            pytest.param("#DIV/0!", "#DIV/0!", id="another error value"),
        ],
    )
    def test_a_cell_is_read_as_text_in_one_form(self, path, value, text):
        workbook(path, ("S", [["a", "b"], ["x", value], [value, "y"]]))
        assert read(path, header_row=1)[2] == [["x", text], [text, "y"]]

    def test_a_formula_counts_as_the_value_it_had(self, path):
        package(
            path,
            '<row r="1"><c r="A1" t="str"><f>CONCAT("na","me")</f><v>name</v></c></row>'
            '<row r="2"><c r="A2"><f>1+1</f><v>5</v></c></row>'
            '<row r="3"><c r="A3" t="e"><f>1/0</f><v>#DIV/0!</v></c></row>'
            '<row r="4"><c r="A4" t="e" s="0"><f t="shared" si="0"/><v>#REF!</v></c></row>',
        )
        assert read(path)[1:] == (["name"], [["5"], ["#DIV/0!"], ["#REF!"]])

    @given(values=st.lists(st.floats(allow_nan=False, allow_infinity=False), min_size=1, max_size=20))
    def test_every_number_is_read_back_as_the_number_it_was(self, path, values):
        columns = [column("f", "float")]
        XLSX.write(rows_of(columns, [[value] for value in values]), columns, path, OutputOptions())
        assert [float(row[0]) for row in read(path, header_row=1)[2]] == values


TABLE = [["id", "name"], [1, "Anna"]]
OTHER = [["x"], [2], [3]]


class TestSheets:
    def test_the_first_visible_sheet_with_data_is_read(self, path):
        workbook(path, ("Hidden", OTHER), ("Blank", []), ("Data", TABLE), hidden=["Hidden"])
        dialect, names, rows = read(path)
        assert (dialect["sheet"], names, rows) == ("Data", ["id", "name"], [["1", "Anna"]])

    @pytest.mark.parametrize("sheet", [2, "Other", "oTHER"], ids=["number", "name", "name in another case"])
    def test_a_sheet_is_chosen_by_name_or_number(self, path, sheet):
        workbook(path, ("Data", TABLE), ("Other", OTHER))
        assert read(path, sheet=sheet)[2] == [["2"], ["3"]]

    @pytest.mark.parametrize("sheet", [0, 3, -1, "Nowhere"])
    def test_a_sheet_that_is_not_there_is_named_with_those_that_are(self, path, sheet):
        workbook(path, ("Data", TABLE), ("Other", OTHER))
        with pytest.raises(ParsingFailure, match=rf"no sheet (number )?\"?{sheet}\"?; it has Data, Other\."):
            read(path, sheet=sheet)

    @pytest.mark.parametrize("rows", [[], [["id", "name"]], [[None, " "]]], ids=["blank", "header only", "spaces"])
    def test_a_workbook_without_data_is_no_data(self, path, rows):
        workbook(path, ("Data", rows))
        with pytest.raises(SourceDataEmpty):
            read(path)


class TestHeader:
    def test_titles_and_blank_rows_above_the_header_are_passed_over(self, path):
        workbook(
            path,
            (
                "S",
                [
                    ["Report of May"],
                    [],
                    ["made by", "me"],
                    ["id", "name", "city"],
                    [1, "Anna", "Ulm"],
                    [2, "Bob", "Köln"],
                ],
            ),
        )
        dialect, names, rows = read(path)
        assert (dialect["header_row"], names) == (4, ["id", "name", "city"])
        assert rows == [["1", "Anna", "Ulm"], ["2", "Bob", "Köln"]]

    def test_a_table_may_begin_anywhere(self, path):
        workbook(path, ("S", [[], [], [None, None, "id", "name"], [], [None, None, 1, "Anna"], [None, None, 2, None]]))
        dialect, names, rows = read(path)
        assert (dialect["header_row"], names, rows) == (3, ["id", "name"], [["1", "Anna"], ["2", None]])

    def test_a_sheet_of_data_alone_has_no_header(self, path):
        workbook(path, ("S", [[1, "Anna", 1.5], [2, "Bob", 2.5]]))
        dialect, names, rows = read(path)
        assert (dialect["header_row"], names[0], len(rows)) == (None, "column_1", 2)

    def test_the_header_row_is_the_row_of_the_sheet(self, path):
        workbook(path, ("S", [[], ["a", "b"], ["id", "name"], [1, "Anna"]]))
        assert read(path, header_row=3)[1:] == (["id", "name"], [["1", "Anna"]])
        assert read(path, header_row="none")[1:] == (
            ["column_1", "column_2"],
            [["a", "b"], ["id", "name"], ["1", "Anna"]],
        )
        with pytest.raises(ParsingFailure, match="no row 9"):
            read(path, header_row=9)

    def test_names_twice_and_missing_are_made_unique(self, path):
        workbook(path, ("S", [["id", " name", "name", None], [1, "a", "b", "c"]]))
        dialect, names, _ = read(path, header_row=1)
        assert names == ["id", "name", "name_2", "column_4"]
        assert dialect["renamed_columns"] == {"name": " name", "name_2": "name", "column_4": ""}


PLAIN = '<row r="1"><c r="A1"><v>1</v></c><c r="B1"><v>2</v></c></row><row r="2"><c r="A2"><v>3</v></c></row>'


@pytest.mark.parametrize(
    "sheet",
    [
        pytest.param(PLAIN, id="as usual"),
        pytest.param(re.sub(' r="[^"]*"', "", PLAIN), id="without places"),
        pytest.param(PLAIN.replace('"', "'"), id="single quotes"),
        pytest.param(re.sub("(</?)", r"\1x:", PLAIN), id="a prefix here"),
        pytest.param(PLAIN.replace("<c ", '<c s="0" '), id="the place last"),
        pytest.param(PLAIN.replace("<c ", "<c\n"), id="line breaks in elements"),
    ],
)
def test_cells_are_read_in_whatever_way_they_are_written(path, sheet):
    assert read(package(path, sheet), header_row="none")[2] == [["1", "2"], ["3", None]]


@pytest.mark.parametrize("remark", ["", "<!-- a remark -->"], ids=["as usual", "with a remark"])
def test_every_name_of_a_sheet_may_have_a_prefix(path, remark):
    texts = '<sst><si><t>id</t></si><si><t xml:space="preserve">Anna </t></si></sst>'
    rows = "".join(f'<row r="{row}"><c r="A{row}" t="s"><v>{row - 1}</v></c></row>' for row in (1, 2))
    sheet = f"<worksheet><sheetData>{rows}{remark}</sheetData></worksheet>"
    parts = {"xl/worksheets/sheet1.xml": sheet, "xl/sharedStrings.xml": texts}
    prefixed = {name: re.sub(r"<(/?)(?=\w)", r"<\1x:", part) for name, part in parts.items()}
    assert read(package(path, "", **prefixed), header_row=1)[2] == [["Anna "]]


def cell(place, attributes=""):
    return f'<c r="{place}"{attributes}><v>1</v></c>'


class TestHostileWorkbooks:
    @pytest.mark.parametrize(
        "written",
        [cell, lambda place: cell(place).replace('"', "'"), lambda place: f"<x:c{cell(place)[2:-4]}</x:c>"],
        ids=["plainly", "with single quotes", "with a prefix"],
    )
    @pytest.mark.parametrize(
        ("far", "says"),
        [
            ("A9999999", "damaged"),
            ("ZZZ1", "damaged"),
        ],
    )
    def test_a_cell_beyond_the_bounds_of_a_sheet_is_damage(self, path, far, says, written):
        package(path, f'<row r="1">{written("A1")}</row><row r="2">{written(far)}</row>')
        with pytest.raises(ParsingFailure, match=says):
            read(path)

    def test_cells_far_apart_take_no_room_between_them(self, path):
        package(path, f'<row r="1">{cell("A1")}</row><row r="1048576">{cell("XFD1048576")}</row>')
        assert [[text for text in row if text] for row in read(path, header_row="none")[2]] == [["1"], ["1"]]

    def test_a_sheet_that_is_nearly_empty_is_refused(self, path, monkeypatch):
        monkeypatch.setattr(sheets, "_MOST_CELLS", 1_000)
        package(
            path,
            "".join(f'<row r="{row}">{cell(f"A{row}")}</row>' for row in range(1, 50)) + f"<row>{cell('ZZ50')}</row>",
        )
        with pytest.raises(ParsingFailure, match='"One" has 50 rows and reaches to column 702, nearly all of it empty'):
            read(path)

    def test_a_comment_cannot_stand_in_for_a_cell(self, path):
        package(
            path,
            f'<row r="1">{cell("A1")}</row><!-- <c r="A1" --><row r="2"><x:c r="XFD1048576"><v>1</v></x:c></row>',
        )
        with pytest.raises(ParsingFailure):
            read(path)

    def test_a_bomb_is_refused_by_what_its_archive_says(self, path):
        package(path, " " * 100_000_000)
        with pytest.raises(ParsingFailure, match="95 MB unpacked"):
            read(path)

    @pytest.mark.parametrize("part", ["xl/worksheets/sheet1.xml", "xl/sharedStrings.xml"])
    def test_an_archive_that_lies_about_its_sizes_is_damaged(self, path, part):
        package(path, cell("A1") * 100, **{"xl/sharedStrings.xml": "<sst>" + " " * 10_000 + "</sst>"})
        with ZipFile(path) as archive:
            size = struct.pack("<I", archive.getinfo(part).file_size)
        path.write_bytes(path.read_bytes().replace(size, struct.pack("<I", 10)))
        with pytest.raises(ParsingFailure, match="damaged"):
            read(path)

    def test_entities_are_refused(self, path):
        relations = '<!DOCTYPE r [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]><Relationships>&b;</Relationships>'
        package(path, cell("A1"), **{"xl/_rels/workbook.xml.rels": relations})
        with pytest.raises(ParsingFailure):
            read(path)

    @pytest.mark.parametrize("filling", [" ", "<!-- <row -->"], ids=["spaces", "comments"])
    def test_rows_are_found_wherever_pieces_of_the_xml_end(self, path, monkeypatch, filling):
        monkeypatch.setattr(list_xml, "_CHUNK", 100)
        rows = [f'<row r="{row}">{cell(f"B{row}")}{filling * 3}</row>' for row in range(1, 20)]
        package(path, (" " * 300).join(rows))
        assert read(path, header_row="none")[2] == [["1"]] * 19

    def test_a_row_that_never_ends_is_damage(self, path, monkeypatch):
        monkeypatch.setattr(list_xml, "_LONGEST", 1_000)
        monkeypatch.setattr(list_xml, "_CHUNK", 100)
        package(path, '<row r="1"><c r="A1" t="inlineStr"><is><t>' + "x" * 10_000)
        with pytest.raises(ParsingFailure, match="damaged"):
            read(path)

    def test_elements_within_elements_without_end_are_damage(self, path):
        package(path, f'<row r="1"><c r="A1"><v>1</v>{"<a>" * 500_000}')
        with pytest.raises(ParsingFailure, match="damaged"):
            read(path)

    @pytest.mark.parametrize("target", ["../../../../etc/passwd", "/etc/passwd", "nowhere.xml"])
    def test_a_sheet_outside_the_archive_is_damage(self, path, target):
        relations = f'<Relationships><Relationship Id="rId1" Target="{target}"/></Relationships>'
        package(path, cell("A1"), **{"xl/_rels/workbook.xml.rels": relations})
        with pytest.raises(ParsingFailure):
            read(path)

    @pytest.mark.parametrize(
        "sheet",
        [
            pytest.param('<row r="1"><c r="A1" t="s"><v>5</v></c></row>', id="a text that is not there"),
            pytest.param('<row r="1"><c r="1"><v>5</v></c></row>', id="a place without a column"),
            pytest.param('<row r="x"><c><v>5</v></c></row>', id="a row that is no number"),
            pytest.param('<row r="1"><c r="A1"><v>5</v></row>', id="an element that does not end"),
        ],
    )
    def test_a_broken_sheet_is_damage(self, path, sheet):
        with pytest.raises(ParsingFailure, match="damaged"):
            read(package(path, sheet))

    @given(at=st.floats(0, 1), bits=st.integers(1, 255), length=st.sampled_from([0, 1, 1, 1, 500]))
    def test_damage_anywhere_is_rows_or_a_parsing_failure(self, path, at, bits, length):
        rows = [["id", "name"], *([number, f"name {number}"] for number in range(50)), [51, "#N/A"]]
        whole = bytearray(workbook(path, ("S", rows)).read_bytes())
        place = int(at * (len(whole) - 1))
        path.write_bytes(whole[:place] + bytes([whole[place] ^ bits]) + whole[place + 1 :] if length else whole[:place])
        try:
            assert len(read(path)[2]) == 51
        except (ParsingFailure, SourceDataEmpty) as error:
            assert error.remedy  # noqa: PT017


class TestWriting:
    def sheet(self, path, columns, records, **given):
        XLSX.write(rows_of(columns, records, **given), columns, path, OutputOptions())
        return openpyxl.load_workbook(path).active

    def test_truth_values_are_written_in_the_words_of_their_column(self, path):
        columns = [column("plain", "boolean"), column("own", "boolean", output_format="ja/nein")]
        sheet = self.sheet(path, columns, [[True, True], [False, False]])
        assert [[cell.value for cell in row] for row in sheet.iter_rows(min_row=2)] == [
            [True, "ja"],
            [False, "nein"],
        ]

    def test_cells_have_the_types_and_formats_of_their_columns(self, path):
        columns = [
            column("id", "int"),
            column("amount", "decimal", number_format="1.234,56"),
            column("share", "percentage"),
            column("day", "date", output_format="DD.MM.YYYY"),
            column("at", "timestamp", output_format="D MMM YYYY hh:mm A"),
            column("from", "time"),
            column("ok", "boolean"),
            column("text"),
        ]
        moment = datetime.fromisoformat("2024-01-31T15:30:00")
        record = [7, Decimal("1234.5"), 12.5, date(2024, 1, 31), moment, time(8, 30), True, "x"]
        header, row = self.sheet(path, columns, [record]).iter_rows()
        assert [cell.value for cell in header] == [each.key for each in columns]
        assert [cell.font.b for cell in header] == [True] * 8
        assert [cell.value for cell in row] == [
            7,
            1234.5,
            12.5,
            datetime.fromisoformat("2024-01-31"),
            moment,
            time(8, 30),
            True,
            "x",
        ]
        assert [cell.number_format for cell in row] == [
            "General",
            "#,##0.00",
            'General"%"',
            "dd.mm.yyyy",
            "[$-409]d mmm yyyy hh:mm AM/PM",
            "hh:mm:ss",
            "General",
            "General",
        ]

    def test_what_a_workbook_cannot_hold_exactly_is_text(self, path):
        columns = [
            column("i", "int"),
            column("d", "decimal"),
            column("day", "date"),
            column("at", "timestamp"),
            column("t", "time"),
        ]
        fine = datetime.fromisoformat("2024-01-02T03:04:05.123456")
        records = [
            [2**60, Decimal("1234567890.1234567"), date(1899, 12, 31), fine, time(0, 0, 0, 1)],
            [10**15 - 1, Decimal("12345678.1234567"), date(1900, 3, 1), fine.replace(microsecond=0), time(1)],
        ]
        rows = list(self.sheet(path, columns, records).iter_rows(min_row=2))
        assert [cell.value for cell in rows[0]] == [
            "1152921504606846976",
            "1234567890.1234567",
            "1899-12-31",
            "2024-01-02T03:04:05.123456Z",
            "00:00:00.000001",
        ]
        assert [cell.data_type for cell in rows[1]] == ["n", "n", "d", "d", "d"]

    def test_text_is_never_a_formula(self, path):
        row = self.sheet(path, text_columns("a", "b"), [["=1+1", "#REF!"]])[2]
        assert [(cell.value, cell.data_type) for cell in row] == [("=1+1", "s"), ("#REF!", "s")]

    def test_more_rows_than_a_sheet_takes_are_a_failure_to_write(self, path, monkeypatch):
        monkeypatch.setattr(writing, "MAX_ROWS", 10)
        self.sheet(path, text_columns("a"), [["x"]] * 9)
        with pytest.raises(WriteFileFailure, match="more than 9 rows") as failed:
            self.sheet(path, text_columns("a"), [["x"]] * 10, batch_rows=3)
        assert "csv" in failed.value.remedy

    def test_more_columns_than_a_sheet_takes_are_a_failure_to_write(self, path, monkeypatch):
        monkeypatch.setattr(writing, "MAX_SHEET_COLUMNS", 3)
        with pytest.raises(WriteFileFailure, match="4 columns"):
            self.sheet(path, text_columns(*"abcd"), [])

    def test_a_text_longer_than_a_cell_takes_names_the_cell(self, path):
        self.sheet(path, text_columns("a", "b"), [["x", "y" * 32_767]])
        with pytest.raises(WriteFileFailure, match="cell B3 has 32,768 characters"):
            self.sheet(path, text_columns("a", "b"), [["x", "y"], ["x", "y" * 32_768]])

    def test_an_archive_holds_nothing_but_the_parts_of_a_workbook(self, path):
        self.sheet(path, text_columns("a"), [["x"]])
        with ZipFile(path) as archive:
            assert archive.testzip() is None
            assert sorted(archive.namelist())[0] == "[Content_Types].xml"


def test_an_archive_may_hold_other_things_but_then_is_no_workbook(path):
    with ZipFile(path, "w") as archive:
        archive.writestr("a.csv", "id,name\n")
    with pytest.raises(ParsingFailure, match="ZIP archive, but not an XLSX workbook"):
        read(path)


def test_a_workbook_that_unpacks_to_more_than_the_limit_names_the_setting(path):
    workbook(path, ("S", [["id", "name"], [1, "Anna"]]))
    with pytest.raises(ParsingFailure, match="MB unpacked") as failed:
        XLSX.read(path, ReadOptions(), ReadLimits(max_unpacked_size=1_000))
    assert "PIPELINE_EXEC_MAX_UNPACKED_SIZE" in failed.value.remedy


@given(number=st.integers(1, 16_384))
def test_letters_and_numbers_of_columns_belong_together(number):
    assert column_number(column_letters(number)) == number
    assert column_letters(28) == "AB"
