"""What mutations begin with: the fixtures of the formats, and tables written by our own and others' writers."""

import gzip
import io
import tempfile
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path, PurePath
from random import Random
from zipfile import ZIP_DEFLATED, ZipFile

import pyarrow as pa
import xlwt

from pipeline_exec.errors import WriteFileFailure
from pipeline_exec.formats.registry import FORMATS, TABLE
from pipeline_exec.model.pipeline import OutputOptions
from pipeline_exec_tests.formats import test_fixtures
from pipeline_exec_tests.formats.tables import column, rows_of
from pipeline_exec_tests.formats.workbooks import document, odf_cell, odf_table

WRAPPERS = {"gzip": ".gz", "zstd": ".zst", "zip": ".zip"}
"""What other files come in, and how their names then end."""
MADE = 4
"""Tables made for each format."""
CELLS = [
    *(None, "a", "Müller", "日本", "x" * 300, "two words", " padded ", "'", '"', 'say ""hi""', "a,b", "a;b", "a|b"),
    *("a\tb", "1", "-7.5", "1,234.56", "1.234,56", "2024-02-29", "29.02.2024", "10:00", "true", "=1+1", "<b>", "&amp;"),
    *("_x0041_", "line\nfeed", "carriage\rreturn", "both\r\nof them", "\\", "\\n", "{}", "[1]", "null", "\ufeff"),
    *("\u2028", "😀"),
]


@dataclass(frozen=True)
class Seed:
    """A file."""

    name: str
    data: bytes


@cache
def seeds() -> Mapping[str, Sequence[Seed]]:
    """Files of every format there is, and of every wrapper, by its name."""
    found: defaultdict[str, list[Seed]] = defaultdict(list)
    for name, seed in [*_fixtures(), *_made()]:
        found[name].append(seed)
    plain = [seed for several in list(found.values()) for seed in several[:3]]
    for wrapper, suffix in WRAPPERS.items():
        found[wrapper] = [Seed(seed.name + suffix, wrapped(wrapper, seed)) for seed in plain]
    return found


def wrapped(wrapper: str, seed: Seed) -> bytes:
    """A file as it comes in a wrapper."""
    match wrapper:
        case "gzip":
            return gzip.compress(seed.data, mtime=0)
        case "zstd":
            sink = pa.BufferOutputStream()
            with pa.CompressedOutputStream(sink, "zstd") as stream:
                stream.write(seed.data)
            return sink.getvalue().to_pybytes()
        case _:
            buffer = io.BytesIO()
            with ZipFile(buffer, "w", ZIP_DEFLATED) as archive:
                archive.writestr(seed.name, seed.data)
                archive.writestr("folder/second.csv", b"id,name\n1,Anna\n")
            return buffer.getvalue()


def _fixtures() -> Iterator[tuple[str, Seed]]:
    for path in sorted(test_fixtures.FIXTURES.iterdir()):
        if path.is_file() and not path.name.endswith(test_fixtures.EXPECTED):
            extension = PurePath(path.name).suffix.removeprefix(".")
            yield extension if extension in TABLE else "csv", Seed(path.name, path.read_bytes())


def _made() -> Iterator[tuple[str, Seed]]:
    random = Random(20260101)
    for name in TABLE:
        for number in range(MADE):
            table = [[random.choice(CELLS) for _ in range(1 + number * 2)] for _ in range(number * 7 + 1)]
            data = _written(name, table)
            yield name, Seed(f"made{number}.{name}", data)


def _written(name: str, table: list[list[str | None]]) -> bytes:
    keys = [f"column {number}" for number in range(len(table[0]))]
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, f"made.{name}")
        columns = [column(key) for key in keys]
        try:
            FORMATS.named(name).write(rows_of(columns, table), columns, path, OutputOptions())
        except WriteFileFailure:
            {"xls": _write_xls, "ods": _write_ods}[name](path, [keys, *table])
        return path.read_bytes()


def _write_xls(path: Path, table: list[list[str | None]]) -> None:
    book = xlwt.Workbook()
    sheet = book.add_sheet("Data")
    for row, cells in enumerate(table):
        for place, cell in enumerate(cells):
            sheet.write(row, place, cell if row % 3 else (row + place) / 7)
    book.save(str(path))


def _write_ods(path: Path, table: list[list[str | None]]) -> None:
    escaped = ([(cell or "").replace("&", "&amp;").replace("<", "&lt;") for cell in cells] for cells in table)
    document(path, odf_table(*([odf_cell(cell) for cell in cells] for cells in escaped)))
