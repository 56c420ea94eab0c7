"""Erroneous cells, as a table, as CSV or as JSON."""

from __future__ import annotations

import csv
import json
import sys
from collections.abc import Callable, Iterator

import click

from pipeline_exec.cli.output import print_table
from pipeline_exec.dataplane.findings import FINDINGS
from pipeline_exec.model.rows import Rows

#: A table is for people; whoever wants more takes CSV.
MOST_SHOWN = 1000


def print_findings(findings: Rows, format_name: str, total: int | None = None) -> None:
    """All of them in this format; as a table at most the first thousand.

    Args:
        findings: Those that are kept.
        format_name: ``table``, ``csv`` or ``json``.
        total: How many there were, if that is to be said where not all are kept.
    """
    _FORMATS[format_name](findings)
    kept = sum(batch.num_rows for batch in findings) if total is not None else None
    if kept != total:
        click.echo(
            f"Only the first {kept:,} of {total:,} are kept; PIPELINE_EXEC_MAX_FINDINGS says how many.", err=True
        )


def _table(findings: Rows) -> None:
    shown = list(_each(findings.head(MOST_SHOWN)))
    cells = [(finding["row"], finding["column"], finding["value"], finding["message"]) for finding in shown]
    print_table(
        ("Row", "Column", "Value", "What is wrong"), cells, numbers=("Row",), flexible=("Value", "What is wrong")
    )
    if len(shown) == MOST_SHOWN:
        click.echo(f"These are the first {MOST_SHOWN:,}; --format csv prints all.", err=True)


def _csv(findings: Rows) -> None:
    writer = csv.DictWriter(sys.stdout, FINDINGS.names, lineterminator="\n")
    writer.writeheader()
    writer.writerows(_each(findings))


def _json(findings: Rows) -> None:
    """One array, written as it is read: there may be a million."""
    separator = "["
    for finding in _each(findings):
        click.echo(f"{separator}\n  {json.dumps(finding, ensure_ascii=False)}", nl=False)
        separator = ","
    click.echo("[]" if separator == "[" else "\n]")


def _each(findings: Rows) -> Iterator[dict[str, object]]:
    for batch in findings:
        yield from batch.to_pylist()


_FORMATS: dict[str, Callable[[Rows], None]] = {"table": _table, "csv": _csv, "json": _json}
