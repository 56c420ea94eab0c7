"""Numbers and dates as a sheet shows them, whatever kind of workbook it is in."""

from datetime import date, datetime, time

import openpyxl
import pytest

from pipeline_exec_tests.formats.workbooks import read, xls_of


def xlsx_of(path, *styled):
    """A workbook with a column ``x`` of values, each with its number format."""
    book = openpyxl.Workbook()
    book.active.append(["x"])
    for row, (value, code) in enumerate(styled, start=2):
        book.active.cell(row, 1, value).number_format = code
    book.save(path)
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
    (1234.5, "[$€-407] #,##0.00", "1234.50", "€ 1,234.50", "1234.5"),
    (1234.5, '#,##0.00 "kg"', "1234.50", "1,234.50 kg", "1234.5"),
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
    (59, "yyyy-mm-dd", *["1900-02-28"] * 3),
    (60, "yyyy-mm-dd", *["1900-02-29"] * 3),
    (61, "yyyy-mm-dd", *["1900-03-01"] * 3),
    (45_322, "aaaa", *["2024-01-31"] * 3),
    (45_322, "[$-411]ge.m.d;@", *["2024-01-31"] * 3),
    (45_322, 'yyyy"年"m"月"d"日"', *["2024-01-31"] * 3),
    (5, "Standard", *["5"] * 3),
    (1234.5, '_-* #,##0.00\\ "€"_-;\\-* #,##0.00\\ "€"_-;_-* "-"??\\ "€"_-;_-@_-', "1234.50", "1,234.50 €", "1234.5"),
    (-0.1234, "0.00%;[Red]-0.00%", "-12.34%", "-12.34%", "-0.1234"),
    (5, ";;;", *["5"] * 3),
    (123456789, "000-00-0000", "123456789", "123-45-6789", "123456789"),
    (-5, "000\\-00", "-00005", "-000-05", "-5"),
    (1234567890, "(000) 000-0000", "1234567890", "(123) 456-7890", "1234567890"),
    (5, "###-####", "5", "-5", "5"),
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
