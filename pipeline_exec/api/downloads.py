"""Downloads: files and streams as attachments, under names that are safe for every client."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from pathlib import Path
from urllib.parse import quote

from starlette.responses import FileResponse, StreamingResponse

BYTES = "application/octet-stream"
"""What is sent to us is never shown as anything else: a browser must not take it for a page of ours."""

#: What every client reads in a quoted string.
_UNSAFE = re.compile(r"[^A-Za-z0-9 ._-]")


def attachment(name: str) -> dict[str, str]:
    """The header that has browsers save a download under this name (RFC 6266, with RFC 8187 for what is not ASCII)."""
    plain = _UNSAFE.sub("_", name)
    exact = "" if plain == name else f"; filename*=UTF-8''{quote(name, safe='')}"
    return {"Content-Disposition": f'attachment; filename="{plain}"{exact}'}


def file_download(path: Path, name: str, media_type: str = BYTES) -> FileResponse:
    """A file as an attachment; ranges of it can be asked for."""
    return FileResponse(path, media_type=media_type, headers=attachment(name))


def stream_download(chunks: Iterable[str], name: str, media_type: str, headers: Mapping[str, str]) -> StreamingResponse:
    """Text that is made while it is sent, as an attachment, with further headers."""
    return StreamingResponse(chunks, media_type=media_type, headers={**attachment(name), **headers})
