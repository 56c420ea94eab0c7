"""Formulas: ``(price * quantity) * (1 - discount / 100)``, read and computed for whole columns."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import reduce
from typing import Final

import pyarrow as pa

from pipeline_exec.dataplane.arithmetic import exact
from pipeline_exec.dataplane.arithmetic.exact import DECIMALS, Numbers
from pipeline_exec.dataplane.column_names import TABLE
from pipeline_exec.dataplane.problems import listed

MOST_TOKENS: Final = 200
"""Numbers, names and signs of a formula."""
MOST_NESTED: Final = 30
"""Brackets within brackets."""

Columns = Mapping[tuple[str, ...], Numbers]
"""Numbers by the name a formula calls them by."""
Compute = Callable[[Columns, int], Numbers]
"""A part of a formula over so many rows."""


class Formula:
    """``+ - * / %``, parentheses and functions over numbers and columns.

    A column is called by its name, in double quotes where it is no plain word, with ``source.`` before it if need be.
    """

    def __init__(self, text: str) -> None:
        """Read it.

        Raises:
            ValueError: it is none; the message is a sentence that begins with its verb.
        """
        reader = _Reader(list(_tokens(text)))
        self._compute = reader.whole()
        self.names: tuple[tuple[str, ...], ...] = tuple(dict.fromkeys(reader.names))
        """What it calls the columns it needs."""

    def compute(self, columns: Mapping[tuple[str, ...], pa.StringArray], rows: int) -> pa.StringArray:
        """The outcome in plain notation for each row.

        It is empty where a cell is empty, unless ``coalesce`` says otherwise. Where a cell is no number it is the
        cell's text, and where there is no outcome (a division by zero, a number too large) the operation's: ``12/0``.

        Args:
            columns: The text of each of ``names``.
            rows: How many rows there are.
        """
        numbers = {name: exact.read(text) for name, text in columns.items()}
        return exact.show(self._compute(numbers, rows))


@dataclass
class _Reader:
    """Reads a formula's tokens one after the other."""

    tokens: Sequence[str]
    place: int = 0
    depth: int = 0
    names: list[tuple[str, ...]] = field(default_factory=list)

    def whole(self) -> Compute:
        if len(self.tokens) > MOST_TOKENS:
            raise ValueError(f"must not have more than {MOST_TOKENS} numbers, names and signs")
        outcome = self._sum()
        if self._ahead:
            raise ValueError(f"has {self._ahead!r} where it should have ended")
        return outcome

    @property
    def _ahead(self) -> str:
        return self.tokens[self.place] if self.place < len(self.tokens) else ""

    def _next(self) -> str:
        token = self._ahead
        self.place += 1
        return token

    def _expect(self, token: str) -> None:
        found = self._next()
        if found != token:
            raise ValueError(
                f"has {found!r} where {token!r} should stand" if found else f"ends where {token!r} should stand"
            )

    def _sum(self) -> Compute:
        if self.depth > MOST_NESTED:
            raise ValueError(f"has more than {MOST_NESTED} brackets within brackets")
        self.depth += 1
        outcome = self._chain(self._product, {"+": exact.add, "-": exact.subtract})
        self.depth -= 1
        return outcome

    def _product(self) -> Compute:
        return self._chain(self._signed, {"*": exact.multiply, "/": exact.divide, "%": exact.remainder})

    def _chain(self, part: Callable[[], Compute], signs: Mapping[str, _Operation]) -> Compute:
        outcome = part()
        while self._ahead in signs:
            outcome = _operation(signs[self._next()], outcome, part())
        return outcome

    def _signed(self) -> Compute:
        is_negative = False
        while self._ahead in ("-", "+"):
            is_negative ^= self._next() == "-"
        part = self._primary()
        return (lambda columns, rows: exact.negate(part(columns, rows))) if is_negative else part

    def _primary(self) -> Compute:
        token = self._next()
        if token == "(":  # noqa: S105  # no password
            outcome = self._sum()
            self._expect(")")
            return outcome
        if token.strip(".")[:1].isdigit():
            exact.number(token, 1)
            return lambda _, rows: exact.number(token, rows)
        if self._ahead == "(" and _is_name(token):
            return self._call(token.lower())
        return self._column(token)

    def _column(self, token: str) -> Compute:
        name: tuple[str, ...] = (self._part(token),)
        if self._ahead == "." and token.lower() == TABLE:
            self._next()
            name = (*name, self._part(self._next()))
        self.names.append(name)
        return lambda columns, _: columns[name]

    def _part(self, token: str) -> str:
        if token.startswith('"'):
            return token[1:-1].replace('""', '"')
        if not _is_name(token):
            raise ValueError(f"has {token!r} where a number or a column should stand" if token else "ends too early")
        return token

    def _call(self, function: str) -> Compute:
        self._expect("(")
        if function == "round":
            return self._round()
        if function not in _FUNCTIONS:
            raise ValueError(f"calls {function}(), which it cannot; there are {listed([*_FUNCTIONS, 'round'])}")
        arguments = [self._sum()]
        while self._ahead == ",":
            self._next()
            arguments.append(self._sum())
        self._expect(")")
        return _called(function, arguments)

    def _round(self) -> Compute:
        number, decimals = self._sum(), "0"
        if self._ahead == ",":
            self._next()
            decimals = self._next()
        if not (decimals.isdecimal() and decimals.isascii() and int(decimals) <= DECIMALS):
            raise ValueError(f"rounds to {decimals!r} digits behind the point; write a number from 0 to {DECIMALS}")
        self._expect(")")
        return lambda columns, rows: exact.rounded(number(columns, rows), int(decimals))


_Operation = Callable[[Numbers, Numbers], Numbers]


def _operation(operation: _Operation, left: Compute, right: Compute) -> Compute:
    return lambda columns, rows: operation(left(columns, rows), right(columns, rows))


def _called(function: str, arguments: Sequence[Compute]) -> Compute:
    fewest, most, apply = _FUNCTIONS[function]
    if not fewest <= len(arguments) <= most:
        raise ValueError(f"calls {function} with {len(arguments)} values")
    return lambda columns, rows: apply([argument(columns, rows) for argument in arguments])


def _tokens(text: str) -> Iterator[str]:
    end = 0
    for match in _TOKEN.finditer(text):
        if match.start() != end:
            break
        end = match.end()
        if match["token"]:
            yield match["token"]
    if end != len(text):
        raise ValueError(f"has {text[end]!r}, which is no part of a formula")


def _is_name(token: str) -> bool:
    return token.isidentifier()


_TOKEN: Final = re.compile(r'(?P<token>"(?:[^"]|"")+"|\d+(?:\.\d*)?|\.\d+|[^\W\d]\w*|[-+*/%(),.])|\s+')
_FUNCTIONS: Final[Mapping[str, tuple[int, int, Callable[[Sequence[Numbers]], Numbers]]]] = {
    "abs": (1, 1, lambda numbers: exact.absolute(numbers[0])),
    "ceil": (1, 1, lambda numbers: exact.rounded(numbers[0], 0, "up")),
    "coalesce": (2, MOST_TOKENS, lambda numbers: reduce(Numbers.or_else, numbers)),
    "floor": (1, 1, lambda numbers: exact.rounded(numbers[0], 0, "down")),
    "max": (2, MOST_TOKENS, lambda numbers: reduce(exact.larger, numbers)),
    "min": (2, MOST_TOKENS, lambda numbers: reduce(exact.smaller, numbers)),
}
