"""REGEX_EXTRACT and REGEX_REPLACE: regular expressions of RE2."""

from __future__ import annotations

import re
from typing import Self

import pyarrow as pa
import pyarrow.compute as pc
from pydantic import Field, model_validator

from pipeline_exec.dataplane.patterns import Pattern, compiled
from pipeline_exec.dataplane.searching import in_time
from pipeline_exec.dataplane.text import CellText, keep_where
from pipeline_exec.dataplane.transformations.replacing import are_long, replaced
from pipeline_exec.dataplane.transformations.step import LARGEST, Step


class RegexExtract(Step):
    """The first match of the pattern, or a group of it; a text without a match becomes empty."""

    pattern: Pattern
    group: int = Field(0, ge=0, le=8)
    """0 is the whole match."""

    @model_validator(mode="after")
    def _group_exists(self) -> Self:
        _refuse_group(self.group, self.pattern)
        if not _is_readable(self._whole, self._chosen):
            raise ValueError(r"the pattern never ends its \Q; write \E")
        return self

    def apply(self, text: pa.StringArray) -> pa.StringArray:
        has_groups = compiled(self.pattern).groups > 0
        return in_time(self._group if has_groups else self._match, text, self.pattern)

    def _match(self, text: pa.StringArray) -> pa.StringArray:
        return pc.struct_field(pc.extract_regex(text, f"(?P<match>{self.pattern})"), "match")

    def _group(self, text: pa.StringArray) -> pa.StringArray:
        # Arrow extracts groups with names alone, and those of users have none.
        matching = keep_where(pc.match_substring_regex(text, self.pattern), text)
        return pc.replace_substring_regex(matching, self._whole, self._chosen)

    @property
    def _whole(self) -> str:
        # The shortest lead leaves the first match to the pattern; its own groups then count from 2.
        return rf"(?s:\A.*?)({self.pattern})(?s:.*\z)"

    @property
    def _chosen(self) -> str:
        return rf"\{self.group + 1}"


class RegexReplace(Step):
    r"""Every match of the pattern becomes the replacement, in which ``\1`` stands for the first group."""

    pattern: Pattern
    replacement: CellText

    @model_validator(mode="after")
    def _groups_exist(self) -> Self:
        if not _is_readable(self.pattern, self.replacement):
            _refuse_group(max(map(int, re.findall(r"\\([0-9])", self.replacement)), default=0), self.pattern)
            raise ValueError("a backslash of the replacement stands before the number of a group, or is written twice")
        return self

    def apply(self, text: pa.StringArray) -> pa.StringArray:
        return replaced(text, self.pattern, self.replacement)

    def size_after(self, text: pa.StringArray) -> int:
        size, replacement = int(text.nbytes), len(self.replacement.encode())
        with_groups = size * (1 + self.replacement.count("\\"))
        if_everywhere = with_groups + (size + len(text)) * replacement
        if if_everywhere <= LARGEST:
            return if_everywhere
        # What becomes of long texts is measured while it is made.
        short = text.filter(pc.invert(are_long(text)))
        return with_groups + (pc.sum(in_time(self._matches, short, self.pattern)).as_py() or 0) * replacement

    def _matches(self, text: pa.StringArray) -> pa.Int32Array:
        return pc.count_substring_regex(text, self.pattern)


def _refuse_group(number: int, pattern: str) -> None:
    groups = compiled(pattern).groups
    if number > groups:
        raise ValueError(f"the pattern has no such group: it has {groups}")


def _is_readable(pattern: str, replacement: str) -> bool:
    try:
        pc.replace_substring_regex(pa.array([""]), pattern, replacement)
    except pa.ArrowInvalid:
        return False
    return True
