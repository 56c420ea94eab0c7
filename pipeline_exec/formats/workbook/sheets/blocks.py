"""Rows of a sheet in columns of text, set aside until the whole sheet is known."""

from __future__ import annotations

import weakref
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from tempfile import SpooledTemporaryFile
from typing import Final

import numpy as np
import pyarrow as pa

from pipeline_exec.errors import ParsingFailure
from pipeline_exec.formats.workbook.cells.stored_cells import Integers

#: Bytes kept in memory of a sheet that is set aside; beyond that it is in a file.
_IN_MEMORY: Final = 32 * 1024**2
#: Bytes of rows that are sorted where a program wrote them in no order.
_MOST_SORTED: Final = 64 * 1024**2
#: About as many of them in a block.
_CELLS: Final = 100_000


@dataclass(frozen=True)
class Block:
    """Some rows, none of them blank."""

    numbers: Integers
    """1-based."""
    columns: Mapping[int, pa.StringArray]
    """By their 1-based numbers; those in which something stands."""

    def __len__(self) -> int:
        return len(self.numbers)

    @classmethod
    def of(cls, rows: Integers, columns: Integers, texts: pa.StringArray) -> Block:
        """Cells as a block; what is null is no cell."""
        if texts.null_count:
            is_filled = texts.is_valid()
            places = np.flatnonzero(is_filled)
            rows, columns, texts = rows[places], columns[places], texts.filter(is_filled)
        if (np.diff(rows) < 0).any():
            order = np.argsort(rows, kind="stable")
            rows, columns, texts = rows[order], columns[order], texts.take(pa.array(order))
        is_first = np.append(True, rows[1:] != rows[:-1])[: len(rows)]
        lines = np.cumsum(is_first) - 1
        count = int(lines[-1]) + 1 if len(lines) else 0
        order = np.argsort(columns.astype(np.uint16), kind="stable")
        ordered = columns[order]
        begins = np.flatnonzero(np.append(True, ordered[1:] != ordered[:-1])[: len(ordered)])
        parts = np.split(order, begins[1:]) if len(begins) else []
        return cls(rows[is_first], {int(columns[part[0]]): _column(texts, part, lines[part], count) for part in parts})

    def stored(self) -> tuple[Integers, Integers, pa.StringArray]:
        """Row, column and text of each cell, as ``of`` takes them."""
        filled = {column: np.flatnonzero(texts.is_valid()) for column, texts in self.columns.items()}
        return (
            np.concatenate([self.numbers[at] for at in filled.values()]),
            np.repeat([*filled], [len(at) for at in filled.values()]),
            pa.concat_arrays([texts.drop_null() for texts in self.columns.values()]),
        )

    def cells(self, columns: Sequence[int]) -> list[pa.StringArray]:
        """The cells of these columns; null where nothing stands."""
        nothing = pa.nulls(len(self), pa.string())
        return [self.columns.get(number, nothing) for number in columns]


class Blocks:
    """The blocks of a sheet, read back as often as wanted; no more than one of them is held beyond a bound."""

    def __init__(self) -> None:
        self._file = SpooledTemporaryFile(max_size=_IN_MEMORY)  # noqa: SIM115  # closed when nobody holds the blocks
        weakref.finalize(self, self._file.close)
        self._places: list[int] = []
        self._last = 0
        self._is_ordered = True

    def add(self, block: Block) -> None:
        """Set a block aside."""
        self._is_ordered = self._is_ordered and int(block.numbers[0]) > self._last
        self._last = int(block.numbers[-1])
        self._places.append(self._file.seek(0, 2))
        names = [str(number) for number in block.columns]
        batch = pa.record_batch([pa.array(block.numbers), *block.columns.values()], ["", *names])
        with pa.ipc.new_stream(self._file, batch.schema) as writer:
            writer.write_batch(batch)

    def in_order(self) -> Blocks:
        """The same rows in the order of their numbers, each of them once.

        Raises:
            ParsingFailure: they are in another, and too many to be sorted in memory.
        """
        if self._is_ordered:
            return self
        if self._file.tell() > _MOST_SORTED:
            raise ParsingFailure(
                "The rows of the sheet do not stand in their order, and are too many to be sorted.",
                "Open the workbook in a spreadsheet program, save it, and send it again.",
            )
        rows, columns, texts = zip(*(block.stored() for block in self), strict=True)
        return Blocks._of(np.concatenate(rows), np.concatenate(columns), pa.concat_arrays(texts))

    def __iter__(self) -> Iterator[Block]:
        for place in self._places:
            self._file.seek(place)
            with pa.ipc.open_stream(self._file) as reader:
                batch = reader.read_next_batch()
            numbers, *columns = batch.columns
            names = map(int, batch.schema.names[1:])
            yield Block(numbers.to_numpy(), dict(zip(names, columns, strict=True)))

    @classmethod
    def _of(cls, rows: Integers, columns: Integers, texts: pa.StringArray) -> Blocks:
        order = np.argsort(rows, kind="stable")
        rows, columns, texts = rows[order], columns[order], texts.take(pa.array(order))
        blocks = cls()
        cuts = np.unique([*np.searchsorted(rows, rows[::_CELLS]), len(rows)]).tolist()
        for begins, ends in pairwise(cuts):
            blocks.add(Block.of(rows[begins:ends], columns[begins:ends], texts[begins:ends]))
        return blocks


def _column(texts: pa.StringArray, places: Integers, lines: Integers, count: int) -> pa.StringArray:
    if len(places) == count and (np.diff(lines) > 0).all():
        return texts.take(pa.array(places))
    # Of a cell that is there twice the last one counts, as programs have it.
    where = np.full(count, -1, np.int64)
    where[lines] = places
    return texts.take(pa.array(where, mask=where < 0))
