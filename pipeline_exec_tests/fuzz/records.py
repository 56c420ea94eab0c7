"""Records as programs write them: JSON objects and XML elements with what may stand within them."""

import json
from collections.abc import Mapping, Sequence
from random import Random
from xml.sax.saxutils import escape, quoteattr

from pipeline_exec_tests.fuzz.corpus import CELLS

NUMBERS = [0, -7.5, 12345678901234567890, 1e300, True, None]
AROUND: Mapping[str, Sequence[tuple[str, str, str]]] = {
    "json": [
        ("[", ", ", "]"),
        ("[\n  ", ",\n  ", "\n]\n"),
        ('{"page": 1, "data": {"items": [', ",", '], "more": []}}'),
    ],
    "jsonl": [("", "\n", "\n"), ("", "\n\n", "")],
    "xml": [("<all>", "", "</all>"), ('<?xml version="1.0"?>\n<a><b/>\n<all>\n', "\n", "\n</all></a>\n")],
}
"""What stands in front of the records of a file, between them and behind them."""


def regular_record(name: str, random: Random) -> str:
    """A record of a format, by the name of the format."""
    if name == "xml":
        return _element("record", random, 2)
    return json.dumps(_object(random, 2), ensure_ascii=random.random() < 0.5, indent=random.choice([None, None, 1]))


def _object(random: Random, depth: int) -> dict[str, object]:
    return {f"key {number}": _value(random, depth) for number in range(random.choice([1, 3, 8]))}


def _value(random: Random, depth: int) -> object:
    kind = random.random()
    if depth and kind < 0.15:
        return _object(random, depth - 1)
    if depth and kind < 0.3:
        return [_value(random, depth - 1) for _ in range(random.choice([0, 1, 4]))]
    return random.choice(NUMBERS if kind < 0.6 else CELLS)


def _element(name: str, random: Random, depth: int) -> str:
    attributes = "".join(f" k{number}={quoteattr(_text(random))}" for number in range(random.choice([0, 0, 1, 3])))
    inner = "".join(
        _element(f"e{number}", random, depth - 1) * random.choice([1, 1, 1, 3])
        for number in range(random.choice([1, 3, 6]) if depth else 0)
    )
    return f"<{name}{attributes}>{inner or escape(_text(random))}</{name}>"


def _text(random: Random) -> str:
    return random.choice(CELLS) or ""
