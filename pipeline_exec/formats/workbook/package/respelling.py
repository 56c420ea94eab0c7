"""XML as nearly every program would have written it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from lxml import etree

_SINGLE_QUOTED: Final = re.compile(rb"""<[^<>"']*'[^<>"]*>""")


def spellings(content: bytes, root: bytes) -> Iterator[bytes]:
    """The content of an element in several spellings of the same, the least costly first.

    Args:
        content: The XML, without comments and the like.
        root: The tag of the element, which says what names mean.
    """
    yield content
    if b"='" in content:
        # A tag that has quotes of both kinds, or a ">" within them, is broken by this, which whoever reads it sees.
        yield _SINGLE_QUOTED.sub(lambda tag: tag[0].replace(b"'", b'"'), content)
    parser = etree.XMLParser(resolve_entities=False, load_dtd=False, no_network=True)
    name = root[1:-1].split(maxsplit=1)[0]
    try:
        whole = etree.fromstring(b"%b<a>%b</a></%b>" % (root, content, name), parser)
    except etree.XMLSyntaxError:
        return
    xml: bytes = etree.tostring(whole, encoding="utf-8")
    yield xml[xml.index(b"<a>") + len(b"<a>") : xml.rindex(b"</a>")]
