"""The two ways a query string says something nested: JSON in a parameter, or a path in brackets behind its name.

``filters={"status":{"$in":["FAILED"]}}`` and ``filters[status][$in][0]=FAILED`` decode to the same value.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Sequence
from typing import NoReturn

from pipeline_exec.errors import FieldProblem, InvalidDocument

PARAMETERS = ("sort", "filters", "pagination", "options")

#: Far deeper than any filter that is accepted.
DEEPEST = 40

_KEY = re.compile(r"(\w+)((?:\[[^\[\]]*\])*)")
_STEP = re.compile(r"\[([^\[\]]*)\]")


def decoded(items: Iterable[tuple[str, str]], known: Sequence[str] = PARAMETERS) -> dict[str, object]:
    """Each parameter of a list with its nested value; scalars in brackets are text, a repeated one is a list.

    Args:
        items: The query string's names and values, in order.
        known: The parameters there are.

    Raises:
        InvalidDocument: a parameter is unknown, given twice, or cannot be decoded.
    """
    trees: dict[str, object] = {}
    whole: dict[str, object] = {}
    for key, value in items:
        name, path = _split(key, known)
        if name in whole or (not path and name in trees):
            _refuse(name, "is given more than once")
        if path:
            _plant(trees, [name, *path], value, key)
        else:
            whole[name] = _json(name, value)
    return {**whole, **{name: _with_lists(tree) for name, tree in trees.items()}}


def _split(key: str, known: Sequence[str]) -> tuple[str, list[str]]:
    match = _KEY.fullmatch(key)
    if match is None or match[1] not in known:
        _refuse(key, f"is not one there is here; there are {', '.join(known)}")
    path = _STEP.findall(match[2])
    if len(path) > DEEPEST:
        _refuse(match[1], f"is nested more than {DEEPEST} levels deep")
    return match[1], path


def _plant(trees: dict[str, object], path: list[str], value: str, key: str) -> None:
    """Put a text at the end of its path; a path that ends in ``[]`` makes a list whatever the number of values."""
    *branches, leaf = path
    values: str | list[str] = value
    if leaf == "":
        *branches, leaf = branches
        values = [value]
    node = trees
    for branch in branches:
        node = node.setdefault(branch, {})  # type: ignore[assignment]  # what is no object is refused next
        if not isinstance(node, dict):
            _refuse(key, "contradicts another parameter")
    before = node.get(leaf)
    if isinstance(before, dict):
        _refuse(key, "contradicts another parameter")
    if before is None:
        node[leaf] = values
    else:
        node[leaf] = [*(before if isinstance(before, list) else [before]), value]


def _json(name: str, text: str) -> object:
    try:
        return json.loads(text, parse_constant=lambda constant: _refuse(name, f"holds {constant}"))
    except (ValueError, RecursionError):
        _refuse(name, f"is not JSON; write JSON, or {name}[attribute]=value")


def _with_lists(tree: object) -> object:
    """The tree with every object whose keys are numbers as the list they count."""
    if not isinstance(tree, dict):
        return tree
    if tree and all(key.isascii() and key.isdecimal() for key in tree):
        return [_with_lists(tree[key]) for key in sorted(tree, key=int)]
    return {key: _with_lists(branch) for key, branch in tree.items()}


def _refuse(field: str, problem: str) -> NoReturn:
    raise InvalidDocument(f"The query parameter {field!r} {problem}.", [FieldProblem(field, problem)])
