"""Bytes of XML looked at in many places at once."""

from __future__ import annotations

from typing import Final

import numpy as np
import numpy.typing as npt

from pipeline_exec.formats.workbook.cells.stored_cells import Bytes, Integers

Mask = npt.NDArray[np.bool_]
Words = npt.NDArray[np.uint64]


class Unusual(Exception):
    """XML is written in a way that few programs have."""


#: Behind the bytes, so that looking ahead needs no bounds.
_PADDING: Final = bytes(64)


def padded(piece: bytes) -> Bytes:
    """The bytes of a piece, with zeros behind them: whoever looks ahead meets nothing."""
    return np.frombuffer(piece + _PADDING, np.uint8)


def unprefixed(piece: bytes, prefix: bytes) -> bytes:
    """A piece of XML without the prefix that the names of all its elements have.

    Raises:
        Unusual: one of them has another.
    """
    if not prefix:
        return piece
    starts, ends = b"<" + prefix, b"</" + prefix
    if piece.count(starts) + piece.count(ends) != piece.count(b"<"):
        raise Unusual
    return piece.replace(starts, b"<").replace(ends, b"</")


def spells(data: Bytes, at: Integers, text: bytes) -> Mask:
    """Whether this text, of at most 64 bytes and none of them zero, stands at each of these places."""
    windows = np.ndarray((len(data) - len(text) + 1,), f"S{len(text)}", data, strides=(1,))
    is_spelled: Mask = windows[at] == text
    return is_spelled


def within(is_start: Mask, is_end: Mask) -> Mask:
    """Which of some tags are between a start and its end, the starts not among them.

    Raises:
        Unusual: starts and ends do not take turns.
    """
    turns = is_start | is_end
    opens = is_start[turns]
    if len(opens) % 2 or not opens[::2].all() or opens[1::2].any():
        raise Unusual
    is_odd: Mask = np.cumsum(turns, dtype=np.uint32) % 2 == 1
    return is_odd & ~is_start


def ends_at_once(data: Bytes, following: Integers) -> Mask:
    """Of each tag, by where the next one begins, whether its element ends with it: ``<c r="A1" s="3"/>``.

    Nothing but white space may stand behind a tag of which this is true.
    """
    at = following - 1
    spaced = np.flatnonzero(data[at] <= ord(" "))
    while len(spaced):
        at[spaced] -= 1
        spaced = spaced[(data[at[spaced]] <= ord(" ")) & (at[spaced] > 1)]
    is_at_once: Mask = (data[at] == ord(">")) & (data[at - 1] == ord("/"))
    return is_at_once


def words(data: Bytes, at: Integers) -> Words:
    """The eight bytes at each place as one number, to be compared with ``word``."""
    windows = np.ndarray((len(data) - 7,), np.uint64, data, strides=(1,))
    return windows[at]


def word(text: bytes) -> np.uint64:
    """Eight bytes as ``words`` has them."""
    return np.uint64(np.frombuffer(text, np.uint64)[0])


def among(characters: Bytes, allowed: bytes) -> Mask:
    """Whether each of these is one of those that are allowed."""
    is_allowed = np.zeros(256, np.bool_)
    is_allowed[list(allowed)] = True
    return is_allowed[characters]
