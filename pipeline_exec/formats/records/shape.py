"""The shape of a file's records: which keys they have, and which of these hold objects in turn."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from pipeline_exec.formats.records.scanner import Number

_KINDS: Final = {Number: "a number", str: "a text", list: "an array", bool: "true or false"}


class Unfit(Exception):
    """What a record does that a row cannot: the end of a sentence, and what to do about it."""


class Keys:
    """The keys of objects that stand at one place."""

    def __init__(self) -> None:
        self.values: dict[str, None] = {}
        """Those that hold a value which is no object: a column each."""
        self.objects: dict[str, Keys] = {}
        """Those that hold an object. A key may be both, in one record this and in another that."""

    def __iter__(self) -> Iterator[str]:
        return iter(dict.fromkeys([*self.values, *self.objects]))

    def everywhere(self) -> Iterator[str]:
        """These keys and those of the objects within."""
        yield from self
        for inner in self.objects.values():
            yield from inner.everywhere()

    def columns(self, prefix: str = "") -> Iterator[str]:
        """The dotted names of the columns; one as often as there are ways to it."""
        yield from (prefix + key for key in self.values)
        for key, inner in self.objects.items():
            yield from inner.columns(f"{prefix}{key}.")


class Shape:
    """What is known so far of the records of a file."""

    def __init__(self, max_nesting: int) -> None:
        self.columns: dict[str, None] = {}
        """Dotted names, in the order in which they first appear."""
        self.keys = Keys()
        self.size = 0
        """How many keys there are at all places."""
        self._max_nesting = max_nesting

    def learn(self, record: object) -> None:
        """Add what a record has that those before had not.

        Raises:
            Unfit: it is no object, or has too many levels.
        """
        if not isinstance(record, dict):
            kind = _KINDS.get(type(record), "null")
            raise Unfit(f"is {kind}, not an object", "Set read_options.record_path to an array of objects.")
        self._learn(record, self.keys, "", 0)

    @property
    def too_deep(self) -> Unfit:
        """What is said of a record with too many levels."""
        return Unfit(
            f"has more than {self._max_nesting} levels",
            "Flatten it before sending it, or raise PIPELINE_EXEC_MAX_NESTING.",
        )

    def _learn(self, value: dict[str, object], keys: Keys, prefix: str, depth: int) -> None:
        if depth > self._max_nesting:
            raise self.too_deep
        for key, cell in value.items():
            if isinstance(cell, dict):
                if key not in keys.objects:
                    keys.objects[key] = Keys()
                    self.size += 1
                self._learn(cell, keys.objects[key], f"{prefix}{key}.", depth + 1)
            elif key not in keys.values:
                keys.values[key] = None
                self.size += 1
                self.columns[prefix + key] = None
