"""Workbooks of every kind: numbers and dates as a sheet shows them, and headers of merged cells."""

from datetime import date, datetime, time
from decimal import Decimal

import openpyxl
import pyarrow as pa
import pytest
import xlwt
from hypothesis import given
from hypothesis import strategies as st

from pipeline_exec.errors import ParsingFailure, SourceDataEmpty, WriteFileFailure
from pipeline_exec.formats.registry import FORMATS
from pipeline_exec.formats.workbook.cell_parse import CellParser
from pipeline_exec.formats.workbook.cell_scan import scan
from pipeline_exec.formats.workbook.digits_shown import digits_shown
from pipeline_exec.model.limits import ReadLimits
from pipeline_exec.model.pipeline import OutputOptions, ReadOptions
from pipeline_exec_tests.formats.tables import cells_of, rows_of, text_columns
from pipeline_exec_tests.formats.workbooks import document, odf_cell, odf_table, package, workbook

OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"


@pytest.fixture
def path(tmp_path):
    return tmp_path / "book"


def read(path, **options):
    parsed = FORMATS.read(path, path.name, ReadOptions(**options))
    return parsed.dialect, parsed.rows.schema.names, cells_of(parsed.rows)


def xlsx_of(path, *styled):
    """A workbook with a column ``x`` of values, each with its number format."""
    book = openpyxl.Workbook()
    book.active.append(["x"])
    for row, (value, code) in enumerate(styled, start=2):
        book.active.cell(row, 1, value).number_format = code
    book.save(path)
    return path


def xls_of(path, *styled):
    book = xlwt.Workbook()
    sheet = book.add_sheet("Data")
    sheet.write(0, 0, "x")
    for row, (value, code) in enumerate(styled, start=1):
        style = xlwt.XFStyle()
        style.num_format_str = code
        sheet.write(row, 0, value, style)
    book.save(str(path))
    return path


SHOWN = [
    # value, format, plain, shown, exact
    (1234.5, "General", "1234.5", "1234.5", "1234.5"),
    (1234.5, "0", "1235", "1235", "1234.5"),
    (1234.5, "0.00", "1234.50", "1234.50", "1234.5"),
    (1234567.891, "#,##0.00", "1234567.89", "1,234,567.89", "1234567.891"),
    (-1234.5, "#,##0.00;(#,##0.00)", "-1234.50", "(1,234.50)", "-1234.5"),
    (-1234.5, "#,##0", "-1235", "-1,235", "-1234.5"),
    (-0.001, "0.00", "0.00", "-0.00", "-0.001"),
    (7, "00000", "00007", "00007", "7"),
    (1234.5, "[$€-407] #,##0.00", "1234.50", "€1,234.50", "1234.5"),
    (1234.5, '#,##0.00 "kg"', "1234.50", "1,234.50kg", "1234.5"),
    (0.125, "0%", "13%", "13%", "0.125"),
    (0.125, "0.0%", "12.5%", "12.5%", "0.125"),
    (1.5, "0.0#", "1.5", "1.5", "1.5"),
    (1.526, "0.0#", "1.53", "1.53", "1.526"),
    (2.0, "0.##", "2", "2", "2"),
    (2.675, "0.00", "2.68", "2.68", "2.675"),
    (1.005, "0.00", "1.01", "1.01", "1.005"),
    (1234567, '0.0,,"M"', "1234567.0", "1.2M", "1234567"),
    (1.5e20, "0.00", "150000000000000000000.00", "150000000000000000000.00", "1.5e+20"),
    (1e-9, "0.00", "0.00", "0.00", "1e-09"),
    (0.5, "# ?/?", "0.5", "0.5", "0.5"),
    (1234.5, "0.00E+00", "1234.5", "1234.5", "1234.5"),
    (5, "[>3]0.0;0", "5", "5", "5"),
    (5, "[Red]0.0", "5.0", "5.0", "5"),
    (5, "@", "5", "5", "5"),
    (date(2024, 1, 31), "dd.mm.yyyy", "2024-01-31", "2024-01-31", "2024-01-31"),
    (date(2024, 1, 31), "mmmm", "2024-01-31", "2024-01-31", "2024-01-31"),
    (datetime(2024, 1, 31, 15, 30), "m/d/yy h:mm AM/PM", *["2024-01-31T15:30:00"] * 3),  # noqa: DTZ001  # a sheet has no zone
    (datetime(2024, 1, 31, 15, 30), "d-mmm", *["2024-01-31"] * 2, "2024-01-31T15:30:00"),  # noqa: DTZ001  # as above
    (datetime(2024, 1, 31, 15, 30), "hh:mm", *["15:30:00"] * 3),  # noqa: DTZ001  # as above
    (time(15, 30), "mm:ss", *["15:30:00"] * 3),
    (1.25, "[h]:mm:ss", *["30:00:00"] * 3),
    (-1.25, "[h]:mm", *["-30:00:00"] * 3),
    (45_000.123456, "yyyy-mm-dd hh:mm:ss.000", *["2023-03-15T02:57:46.598"] * 3),
    (-5, "yyyy-mm-dd", *["-5"] * 3),
    (1, "yyyy-mm-dd", *["1900-01-01"] * 3),
    (61, "yyyy-mm-dd", *["1900-03-01"] * 3),
]


