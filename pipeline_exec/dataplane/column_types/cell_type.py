"""What every column type promises: how its cells are read from text and shown as text."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping, Sequence
from typing import ClassVar, TypeVar

import pyarrow as pa

from pipeline_exec.dataplane.problems import Problems, listed
from pipeline_exec.dataplane.text import concatenated, cut, quoted, unread
from pipeline_exec.errors import FieldProblem, InvalidDocument
from pipeline_exec.model.target_model import TargetColumn

Understood = TypeVar("Understood")

_SPECIAL = (
    "output_format",
    "number_format",
    "input_formats",
    "region",
    "options",
    "options_matching",
    "options_threshold",
)


class CellType(ABC):
    """The cells of one column. Of what is shown, the same values are read again, unless the format leaves parts out.

    Text is taken as it stands: spaces around a value belong to it until a transformation cuts them off.
    """

    name: ClassVar[str]
    """Ends the code of its findings, ``type.<name>``."""
    arrow_type: ClassVar[pa.DataType] = pa.string()
    is_ordered: ClassVar[bool] = False
    """Whether one value may be less than another, so that there can be a minimum."""
    attributes: ClassVar[frozenset[str]] = frozenset()
    """Which of the attributes that only some columns can have mean something to it."""
    expectation: str
    """What a cell must be: ends the sentence "'x' is not …"."""

    def __init__(self, column: TargetColumn) -> None:
        """Prepare for a column.

        Raises:
            InvalidDocument: an attribute of the column is wrong; paths are relative to the column.
        """
        problems = Problems()
        for attribute in _SPECIAL:
            is_given = getattr(column, attribute) != TargetColumn.model_fields[attribute].default
            if is_given and attribute not in self.attributes:
                problems.add(attribute, f"means nothing to a column of type {self.name}; leave it out")
        problems.refuse(f"Column {column.key!r}")

    @property
    def guesses(self) -> Mapping[str, str]:
        """Which texts were taken for which values because they are similar: the first of them."""
        return {}

    @abstractmethod
    def read(self, text: pa.StringArray) -> pa.Array:
        """The value of each cell; null where it is empty or cannot be read."""

    @abstractmethod
    def show(self, values: pa.Array) -> pa.StringArray:
        """The text of each value, in the column's format."""

    def parse(self, text: pa.StringArray) -> tuple[pa.Array, pa.BooleanArray]:
        """The value of each cell, and which cells have a text that cannot be read."""
        values = self.read(text)
        return values, unread(text, values)

    def complaints(self, text: pa.StringArray) -> pa.StringArray:
        """A sentence for each cell, none of which can be read."""
        return concatenated(quoted(text), f" is not {self.expectation}.")


def understood(attribute: str, text: str, parse: Callable[[str], Understood]) -> Understood:
    """What an attribute of a column means.

    Raises:
        InvalidDocument: ``parse`` raised a ``ValueError``, whose message it takes over.
    """
    try:
        return parse(text)
    except ValueError as error:
        raise InvalidDocument(str(error), [FieldProblem(attribute, str(error))]) from None


def chosen(attribute: str, text: str | None, choices: Sequence[str]) -> str:
    """Which of the choices an attribute of a column names, in any case; the first when it is not given.

    Raises:
        InvalidDocument: it is none of them.
    """
    if not text:
        return choices[0]
    found = next((choice for choice in choices if choice.lower() == text.lower()), None)
    if found is None:
        message = f"{cut(text)!r} is not one of {listed(choices)}"
        raise InvalidDocument(f"{message}.", [FieldProblem(attribute, message)])
    return found
