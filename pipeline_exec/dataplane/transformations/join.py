"""JOIN and CONCATENATE: several source columns one after the other."""

from __future__ import annotations

from collections.abc import Sequence

import pyarrow as pa
import pyarrow.compute as pc

from pipeline_exec.dataplane.transformations.step import Merger


class Join(Merger):
    """The columns' texts with the separator between them; empty ones are skipped."""

    separator: str

    def merge(self, columns: Sequence[pa.StringArray]) -> pa.StringArray:
        # The kernel leaves out a row in which all are null (as seen with pyarrow 26, and in
        # https://github.com/narwhals-dev/narwhals/issues/3965), so none may be.
        is_empty = pc.is_null(pc.coalesce(*columns))
        first = pc.if_else(is_empty, "", columns[0])
        return pc.binary_join_element_wise(first, *columns[1:], self.separator, null_handling="skip")

    def size_after(self, columns: Sequence[pa.StringArray]) -> int:
        return super().size_after(columns) + sum(map(len, columns)) * len(self.separator.encode())


class Concatenate(Join):
    """As JOIN, with nothing between the texts unless a separator is given."""

    separator: str = ""
