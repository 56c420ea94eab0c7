"""The digits shown of a number, in the notation of any country."""

from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from pipeline_exec.formats.workbook.opendocument.digits_shown import digits_shown


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
    found = digits_shown(str(exact), shown, is_percentage=percent)
    assert Decimal(found.rstrip("%")) == rounded
    assert found.endswith("%") == percent
