"""Searching by users' patterns: an outcome for each text as if all were searched at once, and never for minutes."""

from time import thread_time

import pyarrow.compute as pc
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline_exec.dataplane import searching
from pipeline_exec.dataplane.searching import in_time
from pipeline_exec.dataplane.transformations import TRANSFORMATIONS
from pipeline_exec.errors import MappingFailure
from pipeline_exec_tests.dataplane.tables import batch, check, column, texts

STEEP = r"\p{L}{1,300}x"
"""Tries each of its repetitions at each letter of a text without x."""


@given(st.lists(st.none() | st.text("aé€ ", max_size=9), max_size=9), st.integers(0, 9), st.integers(1, 12))
def test_a_search_in_pieces_finds_what_a_search_finds(cells, begin, piece):
    text = texts(*cells).slice(min(begin, len(cells)))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(searching, "PIECE", piece)
        found = in_time(lambda part: pc.match_substring_regex(part, "a|€"), text, "a|€")
    assert found.equals(pc.match_substring_regex(text, "a|€"))


@pytest.mark.parametrize(
    ("pattern", "letter"),
    [
        pytest.param(STEEP, "a", id="steep"),
        pytest.param("x*y|x", "x", id="again and again"),
    ],
)
def test_replacing_in_a_batch_made_for_a_pattern_is_given_up(pattern, letter, monkeypatch):
    monkeypatch.setattr(searching, "PATIENCE", 0.05)
    monkeypatch.setattr(searching, "PIECE", 20_000)
    step = TRANSFORMATIONS["REGEX_REPLACE"].parse({"pattern": pattern, "replacement": ""})
    begun = thread_time()
    with pytest.raises(ValueError, match=f"takes too long in texts such as '{letter * 60}…'"):
        step.apply(texts("short", *[letter * 10_000] * 500))
    assert thread_time() - begun < 10


def test_extracting_from_a_batch_made_for_a_pattern_is_given_up(monkeypatch):
    monkeypatch.setattr(searching, "PATIENCE", 0.05)
    monkeypatch.setattr(searching, "PIECE", 20_000)
    step = TRANSFORMATIONS["REGEX_EXTRACT"].parse({"pattern": STEEP})
    with pytest.raises(ValueError, match=r"the pattern '.*x' takes too long in texts such as 'aaa"):
        step.apply(texts(*["a" * 10_000] * 500))


def test_a_check_of_a_batch_made_for_its_pattern_fails_the_run(monkeypatch):
    monkeypatch.setattr(searching, "PATIENCE", 0.05)
    monkeypatch.setattr(searching, "PIECE", 20_000)
    validated = column(validations=[{"type": "REGEX", "pattern": STEEP}])
    with pytest.raises(MappingFailure, match=r"In a REGEX validation the pattern .* takes too long in texts such as"):
        check([validated], batch(x=["a" * 10_000] * 500))


@pytest.mark.parametrize(
    ("kind", "arguments"),
    [
        pytest.param("REGEX_EXTRACT", {}, id="REGEX_EXTRACT"),
        pytest.param("REGEX_REPLACE", {"replacement": ""}, id="REGEX_REPLACE"),
    ],
)
def test_a_text_too_long_for_a_pattern_is_refused_and_for_another_is_not(kind, arguments):
    long = texts("short", None, "a" * 2_000_000)
    with pytest.raises(
        ValueError, match=r"in a text of 2,000,000 bytes, 'aaa.*; of its size, 604 steps, it may search"
    ):
        TRANSFORMATIONS[kind].parse({"pattern": STEEP, **arguments}).apply(long)
    assert len(TRANSFORMATIONS[kind].parse({"pattern": "^[0-9]+", **arguments}).apply(long)) == 3


def test_a_pattern_too_large_for_the_fast_way_is_not_written_into_the_log(capfd):
    step = TRANSFORMATIONS["REGEX_REPLACE"].parse({"pattern": STEEP, "replacement": ""})
    assert step.apply(texts("a" * 40_000)).to_pylist() == ["a" * 40_000]
    assert capfd.readouterr().err == ""
