"""A JSON text, walked through value by value: no more of it is held than the value at hand."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Final

import numpy as np

from pipeline_exec.errors import ParsingFailure
from pipeline_exec.formats.limits import MAX_RECORD_CHARS
from pipeline_exec.model.limits import DEFAULT_LIMITS

_WHITESPACE: Final = re.compile(r"[ \t\n\r]*")
#: How near to the end of what was read so far an error may be due to what was not read yet. The longest that is read
#: in one piece is a character beyond the basic plane.
_CUT: Final = len(r"\ud83d\ude42")
#: Bytes that are decoded at a time, at least.
_WINDOW: Final = 8 * 1024
_LONGEST_CHARACTER: Final = 4
_LINE_FEED: Final = 0x0A


class Number(str):
    """A number as it stands in the text, to its last digit."""

    __slots__ = ()


#: Reads the value at a place of a text. Python's integers are not made: those of 4,300 digits and more are refused.
decode: Final = json.JSONDecoder(parse_float=Number, parse_int=Number, parse_constant=Number).raw_decode


class Scanner:
    """Walks through a text; each method starts where the one before ended."""

    def __init__(self, pieces: Iterator[bytes], max_nesting: int = DEFAULT_LIMITS.max_nesting) -> None:
        """At the beginning of a text that comes in pieces of UTF-8, none of them empty."""
        self.max_nesting = max_nesting
        self._pieces = pieces
        self._bytes = b""
        """What was read and is not decoded, from ``_behind`` on."""
        self._behind = 0
        self._text = ""
        """What was decoded and is not let go of; ``_at`` is the place in it."""
        self._at = 0
        self._before = 0
        self._line, self._column = 1, 1
        """Of the first character held."""

    @property
    def offset(self) -> int:
        """How much was consumed: bytes where many were at once, characters elsewhere."""
        return self._before + self._at

    def ahead(self, size: int) -> bytes:
        """What is to come, ``size`` bytes of it and perhaps more, or all there are; it is not consumed."""
        self._let_go()
        self._bytes = self._text.encode() + self._bytes[self._behind :]
        self._text, self._behind = "", 0
        self._read(size)
        return self._bytes

    def advance(self, size: int) -> None:
        """Consume so many bytes of what ``ahead`` answered, which were seen to be whole values."""
        self._line, self._column = _place_behind(self._bytes, size, self._line, self._column)
        self._bytes = self._bytes[size:]
        self._before += size

    def peek(self) -> str:
        """The next character that is not space, empty at the end; it is not consumed."""
        while True:
            self._at = _WHITESPACE.match(self._text, self._at).end()  # type: ignore[union-attr]  # matches anything
            if self._at < len(self._text) or not self._read_on():
                return self._text[self._at : self._at + 1]

    def value(self) -> object:
        """The value at hand, whole.

        Raises:
            ParsingFailure: it is not valid, or larger or deeper than a record may be.
        """
        self.peek()
        while True:
            try:
                value, end = decode(self._text, self._at)
            except json.JSONDecodeError as error:
                ahead = error.pos - self._at
                if not self._may_be_cut(error) or not self._read_on():
                    raise self.invalid(error.msg.removesuffix(" at"), self._at + ahead) from None
            except RecursionError:
                raise self.too_deep() from None
            else:
                size = end - self._at
                # Of 1.5e+7 the decoder reads what it has: 1, or 1.5.
                if not isinstance(value, Number) or end < len(self._text) - _CUT or not self._read_on():
                    self._at += size
                    return value

    def members(self) -> Iterator[str]:
        """The keys of the object at hand; the value of each is to be consumed before the next is asked for."""
        self._take("{")
        if self.peek() != "}":
            while True:
                if self.peek() != '"':
                    raise self.invalid("Expecting property name enclosed in double quotes")
                key = str(self.value())
                self._take(":")
                yield key
                if self.peek() == "}":
                    break
                self._take(",")
        self._take("}")

    def elements(self) -> Iterator[None]:
        """Once for each element of the array at hand, which is to be consumed before the next is asked for."""
        self._take("[")
        if self.peek() != "]":
            while True:
                yield
                if self.peek() == "]":
                    break
                self._take(",")
        self._take("]")

    def skip(self, depth: int = 0) -> None:
        """Consume the value at hand, of any size."""
        if depth > self.max_nesting:
            raise self.too_deep()
        if self.peek() == "{":
            for _ in self.members():
                self.skip(depth + 1)
        elif self.peek() == "[":
            for _ in self.elements():
                self.value()
        else:
            self.value()

    def invalid(self, reason: str, at: int | None = None) -> ParsingFailure:
        """The error for a text that is not JSON."""
        at = self._at if at is None else at
        line, column = self._place(at)
        return ParsingFailure(
            f"The file is not valid JSON: {reason[:1].lower()}{reason[1:]} at line {line:,}, column {column:,}.",
            "Correct it there; a JSON validator shows the same place.",
        )

    def too_deep(self) -> ParsingFailure:
        """The error for a record with too many objects within objects."""
        return ParsingFailure(
            f"A record of the JSON file has more than {self.max_nesting} levels.",
            "Flatten it, set read_options.record_path, or raise PIPELINE_EXEC_MAX_NESTING.",
        )

    def _take(self, character: str) -> None:
        if self.peek() != character:
            raise self.invalid(f"Expecting {character!r}")
        self._at += 1

    def _may_be_cut(self, error: json.JSONDecodeError) -> bool:
        return error.msg.startswith("Unterminated string") or error.pos >= len(self._text) - _CUT

    def _read_on(self) -> bool:
        """Hold at least twice as much as is at hand; whether there was any more."""
        held = len(self._text) - self._at
        if held > MAX_RECORD_CHARS:
            line, _ = self._place(self._at)
            raise ParsingFailure(
                f"The JSON value that begins at line {line:,} has more than {MAX_RECORD_CHARS:,} characters.",
                "Set read_options.record_path to the array that holds the records.",
            )
        self._hold(2 * held + 1)
        return len(self._text) > held

    def _hold(self, size: int) -> None:
        """Let go of what was consumed, and hold so many characters or all there are."""
        self._let_go()
        missing = max(size - len(self._text), _WINDOW)
        self._read(missing + _LONGEST_CHARACTER)
        end = self._behind + missing
        while end < len(self._bytes) and self._bytes[end] & 0xC0 == 0x80:
            end -= 1
        self._text += self._bytes[self._behind : end].decode()
        self._behind = end

    def _let_go(self) -> None:
        self._line, self._column = self._place(self._at)
        self._before += self._at
        self._text = self._text[self._at :]
        self._at = 0

    def _read(self, size: int) -> None:
        """Have so many bytes that are not decoded, or all there are."""
        missing = size - (len(self._bytes) - self._behind)
        if missing <= 0:
            return
        pieces = [self._bytes[self._behind :]]
        while missing > 0 and (piece := next(self._pieces, b"")):
            pieces.append(piece)
            missing -= len(piece)
        self._bytes, self._behind = b"".join(pieces), 0

    def _place(self, at: int) -> tuple[int, int]:
        """Line and column of a character held."""
        lines = self._text.count("\n", 0, at)
        start = self._text.rfind("\n", 0, at)
        return self._line + lines, at - start if lines else self._column + at


def _place_behind(text: bytes, size: int, line: int, column: int) -> tuple[int, int]:
    """Line and column behind the first bytes of a text that begins at these."""
    start = text.rfind(b"\n", 0, size) + 1
    data = np.frombuffer(text, np.uint8, size)
    # All bytes of a character in UTF-8 but its first are of this kind.
    further = 0 if text.isascii() else np.count_nonzero(data[start:] & 0xC0 == 0x80)
    return line + int(np.count_nonzero(data == _LINE_FEED)), size - start - int(further) + (1 if start else column)
