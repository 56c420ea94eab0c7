"""Whether a cell is of the type of its column. Every column has this check."""

from __future__ import annotations

import pyarrow as pa
import pyarrow.compute as pc

from pipeline_exec.dataplane.column_types.cell_type import CellType
from pipeline_exec.dataplane.text import concatenated, keep_where, quoted, unread
from pipeline_exec.dataplane.validations.check import Cells, Check


class TypeCheck(Check):
    """A cell has a value unless it is empty."""

    def __init__(self, cell_type: CellType) -> None:
        self.code = f"type.{cell_type.name}"
        self._type = cell_type

    def violations(self, cells: Cells) -> pa.BooleanArray:
        return unread(cells.text, cells.values)

    def complaints(self, cells: Cells) -> pa.StringArray:
        complaints = _with_unseen(self._type.complaints(cells.text), cells.text)
        bare = pc.utf8_trim_whitespace(cells.text)
        is_spaced = pc.not_equal(bare, cells.text)
        if not is_spaced.true_count:
            return complaints
        would_be_right = self._type.read(keep_where(is_spaced, bare)).is_valid()
        spaced = f" has spaces around it; without them it would be {self._type.expectation}."
        return pc.if_else(would_be_right, concatenated(quoted(cells.text), spaced), complaints)


def _with_unseen(complaints: pa.StringArray, text: pa.StringArray) -> pa.StringArray:
    """The complaints, with a word about what nobody would find in them."""
    is_unseen = pc.match_substring_regex(text, r"[\p{Cc}\p{Cf}]")
    if not is_unseen.true_count:
        return complaints
    return pc.if_else(is_unseen, concatenated(complaints, " It holds a character that cannot be seen."), complaints)
