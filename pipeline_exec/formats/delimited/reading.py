"""Delimited text to record batches: Arrow's parser reads what is sound, and the tolerant splitter the rest."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import Executor, Future, ThreadPoolExecutor
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Final

import pyarrow as pa
from pyarrow.csv import InvalidRow

from pipeline_exec.formats.delimited import arrow
from pipeline_exec.formats.delimited.blocks import TAIL, Blocks
from pipeline_exec.formats.delimited.dialect import Dialect, left_out
from pipeline_exec.formats.delimited.others import other_tables
from pipeline_exec.formats.delimited.ragged import Ragged
from pipeline_exec.formats.delimited.records import Record, Splitter
from pipeline_exec.formats.delimited.soundness import sound_part
from pipeline_exec.formats.delimited.strangers import Strangers
from pipeline_exec.formats.delimited.table_end import TableEnd
from pipeline_exec.model.limits import ReadLimits
from pipeline_exec.model.pipeline import ReadOptions
from pipeline_exec.model.rows import Rows

#: Bytes parsed at a time.
BLOCK_BYTES: Final = 8 * 1024**2
#: Bytes the tolerant tier reads before Arrow is tried again; twice as many each time that was in vain.
_PAGE: Final = 64 * 1024


@dataclass(frozen=True)
class Reading:
    """Reads the first table of one file."""

    path: Path
    dialect: Dialect
    options: ReadOptions
    limits: ReadLimits
    facts: dict[str, object] = field(default_factory=dict)
    """What was met beside regular rows; complete once the rows were read to their end."""
    block_bytes: int = BLOCK_BYTES

    def rows(self) -> Rows:
        """All records behind the header. Empty cells are null; blank lines are no rows; irregular rows are marked.

        Raises:
            ParsingFailure: while iterating, at bytes that mean nothing in the encoding.
        """
        return Rows(self.ragged().schema, _Each(self))

    def ragged(self) -> Ragged:
        """What makes the rows."""
        return Ragged(self.dialect.syntax, self.dialect.names, self.options.ragged_rows == "report")


@dataclass(frozen=True)
class _Each:
    """Made anew at each iteration."""

    reading: Reading

    def __iter__(self) -> Iterator[pa.RecordBatch]:
        return _Pass(self.reading).batches()


@dataclass(frozen=True)
class _Look:
    """What can be read of a window."""

    stop: int
    """Before which byte."""
    is_last: bool
    """Whether the table ends there."""
    sound: int
    """How many bytes Arrow's parser may read; 0 when the tolerant tier has to."""


@dataclass(frozen=True)
class _Parsed:
    """A block that was handed to Arrow's parser."""

    block: bytes
    rows: Future[tuple[pa.RecordBatch, list[InvalidRow]]]


@dataclass
class _Met:
    """What was met beside regular rows."""

    stray_quotes: int = 0
    """Records whose quotes did not add up."""
    other_delimiter: int = 0
    """Rows that were written with another delimiter."""

    def add(self, other: _Met) -> None:
        """Count what else was met."""
        self.stray_quotes += other.stray_quotes
        self.other_delimiter += other.other_delimiter


