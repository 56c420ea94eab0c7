"""What is decided from the beginning of a text."""

import pytest

from pipeline_exec.formats.delimited.detection import detect
from pipeline_exec.model.limits import DEFAULT_LIMITS
from pipeline_exec.model.pipeline import ReadOptions

REGULAR = "id,name\n" + "".join(f'{number},"name {number}"\n' for number in range(3_000))


def detected(path, text, **options):
    path.write_bytes(text.encode())
    return detect(path, ReadOptions(**options), DEFAULT_LIMITS)


def test_an_escape_is_seen_that_stands_behind_many_regular_records(tmp_path):
    text = REGULAR.replace('name 200"', 'name \\" 200"').replace('name 201"', 'name, \\" 201"')
    assert detected(tmp_path / "a.csv", text).syntax.escape == "\\"


def test_a_table_below_more_blank_lines_than_a_sample_holds_is_found(tmp_path):
    dialect = detected(tmp_path / "a.csv", "\n" * 120_000 + REGULAR)
    assert (dialect.names, dialect.header_row) == (("id", "name"), 120_001)


def test_a_hint_is_no_record_whatever_ends_the_records(tmp_path):
    dialect = detected(tmp_path / "a.csv", "sep=;\r\nid;a\nb\r\n1;x\r\n2;y\r\n", record_end="\r\n")
    assert (dialect.syntax.delimiter, dialect.found) == (";", ("id", "a\nb"))


@pytest.mark.parametrize("row", ["ok,ok\n", "a,b\n", 'x,"x"y,z\n', "yes\n"])
def test_of_rows_that_are_all_the_same_none_is_a_header(tmp_path, row):
    assert detected(tmp_path / "a.csv", row * 9).header_row is None
