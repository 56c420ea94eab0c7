"""Notations of phone numbers: how the numbers of a calling code are written in groups, for a whole column at once.

The groups are those of libphonenumber, whose patterns Arrow matches and rewrites.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from enum import StrEnum
from functools import cache
from typing import Final

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from phonenumbers import NumberFormat

from pipeline_exec.dataplane.column_types.numbering_plans import by_calling_code, main_metadata
from pipeline_exec.dataplane.text import concatenated


class Notation(StrEnum):
    """How a number is written, other than in E.164."""

    INTERNATIONAL = "international"
    NATIONAL = "national"
    RFC3966 = "RFC3966"


_Groups = tuple[Sequence[str], str]
"""Patterns that a number must match, of which the last takes it apart, and what is written in place of it."""


def written(numbers: pa.StringArray, notation: Notation) -> pa.StringArray:
    """Numbers in E.164 in another notation."""
    shown = numbers
    for code, is_its in by_calling_code(numbers):
        bare = pc.utf8_slice_codeunits(numbers.filter(is_its), 1 + len(code))
        grouped = _grouped(bare, _groups(code, notation is Notation.NATIONAL))
        shown = pc.replace_with_mask(shown, is_its, _with_calling_code(grouped, code, notation))
    return shown


def _with_calling_code(grouped: pa.StringArray, code: str, notation: Notation) -> pa.StringArray:
    match notation:
        case Notation.NATIONAL:
            return grouped
        case Notation.INTERNATIONAL:
            return concatenated(f"+{code} ", grouped)
        case Notation.RFC3966:
            unopened = pc.replace_substring_regex(grouped, rf"\A{_SEPARATORS}", "")
            return concatenated(f"tel:+{code}-", pc.replace_substring_regex(unopened, _SEPARATORS, "-"))


def _grouped(bare: pa.StringArray, groups: Sequence[_Groups]) -> pa.StringArray:
    """Numbers without their calling code, each in the first groups it has; in one piece where it has none."""
    grouped, left = bare, np.arange(len(bare))
    for patterns, replacement in groups:
        if not len(left):
            break
        numbers = bare.take(pa.array(left))
        matches = np.logical_and.reduce(
            [pc.match_substring_regex(numbers, pattern).to_numpy(zero_copy_only=False) for pattern in patterns]
        )
        is_its = np.zeros(len(bare), np.bool_)
        is_its[left[matches]] = True
        own = pc.replace_substring_regex(numbers.filter(pa.array(matches)), patterns[-1], replacement)
        grouped = pc.replace_with_mask(grouped, pa.array(is_its), own)
        left = left[~matches]
    return grouped


@cache
def _groups(code: str, is_national: bool) -> Sequence[_Groups]:
    metadata = main_metadata(int(code))
    formats = metadata.number_format if is_national else metadata.intl_number_format or metadata.number_format
    return [(_patterns(each), _replacement(each, is_national)) for each in formats]


def _patterns(number_format: NumberFormat) -> Sequence[str]:
    # Of several patterns for the first digits the last is the most detailed, and the one that counts.
    first_digits = [rf"\A(?:{pattern})" for pattern in number_format.leading_digits_pattern[-1:]]
    return [*first_digits, rf"\A(?:{number_format.pattern})\z"]


def _replacement(number_format: NumberFormat, is_national: bool) -> str:
    """The groups with what stands between them; at home with what is dialled in front of the first."""
    groups, rule = number_format.format or "", number_format.national_prefix_formatting_rule
    return re.sub(r"(\\\d)", rule, groups, count=1) if rule and is_national else groups


_SEPARATORS: Final = "[-.() /]+"
