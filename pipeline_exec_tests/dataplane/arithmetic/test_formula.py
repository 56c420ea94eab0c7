"""Formulas: what they come to is what fractions come to."""

import re
from decimal import Decimal
from itertools import product

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline_exec.dataplane.arithmetic import Formula, exact
from pipeline_exec_tests.dataplane.oracle import mapping as oracle
from pipeline_exec_tests.dataplane.strategies import FORMULAS, PLAIN
from pipeline_exec_tests.dataplane.tables import texts


def computed(text, **columns):
    """What a formula comes to in each row."""
    formula = Formula(text)
    rows = max((len(cells) for cells in columns.values()), default=1)
    return formula.compute({name: texts(*columns[name[-1]]) for name in formula.names}, rows).to_pylist()


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param("0.1 + 0.2", "0.3", id="no surprises of binary fractions"),
        pytest.param("2 + 3 * 4", "14", id="products before sums"),
        pytest.param("(2 + 3) * 4", "20", id="brackets first"),
        pytest.param("10 - 4 - 3", "3", id="from left to right"),
        pytest.param("7 % 4", "3", id="a remainder"),
        pytest.param("-7 % 4", "-3", id="with the sign of the dividend"),
        pytest.param("- -2", "2", id="two signs"),
        pytest.param("1 / 3", "0.333333333333333333", id="rounded to 18 digits"),
        pytest.param("2 / 3", "0.666666666666666667", id="halves away from zero"),
        pytest.param("round(2.345, 2)", "2.35", id="rounded to 2 digits"),
        pytest.param("round(-2.5)", "-3", id="rounded to a whole number"),
        pytest.param("floor(-2.5) + ceil(2.1)", "0", id="down and up"),
        pytest.param("min(3, 1, 2) + max(3, 1, 2) + abs(-4)", "8", id="one of several"),
        pytest.param("99999999.99 * 99999999.99", "9999999998000000.0001", id="every digit of a product"),
        pytest.param("0.000000001 * 0.000000001", "0.000000000000000001", id="a small product"),
        pytest.param("1.10 * 1", "1.1", id="no zeros at the end"),
        pytest.param("1e5", None, id="no exponents"),
    ],
)
def test_a_formula_is_computed_exactly(text, expected):
    if expected is None:
        with pytest.raises(ValueError, match="has 'e5' where it should have ended"):
            Formula(text)
    else:
        assert computed(text) == [expected]


@pytest.mark.parametrize(
    ("text", "cells", "expected"),
    [
        pytest.param("a * 2", "x", "x", id="a text"),
        pytest.param("a * 2", "1e5", "1e5", id="an exponent"),
        pytest.param("a * 2", "1,5", "1,5", id="another notation"),
        pytest.param("a * 2", "12345678901234567890", "12345678901234567890", id="too many digits"),
        pytest.param("a * 2", "0.1234567890123456789", "0.1234567890123456789", id="too many digits behind the point"),
        pytest.param("12 / a", "0", "12/0", id="a division by zero"),
        pytest.param("12 % a", "0.0", "12%0", id="a remainder of one"),
        pytest.param("a * a", "9999999999", "9999999999*9999999999", id="a product too large"),
        pytest.param("(1 / a) + 1", "0", "1/0", id="what comes to nothing within a formula"),
        pytest.param("a + 1", "", None, id="an empty cell"),
        pytest.param("a + 1", "  ", None, id="a blank cell"),
        pytest.param("coalesce(a, 0) + 1", "", "1", id="an empty cell with something in its place"),
        pytest.param("coalesce(a, 0) + 1", "x", "x", id="a text is not empty"),
        pytest.param("a + 1", " 5 ", "6", id="whitespace around a number"),
        pytest.param("a + 1", "+05.50", "6.5", id="signs and zeros"),
    ],
)
def test_what_has_no_number_shows_why(text, cells, expected):
    assert computed(text, a=[cells or None]) == [expected]


CELLS = st.one_of(st.sampled_from([None, *PLAIN, "x"]), st.decimals(-1000, 1000, places=3).map(str))


@settings(max_examples=120)
@given(FORMULAS, st.lists(st.tuples(CELLS, CELLS, CELLS, CELLS), min_size=1, max_size=8))
def test_a_formula_comes_to_what_fractions_come_to(text, rows):
    columns = dict(zip(("s0", "s1", "s2", "value"), zip(*rows, strict=True), strict=True))
    expected = [oracle.arithmetic(value, {"s0": s0, "s1": s1, "s2": s2}, text) for s0, s1, s2, value in rows]
    names = {name[-1] for name in Formula(text).names}
    found = computed(text, **{name: cells for name, cells in columns.items() if name in names})
    assert found == (expected if names else expected[:1])


@pytest.mark.parametrize(
    ("text", "message"),
    [
        pytest.param("", "ends too early", id="nothing"),
        pytest.param("a +", "ends too early", id="half a sum"),
        pytest.param("(a", "ends where ')' should stand", id="an open bracket"),
        pytest.param("a b", "has 'b' where it should have ended", id="two values"),
        pytest.param("a ^ 2", "has '^', which is no part of a formula", id="an unknown sign"),
        pytest.param("sqrt(a)", "calls sqrt(), which it cannot; there are abs", id="an unknown function"),
        pytest.param("round(a, b)", "rounds to 'b' digits", id="digits that are not written out"),
        pytest.param("round(a, -1)", "rounds to '-' digits", id="digits before the point"),
        pytest.param("min(a)", "calls min with 1 values", id="too few values"),
        pytest.param("a * )", "has ')' where a number or a column should stand", id="a bracket too many"),
        pytest.param("12345678901234567890 + a", "has the number 12345678901234567890", id="a number too large"),
        pytest.param("+".join("a" * 200), "must not have more than 200", id="a long formula"),
        pytest.param("(" * 31 + "a" + ")" * 31, "has more than 30 brackets within brackets", id="a deep formula"),
    ],
)
def test_what_is_no_formula_is_refused(text, message):
    with pytest.raises(ValueError, match=re.escape(message)):
        Formula(text)


def test_columns_are_named_as_they_are_called():
    assert Formula('"Net price" * Menge - source."value" + value + Menge').names == (
        ("Net price",),
        ("Menge",),
        ("source", "value"),
        ("value",),
    )


WIDTHS = st.builds(
    lambda sign, digits, places: f"{sign}{Decimal(digits).scaleb(-min(places, len(digits) + 3)):f}",
    st.sampled_from(["", "-"]),
    st.text("0159", min_size=1, max_size=19),
    st.integers(0, 15),
)
OPERATIONS = [
    "a + b",
    "a - b",
    "a * b",
    "a / b",
    "a % b",
    "a * b * b",
    "(a / b) * a",
    "round(a * 1.19, 2) / b",
    "max(a, b)",
]


@settings(max_examples=100)
@given(st.sampled_from(OPERATIONS), st.lists(st.tuples(WIDTHS, WIDTHS), min_size=1, max_size=4))
def test_few_digits_come_to_the_same_as_many(operation, rows):
    left, right = zip(*rows, strict=True)
    narrow = computed(operation, a=left, b=right)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(exact, "NARROW", 0)
        assert computed(operation, a=left, b=right) == narrow


def test_short_texts_are_numbers_exactly_where_long_ones_are():
    cells = ["".join(letters) for size in range(1, 4) for letters in product("+-.05", repeat=size)]
    # One long text beside them, and all are looked at more closely.
    closely = computed("a * 1", a=[*cells, "9" * 25])
    assert [computed("a * 1", a=[cell])[0] for cell in cells] == closely[:-1]
