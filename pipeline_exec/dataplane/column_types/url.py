"""Addresses on the web."""

from __future__ import annotations

from typing import ClassVar

from pipeline_exec.dataplane.column_types.string import ShapedType

_LABEL = r"[\p{L}\p{N}](?:[\p{L}\p{N}_-]*[\p{L}\p{N}])?"
_HOST = rf"(?:{_LABEL}(?:\.{_LABEL})*\.?|\[[0-9A-Fa-f:.]+\])"
_REST = r"[^\s\p{Z}\p{C}<>\"{}|\\^`]*"


class UrlType(ShapedType):
    """``http``, ``https`` or ``ftp`` with a host: ``https://example.com/a?b=c``. International names are welcome."""

    name = "url"
    expectation = "an address like https://example.com/page"
    pattern: ClassVar[str] = (
        rf"(?i:https?|ftp)://(?:[^\s\p{{Z}}\p{{C}}/?#@]*@)?{_HOST}(?::[0-9]{{1,5}})?(?:[/?#]{_REST})?"
    )
