"""Column types: moments in UTC, and text that comes back as it went in, on every database."""

from __future__ import annotations

import json
import re
from datetime import UTC, datetime

from sqlalchemy import JSON, DateTime, Dialect, TypeDecorator
from sqlalchemy import Text as SqlText

#: NUL and lone surrogates (Python's undecodable bytes of file names) have no place in a database's text. Each is kept
#: as two private-use characters, the first of which says so.
_ESCAPE = "\U00100000"
_ESCAPES = {
    "\x00": "\U00100001",
    _ESCAPE: _ESCAPE,
    **{chr(surrogate): chr(0x100000 + surrogate) for surrogate in range(0xD800, 0xE000)},
}
_ORIGINALS = {escape: original for original, escape in _ESCAPES.items()}
_FOREIGN = re.compile(f"[{''.join(_ESCAPES)}]")
_ESCAPED = re.compile(f"{_ESCAPE}(.)")
#: A NUL as JSON writes it; an escaped backslash before ``u0000`` makes it plain text.
_JSON_NUL = re.compile(r"(?<!\\)((?:\\\\)*)\\u0000")

#: Not strict: a NUL is restored as itself, not as its escape.
_decoder = json.JSONDecoder(strict=False)


def storable(text: str) -> str:
    """The text with every character a database refuses replaced by one it takes."""
    return _FOREIGN.sub(lambda found: _ESCAPE + _ESCAPES[found[0]], text)


def restored(text: str) -> str:
    """The text as it was before ``storable``."""
    return text if text.isascii() else _ESCAPED.sub(lambda found: _ORIGINALS[found[1]], text)


def to_json(value: object) -> str:
    """A JSON column's text."""
    text = json.dumps(value, ensure_ascii=False, separators=(",", ":"))
    return storable(_JSON_NUL.sub("\\1\x00", text))


def from_json(text: str) -> object:
    """A JSON column's value."""
    value: object = _decoder.decode(restored(text))
    return value


class Moment(TypeDecorator[datetime]):
    """An aware moment, kept and given back in UTC."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, _: Dialect) -> datetime | None:
        if value is not None and value.tzinfo is None:
            raise ValueError("a moment without a time zone cannot be kept")
        return value and value.astimezone(UTC)

    def process_result_value(self, value: datetime | None, _: Dialect) -> datetime | None:
        if value is None:
            return None
        return value.astimezone(UTC) if value.tzinfo else value.replace(tzinfo=UTC)


class Text(TypeDecorator[str]):
    """Any text Python can hold."""

    impl = SqlText
    cache_ok = True

    def process_bind_param(self, value: str | None, _: Dialect) -> str | None:
        return None if value is None else storable(value)

    def process_result_value(self, value: str | None, _: Dialect) -> str | None:
        return None if value is None else restored(value)


#: JSON as it was written, in the order it was written: PostgreSQL's ``jsonb`` keeps neither.
Json = JSON(none_as_null=True)