class TestNumbers:
    @pytest.mark.parametrize("make", [xlsx_of, xls_of], ids=["xlsx", "xls"])
    @pytest.mark.parametrize(("numbers", "at"), [("plain", 2), ("shown", 3), ("exact", 4)])
    def test_numbers_and_dates_are_read_as_the_sheet_shows_them(self, path, make, numbers, at):
        make(path, *((value, code) for value, code, *_ in SHOWN))
        read_as = [text for (text,) in read(path, header_row=1, numbers=numbers)[2]]
        expected = [row[at] for row in SHOWN]
        assert dict(zip(map(str, SHOWN), read_as, strict=True)) == dict(zip(map(str, SHOWN), expected, strict=True))

    def test_days_are_counted_from_1904_where_the_workbook_says_so(self, path):
        book = openpyxl.Workbook()
        book.epoch = openpyxl.utils.datetime.CALENDAR_MAC_1904
        book.active.append(["day"])
        book.active.append([date(2024, 1, 31)])
        book.save(path)
        assert read(path, header_row=1)[2] == [["2024-01-31"]]

    @given(
        value=st.decimals(-(10**9), 10**9, places=6),
        decimals=st.integers(0, 6),
        german=st.booleans(),
        percent=st.booleans(),
    )
    def test_the_digits_shown_are_found_in_the_notation_of_any_country(self, value, decimals, german, percent):
        exact = value / 100 if percent else value
        rounded = value.quantize(Decimal(1).scaleb(-decimals), "ROUND_HALF_UP")
        shown = f"{rounded:,f} €"
        if german:
            shown = shown.translate(str.maketrans(",.", ".,"))
        found = digits_shown(str(exact), shown, is_percentage=percent)
        assert Decimal(found.rstrip("%")) == rounded
        assert found.endswith("%") == percent


