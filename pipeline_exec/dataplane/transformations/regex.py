"""REGEX_EXTRACT and REGEX_REPLACE: regular expressions of RE2."""

from __future__ import annotations

from typing import Self

import pyarrow as pa
import pyarrow.compute as pc
from pydantic import Field, model_validator

from pipeline_exec.dataplane.patterns import Pattern
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
        _refuse_unless_replaceable(self._whole, self._chosen)
        return self

    def apply(self, text: pa.StringArray) -> pa.StringArray:
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
        _refuse_unless_replaceable(self.pattern, self.replacement)
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
        return with_groups + (pc.sum(pc.count_substring_regex(short, self.pattern)).as_py() or 0) * replacement


def _refuse_unless_replaceable(pattern: str, replacement: str) -> None:
    try:
        pc.replace_substring_regex(pa.array([""]), pattern, replacement)
    except pa.ArrowInvalid as error:
        raise ValueError(f"the pattern has no such group: {error}") from None
