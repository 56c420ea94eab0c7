"""Workbooks of 100,000 rows of 10 columns: read beside bare calamine, written, and reported with their errors.

``--rounds N`` is how often everything runs, one after the other in turn, of which the fastest counts; ``--rows N`` is
how many rows there are.
"""

import argparse
import time
from collections.abc import Callable, Iterator
from datetime import date, datetime, timedelta
from pathlib import Path
from zipfile import ZIP_DEFLATED, ZipFile

import numpy as np
import openpyxl
import pyarrow as pa
from openpyxl.cell import WriteOnlyCell
from python_calamine import CalamineWorkbook

from pipeline_exec.dataplane.findings import FINDINGS
from pipeline_exec.formats.registry import FORMATS
from pipeline_exec.model.pipeline import OutputOptions, ReadOptions
from pipeline_exec.model.rows import Rows
from pipeline_exec.model.target_model import ColumnType, TargetColumn
from pipeline_exec.ports import ErrorReport

MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
NAMES = ("id", "name", "city", "amount", "price", "day", "at", "paid", "email", "quantity")
BATCH = 20_000


def _in_formats(xml: bytes) -> bytes:
    runs = xml.replace(b"<si><t>", b"<si><r><t>Text: </t></r><r><rPr><b/></rPr><t>")
    return runs.replace(b"</t></si>", b"</t></r></si>")


#: How else programs write the same.
SPELLINGS: dict[str, Callable[[bytes], bytes]] = {
    "single quotes": lambda xml: xml.replace(b'"', b"'"),
    "comments": lambda xml: xml.replace(b"<row ", b"<!-- next --><row "),
    "texts in several formats": _in_formats,
}


