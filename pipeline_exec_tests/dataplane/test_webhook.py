"""What a service says about rows becomes findings, however the table is cut."""

import json

from hypothesis import given
from hypothesis import strategies as st

from pipeline_exec.dataplane.checking import Checker
from pipeline_exec.model.pipeline import OnError
from pipeline_exec_tests.dataplane.strategies import cuts
from pipeline_exec_tests.dataplane.tables import batch, column


class Judge:
    """Objects to every ``x`` in any column; remembers what it was asked."""

    host = "judge.example.com"

    def __init__(self):
        self.questions = []

    def ask(self, question):
        rows = json.loads(question)
        self.questions.append(rows)
        wrong = [(row["row"], key) for row in rows for key, cell in row["cells"].items() if cell == "x"]
        errors = [{"row": row, "column": key, "message": f"{key} is x."} for row, key in reversed(wrong)]
        return json.dumps({"errors": errors}).encode()


TARGET = [
    column("a", validations=[{"type": "WEBHOOK", "connector": "judge", "batch_rows": 2}]),
    column("b", required=True),
    column("c", column_type="int"),
]


def checked(parts, on_error=OnError.EMPTY, judge=None):
    judge = judge or Judge()
    checker = Checker(TARGET, on_error, lambda connector: {"judge": judge}[connector])
    batches = [batch(**{key: [row[place] for row in part] for place, key in enumerate("abc")}) for part in parts]
    return [checker.check(each) for each in batches], checker


def test_findings_of_a_service_stand_among_the_others_of_their_row_and_column():
    (found,), checker = checked([[("x", None, "x"), ("1", "x", "2")]])
    assert [(each["row"], each["column"], each["code"], each["message"]) for each in found.findings.to_pylist()] == [
        (1, "a", "webhook", "a is x."),
        (1, "b", "required", "A value is required; the cell is empty."),
        (1, "c", "type.int", "'x' is not a whole number like 1234."),
        (1, "c", "webhook", "c is x."),
        (2, "b", "webhook", "b is x."),
    ]
    assert (checker.counts.total_error_cells, checker.counts.total_error_rows) == (4, 2)
    assert found.rows.to_pylist() == [{"a": None, "b": None, "c": None}, {"a": "1", "b": None, "c": 2}]


def test_what_a_service_refused_is_kept_or_left_out_like_anything_erroneous():
    (kept,), _ = checked([[("x", "y", "1")]], OnError.KEEP)
    assert kept.rows.to_pylist() == [{"a": "x", "b": "y", "c": 1, "kept:a": "x", "kept:b": None, "kept:c": None}]
    (left,), _ = checked([[("x", "y", "1"), ("z", "y", "1")]], OnError.DROP_ROW)
    assert left.rows.to_pylist() == [{"a": "z", "b": "y", "c": 1}]


def test_a_message_of_ones_own_takes_the_place_of_the_services():
    target = [column("a", validations=[{"type": "WEBHOOK", "connector": "judge", "message": "Ask Ada."}])]
    checker = Checker(target, OnError.EMPTY, lambda _: Judge())
    [finding] = checker.check(batch(a=["x"])).findings.to_pylist()
    assert finding["message"] == "Ask Ada."


class Repeating:
    """Names the cells of the first row again and again."""

    host = "repeating.example.com"

    def __init__(self, *named):
        self.named = [dict(zip(("column", "message", "code"), each, strict=True)) for each in named]

    def ask(self, _):
        return json.dumps({"errors": [{"row": 1, **each} for each in self.named]}).encode()


def test_a_cell_named_twice_is_one_finding_for_each_code():
    judge = Repeating(("a", "one", None), ("b", "two", None), ("a", "three", None), ("a", "four", "late"))
    (found,), checker = checked([[("x", "y", "1")]], judge=judge)
    assert [(each["column"], each["code"], each["message"]) for each in found.findings.to_pylist()] == [
        ("a", "webhook", "one"),
        ("a", "webhook.late", "four"),
        ("b", "webhook", "two"),
    ]
    assert checker.counts.total_error_cells == 2


def test_without_anybody_to_ask_nothing_is_found():
    checker = Checker(TARGET, OnError.EMPTY)
    assert checker.check(batch(a=["x"], b=["x"], c=["1"])).findings.num_rows == 0


CELLS = st.sampled_from([None, "x", "1"])


@given(st.data(), st.lists(st.tuples(CELLS, CELLS, CELLS), max_size=12))
def test_each_row_is_asked_about_once_and_cutting_the_table_makes_no_difference(data, rows):
    judge = Judge()
    parts, checker = checked(data.draw(cuts(rows)), judge=judge)
    whole, as_one = checked([rows])
    assert checker.counts == as_one.counts
    assert [row for each in parts for row in each.findings.to_pylist()] == whole[0].findings.to_pylist()
    assert [row["row"] for question in judge.questions for row in question] == list(range(1, len(rows) + 1))
    assert all(len(question) <= 2 for question in judge.questions)
