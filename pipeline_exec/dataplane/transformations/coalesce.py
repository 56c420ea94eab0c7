"""COALESCE: the first of several source columns that has something."""

from __future__ import annotations

from collections.abc import Sequence

import pyarrow as pa
import pyarrow.compute as pc

from pipeline_exec.dataplane.transformations.step import Merger


class Coalesce(Merger):
    """In each row the first text that is not empty."""

    def merge(self, columns: Sequence[pa.StringArray]) -> pa.StringArray:
        return pc.coalesce(*columns)
