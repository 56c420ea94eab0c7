"""Uploads: bodies of any size, taken in as they arrive by threads that nobody else waits for."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import partial
from typing import BinaryIO, Final, ParamSpec, TypeVar

from anyio import CapacityLimiter, from_thread, to_thread
from fastapi import Request

from pipeline_exec.api.file_names import file_name, sent_name
from pipeline_exec.api.multipart import file_parts, is_multipart
from pipeline_exec.errors import InvalidDocument

P = ParamSpec("P")
T = TypeVar("T")

PATIENT_THREADS = 64
"""How much of a kind may be in progress at once; what comes then waits its turn."""

_BINARY = {"type": "string", "format": "binary"}
_PARTS = {"type": "object", "additionalProperties": _BINARY}
ANY_BODY: Final[dict[str, dict[str, object]]] = {
    "requestBody": {
        "required": True,
        "content": {
            "application/json": {"schema": {}},
            "multipart/form-data": {"schema": _PARTS},
            "*/*": {"schema": _BINARY},
        },
    }
}
"""The OpenAPI description of a body that is a file of any kind, or has files as parts."""

LIKELY_BODY: Final[dict[str, object]] = {"requestBody": {**ANY_BODY["requestBody"], "required": False}}
"""The same of one that may be left out."""


class Body:
    """The body of a request, chunk by chunk, for a worker thread."""

    def __init__(self, request: Request) -> None:
        self._chunks = request.stream()

    def __iter__(self) -> Iterator[bytes]:
        """Raises ClientDisconnect when the sender goes away before the end."""
        while (chunk := from_thread.run(self._next)) is not None:
            yield chunk

    async def _next(self) -> bytes | None:
        return await anext(self._chunks, None)


class PatientThreads:
    """Threads for what takes as long as somebody else likes, so that quick answers never wait for one."""

    def __init__(self) -> None:
        self._limiter = CapacityLimiter(PATIENT_THREADS)

    async def run(self, work: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        """What the work answers."""
        return await to_thread.run_sync(partial(work, *args, **kwargs), limiter=self._limiter)


def sent_file(headers: Mapping[str, str], body: Iterable[bytes]) -> tuple[str, Callable[[BinaryIO], None]]:
    """The name of the file that a request sends, and what writes its bytes: the body, or its first part that is a file.

    Raises:
        InvalidDocument: the body is in parts, and none of them is a file; or, while it is written, it is empty.
    """
    if not is_multipart(headers):
        return sent_name(headers), writing(body)
    part = next(file_parts(headers["content-type"], body), None)
    if part is None:
        raise InvalidDocument("The body has no file.", remedy="Send it as a part with a file name.")
    return file_name(part.name, part.media_type), writing(part.data)


def writing(chunks: Iterable[bytes]) -> Callable[[BinaryIO], None]:
    """Writes all chunks into a file.

    Raises:
        InvalidDocument: there is not a single byte.
    """

    def write(into: BinaryIO) -> None:
        size = sum(into.write(chunk) for chunk in chunks)
        if not size:
            raise InvalidDocument("The file that was sent is empty.", remedy="Send its bytes as the body.")

    return write
