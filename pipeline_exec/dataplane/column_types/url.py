"""Addresses on the web."""

from __future__ import annotations

from typing import ClassVar

from pipeline_exec.dataplane.column_types.string import ShapedType

_INNER = r"[\p{L}\p{N}_-]"
_LABEL = rf"[\p{{L}}\p{{N}}](?:{_INNER}*[\p{{L}}\p{{N}}])?"
#: A name ends in a label that is no number, or it would be taken for an address of a network.
_LAST_LABEL = rf"(?:\p{{N}}[\p{{N}}_-]*)?\p{{L}}(?:{_INNER}*[\p{{L}}\p{{N}}])?"
_OCTET = r"(?:25[0-5]|2[0-4][0-9]|1[0-9]{2}|[1-9]?[0-9])"
_IPV4 = rf"{_OCTET}(?:\.{_OCTET}){{3}}"
_IPV6 = rf"\[(?:[0-9A-Fa-f]{{0,4}}:){{2,7}}(?:[0-9A-Fa-f]{{0,4}}|{_IPV4})\]"
_HOST = rf"(?:(?:{_LABEL}\.)*{_LAST_LABEL}\.?|{_IPV4}|{_IPV6})"
_PORT = r"0*(?:6553[0-5]|655[0-2][0-9]|65[0-4][0-9]{2}|6[0-4][0-9]{3}|[1-5][0-9]{4}|[0-9]{1,4})"
_REST = r"[^\s\p{Z}\p{C}<>\"{}|\\^`]*"


class UrlType(ShapedType):
    """``http``, ``https`` or ``ftp`` with a host: ``https://example.com/a?b=c``. International names are welcome."""

    name = "url"
    expectation = "an address like https://example.com/page"
    pattern: ClassVar[str] = rf"(?i:https?|ftp)://(?:[^\s\p{{Z}}\p{{C}}/?#@]*@)?{_HOST}(?::{_PORT})?(?:[/?#]{_REST})?"