class TestHeadings:
    def sheet(self, path, rows, *merged):
        book = openpyxl.Workbook()
        for row in rows:
            book.active.append(row)
        for cells in merged:
            book.active.merge_cells(cells)
        book.save(path)
        return read(path)

    def test_a_title_over_several_columns_is_part_of_each_name(self, path):
        rows = [["Region", "2024", None, "2025", None], [None, "Q1", "Q2", "Q1", "Q2"], ["South", 1, 2, 3, 4]]
        dialect, names, read_rows = self.sheet(path, rows, "A1:A2", "B1:C1", "D1:E1")
        assert names == ["Region", "2024 Q1", "2024 Q2", "2025 Q1", "2025 Q2"]
        assert read_rows == [["South", "1", "2", "3", "4"]]
        assert (dialect["header_row"], dialect["header_rows"]) == (1, 2)

    def test_groups_of_groups_are_joined_from_top_to_bottom(self, path):
        rows = [
            ["Id", "Sales", None, None, None],
            [None, "2024", None, "2025", None],
            [None, "Q1", "Q2", "Q1", "Q2"],
            ["a", 1, 2, 3, 4],
        ]
        _, names, read_rows = self.sheet(path, rows, "A1:A3", "B1:E1", "B2:C2", "D2:E2")
        assert names == ["Id", "Sales 2024 Q1", "Sales 2024 Q2", "Sales 2025 Q1", "Sales 2025 Q2"]
        assert read_rows == [["a", "1", "2", "3", "4"]]

    def test_a_title_over_the_whole_table_is_no_part_of_its_names(self, path):
        rows = [["Report of May", None, None], [None, "Sales", None], ["Id", "Net", "Gross"], ["a", 1, 2]]
        dialect, names, read_rows = self.sheet(path, rows, "A1:C1", "B2:C2")
        assert (dialect["header_row"], names) == (2, ["Id", "Sales Net", "Sales Gross"])
        assert read_rows == [["a", "1", "2"]]

    def test_a_title_over_the_first_columns_alone_is_a_title(self, path):
        rows = [["Report of May", None, None], ["Id", "Net", "Gross"], ["a", 1, 2], ["b", 3, 4]]
        dialect, names, _ = self.sheet(path, rows, "A1:B1")
        assert (dialect["header_row"], names) == (2, ["Id", "Net", "Gross"])

    def test_merged_cells_below_the_header_leave_it_as_it_is(self, path):
        rows = [["Id", "Net", "Gross"], ["a", 1, None], ["b", 3, 4]]
        _, names, read_rows = self.sheet(path, rows, "B2:C2")
        assert names == ["Id", "Net", "Gross"]
        assert read_rows == [["a", "1", None], ["b", "3", "4"]]

    def test_the_row_that_is_wanted_brings_its_group_with_it(self, path):
        rows = [["Notes"], [None, "Sales", None], ["Id", "Net", "Gross"], ["a", 1, 2]]
        self.sheet(path, rows, "B2:C2")
        dialect, names, _ = read(path, header_row=3)
        assert (dialect["header_row"], names) == (2, ["Id", "Sales Net", "Sales Gross"])

    def test_a_header_has_as_many_rows_as_the_options_say(self, path):
        rows = [["Id", "Sales", "Sales"], ["key", "net", "gross"], ["a", "b", "c"]]
        self.sheet(path, rows)
        assert read(path, header_row=1, header_rows=2)[1:] == (
            ["Id key", "Sales net", "Sales gross"],
            [["a", "b", "c"]],
        )
        assert read(path, header_row=1, header_rows=1)[1][0] == "Id"


class TestOpenDocument:
    def test_cells_are_read_by_their_type(self, path):
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

    def test_spaces_lines_and_comments_are_told_apart(self, path):
        cell = (
            '<table:table-cell office:value-type="string"><office:annotation><text:p>a remark</text:p>'
            "</office:annotation><text:p>a<text:s text:c='2'/>b<text:tab/><text:span>c</text:span></text:p>"
            "<text:p>d</text:p></table:table-cell>"
        )
        document(path, odf_table([odf_cell("x")], [cell]))
        assert read(path, header_row=1)[2] == [["a  b\tc\nd"]]

    def test_repeated_rows_and_cells_are_as_many(self, path):
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

    def test_merged_titles_are_part_of_each_name(self, path):
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

    def test_hidden_sheets_come_last(self, path):
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
            ("<table:table-row>{one}", "damaged"),
        ],
        ids=["rows repeated", "more rows than there are", "more columns than there are", "cut off"],
    )
    def test_what_would_take_all_room_is_refused(self, path, table, says):
        wide = odf_cell("x", attributes=' table:number-columns-repeated="99999"')
        many = odf_cell("x", attributes=' table:number-columns-repeated="10000"')
        rows = table.format(one=odf_cell("x"), many=many, wide=wide)
        document(path, f'<table:table table:name="Data">{rows}</table:table>')
        with pytest.raises(ParsingFailure, match=says):
            read(path)

    def test_a_row_that_does_not_end_is_damage(self, path, monkeypatch):
        monkeypatch.setattr("pipeline_exec.formats.workbook.document_rows._LONGEST_ROW", 100_000)
        document(path, odf_table([odf_cell(f"{'x' * 50}{number}") for number in range(9_000)]))
        with pytest.raises(ParsingFailure, match="damaged"):
            read(path)

    def test_entities_are_refused(self, path):
        content = '<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]><a>&x;</a>'
        with pytest.raises(ParsingFailure, match="damaged"):
            read(document(path, "", **{"content.xml": content}))

    def test_a_bomb_is_refused_before_it_is_unpacked(self, path):
        document(path, " " * 100_000_000)
        with pytest.raises(ParsingFailure, match="MB unpacked"):
            read(path)

    def test_a_locked_workbook_says_so(self, path):
        manifest = "<m:manifest xmlns:m='m'><m:file-entry><m:encryption-data/></m:file-entry></m:manifest>"
        with pytest.raises(ParsingFailure, match="protected by a password"):
            read(document(path, "", **{"META-INF/manifest.xml": manifest}))

    def test_a_workbook_without_data_is_no_data(self, path):
        with pytest.raises(SourceDataEmpty):
            read(document(path, odf_table([odf_cell("")])))


