"""Beginnings of files: cut behind a whole record, or refused with what they are."""

import csv
import io
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline_exec.errors import ParsingFailure
from pipeline_exec.formats.registry import FORMATS
from pipeline_exec.model.pipeline import ReadOptions

CELLS = st.text('ab,"\n\r', max_size=6)
ROWS = st.lists(st.tuples(CELLS, CELLS), min_size=1, max_size=20)


def shortened(path, content, name="a.csv", **options):
    path.write_bytes(content)
    FORMATS.shorten(path, name, ReadOptions.parse(options))
    return path.read_bytes()


@pytest.fixture(scope="module")
def path(tmp_path_factory):
    return tmp_path_factory.mktemp("beginning") / "file"


@given(
    rows=ROWS, line_break=st.sampled_from(["\n", "\r\n"]), encoding=st.sampled_from(["utf-8", "utf-16"]), data=st.data()
)
def test_whatever_is_cut_off_whole_records_remain(path, rows, line_break, encoding, data):
    """A record of a table that is quoted as it should be is there as it was, or not at all."""
    text = io.StringIO()
    csv.writer(text, quoting=csv.QUOTE_ALL, lineterminator=line_break).writerows([("first", "second"), *rows])
    content = text.getvalue().encode(encoding)
    header = len(f'"first","second"{line_break}'.encode(encoding))
    beginning = content[: data.draw(st.integers(header, len(content)))]

    left = shortened(path, beginning, encoding=encoding).decode(encoding)

    records = list(csv.reader(io.StringIO(left, newline=""), strict=True))
    assert records == [["first", "second"], *map(list, rows)][: len(records)]
    assert text.getvalue()[len(left) :][:1] in {"", '"'}


@pytest.mark.parametrize(
    ("content", "options", "left"),
    [
        (b"a;b\n1;2\n3;", {}, b"a;b\n1;2\n"),
        (b"a;b\r1;2\r3;", {}, b"a;b\r1;2\r"),
        (b"a;b\r1;2\n3\r4", {"record_end": "\r"}, b"a;b\r1;2\n3\r"),
        (b"a;b\n1;'x\ny';\n'p\n", {"quote": "'"}, b"a;b\n1;'x\ny';\n"),
        (b'a;b\n1;"x\n2', {"quote": ""}, b'a;b\n1;"x\n'),
        (b'a;b\n1;5" tape\n2;3\n4', {}, b"a;b\n"),
        (b'a;5"\n2;3\n4', {}, b'a;5"\n2;3\n'),
        ("a;b\n\u0a0a;\u0a00".encode("utf-16-le"), {"encoding": "utf-16-le"}, "a;b\n".encode("utf-16-le")),
        (b'{"a": "\\""}\n{"a": "\\"', {}, b'{"a": "\\""}\n'),
    ],
    ids=[
        *("line feeds", "carriage returns", "only the record end that is set", "other quotes", "no quotes"),
        *("a stray quote", "a stray quote in the first line", "characters like line breaks", "JSON lines"),
    ],
)
def test_it_ends_with_the_last_record_that_is_whole(path, content, options, left):
    assert shortened(path, content, **options) == left


def test_a_large_beginning_of_many_records_is_cut_near_its_end(path):
    lines = b"".join(json.dumps({"number": number}).encode() + b"\n" for number in range(700_000))
    assert shortened(path, lines + b'{"numb', "a.jsonl") == lines


@pytest.mark.parametrize(
    ("content", "name", "said"),
    [
        (b"PK\x03\x04", "a.XLSX", "a.XLSX is a workbook"),
        (b"PK\x03\x04", "a.zip", "a.zip is a ZIP archive"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "a.xls", "a.xls is an Office file"),
        (b"PAR1\x15", "a.parquet", "a.parquet is a Parquet file"),
        (b"\x1f\x8b\x08", "a.csv.gz", "a.csv.gz is compressed with gzip"),
        (b'[{"a": 1},\n{"a"', "a.json", "a.json is JSON"),
        (b"<?xml version='1.0'?>\n<a>\n<b", "a.xml", "a.xml is XML"),
        (b"%PDF-1.4\n", "a.csv", "a.csv is a PDF document"),
        (b"no end", "a.csv", "a.csv has no record that ends"),
    ],
    ids=["XLSX", "ZIP", "XLS", "Parquet", "gzip", "JSON", "XML", "PDF", "one line"],
)
def test_what_cannot_be_cut_says_what_it_is(path, content, name, said):
    with pytest.raises(ParsingFailure, match=said):
        shortened(path, content, name)
