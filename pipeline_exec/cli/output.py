"""What commands print: tables for people, JSON for scripts."""

from __future__ import annotations

import json
import sys
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime

import click
from pydantic import BaseModel
from rich.console import Console
from rich.markup import escape
from rich.table import Table

#: Where nobody looks at the lines as they are, nothing need be cut to fit a screen.
_UNBOUNDED = 10_000

LEAST_COLUMN_WIDTH = 9
"""Characters a column of data needs to be worth showing."""

COLOURS = {
    "SUCCESSFUL": "green",
    "FAILED": "red",
    "PROCESSING": "yellow",
    "created": "green",
    "updated": "yellow",
}
"""How words are coloured wherever they stand alone in a cell."""


def print_table(
    columns: Sequence[str],
    rows: Iterable[Sequence[object]],
    *,
    numbers: Collection[str] = (),
    flexible: Collection[str] = (),
) -> None:
    """A table: on a terminal as wide as that is, elsewhere plain text without colours of which nothing is cut.

    Args:
        columns: Their headings.
        rows: Their cells; None is an empty one.
        numbers: The columns that are aligned at the right.
        flexible: The columns whose cells take several lines where the terminal is too narrow.
    """
    is_terminal = sys.stdout.isatty()
    table = Table(box=None, pad_edge=False, header_style="bold", padding=(0, 2, 0, 0))
    for column in columns:
        table.add_column(
            column,
            justify="right" if column in numbers else "left",
            overflow="ellipsis",
            no_wrap=column not in flexible,
        )
    for row in rows:
        table.add_row(*[_cell(value) for value in row])
    console = Console(highlight=False, width=None if is_terminal else _UNBOUNDED)
    with console.capture() as captured:
        console.print(table)
    click.echo("\n".join(line.rstrip() for line in captured.get().splitlines()))


def print_facts(facts: Mapping[str, object]) -> None:
    """A line for each fact that is known."""
    width = max(map(len, facts), default=0)
    for name, fact in facts.items():
        if fact is not None:
            click.echo(f"{name:<{width}}  {fact}")


def print_records(columns: Sequence[str], records: Sequence[Mapping[str, object]]) -> None:
    """Rows of data: a table, or on a terminal too narrow for so many columns one row below the other."""
    narrow = sys.stdout.isatty() and len(columns) * LEAST_COLUMN_WIDTH > Console().width
    if not narrow:
        print_table(columns, [[record[column] for column in columns] for record in records])
        return
    for number, record in enumerate(records, start=1):
        click.secho(f"Row {number}", bold=True)
        print_facts(record)


def print_json(value: BaseModel | Sequence[BaseModel]) -> None:
    """One thing, or a list of things, as the API would answer."""
    things = [thing.model_dump(mode="json") for thing in ([value] if isinstance(value, BaseModel) else value)]
    shown = things[0] if isinstance(value, BaseModel) else things
    click.echo(json.dumps(shown, indent=2, ensure_ascii=False))


def shown_moment(moment: datetime | None) -> str | None:
    """A moment in the time zone of the machine, to the minute."""
    return moment.astimezone().strftime("%Y-%m-%d %H:%M") if moment else None


def shown_duration(milliseconds: int | None) -> str | None:
    """A duration as a person says it: ``340 ms``, ``2.1 s``, ``3 min 20 s``."""
    if milliseconds is None:
        return None
    if milliseconds < 1000:
        return f"{milliseconds} ms"
    seconds = milliseconds / 1000
    return f"{seconds:.1f} s" if seconds < 60 else f"{int(seconds // 60)} min {int(seconds % 60)} s"


def shown_number(number: int | None) -> str | None:
    """A number with its thousands apart."""
    return f"{number:,}" if number is not None else None


def shown_size(size: int) -> str:
    """Bytes as a person says them: ``640 bytes``, ``1.2 MB``."""
    if size < 1000:
        return f"{size} bytes"
    power = min((len(str(size)) - 1) // 3, 4)
    return f"{size / 1000**power:.1f} {('kB', 'MB', 'GB', 'TB')[power - 1]}"


def _cell(value: object) -> str:
    text = "" if value is None else str(value)
    colour = COLOURS.get(text)
    return f"[{colour}]{text}[/]" if colour else escape(text)
