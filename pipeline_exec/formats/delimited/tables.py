"""Which of the records at the beginning of a text belong to its first table."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import takewhile
from typing import Final

from pipeline_exec.formats.delimited.records import Record
from pipeline_exec.formats.kinds import Kind, kind_of

#: How many rows below the names of a further table are looked at, and how many it needs.
_BODY: Final = 20
_LEAST_ROWS: Final = 2


@dataclass(frozen=True)
class FirstTable:
    """The beginning of a text, as far as it is the first table or stands above it."""

    records: list[Record]
    width: int
    """How many cells most of its rows have; 1 when no record is parted."""


def first_table(records: Sequence[Record]) -> FirstTable:
    """The first of the tables in records without blank ones; what stands behind it is left out."""
    parts = list(_parts(records))
    tables = [part for part in parts if part.is_table]
    chosen = tables[0] if tables else _Part(list(records))
    # A few lines of names and values above a table look like one.
    if len(tables) > 1 and chosen.filled <= 2 < tables[1].filled and len(chosen.records) < len(tables[1].records):
        chosen = tables[1]
    behind = next((part for part in parts if part.is_further and part.start > chosen.start), None)
    return FirstTable([each for each in records if behind is None or each.start < behind.start], chosen.width)


def is_header_above(cells: Sequence[str], below: Sequence[Sequence[str]], *, follows_gap: bool) -> bool:
    """Whether a row of another width than those above holds the names of columns of which the rows below are values.

    Args:
        cells: The row.
        below: Those that follow.
        follows_gap: Whether a blank line stands above it; then the values may be text too.
    """
    filled = [cell for cell in cells if cell.strip()]
    if len(filled) < 2 or len(filled) * 2 < len(cells) or any(kind_of(cell) is not Kind.TEXT for cell in filled):
        return False
    body = list(takewhile(lambda row: len(row) == len(cells), below[:_BODY]))
    # Behind some rows a further table may begin; fewer may be among others by chance.
    body = body if len(body) > _LEAST_ROWS else list(below[:_BODY])
    same = [row for row in body if len(row) == len(cells)]
    if not same or len(same) * 2 < len(body):
        return False
    if follows_gap and len(same) == len(body) >= _LEAST_ROWS and len(set(filled)) == len(cells):
        return list(cells) not in map(list, same)
    typed = sum(1 for row in same if any(kind_of(cell) not in {Kind.TEXT, Kind.EMPTY} for cell in row))
    return typed * 2 > len(same)


@dataclass
class _Part:
    """Records between empty ones, or above those that are a header again."""

    records: list[Record]
    is_further: bool = False
    """Whether it is known as a table by its own header."""
    first_of: dict[int, Record] = field(default_factory=dict)
    """The first of the records with each number of cells."""

    def __post_init__(self) -> None:
        for record in self.records:
            self.first_of.setdefault(len(record.cells), record)

    def append(self, record: Record) -> None:
        """One more record."""
        self.records.append(record)
        self.first_of.setdefault(len(record.cells), record)

    @property
    def start(self) -> int:
        """Where it begins in the text."""
        return self.records[0].start

    @property
    def width(self) -> int:
        """How many cells most of its records have."""
        widths = Counter(len(record.cells) for record in self.records if len(record.cells) > 1)
        return max(widths, key=lambda width: (widths[width], width)) if widths else 1

    @property
    def filled(self) -> int:
        """How many cells hold something in the record that has most of them."""
        return max(sum(1 for cell in record.cells if cell.strip()) for record in self.records)

    @property
    def is_table(self) -> bool:
        """Whether at least two records, and half of all, have as many cells."""
        widths = Counter(
            len(record.cells) for record in self.records if sum(1 for cell in record.cells if cell.strip()) > 1
        )
        return bool(widths) and max(widths.values()) >= max(2, len(self.records) / 2)

    @property
    def is_headed(self) -> bool:
        """Whether it has rows below a row of names."""
        header = self.first_of[len(self.records[-1].cells)]
        below = sum(1 for record in self.records[-_BODY:] if len(record.cells) == len(header.cells))
        return (
            below > _LEAST_ROWS and len(header.cells) > 1 and all(kind_of(cell) is Kind.TEXT for cell in header.cells)
        )

    def repeats_header(self, record: Record, following: Sequence[Record]) -> bool:
        """Whether a record has the names of the part again, or some of them, or more."""
        last = self.records[-1]
        header = self.first_of[len(last.cells)]
        if header is last or record.cells in (header.cells, last.cells):
            return header is not last and record.cells == header.cells != last.cells and len(header.cells) > 1
        shared = min(len(header.cells), len(record.cells))
        if len(record.cells) == len(header.cells) or record.cells[:shared] != header.cells[:shared]:
            return False
        return shared > 1 or all(len(other.cells) == shared for other in following)


def _parts(records: Sequence[Record]) -> Iterator[_Part]:
    """The records between empty ones, and between those that are the header of a further table."""
    part: _Part | None = None
    for at, record in enumerate(records):
        if part is not None and record.is_empty:
            yield part
            part = None
        if record.is_empty:
            continue
        is_further = part is not None and _begins_further(part, record, records[at + 1 : at + 1 + _BODY])
        if part is None or is_further:
            if part is not None:
                yield part
            part = _Part([record], is_further)
        else:
            part.append(record)
    if part is not None:
        yield part


def _begins_further(part: _Part, record: Record, following: Sequence[Record]) -> bool:
    """Whether a record is the header of another table than the part above it."""
    if part.repeats_header(record, following):
        return True
    if len(record.cells) == len(part.records[-1].cells) or not part.is_headed:
        return False
    follows_gap = part.records[-1].following < record.start
    return is_header_above(record.cells, [other.cells for other in following], follows_gap=follows_gap)