class TestBinaryWorkbooks:
    def test_texts_truth_values_errors_and_formulas_are_read(self, path):
        book = xlwt.Workbook()
        sheet = book.add_sheet("Data")
        for column, value in enumerate(["text", "truth", "small", "large", "negative"]):
            sheet.write(0, column, value)
        for column, value in enumerate(["Łódź 🙂", True, 7, 2**40 + 0.5, -12.34]):
            sheet.write(1, column, value)
        sheet.write(2, 0, "x" * 9_000)
        sheet.row(2).set_cell_error(1, "#DIV/0!")
        sheet.row(2).set_cell_number(3, 0.1)
        book.save(str(path))
        assert read(path)[2] == [
            ["Łódź 🙂", "true", "7", "1099511627776.5", "-12.34"],
            ["x" * 9_000, "#DIV/0!", None, "0.1", None],
        ]

    def test_sheets_are_chosen_and_merged_titles_joined_as_in_newer_workbooks(self, path):
        book = xlwt.Workbook()
        hidden, sheet = book.add_sheet("Hidden"), book.add_sheet("Däta")
        hidden.visibility = 1
        hidden.write(0, 0, "no")
        hidden.write(1, 0, 1)
        sheet.write_merge(0, 0, 1, 2, "2024")
        for column, name in enumerate(["Id", "Q1", "Q2"]):
            sheet.write(1, column, name)
            sheet.write(2, column, column)
        book.save(str(path))
        dialect, names, rows = read(path)
        assert (dialect["format"], dialect["sheet"], names) == ("xls", "Däta", ["Id", "2024 Q1", "2024 Q2"])
        assert rows == [["0", "1", "2"]]
        assert read(path, sheet="hidden", header_row=1)[2] == [["1"]]

    @pytest.mark.parametrize(
        ("content", "says"),
        [
            (OLE + bytes(1_000), "damaged"),
            (b"id,name\n1,Anna\n", "should be an XLS workbook, but is not one"),
        ],
        ids=["a compound file of nothing", "text"],
    )
    def test_what_is_none_says_what_it_is(self, path, content, says):
        path.write_bytes(content)
        with pytest.raises(ParsingFailure, match=says):
            read(path, format="xls")

    @given(at=st.floats(0, 1), bits=st.integers(1, 255), length=st.sampled_from([0, 1, 1, 1, 500]))
    def test_damage_anywhere_is_rows_or_a_parsing_failure(self, path, at, bits, length):
        whole = bytearray(xls_of(path, *((number, "0.00") for number in range(40))).read_bytes())
        place = int(at * (len(whole) - 1))
        path.write_bytes(whole[:place] + bytes([whole[place] ^ bits]) + whole[place + 1 :] if length else whole[:place])
        try:
            read(path, format="xls")
        except (ParsingFailure, SourceDataEmpty) as error:
            assert error.remedy  # noqa: PT017


