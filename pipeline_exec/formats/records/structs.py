"""The shape of records as types that decode them: one vouches for it, one takes their values as they stand."""

from __future__ import annotations

import re
from collections.abc import Iterator
from operator import attrgetter
from typing import Any, Final

import msgspec
import pyarrow as pa

from pipeline_exec.formats.records.cells import Cells
from pipeline_exec.formats.records.runs import Irregular, Objects
from pipeline_exec.formats.records.shape import Keys, Shape

#: More keys than that, and making a type of them takes longer than it saves.
_MOST_KEYS: Final = 1_000
#: What the key of a type may not hold.
_NO_KEY: Final = re.compile(r'["\\\x00-\x1f\ud800-\udfff]')

#: What is no object. Numbers are decoded, but nothing is made of them.
_Value = str | float | bool | None | list[msgspec.Raw]
_ABSENT: Final = msgspec.Raw(b"")


class Counter:
    """Counts objects, whatever they hold."""

    def __init__(self) -> None:
        self._objects = Objects(msgspec.defstruct("Object", [], gc=False))

    def objects(self) -> Objects:
        return self._objects

    def piece(self, records: list[Any]) -> range:
        return range(len(records))


class Voucher:
    """Vouches that objects have no other keys than those of a shape, and objects only where the shape has them."""

    def __init__(self, shape: Shape) -> None:
        self._shape = shape
        self._known = -1
        self._objects: Objects | None = None

    def objects(self) -> Objects | None:
        known = self._shape.size
        if known != self._known:
            self._known = known
            self._objects = Objects(_vouching(self._shape.keys)) if _can_be_type(self._shape) else None
        return self._objects

    def piece(self, records: list[Any]) -> range:
        return range(len(records))


class RowReader:
    """Reads objects of a shape as record batches of text."""

    def __init__(self, shape: Shape, schema: pa.Schema) -> None:
        self._schema = schema
        self._columns = list(shape.columns)
        # Where two ways lead to one column, the last of a record counts, which only its order tells.
        is_plain = len(list(shape.keys.columns())) == len(self._columns)
        self._level = _Level(shape.keys, "") if is_plain and _can_be_type(shape) else None

    def objects(self) -> Objects | None:
        return self._level.objects if self._level else None

    def piece(self, records: list[Any]) -> pa.RecordBatch:
        cells = dict(self._level.columns(records)) if self._level else {}
        return pa.record_batch([cells[column] for column in self._columns], schema=self._schema)


class _Level:
    """Objects that stand at one place, each value of which is taken as it stands."""

    def __init__(self, keys: Keys, prefix: str) -> None:
        self._fields = [(f"f{number}", key) for number, key in enumerate(keys)]
        self._values = keys.values
        self._prefix = prefix
        self._inner = {key: _Level(inner, f"{prefix}{key}.") for key, inner in keys.objects.items()}
        fields = [(field, msgspec.Raw, msgspec.field(name=key, default=_ABSENT)) for field, key in self._fields]
        self.objects = Objects(msgspec.defstruct("Object", fields, gc=False))

    def columns(self, records: list[Any]) -> Iterator[tuple[str, pa.StringArray]]:
        """The columns of the objects and of those within them, by dotted name."""
        for field, key in self._fields:
            cells = Cells(list(map(attrgetter(field), records)))
            if key in self._values:
                yield self._prefix + key, cells.text()
            if key in self._inner:
                inner = self._inner[key]
                for name, column in inner.columns(inner.objects.in_array(cells.objects())):
                    yield name, cells.where_objects(column)
            elif cells.has_objects:
                raise Irregular


def _can_be_type(shape: Shape) -> bool:
    return 0 < shape.size <= _MOST_KEYS and not any(map(_NO_KEY.search, shape.keys.everywhere()))


def _vouching(keys: Keys) -> type[msgspec.Struct]:
    fields = [
        (f"f{number}", _kind(keys, key), msgspec.field(name=key, default=None)) for number, key in enumerate(keys)
    ]
    return msgspec.defstruct("Object", fields, forbid_unknown_fields=True, gc=False)


def _kind(keys: Keys, key: str) -> Any:  # a type made at run time
    if key not in keys.objects:
        return _Value
    inner = _vouching(keys.objects[key])
    return inner | _Value if key in keys.values else inner
