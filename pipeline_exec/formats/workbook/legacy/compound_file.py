"""OLE compound files ([MS-CFB]): the container of workbooks from before 2007 and of those with a password."""

from __future__ import annotations

import struct
from collections.abc import Iterator, Sequence
from itertools import islice
from pathlib import Path
from typing import Final

_MAGIC: Final = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_ENTRY_BYTES: Final = 128
_MINI_SHIFT: Final = 6
#: Sector numbers from here on mean something else, such as the end of a chain.
_LAST_SECTOR: Final = 0xFFFFFFFA
_STREAM: Final = 2
_ROOT: Final = 5

#: How many sectors of the table of chains the header lists.
_IN_HEADER: Final = 109
_END: Final = 0xFFFFFFFE
_FREE: Final = 0xFFFFFFFF
_TABLE_MARK: Final = 0xFFFFFFFD
#: Of the sectors of version 4, the only ones of which a file of 400 MB needs no second list of tables.
_LARGE: Final = 4096


class CompoundFile:
    """A compound file, held in memory."""

    def __init__(self, path: Path) -> None:
        """Open.

        Raises:
            ValueError, struct.error: it is damaged.
        """
        self._data = path.read_bytes()
        if self._data[:8] != _MAGIC:
            raise ValueError("no compound file")
        (self._shift,) = struct.unpack_from("<H", self._data, 30)
        if self._shift not in {9, 12}:
            raise ValueError("sectors of no known size")
        directory, self._cutoff, mini, _, difat = struct.unpack_from("<I4xIIII", self._data, 48)
        self._table = self._numbers(self._table_sectors(difat))
        self._mini_table = self._numbers(self._chain(mini, self._table))
        self._entries = dict(self._directory(directory))
        root = next((entry for name, entry in self._entries.items() if name[1] == _ROOT), (0, 0))
        self._mini = self._joined(self._chain(root[0], self._table)) if root[1] else b""

    @property
    def streams(self) -> Sequence[str]:
        """The names of its streams."""
        return [name for name, kind in self._entries if kind == _STREAM]

    def stream(self, name: str) -> bytes:
        """All bytes of a stream.

        Raises:
            KeyError, ValueError: there is none, or it is damaged.
        """
        start, size = self._entries[name, _STREAM]
        if size >= self._cutoff:
            return self._joined(self._chain(start, self._table))[:size]
        places = (number << _MINI_SHIFT for number in self._chain(start, self._mini_table))
        return b"".join(self._mini[place : place + (1 << _MINI_SHIFT)] for place in places)[:size]

    def _table_sectors(self, difat: int) -> Iterator[int]:
        """The sectors that hold the table of chains: the first of them in the header, others in a chain."""
        yield from _sectors(struct.unpack_from(f"<{_IN_HEADER}I", self._data, 76))
        each = (1 << self._shift) // 4 - 1
        for _ in range(len(self._data) >> self._shift):
            if difat >= _LAST_SECTOR:
                return
            *numbers, difat = struct.unpack_from(f"<{each + 1}I", self._sector(difat))
            yield from _sectors(numbers)

    def _chain(self, number: int, table: Sequence[int]) -> Iterator[int]:
        """The sectors of a stream, one after the other; no more than there are, should the chain be a ring."""
        for _ in range(len(table)):
            if number >= _LAST_SECTOR:
                return
            yield number
            number = table[number] if number < len(table) else _LAST_SECTOR
        if number < _LAST_SECTOR:
            raise ValueError("a chain that does not end")

    def _directory(self, first: int) -> Iterator[tuple[tuple[str, int], tuple[int, int]]]:
        entries = self._joined(self._chain(first, self._table))
        for at in range(0, len(entries) - _ENTRY_BYTES + 1, _ENTRY_BYTES):
            length, kind = struct.unpack_from("<HB", entries, at + 64)
            start, size = struct.unpack_from("<II", entries, at + 116)
            name = entries[at : at + max(min(length, 64) - 2, 0)].decode("utf-16-le", "replace")
            yield (name, kind), (start, size)

    def _numbers(self, sectors: Iterator[int]) -> Sequence[int]:
        data = self._joined(sectors)
        return memoryview(data[: len(data) // 4 * 4]).cast("I")

    def _joined(self, sectors: Iterator[int]) -> bytes:
        return b"".join(map(self._sector, islice(sectors, (len(self._data) >> self._shift) + 1)))

    def _sector(self, number: int) -> bytes:
        begins = (number + 1) << self._shift
        if begins >= len(self._data):
            raise ValueError("a sector beyond the end")
        return self._data[begins : begins + (1 << self._shift)]


def _sectors(numbers: Sequence[int]) -> Iterator[int]:
    return (number for number in numbers if number < _LAST_SECTOR)


def compound_of(name: str, stream: bytes) -> bytes:
    """A compound file that is sound whatever is in its only stream.

    Raises:
        ValueError: the stream is too large.
    """
    padded = stream.ljust(_LARGE, b"\0")
    sectors = -(-len(padded) // _LARGE)
    tables = -(-(sectors + 2) // (_LARGE // 4 - 1))
    if tables > _IN_HEADER:
        raise ValueError("a stream of more than 400 MB")
    chain = [*range(1, sectors), _END, _END, _END, *[_TABLE_MARK] * tables]
    chain += [_FREE] * (tables * _LARGE // 4 - len(chain))
    places = [*range(sectors + 2, sectors + 2 + tables)]
    header = struct.pack(
        f"<8s16x5H6x9I{_IN_HEADER}I",
        *(_MAGIC, 0x3E, 4, 0xFFFE, 12, _MINI_SHIFT),
        *(1, tables, sectors, 0, _LARGE, _END, 0, _END, 0),
        *(places + [_FREE] * (_IN_HEADER - tables)),
    )
    # Readers want the root to have a stream for small ones, though there are none.
    directory = _entry("Root Entry", _ROOT, 1, sectors + 1, _LARGE) + _entry(name, _STREAM, _FREE, 0, len(padded))
    pieces = (header, padded, directory, bytes(_LARGE), struct.pack(f"<{len(chain)}I", *chain))
    return b"".join(piece + bytes(-len(piece) % _LARGE) for piece in pieces)


def _entry(name: str, kind: int, child: int, start: int, size: int) -> bytes:
    text = name.encode("utf-16-le")
    return struct.pack("<64sHBBIII36xIQ", text, len(text) + 2, kind, 1, _FREE, _FREE, child, start, size)
