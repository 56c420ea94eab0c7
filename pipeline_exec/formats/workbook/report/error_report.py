"""The error report: the mapped table with its erroneous cells coloured and commented, and lists of what was found.

It is written while the rows pass, whole columns at once. The findings pass several times, once for each part that is
made of them, so that no more is held than a batch.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import chain
from pathlib import Path
from typing import Final
from zipfile import ZIP_DEFLATED, ZipFile

import pyarrow as pa

from pipeline_exec.dataplane.tally import Tally
from pipeline_exec.formats.workbook.bounds import MAX_ROWS, MAX_SHEET_COLUMNS
from pipeline_exec.formats.workbook.report.comments import MAX_COMMENTS, Comments, Placed, comments_of, ranked
from pipeline_exec.formats.workbook.report.finding_rows import Along, by_whole_rows, row_numbers
from pipeline_exec.formats.workbook.report.table import ReportTable, Room, header_row, listed_rows
from pipeline_exec.formats.workbook.writing.skeleton import (
    COMMENTED_SHEET_ENDS,
    COMMENTS_PART,
    DRAWING_PART,
    SHEET_ENDS,
    parts,
    sheet_begins,
    sheet_part,
)
from pipeline_exec.model.target_model import TargetColumn
from pipeline_exec.ports import ErrorReport

_COMPRESSION: Final = 2
_SHEETS: Final = ("Data", "Findings", "Summary")
_NOTES: Final = "Notes"


def write_report(report: ErrorReport, into: Path) -> None:
    """A workbook of three sheets, and a fourth with notes where something had to be left out.

    ``Data`` is the mapped table as text, with each row's number in front; of a table that does not fit into a sheet the
    erroneous rows alone. ``Findings`` lists what is wrong, ``Summary`` counts it by column and code. Text is never a
    formula, and what is longer than a cell takes is cut. No more than a batch is held, and the comments.
    """
    columns = report.columns[: MAX_SHEET_COLUMNS - 1]
    table = ReportTable(columns, is_whole=report.total_rows < MAX_ROWS)
    tally = _tally(report.findings)
    with ZipFile(into, "w", ZIP_DEFLATED, compresslevel=_COMPRESSION) as archive:
        comments = _write_data(archive, report, table, columns)
        listed = Room()
        _write_list(archive, 2, ["Row", "Column", "Value", "Code", "Message"], report.findings, listed)
        _write_list(archive, 3, ["Column", "Label", "Code", "Findings"], [_summary(report, tally)], Room())
        notes = list(_notes(report, table, tally, listed, len(comments)))
        if notes:
            _write_list(archive, 4, ["Notes"], [pa.record_batch({"note": notes})], Room())
        sheets = [*_SHEETS, _NOTES] if notes else _SHEETS
        for name, text in parts([], sheets, is_commented=len(comments) > 0).items():
            _write(archive, name, [text.encode()])


def _write_data(archive: ZipFile, report: ErrorReport, table: ReportTable, columns: Sequence[TargetColumn]) -> Comments:
    names = ["Row", *(column.label or column.key for column in columns)]
    rows = table.pieces(report.rows, Along(by_whole_rows(report.findings)))
    with archive.open(sheet_part(1), "w") as part:
        part.writelines(_begun(names, rows))
        # Only now is it known which rows are on the sheet.
        comments = comments_of(_placed(report, table), {column.key: at for at, column in enumerate(columns, start=2)})
        # A list of no comments is nothing programs expect.
        part.write((COMMENTED_SHEET_ENDS if len(comments) else SHEET_ENDS).encode())
    if len(comments):
        _write(archive, COMMENTS_PART, comments.xml())
        _write(archive, DRAWING_PART, comments.drawing())
    return comments


def _write_list(
    archive: ZipFile, number: int, names: Sequence[str], batches: Iterable[pa.RecordBatch], room: Room
) -> None:
    _write(archive, sheet_part(number), chain(_begun(names, listed_rows(batches, room)), [SHEET_ENDS.encode()]))


def _begun(names: Sequence[str], rows: Iterable[memoryview]) -> Iterator[bytes | memoryview]:
    """A sheet up to its last row."""
    yield sheet_begins(is_frozen=True).encode()
    yield header_row(names)
    yield from rows


def _write(archive: ZipFile, name: str, pieces: Iterable[bytes | memoryview]) -> None:
    with archive.open(name, "w") as part:
        part.writelines(pieces)


def _placed(report: ErrorReport, table: ReportTable) -> Iterator[Placed]:
    """The findings of the rows that are on the sheet, and the row of the sheet each is in."""
    findings = by_whole_rows(report.findings)
    for batch, lines in ((each, row_numbers(each)) for each in findings) if table.is_whole else ranked(findings):
        fitting = int((lines <= table.room.lines).sum())
        yield batch.slice(0, fitting), lines[:fitting] + 1


def _tally(findings: Iterable[pa.RecordBatch]) -> Tally:
    tally = Tally()
    for batch in findings:
        tally.add(batch)
    return tally


def _kept(tally: Tally) -> int:
    return sum(number for _, _, number in tally.top())


def _summary(report: ErrorReport, tally: Tally) -> pa.RecordBatch:
    """What was found by column and code, the most frequent first, and all of it."""
    labels = {column.key: column.label for column in report.columns}
    counted = tally.top()
    texts = [
        [*(key for key, _, _ in counted), "All findings"],
        [*(labels.get(key) or None for key, _, _ in counted), None],
        [*(code for _, code, _ in counted), None],
    ]
    numbers = pa.array([*(number for _, _, number in counted), report.total_findings], pa.int64())
    columns = [*(pa.array(text, pa.string()) for text in texts), numbers]
    return pa.record_batch(columns, ["column", "label", "code", "number"])


def _notes(report: ErrorReport, table: ReportTable, tally: Tally, listed: Room, comments: int) -> Iterator[str]:
    kept = _kept(tally)
    if not table.is_whole:
        yield (
            f"The table has {report.total_rows:,} rows, more than a sheet takes: Data holds those in which something "
            "is wrong. The number in front of each is that of the whole table."
        )
    if table.room.is_cut:
        yield f"More rows do not fit into a sheet: Data holds the first {table.room.lines:,} of them."
    if len(report.columns) >= MAX_SHEET_COLUMNS:
        yield f"More columns do not fit into a sheet: Data holds the first {MAX_SHEET_COLUMNS - 1:,}."
    if kept < report.total_findings:
        yield (
            f"There are {report.total_findings:,} findings, of which the first {kept:,} are kept: Findings, Summary "
            "and the colours in Data are of those."
        )
    if listed.is_cut:
        yield f"More findings do not fit into a sheet: Findings lists the first {listed.lines:,}."
    if comments >= MAX_COMMENTS:
        yield f"Only the first {comments:,} erroneous cells have a comment; the others are coloured."
