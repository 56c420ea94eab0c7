"""What is known of an input: how it was read, and how its columns were mapped."""

from __future__ import annotations

import json
from collections.abc import Sequence

import click

from pipeline_exec.cli.output import print_facts, shown_number
from pipeline_exec.model.dialect import Dialect
from pipeline_exec.model.mapping_record import MappedColumn, MappingRecord, Method


def print_dialect(dialect: Dialect) -> None:
    """A line for each fact, as it would be written in the options."""
    print_facts({name.replace("_", " "): _shown(value) for name, value in dialect.items()})


def print_mapping(record: MappingRecord) -> None:
    """A line for each target column, and one for what was left over."""
    print_facts({column.target_column: _sources(column) for column in record.columns})
    if further := record.total_columns - len(record.columns):
        click.echo(f"and {shown_number(further)} more")
    if record.unused_columns:
        further = record.total_unused_columns - len(record.unused_columns)
        more = f" and {shown_number(further)} more" if further else ""
        click.echo(f"Unused: {', '.join(record.unused_columns)}{more}")


def shown_sources(sources: Sequence[str], similarity: float | None) -> str:
    """What a column is made from, and how similar the name of that is where it is not one of its own."""
    named = ", ".join(sources) or "(nothing)"
    return named if similarity is None else f"{named}  (similar: {similarity:.2f})"


def _sources(column: MappedColumn) -> str:
    return shown_sources(column.source_columns, column.score if column.method is Method.SIMILARITY else None)


def _shown(value: object) -> str:
    return value if isinstance(value, str) and value.strip() else json.dumps(value, ensure_ascii=False, default=str)
