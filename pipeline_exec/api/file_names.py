"""What a sender calls a file: from the headers of a request or of a part of one."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import PurePosixPath
from urllib.parse import unquote

from python_multipart.multipart import parse_options_header

from pipeline_exec.model.file_name import plain_name

LONGEST_NAME = 200

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


def sent_name(headers: Mapping[str, str]) -> str:
    """The name of a body, from ``Content-Disposition`` or ``X-File-Name``, and its media type where that has none."""
    _, options = parse_options_header(headers.get("content-disposition", ""))
    given = options.get(b"filename", b"").decode("utf-8", "replace") or unquote(headers.get("x-file-name", ""))
    return file_name(given, headers.get("content-type", ""))


def file_name(given: str, content_type: str) -> str:
    """A name as the sender gives it, without folders and without what no file system takes.

    Args:
        given: The name; may be empty.
        content_type: The media type, with or without parameters.
    """
    name = plain_name(PurePosixPath(given.replace("\\", "/")).name)[:LONGEST_NAME] or UNNAMED
    media_type, _ = parse_options_header(content_type)
    extension = EXTENSIONS.get(media_type.decode("latin-1"))
    return name if PurePosixPath(name).suffix or extension is None else f"{name}.{extension}"
