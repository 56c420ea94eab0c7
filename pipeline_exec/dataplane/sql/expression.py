"""Scalar expressions: a value for each row, made of nothing but the row."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from time import monotonic
from typing import Final

import duckdb
import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from pipeline_exec.dataplane.column_names import TABLE, ColumnNames
from pipeline_exec.dataplane.sql.engine import cursor, interrupted, sentence
from pipeline_exec.dataplane.sql.growth import Footprint, Size
from pipeline_exec.dataplane.sql.language import FUNCTIONS, check
from pipeline_exec.dataplane.sql.tree import Node, parse, statement

#: Seconds for one batch; a million cells of an honest expression take about one.
PATIENCE: Final = 60.0
#: Bytes that the texts made of a part of a batch may take; of a single row as well.
LARGEST: Final = 2**28
TOO_LARGE: Final = f"more than {LARGEST // 2**20} MB of text"
#: Characters of what DuckDB says; it quotes cells.
LONGEST_SENTENCE: Final = 300

#: Bytes of the longest text of a number, date or time.
_LONGEST_SHOWN: Final = 64
_TOO_LONG: Final = "takes too long for a batch of rows"
_OF_A_CELL: Final = (duckdb.ConversionException, duckdb.InvalidInputException, duckdb.OutOfRangeException)


class NotEvaluated(ValueError):
    """The expression has no value for some row, or takes too much to evaluate; the message says which and why."""


class Expression:
    """A scalar SQL expression over named columns of text, ready to be evaluated batch by batch."""

    def __init__(
        self,
        text: str,
        columns: Sequence[str],
        *,
        beside: Sequence[str] = (),
        types: Sequence[pa.DataType] | None = None,
    ) -> None:
        """Read, check and bind the expression.

        Columns are called by their names as ``ColumnNames`` knows them, in double quotes where they are no plain words.

        Args:
            text: The expression, in DuckDB's SQL.
            columns: What the source's columns are called.
            beside: What further columns behind those are called.
            types: Of the columns, in their order; texts when not given.

        Raises:
            ValueError: it is not a scalar expression over these columns; the message is a sentence that begins with
                its verb.
        """
        self._names = ColumnNames(columns, beside)
        self._types = types
        self._tree = checked(text)
        self._places = {node.column: self._names.place(node.column) for node in self._tree if node.kind == "COLUMN_REF"}
        self._query = statement(_renamed(text, self._tree, self._places))
        self.type: pa.DataType = self._bound()
        """Of the values, as Arrow has it."""

    @property
    def places(self) -> list[int]:
        """Which columns it looks at."""
        return sorted(set(self._places.values()))

    def evaluate(self, batch: pa.RecordBatch, *, patience: float = PATIENCE) -> pa.Array:
        """The value for each row, in their order; null where there is none.

        Args:
            batch: The columns the expression was made for, in their order; each of its type, an empty cell null.
            patience: How many seconds it may take.

        Raises:
            NotEvaluated: a value cannot be converted, is out of range, or evaluating takes too long or too much.
        """
        return self.values({place: batch.column(place) for place in self.places}, batch.num_rows, patience=patience)

    def values(self, columns: Mapping[int, pa.StringArray], rows: int, *, patience: float = PATIENCE) -> pa.Array:
        """As ``evaluate``, from nothing but the columns at ``places``."""
        ends = monotonic() + patience
        parts: list[pa.Array] = []
        for begin, length in self._parts(columns, rows):
            if monotonic() > ends:
                raise NotEvaluated(_TOO_LONG)
            part = {place: column.slice(begin, length) for place, column in columns.items()}
            parts.append(self._evaluated(part, length, ends))
            if sum(part.nbytes for part in parts) > LARGEST:
                raise NotEvaluated(f"would make {TOO_LARGE} of a batch")
        return pa.concat_arrays(parts) if len(parts) != 1 else parts[0]

    def _parts(self, columns: Mapping[int, pa.StringArray], rows: int) -> Iterator[tuple[int, int]]:
        """Where each part of a batch begins that is safe to evaluate at once, and how many rows it has."""
        lengths = {place: _lengths(column) for place, column in columns.items()}
        most = {column: float(pc.max(lengths[place]).as_py() or 0) for column, place in self._places.items()}
        if np.max(_footprint(self._tree, most)) * rows <= LARGEST:
            yield 0, rows
            return
        exact = {column: lengths[place].to_numpy().astype(np.float64) for column, place in self._places.items()}
        yield from _cut(np.broadcast_to(np.asarray(_footprint(self._tree, exact)), rows))

    def _evaluated(self, columns: Mapping[int, pa.StringArray], rows: int, ends: float) -> pa.Array:
        table = pa.RecordBatch.from_arrays(
            [*columns.values(), pa.nulls(rows, pa.bool_())], [*map(_internal, columns), _internal(-1)]
        )
        try:
            with cursor() as connection, interrupted(connection, max(ends - monotonic(), 0.0)):
                connection.register(TABLE, table)
                return _one_array(connection.sql(self._query).to_arrow_table())
        except duckdb.InterruptException:
            raise NotEvaluated(_TOO_LONG) from None
        except (duckdb.Error, pa.ArrowException) as error:
            raise NotEvaluated(self._cause(error)) from error

    def _bound(self) -> pa.DataType:
        nothing = {place: pa.nulls(0, self._type(place)) for place in sorted(set(self._places.values()))}
        try:
            return self._evaluated(nothing, 0, monotonic() + PATIENCE).type
        except NotEvaluated as error:
            raise ValueError(str(error)) from None

    def _type(self, place: int) -> pa.DataType:
        return pa.string() if self._types is None else self._types[place]

    def _cause(self, error: Exception) -> str:
        """DuckDB's first sentence, with the names the author knows."""
        if isinstance(error, duckdb.OutOfMemoryException):
            return "takes more memory than there is for it"
        cause = sentence(str(error).partition("Error: ")[2] or str(error))
        for place in self._places.values():
            cause = cause.replace(_internal(place), f'"{self._names.called(place)}"')
        cause = cause[:LONGEST_SENTENCE]
        if isinstance(error, _OF_A_CELL):
            return f"has no value: {cause}; write TRY_CAST(… AS …) or TRY(…), which answer NULL there"
        return f"cannot be evaluated: {cause}"


