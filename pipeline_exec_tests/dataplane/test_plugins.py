"""Plug-ins: what an installed distribution announces transforms text, and what it does wrong is told by its name."""

import re
import sys
import textwrap

import pytest

from pipeline_exec.dataplane.mapping import check_mapping, compile_mapping
from pipeline_exec.dataplane.transformations.plugin import plugins
from pipeline_exec.errors import InvalidDocument, MappingFailure
from pipeline_exec_tests.dataplane.tables import batch, column, mapping

MODULE = """
    import pandas as pd

    def shout(texts, mark="!"):
        return texts.str.upper() + mark

    class Numbered:
        def __init__(self, prefix):
            self.prefix = prefix

        def __call__(self, texts):
            return self.prefix + texts

    def sorted_texts(texts):
        return texts.sort_values(ascending=False)

    def shorter(texts):
        return texts.head(1)

    def lengths(texts):
        return texts.str.len()

    def a_list(texts):
        return list(texts)

    def broken(texts):
        raise RuntimeError("no dictionary at hand")

    def in_place(texts):
        texts[:] = "x"
        return texts

    def objects(texts):
        return texts.astype(object).where(texts.notna(), None)

    def dtypes(texts):
        assert str(texts.dtype) == "string[pyarrow]", texts.dtype
        return texts
"""
ENTRY_POINTS = """
    [pipeline_exec.transformations]
    shout = shouting:shout
    numbered = shouting:Numbered
    sorted = shouting:sorted_texts
    shorter = shouting:shorter
    lengths = shouting:lengths
    list = shouting:a_list
    broken = shouting:broken
    in_place = shouting:in_place
    objects = shouting:objects
    dtypes = shouting:dtypes
    absent = shouting:absent
    nowhere = nowhere:nothing
"""


@pytest.fixture(autouse=True)
def installed(tmp_path, monkeypatch):
    """A distribution as pip would leave it."""
    (tmp_path / "shouting.py").write_text(textwrap.dedent(MODULE))
    info = tmp_path / "shouting-1.0.dist-info"
    info.mkdir()
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: shouting\nVersion: 1.0\n")
    (info / "entry_points.txt").write_text(textwrap.dedent(ENTRY_POINTS))
    monkeypatch.syspath_prepend(tmp_path)
    yield
    # The next test's distribution is another file of the same name.
    sys.modules.pop("shouting", None)


def plugin(name, **arguments):
    step = {"type": "PLUGIN", "name": name, "arguments": arguments}
    return mapping({"source_columns": ["a"], "target_column": "x", "transformations": [step]})


def mapped(config, *cells):
    return compile_mapping(config, [column()], ["a"]).map(batch(a=cells)).column("x").to_pylist()


def test_plug_ins_are_found_by_their_entry_points():
    assert {"shout", "numbered"} <= set(plugins())


def test_a_function_is_called_with_its_arguments():
    assert mapped(plugin("shout"), "a", None, "é") == ["A!", None, "É!"]
    assert mapped(plugin("shout", mark="?"), "a") == ["A?"]


def test_a_class_is_made_with_its_arguments_and_called():
    assert mapped(plugin("numbered", prefix="#"), "1", None) == ["#1", None]


def test_texts_come_backed_by_arrow_and_may_go_as_objects():
    assert mapped(plugin("dtypes"), "a", None) == ["a", None]
    assert mapped(plugin("objects"), "a", None) == ["a", None]


def test_a_plug_in_that_changes_what_it_is_given_changes_nothing_else():
    config = mapping(
        {"source_columns": ["a"], "target_column": "x", "transformations": [{"type": "PLUGIN", "name": "in_place"}]},
        {"source_columns": ["a"], "target_column": "y"},
    )
    mapper = compile_mapping(config, [column("x"), column("y")], ["a"])
    assert mapper.map(batch(a=["1"])).to_pylist() == [{"x": "x", "y": "1"}]


def test_no_rows_are_transformed_too():
    assert mapped(plugin("shout")) == []


@pytest.mark.parametrize(
    ("name", "arguments", "message"),
    [
        pytest.param("sorted", {}, "'sorted' did not answer a Series with the index it was given", id="another order"),
        pytest.param("shorter", {}, "'shorter' did not answer a Series with the index it was given", id="too few"),
        pytest.param("list", {}, "'list' did not answer a Series", id="no Series"),
        pytest.param("lengths", {}, "'lengths' did not answer texts: they are of type int", id="no texts"),
        pytest.param("broken", {}, "'broken' failed: RuntimeError: no dictionary at hand", id="an exception"),
        pytest.param("shout", {"loud": True}, "'shout' failed: TypeError", id="a wrong argument"),
        pytest.param("numbered", {}, "'numbered' cannot be loaded: TypeError", id="a missing argument"),
        pytest.param("absent", {}, "'absent' cannot be loaded: AttributeError", id="nothing of this name"),
        pytest.param("nowhere", {}, "'nowhere' cannot be loaded: ModuleNotFoundError", id="no module"),
    ],
)
def test_what_a_plug_in_does_wrong_is_a_failure_of_the_mapping_that_names_it(name, arguments, message):
    with pytest.raises(MappingFailure, match=re.escape(message)):
        mapped(plugin(name, **arguments), "b", "c", "a")


def test_a_plug_in_that_is_not_installed_is_refused_when_the_pipeline_is_made():
    with pytest.raises(
        InvalidDocument, match=re.escape("'shut' is no plug-in of this deployment (did you mean shout?)")
    ):
        check_mapping(plugin("shut"), [column()])
