"""Places in a block of bytes as bits, 64 to a word: bit ``n`` stands for byte ``n``.

A block of 8 MB has more than a million quotes. As bits they fit into the processor's cache, as numbers they do not.
"""

from __future__ import annotations

from typing import Final

import numpy as np
import numpy.typing as npt

Bitmap = npt.NDArray[np.uint64]

_WORD: Final = 64
#: Bytes compared at a time, so that what comes of them stays in the cache too.
_PIECE: Final = 256 * 1024
_TOP, _ONE = np.uint64(_WORD - 1), np.uint64(1)


def where(block: bytes, among: bytes) -> Bitmap:
    """Where any of some bytes stands."""
    data = np.frombuffer(block, np.uint8)
    packed = np.zeros(-(-len(data) // _WORD) * 8, np.uint8)
    for start in range(0, len(data), _PIECE):
        piece = data[start : start + _PIECE]
        found = piece == among[0]
        for byte in among[1:]:
            found |= piece == byte
        bits = np.packbits(found, bitorder="little")
        packed[start // 8 : start // 8 + len(bits)] = bits
    return packed.view(np.uint64)


def behind(bits: Bitmap, *, start: bool = False) -> Bitmap:
    """The places behind those given; with the first, if what is before the block counts as one of them."""
    moved = bits << _ONE
    moved[1:] |= bits[:-1] >> _TOP
    moved[:1] |= np.uint64(start)
    return moved


def before(bits: Bitmap, *, end: int | None = None) -> Bitmap:
    """The places before those given; with the last of the block, if what is at its end counts as one of them."""
    moved = bits >> _ONE
    moved[:-1] |= bits[1:] << _TOP
    if end is not None:
        moved[(end - 1) // _WORD] |= _ONE << np.uint64((end - 1) % _WORD)
    return moved


def between(bits: Bitmap) -> Bitmap:
    """From the first place to before the second, from the third to before the fourth, and so on."""
    odd = bits.copy()
    for distance in (1, 2, 4, 8, 16, 32):
        odd ^= odd << np.uint64(distance)
    # An odd number of places in the words before turns a whole word.
    turned = np.bitwise_xor.accumulate(odd >> _TOP)
    odd[1:] ^= np.uint64(0) - turned[:-1]
    return odd


def holds(bits: Bitmap, place: int) -> bool:
    """Whether a place is among them."""
    return bool(int(bits[place // _WORD]) >> place % _WORD & 1)


def first(bits: Bitmap) -> int | None:
    """The first place; None when there is none."""
    words = np.flatnonzero(bits)
    if not len(words):
        return None
    word = int(bits[words[0]])
    return int(words[0]) * _WORD + (word & -word).bit_length() - 1


def last(bits: Bitmap, end: int) -> int | None:
    """The last place before some place; None when there is none."""
    kept = bits[: -(-end // _WORD)].copy()
    if end % _WORD:
        kept[-1] &= np.uint64((1 << end % _WORD) - 1)
    words = np.flatnonzero(kept)
    return int(words[-1]) * _WORD + int(kept[words[-1]]).bit_length() - 1 if len(words) else None
