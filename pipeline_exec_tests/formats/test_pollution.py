"""Whatever is done to a table, nearly all of it comes out as it was meant, with nothing but detection."""

import pytest

from pipeline_exec.formats.registry import FORMATS
from pipeline_exec.model.pipeline import ReadOptions
from pipeline_exec_tests.formats.pollution import polluted, shapes, tables, two_tables
from pipeline_exec_tests.formats.scoring import measured

#: Cells that are glued together are lost, and with them their row, which of three is much.
LEAST = {"few": 9.75}
#: Of the rows polluted, as many suffice here; ``python -m benchmarks robustness`` reads all.
STEP = 7
WHOLE_FILES = 40


@pytest.mark.parametrize("table", tables(), ids=lambda table: table.name)
def test_polluted_files_are_read_as_they_were_meant(tmp_path, table):
    path = tmp_path / "polluted.csv"
    scores = {}
    for each in [each for at, each in enumerate(polluted(table)) if at < WHOLE_FILES or at % STEP == 0]:
        path.write_bytes(each.content)
        scores[each.name] = sum(measured(path, each.clean))
    assert sum(scores.values()) / len(scores) > LEAST.get(table.name, 9.9), sorted(
        scores.items(), key=lambda item: item[1]
    )[:9]


@pytest.mark.parametrize("table", tables(), ids=lambda table: table.name)
def test_a_dialect_costs_no_cell(tmp_path, table):
    path = tmp_path / "polluted.csv"
    wrong = {}
    for each in polluted(table):
        if each.name.startswith(("source", "delimiter '", "quoted", "all", "escaped", "records", "encoding", "no tr")):
            path.write_bytes(each.content)
            wrong[each.name] = sum(measured(path, each.clean))
    assert all(score == 10 for score in wrong.values()), {name: score for name, score in wrong.items() if score < 10}


@pytest.mark.parametrize("table", [*shapes(), *tables()], ids=lambda table: table.name)
def test_of_two_tables_the_first_is_read_and_the_other_told(tmp_path, table):
    path = tmp_path / "polluted.csv"
    wrong = {}
    for each in two_tables(table):
        path.write_bytes(each.content)
        read = FORMATS.read(path, path.name, ReadOptions())
        count = sum(batch.num_rows for batch in read.rows)
        told = [found["line"] for found in read.dialect.get("tables", [])]
        if measured(path, each.clean) != (1.0,) * 10 or count != len(table.rows) - 1 or len(told) != 1:
            wrong[each.name] = count, told
    assert not wrong