@pytest.mark.parametrize("name", ["xls", "ods"])
def test_a_format_that_is_read_only_says_what_to_write_instead(path, name):
    columns = text_columns("a")
    with pytest.raises(WriteFileFailure, match=f"not written as .{name}. Set .* to xlsx"):
        FORMATS.named(name).write(rows_of(columns, [["x"]]), columns, path, OutputOptions())


CELLS = st.builds(
    lambda style, kind, text: f"{f' s={chr(34)}{style}{chr(34)}' if style else ''}{kind}{text}</c>",
    st.sampled_from(["", "0", "3", "17"]),
    st.sampled_from([">", ' t="n">', ' t="str">']),
    st.sampled_from(
        ["<v>1.5</v>", "<v></v>", "<v/>", "<f>A1+1</f><v>7</v>", '<f t="shared" si="0"/><v>a &amp; &#228;</v>', ""]
    ),
)


@given(
    rows=st.lists(st.lists(st.none() | CELLS, max_size=4), min_size=1, max_size=4), space=st.sampled_from(["", "\n  "])
)
def test_the_fast_way_to_read_cells_agrees_with_the_sure_one(rows, space):
    xml = "".join(
        f'<row r="{row}">{space}'
        + "".join(f'<c r="{"ABCD"[at]}{row}"{cell}{space}' for at, cell in enumerate(cells) if cell)
        + f"</row>{space}"
        for row, cells in enumerate(rows, start=9)
    ).encode()
    fast = scan(xml)
    (sure,) = CellParser(0, 1_000).parse([b"<sheetData>", xml, b"</sheetData>"])
    kept = [at for at, text in enumerate(fast.texts.to_pylist()) if text]
    for name in ("rows", "columns", "kinds", "styles"):
        assert getattr(fast, name)[kept].tolist() == getattr(sure, name).tolist()
    assert fast.texts.take(pa.array(kept, pa.int64())).to_pylist() == sure.texts.to_pylist()


def test_shared_texts_of_several_formats_are_one_text(path):
    strings = (
        "<sst><si><t>id</t></si><si><r><t>An</t></r><r><rPr><b/></rPr><t>na</t></r>"
        "<rPh sb='0' eb='1'><t>x</t></rPh></si>"
        '<si><t xml:space="preserve"> a &lt;b&gt; </t></si><si><t/></si></sst>'
    )
    rows = "".join(f'<row r="{row}"><c r="A{row}" t="s"><v>{row - 1}</v></c></row>' for row in range(1, 5))
    package(path, rows, **{"xl/sharedStrings.xml": strings})
    assert read(path, header_row=1)[2] == [["Anna"], [" a <b> "]]


def test_many_rows_are_set_aside_in_a_file_and_read_back(path, monkeypatch):
    monkeypatch.setattr("pipeline_exec.formats.workbook.blocks._IN_MEMORY", 1_000)
    monkeypatch.setattr("pipeline_exec.formats.workbook.sheet_xml._CHUNK", 5_000)
    rows = [[number, f"name {number}", *([number] if number == 400 else [])] for number in range(500)]
    workbook(path, ("S", [["id", "name"], *rows]))
    _, names, found = read(path, header_row=1)
    assert names == ["id", "name", "column_3"]
    assert found == [[str(row[0]), row[1], "400" if row[0] == 400 else None] for row in rows]


def test_a_sheet_with_more_rows_than_the_limit_is_refused(path):
    workbook(path, ("S", [["id", "name"], *([number, "x"] for number in range(20))]))
    from_limits = type(FORMATS)({"xlsx": "pipeline_exec.formats.xlsx:XLSX"}, ReadLimits(max_rows=10))
    with pytest.raises(ParsingFailure, match="more than 10 rows"):
        cells_of(from_limits.read(path, "book.xlsx", ReadOptions()).rows)
