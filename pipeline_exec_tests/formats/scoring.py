"""How much of a file comes out as it was meant."""

import csv
import io
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from pipeline_exec.cli.clean_csv import write_clean_csv, write_header
from pipeline_exec.errors import ExecutionFailure, SourceDataEmpty
from pipeline_exec.formats.registry import FORMATS
from pipeline_exec.model.pipeline import ReadOptions

MEASURES = ("success", *(f"{part} {what}" for part in ("header", "record", "cell") for what in ("p", "r", "F1")))

Row = Sequence[str]


@dataclass(frozen=True)
class Parsed:
    """A file as ``pipeline-exec parse`` writes it, and what is told of it."""

    rows: list[Row]
    """The first is the header."""
    dialect: Mapping[str, object]


def measured(path: Path, clean: Sequence[Row]) -> tuple[float, ...]:
    """The ten measures of one file."""
    try:
        return measures_of(parsed(path).rows, clean)
    except ExecutionFailure:
        return (0.0,) * len(MEASURES)


def measures_of(found: Sequence[Row], clean: Sequence[Row]) -> tuple[float, ...]:
    """The ten measures of a file that could be read."""
    if not clean:
        return (1.0,) * len(MEASURES)
    header = _agreement(clean[0], found[0] if found else [])
    records = _agreement(["".join(row) for row in clean[1:]], ["".join(row) for row in found[1:]])
    cells = _agreement([cell for row in clean for cell in row], [cell for row in found for cell in row])
    return (1.0, *header, *records, *cells)


def parsed(path: Path) -> Parsed:
    """The file as it is read with nothing but detection."""
    into = io.BytesIO()
    dialect: Mapping[str, object] = {}
    try:
        read = FORMATS.read(path, path.name, ReadOptions())
        write_clean_csv(read.rows, read.dialect, into, lambda _: None)
        dialect = read.dialect
    except SourceDataEmpty as empty:
        write_header(empty.header, into)
    return Parsed(rows_of(into.getvalue().decode()), dialect)


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
