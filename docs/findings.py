"""The pages about findings: one for each code, with an example that is checked as the page is written."""

from collections.abc import Iterator, Mapping, Sequence

import pyarrow as pa
import yaml

from pipeline_exec.dataplane.checking import Checker
from pipeline_exec.dataplane.finding_codes import FINDING_CODES, Family, FindingCode
from pipeline_exec.dataplane.marks import MISSING, SURPLUS
from pipeline_exec.model.pipeline import OnError
from pipeline_exec.model.target_model import ColumnType, TargetColumn

Column = Mapping[str, object]
Rows = Sequence[Sequence[object]]

WRITTEN = "<!-- Written by `make docs` from `dataplane/finding_codes.py` and `docs/findings.py`. -->"
BEGINNING = """\
A finding is what is wrong with one cell: its row and column, its value, a stable code, and a sentence for whoever sent
it. A cell with several findings is one erroneous cell. Findings never stop an execution; the
[error threshold](../validations.md#the-error-threshold) does. Codes are never renamed: programs may rely on them.
"""

_NAME: Column = {"key": "name"}


def _of(key: str, kind: str = "string", **validation: object) -> Column:
    """A column with one validation."""
    return {"key": key, **({} if kind == "string" else {"column_type": kind}), "validations": [validation]}


#: Of each code the columns of a target, and rows some of which have the finding; behind the cells the row's marks.
EXAMPLES: dict[str, tuple[Sequence[Column], Rows]] = {
    "row.missing_cells": ([_NAME, {"key": "city", "required": True}], [["Ada", "London"], ["Grace", None, [1], None]]),
    "row.surplus_cells": ([_NAME, {"key": "city"}], [["Ada", "London"], ["Grace", "Arlington", None, "Virginia"]]),
    "required": ([{"key": "name", "required": True}], [["Ada"], [None]]),
    "required_with": (
        [_of("iban", type="REQUIRED_WITH", columns=["bic"]), {"key": "bic"}],
        [[None, None], [None, "DEUTDEFF"]],
    ),
    "required_without": (
        [_of("state", type="REQUIRED_WITHOUT", columns=["country"], values=["DE", "AT"]), {"key": "country"}],
        [[None, "DE"], [None, "US"]],
    ),
    "regex": ([_of("sku", type="REGEX", pattern="^[A-Z]{2}-[0-9]+$")], [["AB-1"], ["1"]]),
    "min": ([_of("age", "int", type="MIN", value=18)], [["18"], ["17"]]),
    "max": ([_of("sent", "date", type="MAX", value="2024-12-31")], [["2024-12-31"], ["2025-01-01"]]),
    "length": ([_of("code", type="LENGTH", min=2, max=3)], [["abc"], ["a"]]),
    "one_of": ([_of("size", type="ONE_OF", values=["S", "M", "L"])], [["M"], ["XL"]]),
    "unique": ([_of("order", type="UNIQUE", columns=["line"]), {"key": "line"}], [["1", "a"], ["1", "b"], ["1", "a"]]),
    "compare": (
        [
            _of("ends", "date", type="COMPARE", operator="gte", column="starts"),
            {"key": "starts", "column_type": "date"},
        ],
        [["2024-01-02", "2024-01-01"], ["2024-01-01", "2024-01-02"]],
    ),
    "sql": (
        [
            _of("gross", "decimal", type="SQL", expression="gross BETWEEN net AND net * 1.25"),
            {"key": "net", "column_type": "decimal"},
        ],
        [["119", "100"], ["190", "100"]],
    ),
    "webhook": ([_of("customer", type="WEBHOOK", connector="customers")], [["4711"], ["0815"]]),
}

