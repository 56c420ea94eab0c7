"""What ``preview`` and ``parse`` share: the options a file is read with."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import click

from pipeline_exec.model.pipeline import ReadOptions

if TYPE_CHECKING:
    from pipeline_exec.services.previews import PreviewService

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
