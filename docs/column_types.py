"""The page about column types: what each promises, and the samples that are its tests."""

import datetime
import inspect
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pyarrow as pa
import yaml

from pipeline_exec.dataplane import date_spellings
from pipeline_exec.dataplane.column_types import COLUMN_TYPES, cell_type
from pipeline_exec.dataplane.column_types.cell_type import CellType
from pipeline_exec.model.target_model import TargetColumn

SAMPLES = Path(__file__).parents[1] / "pipeline_exec_tests" / "dataplane" / "fixtures" / "column_types"
BEGINNING = """\
A column of a [target data model](glossary.md) has a `column_type`. It decides which cells are right, what their values
are, and how these are written. The samples on this page are the tests of the types, word for word.

- **A cell that is not of its column's type** is the finding `type.<name>`, never an exception. What becomes of it says
  `error_config.on_error`.
- **An empty cell** is of every type. Whether it may be empty is a matter of `required`.
- **Spaces around a value** belong to it, and make most values wrong, which the finding says. The transformation `TRIM`
  cuts them off. Only categories do not care.
- **Nothing is guessed.** `1.234` is never a thousand and something, `01/02/2024` is no date until a format says which.
  The transformations `NUMBER` and `DATE`, or `input_formats`, say so.
- **What is written is read again as the same value**, unless a format leaves parts of it out. The exception are numbers
  with a `number_format`: it is for people, and plain notation stays the only one that is read.
- **Digits** are `0` to `9`; those of other scripts are refused.
- **An attribute that means nothing to a type** is refused when the model is saved, not ignored.

The values of a type are compared by the checks: `unique` takes `05` and `5` for the same whole number, `MIN` compares
dates as dates, and `ONE_OF` lists values as they would stand in cells.

## Attributes

| attribute | types | meaning |
| --- | --- | --- |
"""
CATEGORIES = """\
`options_matching` is one of these:

| matching | what is an option |
| --- | --- |
| `EXACT` | its value or its label, letter by letter |
| `ALTERNATIVE` | one of its alternative matches too; upper and lower case and spaces make no difference |
| `FUZZY` | what is similar to one of these names by `options_threshold`, of 100, and to no other option's as much |

Similar is what `rapidfuzz.fuzz.ratio` says of two texts without case and spaces: 200 times the letters they have in
common by the letters of both. With 85, a word of four letters may lack one, and one of seven letters may have one that
is wrong. What is a name of an option is never taken for another; when two options are as similar, the cell is refused.
What was guessed is no finding. It is on the run in Dagster, as `guessed` of the step `validate`, so that frequent ones
can become alternative matches. Texts are compared once for each batch, however many cells have them.
"""
PHONES = """\
Which numbers there are, and how they are written in groups, says libphonenumber, whose metadata are matched over whole
columns. One by one it is asked only about what these leave open, such as numbers dialled with the code of a carrier;
each different number once.
"""
IBAN_CHECKS = """\
Checked is what the registry lays down for every country: the length, where letters and digits stand, and the check
digits of ISO 7064 (MOD 97-10), which let hardly a typing mistake through. Some countries have check digits of their own
within the account number. They are not checked, as most validators do not check them: which banks make them how is no
part of the registry, in Germany it changes every quarter, and to refuse a right account number costs more than what
they would find beyond the others. Whether the account exists is not asked either.
"""
MORE = {"category": CATEGORIES, "iban": IBAN_CHECKS, "phone": PHONES}


def page() -> str:
    """The page as Markdown."""
    return "\n".join([*_lines()]) + "\n"


def _lines() -> Iterator[str]:
    yield from ("# Column types", "", "<!-- Written by `make docs` from the code and the samples of its tests. -->", "")
    yield BEGINNING + "\n".join(_attributes())
    yield from ("", "## Formats of dates and times", "", (inspect.getdoc(date_spellings) or "").replace("``", "`"))
    for name, kind in COLUMN_TYPES.items():
        yield from ("", f"## `{name}`", "", _prose(inspect.getdoc(kind) or ""))
        if name in MORE:
            yield from ("", MORE[name].rstrip())
        for case in yaml.safe_load((SAMPLES / f"{name}.yaml").read_text(encoding="utf-8")):
            yield from _case(case)


def _attributes() -> Iterator[str]:
    for name, field in TargetColumn.model_fields.items():
        types = [f"`{kind}`" for kind, each in COLUMN_TYPES.items() if name in each.attributes]
        if types:
            yield f"| `{name}` | {', '.join(types)} | {_prose(field.description or '')} |"


def _case(case: dict[str, Any]) -> Iterator[str]:
    column = TargetColumn.parse({"key": "x", **case["column"]})
    kind, samples = cell_type(column), case.get("read", [])
    given = ", ".join(f"`{name}: {_given(value)}`" for name, value in case["column"].items() if name != "column_type")
    yield from ("", f"**{str(case['title'])[0].upper()}{str(case['title'])[1:]}**{f' ({given})' if given else ''}", "")
    rows = [(_code(text), _code(_shown(value)), _code(_written(kind, text))) for text, value in samples if text]
    # What is written as it is kept needs no column of its own.
    width = 2 if all(value == written for _, value, written in rows) else 3
    for row in (("cell", "value", "written"), ("---",) * 3, *rows):
        yield f"| {' | '.join(row[:width])} |"
    refused = list(case.get("refused", []))
    if refused:
        yield from ("", "Refused: " + ", ".join(_code(text) for text, _ in refused) + ".")
    reasons = [f"- {reason}" for reason in _reasons(kind, refused)]
    yield from (["", *reasons] if reasons else [])


def _reasons(kind: CellType, refused: list[list[str]]) -> Iterator[str]:
    """What is said of a cell, where that is more than what the type expects."""
    for text, complaint in refused:
        if not complaint.endswith(f" is not {kind.expectation}."):
            yield complaint.replace(f"'{text}'", _code(text), 1)


def _written(kind: CellType, text: str) -> str:
    values, _ = kind.parse(pa.array([text], pa.string()))
    written: str = kind.show(values)[0].as_py()
    return written


def _shown(value: object) -> str:
    if isinstance(value, datetime.date):
        return value.isoformat()
    return value if isinstance(value, str) else json.dumps(value)


def _given(value: object) -> str:
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def _code(text: str) -> str:
    """A cell as code; in quotes when its ends or parts could not be seen."""
    is_plain = text == text.strip() and text.isprintable() and "  " not in text and "`" not in text
    shown = text if len(text) <= 60 else f"{text[:60]}…"
    return f"`{shown if is_plain else json.dumps(shown, ensure_ascii=not shown.isprintable())}`".replace("|", "\\|")


def _prose(text: str) -> str:
    return text.replace("``", "`").replace("|", "\\|") if "\n\n" in text else " ".join(text.replace("``", "`").split())
