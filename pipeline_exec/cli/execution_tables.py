"""Executions as tables."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import click

from pipeline_exec.cli.input_records import print_dialect, print_mapping
from pipeline_exec.cli.output import print_facts, print_table, shown_duration, shown_moment, shown_number, shown_size
from pipeline_exec.model.execution import Counts, Execution, ExecutionLog

#: Characters of an id that a list shows; any beginning that only one execution has is enough to name it.
SHORT_ID = 8


def print_executions(executions: Sequence[Execution], pipeline_names: Mapping[str, str]) -> None:
    """A line for each, with the counts of its latest run; pipelines have their names by id."""
    print_table(
        ("Id", "Pipeline", "Status", "Trigger", "Rows", "Errors", "Made"),
        [
            (
                execution.id[:SHORT_ID],
                pipeline_names.get(str(execution.pipeline_id)),
                execution.status,
                execution.trigger_type,
                *_numbers(execution.log.counts)[:2],
                shown_moment(execution.audit.created_at),
            )
            for execution in executions
        ],
        numbers=("Rows", "Errors"),
        flexible=("Pipeline",),
    )


def print_failures(executions: Sequence[Execution]) -> None:
    """Why each that failed did, under the id its line has in the list."""
    for execution in executions:
        if execution.failure is not None:
            click.echo(f"\n{execution.id[:SHORT_ID]}  {execution.failure.type}: {execution.failure.message}")


def print_execution(execution: Execution, logs: Sequence[ExecutionLog], pipeline_names: Mapping[str, str]) -> None:
    """Everything there is to say about one, how its input was last read and mapped, and a line for each of its runs."""
    source, failure = execution.source, execution.failure
    facts = {
        "Id": execution.id,
        "Pipeline": pipeline_names.get(str(execution.pipeline_id)),
        "Status": execution.status,
        "Error": f"{failure.type}: {failure.message}" if failure else None,
        "Trigger": execution.trigger_type,
        "Input": f"{source.path} ({shown_size(source.size)})" if source else None,
        "Made": f"{shown_moment(execution.audit.created_at)} by {execution.audit.created_by.name}",
        "Changed": f"{shown_moment(execution.audit.updated_at)} by {execution.audit.updated_by.name}",
        "Dagster run": execution.log.run_id,
    }
    print_facts(facts)
    _print_input(execution.log)
    click.echo()
    print_runs(logs)


def print_runs(logs: Sequence[ExecutionLog]) -> None:
    """A line for each run, the first one first."""
    print_table(
        ("Run", "Type", "Status", "Rows", "Error cells", "Error rows", "Cells", "Duration"),
        [
            (
                log.number,
                log.type,
                log.status,
                *_numbers(log.counts),
                shown_duration(log.duration),
            )
            for log in logs
        ],
        numbers=("Rows", "Error cells", "Error rows", "Cells", "Duration"),
    )


def _print_input(log: ExecutionLog) -> None:
    if log.dialect:
        click.echo("\nRead as")
        print_dialect(log.dialect)
    if log.mapping:
        click.echo("\nMapped from")
        print_mapping(log.mapping)


def _numbers(counts: Counts | None) -> tuple[str | None, str | None, str | None, str | None]:
    """Rows, erroneous cells, erroneous rows, cells."""
    if counts is None:
        return None, None, None, None
    return (
        shown_number(counts.total_rows),
        shown_number(counts.total_error_cells),
        shown_number(counts.total_error_rows),
        shown_number(counts.total_cells),
    )
