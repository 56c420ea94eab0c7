"""UUIDs."""

from __future__ import annotations

from typing import ClassVar, Final

import pyarrow as pa
import pyarrow.compute as pc

from pipeline_exec.dataplane.column_types.string import ShapedType

_UUID: Final = r"[0-9A-Fa-f]{8}(?:-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}"


class UuidType(ShapedType):
    """A UUID of any version: ``6f1f2c9e-54b1-4c5e-9d3e-1a2b3c4d5e6f``. Upper case is read, lower case is kept.

    So it is read in braces and behind ``urn:uuid:``. 32 digits without hyphens are refused: they may be any other hash.
    """

    name = "uuid"
    expectation = "a UUID like 6f1f2c9e-54b1-4c5e-9d3e-1a2b3c4d5e6f"
    pattern: ClassVar[str] = rf"{_UUID}|\{{{_UUID}\}}|(?i:urn:uuid:){_UUID}"

    def read(self, text: pa.StringArray) -> pa.StringArray:
        lower = pc.ascii_lower(super().read(text))
        if pc.equal(pc.binary_length(lower), _LENGTH).false_count:
            lower = pc.replace_substring_regex(lower, r"^urn:uuid:|[{}]", "")
        return lower


_LENGTH: Final = 36
