"""Findings over HTTP: every erroneous cell of an execution, as JSON in pages, as one CSV, or as a workbook."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator
from typing import Literal

from fastapi import Request
from starlette.responses import Response

from pipeline_exec.api.dependencies import PAGES, Layer
from pipeline_exec.api.downloads import file_download, stream_download
from pipeline_exec.api.query_params import page_request
from pipeline_exec.api.rest.router import REFUSALS, Responses, SlashTolerantRouter
from pipeline_exec.api.views.envelope import Listed, Pagination
from pipeline_exec.api.views.finding import FindingView
from pipeline_exec.model.identity import ExecutionId
from pipeline_exec.model.rows import Rows

router = SlashTolerantRouter(prefix="/execution/{execution_id}/errors", tags=["executions"], responses=REFUSALS)

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
TOTAL, KEPT = "X-Total-Count", "X-Kept-Count"
FILES: Responses = {
    200: {
        "headers": {
            TOTAL: {"description": "Of CSV: how many erroneous cells there are.", "schema": {"type": "integer"}},
            KEPT: {"description": "Of CSV: how many of them are kept and sent.", "schema": {"type": "integer"}},
        },
        "content": {
            "text/csv": {"schema": {"type": "string"}},
            XLSX: {"schema": {"type": "string", "format": "binary"}},
        },
    }
}


@router.get("", response_model=Listed[FindingView], responses=FILES, openapi_extra=PAGES)
def errors(
    execution_id: ExecutionId, request: Request, layer: Layer, format: Literal["json", "csv", "xlsx"] = "json"
) -> Listed[FindingView] | Response:
    """Every erroneous cell of the latest validation: row, column, value, code, message.

    JSON comes in pages (`pagination`); CSV is all that are kept, and holds the values as they are: mind that a
    spreadsheet takes one that begins with `=` for a formula. Its headers `X-Total-Count` and `X-Kept-Count` differ
    where not all are kept. XLSX is the mapped table with the erroneous cells coloured and commented,
    and lists of what was found; in it nothing is a formula.
    """
    asked = page_request(request.query_params.multi_items(), beside=("format",))
    if format == "xlsx":
        path, name = layer.reports.workbook(execution_id)
        return file_download(path, name, XLSX)
    findings = layer.executions.findings(execution_id)
    if format == "csv":
        counts = {TOTAL: str(findings.total), KEPT: str(findings.kept)}
        return stream_download(_csv(findings.rows), f"errors_{execution_id}.csv", "text/csv", counts)
    page = [FindingView(**finding) for finding in findings.page(asked.offset, asked.limit)]
    return Listed(data=page, pagination=Pagination(total=findings.total, offset=asked.offset, limit=asked.limit))


def _csv(rows: Rows) -> Iterator[str]:
    yield _lines([rows.schema.names])
    for batch in rows:
        yield _lines(zip(*(column.to_pylist() for column in batch.columns), strict=True))


def _lines(records: Iterable[Iterable[object]]) -> str:
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerows(records)
    return text.getvalue()
