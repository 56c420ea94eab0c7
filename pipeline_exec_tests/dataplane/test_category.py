import pytest
from hypothesis import given
from hypothesis import strategies as st
from rapidfuzz import fuzz

from pipeline_exec.dataplane.column_types import cell_type, similar_names
from pipeline_exec_tests.dataplane.tables import batch, check, column, texts

NAMES = st.text("abc", min_size=1, max_size=6)


def category(*values, **attributes):
    options = [{"value": value, "label": value} for value in values]
    return cell_type(column(column_type="category", options=options, **attributes))


def most_similar(text, values, threshold):
    """The one value that is most similar to a text and similar enough."""
    scores = {value: fuzz.ratio(text, value) for value in values}
    best = [value for value in values if scores[value] == max(scores.values())]
    return best[0] if len(best) == 1 and scores[best[0]] >= max(threshold, 1) else None


@given(
    st.lists(NAMES, min_size=1, max_size=5, unique=True), st.lists(NAMES, min_size=1, max_size=8), st.integers(0, 100)
)
def test_fuzzy_matching_takes_the_most_similar_option_and_refuses_ties(values, cells, threshold):
    kind = category(*values, options_matching="FUZZY", options_threshold=threshold)
    assert kind.read(texts(*cells)).to_pylist() == [most_similar(cell, values, threshold) for cell in cells]


def test_what_was_guessed_can_be_seen():
    kind = category("open", "shipped", options_matching="FUZZY")
    kind.read(texts("open", "shiped", "SHIPPED", "zzz", None, "shiped"))
    kind.read(texts("shipedd"))
    assert kind.guesses == {"shiped": "shipped", "shipedd": "shipped"}


def test_no_more_guesses_are_remembered_than_a_person_reads(monkeypatch):
    monkeypatch.setattr(similar_names, "MOST_GUESSES", 3)
    kind = category("a" * 20, options_matching="FUZZY")
    cells = ["a" * length for length in range(16, 25)]
    assert kind.read(texts(*cells)).null_count == 0
    assert len(kind.guesses) == 3


def test_many_texts_are_compared_in_parts(monkeypatch):
    monkeypatch.setattr(similar_names, "_PAIRS", 4)
    kind = category("open", "shipped", options_matching="FUZZY")
    assert kind.read(texts("opn", "shiped", "ope", "oopen", "x")).to_pylist() == [
        "open",
        "shipped",
        "open",
        "open",
        None,
    ]


@pytest.mark.parametrize("matching", ["EXACT", "ALTERNATIVE"])
def test_nothing_is_guessed_unless_asked_for(matching):
    kind = category("open", options_matching=matching)
    assert kind.read(texts("opn")).null_count == 1
    assert kind.guesses == {}


def test_a_checker_says_what_was_guessed_in_which_column():
    options = {"column_type": "category", "options": [{"value": "open", "label": "Open"}], "options_matching": "FUZZY"}
    _, checker = check(
        [column("a", **options), column("b", **options)], batch(a=["opem!", "opeen"], b=["open", "OPEN"])
    )
    assert checker.guesses == {"a": {"opeen": "open"}}
