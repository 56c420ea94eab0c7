"""What every validation promises: a rule as users write it, and the check it becomes for one column."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

import pyarrow as pa

from pipeline_exec.dataplane.column_types.cell_type import CellType
from pipeline_exec.errors import FieldProblem, InvalidDocument
from pipeline_exec.model.document import Document


@dataclass(frozen=True)
class Cells:
    """Cells of one column: their text as mapped, and their values, null where the text is none of the type."""

    text: pa.StringArray
    values: pa.Array

    def take(self, places: pa.Array) -> Cells:
        """The cells at these places."""
        return Cells(self.text.take(places), self.values.take(places))


def values_of(texts: Sequence[str], cell_type: CellType, field: str) -> pa.Array:
    """What a rule's texts are in a column of this type.

    Raises:
        InvalidDocument: one of them is no value of the type; the path is ``field``.
    """
    text = pa.array(texts, pa.string())
    values, is_wrong = cell_type.parse(text)
    if is_wrong.true_count:
        complaint = cell_type.complaints(text.filter(is_wrong))[0].as_py()
        raise InvalidDocument(complaint, [FieldProblem(field, complaint)])
    return values


class Check(ABC):
    """A check of the cells of one column, batch by batch in the order of the rows."""

    code: str
    """Names what is wrong, for programs."""

    @abstractmethod
    def violations(self, cells: Cells) -> pa.BooleanArray:
        """True where a cell is wrong; null counts as false. An empty cell is wrong only if it must not be empty."""

    @abstractmethod
    def complaints(self, cells: Cells) -> pa.StringArray:
        """A sentence for each cell, all of which are wrong: what is expected, and what it is instead."""


class Rule(Document, ABC):
    """A validation; its arguments are the fields of its class."""

    code: ClassVar[str]

    @abstractmethod
    def check(self, cell_type: CellType, /) -> Check:
        """The check of a column of this type.

        Raises:
            InvalidDocument: the rule has no meaning there; paths are relative to the rule.
        """
