"""Mapping of marks: which cells of the target are missing because cells of the source are."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from pipeline_exec.dataplane.marks import CELLS, SURPLUS, TARGET_MARKS


class MarkMapper:
    """Translates the marks of source rows into those of target rows."""

    def __init__(self, sources: Sequence[Sequence[int]]) -> None:
        """Know which source columns, by place, each target column is made from."""
        self._firsts = [(place, min(columns)) for place, columns in enumerate(sources) if columns]

    def map(self, source: pa.RecordBatch, mapped: pa.RecordBatch) -> pa.RecordBatch:
        """The mapped batch with marks behind its columns, if the source has them; a row for each row."""
        if CELLS not in source.schema.names:
            return mapped
        return marked(mapped, self._missing(source.column(CELLS)), source.column(SURPLUS))

    def _missing(self, cells: pa.Int32Array) -> pa.ListArray:
        if cells.null_count == len(cells):
            return pa.nulls(len(cells), TARGET_MARKS[0].type)
        # Rows are irregular in few ways, each of which has one answer.
        ways = cells.dictionary_encode()
        answers = [[place for place, first in self._firsts if first >= count] for count in ways.dictionary.to_pylist()]
        return pa.array([answer or None for answer in answers], TARGET_MARKS[0].type).take(ways.indices)


class PointMarkMapper:
    """The same where a row becomes as many points as there are value columns, each of time, value and series."""

    def __init__(self, time: int, values: Sequence[int]) -> None:
        """Know the places of the time column and of the value columns."""
        self._time, self._values = time, np.array(values)

    def map(self, source: pa.RecordBatch, points: pa.RecordBatch) -> pa.RecordBatch:
        """The points with marks, if the source has them; surplus cells stand with the first point of their row."""
        if CELLS not in source.schema.names:
            return points
        row, series = np.divmod(np.arange(points.num_rows), len(self._values))
        cells = pc.fill_null(source.column(CELLS), np.iinfo(np.int32).max).to_numpy()[row]
        is_time_missing, is_value_missing = self._time >= cells, self._values[series] >= cells
        missing = _MISSING.take(pa.array(is_time_missing + 2 * is_value_missing))
        surplus = source.column(SURPLUS).take(pa.array(row, mask=series > 0))
        return marked(points, missing, surplus)


def marked(mapped: pa.RecordBatch, missing: pa.ListArray, surplus: pa.StringArray) -> pa.RecordBatch:
    """A mapped batch with these marks behind its columns."""
    schema = marked_schema(mapped.schema)
    return pa.RecordBatch.from_arrays([*mapped.columns, missing, surplus], schema=schema)


def marked_schema(schema: pa.Schema) -> pa.Schema:
    """The columns of a mapped table whose source has marks."""
    return pa.schema([*schema, *TARGET_MARKS])


_MISSING = pa.array([None, [0], [1], [0, 1]], TARGET_MARKS[0].type)