def measure(folder: Path, *options: str) -> Iterator[str]:
    asked = _options(options)
    files = {"inline texts": folder / "inline.xlsx", "shared texts": folder / "shared.xlsx"}
    _inline(files["inline texts"], asked.rows)
    _shared(files["inline texts"], files["shared texts"])
    for number, (name, respelled) in enumerate(SPELLINGS.items()):
        files[name] = folder / f"spelling{number}.xlsx"
        _respelled(files["shared texts"], files[name], respelled)
    files["OpenDocument"] = folder / "open.ods"
    _open_document(files["OpenDocument"], asked.rows)
    for name, path in files.items():
        ours, bare = _paired(asked.rounds, lambda path=path: _read(path), lambda path=path: _bare(path))
        yield f"read, {name}: {ours:.2f} s; bare calamine {bare:.2f} s; ratio {ours / bare:.2f}"
    rows, columns = _rows(files["inline texts"])
    target = folder / "out.xlsx"
    (written,) = _paired(asked.rounds, lambda: FORMATS.named("xlsx").write(rows, columns, target, OutputOptions()))
    yield f"write: {written:.2f} s"
    report = ErrorReport(columns, rows, asked.rows, _findings(asked.rows), asked.rows // 2)
    (reported,) = _paired(asked.rounds, lambda: FORMATS.write_report(report, target))
    yield f"error report, every second row wrong: {reported:.2f} s, {target.stat().st_size / 1e6:.1f} MB"


def _options(options: tuple[str, ...]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks workbooks")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--rows", type=int, default=100_000)
    return parser.parse_args(options)


def _paired(rounds: int, *works: Callable[[], object]) -> list[float]:
    """The least seconds of processor time each of them took, run in turn: others use the machine too."""
    taken: list[list[float]] = [[] for _ in works]
    for _ in range(rounds):
        for times, work in zip(taken, works, strict=True):
            begun = time.process_time()
            work()
            times.append(time.process_time() - begun)
    return [min(times) for times in taken]


def _read(path: Path) -> int:
    return sum(batch.num_rows for batch in FORMATS.read(path, path.name, ReadOptions()).rows)


def _bare(path: Path) -> int:
    return len(CalamineWorkbook.from_path(str(path)).get_sheet_by_index(0).to_python())


def _inline(path: Path, rows: int) -> None:
    """As openpyxl writes it, its texts within the cells, amounts with a format of their own."""
    random = np.random.default_rng(1)
    book = openpyxl.Workbook(write_only=True)
    sheet = book.create_sheet("Data")
    sheet.append(NAMES)
    begins = datetime(2024, 1, 1)  # noqa: DTZ001  # a sheet has no zone
    for number, amount in enumerate((random.random(rows) * 10_000).tolist()):
        cell = WriteOnlyCell(sheet, amount)
        cell.number_format = "#,##0.00"
        day, at = date(2024, 1, 1) + timedelta(days=number % 365), begins + timedelta(minutes=number)
        texts = (f"Name {number % 5000}", ("Ulm", "Köln", "Bonn")[number % 3], f"user{number}@example.org")
        row = (number, *texts[:2], cell, round(amount % 100, 2), day, at, number % 2 == 0, texts[2], number % 100)
        sheet.append(row)
    book.save(path)


def _shared(inline: Path, path: Path) -> None:
    """The same with texts that cells share, as Excel writes it."""
    texts: dict[bytes, int] = {}
    begins, ends = b't="inlineStr"><is><t>', b"</t></is>"
    with ZipFile(inline) as source, ZipFile(path, "w", ZIP_DEFLATED) as target:
        for name in source.namelist():
            content = source.read(name)
            if name == "xl/worksheets/sheet1.xml":
                first, *cells = content.split(begins)
                pieces = [first]
                for cell in cells:
                    text, _, rest = cell.partition(ends)
                    number = texts.setdefault(text, len(texts))
                    pieces.append(b't="s"><v>%d</v>%b' % (number, rest))
                content = b"".join(pieces)
            target.writestr(name, content)
        items = b"".join(b"<si><t>%b</t></si>" % text for text in texts)
        target.writestr("xl/sharedStrings.xml", b'<sst xmlns="%b">%b</sst>' % (MAIN.encode(), items))


def _respelled(source: Path, target: Path, respelled: Callable[[bytes], bytes]) -> None:
    with ZipFile(source) as usual, ZipFile(target, "w", ZIP_DEFLATED) as other:
        for name in usual.namelist():
            content = usual.read(name)
            is_long = name.endswith(("sheet1.xml", "sharedStrings.xml"))
            other.writestr(name, respelled(content) if is_long else content)


def _open_document(path: Path, rows: int) -> None:
    """The same as LibreOffice writes it."""
    random = np.random.default_rng(1)
    begins = datetime(2024, 1, 1)  # noqa: DTZ001  # a sheet has no zone
    lines = [_open_row(*(_open_cell("string", "", name) for name in NAMES))]
    for number, amount in enumerate((random.random(rows) * 10_000).tolist()):
        day, at = date(2024, 1, 1) + timedelta(days=number % 365), begins + timedelta(minutes=number)
        price, paid = round(amount % 100, 2), number % 2 == 0
        lines.append(
            _open_row(
                _open_cell("float", f'value="{number}"', number),
                _open_cell("string", "", f"Name {number % 5000}"),
                _open_cell("string", "", ("Ulm", "Köln", "Bonn")[number % 3]),
                _open_cell("float", f'value="{amount}"', f"{amount:,.2f}"),
                _open_cell("float", f'value="{price}"', price),
                _open_cell("date", f'date-value="{day}"', f"{day:%d.%m.%y}"),
                _open_cell("date", f'date-value="{at:%Y-%m-%dT%H:%M:%S}"', f"{at:%d.%m.%Y %H:%M}"),
                _open_cell("boolean", f'boolean-value="{str(paid).lower()}"', str(paid).upper()),
                _open_cell("string", "", f"user{number}@example.org"),
                _open_cell("float", f'value="{number % 100}"', number % 100),
            )
        )
    names = ("office", "table", "text", "calcext")
    spaces = " ".join(f'xmlns:{name}="urn:oasis:names:tc:opendocument:xmlns:{name}:1.0"' for name in names)
    with ZipFile(path, "w", ZIP_DEFLATED) as target:
        target.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet")
        target.writestr(
            "content.xml",
            f"<office:document-content {spaces}><office:body><office:spreadsheet>"
            f'<table:table table:name="Data">{"".join(lines)}</table:table>'
            "</office:spreadsheet></office:body></office:document-content>",
        )
        target.writestr("META-INF/manifest.xml", "<manifest:manifest xmlns:manifest='m'/>")


def _open_row(*cells: str) -> str:
    return f'<table:table-row table:style-name="ro1">{"".join(cells)}</table:table-row>'


def _open_cell(kind: str, value: str, shown: object) -> str:
    given = f" office:{value}" if value else ""
    return (
        f'<table:table-cell table:style-name="ce1" office:value-type="{kind}"{given} calcext:value-type="{kind}">'
        f"<text:p>{shown}</text:p></table:table-cell>"
    )


def _rows(path: Path) -> tuple[Rows, list[TargetColumn]]:
    batches = list(FORMATS.read(path, path.name, ReadOptions()).rows)
    columns = [TargetColumn(key=name, column_type=ColumnType.STRING) for name in NAMES]
    return Rows(batches[0].schema, batches), columns


def _findings(rows: int) -> Rows:
    """One in every second row."""
    batches = []
    for first in range(1, rows, BATCH):
        numbers = np.arange(first, min(first + BATCH, rows), 2)
        texts = [
            pa.repeat(pa.scalar(text), len(numbers)) for text in ("amount", "x", "type.float", "'x' is no number.")
        ]
        batches.append(pa.RecordBatch.from_arrays([pa.array(numbers), *texts], schema=FINDINGS))
    return Rows(FINDINGS, batches)
