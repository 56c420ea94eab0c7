"""Whatever is done to a table, nearly all of it comes out as it was meant, with nothing but detection."""

import pytest

from pipeline_exec_tests.formats.pollution import polluted, shapes, tables, two_tables
from pipeline_exec_tests.formats.scoring import measured, measures_of, parsed

#: Cells that are glued together are lost, and with them their row, which of three is much.
LEAST = {"few": 9.75}
#: Of the rows polluted, as many suffice here; ``python -m benchmarks robustness`` reads all.
STEP = 7
WHOLE_FILES = 43
#: What the names of those files begin with that are but written in another way, and how many they are.
DIALECTS = ("source", "delimiter '", "quoted", "all", "escaped", "records", "encoding", "no tr")
DIALECT_FILES = 19


@pytest.fixture(scope="module", params=tables(), ids=lambda table: table.name)
def polluted_table(request, tmp_path_factory):
    """The name of a table, and the score of each of its polluted files."""
    path = tmp_path_factory.mktemp("polluted") / "polluted.csv"
    scores = {}
    for each in [each for at, each in enumerate(polluted(request.param)) if at < WHOLE_FILES or at % STEP == 0]:
        path.write_bytes(each.content)
        scores[each.name] = sum(measured(path, each.clean))
    return request.param.name, scores


def test_polluted_files_are_read_as_they_were_meant(polluted_table):
    name, scores = polluted_table
    worst = sorted(scores.items(), key=lambda item: item[1])[:9]
    assert sum(scores.values()) / len(scores) > LEAST.get(name, 9.9), worst


def test_a_dialect_costs_no_cell(polluted_table):
    _, scores = polluted_table
    dialects = {name: score for name, score in scores.items() if name.startswith(DIALECTS)}
    assert len(dialects) == DIALECT_FILES
    assert all(score == 10 for score in dialects.values()), dialects


@pytest.mark.parametrize("table", [*shapes(), *tables()], ids=lambda table: table.name)
def test_of_two_tables_the_first_is_read_and_the_other_told(tmp_path, table):
    path = tmp_path / "polluted.csv"
    wrong = {}
    for each in two_tables(table):
        path.write_bytes(each.content)
        read = parsed(path)
        told = [found["line"] for found in read.dialect.get("tables", [])]
        is_first = measures_of(read.rows, each.clean) == (1.0,) * 10 and len(read.rows) == len(table.rows)
        if not is_first or len(told) != 1:
            wrong[each.name] = len(read.rows), told
    assert not wrong
