"""Fixes as they are written on a command line: ``--set path=value`` and ``--cell row:column=value``."""

from __future__ import annotations

import copy
import json
import re
from collections.abc import Iterable, Mapping

import click

from pipeline_exec.model.execution import CellEdit

_CELL = re.compile(r"(?P<row>[1-9][0-9]*):(?P<column>[^=]+)=(?P<value>.*)", re.DOTALL)


def cell_edit(text: str) -> CellEdit:
    """A repaired cell; nothing behind the equals sign empties it.

    Raises:
        click.BadParameter: it is not written as ``row:column=value``.
    """
    match = _CELL.fullmatch(text)
    if match is None:
        raise click.BadParameter(f"{text!r} is not ROW:COLUMN=VALUE, such as 3:email=a@b.c", param_hint="--cell")
    return CellEdit(row=int(match["row"]), column=match["column"], value=match["value"] or None)


def changed(configuration: Mapping[str, object], settings: Iterable[str]) -> dict[str, object]:
    """The parts of a configuration that ``path=value`` settings change, whole as far as they are lists.

    Raises:
        click.BadParameter: a setting is not written so, or its path leads nowhere.
    """
    after = copy.deepcopy(dict(configuration))
    touched: set[str] = set()
    for setting in settings:
        path, equals, text = setting.partition("=")
        parts = path.split(".")
        if not equals or not all(parts):
            raise click.BadParameter(f"{setting!r} is not PATH=VALUE", param_hint="--set")
        _set(after, parts, _value(text), path)
        touched.add(parts[0])
    return {name: after[name] for name in touched}


def _value(text: str) -> object:
    try:
        return json.loads(text)
    except json.JSONDecodeError:
        return text


def _set(into: object, parts: list[str], value: object, path: str) -> None:
    """Follow the path through objects and, by number from 0, through lists; whatever is set is validated later."""
    first, rest = parts[0], parts[1:]
    if isinstance(into, list) and first.isdecimal() and int(first) < len(into):
        at: int | str = int(first)
    elif isinstance(into, dict) and (not rest or first in into):
        at = first
    else:
        raise click.BadParameter(f"there is no {path} in the configuration", param_hint="--set")
    if rest:
        _set(into[at], rest, value, path)  # type: ignore[index]  # just checked that it fits
    else:
        into[at] = value  # type: ignore[index]  # likewise
