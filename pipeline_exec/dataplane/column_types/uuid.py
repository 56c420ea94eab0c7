"""UUIDs."""

from __future__ import annotations

from typing import ClassVar

import pyarrow as pa
import pyarrow.compute as pc

from pipeline_exec.dataplane.column_types.string import ShapedType


class UuidType(ShapedType):
    """A UUID of any version: ``6f1f2c9e-54b1-4c5e-9d3e-1a2b3c4d5e6f``. Upper case is read, lower case is kept."""

    name = "uuid"
    expectation = "a UUID like 6f1f2c9e-54b1-4c5e-9d3e-1a2b3c4d5e6f"
    pattern: ClassVar[str] = r"[0-9A-Fa-f]{8}(?:-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}"

    def read(self, text: pa.StringArray) -> pa.StringArray:
        return pc.ascii_lower(super().read(text))
