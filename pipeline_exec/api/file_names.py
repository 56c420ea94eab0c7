"""What a sender calls a file: from the headers of a request or of a part of one."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import PurePosixPath
from urllib.parse import unquote

from python_multipart.multipart import parse_options_header

from pipeline_exec.model.file_name import plain_name

LONGEST_STEM = 200
LONGEST_EXTENSION = 20

UNNAMED = "payload"

EXTENSIONS = {
    "application/json": "json",
    "application/x-ndjson": "ndjson",
    "application/xml": "xml",
    "text/xml": "xml",
    "text/csv": "csv",
    "text/tab-separated-values": "tsv",
    "application/vnd.ms-excel": "xls",
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet": "xlsx",
    "application/gzip": "gz",
    "application/zip": "zip",
}
"""What a file without an extension is, by its media type."""


#: RFC 8187, which python-multipart leaves aside; it comes before the plain name (RFC 6266, section 4.3).
_EXTENDED = re.compile(r"filename\*\s*=\s*utf-8'[^']*'([^;\s]+)", re.IGNORECASE)


def sent_name(headers: Mapping[str, str]) -> str:
    """The name of a body, from ``Content-Disposition`` or ``X-File-Name``, and its media type where that has none."""
    given = disposed_name(headers.get("content-disposition", "")) or unquote(headers.get("x-file-name", ""))
    return file_name(given, headers.get("content-type", ""))


def disposed_name(disposition: str) -> str | None:
    """The file name in a ``Content-Disposition``; None when there is none."""
    extended = _EXTENDED.search(disposition)
    if extended is not None:
        return unquote(extended[1])
    _, options = parse_options_header(disposition)
    name = options.get(b"filename")
    return None if name is None else name.decode("utf-8", "replace")


def file_name(given: str, content_type: str) -> str:
    """A name as the sender gives it, without folders and without what no file system takes.

    Args:
        given: The name; may be empty.
        content_type: The media type, with or without parameters.
    """
    name = PurePosixPath(plain_name(PurePosixPath(given.replace("\\", "/")).name) or UNNAMED)
    media_type, _ = parse_options_header(content_type)
    known = EXTENSIONS.get(media_type.decode("latin-1"))
    extension = name.suffix[:LONGEST_EXTENSION] or (f".{known}" if known else "")
    return name.stem[:LONGEST_STEM] + extension
