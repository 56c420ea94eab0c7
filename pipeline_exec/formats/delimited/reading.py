"""Delimited text to record batches: Arrow's parser reads what is sound, and the tolerant splitter the rest."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Final

import pyarrow as pa
import pyarrow.compute as pc

from pipeline_exec.formats.decoding import open_utf8
from pipeline_exec.formats.delimited import arrow
from pipeline_exec.formats.delimited.blocks import TAIL, Blocks
from pipeline_exec.formats.delimited.dialect import Dialect, left_out
from pipeline_exec.formats.delimited.ending import Ending
from pipeline_exec.formats.delimited.others import other_tables
from pipeline_exec.formats.delimited.ragged import Ragged
from pipeline_exec.formats.delimited.records import Splitter
from pipeline_exec.formats.delimited.soundness import sound_part
from pipeline_exec.formats.delimited.strangers import Strangers
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


@dataclass
class _Met:
    """What was met beside regular rows."""

    stray_quotes: int = 0
    """Records whose quotes did not add up."""
    other_delimiter: int = 0
    """Rows that were written with another delimiter."""


class _Pass:
    """One pass through a file."""

    def __init__(self, reading: Reading) -> None:
        dialect, longest = reading.dialect, reading.limits.max_cell_length
        self._reading, self._dialect, self._longest = reading, dialect, longest
        self._ragged = reading.ragged()
        self._ending = Ending(dialect, longest)
        self._strangers = Strangers(dialect.syntax, dialect.profile)
        self._splitter = Splitter(dialect.syntax, dialect.width, longest)
        self._met = _Met()
        # How many bytes the tolerant tier reads, and how many the fast one looks at.
        self._page, self._reach = _PAGE, 2 * reading.block_bytes
        self._wanted = 0
        # Where in the window the table ends, and from where on that is not known yet.
        self._end: int | None = None
        self._searched = 0
        self._has_others = False
        self._footer: list[str] = []

    def batches(self) -> Iterator[pa.RecordBatch]:
        """The rows of the table."""
        drops_zeros = self._dialect.syntax.escape != "\0"
        with open_utf8(self._reading.path, self._dialect.encoding) as file:
            self._blocks = Blocks(file, self._reading.block_bytes, drops_zeros=drops_zeros)
            self._blocks.skip(self._dialect.data_start)
            while self._end != 0 and self._blocks.fill(self._wanted):
                batch = self._next()
                if batch is not None and batch.num_rows:
                    yield batch
            self._tell()

    def _next(self) -> pa.RecordBatch | None:
        """The next rows: those of the sound beginning of the window, or else of a page of it; None to look again."""
        self._search_end()
        window, is_last = self._blocks.window, self._blocks.is_last or self._end is not None
        beyond = 0 if is_last else TAIL
        stop = len(window) - beyond if self._end is None else self._end
        if stop <= 0:
            return None
        reach = min(stop, self._reach)
        sound = sound_part(window[:reach], self._dialect.syntax, whole=is_last and reach == stop)
        if sound.end * 2 > self._page or (sound.end and not sound.meets_trouble):
            self._reach *= 2
            self._page = self._page if sound.meets_trouble else _PAGE
            return self._fast(sound.end)
        # Where there is trouble there is more: it is not worth while to look far ahead.
        self._reach = 4 * self._page
        return self._tolerant(min(stop, self._page), is_whole=is_last and self._page >= stop, is_all=self._page >= stop)

    def _fast(self, size: int) -> pa.RecordBatch | None:
        block = self._blocks.window[:size]
        batch, irregular = arrow.parse(block, self._dialect.syntax, self._dialect.width)
        rows = [(row.number, self._cells(arrow.in_file(row.text, self._dialect.syntax))) for row in irregular]
        total = batch.num_rows + len(rows)
        ends = self._ended_at(rows, total, self._repeated(batch, [number for number, _ in rows]))
        if ends is not None:
            self._cut(self._place(block, ends))
            return None
        self._use(size)
        return self._merged(batch, rows)

    def _tolerant(self, size: int, *, is_whole: bool, is_all: bool) -> pa.RecordBatch | None:
        text = self._blocks.window[:size].decode(errors="ignore")
        records = list(self._splitter.records(text, whole=is_whole))
        if not records:
            self._page *= 2
            self._wanted = len(self._blocks.window) if is_all else 0
            return None
        rows = []
        for record in records:
            if record.end > record.start and (not record.is_blank or self._dialect.width == 1):
                cells = record.cells
                if len(cells) != self._dialect.width:
                    cells = self._stranger(text[record.start : record.end], cells) or cells
                rows.append((record, cells))
        irregular = [(number, cells) for number, (_, cells) in enumerate(rows, start=1) if self._is_irregular(cells)]
        ends = self._ended_at(irregular, len(rows), None)
        if ends is not None:
            self._cut(len(text[: rows[ends - 1][0].start].encode()))
            return None
        self._wanted = 0
        self._page *= 2
        self._met.stray_quotes += sum(1 for record in records if not record.is_sound)
        self._use(len(text[: records[-1].following].encode()))
        return self._ragged.of_records([cells for _, cells in rows])

    def _is_irregular(self, cells: Sequence[str]) -> bool:
        return len(cells) != self._dialect.width or self._ending.repeats_header(cells)

    def _cells(self, text: str) -> list[str]:
        """The cells of a record that has not as many as most."""
        found = [cell for record in self._splitter.records(text, whole=True) for cell in record.cells]
        return found if len(found) == self._dialect.width else self._stranger(text, found) or found

    def _stranger(self, text: str, parted: list[str]) -> list[str] | None:
        cells = self._strangers.cells(text, parted)
        self._met.other_delimiter += cells is not None
        return cells

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

    # The end of the table.

    def _search_end(self) -> None:
        """Look in what is new in the window for the end of the table."""
        window, is_last = self._blocks.window, self._blocks.is_last
        if self._end is not None or self._searched >= len(window) + is_last:
            return
        if self._reading.options.tables == "first":
            begins = self._ending.table_behind_blank(window)
            if begins is not None:
                self._cut(begins)
        self._searched = len(window) + is_last
        if is_last and self._end is None:
            self._end = self._above_footer(len(window))

    def _cut(self, place: int) -> None:
        """Remember that a second table begins at a place of the window."""
        self._has_others = True
        self._others = place
        self._end = self._above_footer(place)

    def _above_footer(self, end: int) -> int:
        """Where what is written below the table begins."""
        window = self._blocks.window
        begin = max(0, end - TAIL)
        if begin:
            begin = window.find(b"\n", begin, end) + 1
        text = window[begin:end].decode(errors="replace")
        place, lines = self._ending.below(text, self._reading.options.footer_rows)
        self._footer = lines
        return begin + len(text[:place].encode())

    def _ended_at(self, rows: Sequence[tuple[int, Sequence[str]]], total: int, repeated: int | None) -> int | None:
        """The number of the row with which a second table begins; None when none does."""
        if self._reading.options.tables != "first":
            return None
        numbers = [number for number, cells in rows if self._ending.repeats_header(cells)][:1]
        run = self._ending.begins_run(rows, total)
        numbers += [] if run is None else [rows[run][0]]
        numbers += [] if repeated is None else [repeated]
        return min(numbers, default=None)

    def _repeated(self, batch: pa.RecordBatch, irregular: list[int]) -> int | None:
        """The number among all rows of the first regular row that is the header again."""
        names = self._dialect.header
        if len(names) != batch.num_columns or sum(1 for name in names if name.strip()) == 0:
            return None
        is_same: pa.BooleanArray | None = None
        for name, column in zip(names, batch.columns, strict=True):
            matches = pc.equal(column, name) if name else column.is_null()
            is_same = matches if is_same is None else pc.and_kleene(is_same, matches)
            if not is_same.true_count:
                return None
        at = pc.index(pc.fill_null(is_same, False), True).as_py()
        for number in irregular:
            if number - 1 <= at:
                at += 1
        return int(at) + 1

    def _place(self, block: bytes, number: int) -> int:
        """Where in a block the row with a number begins."""
        text = block.decode()
        rows = (record for record in self._splitter.records(text, whole=True) if record.end > record.start)
        start = next(record.start for at, record in enumerate(rows, start=1) if at == number)
        return len(text[:start].encode())

    def _use(self, size: int) -> None:
        self._blocks.use(size)
        self._searched -= size
        if self._end is not None:
            self._end -= size
        if self._has_others:
            self._others -= size

    def _tell(self) -> None:
        """Say what was met beside the rows."""
        facts = self._reading.facts
        if self._footer:
            facts["footer"] = left_out(self._footer)
        if self._has_others:
            self._blocks.use(self._others)
            tables = other_tables(self._blocks, self._dialect, self._ending, self._longest)
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
