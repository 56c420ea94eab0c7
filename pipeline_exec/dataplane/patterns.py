"""Patterns: the regular expressions of users, which RE2 reads. Wherever they stand, they have the same bounds."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Annotated, Final

import pyarrow as pa
import pyarrow.compute as pc
import re2
from pydantic import AfterValidator

from pipeline_exec.dataplane.text import cut

MOST_STEPS: Final = 750
"""Characters a pattern names once its repetitions are written out; one that need not be there counts twice.

So many take ten to seventeen seconds for each megabyte of a text made for them; ordinary patterns ten milliseconds. How
long they may take is ``searching``'s to say.
"""


def regular_expression(pattern: str) -> str:
    """The pattern, if it is one.

    Raises:
        ValueError: it is none that RE2 reads: look-around and back references are not. Nor may it match single bytes,
            or be larger than ``MOST_STEPS``. The message is a sentence for its author.
    """
    if "C" in _ESCAPED.findall(pattern):
        raise ValueError(
            rf"{cut(pattern)!r} holds \C, which cuts characters in pieces. Write (?s:.) for any character."
        )
    try:
        pc.match_substring_regex(pa.array([""]), pattern)
    except pa.ArrowInvalid as error:
        raise ValueError(f"{cut(pattern)!r} is not a regular expression as RE2 reads it: {error}") from None
    if (size := steps(pattern)) > MOST_STEPS:
        raise ValueError(
            f"{cut(pattern)!r} comes to {size:,} steps once its repetitions are written out, {MOST_STEPS} are the "
            "most. Write * or + in place of large numbers; LENGTH checks how long a text is."
        )
    return pattern


def compiled(pattern: str) -> re2._Regexp:
    """The pattern, to search texts in UTF-8 with; RE2 writes nothing of it into the log."""
    return re2.compile(pattern.encode(), _UTF_8)


@lru_cache
def steps(pattern: str) -> int:
    """How large a pattern is, in steps of RE2's program that each take a character, whichever of how many it may be.

    Zero for what RE2 does not read.
    """
    # To RE2's own count a letter is 600 ways to write one in UTF-8, of which a text only ever takes one.
    for text, options in ((_with_single_bytes(pattern), _LATIN_1), (pattern.encode(), _UTF_8)):
        try:
            return int(re2.compile(text, options).programsize)
        except re2.error:
            continue
    return 0


def _with_single_bytes(pattern: str) -> bytes:
    """The pattern with a letter of one byte for each class of characters, alike where these are."""
    letters: dict[str, str] = {}

    def letter(found: re.Match[str]) -> str:
        if found["kept"]:
            return found[0]
        return letters.setdefault(found[0], chr(_FIRST_LETTER + len(letters) % _LETTERS))

    return (pattern if r"\Q" in pattern else _CHARACTER.sub(letter, pattern)).encode("latin-1", "replace")


def _options(encoding: re2.Options.Encoding) -> re2.Options:
    options = re2.Options()
    options.encoding, options.log_errors = encoding, False
    return options


_ESCAPED: Final = re.compile(r"(?s)\\(.)")
_CHARACTER: Final = re.compile(
    r"(?s)\[\^?\]?(?:\[:\^?\w+:\]|\\.|[^\]\\])*\]"
    r"|\\[pP](?:\{[^}]*\}|.)|\\x(?:\{[0-9A-Fa-f]+\}|[0-9A-Fa-f]{2})|\\[dDsSwW]"
    r"|(?P<kept>\\.|\(\?P?<\w+>)|\.|[^\x00-\x7f]"
)
_FIRST_LETTER, _LETTERS = 0x80, 0x80
_LATIN_1: Final = _options(re2.Options.Encoding.LATIN1)
_UTF_8: Final = _options(re2.Options.Encoding.UTF8)

Pattern = Annotated[str, AfterValidator(regular_expression)]
"""A regular expression of RE2 within its bounds."""
