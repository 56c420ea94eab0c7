"""Records as rows: objects in a record become dotted columns, arrays JSON text."""

from __future__ import annotations

from json.encoder import encode_basestring
from typing import Final

from pipeline_exec.formats.limits import MAX_DEPTH
from pipeline_exec.formats.records.scanner import Number

_KINDS: Final = {Number: "a number", str: "a text", list: "an array", bool: "true or false"}
_WORDS: Final = {None: "null", True: "true", False: "false"}


class Unfit(Exception):
    """What a record does that a row cannot: the end of a sentence, and what to do about it."""


TOO_DEEP: Final = Unfit(f"has more than {MAX_DEPTH} levels", "Flatten it before sending it.")


def collect_columns(record: object, columns: dict[str, None]) -> None:
    """Add the columns of a record to those of the records before.

    Raises:
        Unfit: it is no object, or has too many levels.
    """
    if not isinstance(record, dict):
        kind = _KINDS.get(type(record), "null")
        raise Unfit(f"is {kind}, not an object", "Set read_options.record_path to an array of objects.")
    _collect(record, columns, "", 0)


def flatten(record: dict[str, object]) -> dict[str, str | None]:
    """The cells of a record by column. Numbers keep their digits, true and false are words, null is no value.

    Raises:
        RecursionError: arrays in it have more levels than Python has.
    """
    row: dict[str, str | None] = {}
    _fill(record, row, "")
    return row


def _collect(value: dict[str, object], columns: dict[str, None], prefix: str, depth: int) -> None:
    if depth > MAX_DEPTH:
        raise TOO_DEEP
    for key, cell in value.items():
        if isinstance(cell, dict):
            _collect(cell, columns, f"{prefix}{key}.", depth + 1)
        else:
            columns[prefix + key] = None


def _fill(value: dict[str, object], row: dict[str, str | None], prefix: str) -> None:
    for key, cell in value.items():
        if isinstance(cell, str):
            row[prefix + key] = cell
        elif isinstance(cell, dict):
            _fill(cell, row, f"{prefix}{key}.")
        else:
            row[prefix + key] = None if cell is None else _compact(cell)


def _compact(value: object) -> str:
    """JSON text without spaces; numbers as they stood."""
    if isinstance(value, Number):
        return value
    if isinstance(value, str):
        return encode_basestring(value)
    if isinstance(value, list):
        return f"[{','.join(map(_compact, value))}]"
    if isinstance(value, dict):
        return f"{{{','.join([f'{encode_basestring(key)}:{_compact(cell)}' for key, cell in value.items()])}}}"
    return _WORDS[value]  # type: ignore[index]  # nothing else is left
