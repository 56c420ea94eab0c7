"""Regular expressions of users, wherever they stand."""

import pytest
import re2
from hypothesis import given
from hypothesis import strategies as st

from pipeline_exec.dataplane.patterns import MOST_STEPS, regular_expression, steps
from pipeline_exec.dataplane.sql import Expression
from pipeline_exec.dataplane.text import empty_as_null
from pipeline_exec.dataplane.transformations import TRANSFORMATIONS
from pipeline_exec.dataplane.validations import VALIDATIONS
from pipeline_exec.errors import InvalidDocument
from pipeline_exec_tests.dataplane.tables import texts

WORDS = st.text("aé€😀\u00a0 .", max_size=4)
PATTERNS = st.lists(
    st.sampled_from(
        ["a", "é", "€", ".", "[^a]", r"\w", r"\W", r"\b", r"\B", "x*", "(a|é)?", r"\pL", "^", "$", "(?s:.)"]
    ),
    max_size=4,
).map("".join)


@given(st.lists(WORDS.filter(bool), max_size=5), PATTERNS, WORDS, st.sampled_from(["REGEX_REPLACE", "REGEX_EXTRACT"]))
def test_no_pattern_cuts_a_character_in_two(cells, pattern, replacement, kind):
    arguments = {"pattern": pattern, "replacement": replacement} if kind == "REGEX_REPLACE" else {"pattern": pattern}
    outcome = TRANSFORMATIONS[kind].parse(arguments).apply(texts(*cells))
    outcome.validate(full=True)


@given(st.lists(st.none() | WORDS, max_size=5), PATTERNS)
def test_a_match_is_the_same_with_a_group_around_its_pattern(cells, pattern):
    without, within = (
        TRANSFORMATIONS["REGEX_EXTRACT"].parse({"pattern": each}).apply(texts(*cells))
        for each in (pattern, f"({pattern})")
    )
    assert empty_as_null(without).equals(empty_as_null(within))


@pytest.mark.parametrize("pattern", [r"\C", r"a\C+", r"\\\C"])
def test_patterns_of_single_bytes_are_refused(pattern):
    with pytest.raises(ValueError, match="cuts characters in pieces"):
        regular_expression(pattern)


@pytest.mark.parametrize("pattern", ["C", r"\\C", r"\\\\C", r"\d\x43"])
def test_a_letter_is_no_single_byte(pattern):
    assert regular_expression(pattern) == pattern


ENDLESS = "(a{1,500}){1,2}b"


@pytest.mark.parametrize(
    "made",
    [
        pytest.param(lambda: TRANSFORMATIONS["REGEX_EXTRACT"].parse({"pattern": ENDLESS}), id="REGEX_EXTRACT"),
        pytest.param(
            lambda: TRANSFORMATIONS["REGEX_REPLACE"].parse({"pattern": ENDLESS, "replacement": ""}), id="REGEX_REPLACE"
        ),
        pytest.param(lambda: VALIDATIONS["REGEX"].parse({"pattern": ENDLESS}), id="REGEX"),
    ],
)
def test_a_pattern_that_would_take_too_long_is_refused_wherever_it_stands(made):
    with pytest.raises(InvalidDocument) as refusal:
        made()
    assert "comes to 2,008 steps" in refusal.value.problems[0].message


def test_sql_has_the_same_bounds():
    Expression(r"regexp_matches(a, '^\\p{L}{1,100}$')", ["a"])
    with pytest.raises(ValueError, match="too large"):
        Expression(f"regexp_matches(a, '{ENDLESS}')", ["a"])


@pytest.mark.parametrize(
    "pattern",
    [
        r"^[A-Z]{2}[0-9]{2}[A-Z0-9]{11,30}$",
        r"^[\p{L}\p{M} .'-]{1,100}$",
        r"^.{1,255}$",
        r"^[^@\s]{1,64}@[^@\s]{1,255}$",
        r"^(?:(?:25[0-5]|2[0-4]\d|1?\d?\d)\.){3}(?:25[0-5]|2[0-4]\d|1?\d?\d)$",
        r"(?i)^(?:straße|weg|platz|allee|чаща) \p{L}+ \d{1,4}[a-zß]?$",
        "|".join(f"[{chr(letter)}]rt" for letter in range(0x400, 0x460)),
        r"\Q[\E\d+",
    ],
)
def test_what_people_write_is_not_too_large(pattern):
    assert regular_expression(pattern) == pattern


@pytest.mark.parametrize(
    "pattern",
    [
        ".{1000}",
        r"\pL{800}",
        r"(?:[[:alpha:]\]]|\x{1F600}){800}",
        r"(?i)[ж-щ]{1,400}",
        r"\Q[\E.{1,500}\Q]\E",
        "(?P<größe>é{1,500})",
        "(?:[^]é]{1,20}ü){20}",
    ],
)
def test_classes_of_characters_do_not_hide_repetitions(pattern):
    assert steps(pattern) > MOST_STEPS


@given(PATTERNS)
def test_a_pattern_has_no_more_steps_than_its_program_and_some(pattern):
    assert 0 < steps(pattern) <= re2.compile(pattern).programsize + 4


def test_what_is_no_pattern_has_no_steps():
    assert steps("(") == 0
