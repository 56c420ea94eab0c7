"""Compressed input: what is in it is read, whatever it is compressed with, and no more of it than the limits allow."""

import gc
import gzip
import io
import os
import stat
import struct
import subprocess
import sys
import zipfile
import zlib

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline_exec.dataplane.marks import without_marks
from pipeline_exec.errors import ParsingFailure, SourceDataEmpty
from pipeline_exec.formats.compression.codecs import codec_of, decompressed
from pipeline_exec.formats.registry import FORMATS, TABLE, FormatRegistry
from pipeline_exec.model.limits import ReadLimits
from pipeline_exec.model.pipeline import OutputOptions, ReadOptions
from pipeline_exec_tests.formats.tables import rows_of as table
from pipeline_exec_tests.formats.tables import text_columns
from pipeline_exec_tests.formats.workbooks import workbook

PEOPLE = b"name,age\nAda,36\nGrace,85\n"
ROWS = [{"name": "Ada", "age": "36"}, {"name": "Grace", "age": "85"}]
BOMB = bytes(65 * 1024**2)
MORE_THAN_LIMIT = b"name,age\n" + b"Ada,36\n" * 1000


def zstd(data):
    return pa.compress(data, codec="zstd", asbytes=True)


def zipped(members=(("people.csv", PEOPLE),), method=zipfile.ZIP_DEFLATED):
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", method) as archive:
        for name, content in members:
            with pytest.warns(UserWarning, match="Duplicate") if name in archive.namelist() else no_warning():
                archive.writestr(zipfile.ZipInfo(name) if isinstance(name, str) else name, content, method)
    return buffer.getvalue()


class no_warning:  # noqa: N801  # it stands where pytest.warns does
    def __enter__(self):
        return self

    def __exit__(self, *_):
        return None


SKIPPABLE = b"\x50\x2a\x4d\x18" + struct.pack("<I", 5) + b"hello"
"""A zstd frame that is to be skipped."""


@pytest.fixture
def scratch(tmp_path):
    return tmp_path / "scratch"


@pytest.fixture
def read(tmp_path, scratch):
    def read(content, name="people.csv", *, limits=None, **options):
        path = tmp_path / "received"
        path.write_bytes(content)
        formats = FormatRegistry(TABLE, limits or ReadLimits(), scratch)
        return formats.read(path, name, ReadOptions(**options))

    return read


def rows_of(parsed):
    names = without_marks(parsed.rows.schema)
    return [row for batch in parsed.rows for row in batch.select(names).to_pylist()]


@pytest.mark.parametrize(
    ("content", "name", "compression"),
    [
        (gzip.compress(PEOPLE), "people.csv.gz", "gzip"),
        (gzip.compress(PEOPLE), "people.csv", "gzip"),
        (gzip.compress(PEOPLE[:13]) + gzip.compress(PEOPLE[13:]), "people.csv.gz", "gzip"),
        (gzip.compress(PEOPLE) + bytes(512), "people.csv.gz", "gzip"),
        (zstd(PEOPLE), "people.csv.zst", "zstd"),
        (zstd(PEOPLE[:13]) + zstd(PEOPLE[13:]), "people.zst", "zstd"),
        (SKIPPABLE + zstd(PEOPLE), "people", "zstd"),
        (zipped(), "people.zip", "zip"),
        (zipped(method=zipfile.ZIP_STORED), "people.zip", "zip"),
        (zipped(method=zipfile.ZIP_BZIP2), "people.zip", "zip"),
        (zipped(method=zipfile.ZIP_LZMA), "people.zip", "zip"),
        (zipped([("people.csv.gz", gzip.compress(PEOPLE))]), "people.zip", "zip, gzip"),
        (zipped([("people.csv.zst", zstd(PEOPLE))]), "people.zip", "zip, zstd"),
    ],
    ids=[
        "gzip", "gzip by its bytes", "several gzip members", "gzip filled up with zeros", "zstd", "several zstd frames",
        "a zstd frame to skip", "zip", "zip, stored", "zip, bzip2", "zip, lzma", "gzip in zip", "zstd in zip",
    ],
)  # fmt: skip
def test_what_is_compressed_is_read_and_the_dialect_says_how(read, content, name, compression):
    parsed = read(content, name)

    assert rows_of(parsed) == ROWS
    assert (parsed.dialect["format"], parsed.dialect["compression"]) == ("csv", compression)


