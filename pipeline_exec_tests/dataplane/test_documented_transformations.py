"""The page about transformations: every one has a heading, and its samples are what happens."""

import re
from pathlib import Path

import pytest

from pipeline_exec.cli.yaml_text import read_yaml
from pipeline_exec.dataplane.mapping import compile_mapping
from pipeline_exec.dataplane.transformations import TRANSFORMATIONS
from pipeline_exec_tests.dataplane.tables import batch, column, mapping

PAGE = (Path(__file__).parents[2] / "docs" / "transformations.md").read_text(encoding="utf-8")
ROW = re.compile(r"\| `(\{.+\})` \| `(\[.+\])` \| `(.+)` \|")


def samples():
    for line in PAGE.splitlines():
        if found := ROW.fullmatch(line):
            yield [value(text.replace(r"\|", "|")) for text in found.groups()]


def value(text):
    """What a piece of YAML is to the product; null is no document to it."""
    return next((document.value for document in read_yaml(text, "the page")), None)


def test_every_transformation_has_a_heading():
    assert set(re.findall(r"^### ([A-Z_]+)$", PAGE, flags=re.MULTILINE)) == set(TRANSFORMATIONS)


def test_every_transformation_that_is_built_in_has_a_sample():
    assert {step["type"] for step, _, _ in samples()} == set(TRANSFORMATIONS) - {"PLUGIN"}


@pytest.mark.parametrize(("step", "cells", "expected"), list(samples()), ids=lambda value: str(value)[:60])
def test_a_sample_is_what_happens(step, cells, expected):
    names = ["a", "b", "c"][: len(cells)]
    config = mapping({"source_columns": names, "target_column": "x", "transformations": [step]}, mode="EXACT")
    mapper = compile_mapping(config, [column()], names)
    assert mapper.map(batch(**{name: [cell] for name, cell in zip(names, cells, strict=True)})).to_pylist() == [
        {"x": expected}
    ]
