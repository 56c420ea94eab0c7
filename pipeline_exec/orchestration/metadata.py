"""What a person wants to look at in the Dagster UI: counts, previews, charts and how the input was read."""

from __future__ import annotations

import html
from collections.abc import Mapping
from typing import Any

import pyarrow as pa
from dagster import MetadataValue

from pipeline_exec.dataplane.preview import preview_table
from pipeline_exec.dataplane.tally import Tally
from pipeline_exec.model.execution import Counts, Delivery

Metadata = dict[str, MetadataValue[Any]]

CHART_WIDTH = 24
"""Characters of the longest bar."""
MOST_BARS = 12


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
        **({"guessed": MetadataValue.json(guessed)} if guessed else {}),
    }


def delivery_metadata(delivery: Delivery) -> Metadata:
    """What was delivered, and where."""
    return {
        "location": MetadataValue.text(delivery.location or ""),
        "rows": MetadataValue.int(delivery.rows),
        "bytes": MetadataValue.int(delivery.bytes),
        "execution_id": MetadataValue.text(delivery.execution_id),
    }


def _chart(tally: Tally) -> str:
    top = tally.top()[:MOST_BARS]
    if not top:
        return "No errors."
    most = max(number for _, _, number in top)
    bars = (
        f"| {html.escape(column)} | {code} | {number} | {'█' * max(1, round(CHART_WIDTH * number / most))} |"
        for column, code, number in top
    )
    return "\n".join(["| column | error | cells | |", "| --- | --- | ---: | :--- |", *bars])
