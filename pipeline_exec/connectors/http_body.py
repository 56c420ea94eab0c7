"""Bodies of answers, read part by part and decompressed."""

from __future__ import annotations

from collections.abc import Iterator

import httpx

from pipeline_exec.connectors.failures import Family
from pipeline_exec.connectors.http_errors import http_errors

#: What httpx can decompress, and only once: several encodings, one around the other, make bombs of a thousand million.
_ENCODINGS = frozenset({"", "identity", "gzip", "deflate"})


#: What to do about an answer that is too long.
LESS_AT_A_TIME = "Ask for less at a time, or raise PIPELINE_EXEC_MAX_FILE_SIZE."


def body_of(response: httpx.Response, family: Family, limit: int, remedy: str = LESS_AT_A_TIME) -> Iterator[bytes]:
    """The body of an answer; at no time more of it than a part is held.

    Args:
        response: Its body not read yet.
        family: Whose errors come out.
        limit: Bytes it may have, decompressed.
        remedy: What to do when it has more.

    Raises:
        ExecutionFailure: of the family; the body breaks off, is too large, or is encoded as it was not asked for.
    """
    host, read = response.url.host, 0
    encoding = response.headers.get("content-encoding", "").strip().lower()
    if encoding not in _ENCODINGS:
        raise family.refused(
            f"{host} sent an answer with the Content-Encoding {encoding[:40]!r}, for which it was not asked.",
            "Ask whoever runs the server to honour Accept-Encoding.",
        )
    with http_errors(host, family):
        for part in response.iter_bytes():
            read += len(part)
            if read > limit:
                raise family.refused(
                    f"{host} sent more than the {limit:,} bytes that are taken.",
                    remedy,
                )
            yield part
