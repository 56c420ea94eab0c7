"""What every transformation promises. Its arguments are the fields of its class.

There are three kinds, by what they see: a ``Step`` one text, a ``Merger`` the texts of several source columns, a
``RowStep`` the text so far and whatever else of the row, or beside the table, it asks for.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import ClassVar, Final

import pyarrow as pa

from pipeline_exec.errors import MappingFailure
from pipeline_exec.model.document import Document
from pipeline_exec.model.identity import ConnectorId

#: Bytes that one column of one batch may take; what is read comes in batches of about 16 MB.
LARGEST: Final = 2**29


class Step(Document, ABC):
    """A transformation of one column of text."""

    needs_source: ClassVar[bool] = True
    """Whether it makes something of the text it is given."""

    @abstractmethod
    def apply(self, text: pa.StringArray) -> pa.StringArray:
        """A text for each text. Empty cells come and may go as null; an empty text that comes out counts as null.

        Args:
            text: One batch; the outcome for a row depends on nothing but the row.
        """

    def size_after(self, text: pa.StringArray) -> int:
        """How many bytes the outcome takes at most; to be told by what makes texts much longer than they were."""
        return int(text.nbytes)


class Merger(Document, ABC):
    """A transformation of several source columns into one; it can only be the first."""

    @abstractmethod
    def merge(self, columns: Sequence[pa.StringArray]) -> pa.StringArray:
        """A text for each row of the columns, of which there is at least one."""

    def size_after(self, columns: Sequence[pa.StringArray]) -> int:
        """As that of a ``Step``."""
        return sum(column.nbytes for column in columns)


Tables = Callable[[ConnectorId], Iterable[pa.RecordBatch]]
"""The rows of an input connector: columns of text, and at least one batch, though it may have no rows.

Raises:
    SourceUnresponsive: the connector's source cannot be reached.
    SourceRefused: it says no, or there is nothing, or too much.
    ParsingFailure: what is there is no table.
"""


def no_tables(_: ConnectorId) -> Iterable[pa.RecordBatch]:
    """Where no connector is at hand.

    Raises:
        MappingFailure: whichever is asked for.
    """
    raise MappingFailure("The mapping looks values up in a connector, which cannot be asked here.")


@dataclass(frozen=True)
class Surroundings:
    """What there is beside the text so far."""

    columns: Sequence[str]
    """The names of the source's columns."""
    tables: Tables = no_tables


@dataclass(frozen=True)
class RowFunction:
    """A ``RowStep`` made ready for one source."""

    columns: Sequence[str]
    """The source columns it looks at, beside the text so far."""
    apply: Callable[[pa.StringArray, Sequence[pa.StringArray]], pa.StringArray]
    """As ``Step.apply``; its second argument are those columns. May raise ValueError with a sentence that begins with
    its verb: what it comes to nothing at."""


class RowStep(Document, ABC):
    """A transformation that sees more than the text so far. It is made ready once for each source."""

    sees_columns: ClassVar[bool] = True
    """Whether it can make one text of several source columns."""

    @property
    def needs_source(self) -> bool:
        """As that of a ``Step``."""
        return True

    @abstractmethod
    def prepared(self, surroundings: Surroundings) -> RowFunction:
        """Make it ready.

        Raises:
            ValueError: it cannot be, with this source; the message is a sentence that begins with its verb.
        """


def refuse_too_large(size: int) -> None:
    """Raise when what will be made of a batch cannot be held.

    Raises:
        ArrowCapacityError: some kernels count bytes in 32 bits without noticing that there are more.
    """
    if size > LARGEST:
        raise pa.ArrowCapacityError(f"they would make {size // 2**20} MB of a batch")
