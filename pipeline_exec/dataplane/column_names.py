"""Names of columns as authors of expressions write them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from pipeline_exec.dataplane.problems import listed, nearest
from pipeline_exec.dataplane.text import cut

TABLE: Final = "source"
"""What the table of source columns is called."""


class ColumnNames:
    """Tells which column is meant.

    Upper and lower case differ only where two names differ in nothing else. Of columns with the same name the first
    counts.
    """

    def __init__(self, source: Sequence[str], beside: Sequence[str] = ()) -> None:
        """Know the names.

        Args:
            source: Of the source's columns.
            beside: Of further columns behind those; such a name hides one of the source, which is then reached as
                ``source.name``.
        """
        self._names = (*source, *beside)
        self._of_source = {name: place for place, name in reversed(list(enumerate(source)))}
        self._all = self._of_source | {name: len(source) + place for place, name in enumerate(beside)}

    def called(self, place: int) -> str:
        """What the column at a place is called."""
        return self._names[place]

    def place(self, parts: Sequence[str]) -> int:
        """The place of a column that is named by a word, or by two with a point between them.

        Raises:
            ValueError: there is no such column, or more than one; the message is a sentence that begins with its verb.
        """
        *qualifier, name = parts
        is_of_source = [part.lower() for part in qualifier] == [TABLE]
        if qualifier and not is_of_source:
            raise ValueError(
                f"names {'.'.join(parts)}, which is no column; a name with a point stands in double quotes"
            )
        places = self._of_source if is_of_source else self._all
        alike = [name] if name in places else [known for known in places if known.lower() == name.lower()]
        if not alike:
            raise ValueError(self._unknown(name))
        if len(alike) > 1:
            named = listed(map(repr, alike))
            raise ValueError(f"names {name}, and there are {named}: write one of them in double quotes")
        return places[alike[0]]

    def _unknown(self, name: str) -> str:
        names = list(dict.fromkeys(self._names))
        meant = nearest(name, names)
        hint = f" (did you mean {meant!r}?)" if meant else ""
        return f"names {cut(name)!r}, which is no column{hint}; there are {listed(map(repr, names))}"
