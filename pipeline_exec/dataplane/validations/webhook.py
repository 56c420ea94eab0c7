"""WEBHOOK: what a service of the customer's says about the rows."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Annotated, Literal

import pyarrow as pa
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from pipeline_exec.dataplane.findings import FINDINGS, LONGEST_MESSAGE
from pipeline_exec.dataplane.problems import listed
from pipeline_exec.dataplane.text import cut
from pipeline_exec.dataplane.validations.check import Cells, Inquiry, Judge, Place, Rule
from pipeline_exec.errors import DestinationRefused


class _Error(BaseModel):
    """One erroneous cell, as answered."""

    model_config = ConfigDict(strict=True)

    row: int
    column: str
    message: str = Field(min_length=1)
    code: Annotated[str, Field(pattern=r"^[a-z0-9_]{1,50}$")] | None = None


class _Answer(BaseModel):
    """What is answered; further attributes mean nothing."""

    model_config = ConfigDict(strict=True)

    errors: list[_Error]


class WebhookInquiry(Inquiry):
    """Each row is sent once, with its number and the texts of its cells; the answer lists those that are wrong."""

    code = "webhook"

    def __init__(self, judge: Judge | None, columns: Sequence[str], batch_rows: int) -> None:
        self._judge, self._columns, self._batch_rows = judge, columns, batch_rows

    def findings(self, table: Mapping[str, Cells], first_row: int) -> pa.RecordBatch:
        found: list[dict[str, object]] = []
        if self._judge is not None:
            texts = pa.RecordBatch.from_arrays([table[key].text for key in self._columns], list(self._columns))
            for start in range(0, texts.num_rows, self._batch_rows):
                rows = texts.slice(start, self._batch_rows).to_pylist()
                found += self._asked(self._judge, dict(enumerate(rows, first_row + start)))
        return pa.RecordBatch.from_pylist(found, FINDINGS)

    def _asked(self, judge: Judge, rows: Mapping[int, Mapping[str, str | None]]) -> Iterator[dict[str, object]]:
        question = [{"row": number, "cells": cells} for number, cells in rows.items()]
        answer = judge.ask(json.dumps(question, ensure_ascii=False, separators=(",", ":")).encode())
        for error in _once_each(_read(answer, judge.host).errors):
            if error.row not in rows:
                raise _not_an_answer(judge.host, f"row {error.row}, which it was not sent")
            if error.column not in self._columns:
                raise _not_an_answer(judge.host, f"column {cut(error.column)!r}; it was sent {listed(self._columns)}")
            yield {
                "row": error.row,
                "column": error.column,
                "value": rows[error.row][error.column],
                "code": f"webhook.{error.code}" if error.code else "webhook",
                "message": error.message[:LONGEST_MESSAGE],
            }


class WebhookRule(Rule):
    """A service of yours says which cells are wrong: rows are sent to an HTTP output connector, and its answer read.

    Sent are the cells of ``columns``, and of the column with the rule; of all columns when none are named.
    """

    code = "webhook"
    connector: str = Field(min_length=1)
    columns: tuple[str, ...] = ()
    batch_rows: int = Field(500, ge=1, le=10_000)
    on_unreachable: Literal["FAIL"] = "FAIL"

    def check(self, place: Place, /) -> Inquiry:
        for key in self.columns:
            place.type_of(key, "columns")
        columns = dict.fromkeys([*self.columns, place.key]) if self.columns else place.types
        judge = place.judges(self.connector) if place.judges else None
        return WebhookInquiry(judge, list(columns), self.batch_rows)


def _once_each(errors: Sequence[_Error]) -> Sequence[_Error]:
    """Row after row; of those that name the same cell with the same code the first."""
    first: dict[tuple[int, str, str | None], _Error] = {}
    for error in errors:
        first.setdefault((error.row, error.column, error.code), error)
    return sorted(first.values(), key=lambda error: error.row)


def _read(answer: bytes, host: str) -> _Answer:
    try:
        return _Answer.model_validate_json(answer or b'{"errors":[]}')
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        where = ".".join(map(str, first["loc"]))
        raise _not_an_answer(host, f"{where + ': ' if where else ''}{first['msg']}") from None


def _not_an_answer(host: str, problem: str) -> DestinationRefused:
    return DestinationRefused(
        f"The answer of {host} about erroneous cells cannot be used: {problem}.",
        'Have it answer {"errors": [{"row", "column", "message", "code"}]} with rows and columns it was sent, the code '
        "in lower case or left out.",
    )
