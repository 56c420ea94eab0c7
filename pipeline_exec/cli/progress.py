"""Progress on a terminal."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext

from rich.console import Console
from rich.markup import escape
from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn


@contextmanager
def counting(label: str, *, is_shown: bool = True) -> Iterator[Callable[[int], None]]:
    """Show how many rows were counted so far, on stderr while the block runs; nothing where that is no terminal.

    Args:
        label: What is counted.
        is_shown: False where something else is written to the terminal meanwhile.

    Yields:
        Counts so many rows more.
    """
    console = Console(stderr=True)
    columns = (SpinnerColumn(), TextColumn("{task.description}  {task.completed:,} rows"), TimeElapsedColumn())
    with Progress(
        *columns, console=console, transient=True, disable=not (is_shown and console.is_terminal)
    ) as progress:
        task = progress.add_task(escape(label), total=None)
        yield lambda rows: progress.advance(task, rows)


@contextmanager
def waiting(label: str) -> Iterator[None]:
    """Show on stderr that something goes on while the block runs; nothing where that is no terminal."""
    console = Console(stderr=True)
    with console.status(escape(label)) if console.is_terminal else nullcontext():
        yield
