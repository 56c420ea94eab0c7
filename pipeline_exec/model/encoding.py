"""Encodings of text, by the names of Python's codecs."""

from __future__ import annotations

import codecs
from typing import Final

#: Codecs of Python that spell text in ASCII. No file is in them, and they make halves of characters.
_SPELLINGS: Final = frozenset({"utf-7", "punycode", "idna", "unicode-escape", "raw-unicode-escape"})


def codec_name(name: str) -> str | None:
    """What Python calls an encoding of text; None when there is none of this name."""
    try:
        # Some of Python's codecs turn bytes into bytes, such as "zip"; they refuse to encode text.
        "".encode(name)
        found = codecs.lookup(name).name
    except (LookupError, ValueError):
        return None
    return None if found in _SPELLINGS else found


def known_encoding(name: str) -> str:
    """The name, if it is that of an encoding of text.

    Raises:
        ValueError: there is no such encoding.
    """
    if codec_name(name) is None:
        raise ValueError(f"There is no encoding {name!r}.")
    return name


def is_unicode(name: str) -> bool:
    """Whether an encoding of text is one of Unicode's, which have a byte order mark."""
    return (codec_name(name) or "").startswith("utf-")
