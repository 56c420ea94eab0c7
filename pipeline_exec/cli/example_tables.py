"""The outcomes of examples as a table."""

from __future__ import annotations

from collections.abc import Sequence

import click

from pipeline_exec.cli.examples import Outcome
from pipeline_exec.cli.output import print_table, shown_duration, shown_number


def print_outcomes(outcomes: Sequence[Outcome]) -> None:
    """A line for each run, and below them what is not as it must be."""
    numbers = ("Rows", "Cells", "Error\ncells", "Error\nrows", "Duration")
    print_table(("Example", "Run", "Status", "Trigger", *numbers), map(_cells, outcomes), numbers=numbers)
    click.echo()
    wrong = [f"{outcome.example}: {difference}" for outcome in outcomes for difference in outcome.differences]
    if not wrong:
        click.secho(f"All {len(outcomes)} runs ended as they must.", fg="green")
    for line in wrong:
        click.secho(line, fg="red", err=True)


def _cells(outcome: Outcome) -> tuple[object, ...]:
    ended = outcome.ended
    if ended is None:
        return (outcome.example, outcome.run, "missing", *[None] * 6)
    return (
        outcome.example,
        outcome.run,
        ended.status,
        ended.trigger,
        shown_number(ended.rows),
        shown_number(ended.cells),
        shown_number(ended.error_cells),
        shown_number(ended.error_rows),
        shown_duration(outcome.duration),
    )
