"""Truth values."""

from __future__ import annotations

from typing import Final

import pyarrow as pa
import pyarrow.compute as pc

from pipeline_exec.dataplane.column_types.cell_type import CellType, understood
from pipeline_exec.model.target_model import TargetColumn


class BooleanType(CellType):
    """``true yes y t on 1`` or ``false no n f off 0``, in upper and lower case; shown as ``true`` and ``false``.

    With an ``output_format`` of two words it is shown by the first or the second of them, and they are read as well:
    ``yes/no``, ``ja/nein``.
    """

    name = "boolean"
    arrow_type = pa.bool_()
    attributes = frozenset({"output_format"})
    expectation = "true or false (yes or no, y or n, 1 or 0)"

    def __init__(self, column: TargetColumn) -> None:
        super().__init__(column)
        own = understood("output_format", column.output_format, _two_words) if column.output_format else ()
        self._shown = pa.array(own[::-1]) if own else None
        values = _VALUES | {word.lower(): word == own[0] for word in own}
        self._words, self._values = pa.array(list(values)), pa.array(list(values.values()))
        if own:
            self.expectation = f"{self.expectation} or {' or '.join(own)}"

    def read(self, text: pa.StringArray) -> pa.BooleanArray:
        return self._values.take(pc.index_in(pc.utf8_lower(text), self._words))

    def show(self, values: pa.BooleanArray) -> pa.StringArray:
        return values.cast(pa.string()) if self._shown is None else self._shown.take(values.cast(pa.int8()))


def _two_words(text: str) -> tuple[str, ...]:
    words = tuple(text.split("/"))
    if len(words) != 2 or not all(words) or words[0].lower() == words[1].lower():
        raise ValueError(f"{text!r} is not two words for true and false. Write it like yes/no.")
    if _VALUES.get(words[0].lower()) is False or _VALUES.get(words[1].lower()) is True:
        raise ValueError(f"{text!r} means the contrary everywhere else. Write the word for true first, like yes/no.")
    return words


_VALUES: Final = {
    **dict.fromkeys(("true", "yes", "y", "t", "on", "1"), True),
    **dict.fromkeys(("false", "no", "n", "f", "off", "0"), False),
}
