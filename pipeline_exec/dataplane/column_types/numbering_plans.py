"""Numbering plans: which phone numbers a calling code has, as libphonenumber knows them, for a whole column at once.

libphonenumber itself takes one number at a time, some 30 microseconds each. Its metadata are regular expressions, which
Arrow matches a hundred times faster; only what these cannot settle is left to it.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Final

import numpy as np
import numpy.typing as npt
import phonenumbers
import pyarrow as pa
import pyarrow.compute as pc
from phonenumbers import COUNTRY_CODE_TO_REGION_CODE, PhoneMetadata

Shapes = Mapping[tuple[int, ...], str]
"""Patterns of numbers by the lengths these may have; no lengths for any."""


@dataclass(frozen=True)
class NumberingPlan:
    """The numbers behind one calling code."""

    code: str
    """The calling code, without a plus."""
    possible: Shapes
    """What all its numbers have in common."""
    assigned: Shapes
    """Its numbers."""
    national_prefix: str | None
    """The pattern of what is dialled within the country and is no part of the number."""
    international_prefix: str | None
    """The pattern of what is dialled in place of a plus."""

    def holds(self, numbers: pa.StringArray) -> pa.BooleanArray:
        """Whether each is a number of the plan: digits without the calling code."""
        return pc.and_(_matches(numbers, self.possible), _matches(numbers, self.assigned))

    def with_plus(self, dialled: pa.StringArray) -> pa.StringArray:
        """What was dialled within the country with a plus for the usual international prefix."""
        if self.international_prefix is None or not self.international_prefix.isdigit():
            return dialled
        return pc.replace_substring_regex(dialled, rf"\A{self.international_prefix}([1-9])", r"+\1")

    def settled(self, numbers: pa.StringArray) -> tuple[pa.StringArray, pa.BooleanArray]:
        """The numbers without their national prefix, null where they are none, and which of them that leaves open."""
        if self.national_prefix is None:
            return pc.if_else(self.holds(numbers), numbers, None), pa.repeat(False, len(numbers))
        bare = pc.replace_substring_regex(numbers, rf"\A(?:{self.national_prefix})", "", max_replacements=1)
        is_cut, is_held = pc.not_equal(bare, numbers), self.holds(bare)
        if not self.national_prefix.isdigit():
            # Such a pattern may rewrite a number, not only cut it.
            return pc.if_else(pc.and_not(is_held, is_cut), bare, None), is_cut
        return pc.if_else(is_held, bare, None), pc.and_not(is_cut, is_held)


@cache
def plan_of_code(code: int) -> NumberingPlan:
    """The plan of a calling code, as it is dialled from abroad."""
    return _plan(code, COUNTRY_CODE_TO_REGION_CODE[code][0])


@cache
def plan_of_region(region: str) -> NumberingPlan:
    """The plan of a country, as it is dialled there."""
    return _plan(phonenumbers.country_code_for_region(region), region)


def main_metadata(code: int) -> PhoneMetadata:
    """What libphonenumber knows of a calling code; of one of several countries, of the first."""
    return _metadata(code, COUNTRY_CODE_TO_REGION_CODE[code][0])


def by_calling_code(numbers: pa.StringArray) -> Iterator[tuple[str, pa.BooleanArray]]:
    """Each calling code of numbers that begin with a plus, and where it is theirs."""
    first = pc.fill_null(pc.utf8_slice_codeunits(numbers, 1, 4).cast(pa.int16()), 0)
    codes = _CODES[first.to_numpy()]
    for code in np.unique(codes[codes > 0]):
        yield str(code), pa.array(codes == code)


def _plan(code: int, region: str) -> NumberingPlan:
    metadata = _metadata(code, region)
    shapes = (_shapes(code, ("general_desc",)), _shapes(code, KINDS))
    return NumberingPlan(str(code), *shapes, metadata.national_prefix_for_parsing, metadata.international_prefix)


@cache
def _shapes(code: int, kinds: tuple[str, ...]) -> Shapes:
    by_lengths: defaultdict[tuple[int, ...], dict[str, None]] = defaultdict(dict)
    for region in COUNTRY_CODE_TO_REGION_CODE[code]:
        metadata = _metadata(code, region)
        for kind in (getattr(metadata, name) for name in kinds):
            if kind is not None and kind.national_number_pattern:
                by_lengths[kind.possible_length][kind.national_number_pattern] = None
    return {lengths: rf"\A(?:{'|'.join(patterns)})\z" for lengths, patterns in by_lengths.items()}


def _matches(numbers: pa.StringArray, shapes: Shapes) -> pa.BooleanArray:
    lengths, matches = pc.binary_length(numbers), pa.repeat(False, len(numbers))
    for possible, pattern in shapes.items():
        is_shaped = pc.match_substring_regex(numbers, pattern)
        if possible:
            is_shaped = pc.and_(is_shaped, pc.is_in(lengths, pa.array(possible, pa.int32())))
        matches = pc.or_(matches, is_shaped)
    return matches


def _metadata(code: int, region: str) -> PhoneMetadata:
    metadata = PhoneMetadata.metadata_for_region_or_calling_code(code, region)
    if metadata is None:
        raise LookupError(f"There is no numbering plan of {region}.")
    return metadata


def _codes_by_first_digits() -> npt.NDArray[np.int16]:
    codes = np.zeros(1000, np.int16)
    for code in COUNTRY_CODE_TO_REGION_CODE:
        digits = str(code)
        first = int(digits.ljust(3, "0"))
        codes[first : first + 10 ** (3 - len(digits))] = code
    return codes


KINDS: Final = (
    "fixed_line",
    "mobile",
    "toll_free",
    "premium_rate",
    "shared_cost",
    "personal_number",
    "voip",
    "pager",
    "uan",
    "voicemail",
)
"""What libphonenumber counts as a valid number: one of these kinds."""
#: The calling code of a number by its first three digits; 0 where there is none.
_CODES: Final = _codes_by_first_digits()
