"""Cases that are text: each family has a YAML file of its name, each entry a title that says what it shows."""

from pathlib import Path

import pytest
import yaml

FIXTURES = Path(__file__).parent / "fixtures"


def cases(folder):
    """The cases of all files in a folder of fixtures, as parameters with human ids."""
    return [
        pytest.param(case, id=f"{file.stem}: {case['title']}")
        for file in sorted((FIXTURES / folder).glob("*.yaml"))
        for case in yaml.safe_load(file.read_text(encoding="utf-8"))
    ]