class _Pass:
    """One pass through a file."""

    def __init__(self, reading: Reading) -> None:
        dialect, longest = reading.dialect, reading.limits.max_cell_length
        self._reading, self._dialect, self._longest = reading, dialect, longest
        self._width = dialect.width
        self._ragged = reading.ragged()
        self._strangers = Strangers(dialect.syntax, dialect.profile)
        self._splitter = Splitter(dialect.syntax, self._width, longest)
        # Where all is sound, records are what Arrow takes them for, whatever their width.
        self._sound_splitter = Splitter(dialect.syntax, None, longest)
        self._met = _Met()
        # How many bytes the tolerant tier reads, and how many the fast one looks at.
        self._page, self._reach = _PAGE, 2 * reading.block_bytes
        self._wanted = 0
        self._end = TableEnd(dialect, reading.options, longest)

    def batches(self) -> Iterator[pa.RecordBatch]:
        """The rows of the table."""
        drops_zeros = self._dialect.syntax.escape != "\0"
        with (
            self._dialect.open(self._reading.path) as file,
            ThreadPoolExecutor(1, "parsing") as aside,
        ):
            self._blocks = Blocks(file, self._reading.block_bytes, drops_zeros=drops_zeros)
            self._blocks.skip(self._dialect.data_start)
            yield from (batch for batch in self._rows(aside) if batch.num_rows)
            self._tell()

    def _rows(self, aside: Executor) -> Iterator[pa.RecordBatch]:
        """What is read look by look; while a block is parsed, the next look is taken."""
        parsed: _Parsed | None = None
        while True:
            look = self._look()
            regular = parsed and self._regular(parsed)
            if look is None and parsed is None:
                return
            if parsed and regular is None:
                parsed = None  # the table ends in it, and it was given back
                continue
            parsed = self._parsed(look.sound, aside) if look and look.sound else None
            if regular is not None:
                yield regular
            if look and not look.sound:
                yield from self._tolerant(look)

    def _look(self) -> _Look | None:
        """What can be read of the window; None when the table has no further rows."""
        if self._end.place == 0 or not self._blocks.fill(self._wanted):
            return None
        window = self._blocks.window
        end = self._end.searched(window, is_last=self._blocks.is_last)
        stop = len(window) - TAIL if end is None else end
        if stop <= 0:
            return None
        reach = min(stop, self._reach)
        sound = sound_part(window[:reach], self._dialect.syntax, whole=end is not None and reach == stop)
        if sound.end * 2 > self._page or (sound.end and not sound.meets_trouble):
            self._reach *= 2
            self._page = self._page if sound.meets_trouble else _PAGE
            return _Look(stop, end is not None, sound.end)
        # Where there is trouble there is more: it is not worth while to look far ahead.
        self._reach = 4 * self._page
        return _Look(stop, end is not None, 0)

    def _parsed(self, size: int, aside: Executor) -> _Parsed:
        """Use sound bytes, and have them parsed meanwhile."""
        block = self._use(size)
        return _Parsed(block, aside.submit(arrow.parse, block, self._dialect.syntax, self._width))

    def _regular(self, parsed: _Parsed) -> pa.RecordBatch | None:
        """The rows of a block; None when the table ends in it: then it is as if it had not been used."""
        batch, irregular = parsed.rows.result()
        met = _Met()
        rows = [(row.number, self._cells(arrow.in_file(row.text, self._dialect.syntax), met)) for row in irregular]
        number = self._end.row_in(batch, rows)
        if number is None:
            self._met.add(met)
            return self._merged(batch, rows)
        self._blocks.give_back(parsed.block)
        self._end.moved(-len(parsed.block))
        self._end.cut(self._blocks.window, self._place(parsed.block, number))
        return None

    def _tolerant(self, look: _Look) -> Iterator[pa.RecordBatch]:
        """The rows of a page; none when it holds no whole record, or the table ends in it."""
        is_all = self._page >= look.stop
        text = self._blocks.window[: min(look.stop, self._page)].decode(errors="ignore")
        records = list(self._splitter.records(text, whole=look.is_last and is_all))
        if not records:
            self._page *= 2
            self._wanted = len(self._blocks.window) if is_all else 0
            return
        met = _Met(stray_quotes=sum(1 for record in records if not record.is_sound))
        kept = [record for record in records if not self._is_passed_over(record)]
        rows = [self._fitting(text[record.start : record.end], record.cells, met) for record in kept]
        number = self._end.row_among(rows)
        if number is not None:
            self._end.cut(self._blocks.window, len(text[: kept[number - 1].start].encode()))
            return
        self._met.add(met)
        self._wanted = 0
        self._page *= 2
        self._use(len(text[: records[-1].following].encode()))
        yield self._ragged.of_records(rows)

    def _is_passed_over(self, record: Record) -> bool:
        """Whether a record is no row: a blank line, which of a single column must not even hold quotes."""
        return record.end == record.start or (record.is_blank and self._width > 1)

    def _cells(self, text: str, met: _Met) -> list[str]:
        """The cells of a record that has not as many as most."""
        found = [cell for record in self._sound_splitter.records(text, whole=True) for cell in record.cells]
        return self._fitting(text, found, met)

    def _fitting(self, text: str, parted: list[str], met: _Met) -> list[str]:
        """The cells of a record; one of another width may be written with another delimiter."""
        if len(parted) == self._width:
            return parted
        cells = self._strangers.cells(text, parted)
        met.other_delimiter += cells is not None
        return cells or parted

    def _merged(self, batch: pa.RecordBatch, rows: list[tuple[int, list[str]]]) -> pa.RecordBatch:
        """The regular and the irregular rows; blank lines are dropped."""
        numbers, kept = [], []
        blank = 0
        for number, cells in rows:
            if len(cells) == 1 and not cells[0].strip():
                blank += 1
            else:
                numbers.append(number - blank)
                kept.append(cells)
        return self._ragged.merged(batch, kept, numbers)

    def _place(self, block: bytes, number: int) -> int:
        """Where in a block the row with a number begins."""
        text = block.decode()
        rows = (record for record in self._sound_splitter.records(text, whole=True) if record.end > record.start)
        start = next(record.start for at, record in enumerate(rows, start=1) if at == number)
        return len(text[:start].encode())

    def _use(self, size: int) -> bytes:
        self._end.moved(size)
        return self._blocks.use(size)

    def _tell(self) -> None:
        """Say what was met beside the rows."""
        facts = self._reading.facts
        if self._end.footer:
            facts["footer"] = left_out(self._end.footer)
        if self._end.others is not None:
            self._blocks.use(self._end.others)
            tables = other_tables(self._blocks, self._dialect, self._end.ending, self._longest)
            facts["tables"] = [asdict(table) for table in tables]
        irregular = {
            "missing_cells": self._ragged.missing,
            "surplus_cells": self._ragged.surplus,
            **asdict(self._met),
        }
        if any(irregular.values()):
            facts["irregular_rows"] = {name: count for name, count in irregular.items() if count}
        if self._blocks.zeros:
            facts["zero_bytes_removed"] = self._blocks.zeros
