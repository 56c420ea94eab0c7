"""Objects of a known shape as record batches of text: whole columns at once."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from pipeline_exec.dataplane.text import Places
from pipeline_exec.formats.records.cells import Cells
from pipeline_exec.formats.records.members import Members, members_of
from pipeline_exec.formats.records.runs import Irregular
from pipeline_exec.formats.records.shape import Keys, Shape

_SURROGATE: Final = re.compile("[\ud800-\udfff]")
#: Cells a batch may have: many objects without most of the keys are hardly any text.
_MOST_CELLS: Final = 8_000_000


class RowReader:
    """Reads objects of a shape as record batches."""

    def __init__(self, shape: Shape, schema: pa.Schema) -> None:
        self._keys = shape.keys
        self._schema = schema
        self._columns = list(shape.columns)
        # Where two ways lead to one column, the last of a record counts, which only its order tells. Keys with halves
        # of characters, which only escapes can bring in, are no text.
        self._is_plain = len(list(shape.keys.columns())) == len(self._columns) and not any(
            map(_SURROGATE.search, shape.keys.everywhere())
        )

    def lines(self, text: bytes) -> pa.RecordBatch:
        """As ``RunReader`` says."""
        if not self._is_plain:
            raise Irregular
        members = members_of(text)
        if members.objects * len(self._columns) > _MOST_CELLS:
            raise Irregular
        cells = dict(_columns(members, self._keys, ""))
        return pa.record_batch([cells[column] for column in self._columns], schema=self._schema)

    elements = lines


def _columns(members: Members, keys: Keys, prefix: str) -> Iterator[tuple[str, pa.StringArray]]:
    """The columns of objects and of those within them, by dotted name."""
    for key, chosen in _by_key(members, list(keys)):
        cells = Cells(members, chosen)
        if key in keys.values:
            yield prefix + key, cells.text()
        if key in keys.objects:
            for name, column in _inner_columns(cells, keys.objects[key], f"{prefix}{key}."):
                yield name, cells.where_objects(column)
        elif cells.has_objects:
            raise Irregular


def _inner_columns(cells: Cells, keys: Keys, prefix: str) -> Iterator[tuple[str, pa.StringArray]]:
    if cells.has_objects:
        yield from _columns(members_of(cells.objects()), keys, prefix)
    else:
        yield from ((name, pa.nulls(0, pa.string())) for name in keys.columns(prefix))


def _by_key(members: Members, keys: list[str]) -> Iterator[tuple[str, Places]]:
    """Which of the members have each key."""
    places = pc.index_in(members.keys, value_set=pa.array(keys, pa.string()))
    if places.null_count:
        raise Irregular
    found = places.to_numpy()
    width = len(keys)
    if len(found) == members.objects * width and (found.reshape(-1, width) == found[:width]).all():
        yield from ((keys[key], np.arange(at, len(found), width)) for at, key in enumerate(found[:width]))
        return
    for at, key in enumerate(keys):
        yield key, np.flatnonzero(found == at)
