"""Cases that are text: each family has a YAML file of its name, each entry a title that says what it shows."""

from pathlib import Path

import pytest

from pipeline_exec.cli.yaml_text import read_yaml

FIXTURES = Path(__file__).parent / "fixtures"


def cases(folder):
    """The cases of all files in a folder of fixtures, as parameters with human ids."""
    return [
        pytest.param(case, id=f"{file.stem}: {case['title']}")
        for file in sorted((FIXTURES / folder).glob("*.yaml"))
        for document in read_yaml(file.read_text(encoding="utf-8"), file.name)
        for case in document.value
    ]
