"""How much one file may hold. Each limit is far above honest files and far below what would harm the host."""

from __future__ import annotations

from typing import Final

#: Excel's own number of columns; what is wider is not a table but something else.
MAX_COLUMNS: Final = 16_384

#: Characters of one JSON record. A record is the smallest unit held in memory.
MAX_RECORD_CHARS: Final = 64 * 1024**2

#: Objects within objects of a JSON record. Python's own parser gives up near 1,000.
MAX_DEPTH: Final = 100

#: Bytes of text that may wait while no regular row of a delimited file is met.
MAX_RAGGED_BYTES: Final = 64 * 1024**2

#: Bytes of a workbook once unpacked: about 40 columns of a sheet with all the rows it can have.
MAX_UNPACKED_BYTES: Final = 2 * 1024**3

#: How much smaller packed than unpacked. Sheets of real data reach 30, deflate at most 1,032.
MAX_PACKING_RATIO: Final = 200

#: Below this size unpacked, no ratio does harm.
UNSUSPICIOUS_BYTES: Final = 64 * 1024**2

#: Cells of the rectangle around all filled cells of a sheet: it is held in memory at about 32 bytes a cell.
MAX_SHEET_CELLS: Final = 64_000_000
