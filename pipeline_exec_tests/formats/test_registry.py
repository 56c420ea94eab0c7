"""Formats by name, and the format of a file."""

import subprocess
import sys

import pytest

from pipeline_exec.errors import InvalidDocument, ParsingFailure
from pipeline_exec.formats.registry import FORMATS, READ_ONLY, TABLE, FormatRegistry
from pipeline_exec.model.pipeline import ReadOptions
from pipeline_exec_tests.formats.workbooks import archive_of, workbook

AUTO = ReadOptions()
EXCEL_2003 = (
    b'<?xml version="1.0"?>\n<?mso-application progid="Excel.Sheet"?>\n'
    b'<Workbook xmlns="urn:schemas-microsoft-com:office:spreadsheet"><Worksheet/></Workbook>'
)


@pytest.mark.parametrize("name", TABLE)
def test_a_format_is_found_by_its_name_and_each_of_its_extensions(name):
    found = FORMATS.named(name)
    assert found.name == name
    assert all(FORMATS.named(extension) is found for extension in found.extensions)
    assert all(FORMATS.named(f".{extension.upper()}") is found for extension in found.extensions)


def test_no_two_formats_share_an_extension_or_media_type():
    formats = [FORMATS.named(name) for name in TABLE]
    for each in ([e for f in formats for e in f.extensions], [m for f in formats for m in f.media_types]):
        assert sorted(each) == sorted(set(each))


@pytest.mark.parametrize("name", ["", "avro", "auto", "../csv"])
def test_an_unknown_name_lists_the_right_ones(name):
    with pytest.raises(InvalidDocument, match="there are csv, tsv, xlsx") as refused:
        FORMATS.named(name)
    assert refused.value.problems


@pytest.mark.parametrize("name", ["foo", "xls", ".ODS", ""])
def test_what_is_not_written_lists_only_what_is(name):
    with pytest.raises(InvalidDocument) as refused:
        FORMATS.written_as(name)
    written = "csv, tsv, xlsx, json, jsonl, xml, parquet"
    assert refused.value.what == f'Files are not written as "{name}"; there are {written}.'


@pytest.mark.parametrize("name", [each for each in TABLE if each not in READ_ONLY])
def test_a_format_that_is_written_is_found_as_any_other(name):
    assert all(FORMATS.written_as(each) is FORMATS.named(name) for each in (name, f".{name.upper()}"))


def test_a_format_is_imported_when_it_is_first_asked_for():
    code = (
        "import sys\n"
        "from pipeline_exec.formats.registry import FORMATS\n"
        "assert not {'pyarrow.csv', 'python_calamine'} & set(sys.modules)\n"
        "FORMATS.named('csv')\n"
        "assert 'python_calamine' not in sys.modules\n"
    )
    subprocess.run([sys.executable, "-c", code], check=True)


def test_a_guest_comes_through_the_same_door():
    guests = FormatRegistry({"mine": "pipeline_exec.formats.csv:CSV"})
    assert guests.named("mine").name == "csv"


@pytest.mark.parametrize(
    ("file_name", "content", "expected"),
    [
        ("a.csv", b"id,name\n1,Anna\n", "csv"),
        ("a.txt", b"id,name\n1,Anna\n", "csv"),
        ("a.dat", b"id,name\n1,Anna\n", "csv"),
        ("no extension", b"id,name\n1,Anna\n", "csv"),
        ("A.CSV", b"id,name\n1,Anna\n", "csv"),
        ("a.tsv", b"id\tname\n1\tAnna\n", "tsv"),
        ("C:\\folder\\a.tsv", b"id\tname\n1\tAnna\n", "tsv"),
        ("a.json", b'[{"id": 1}]', "json"),
        ("a.csv", b'  [ {"id": 1}]', "json"),
        ("payload", b'{"id": 1}', "json"),
        ("payload", b"\xef\xbb\xbf[]", "json"),
        ("payload", '{"id": 1}'.encode("utf-16"), "json"),
        ("payload", b'{"id": 1}\n{"id": 2}\n', "jsonl"),
        ("a.jsonl", b'{"id": 1}\n', "jsonl"),
        ("a.ndjson", b'{"id": 1}\n', "jsonl"),
        ("a.json", b'{\n  "id": 1,\n  "more": {}\n}\n', "json"),
        ("a.xml", b"<a><b>1</b></a>", "xml"),
        ("payload", b"<?xml version='1.0'?>\n<a/>", "xml"),
        ("payload", b"\xef\xbb\xbf<?xml version='1.0'?><a/>", "xml"),
        ("payload", '<?xml version="1.0"?><a/>'.encode("utf-16"), "xml"),
        ("a.txt", b"\n<!-- orders -->\n<o:orders xmlns:o='u'><o:order/></o:orders>", "xml"),
        ("a.xml", b"id,name\n1,Anna\n", "xml"),
        ("a.csv", b"<DATE>\t<TIME>\t<CLOSE>\n20240101\t000000\t1.1\n", "csv"),
        ("a.csv", b"<DATE>,<TIME>\n20240101,000000\n", "csv"),
        ("a.csv", b"PAR1\x15\x04\x15", "parquet"),
        ("payload", b"PARE\x15", "parquet"),
        ("a.csv", b"{id},{name}\n1,2\n", "csv"),
        ("a.csv", b"[id],[name]\n1,2\n", "csv"),
        ("a.xlsx", b"id,name\n1,Anna\n", "csv"),
        ("a.csv", b"ORCID,MZ,PAR1\n1,2,3\n", "csv"),
        ("a.csv", b"", "csv"),
    ],
)
def test_a_file_is_recognised_by_its_beginning_then_by_its_name(tmp_path, file_name, content, expected):
    path = tmp_path / "received"
    path.write_bytes(content)
    assert FORMATS.recognise(path, file_name, AUTO).name == expected


