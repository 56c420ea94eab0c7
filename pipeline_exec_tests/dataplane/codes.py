"""Codes with check digits, phone numbers, and what becomes of them when people type them."""

from itertools import groupby

import pycountry
from hypothesis import strategies as st
from phonenumbers import COUNTRY_CODE_TO_REGION_CODE, PhoneMetadata
from stdnum import ean
from stdnum import iban as stdnum_iban

from pipeline_exec.dataplane.column_types.iban_registry import IBANS
from pipeline_exec.dataplane.column_types.numbering_plans import KINDS

DIGITS, LETTERS = "0123456789", "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
OF_KIND = {"n": DIGITS, "a": LETTERS, "c": DIGITS + LETTERS}


def run(characters, length):
    """So many characters."""
    return st.text(characters, min_size=length, max_size=length)


@st.composite
def ibans(draw):
    """An account number of any country."""
    country = draw(st.sampled_from(sorted(IBANS)))
    account = "".join(draw(run(OF_KIND[kind], len(list(alike)))) for kind, alike in groupby(IBANS[country][4:]))
    return country + stdnum_iban.calc_check_digits(f"{country}00{account}") + account


@st.composite
def gtins(draw, lengths=(8, 12, 13, 14)):
    """An article number."""
    digits = draw(run(DIGITS, draw(st.sampled_from(lengths)) - 1))
    return digits + ean.calc_check_digit(digits)


def bics():
    """A bank."""
    branch = st.just("") | run(DIGITS + LETTERS, 3)
    parts = st.tuples(run(LETTERS, 4), st.sampled_from(COUNTRIES), run(DIGITS + LETTERS, 2), branch)
    return parts.map("".join)


COUNTRIES = [country.alpha_2 for country in pycountry.countries]
CURRENCIES = [currency.alpha_3 for currency in pycountry.currencies]


def _examples():
    for code, regions in COUNTRY_CODE_TO_REGION_CODE.items():
        for region in regions:
            metadata = PhoneMetadata.metadata_for_region_or_calling_code(code, region)
            kinds = (getattr(metadata, kind) for kind in KINDS)
            numbers = [kind.example_number for kind in kinds if kind is not None and kind.example_number]
            yield from ((region, code, number) for number in numbers)


PHONES = st.sampled_from(sorted(_examples()))
"""A region, its calling code, and a number that it gives as an example."""


@st.composite
def damaged(draw, codes, characters=DIGITS + LETTERS):
    """A code with up to two characters changed, added, taken away, or changed with the next."""
    code = list(draw(codes))
    for _ in range(draw(st.integers(0, 2))):
        at, change = draw(st.integers(0, len(code) - 1)), draw(st.sampled_from(["set", "add", "swap", "cut"]))
        if change == "set":
            code[at] = draw(st.sampled_from(characters))
        elif change == "add":
            code.insert(at, draw(st.sampled_from(characters)))
        elif change == "swap":
            code[at : at + 2] = code[at : at + 2][::-1]
        elif len(code) > 1:
            del code[at]
    return "".join(code)


@st.composite
def typed(draw, codes):
    """A code in some case, perhaps in groups."""
    code = draw(codes)
    code = code.lower() if draw(st.booleans()) else code
    size, separator = draw(st.integers(1, 5)), draw(st.sampled_from(["", " ", "-", "\u00a0"]))
    return separator.join(code[at : at + size] for at in range(0, len(code), size))
