"""The bytes of a file as blocks of whole records."""

from __future__ import annotations

from typing import BinaryIO, Final

import numpy as np

from pipeline_exec.formats.delimited.detection import ZERO

#: Bytes behind a block that are held back, so that the last block has the last rows of the file.
TAIL: Final = 16 * 1024


class Blocks:
    """A window that moves over a file: what was read and is not used yet."""

    def __init__(self, file: BinaryIO, block_bytes: int, *, drops_zeros: bool) -> None:
        self._file = file
        self._block_bytes = block_bytes
        self._drops_zeros = drops_zeros
        self.window = b""
        self.is_last = False
        """Whether nothing follows the window."""
        self.zeros = 0
        """How many zero bytes were dropped."""
        self.lines = 0
        """How many lines were used so far."""

    def fill(self, at_least: int = 0) -> bool:
        """Read on until the window is as large as a block, and larger than some bytes; whether it holds anything."""
        pieces, size = [self.window], len(self.window)
        while not self.is_last and size <= max(self._block_bytes + TAIL, at_least):
            piece = self._read()
            pieces.append(piece)
            size += len(piece)
        self.window = b"".join(pieces)
        return bool(self.window)

    def use(self, size: int) -> bytes:
        """Take some bytes off the window."""
        used, self.window = self.window[:size], self.window[size:]
        self.lines += line_breaks(used)
        return used

    def give_back(self, used: bytes) -> None:
        """Put back what was taken last."""
        self.window = used + self.window
        self.lines -= line_breaks(used)

    def skip(self, size: int) -> None:
        """Pass over some bytes at the beginning of the file; they are counted as no lines."""
        while len(self.window) < size and not self.is_last:
            self.window += self._read()
        self.window = self.window[size:]

    def _read(self) -> bytes:
        piece = self._file.read(self._block_bytes)
        self.is_last = not piece
        if self._drops_zeros and ZERO.encode() in piece:
            self.zeros += piece.count(b"\0")
            piece = piece.replace(b"\0", b"")
        return piece


def line_breaks(text: bytes) -> int:
    """How many lines end in a text: at a line feed, a carriage return, or both."""
    feeds = np.count_nonzero(np.frombuffer(text, np.uint8) == ord("\n"))
    return int(feeds) + text.count(b"\r") - text.count(b"\r\n") if b"\r" in text else int(feeds)
