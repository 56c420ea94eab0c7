"""What ``preview`` and ``parse`` share: the file they are given, and the options it is read with."""

from __future__ import annotations

import json
import shutil
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import click

from pipeline_exec.model.pipeline import ReadOptions

if TYPE_CHECKING:
    from pipeline_exec.services.previews import PreviewService

STDIN = Path("-")
"""How standard input is named on the command line."""

read_options = click.option(
    "--options",
    metavar="JSON",
    help='How to read, where that is not to be detected: {"header_row": 3, "delimiter": ";", "sheet": "Data"}.',
)


def parsed_options(text: str | None) -> ReadOptions:
    """The read options in a JSON text; none means that everything is detected.

    Raises:
        click.BadParameter: it is not JSON.
        InvalidDocument: an option is unknown or wrong.
    """
    if text is None:
        return ReadOptions()
    try:
        raw = json.loads(text)
    except json.JSONDecodeError as error:
        raise click.BadParameter(f"this is not JSON: {error}", param_hint="--options") from None
    return ReadOptions.parse(raw, at="options")


def reader() -> PreviewService:
    """What reads files without a deployment: nothing is made, not even a home."""
    from pipeline_exec.formats.registry import FORMATS
    from pipeline_exec.services.previews import PreviewService

    return PreviewService(FORMATS)


@contextmanager
def on_disk(file: Path) -> Iterator[Path]:
    """The file; standard input as a file, which is gone when the block ends: most formats are not read in one go."""
    if file != STDIN:
        yield file
        return
    with tempfile.NamedTemporaryFile(prefix="pipeline-exec-stdin-") as spooled:
        shutil.copyfileobj(sys.stdin.buffer, spooled)
        spooled.flush()
        yield Path(spooled.name)
