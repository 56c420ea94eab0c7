"""The characters of runs of records: which are allowed, and what references to them mean."""

from __future__ import annotations

import re
from typing import Final

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

_LINE_FEED, _RETURN, _TAB, _FIRST_VISIBLE = 0x0A, 0x0D, 0x09, 0x20
#: What is no character of XML, in UTF-8, and what text must not hold.
_FORBIDDEN: Final = (b"\xef\xbf\xbe", b"\xef\xbf\xbf", b"]]>")
_REFERENCE: Final = re.compile(r"&(?:(lt|gt|amp|quot|apos)|#([0-9]{1,7})|#x([0-9A-Fa-f]{1,6}));")
_ANY_REFERENCE: Final = re.compile(rb"&[^;<]{0,12};?")
_ENTITIES: Final = {"lt": "<", "gt": ">", "amp": "&", "quot": '"', "apos": "'"}
#: Characters that only a reference can bring in, but for those below a space that XML has not.
_ALLOWED: Final = re.compile(r"[\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


class Irregular(Exception):
    """A run holds what the parser must see."""


def check_characters(run: bytes) -> None:
    """Return if a run holds nothing but what text of XML may hold.

    Raises:
        Irregular: it does.
    """
    data = np.frombuffer(run, np.uint8)
    low = data[data < _FIRST_VISIBLE]
    is_space = (low == _LINE_FEED) | (low == _RETURN) | (low == _TAB)
    if not is_space.all() or any(each in run for each in _FORBIDDEN):
        raise Irregular
    if not run.isascii():
        try:
            run.decode()
        except UnicodeDecodeError:
            raise Irregular from None
    for reference in () if b"&" not in run else set(_ANY_REFERENCE.findall(run)):
        _resolved(reference.decode("ascii", "replace"))


def resolved(text: pa.StringArray) -> pa.StringArray:
    """The text of a run that was checked, with the characters that its references mean."""
    where = pc.match_substring(text, "&")
    if not where.true_count:
        return text
    cells = [_REFERENCE.sub(_character, cell) for cell in text.filter(where).to_pylist()]
    return pc.replace_with_mask(text, where, pa.array(cells, pa.string()))


def _resolved(reference: str) -> str:
    found = _REFERENCE.fullmatch(reference)
    if found is None:
        raise Irregular
    return _character(found)


def _character(reference: re.Match[str]) -> str:
    name, decimal, hexadecimal = reference.groups()
    if name:
        return _ENTITIES[name]
    code = int(decimal) if decimal else int(hexadecimal, 16)
    character = chr(code) if code <= 0x10FFFF else ""
    if not _ALLOWED.fullmatch(character):
        raise Irregular
    return character
