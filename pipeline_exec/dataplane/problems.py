"""Problems: everything that is wrong with a document, so that its author sees all of it at once."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager

from pipeline_exec.dataplane.text import cut
from pipeline_exec.errors import FieldProblem, InvalidDocument

#: How many names or problems a message spells out.
MOST_NAMED = 20


class Problems:
    """Collects problems and raises them together."""

    def __init__(self) -> None:
        self._found: list[FieldProblem] = []

    @property
    def found(self) -> Sequence[FieldProblem]:
        """What was noted so far."""
        return tuple(self._found)

    def add(self, field: str, message: str) -> None:
        """Note what is wrong with a field, given by its dotted path."""
        self._found.append(FieldProblem(field, message))

    @contextmanager
    def collected(self, under: str = "") -> Iterator[None]:
        """Note what is raised as an ``InvalidDocument`` within the block, and go on behind it.

        Args:
            under: Dotted path of the part of the document to which the paths raised are relative.
        """
        try:
            yield
        except InvalidDocument as error:
            for problem in error.problems:
                self.add(".".join(filter(None, (under, problem.field))), problem.message)

    def refuse(self, subject: str) -> None:
        """Raise what was noted, if anything.

        Raises:
            InvalidDocument: with one problem for each wrong field.
        """
        if self._found:
            named = enumerated((f"{problem.field}: {problem.message.rstrip('.')}" for problem in self._found), "; ")
            raise InvalidDocument(f"{subject} is not valid: {named}.", self._found)


def listed(names: Iterable[str]) -> str:
    """Names as a sentence lists them, long ones cut."""
    return enumerated(map(cut, names))


def enumerated(phrases: Iterable[str], separator: str = ", ") -> str:
    """Phrases one after the other; of very many the first, and how many there are besides."""
    phrases = list(phrases)
    more = f" and {len(phrases) - MOST_NAMED} more" if len(phrases) > MOST_NAMED else ""
    return separator.join(phrases[:MOST_NAMED]) + more


def nearest(name: str, names: Iterable[str]) -> str | None:
    """The name that was probably meant; None when none is alike."""
    by_lower = {known.lower(): known for known in reversed(list(names))}
    alike = difflib.get_close_matches(name.lower(), by_lower, n=1)
    return by_lower[alike[0]] if alike else None


def unknown(kind: str, name: str, names: Iterable[str]) -> str:
    """A sentence about a name that is not known: which ones are, and which was probably meant."""
    names = list(names)
    meant = nearest(name, names)
    hint = f" (did you mean {meant}?)" if meant else ""
    return f"{name!r} is no {kind}{hint}; there are {listed(names)}"
