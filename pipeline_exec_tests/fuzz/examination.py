"""What is wrong with how a case is read: nothing may be but that the file is refused, with a typed error."""

import traceback
from collections.abc import Mapping, Sequence
from pathlib import Path

import pyarrow as pa

from pipeline_exec.dataplane.marks import SOURCE_MARKS
from pipeline_exec.errors import ParsingFailure, SourceDataEmpty
from pipeline_exec.formats.registry import FORMATS
from pipeline_exec_tests.fuzz.cases import Case

LINES_OF_TRACE = 12
MARKS = {field.name for field in SOURCE_MARKS}


def examine(case: Case, folder: Path) -> str | None:
    """Read a case, written into the folder; answers what is wrong with that, None when nothing is."""
    path = folder / "input"
    path.write_bytes(case.data)
    try:
        parsed = FORMATS.read(path, case.name, case.options)
        rows = 0
        for batch in parsed.rows:
            if problem := _malformed(batch, parsed.rows.schema):
                return problem
            rows += batch.num_rows
    except (ParsingFailure, SourceDataEmpty) as refusal:
        return _unhelpful(refusal, folder)
    except Exception:  # noqa: BLE001  # it is what is looked for
        return "untyped error:\n" + "\n".join(traceback.format_exc().splitlines()[-LINES_OF_TRACE:])
    if not rows:
        return "accepted without a row"
    return None if case.records is None else _lost(case.records, rows, parsed.dialect)


def _malformed(batch: pa.RecordBatch, schema: pa.Schema) -> str | None:
    if batch.schema != schema:
        return f"a batch has another schema than its rows: {batch.schema} instead of {schema}"
    names = [name for name in schema.names if name not in MARKS]
    if len(set(names)) < len(names) or not names:
        return f"columns without names of their own: {names}"
    if {schema.field(name).type for name in names} != {pa.string()}:
        return f"columns that are no text: {schema}"
    try:
        batch.validate(full=True)
    except pa.ArrowInvalid as error:
        return f"a batch that is not valid: {error}"
    return None


def _unhelpful(refusal: ParsingFailure | SourceDataEmpty, folder: Path) -> str | None:
    if str(folder) in refusal.message:
        return f"a path of the server in a message: {refusal.message}"
    return None if refusal.what and refusal.remedy else f"a message without advice: {refusal.message!r}"


def _lost(records: int, rows: int, dialect: Mapping[str, object]) -> str | None:
    """Rows in are rows out and rows told of."""
    header = _number(dialect.get("header_rows", 0 if dialect["header_row"] is None else 1))
    told = [header, *(_rows(dialect.get(part)) for part in ("preamble", "footer"))]
    tables = dialect.get("tables")
    told += [_rows(table) for table in tables] if isinstance(tables, Sequence) else []
    if records == rows + sum(told):
        return None
    return f"{records} records in, {rows} rows out and {sum(told)} told of: {dict(dialect)}"


def _rows(part: object) -> int:
    return _number(part.get("rows")) if isinstance(part, Mapping) else 0


def _number(value: object) -> int:
    return value if isinstance(value, int) else 0
