"""TRIM: no whitespace at either end."""

from __future__ import annotations

import pyarrow as pa
import pyarrow.compute as pc

from pipeline_exec.dataplane.transformations.step import Step


class Trim(Step):
    """Whitespace of every script is cut off at both ends, no-break spaces too."""

    def apply(self, text: pa.StringArray) -> pa.StringArray:
        return pc.utf8_trim_whitespace(text)
