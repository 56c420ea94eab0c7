"""Which characters quote and escape."""

from __future__ import annotations

import re
from collections import Counter
from itertools import islice
from typing import Final

from pipeline_exec.formats.delimited.records import Splitter
from pipeline_exec.formats.delimited.syntax import Syntax

#: Cells that begin and end with the same quote character, between delimiters or ends of lines.
_QUOTED: Final = {
    quote: re.compile(rf"(?:^|[,;\t|^~: ]){quote}[^{quote}\r\n]*{quote}(?=[,;\t|^~: \r\n]|$)", re.MULTILINE)
    for quote in "\"'"
}
#: A character in front of a quote that is no letter or digit, and behind it no end of a cell.
_ESCAPING: Final = {quote: re.compile(rf"([^\w\s,;\t|{quote}])(?={quote})", re.ASCII) for quote in "\"'"}
#: What escapes when anything does; of other characters more evidence is wanted.
_LIKELY: Final = "\\\0"
_OFTEN: Final = 3
_EVIDENCE: Final = 300
_LONGEST: Final = 1 << 16


def detect_quote(sample: str) -> str:
    """The single quote where cells are clearly quoted by it and none by the double quote; else the double quote."""
    double, single = (len(_QUOTED[quote].findall(sample)) for quote in "\"'")
    return "'" if single >= 2 and not double else '"'


def detect_escape(sample: str, delimiter: str | None, quote: str | None) -> str | None:
    """The character that escapes quotes; None where they are doubled, or none stands inside a cell.

    It is the one with which more of the records are as they should be.
    """
    if quote not in _ESCAPING:
        return None
    candidates = Counter(_ESCAPING[quote].findall(sample))
    candidates.pop(delimiter or "", None)
    best, fewest = None, _broken(sample, Syntax(delimiter, quote))
    for escape in [each for each, times in candidates.most_common(6) if times >= _OFTEN or each in _LIKELY]:
        broken = _broken(sample, Syntax(delimiter, quote, escape))
        if broken * (2 if escape in _LIKELY else 10) <= fewest and broken < fewest:
            best, fewest = escape, broken
    return best


def _broken(sample: str, syntax: Syntax) -> int:
    """How many records are not as they should be."""
    records = islice(Splitter(syntax, None, _LONGEST).records(sample, whole=True), _EVIDENCE)
    return sum(1 for record in records if not record.is_sound)
