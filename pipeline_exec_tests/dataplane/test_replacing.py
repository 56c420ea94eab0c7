"""Replacing in long texts: as in short ones, and never for hours."""

from time import monotonic

import pyarrow as pa
import pyarrow.compute as pc
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline_exec.dataplane.transformations import TRANSFORMATIONS, replacing
from pipeline_exec_tests.dataplane.tables import texts
from pipeline_exec_tests.dataplane.test_patterns import PATTERNS

SELF_FEEDING = "x*y|x"
"""Reads on to the end of a text of x behind each of its matches."""
CELLS = st.lists(st.none() | st.text("aé€😀\u00a0x .", max_size=7), max_size=5)
REPLACEMENTS = st.lists(st.sampled_from(["", "b", "é", r"\0", "\\\\"]), max_size=3).map("".join)


@given(CELLS, PATTERNS, REPLACEMENTS)
def test_long_texts_are_replaced_as_short_ones_are(cells, pattern, replacement):
    expected = pc.replace_substring_regex(texts(*cells), pattern, replacement)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(replacing, "LONG", 2)
        assert replacing.replaced(texts(*cells), pattern, replacement).equals(expected)


@given(CELLS, st.sampled_from(["(a|é)(x?)", "(x)|a", r"(a*)(\b)"]))
def test_groups_of_long_texts_are_those_of_short_ones(cells, pattern):
    expected = pc.replace_substring_regex(texts(*cells), pattern, r"[\2|\1]" if ")(" in pattern else r"[\1]")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(replacing, "LONG", 2)
        outcome = replacing.replaced(texts(*cells), pattern, r"[\2|\1]" if ")(" in pattern else r"[\1]")
    assert outcome.equals(expected)


def test_a_pattern_that_reads_long_texts_again_and_again_is_stopped():
    begun = monotonic()
    with pytest.raises(ValueError, match=r"'x\*y\|x' takes too long in 'x{60}…', which it reads again"):
        replacing.replaced(texts("x" * 4_000_000), SELF_FEEDING, "z", patience=0.05)
    assert monotonic() - begun < 5


def test_what_would_be_made_of_a_long_text_is_measured_on_the_way():
    step = TRANSFORMATIONS["REGEX_REPLACE"].parse({"pattern": "x", "replacement": "z" * 100_000})
    text = texts("x" * 40_000)
    assert step.size_after(text) < 2**20
    with pytest.raises(pa.ArrowCapacityError):
        step.apply(text)