@pytest.mark.parametrize(
    "compress", [gzip.compress, zstd, lambda data: zipped([("inner", data)])], ids=["gzip", "zstd", "zip"]
)
@pytest.mark.parametrize("name", [name for name in TABLE if name not in ("xls", "ods")])
def test_every_format_may_be_compressed_and_none_is_an_archive_itself(read, tmp_path, name, compress):
    columns = text_columns("id", "name")
    path = tmp_path / "plain"
    FORMATS.named(name).write(table(columns, [["1", "Anna"], ["2", "Bob"]]), columns, path, OutputOptions())

    plain, packed = read(path.read_bytes(), f"a.{name}"), read(compress(path.read_bytes()), f"a.{name}")

    assert "compression" not in plain.dialect
    assert rows_of(packed) == rows_of(plain)
    assert len(rows_of(read(compress(path.read_bytes()), f"a.{name}"))) == 2


def test_the_name_of_the_file_inside_suggests_its_format(read):
    assert read(gzip.compress(b"a\tb\n1\t2\n"), "table.tsv.gz").dialect["format"] == "tsv"
    assert read(zipped([("table.tsv", b"a\tb\n1\t2\n")]), "table.zip").dialect["format"] == "tsv"


def test_of_an_archive_the_first_file_is_read_and_the_others_are_named(read):
    parsed = read(zipped([("people.csv", PEOPLE), ("b.csv", b""), ("c.csv", b"")]), "people.zip")

    assert rows_of(parsed) == ROWS
    assert parsed.others == ("b.csv", "c.csv")
    assert (parsed.dialect["member"], parsed.dialect["other_members"]) == ("people.csv", ["b.csv", "c.csv"])


def test_folders_and_what_systems_add_are_no_files(read):
    litter = ["__MACOSX/", "__MACOSX/._people.csv", "data/", "data/.DS_Store", "Thumbs.db", "._people.csv"]

    parsed = read(zipped([*((name, b"") for name in litter), ("data/people.csv", PEOPLE)]), "people.zip")

    assert (rows_of(parsed), parsed.others, parsed.dialect["member"]) == (ROWS, (), "data/people.csv")


@pytest.mark.parametrize(
    "content",
    [zipped([("folder/", b"")]), zipped([("__MACOSX/x", b"x")]), zipped([])],
    ids=["only folders", "only litter", "nothing at all"],
)
def test_an_archive_without_a_file_holds_no_data(read, content):
    with pytest.raises(SourceDataEmpty, match="holds no file"):
        read(content, "people.zip")


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("../../etc/passwd", "etc/passwd"),
        ("/etc/passwd", "etc/passwd"),
        ("..\\..\\people.csv", "people.csv"),
        ("C:\\data\\people.csv", "data/people.csv"),
        ("people.csv\x00.exe", "people.csv"),
        ("a\x1b[2J\u202ecsv.exe", "a_[2J_csv.exe"),
        ("./a//b.csv", "a/b.csv"),
        ("..", "file"),
        ("x" * 3000 + ".csv", "x" * 496 + ".csv"),
    ],
    ids=["leads up", "absolute", "backslashes", "drive", "NUL", "control characters", "dots", "only dots", "long"],
)
def test_a_name_that_plays_tricks_is_shown_without_them(read, name, shown):
    assert read(zipped([(name, PEOPLE)]), "people.zip").dialect["member"] == shown


def test_files_of_the_same_name_are_all_there_under_names_of_their_own(tmp_path):
    path = tmp_path / "received"
    path.write_bytes(zipped([("a.csv", b"1"), ("a.csv", b"2"), ("A/../a.csv", b"3"), ("a.csv", b"4"), ("b", b"5")]))

    found = {}
    for member in FormatRegistry(TABLE).members(path, ReadOptions()):
        into = io.BytesIO()
        member.copy(into)
        found[member.name] = into.getvalue()

    assert found == {"a.csv": b"1", "a (2).csv": b"2", "A/a.csv": b"3", "a (3).csv": b"4", "b": b"5"}


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (zipped([("inner.zip", zipped())]), "inner.zip is a ZIP archive and packed once more"),
        (gzip.compress(gzip.compress(PEOPLE)), "compressed with gzip and packed once more"),
        (gzip.compress(zipped()), "a ZIP archive and packed once more"),
        (zipped([("x.gz", gzip.compress(zstd(PEOPLE)))]), "compressed with zstd and packed once more"),
        (gzip.compress(PEOPLE)[:-9], "ends before"),
        (gzip.compress(PEOPLE)[:5], "ends before"),
        (gzip.compress(PEOPLE) + b"garbage", "damaged"),
        (gzip.compress(PEOPLE)[:-6] + b"xxxxxx", "damaged"),
        (zstd(PEOPLE)[:-3], "ends before"),
        (zstd(PEOPLE) + b"garbage", "damaged"),
        (zipped()[:-30], "damaged"),
        (zipped(method=zipfile.ZIP_STORED).replace(b"Ada", b"Eve"), "people.csv is damaged"),
    ],
    ids=[
        "zip in zip", "gzip in gzip", "zip in gzip", "three layers", "gzip cut", "gzip cut in its header",
        "gzip and garbage", "gzip with a wrong checksum", "zstd cut", "zstd and garbage", "zip cut",
        "zip with a wrong checksum",
    ],
)  # fmt: skip
def test_what_is_damaged_or_packed_too_often_is_a_typed_failure_that_says_so(read, scratch, content, message):
    with pytest.raises(ParsingFailure, match=message) as failed:
        rows_of(read(content, "people"))

    assert failed.value.remedy
    assert not list(scratch.glob("*"))


