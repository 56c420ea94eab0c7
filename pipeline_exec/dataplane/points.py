"""Points: a table of times and values, a row for each of them, as rows of time, value and series."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

import numpy as np
import pyarrow as pa

from pipeline_exec.dataplane.mark_mapping import PointMarkMapper
from pipeline_exec.dataplane.matching import Suggestion
from pipeline_exec.dataplane.problems import listed
from pipeline_exec.dataplane.text import as_text
from pipeline_exec.errors import MappingFailure
from pipeline_exec.model.target_model import ColumnType, TargetColumn

POINT_COLUMNS: Final = (
    TargetColumn(key="x", label="Time", column_type=ColumnType.TIMESTAMP, required=True),
    TargetColumn(key="y", label="Value", column_type=ColumnType.FLOAT, required=True),
    TargetColumn(key="series", label="Series", required=True),
)
"""The target of every wrapper."""


class PointMapper:
    """A ``BatchMapper`` that makes a point of each value in each row; those of one row follow one another."""

    def __init__(self, time_column: str, value_columns: Sequence[str], source_columns: Sequence[str]) -> None:
        self.schema = pa.schema([(column.key, pa.string()) for column in POINT_COLUMNS])
        self.sources = {"x": (time_column,), "y": tuple(value_columns), "series": ()}
        self.matches: Mapping[str, Suggestion] = {}
        self._time = source_columns.index(time_column)
        self._values = [source_columns.index(name) for name in value_columns]
        self._series = pa.array(value_columns, pa.string())
        self._marks = PointMarkMapper(self._time, self._values)

    def map(self, batch: pa.RecordBatch) -> pa.RecordBatch:
        """As ``BatchMapper.map``: as many rows for each row as there are value columns."""
        row, series = np.divmod(np.arange(batch.num_rows * len(self._values)), len(self._values))
        values = pa.concat_arrays([as_text(batch.column(place)) for place in self._values])
        x = as_text(batch.column(self._time)).take(pa.array(row))
        y = values.take(pa.array(series * batch.num_rows + row))
        points = pa.RecordBatch.from_arrays([x, y, self._series.take(pa.array(series))], schema=self.schema)
        return self._marks.map(batch, points)


def compile_points(time_column: str, value_columns: Sequence[str], source_columns: Sequence[str]) -> PointMapper:
    """The mapper of a source with these columns.

    Raises:
        MappingFailure: the time column or a value column is absent; the message lists the columns there are.
    """
    absent = [name for name in (time_column, *value_columns) if name not in source_columns]
    if absent:
        raise MappingFailure(
            f"The source has no column {listed(map(repr, absent))}; it has {listed(map(repr, source_columns))}.",
            "Name its time and value columns in the wrapper's source_config.",
        )
    return PointMapper(time_column, value_columns, source_columns)
