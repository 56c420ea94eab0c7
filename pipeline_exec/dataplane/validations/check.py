"""What every validation promises: a rule as users write it, and the check it becomes for one column."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import ClassVar, Protocol

import pyarrow as pa
import pyarrow.compute as pc

from pipeline_exec.dataplane.column_types.cell_type import CellType
from pipeline_exec.dataplane.keys import with_one_zero
from pipeline_exec.dataplane.problems import unknown
from pipeline_exec.dataplane.uniqueness import KeyBudget
from pipeline_exec.errors import FieldProblem, InvalidDocument
from pipeline_exec.model.document import Document


@dataclass(frozen=True)
class Cells:
    """Cells of one column: their text as mapped, and their values, null where the text is none of the type."""

    text: pa.StringArray
    values: pa.Array
    beside: Mapping[str, Cells] = field(default_factory=dict, repr=False)
    """The cells of every column in the same rows, by key; these have none beside them."""
    is_missing: pa.BooleanArray | None = None
    """True where the row of the file ended before the cell; None when no row did."""
    surplus: pa.StringArray | None = None
    """Of the last column: the cells of the file's row that stand beyond it; None when no row has any."""

    def take(self, places: pa.Array) -> Cells:
        """The cells at these places."""
        is_missing, surplus = (None if each is None else each.take(places) for each in (self.is_missing, self.surplus))
        beside = _Taken(self.beside, places) if self.beside else self.beside
        return Cells(self.text.take(places), self.values.take(places), beside, is_missing, surplus)


class _Taken(Mapping[str, Cells]):
    """Cells at some places, taken of those columns only that are asked for."""

    def __init__(self, cells: Mapping[str, Cells], places: pa.Array) -> None:
        self._cells, self._places = cells, places

    def __getitem__(self, key: str) -> Cells:
        return self._cells[key].take(self._places)

    def __iter__(self) -> Iterator[str]:
        return iter(self._cells)

    def __len__(self) -> int:
        return len(self._cells)


class Judge(Protocol):
    """Somebody outside who is asked about rows."""

    @property
    def host(self) -> str:
        """As messages name it."""

    def ask(self, question: bytes) -> bytes:
        """The answer to a question, both JSON.

        Raises:
            ExecutionFailure: there is none, or it is longer than any can be.
        """


Judges = Callable[[str], Judge]


@dataclass(frozen=True)
class Place:
    """Where a rule stands: in which column of which target."""

    key: str
    types: Mapping[str, CellType | None]
    """By key; None for a column that is itself not valid."""
    judges: Judges | None = None
    """Who is asked about rows, by the connector's id; None where nobody is."""
    key_budget: KeyBudget = field(default_factory=KeyBudget)
    """What all unique columns of the target take in memory together."""

    @property
    def type(self) -> CellType:
        """Of the column in which the rule stands."""
        return self.type_of(self.key, "")

    def others(self, keys: Collection[str], at: str) -> None:
        """Refuse what is no other column.

        Raises:
            InvalidDocument: the path is ``at``.
        """
        for key in keys:
            self.type_of(key, at)
            if key == self.key:
                raise wrong(at, "must name other columns than its own")

    def type_of(self, key: str, at: str) -> CellType:
        """The type of a column.

        Raises:
            InvalidDocument: there is no such column; the path is ``at``. Without a problem of its own where the column
                is not valid, which is said there.
        """
        if key not in self.types:
            raise wrong(at, unknown("column", key, self.types))
        found = self.types[key]
        if found is None:
            raise InvalidDocument(f"Column {key!r} is not valid.")
        return found


def wrong(field: str, message: str) -> InvalidDocument:
    """The refusal of one argument of a rule."""
    return InvalidDocument(f"{message}.", [FieldProblem(field, message)])


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


def is_one_of(values: pa.Array, allowed: pa.Array) -> pa.BooleanArray:
    """Whether each value is one of those allowed; null is none."""
    return pc.is_in(with_one_zero(values), with_one_zero(allowed))


class Check(ABC):
    """A check of the cells of one column, batch by batch in the order of the rows."""

    code: str
    """Names what is wrong, for programs."""
    is_heavy: ClassVar[bool] = False
    """Whether it may take so much memory that no other column is to be checked meanwhile."""

    @abstractmethod
    def violations(self, cells: Cells) -> pa.BooleanArray:
        """True where a cell is wrong; null counts as false. An empty cell is wrong only if it must not be empty."""

    @abstractmethod
    def complaints(self, cells: Cells) -> pa.StringArray:
        """A sentence for each cell, all of which are wrong: what is expected, and what it is instead."""

    def evidence(self, cells: Cells) -> pa.StringArray:
        """What the findings show as the value of each cell, all of which are wrong."""
        return cells.text


class Inquiry(ABC):
    """A check of whole rows, whose findings may be in several columns."""

    code: str

    @abstractmethod
    def findings(self, table: Mapping[str, Cells], first_row: int) -> pa.RecordBatch:
        """What is wrong with the cells of a batch, in the schema of findings, row after row.

        Args:
            table: The cells of every column, by key.
            first_row: The number of the batch's first row.
        """


class Rule(Document, ABC):
    """A validation; its arguments are the fields of its class."""

    code: ClassVar[str]

    @abstractmethod
    def check(self, place: Place, /) -> Check | Inquiry:
        """The check of the column in which the rule stands.

        Raises:
            InvalidDocument: the rule has no meaning there; paths are relative to the rule.
        """
