import os
from itertools import islice

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline_exec.connectors.file_names import NameRules, Versions, actual, checked_marker, is_unfinished, shown

PATHS = st.one_of(
    st.binary(max_size=30).map(os.fsdecode),
    st.text(st.sampled_from("\\x5ce9f\udce9\udc80ä/"), max_size=12).map(os.fsencode).map(os.fsdecode),
)


@given(PATHS)
def test_a_path_of_any_bytes_is_shown_as_text_and_found_again(path):
    text = shown(path)
    text.encode("utf-8")
    assert actual(text) == path


@given(PATHS, PATHS)
def test_two_paths_are_never_shown_alike(one, other):
    assert (shown(one) == shown(other)) == (one == other)


@given(st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\\")))
def test_an_ordinary_path_is_shown_as_it_is(path):
    assert shown(path) == path


@pytest.mark.parametrize(
    ("pattern", "name", "taken"),
    [
        ("*", "a", True),
        ("*.csv", "a.csv", True),
        ("*.csv", "a.CSV", False),
        ("*.csv", "a.csv.gz", False),
        ("orders_????.csv", "orders_2024.csv", True),
        ("[ab].csv", "b.csv", True),
        ("[!ab].csv", "b.csv", False),
        ("*a*a*a*a*a*a*a*b", "a" * 200, False),
        ("*", "two\nlines.csv", True),
    ],
)
def test_a_pattern_is_a_glob_for_the_whole_name(pattern, name, taken):
    assert NameRules(pattern, None).takes(name) is taken


@pytest.mark.parametrize(
    ("marker", "name", "marks"),
    [
        ("{name}.done", "a.csv", "a.csv.done"),
        ("{stem}.ok", "a.b.csv", "a.b.ok"),
        ("ready_{name}", "a.csv", "ready_a.csv"),
        ("_SUCCESS", "a.csv", "_SUCCESS"),
    ],
)
def test_a_marker_is_named_after_its_file_and_is_no_file_itself(marker, name, marks):
    rules = NameRules("*", marker)
    assert rules.marker_of(name) == marks
    assert rules.takes(name)
    assert not rules.takes(marks)


@given(st.text(min_size=1).filter(lambda name: not is_unfinished(name)))
def test_without_a_marker_every_name_is_taken_that_is_neither_hidden_nor_unfinished(name):
    assert NameRules("*", None).takes(name)
    assert not NameRules("*", None).takes("." + name)
    assert not NameRules("*", None).takes(name + ".part")


@pytest.mark.parametrize("marker", ["{name}", "{name}{stem}", "{}", "{other}.done", "a/{name}"])
def test_a_marker_that_cannot_work_is_refused(marker):
    with pytest.raises(ValueError, match="marker"):
        checked_marker(marker)


def test_further_versions_are_numbered_before_the_extension():
    assert list(islice(Versions("a.csv"), 3)) == ["a.csv", "a (2).csv", "a (3).csv"]
    assert list(islice(Versions("README"), 2)) == ["README", "README (2)"]