def encrypted():
    whole = bytearray(zipped())
    # The flag stands in the local header and in the list of files.
    whole[6] |= 1
    whole[whole.index(b"PK\x01\x02") + 8] |= 1
    return bytes(whole)


def link():
    info = zipfile.ZipInfo("people.csv")
    info.external_attr = (stat.S_IFLNK | 0o777) << 16
    return zipped([(info, b"/etc/passwd")])


def unknown_method():
    whole = bytearray(zipped())
    for at in (8, whole.index(b"PK\x01\x02") + 10):
        whole[at] = 9
    return bytes(whole)


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (encrypted(), r"people.csv is encrypted\. Pack it without a password"),
        (link(), "people.csv is a link"),
        (unknown_method(), "people.csv is packed by a method that is not read"),
        (zipped([(f"{number}.csv", b"") for number in range(1001)]), "holds 1,001 files"),
    ],
    ids=["encrypted", "a link", "an unknown method", "too many files"],
)
def test_an_archive_that_is_not_taken_says_why(read, content, message):
    with pytest.raises(ParsingFailure, match=message):
        read(content, "people.zip")


def test_a_list_of_files_that_does_not_fit_into_memory_is_refused_unread(read):
    whole = zipped([("a", b"")])
    at = whole.index(b"PK\x05\x06")
    padded = whole[:at] + bytes(20 * 1024**2) + whole[at:]
    size = struct.pack("<I", 20 * 1024**2)
    end = padded.index(b"PK\x05\x06")

    with pytest.raises(ParsingFailure, match="lists more files"):
        read(padded[: end + 12] + size + padded[end + 16 :], "people.zip")


@pytest.mark.parametrize(
    ("limits", "content", "setting"),
    [
        (ReadLimits(), BOMB, "PIPELINE_EXEC_MAX_UNPACK_RATIO"),
        (ReadLimits(max_unpacked_size=1000), MORE_THAN_LIMIT, "PIPELINE_EXEC_MAX_UNPACKED_SIZE"),
    ],
    ids=["a bomb", "too large"],
)
@pytest.mark.parametrize(
    "compress",
    [
        gzip.compress,
        zstd,
        lambda data: zipped([("x.csv", data)]),
        lambda data: zipped([("x.gz", gzip.compress(data))]),
    ],
    ids=["gzip", "zstd", "zip", "gzip in zip"],
)
def test_what_becomes_too_large_is_refused_while_it_is_decompressed(read, scratch, compress, limits, content, setting):
    with pytest.raises(ParsingFailure, match=setting):
        read(compress(content), "x", limits=limits)

    assert not list(scratch.glob("*"))


def test_all_files_of_an_archive_share_one_limit(tmp_path):
    path = tmp_path / "received"
    path.write_bytes(zipped([("a.csv", bytes(800)), ("b.csv", bytes(800))]))
    first, second = FormatRegistry(TABLE, ReadLimits(max_unpacked_size=1000)).members(path, ReadOptions()), io.BytesIO()

    next(first).copy(second)
    with pytest.raises(ParsingFailure, match="MAX_UNPACKED_SIZE"):
        next(first).copy(second)


def test_the_ends_of_a_zip64_archive_are_found(read):
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive, archive.open("people.csv", "w", force_zip64=True) as member:
        member.write(PEOPLE)

    assert rows_of(read(buffer.getvalue(), "people.zip")) == ROWS


