"""How much of a file comes out as it was meant."""

import csv
import io
from collections import Counter
from collections.abc import Iterable, Sequence
from pathlib import Path

from pipeline_exec.cli.clean_csv import write_clean_csv, write_header
from pipeline_exec.errors import ExecutionFailure, SourceDataEmpty
from pipeline_exec.formats.registry import FORMATS
from pipeline_exec.model.pipeline import ReadOptions

MEASURES = ("success", *(f"{part} {what}" for part in ("header", "record", "cell") for what in ("p", "r", "F1")))

Row = Sequence[str]


def measured(path: Path, clean: Sequence[Row]) -> tuple[float, ...]:
    """The ten measures of one file."""
    try:
        found = rows_of(parsed(path))
    except ExecutionFailure:
        return (0.0,) * len(MEASURES)
    if not clean:
        return (1.0,) * len(MEASURES)
    header = _agreement(clean[0], found[0] if found else [])
    records = _agreement(["".join(row) for row in clean[1:]], ["".join(row) for row in found[1:]])
    cells = _agreement([cell for row in clean for cell in row], [cell for row in found for cell in row])
    return (1.0, *header, *records, *cells)


def parsed(path: Path) -> str:
    """The file as clean CSV, as ``pipeline-exec parse`` writes it."""
    into = io.BytesIO()
    try:
        read = FORMATS.read(path, path.name, ReadOptions())
        write_clean_csv(read.rows, read.dialect, into, lambda _: None)
    except SourceDataEmpty as empty:
        write_header(empty.header, into)
    return into.getvalue().decode()


def _agreement(wanted: Iterable[str], found: Iterable[str]) -> tuple[float, float, float]:
    """Precision, recall and F1 of two multisets; all 1 where nothing is wanted."""
    wanted, found = Counter(wanted), Counter(found)
    if not wanted:
        return 1.0, 1.0, 1.0
    shared = (wanted & found).total()
    if not shared:
        return 0.0, 0.0, 0.0
    precision, recall = shared / found.total(), shared / wanted.total()
    return precision, recall, 2 * precision * recall / (precision + recall)


def rows_of(text: str) -> list[Row]:
    return list(csv.reader(io.StringIO(text, newline="")))
