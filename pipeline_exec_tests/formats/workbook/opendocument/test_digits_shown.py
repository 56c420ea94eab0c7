"""The digits shown of a number, in the notation of any country."""

from decimal import Decimal

import pyarrow as pa
from hypothesis import given
from hypothesis import strategies as st

from pipeline_exec.formats.workbook.opendocument.digits_shown import digits_of, digits_shown


@given(
    value=st.decimals(-(10**9), 10**9, places=6),
    decimals=st.integers(0, 6),
    german=st.booleans(),
    percent=st.booleans(),
)
def test_the_digits_shown_are_found_in_the_notation_of_any_country(value, decimals, german, percent):
    exact = value / 100 if percent else value
    rounded = value.quantize(Decimal(1).scaleb(-decimals), "ROUND_HALF_UP")
    shown = f"{rounded:,f} €"
    if german:
        shown = shown.translate(str.maketrans(",.", ".,"))
    (found,) = digits_shown(pa.array([str(exact)]), pa.array([shown]), is_percentage=percent).to_pylist()
    assert found == digits_of(str(exact), shown, is_percentage=percent)
    assert Decimal(found.rstrip("%")) == rounded
    assert found.endswith("%") == percent


@given(
    value=st.from_regex(r"-?[0-9]{1,18}(\.[0-9]{1,8})?|1e5|x", fullmatch=True),
    shown=st.none() | st.text("0123456789.,-+eE/% €\n", min_size=1, max_size=12),
    percent=st.booleans(),
)
def test_digits_are_found_at_once_as_they_are_one_by_one(value, shown, percent):
    found = digits_shown(pa.array([value]), pa.array([shown], pa.string()), is_percentage=percent)
    assert found.to_pylist() == [digits_of(value, shown or "", is_percentage=percent)]