@pytest.mark.parametrize("compression", ["gzip", "zstd", "zip"])
def test_what_is_not_compressed_as_it_should_be_says_so(read, compression):
    with pytest.raises(ParsingFailure, match=f"is not compressed; read_options.compression says {compression}"):
        read(PEOPLE, compression=compression)


def test_an_archive_may_be_named_as_one_where_a_document_would_be_seen(read, tmp_path):
    book = workbook(tmp_path / "book.xlsx", ("S", [["id"], [1]])).read_bytes()

    assert read(book, "book.xlsx", compression="none").dialect["format"] == "xlsx"
    assert "xl/workbook.xml" in read(book, "book.xlsx", compression="zip").others


@pytest.mark.parametrize("content", [gzip.compress(PEOPLE), zstd(PEOPLE), zipped()], ids=["gzip", "zstd", "zip"])
def test_what_is_to_be_taken_as_it_is_is_not_decompressed(read, content):
    with pytest.raises(ParsingFailure, match=r"is (compressed with|a ZIP archive)"):
        read(content, compression="none")


class TestScratch:
    """What is decompressed lies on disk as long as somebody reads it."""

    def test_it_is_gone_when_its_rows_were_read(self, read, scratch):
        parsed = read(gzip.compress(PEOPLE))
        assert len(list(scratch.iterdir())) == 1

        rows_of(parsed)
        del parsed
        gc.collect()
        assert not list(scratch.iterdir())

    def test_it_is_gone_when_its_rows_are_given_up(self, read, scratch):
        batches = iter(read(gzip.compress(b"a,b\n" + b"1,2\n" * 3_000_000)).rows.head(1))
        next(batches)
        assert len(list(scratch.iterdir())) == 1

        del batches
        gc.collect()
        assert not list(scratch.iterdir())

    def test_it_is_gone_when_the_file_inside_cannot_be_read(self, read, scratch):
        with pytest.raises(ParsingFailure):
            read(gzip.compress(b"%PDF-1.4"))

        gc.collect()
        assert not list(scratch.iterdir())

    def test_what_a_killed_process_left_is_swept_and_what_is_read_is_not(self, read, scratch):
        code = (
            "import os, sys\n"
            "from pathlib import Path\n"
            "from pipeline_exec.formats.compression.scratch import ScratchFile\n"
            "file = ScratchFile(Path(sys.argv[1]))\n"
            "os._exit(1)\n"
        )
        subprocess.run([sys.executable, "-c", code, str(scratch)], check=False)
        held = read(gzip.compress(PEOPLE))
        [left] = [path for path in scratch.iterdir() if not path.stat().st_size]
        for path in scratch.iterdir():
            os.utime(path, (0, 0))

        another = read(gzip.compress(PEOPLE))

        assert not left.exists()
        assert rows_of(held) == rows_of(another) == ROWS


@given(parts=st.lists(st.binary(max_size=300), min_size=1, max_size=4), sizes=st.lists(st.integers(1, 50), min_size=1))
def test_streams_cut_anywhere_are_decompressed_the_same(parts, sizes):
    for codec, compress in (("gzip", gzip.compress), ("zstd", zstd)):
        whole = b"".join(map(compress, parts))
        assert codec_of(whole) == codec
        assert b"".join(decompressed(codec, _pieces(whole, sizes), "x")) == b"".join(parts)


def test_an_output_as_large_as_a_chunk_is_decompressed_to_its_end():
    for size in range(2**20 - 300, 2**20 + 300, 37):
        packed = zlib.compress(bytes(size), wbits=31)
        assert sum(map(len, decompressed("gzip", [packed], "x"))) == size


@given(data=st.data())
def test_any_damage_is_a_typed_failure_or_harmless(data, tmp_path_factory):
    whole = data.draw(
        st.sampled_from([gzip.compress(PEOPLE), zstd(PEOPLE), zipped(), zipped([("a.gz", gzip.compress(PEOPLE))])])
    )
    at, length = data.draw(st.integers(0, len(whole))), data.draw(st.integers(0, 20))
    damaged = whole[:at] + data.draw(st.binary(max_size=20)) + whole[at + length :]
    path = tmp_path_factory.getbasetemp() / "damaged"
    path.write_bytes(damaged)
    formats = FormatRegistry(TABLE)
    try:
        rows_of(formats.read(path, "x", ReadOptions()))
        for member in formats.members(path, ReadOptions()):
            member.copy(io.BytesIO())
    except (ParsingFailure, SourceDataEmpty):
        pass


def _pieces(whole, sizes):
    at = 0
    while at < len(whole):
        for size in sizes:
            yield whole[at : at + size]
            at += size
