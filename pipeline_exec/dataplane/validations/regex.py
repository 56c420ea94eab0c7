"""REGEX: the text matches a pattern."""

from __future__ import annotations

import pyarrow as pa
import pyarrow.compute as pc

from pipeline_exec.dataplane.patterns import Pattern
from pipeline_exec.dataplane.searching import in_time
from pipeline_exec.dataplane.text import concatenated, cut, quoted
from pipeline_exec.dataplane.validations.check import Cells, Check, Place, Rule
from pipeline_exec.errors import MappingFailure


class RegexCheck(Check):
    """The pattern matches somewhere in the text."""

    code = "regex"

    def __init__(self, pattern: str) -> None:
        self._pattern = pattern

    def violations(self, cells: Cells) -> pa.BooleanArray:
        try:
            return pc.invert(in_time(self._matches, cells.text, self._pattern))
        except ValueError as error:
            raise MappingFailure(f"In a REGEX validation {error}.", "Correct it in the target data model.") from error

    def _matches(self, text: pa.StringArray) -> pa.BooleanArray:
        return pc.match_substring_regex(text, self._pattern)

    def complaints(self, cells: Cells) -> pa.StringArray:
        return concatenated(f"Must match the pattern {cut(self._pattern)}; ", quoted(cells.text), " does not.")


class RegexRule(Rule):
    """A regular expression of RE2 for the text as mapped; ``^`` and ``$`` make it match from end to end."""

    code = "regex"
    pattern: Pattern

    def check(self, _: Place, /) -> Check:
        return RegexCheck(self.pattern)
