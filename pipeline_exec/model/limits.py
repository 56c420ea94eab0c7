"""Limits: how much one file may hold. Each is far above honest files and far below what would harm the host."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, kw_only=True)
class ReadLimits:
    """What a reader refuses to go beyond, with a ``ParsingFailure`` that names the limit and its setting."""

    max_unpacked_size: int = 8 * 1024**3
    """Bytes of a file once it is decompressed, of a workbook all of whose parts are unpacked."""
    max_unpack_ratio: int = 200
    """How many times larger than packed, once that is more than 64 MB. Real tables reach 30, deflate at most 1,032."""
    max_rows: int = 1_000_000_000
    """Rows of data."""
    max_columns: int = 16_384
    """Excel's own number of columns; what is wider is not a table but something else."""
    max_cell_length: int = 8 * 1024**2
    """Characters of one cell."""
    max_nesting: int = 100
    """Objects within objects of a JSON record, elements within elements of XML. Python's parser gives up near 1,000."""


DEFAULT_LIMITS: Final = ReadLimits()
"""Those of a deployment that sets none."""
