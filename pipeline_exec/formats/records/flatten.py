"""Records as rows: objects in a record become dotted columns, arrays JSON text."""

from __future__ import annotations

from json.encoder import encode_basestring
from typing import Final

from pipeline_exec.formats.records.scanner import Number

_WORDS: Final = {None: "null", True: "true", False: "false"}


def flatten(record: dict[str, object]) -> dict[str, str | None]:
    """The cells of a record by column. Numbers keep their digits, true and false are words, null is no value.

    Raises:
        RecursionError: arrays in it have more levels than Python has.
    """
    row: dict[str, str | None] = {}
    _fill(record, row, "")
    return row


def as_cell(value: object) -> str | None:
    """A value as a cell: text as it is, null as nothing, all else as ``compact``."""
    return value if value is None or isinstance(value, str) else compact(value)


def compact(value: object) -> str:
    """JSON text without spaces; numbers as they stood."""
    if isinstance(value, Number):
        return value
    if isinstance(value, str):
        return encode_basestring(value)
    if isinstance(value, list):
        return f"[{','.join(map(compact, value))}]"
    if isinstance(value, dict):
        return f"{{{','.join([f'{encode_basestring(key)}:{compact(cell)}' for key, cell in value.items()])}}}"
    return _WORDS[value]  # type: ignore[index]  # nothing else is left


def _fill(value: dict[str, object], row: dict[str, str | None], prefix: str) -> None:
    for key, cell in value.items():
        if isinstance(cell, dict):
            _fill(cell, row, f"{prefix}{key}.")
        else:
            row[prefix + key] = as_cell(cell)
