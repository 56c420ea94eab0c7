"""Business identifier codes."""

from __future__ import annotations

from typing import Final

import pyarrow as pa
import pyarrow.compute as pc

from pipeline_exec.dataplane.column_types.countries import ALPHA_2
from pipeline_exec.dataplane.column_types.grouped import ungrouped
from pipeline_exec.dataplane.column_types.string import StringType
from pipeline_exec.dataplane.text import concatenated, keep_where, quoted


class BicType(StringType):
    """The 8 or 11 characters of ISO 9362 that name a bank: ``DEUTDEFF``, ``DEUTDEFF500``; upper case is kept.

    Four letters, a country of ISO 3166 or Kosovo (XK), two letters or digits, and perhaps three of a branch. Whether
    such a bank exists is not asked.
    """

    name = "bic"
    expectation = "a BIC like DEUTDEFF or DEUTDEFF500"

    def read(self, text: pa.StringArray) -> pa.StringArray:
        code = pc.ascii_upper(ungrouped(text))
        return keep_where(pc.and_(pc.match_substring_regex(code, _SHAPE), _has_country(code)), code)

    def complaints(self, text: pa.StringArray) -> pa.StringArray:
        code = pc.ascii_upper(ungrouped(text))
        country = pc.utf8_slice_codeunits(code, 4, 6)
        is_shaped = pc.fill_null(pc.match_substring_regex(code, _SHAPE), False)
        lost = concatenated(quoted(text), " is not a BIC: ", country, " is no country.")
        return pc.if_else(is_shaped, lost, super().complaints(text))


def _has_country(code: pa.StringArray) -> pa.BooleanArray:
    return pc.is_in(pc.utf8_slice_codeunits(code, 4, 6), _COUNTRIES)


_SHAPE: Final = r"\A[A-Z]{6}[A-Z0-9]{2}(?:[A-Z0-9]{3})?\z"
#: Kosovo has no code of ISO 3166; SWIFT uses the one the European Union does.
_COUNTRIES: Final = pa.array([*ALPHA_2, "XK"])
