"""Texts in several formats (ECMA-376 part 1, 18.4): all that is not their characters is passed over.

A text may be cut into runs, each with its format, and may say how it sounds.
"""

from __future__ import annotations

from typing import Final

import numpy as np

from pipeline_exec.formats.workbook.cells.stored_cells import Bytes, Integers
from pipeline_exec.formats.workbook.package.spelling import Mask, Unusual, among, ends_at_once, spells, within

_FORMAT, _FORMAT_END = b"<rPr", b"</rPr>"
_SOUND, _SOUND_END = b"<rPh", b"</rPh>"
_RUN, _RUN_END = b"<r", b"</r>"
_PHONETIC, _PHONETIC_END = b"<phoneticPr", b"</phoneticPr>"
#: Not among what a format is made of.
_CONTENT: Final = (b"<t", b"<v", b"<c", b"<si", b"<is", b"<row", _SOUND)


def formatless(data: Bytes, tags: Integers) -> tuple[Integers, Integers]:
    """The tags that do not format texts, and where behind each of them the next tag of any kind begins.

    Args:
        data: The XML of rows or of shared texts.
        tags: Where each tag begins.

    Raises:
        Unusual: it cannot be sure which they are.
    """
    following = np.append(tags[1:], len(data))
    found = _others(data, tags)
    if not len(found):
        return tags, following
    at, is_open = tags[found], ~ends_at_once(data, following[found])
    formats, sounds = _are(data, at, _FORMAT), _are(data, at, _SOUND)
    in_format = _between(len(tags), found[formats & is_open], found[spells(data, at, _FORMAT_END)])
    in_sound = _between(len(tags), found[sounds & is_open], found[spells(data, at, _SOUND_END)])
    if any(_are(data, tags[in_format], name).any() for name in _CONTENT):
        raise Unusual
    is_known = formats | sounds | _are(data, at, _RUN) | _are(data, at, _PHONETIC)
    for end in (_FORMAT_END, _SOUND_END, _RUN_END, _PHONETIC_END):
        is_known |= spells(data, at, end)
    is_kept = ~(in_format | in_sound)
    is_kept[found[is_known]] = False
    return tags[is_kept], following[is_kept]


def _others(data: Bytes, tags: Integers) -> Integers:
    """Which tags may be of formats: those with ``r`` and ``p``, but for rows."""
    first, second = data[tags + 1], data[tags + 2]
    is_end = first == ord("/")
    initial = np.where(is_end, second, first)
    found = np.flatnonzero((initial == ord("r")) | (initial == ord("p")))
    is_row = data[tags[found] + 2 + is_end[found]] == ord("o")
    return np.delete(found, np.flatnonzero(is_row))


def _between(count: int, starts: Integers, ends: Integers) -> Mask:
    is_start, is_end = np.zeros(count, np.bool_), np.zeros(count, np.bool_)
    is_start[starts] = is_end[ends] = True
    return within(is_start, is_end)


def _are(data: Bytes, tags: Integers, name: bytes) -> Mask:
    """Which tags begin an element of this name."""
    is_named: Mask = spells(data, tags, name) & among(data[tags + len(name)], b" />")
    return is_named
