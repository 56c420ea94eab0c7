"""Runs of records as record batches: whole columns at once."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import pyarrow as pa

from pipeline_exec.dataplane.text import empty_as_null
from pipeline_exec.formats.markup.characters import Irregular, check_characters, resolved
from pipeline_exec.formats.markup.lists import ListReader
from pipeline_exec.formats.markup.plan import Columns
from pipeline_exec.formats.markup.template import Template

#: How many characters of JSON text a byte of a list may count for: an empty element, ``<a/>``, counts for 16.
_MOST_GROWTH: Final = 4


class RunReader:
    """Reads runs of records of a template."""

    def __init__(self, template: Template, columns: Columns, schema: pa.Schema, max_cell_length: int) -> None:
        """Prepare.

        Args:
            template: Of the records.
            columns: Where what a group of the template is of has its column; what has none is left out.
            schema: Of the batches.
            max_cell_length: Lists that may be longer are left to the parser.
        """
        self.template = template
        self._columns = [columns.places.get(group, -1) for group in template.groups]
        self._lists = {columns.places[place, None]: ListReader(place, plan) for place, plan in columns.lists.items()}
        self._schema = schema
        self._longest_list = max_cell_length // _MOST_GROWTH

    def batch(self, data: bytes, at: int) -> tuple[pa.RecordBatch, int]:
        """The records of the run that begins here, and where it ends.

        Raises:
            Irregular: there is none, or some of their text is wrong.
        """
        records, end = self.template.values(data, at)
        if not records:
            raise Irregular
        run = data[at:end]
        check_characters(run)
        nothing = pa.nulls(len(records), pa.string())
        cells = {
            column: self._cells(column, values, has_references=b"&" in run)
            for column, values in zip(self._columns, zip(*records, strict=True), strict=False)
            if column >= 0
        }
        columns = [cells.get(column, nothing) for column in range(len(self._schema))]
        return pa.record_batch(columns, schema=self._schema), end

    def _cells(self, column: int, values: Sequence[bytes], *, has_references: bool) -> pa.StringArray:
        if column not in self._lists:
            text = pa.array(values, pa.binary()).view(pa.string())
            return empty_as_null(resolved(text) if has_references else text)
        if max(map(len, values)) > self._longest_list:
            raise Irregular
        return self._lists[column].cells(values)