@pytest.mark.parametrize("file_name", ["a.xlsx", "a.xlsm", "a.csv", "a"])
def test_a_workbook_is_recognised_whatever_its_name(tmp_path, file_name):
    path = workbook(tmp_path / "received", ("S", [["id"], [1]]))
    assert FORMATS.recognise(path, file_name, AUTO).name == "xlsx"


@pytest.mark.parametrize(
    ("content", "what"),
    [
        (b"\x89PNG\r\n\x1a\n", "a PNG image"),
        (b"\xff\xd8\xff\xe0", "a JPEG image"),
        (b"GIF89a", "a GIF image"),
        (b"RIFF\x00\x00\x00\x00WEBPVP8 ", "a RIFF file"),
        (b"%PDF-1.4", "a PDF document"),
        (b"{\\rtf1", "an RTF document"),
        (b"\x7fELF\x02", "an executable"),
        (b"MZ\x90\x00\x03" + bytes(80), "an executable"),
        (b"\x1f\x8b\x08", "compressed with gzip"),
        (b"BZh91AY&SY", "compressed with bzip2"),
        (b"\xfd7zXZ\x00", "compressed with xz"),
        (b"\x28\xb5\x2f\xfd", "compressed with zstd"),
        (b"7z\xbc\xaf\x27\x1c", "a 7-Zip archive"),
        (b"Rar!\x1a\x07\x01", "a RAR archive"),
        (b"a" * 100 + bytes(157) + b"ustar\x0000", "a tar archive"),
        (b"Obj\x01\x04", "an Avro file"),
        (b"SQLite format 3\x00", "an SQLite database"),
        (b"\n<!doctype HTML><html>", "a web page"),
        (b"<!-- a proxy --><html><body>Sign in</body>", "a web page"),
        (EXCEL_2003, "a workbook in the XML of Excel 2003"),
        (archive_of(**{"a.csv": "id\n1\n"}), "a ZIP archive"),
        (archive_of(**{"word/document.xml": "<w/>"}), "a Word document"),
        (archive_of(**{"META-INF/manifest.xml": "<m/>"}), "an OpenDocument file"),
        (archive_of(**{"xl/workbook.bin": "x"}), "a binary workbook"),
        (b"PK\x03\x04" + bytes(50), "a damaged ZIP archive"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_a_file_that_is_not_read_is_called_what_it_is(tmp_path, content, what):
    path = tmp_path / "received"
    path.write_bytes(content)
    with pytest.raises(ParsingFailure, match=rf"^The file orders\.csv is {what}") as failed:
        FORMATS.recognise(path, "orders.csv", AUTO)
    assert failed.value.remedy


@pytest.mark.parametrize(
    ("content", "advice"),
    [
        pytest.param(b"a" * 100 + bytes(157) + b"ustar\x0000", "pack it as ZIP", id="a tar archive"),
        pytest.param(b"BZh91AY&SY", "with gzip or zstd", id="bzip2"),
        pytest.param(EXCEL_2003, "save it as XLSX", id="a workbook in XML"),
        pytest.param(b"%PDF-1.4", "Send it as CSV", id="a document"),
    ],
)
def test_what_to_do_with_a_file_that_is_not_read_depends_on_what_it_is(tmp_path, content, advice):
    path = tmp_path / "received"
    path.write_bytes(content)
    with pytest.raises(ParsingFailure) as failed:
        FORMATS.recognise(path, "orders", AUTO)
    assert advice in failed.value.remedy


def test_a_damaged_workbook_is_a_workbook_by_its_name(tmp_path):
    path = tmp_path / "received"
    path.write_bytes(b"PK\x03\x04" + bytes(50))
    with pytest.raises(ParsingFailure, match="The workbook is damaged"):
        FORMATS.recognise(path, "orders.xlsx", AUTO).read(path, AUTO)


def test_the_options_decide_before_anything_else(tmp_path):
    path = tmp_path / "received"
    path.write_bytes(b'[{"id": 1}]')
    assert FORMATS.recognise(path, "a.json", ReadOptions(format="csv")).name == "csv"
    with pytest.raises(ParsingFailure, match=r"there are csv, tsv, xlsx") as failed:
        FORMATS.recognise(path, "a.json", ReadOptions(format="klingon"))
    assert "read_options.format" in failed.value.remedy