def _lengths(column: pa.Array) -> pa.Int32Array:
    """How many bytes each cell has as a text."""
    if not pa.types.is_string(column.type):
        return pa.repeat(pa.scalar(_LONGEST_SHOWN, pa.int32()), len(column))
    return pc.fill_null(pc.binary_length(column), 0)


def checked(text: str) -> Node:
    """The tree of an expression, if it says nothing but what is allowed, whatever columns there are.

    Raises:
        ValueError: as ``Expression``.
    """
    tree = parse(text)
    check(tree)
    columns: set[tuple[str, ...]] = {node.column for node in tree if node.kind == "COLUMN_REF"}
    if np.max(_footprint(tree, dict.fromkeys(columns, 1.0))) > LARGEST:
        raise ValueError(f"would make {TOO_LARGE} of a row")
    return tree


def _footprint(tree: Node, lengths: Mapping[tuple[str, ...], Size]) -> Size:
    footprint = Footprint(FUNCTIONS, lengths)
    footprint.add(tree)
    return footprint.total


def _internal(place: int) -> str:
    return f"column_{place}_" if place >= 0 else "no_column_"


def _renamed(text: str, tree: Node, places: Mapping[tuple[str, ...], int]) -> str:
    """The expression with our own names for its columns: DuckDB's do not tell upper from lower case."""
    written = bytearray(text.encode())
    spans = {node.span: places[node.column] for node in tree if node.kind == "COLUMN_REF"}
    for (begin, end), place in sorted(spans.items(), reverse=True):
        written[begin:end] = _internal(place).encode()
    renamed = written.decode(errors="replace")
    internal = {name: (_internal(place),) for name, place in places.items()}
    if [_said(node, node.column) for node in parse(renamed)] != [
        _said(node, internal.get(node.column, ())) for node in tree
    ]:
        raise ValueError("names its columns in a way that cannot be followed; write them in double quotes")
    return renamed


def _said(node: Node, column: tuple[str, ...]) -> tuple[object, ...]:
    return node.kind, node.name, node.text, node.is_plain, column


def _cut(sizes: npt.NDArray[np.float64]) -> Iterator[tuple[int, int]]:
    if len(sizes) and sizes.max() > LARGEST:
        raise NotEvaluated(f"may make {TOO_LARGE} of one row, or search it for too long")
    begin = 0
    ends = np.cumsum(sizes)
    while begin < len(sizes):
        before = ends[begin - 1] if begin else 0.0
        end = int(np.searchsorted(ends, before + LARGEST, side="right"))
        yield begin, end - begin
        begin = end


def _one_array(table: pa.Table) -> pa.Array:
    combined = table.column(0).combine_chunks()
    return combined if isinstance(combined, pa.Array) else pa.concat_arrays(combined.chunks)
