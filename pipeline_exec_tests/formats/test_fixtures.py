"""Each file of ``fixtures`` is a behaviour by its name; beside it stands what is read from it."""

import json
from pathlib import Path

import pytest

from pipeline_exec.dataplane.marks import without_marks
from pipeline_exec.errors import ParsingFailure, SourceDataEmpty
from pipeline_exec.formats.registry import FORMATS
from pipeline_exec.model.pipeline import ReadOptions
from pipeline_exec_tests.formats.tables import cells_of

FIXTURES = Path(__file__).parent / "fixtures"
EXPECTED = ".expected.json"


def read(path, options):
    parsed = FORMATS.recognise(path, path.name, options).read(path, options)
    return parsed.dialect, without_marks(parsed.rows.schema), cells_of(parsed.rows)


@pytest.mark.parametrize("name", sorted(path.name.removesuffix(EXPECTED) for path in FIXTURES.glob("*" + EXPECTED)))
def test_fixture(name):
    expected = json.loads((FIXTURES / (name + EXPECTED)).read_text(encoding="utf-8"))
    options = ReadOptions(**expected.get("options", {}))
    if "error" in expected:
        with pytest.raises((ParsingFailure, SourceDataEmpty)) as raised:
            read(FIXTURES / name, options)
        assert raised.value.error_type == expected["error"]
        assert expected["says"] in raised.value.what
        assert raised.value.remedy
        return
    dialect, columns, rows = read(FIXTURES / name, options)
    assert (columns, rows) == (expected["columns"], expected["rows"])
    assert {key: dialect[key] for key in expected["dialect"]} == expected["dialect"]
