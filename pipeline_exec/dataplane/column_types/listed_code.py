"""What codes of countries and of currencies have in common: a list says which there are."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

import pyarrow as pa
import pyarrow.compute as pc

from pipeline_exec.dataplane.column_types.cell_type import chosen
from pipeline_exec.dataplane.column_types.countries import Forms
from pipeline_exec.dataplane.column_types.string import StringType
from pipeline_exec.model.target_model import TargetColumn


class ListedCodeType(StringType):
    """A member of a list in one of its forms, in any case. It is kept in the first form, in its first spelling."""

    attributes = frozenset({"output_format", "input_formats"})
    forms: ClassVar[Forms]
    always_read: ClassVar[Sequence[str]]
    """The forms that every column reads."""

    def __init__(self, column: TargetColumn) -> None:
        super().__init__(column)
        names = list(self.forms)
        shown = chosen("output_format", column.output_format, names)
        asked = [chosen(f"input_formats.{number}", text, names) for number, text in enumerate(column.input_formats)]
        self._kept = pa.array(self.forms[names[0]][0], pa.string())
        self._shown = self._kept if shown == names[0] else pa.array(self.forms[shown][0], pa.string())
        self._spellings, self._codes = self._read_in({*self.always_read, shown, *asked})

    def read(self, text: pa.StringArray) -> pa.StringArray:
        return self._codes.take(pc.index_in(pc.utf8_upper(text), self._spellings))

    def show(self, values: pa.StringArray) -> pa.StringArray:
        return values if self._shown is self._kept else self._shown.take(pc.index_in(values, self._kept))

    def _read_in(self, names: set[str]) -> tuple[pa.StringArray, pa.StringArray]:
        kept = self._kept.to_pylist()
        meant = {
            spelling.upper(): code
            for name in names
            for spellings in self.forms[name]
            for spelling, code in zip(spellings, kept, strict=True)
        }
        return pa.array(list(meant), pa.string()), pa.array(list(meant.values()), pa.string())
