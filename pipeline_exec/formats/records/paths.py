"""Where in a JSON text its records are."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final, Generic, TypeVar, cast

from pipeline_exec.errors import ParsingFailure
from pipeline_exec.formats.records.runs import RunReader, Runs
from pipeline_exec.formats.records.scanner import Scanner
from pipeline_exec.formats.records.structs import counter

Piece = TypeVar("Piece")

#: How many keys an error names.
_OFFERED: Final = 10
#: For every key of an object, and the column its keys are then in.
_EVERY, _KEY_COLUMN = "*", "@key"
#: How an array begins that may be a row of a table; so many bytes tell, but for much space.
_ROW: Final = re.compile(rb'\[\s*["\d+\-tfnNI]')
_ROW_BYTES: Final = 64


def records_at(scanner: Scanner, path: str, reader: RunReader[Piece]) -> Iterator[Piece | object]:
    """The records of a text: one top-level value, or objects one after the other (JSON lines).

    Args:
        scanner: At the beginning of the text.
        reader: Makes pieces of as many records at once as it can; the others come one by one.
        path: Dotted keys to the records; they are the elements of an array there, or the object there. Arrays on the
            way are passed through element by element, and ``*`` stands for every key. Empty for the top.

    Raises:
        ParsingFailure: the text is not valid, or nothing is at the path.
    """
    runs = Runs(scanner, reader)
    walk = _Walk(scanner, runs)
    if not path and scanner.peek() == "[" and _ROW.match(scanner.ahead(_ROW_BYTES)):
        yield from _rows(scanner)
        return
    while begins := scanner.peek():
        is_array = begins == "["
        if begins == "{" and not path and (piece := runs.lines()) is not None:
            yield piece
            continue
        yield from walk.down(path)
        if is_array and scanner.peek():
            raise scanner.invalid("Extra data behind the array")
    walk.refuse_nothing_found(path)


def _rows(scanner: Scanner) -> Iterator[object]:
    """Arrays one after the other, each of them a record; the elements of the array at hand where there is but one."""
    first = scanner.value()
    if not scanner.peek():
        yield from cast("list[object]", first)
        return
    yield first
    while scanner.peek():
        yield scanner.value()


def longest_array(scanner: Scanner) -> str:
    """The path of the array that holds most objects, in the object at hand; empty when there is none.

    It is empty, too, when other values follow: then each of them is a record.
    """
    counts = dict(_arrays(scanner, "", 0))
    longest = max(counts, key=lambda path: counts[path], default="")
    return longest if counts.get(longest) and not scanner.peek() else ""


def _arrays(scanner: Scanner, prefix: str, depth: int) -> Iterator[tuple[str, int]]:
    """Every array that is reached by keys alone, and how many objects it holds."""
    if depth > scanner.max_nesting:
        raise scanner.too_deep()
    for key in scanner.members():
        path = f"{prefix}{key}"
        if scanner.peek() == "{":
            yield from _arrays(scanner, f"{path}.", depth + 1)
        elif scanner.peek() == "[":
            yield path, _objects(scanner)
        else:
            scanner.value()


def _objects(scanner: Scanner) -> int:
    """How many objects the array at hand holds."""
    found = 0
    for element in _elements(scanner, Runs(scanner, counter())):
        found += len(element) if isinstance(element, range) else isinstance(element, dict)
    return found


def _elements(scanner: Scanner, runs: Runs[Piece]) -> Iterator[Piece | object]:
    for _ in scanner.elements():
        piece = runs.elements() if scanner.peek() == "{" else None
        yield scanner.value() if piece is None else piece


class _Walk(Generic[Piece]):
    """Down from values to the records under a path."""

    def __init__(self, scanner: Scanner, runs: Runs[Piece]) -> None:
        self._scanner = scanner
        self._runs = runs
        self._found = False
        self._offered: dict[str, None] = {}

    def down(self, rest: str, depth: int = 0) -> Iterator[Piece | object]:
        """The records in the value at hand, ``rest`` of the path below it."""
        if depth > self._scanner.max_nesting:
            raise self._scanner.too_deep()
        begins = self._scanner.peek()
        if not rest:
            self._found = True
            yield from self._records(begins)
        elif begins == "[":
            for _ in self._scanner.elements():
                yield from self.down(rest, depth + 1)
        elif begins == "{":
            yield from self._through_members(rest, depth)
        else:
            self._scanner.value()

    def refuse_nothing_found(self, path: str) -> None:
        """Raises ParsingFailure when there was nothing at the path; it names the keys that are there."""
        if path and not self._found:
            there = ", ".join(self._offered) or "no object"
            raise ParsingFailure(
                f'The JSON file has nothing at "{path}"; where the path stops there is: {there}.',
                "Correct read_options.record_path.",
            )

    def _records(self, begins: str) -> Iterator[Piece | object]:
        if begins == "[":
            yield from _elements(self._scanner, self._runs)
        else:
            yield self._scanner.value()

    def _through_members(self, rest: str, depth: int) -> Iterator[Piece | object]:
        entered = False
        offered = []
        for key in self._scanner.members():
            if rest == _EVERY and self._scanner.peek() == "{":
                entered = self._found = True
                yield {_KEY_COLUMN: key, **cast("dict[str, object]", self._scanner.value())}
            elif rest.split(".", 1)[0] == _EVERY:
                entered = True
                yield from self.down(rest[len(_EVERY) + 1 :], depth + 1)
            elif rest == key or rest.startswith(f"{key}."):
                entered = True
                yield from self.down(rest[len(key) + 1 :], depth + 1)
            else:
                offered.append(key)
                self._scanner.skip()
        if not entered:
            self._offered.update(dict.fromkeys(offered[:_OFFERED]))
