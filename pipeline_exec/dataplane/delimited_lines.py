"""Rows as lines of delimited text (RFC 4180 and its relatives): whole columns are quoted and joined at once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import pyarrow as pa
import pyarrow.compute as pc

from pipeline_exec.dataplane.text import bytes_of, concatenated
from pipeline_exec.model.output_dialect import Quoting


class Unquotable(Exception):
    """A cell cannot be written without quotes, of which there are to be none; it is the first argument."""


@dataclass(frozen=True)
class Lines:
    """How rows become lines. A blank line is no row to whoever reads it, so that none is made."""

    delimiter: str = ","
    quote: str = '"'
    quoting: Quoting = Quoting.MINIMAL
    escape: str = ""
    """What takes the meaning of the character behind it; without it quotes within quotes are doubled."""
    null: str = ""
    """What is written for an empty cell, without quotes; a cell with the same text has them."""

    def of(self, columns: Sequence[pa.StringArray]) -> pa.StringArray:
        """The line of each row, without its end.

        Raises:
            Unquotable: a cell needs quotes, or to be escaped, and neither is allowed.
        """
        cells = [self._cells(column) for column in columns]
        if len(cells) > 1:
            return pc.binary_join_element_wise(*cells, self.delimiter)
        is_blank = pc.equal(cells[0], "")
        if is_blank.true_count and self.quoting is Quoting.NONE:
            raise Unquotable("")
        return pc.if_else(is_blank, self.quote * 2, cells[0])

    def are_plain(self, columns: Sequence[pa.StringArray]) -> bool:
        """Whether the cells of a row, joined by a delimiter of one byte, are its line: none needs quotes, or a text.

        Quick to tell, and not of every batch of which it is so.
        """
        is_usual = len(self.delimiter.encode()) == 1 and self.quote == '"' and not self.null
        is_sure = self.quoting is Quoting.MINIMAL and len(columns) > 1
        return is_usual and is_sure and not any(map(self._is_met, columns))

    def _cells(self, column: pa.StringArray) -> pa.StringArray:
        cells = self._unquoted(column) if self.quoting is Quoting.NONE else self._quoted(column)
        return pc.fill_null(cells, self.null)

    def _quoted(self, column: pa.StringArray) -> pa.StringArray:
        if self.quoting is Quoting.ALL:
            return concatenated(self.quote, self._within_quotes(column), self.quote)
        must = self._must(column)
        if must is None:
            return column
        return pc.if_else(must, concatenated(self.quote, self._within_quotes(column), self.quote), column)

    def _must(self, column: pa.StringArray) -> pa.BooleanArray | None:
        """Which cells cannot stand as they are; None when all can."""
        if not self.null and not self._is_met(column):
            return None
        must = pc.match_substring_regex(column, self._special)
        if self.null:
            must = pc.or_(must, pc.equal(column, self.null))
        return must if must.true_count else None

    def _is_met(self, column: pa.StringArray) -> bool:
        """Whether the bytes of a column hold what is special: a fiftieth of the time of looking into each cell."""
        text = bytes_of(column)[1].tobytes()
        return any(character.encode() in text for character in self._specials)

    def _within_quotes(self, column: pa.StringArray) -> pa.StringArray:
        if self.escape:
            column = pc.replace_substring(column, self.escape, self.escape * 2)
        return pc.replace_substring(column, self.quote, (self.escape or self.quote) + self.quote)

    def _unquoted(self, column: pa.StringArray) -> pa.StringArray:
        must = self._must(column)
        if must is None:
            return column
        if not self.escape:
            raise Unquotable(column[pc.index(must, True).as_py()].as_py())
        escaped = pc.replace_substring_regex(column, f"({self._special})", self._before_special)
        is_null = pc.equal(column, self.null) if self.null else False
        return pc.if_else(is_null, concatenated(self.escape, column), escaped)

    @cached_property
    def _specials(self) -> Sequence[str]:
        """What is not part of a cell as it stands: of a longer delimiter each character, for a cell may end in one."""
        return list(dict.fromkeys(f"{self.delimiter}{self.quote}{self.escape}\r\n"))

    @cached_property
    def _special(self) -> str:
        return "[" + "".join(f"\\x{{{ord(character):x}}}" for character in self._specials) + "]"

    @cached_property
    def _before_special(self) -> str:
        return self.escape.replace("\\", "\\\\") + r"\1"
