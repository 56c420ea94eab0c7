"""The vectorised plane and the slow oracle agree on random tables, rules and batch sizes."""

import json
from dataclasses import asdict

import pyarrow as pa
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline_exec.dataplane.checking import Checker
from pipeline_exec.dataplane.edits import apply_edits
from pipeline_exec.dataplane.mapping import compile_mapping
from pipeline_exec.model.execution import CellEdit
from pipeline_exec.model.pipeline import OnError
from pipeline_exec.model.rows import Rows
from pipeline_exec_tests.dataplane.oracle.checking import Oracle, edited, objections
from pipeline_exec_tests.dataplane.oracle.mapping import map_row
from pipeline_exec_tests.dataplane.strategies import cuts, edits, mapped_tables, source_tables

ON_ERROR = st.sampled_from(OnError)


class Judge:
    """Objects to cells as the oracle says, and to each of them twice."""

    host = "judge.example.com"

    def ask(self, question):
        rows = json.loads(question)
        cells = [(row["row"], key, text) for row in rows for key, text in row["cells"].items()]
        named = [(row, key, code.partition(".")[2]) for row, key, text in cells for code in objections(text)]
        errors = [{"row": row, "column": key, "message": "No.", "code": code or None} for row, key, code in named * 2]
        return json.dumps({"errors": errors}).encode()


def checker_of(target, on_error):
    return Checker(target, on_error, lambda _: Judge())


def as_batch(rows, names):
    return pa.RecordBatch.from_pylist(rows, pa.schema([(name, pa.string()) for name in names]))


@settings(max_examples=150)
@given(st.data(), source_tables())
def test_mapping_agrees_with_the_oracle(data, source):
    config, target, rows = source
    names = ["s0", "s1", "s2"]
    mapper = compile_mapping(config, target, names)
    mapped = [mapper.map(as_batch(part, names)) for part in data.draw(cuts(rows))]
    assert all(batch.schema == mapper.schema for batch in mapped)
    assert [row for batch in mapped for row in batch.to_pylist()] == [map_row(row, config, target) for row in rows]


@settings(max_examples=80)
@given(st.data(), mapped_tables(), ON_ERROR)
def test_checking_agrees_with_the_oracle(data, table, on_error):
    target, schema, rows = table
    oracle = Oracle(target, on_error)
    for row in rows:
        oracle.check(row)
    checker = checker_of(target, on_error)
    checked = [checker.check(pa.RecordBatch.from_pylist(part, schema)) for part in data.draw(cuts(rows))]
    assert_same(checked, checker, oracle)


@settings(max_examples=40)
@given(st.data(), mapped_tables(), ON_ERROR)
def test_checking_edited_rows_agrees_with_the_oracle(data, table, on_error):
    target, schema, rows = table
    changes = data.draw(edits(target, rows))
    batches = [pa.RecordBatch.from_pylist(part, schema) for part in data.draw(cuts(rows))]
    checker = checker_of(target, on_error)
    cells = [CellEdit(row=row, column=key, value=value) for row, key, value in changes]
    checked = [checker.check(batch) for batch in apply_edits(Rows(schema, iter(batches)), cells, target)]
    oracle = Oracle(target, on_error)
    for row in edited(rows, changes, last=target[-1].key):
        oracle.check(row)
    assert_same(checked, checker, oracle)


def assert_same(checked, checker, oracle):
    names = ("row", "column", "value", "code")
    found = [finding for each in checked for finding in each.findings.to_pylist()]
    assert [tuple(finding[name] for name in names) for finding in found] == oracle.findings
    assert [row for each in checked for row in each.rows.to_pylist()] == oracle.rows
    assert asdict(checker.counts) == dict(oracle.counts)
    assert all(each.rows.schema == checker.schema for each in checked)


@settings(max_examples=40)
@given(st.data(), mapped_tables(), ON_ERROR)
def test_how_a_table_is_cut_into_batches_makes_no_difference(data, table, on_error):
    target, schema, rows = table

    def outcome(parts):
        checker = checker_of(target, on_error)
        checked = [checker.check(pa.RecordBatch.from_pylist(part, schema)) for part in parts]
        delivered = pa.Table.from_batches([each.rows for each in checked], checker.schema).combine_chunks()
        return delivered, pa.Table.from_batches([each.findings for each in checked]).combine_chunks(), checker.counts

    assert outcome(data.draw(cuts(rows))) == outcome([rows])
