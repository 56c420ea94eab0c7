"""What a person wants to look at in the Dagster UI: counts, previews, charts and how the input was read."""

from __future__ import annotations

import html
from collections.abc import Mapping, Sequence
from typing import Any

import pyarrow as pa
from dagster import MetadataValue, TableColumn, TableRecord, TableSchema

from pipeline_exec.dataplane.finding_codes import finding_code
from pipeline_exec.dataplane.preview import preview_table
from pipeline_exec.dataplane.tally import Tally
from pipeline_exec.dataplane.text import cut
from pipeline_exec.model.execution import Counts, Delivery

Metadata = dict[str, MetadataValue[Any]]

CHART_WIDTH = 24
"""Characters of the longest bar."""
MOST_BARS = 12
LONGEST_CELL = 300
"""Characters of a cell in the table of the first errors."""


def rows_metadata(rows: int, size: int, seconds: float, first: pa.RecordBatch | None) -> Metadata:
    """What there is to say of staged rows."""
    metadata: Metadata = {
        "rows": MetadataValue.int(rows),
        "bytes": MetadataValue.int(size),
        "seconds": MetadataValue.float(round(seconds, 3)),
    }
    if first is not None:
        metadata["preview"] = MetadataValue.md(preview_table(first))
    return metadata


def facts_metadata(name: str, facts: Mapping[str, object]) -> Metadata:
    """What a stage found out."""
    return {name: MetadataValue.json(dict(facts))}


def counts_metadata(counts: Counts, tally: Tally) -> Metadata:
    """The counts of an execution, its errors by column as a chart, and what was guessed."""
    guessed = {key: dict(guesses) for key, guesses in tally.guesses.items()}
    return {
        "total_rows": MetadataValue.int(counts.total_rows),
        "total_cells": MetadataValue.int(counts.total_cells),
        "total_error_cells": MetadataValue.int(counts.total_error_cells),
        "total_error_rows": MetadataValue.int(counts.total_error_rows),
        "error_percentage": MetadataValue.float(round(counts.error_percentage, 3)),
        "errors_by_column": MetadataValue.md(_chart(tally)),
        "first_errors": _table(tally.first),
        **({"guessed": MetadataValue.json(guessed)} if guessed else {}),
    }


def delivery_metadata(delivery: Delivery, kinds: Sequence[tuple[str, str, int]]) -> Metadata:
    """What was delivered, and where, and the errors among it: Dagster draws the numbers over time.

    Args:
        delivery: What was delivered.
        kinds: Column, code and number of findings, the most frequent first.
    """
    errors = {f"errors: {column} {code}": MetadataValue.int(number) for column, code, number in kinds[:MOST_BARS]}
    return {
        "location": MetadataValue.text(delivery.location or ""),
        "rows": MetadataValue.int(delivery.rows),
        "bytes": MetadataValue.int(delivery.bytes),
        "execution_id": MetadataValue.text(delivery.execution_id),
        "errors": MetadataValue.int(sum(number for _, _, number in kinds)),
        **errors,
    }


def _table(findings: pa.RecordBatch) -> MetadataValue[Any]:
    kinds = {"row": "int"}
    columns = [TableColumn(name, kinds.get(name, "string")) for name in findings.schema.names]
    records = [
        TableRecord({name: _shown(value) for name, value in finding.items()}) for finding in findings.to_pylist()
    ]
    return MetadataValue.table(records, TableSchema(columns))


def _shown(value: int | str | None) -> int | str:
    return value if isinstance(value, int) else cut(value or "", LONGEST_CELL)


def _chart(tally: Tally) -> str:
    top = tally.top()[:MOST_BARS]
    if not top:
        return "No errors."
    most = max(number for _, _, number in top)
    bars = (
        f"| {html.escape(column)} | {code} | {finding_code(code).title} | {number} | {_bar(number, most)} |"
        for column, code, number in top
    )
    return "\n".join(["| column | error | meaning | findings | |", "| --- | --- | --- | ---: | :--- |", *bars])


def _bar(number: int, most: int) -> str:
    return "█" * max(1, round(CHART_WIDTH * number / most))
