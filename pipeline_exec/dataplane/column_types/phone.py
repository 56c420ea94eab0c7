"""Phone numbers."""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from typing import Final

import numpy as np
import phonenumbers
import pyarrow as pa
import pyarrow.compute as pc
from phonenumbers import PhoneNumberFormat

from pipeline_exec.dataplane.column_types.cell_type import chosen, understood
from pipeline_exec.dataplane.column_types.grouped import with_plain_separators
from pipeline_exec.dataplane.column_types.numbering_plans import (
    NumberingPlan,
    by_calling_code,
    plan_of_code,
    plan_of_region,
)
from pipeline_exec.dataplane.column_types.phone_notations import Notation, written
from pipeline_exec.dataplane.column_types.string import StringType
from pipeline_exec.dataplane.text import bytes_of, concatenated, keep_where, without_bytes
from pipeline_exec.errors import FieldProblem, InvalidDocument
from pipeline_exec.model.target_model import TargetColumn


class PhoneType(StringType):
    """A phone number that its country's numbering plan knows, with its calling code: ``+49 30 123456``.

    E.164 is kept, ``+4930123456``: a plus and digits. Spaces, hyphens, dots, slashes and parentheses are read, and so
    is ``tel:``. With the ``region`` ``DE`` numbers as they are dialled there are read too: ``030 123456``,
    ``0049 30 123456``. Extensions have no place in E.164, and are refused. Shown it is in the ``output_format``
    ``E.164``, ``international``, ``national`` or ``RFC3966``. Numbers of other countries stay international, and so do
    those that are other numbers when they are dialled at home.
    """

    name = "phone"
    expectation = "a phone number like +49 30 123456"
    attributes = frozenset({"output_format", "region"})

    def __init__(self, column: TargetColumn) -> None:
        super().__init__(column)
        shown = chosen("output_format", column.output_format, ["E.164", *Notation])
        self._notation = None if shown == "E.164" else Notation(shown)
        self._region = understood("region", column.region, _region) if column.region else None
        self._home = plan_of_region(self._region) if self._region else None
        if self._notation is Notation.NATIONAL and self._home is None:
            message = "national needs a region, whose numbers are shown without their calling code"
            raise InvalidDocument(f"{message}.", [FieldProblem("output_format", message)])
        if self._region:
            self.expectation = f"a phone number of {self._region}, or of any country like +49 30 123456"

    def read(self, text: pa.StringArray) -> pa.StringArray:
        dialled = _dialled(text)
        if self._home is not None:
            dialled = self._home.with_plus(dialled)
        is_foreign = pc.starts_with(dialled, "+")
        numbers, is_open = _international(keep_where(is_foreign, dialled))
        if self._home is not None:
            own, is_open_too = _national(keep_where(pc.invert(is_foreign), dialled), self._home)
            numbers, is_open = pc.coalesce(numbers, own), pc.or_(is_open, is_open_too)
        if not is_open.true_count:
            return numbers
        return pc.coalesce(numbers, _each(keep_where(is_open, dialled), self._parsed))

    def show(self, values: pa.StringArray) -> pa.StringArray:
        if self._notation is None:
            return values
        if self._home is None or self._notation is not Notation.NATIONAL:
            return written(values, self._notation)
        is_own = pc.starts_with(values, f"+{self._home.code}")
        national = written(keep_where(is_own, values), Notation.NATIONAL)
        # Of several countries with one calling code, some would take the numbers of others for their own.
        is_same = pc.fill_null(pc.equal(self.read(national), values), False)
        international = written(keep_where(pc.invert(is_same), values), Notation.INTERNATIONAL)
        return pc.if_else(is_same, national, international)

    def _parsed(self, dialled: str) -> str | None:
        return _parsed(dialled, self._region)


def _dialled(text: pa.StringArray) -> pa.StringArray:
    """What would be dialled: digits, perhaps after a plus; null where there is more than a number."""
    text = with_plain_separators(text)
    text = keep_where(pc.match_substring_regex(text, _SHAPE), text)
    is_left_out = ~_IS_DIALLED[bytes_of(text)[1]]
    return without_bytes(text, is_left_out) if is_left_out.any() else text


def _international(dialled: pa.StringArray) -> tuple[pa.StringArray, pa.BooleanArray]:
    """Numbers that begin with a plus, and which of them have to be looked at one by one."""
    numbers, is_open = pa.nulls(len(dialled), pa.string()), pa.repeat(False, len(dialled))
    for code, is_its in by_calling_code(dialled):
        bare, is_open_too = plan_of_code(int(code)).settled(
            pc.utf8_slice_codeunits(dialled.filter(is_its), 1 + len(code))
        )
        numbers = pc.replace_with_mask(numbers, is_its, concatenated(f"+{code}", bare))
        is_open = pc.replace_with_mask(is_open, is_its, is_open_too)
    return numbers, is_open


def _national(dialled: pa.StringArray, home: NumberingPlan) -> tuple[pa.StringArray, pa.BooleanArray]:
    """As ``_international``, numbers that begin as in their country."""
    is_open = pc.starts_with(dialled, home.code)
    if home.international_prefix:
        is_open = pc.or_(is_open, pc.match_substring_regex(dialled, rf"\A(?:{home.international_prefix})"))
    bare, is_open_too = home.settled(keep_where(pc.invert(is_open), dialled))
    is_open = pc.or_(pc.fill_null(is_open, False), pc.fill_null(is_open_too, False))
    return concatenated(f"+{home.code}", bare), is_open


def _each(text: pa.StringArray, convert: Callable[[str], str | None]) -> pa.StringArray:
    """Each text converted, equal ones once."""
    encoded = text.dictionary_encode()
    converted = [convert(one) for one in encoded.dictionary.to_pylist()]
    return pa.array(converted, pa.string()).take(encoded.indices)


@lru_cache(maxsize=65_536)
def _parsed(dialled: str, region: str | None) -> str | None:
    try:
        number = phonenumbers.parse(dialled, region)
    except phonenumbers.NumberParseException:
        return None
    if not phonenumbers.is_valid_number(number):
        return None
    return phonenumbers.format_number(number, PhoneNumberFormat.E164)


def _region(text: str) -> str:
    if text.upper() not in phonenumbers.SUPPORTED_REGIONS:
        raise ValueError(f"{text!r} is no country with phone numbers of its own. Give its two letters, like DE.")
    return text.upper()


#: ITU's longest number has 15 digits; those of some countries, with what is dialled before, a few more.
_SHAPE: Final = r"\A(?:tel:)?\+?\(?[0-9](?:[-() ./]{0,3}[0-9]){2,19}\z"
_IS_DIALLED: Final = np.zeros(256, np.bool_)
_IS_DIALLED[[ord("+"), *range(ord("0"), ord("9") + 1)]] = True
