"""Thrift's compact protocol, in which Parquet writes its metadata, as far as numbers and structs go.

https://github.com/apache/thrift/blob/master/doc/specs/thrift-compact-protocol.md
"""

from __future__ import annotations

from typing import Final

#: Structs and lists within one another.
_DEEPEST: Final = 32

_TRUE, _FALSE, _BYTE, _DOUBLE, _BINARY, _LIST, _SET, _MAP, _STRUCT = 1, 2, 3, 7, 8, 9, 10, 11, 12
_SIZES: Final = {_DOUBLE: 8}
_INTEGERS: Final = frozenset({4, 5, 6})

Struct = dict[int, object]
"""Values by the numbers of their fields: whole numbers, structs and lists of these. Everything else is None."""


class Malformed(Exception):
    """The bytes are none of this protocol."""


def struct_at(data: bytes, at: int) -> tuple[Struct, int]:
    """The struct that begins at a place, and where it ends.

    Raises:
        Malformed: there is none, or it goes on behind the bytes.
    """
    reader = _Reader(data, at)
    try:
        return reader.struct(0), reader.at
    except IndexError:
        raise Malformed from None


class _Reader:
    def __init__(self, data: bytes, at: int) -> None:
        self._data = data
        self.at = at

    def struct(self, depth: int) -> Struct:
        found: Struct = {}
        number = 0
        while header := self._byte():
            delta, kind = header >> 4, header & 15
            number = number + delta if delta else self._integer()
            found[number] = None if kind in {_TRUE, _FALSE} else self._value(kind, depth + 1)
        return found

    def _value(self, kind: int, depth: int) -> object:
        if depth > _DEEPEST:
            raise Malformed
        if kind in _INTEGERS:
            return self._integer()
        if kind == _STRUCT:
            return self.struct(depth)
        if kind in {_LIST, _SET}:
            return self._list(depth)
        if kind == _MAP:
            self._map(depth)
        else:
            self._skip(self._size() if kind == _BINARY else _SIZES.get(kind, 1))
        return None

    def _list(self, depth: int) -> list[object]:
        header = self._byte()
        size = self._size() if header >> 4 == 15 else header >> 4
        if size > len(self._data):
            raise Malformed
        return [self._value(header & 15, depth + 1) for _ in range(size)]

    def _map(self, depth: int) -> None:
        size = self._size()
        if size > len(self._data):
            raise Malformed
        kinds = self._byte() if size else 0
        for _ in range(size):
            self._value(kinds >> 4, depth + 1)
            self._value(kinds & 15, depth + 1)

    def _skip(self, size: int) -> None:
        self.at += size
        if self.at > len(self._data):
            raise Malformed

    def _byte(self) -> int:
        self.at += 1
        return self._data[self.at - 1]

    def _size(self) -> int:
        value = shift = 0
        while True:
            byte = self._byte()
            value |= (byte & 0x7F) << shift
            shift += 7
            if byte < 0x80:
                return value
            if shift > 63:
                raise Malformed

    def _integer(self) -> int:
        value = self._size()
        return (value >> 1) ^ -(value & 1)
