from pipeline_exec.dataplane.tally import Tally
from pipeline_exec_tests.dataplane.tables import batch, check, column


def test_findings_are_counted_by_column_and_code_through_all_batches():
    target = [column("a", column_type="int", required=True), column("b", required=True), column("c", required=True)]
    checked, _ = check(target, batch(a=["x", None], b=["1", None], c=[None, "1"]), batch(a=["x"], b=["1"], c=["1"]))
    tally = Tally()
    for each in checked:
        tally.add(each.findings)
    assert tally.top() == [("a", "type.int", 2), ("a", "required", 1), ("b", "required", 1), ("c", "required", 1)]
    assert tally.top(1) == [("a", "type.int", 2)]
    assert tally.by_column() == {"a": 3, "b": 1, "c": 1}


def test_nothing_found_is_an_empty_tally():
    (checked,), _ = check([column()], batch(x=["a"]))
    tally = Tally()
    tally.add(checked.findings)
    assert tally.top() == []
    assert tally.by_column() == {}


def test_the_first_findings_are_kept_and_all_are_counted():
    tally = Tally()
    for start in (0, 40, 80):
        (checked,), _ = check(
            [column(column_type="int")], batch(x=[f"a{number}" for number in range(start, start + 40)])
        )
        tally.add(checked.findings)
    assert tally.total == 120
    assert tally.first.column("value").to_pylist() == [f"a{number}" for number in range(50)]
