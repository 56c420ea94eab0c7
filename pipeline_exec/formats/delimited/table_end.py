"""The end of the first table in a window that moves over its file."""

from __future__ import annotations

from collections.abc import Sequence

import pyarrow as pa
import pyarrow.compute as pc

from pipeline_exec.formats.delimited.blocks import TAIL
from pipeline_exec.formats.delimited.dialect import Dialect
from pipeline_exec.formats.delimited.ending import Ending
from pipeline_exec.model.pipeline import ReadOptions


class TableEnd:
    """Remembers where the table ends, once that is known. Places are bytes of the window."""

    def __init__(self, dialect: Dialect, options: ReadOptions, longest: int) -> None:
        self._dialect = dialect
        self._options = options
        self.ending = Ending(dialect, longest)
        self.place: int | None = None
        """Where the rows of the table end; None as long as that is not known."""
        self.others: int | None = None
        """Where a second table begins; None when none was met."""
        self.footer: list[str] = []
        """The records below the table."""
        self._searched = 0

    def searched(self, window: bytes, *, is_last: bool) -> int | None:
        """Where the table ends, after a look at what is new in the window.

        Args:
            window: It.
            is_last: Whether nothing follows the window; then the table ends in it.
        """
        if self.place is None and self._searched < len(window):
            self._searched = len(window)
            begins = self.ending.table_behind_blank(window) if self._reads_first else None
            if begins is not None:
                self.cut(window, begins)
        if self.place is None and is_last:
            self.place = self._above_footer(window, len(window))
        return self.place

    def cut(self, window: bytes, place: int) -> None:
        """A second table begins at a place."""
        self.others = place
        self.place = self._above_footer(window, place)

    def moved(self, size: int) -> None:
        """The window lost some bytes at its beginning."""
        self._searched -= size
        self.place = None if self.place is None else self.place - size
        self.others = None if self.others is None else self.others - size

    def row_among(self, rows: Sequence[Sequence[str]]) -> int | None:
        """The 1-based number of the row with which a second table begins; None when none does."""
        width = self._dialect.width
        odd = [
            (number, cells)
            for number, cells in enumerate(rows, start=1)
            if len(cells) != width or self.ending.repeats_header(cells)
        ]
        return self._first(odd, len(rows))

    def row_in(self, batch: pa.RecordBatch, irregular: Sequence[tuple[int, Sequence[str]]]) -> int | None:
        """The same of regular rows and irregular ones among them, each of which comes with its number among all."""
        repeated = self._repeated(batch, [number for number, _ in irregular]) if self._reads_first else None
        # What stands above a further table may hold another one.
        above = irregular if repeated is None else [each for each in irregular if each[0] < repeated]
        first = self._first(above, batch.num_rows + len(irregular) if repeated is None else repeated - 1)
        return repeated if first is None else first

    @property
    def _reads_first(self) -> bool:
        return self._options.tables == "first"

    def _above_footer(self, window: bytes, end: int) -> int:
        """Where what is written below the table begins."""
        begin = max(0, end - TAIL)
        if begin:
            begin = window.find(b"\n", begin, end) + 1
        text = window[begin:end].decode(errors="replace")
        place, self.footer = self.ending.below(text, self._options.footer_rows)
        return begin + len(text[:place].encode())

    def _first(self, rows: Sequence[tuple[int, Sequence[str]]], total: int) -> int | None:
        if not self._reads_first:
            return None
        repeating = next((at for at, (_, cells) in enumerate(rows) if self.ending.repeats_header(cells)), None)
        above = rows[:repeating]
        run = self.ending.begins_run(above, total if repeating is None else rows[repeating][0] - 1)
        found = repeating if run is None else run
        return None if found is None else rows[found][0]

    def _repeated(self, batch: pa.RecordBatch, irregular: Sequence[int]) -> int | None:
        """The number among all rows of the first regular row that is the header again."""
        names = self._dialect.header
        if len(names) != batch.num_columns or not any(name.strip() for name in names):
            return None
        is_same: pa.BooleanArray | None = None
        for name, column in zip(names, batch.columns, strict=True):
            matches = pc.fill_null(pc.equal(column, name), False) if name else column.is_null()
            is_same = matches if is_same is None else pc.and_(is_same, matches)
            if not is_same.true_count:
                return None
        number = pc.index(is_same, True).as_py() + 1
        for before in irregular:
            number += before <= number
        return int(number)
