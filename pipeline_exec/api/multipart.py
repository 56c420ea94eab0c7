"""Multipart bodies, streamed: each file part as it arrives, none held in memory."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from python_multipart.exceptions import FormParserError
from python_multipart.multipart import MultipartParser, parse_options_header

from pipeline_exec.api.file_names import disposed_name
from pipeline_exec.errors import FieldProblem, InvalidDocument

if TYPE_CHECKING:
    from python_multipart.multipart import MultipartCallbacks

MOST_PARTS = 1000


@dataclass(frozen=True)
class FilePart:
    """A file in a multipart body."""

    name: str
    """As the sender calls it."""
    media_type: str
    data: Iterator[bytes]
    """Its bytes; to be taken before the next part is."""


@dataclass(frozen=True)
class _Begin:
    headers: Mapping[str, str]


@dataclass(frozen=True)
class _End:
    pass


_Event = _Begin | bytes | _End


def is_multipart(headers: Mapping[str, str]) -> bool:
    """Whether a body is in parts."""
    return headers.get("content-type", "").lower().startswith("multipart/form-data")


def file_parts(content_type: str, chunks: Iterable[bytes]) -> Iterator[FilePart]:
    """The files of a multipart body, one after the other; fields without a file name are passed over.

    Args:
        content_type: The request's header, with the boundary.
        chunks: The body.

    Raises:
        InvalidDocument: it is not multipart, is cut off, or has too many parts.
    """
    events = _events(content_type, chunks)
    for event in events:
        if isinstance(event, _Begin):
            data = _data(events)
            name = disposed_name(event.headers.get("content-disposition", ""))
            if name is not None:
                yield FilePart(name, event.headers.get("content-type", ""), data)
            for _ in data:
                pass


def _data(events: Iterator[_Event]) -> Iterator[bytes]:
    for event in events:
        if not isinstance(event, bytes):
            return
        yield event


def _events(content_type: str, chunks: Iterable[bytes]) -> Iterator[_Event]:
    """What the parser finds, in order, with no more read ahead than one chunk."""
    _, options = parse_options_header(content_type)
    collected = _Collected()
    try:
        parser = MultipartParser(options.get(b"boundary", b""), collected.callbacks())
        for chunk in chunks:
            parser.write(chunk)
            yield from collected.taken()
        parser.finalize()
    except FormParserError as error:
        raise _not_multipart(str(error)) from error
    if not collected.is_whole:
        raise _not_multipart("it ends before its last part does")


class _Collected:
    """The parser's callbacks, and what they were told since the last look."""

    def __init__(self) -> None:
        self._events: list[_Event] = []
        self._headers: dict[str, str] = {}
        self._name = self._value = b""
        self._parts = 0
        self.is_whole = False

    def callbacks(self) -> MultipartCallbacks:
        """As the parser wants them."""
        return {
            "on_part_begin": self._begin,
            "on_header_field": self._header_field,
            "on_header_value": self._header_value,
            "on_header_end": self._header_end,
            "on_headers_finished": self._headers_finished,
            "on_part_data": lambda data, start, end: self._events.append(bytes(data[start:end])),
            "on_part_end": lambda: self._events.append(_End()),
            "on_end": self._end,
        }

    def taken(self) -> list[_Event]:
        """What was found since the last call."""
        events, self._events = self._events, []
        return events

    def _begin(self) -> None:
        self._parts += 1
        if self._parts > MOST_PARTS:
            raise _not_multipart(f"it has more than {MOST_PARTS} parts")
        self._headers = {}

    def _header_field(self, data: bytes, start: int, end: int) -> None:
        self._name += data[start:end]

    def _header_value(self, data: bytes, start: int, end: int) -> None:
        self._value += data[start:end]

    def _header_end(self) -> None:
        self._headers[self._name.decode("latin-1").lower()] = self._value.decode("latin-1")
        self._name = self._value = b""

    def _headers_finished(self) -> None:
        self._events.append(_Begin(self._headers))

    def _end(self) -> None:
        self.is_whole = True


def _not_multipart(problem: str) -> InvalidDocument:
    return InvalidDocument(
        f"The body cannot be read as multipart/form-data: {problem}.",
        [FieldProblem("", problem)],
        "Send each file as a part with a file name.",
    )
