"""How large the texts of an expression can become, and how long they may be searched, told before it is evaluated.

DuckDB's memory limit does not count the texts that functions make on their way (2.0: three nested calls of ``repeat``
took 12 GB under a limit of 512 MB), and within a few rows nothing interrupts it. So each function has a bound here, and
what exceeds the bounds is not asked of DuckDB.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Final

import numpy as np
import numpy.typing as npt

from pipeline_exec.dataplane.patterns import steps
from pipeline_exec.dataplane.sql.tree import Node

Size = float | npt.NDArray[np.float64]
"""Bytes, of a row or of each row."""
Growth = Callable[[Sequence[Size], Sequence[Node]], Size]
"""The bytes of a function's result at most, from those of its arguments and from the arguments themselves."""

TEXTS: Final = frozenset({"BINARY", "BLOB", "CHAR", "STRING", "TEXT", "VARCHAR"})
"""The types whose values can be of any length."""
#: Shown as text, a byte that is no letter has four characters.
_BYTES: Final = frozenset({"BINARY", "BLOB"})
#: Bytes of a number, a date or a truth value, also as text.
SMALL: Final = 64
PATTERNED: Final = frozenset(
    {"regexp_extract", "regexp_extract_all", "regexp_full_match"}
    | {"regexp_matches", "regexp_replace", "regexp_split_to_array"}
)
"""The functions whose second argument is a regular expression."""
LIKES: Final = frozenset({"~~", "!~~", "~~*", "!~~*"})
"""Those whose second argument is a pattern of LIKE."""
_EVERYWHERE: Final = frozenset({"regexp_extract_all", "regexp_split_to_array"})
#: So 64 KB, which may take five seconds, count as much as may be made at once.
_SEARCHED_FOR_A_BYTE: Final = 18.0
#: So does a text that ten to seventeen seconds may be spent on.
_STEPS_FOR_A_BYTE: Final = 4.0


def small(_: Sequence[Size], __: Sequence[Node]) -> Size:
    """No more than a number."""
    return SMALL


def times(factor: int) -> Growth:
    """So many times the arguments together."""
    return lambda sizes, _: factor * sum(sizes, start=1.0)


def repeated(sizes: Sequence[Size], nodes: Sequence[Node]) -> Size:
    """``repeat(text, number)``."""
    return sizes[0] * _number(nodes, 1)


def padded(sizes: Sequence[Size], nodes: Sequence[Node]) -> Size:
    """``lpad(text, length, padding)``; no character has more than four bytes."""
    return sizes[0] + 4.0 * _number(nodes, 1)


def replaced(sizes: Sequence[Size], nodes: Sequence[Node]) -> Size:
    """``replace(text, old, new)``."""
    if len(sizes) < 3:
        return SMALL
    text, _, new = sizes[:3]
    old = nodes[1]
    shortest = max(len(old.text.encode()), 1) if old.kind == "CONSTANT" else 1
    return text + text * new / shortest


def replaced_by_pattern(sizes: Sequence[Size], nodes: Sequence[Node]) -> Size:
    """``regexp_replace(text, pattern, new)``, where ``new`` may name groups; a pattern may match nothing everywhere."""
    if len(sizes) < 3:
        return SMALL
    text, _, new = sizes[:3]
    groups = nodes[2].text.count("\\") if nodes[2].kind == "CONSTANT" else new
    return text + (text + 1.0) * new + text * groups


def joined(sizes: Sequence[Size], _: Sequence[Node]) -> Size:
    """``concat_ws(separator, text, …)``."""
    return len(sizes) * sum(sizes, start=1.0)


def searched(node: Node, sizes: Sequence[Size]) -> Size:
    """What searching a text by a pattern counts as, for the time it may take; ``language`` has patterns written out."""
    if node.name not in PATTERNED | LIKES or len(sizes) < 2:
        return 0.0
    text, pattern = sizes[0], node.children[1].text
    if node.name in LIKES:
        # Patterns of % alone are read once.
        return text * len(pattern) / _STEPS_FOR_A_BYTE if "_" in pattern else 0.0
    once = text * steps(pattern) / _STEPS_FOR_A_BYTE
    is_everywhere = node.name in _EVERYWHERE or (node.name == "regexp_replace" and len(sizes) > 3)
    # In a text made for it, looking for every match takes the square of its length.
    return once + text * text / _SEARCHED_FOR_A_BYTE if is_everywhere else once


def _number(nodes: Sequence[Node], place: int) -> int:
    node = nodes[place] if place < len(nodes) else None
    if node is None or node.kind != "CONSTANT" or not node.text.isdigit():
        raise ValueError("the length that repeat, lpad and rpad are given must be a number written out")
    return int(node.text)


class Footprint:
    """The bytes of everything an expression makes of a row, and what searching it counts as."""

    def __init__(self, growths: Mapping[str, Growth], lengths: Mapping[tuple[str, ...], Size]) -> None:
        """Prepare for rows.

        Args:
            growths: Of the functions.
            lengths: Bytes of the cells, by column as the expression calls it.
        """
        self._growths = growths
        self._lengths = lengths
        self.total: Size = 0.0

    def add(self, node: Node) -> Size:
        """Count a node and everything below; answers the bytes of its own result.

        Raises:
            ValueError: they cannot be told.
        """
        sizes = [self.add(child) for child in node.children]
        size = self._size(node, sizes)
        self.total = self.total + size + searched(node, sizes)
        return size

    def _size(self, node: Node, sizes: Sequence[Size]) -> Size:
        match node.kind:
            case "CONSTANT":
                return float(len(node.text.encode()))
            case "COLUMN_REF":
                return self._lengths[node.column]
            case "FUNCTION":
                return self._growths[node.name](sizes, node.children)
            case "TYPE":
                return 0.0
            case "CAST" if not any(child.kind == "TYPE" and child.name in TEXTS for child in node.children):
                return SMALL
            case "CAST" if any(child.kind == "TYPE" and child.name in _BYTES for child in node.children):
                return SMALL + 4.0 * sum(sizes, start=0.0)
            case _:
                return SMALL + sum(sizes, start=0.0)