#: Of each type a text that is not of it; none is not a string.
WRONG_TEXTS = {
    ColumnType.INT: "1.234",
    ColumnType.FLOAT: "1,5",
    ColumnType.DECIMAL: "1.234,56",
    ColumnType.PERCENTAGE: "five %",
    ColumnType.BOOLEAN: "maybe",
    ColumnType.CATEGORY: "purple",
    ColumnType.DATE: "2023-02-29",
    ColumnType.TIME: "24:30",
    ColumnType.TIMESTAMP: "yesterday",
    ColumnType.EMAIL: "ada@example",
    ColumnType.PHONE: "12",
    ColumnType.URL: "www.example.com",
    ColumnType.UUID: "6f1f2c9e",
    ColumnType.IBAN: "DE88370400440532013000",
    ColumnType.BIC: "DEUT",
    ColumnType.GTIN: "4006381333932",
    ColumnType.CURRENCY_CODE: "Euro",
    ColumnType.COUNTRY_CODE: "Atlantis",
}


def pages() -> dict[str, str]:
    """Each page by its file name: the list of all codes, and one for each."""
    return {
        "findings/README.md": "\n".join(_list()) + "\n",
        **{f"findings/{code}.md": "\n".join(_page(each)) + "\n" for code, each in FINDING_CODES.items()},
    }


def _list() -> Iterator[str]:
    yield from ("# Findings", "", WRITTEN, "", BEGINNING)
    for family in Family:
        yield from (f"## {family.capitalize()}", "", "| code | what it means |", "| --- | --- |")
        of_family = (each for each in FINDING_CODES.values() if each.family is family)
        yield from (f"| [`{each.code}`]({each.code}.md) | {each.title} |" for each in of_family)
        yield ""


def _page(code: FindingCode) -> Iterator[str]:
    yield from (f"# `{code.code}`: {code.title}", "", WRITTEN, "", code.meaning, "", f"**What to do.** {code.remedy}")
    columns, rows = example(code.code)
    if rows:
        text = yaml.safe_dump({"columns": list(columns)}, sort_keys=False, allow_unicode=True)
        yield from ("", "## Example", "", "```yaml", text.rstrip(), "```", "")
        yield from _table(["row", *(str(column["key"]) for column in columns)], _numbered(rows, len(columns)))
        shown = [[each[name] for name in ("row", "column", "value", "message")] for each in found(columns, rows)]
        yield from ("", "is found to have:", "", *_table(["row", "column", "value", "message"], shown))
    yield from ("", "All codes: [Findings](README.md). How checks are written: [Validations](../validations.md).")


def example(code: str) -> tuple[Sequence[Column], Rows]:
    """Columns and rows that show a code; no rows where nothing can have it."""
    kind = code.removeprefix("type.")
    if kind == code:
        return EXAMPLES[code]
    options = {"options": [{"value": "red", "label": "Red"}]} if kind == ColumnType.CATEGORY else {}
    text = WRONG_TEXTS.get(ColumnType(kind))
    return [{"key": "x", "column_type": str(kind), **options}], [[text]] if text else []


def found(columns: Sequence[Column], rows: Rows) -> list[dict[str, object]]:
    """What a checker finds in the rows."""
    keys = [str(column["key"]) for column in columns]
    marked = [[*row, None, None][: len(keys) + 2] for row in rows]
    kinds = [pa.string()] * len(keys) + [pa.list_(pa.int32()), pa.string()]
    arrays = [pa.array(cells, kind) for cells, kind in zip(zip(*marked, strict=True), kinds, strict=True)]
    checker = Checker([TargetColumn.parse(column) for column in columns], OnError.EMPTY, lambda _: _Customers())
    findings: list[dict[str, object]] = checker.check(
        pa.RecordBatch.from_arrays(arrays, [*keys, MISSING, SURPLUS])
    ).findings.to_pylist()
    return findings


class _Customers:
    """A service as one might be asked."""

    host = "customers.example.com"

    def ask(self, _: bytes) -> bytes:
        return b'{"errors": [{"row": 2, "column": "customer", "message": "There is no customer 0815."}]}'


def _numbered(rows: Rows, cells: int) -> list[list[object]]:
    return [[number, *row[:cells]] for number, row in enumerate(rows, 1)]


def _table(head: Sequence[str], rows: Sequence[Sequence[object]]) -> Iterator[str]:
    for line in (head, ["---"] * len(head), *rows):
        yield f"| {' | '.join(_cell(cell) for cell in line)} |"


def _cell(cell: object) -> str:
    return "" if cell is None else str(cell).replace("|", "\\|")
