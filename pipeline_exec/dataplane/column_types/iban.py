"""International bank account numbers."""

from __future__ import annotations

from typing import Final

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from pipeline_exec.dataplane.column_types.cell_type import chosen
from pipeline_exec.dataplane.column_types.grouped import ungrouped
from pipeline_exec.dataplane.column_types.iban_registry import IBANS
from pipeline_exec.dataplane.column_types.string import StringType
from pipeline_exec.dataplane.text import Bytes, Mask, by_length, concatenated, keep_where, quoted
from pipeline_exec.model.target_model import TargetColumn


class IbanType(StringType):
    """An account number of a country of the IBAN registry, made as that country's are, whose check digits are right.

    Upper case without spaces is kept: ``DE89370400440532013000``. Lower case is read, and so are single spaces or
    hyphens between characters. With the ``output_format`` ``grouped`` it is shown in fours: ``DE89 3704 0044 …``.
    """

    name = "iban"
    expectation = "an IBAN like DE89 3704 0044 0532 0130 00"
    attributes = frozenset({"output_format"})

    def __init__(self, column: TargetColumn) -> None:
        super().__init__(column)
        self._is_grouped = chosen("output_format", column.output_format, ("compact", "grouped")) == "grouped"

    def read(self, text: pa.StringArray) -> pa.StringArray:
        code = _code(text)
        return keep_where(pa.array(_is_iban(code)), code)

    def show(self, values: pa.StringArray) -> pa.StringArray:
        return _in_fours(values) if self._is_grouped else values

    def complaints(self, text: pa.StringArray) -> pa.StringArray:
        code = _code(text)
        country = pc.utf8_slice_codeunits(code, 0, 2)
        length, expected = pc.utf8_length(code), _LENGTHS.take(pc.index_in(country, _COUNTRIES))
        no_iban = concatenated(quoted(text), " is not an IBAN: ")
        is_like_one = pc.fill_null(pc.match_substring_regex(code, _LIKE_ANY), False)
        return pc.coalesce(
            pc.if_else(
                pc.and_(expected.is_null(), is_like_one),
                concatenated(no_iban, country, " is no country of the IBAN registry."),
                None,
            ),
            pc.if_else(expected.is_null(), super().complaints(text), None),
            pc.if_else(
                pc.not_equal(length, expected),
                concatenated(
                    *(no_iban, "those of ", country, " have ", expected.cast(pa.string())),
                    *(" characters, this one has ", length.cast(pa.string()), "."),
                ),
                None,
            ),
            pc.if_else(
                pa.array(_is_made_right(code)),
                concatenated(no_iban, "its check digits are wrong."),
                concatenated(no_iban, "those of ", country, " have letters and digits in other places."),
            ),
        )


def _code(text: pa.StringArray) -> pa.StringArray:
    return pc.ascii_upper(ungrouped(text))


def _is_iban(code: pa.StringArray) -> Mask:
    is_iban = np.zeros(len(code), np.bool_)
    for places, matrix in by_length(code, _KINDS):
        is_iban[places] = _has_kinds(matrix) & _is_checked(matrix)
    return is_iban


def _is_made_right(code: pa.StringArray) -> Mask:
    is_right = np.zeros(len(code), np.bool_)
    for places, matrix in by_length(code, _KINDS):
        is_right[places] = _has_kinds(matrix)
    return is_right


def _has_kinds(matrix: Bytes) -> Mask:
    """Whether every character is of a kind that the registry has there for the country."""
    countries, kinds = _KINDS[matrix.shape[1]]
    country = countries[_letter(matrix[:, 0]) * 26 + _letter(matrix[:, 1])]
    has_kinds: Mask = (kinds.take(country, axis=0) & _KIND_OF[matrix]).all(axis=1)
    return has_kinds


def _letter(column: Bytes) -> npt.NDArray[np.int16]:
    return np.clip(column.astype(np.int16) - ord("A"), 0, 25)


def _is_checked(matrix: Bytes) -> Mask:
    # 98 less the remainder of the rest are 2 to 98; 0, 1 and 99 only have the same remainders.
    check_digits = _VALUE[matrix[:, 2]] * 10 + _VALUE[matrix[:, 3]]
    is_checked: Mask = (_remainder(matrix) == 1) & (check_digits >= 2) & (check_digits <= 98)
    return is_checked


def _remainder(matrix: Bytes) -> npt.NDArray[np.int64]:
    """ISO 7064, MOD 97-10: the country and check digits go behind, letters count as 10 to 35."""
    remainder = np.zeros(len(matrix), np.int64)
    for number, column in enumerate([*range(4, matrix.shape[1]), *range(4)], start=1):
        character = matrix[:, column]
        remainder *= _SHIFT[character]
        remainder += _VALUE[character]
        if number % _SAFE == 0:
            remainder %= 97
    return remainder % 97


def _in_fours(values: pa.StringArray) -> pa.StringArray:
    return pc.replace_substring_regex(values, r"(.{4})\B", r"\1 ")


def _kinds_by_length() -> dict[int, tuple[npt.NDArray[np.int16], Bytes]]:
    """For each length the countries that have it, by their letters, and the kinds of their characters."""
    by_length = {}
    for length in sorted({len(kinds) for kinds in IBANS.values()}):
        alike = [(country, kinds) for country, kinds in IBANS.items() if len(kinds) == length]
        # Row 0 is every other country, which has no kind anywhere.
        allowed = np.zeros((len(alike) + 1, length), np.uint8)
        countries = np.zeros(26 * 26, np.int16)
        for row, (country, kinds) in enumerate(alike, start=1):
            countries[(ord(country[0]) - ord("A")) * 26 + ord(country[1]) - ord("A")] = row
            allowed[row] = [_ALLOWED[kind] for kind in kinds]
        by_length[length] = (countries, allowed)
    return by_length


_DIGIT, _LETTER = 1, 2
_ALLOWED: Final = {"n": _DIGIT, "a": _LETTER, "c": _DIGIT | _LETTER}
_KIND_OF: Final = np.zeros(256, np.uint8)
_KIND_OF[ord("0") : ord("9") + 1] = _DIGIT
_KIND_OF[ord("A") : ord("Z") + 1] = _LETTER
_KINDS: Final = _kinds_by_length()
#: What a number is multiplied by when a character is added to it, and what is added: two digits for a letter.
_SHIFT: Final = np.where(_KIND_OF == _LETTER, 100, 10).astype(np.int64)
_VALUE: Final = np.arange(256, dtype=np.int64) - np.where(_KIND_OF == _LETTER, ord("A") - 10, ord("0"))
#: So many characters fit behind a remainder before 64 bits are full.
_SAFE: Final = 8
_LIKE_ANY: Final = r"\A[A-Z]{2}[0-9]{2}[A-Z0-9]{11,30}\z"
_COUNTRIES: Final = pa.array(list(IBANS))
_LENGTHS: Final = pa.array([len(kinds) for kinds in IBANS.values()], pa.int32())
