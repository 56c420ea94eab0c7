"""What every transformation promises. Its arguments are the fields of its class."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence
from typing import ClassVar, Final

import pyarrow as pa

from pipeline_exec.model.document import Document

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
