"""XML without what is no element and no text: comments, instructions, sections of characters (XML 1.0, 2.5 to 2.7)."""

from __future__ import annotations

import re
from codecs import BOM_UTF8
from collections.abc import Iterable, Iterator
from typing import Final

_ASIDE: Final = re.compile(rb"<!--.*?-->|<!\[CDATA\[(?P<characters>.*?)\]\]>|<\?.*?\?>", re.DOTALL)
_KINDS: Final = (b"<!--", b"<![CDATA[", b"<?")
_OTHER_ENCODING: Final = re.compile(rb"""\s*<\?xml[^>]*encoding=["'](?!utf-8|us-ascii)""", re.IGNORECASE)
#: Bytes of one of them at most.
_LONGEST: Final = 16 << 20


def is_utf8(head: bytes) -> bool:
    """Whether XML that begins like this is in UTF-8."""
    # In UTF-16 every other byte of a tag is zero.
    return b"\0" not in head[:4] and not _OTHER_ENCODING.match(head.removeprefix(BOM_UTF8))


def without_asides(chunks: Iterable[bytes]) -> Iterator[bytes]:
    """XML without comments and instructions, and with entities instead of sections of characters.

    Raises:
        ValueError: it declares something, of which workbooks have none, or an aside does not end.
    """
    rest = b""
    for chunk in chunks:
        rest += chunk
        if _begins(rest) < len(rest):
            rest = _ASIDE.sub(_meant, rest)
        begins = _begins(rest)
        if begins:
            yield rest[:begins]
            rest = rest[begins:]
        if len(rest) > _LONGEST or not any(kind.startswith(rest[: len(kind)]) for kind in _KINDS):
            raise ValueError("an aside that is none, or does not end")
    if rest:
        raise ValueError("an aside that does not end")


def _begins(xml: bytes) -> int:
    """Where the first aside begins, or may begin in what is not read yet; where the XML ends if there is none."""
    found = (xml.find(b"<!"), xml.find(b"<?"), len(xml) - 1 if xml.endswith(b"<") else -1)
    return min((at for at in found if at >= 0), default=len(xml))


def _meant(aside: re.Match[bytes]) -> bytes:
    characters = aside["characters"] or b""
    return characters.replace(b"&", b"&amp;").replace(b"<", b"&lt;").replace(b">", b"&gt;")
