"""Which characters part and quote the cells of a text."""

from __future__ import annotations

import re
from collections import Counter
from itertools import islice
from typing import Final

from pipeline_exec.formats.delimited.records import Syntax, records
from pipeline_exec.formats.kinds import Kind, kind_of

#: Delimiters in the order that decides between equals.
_USUAL: Final = ",;\t|^~"
#: Characters that are part of ordinary text and times too: these need more evidence.
_UNUSUAL: Final = " :"
#: A cell that contains one of these was not parted at the right places.
_REVEALING: Final = frozenset(";\t|")

#: How many records are looked at.
_EVIDENCE: Final = 200
#: Below this share of records that agree, a character is no delimiter.
_CONSISTENT: Final = 0.5

#: Cells that begin and end with the same quote character, between delimiters or ends of lines.
_QUOTED: Final = {
    quote: re.compile(rf"(?:^|[,;\t|^~]){quote}[^{quote}\r\n]*{quote}(?=[,;\t|^~\r\n]|$)", re.MULTILINE)
    for quote in "\"'"
}
#: Excel's hint to itself.
_HINT: Final = re.compile(r'"?sep=(.)"?\r?(?:\n|$)', re.IGNORECASE)


def hint(sample: str) -> tuple[str | None, int]:
    """The delimiter a first line ``sep=;`` names, and how many characters that line takes."""
    match = _HINT.match(sample)
    return (match[1], match.end()) if match else (None, 0)


def detect_quote(sample: str) -> str:
    """The single quote where cells are clearly quoted by it and none by the double quote; else the double quote."""
    double, single = (len(_QUOTED[quote].findall(sample)) for quote in "\"'")
    return "'" if single >= 2 and not double else '"'


def detect_delimiter(sample: str, quote: str | None) -> str | None:
    """The character by which the records part most evenly; None when there is one column."""
    if _is_one_column(sample):
        return None
    best = max(
        ((_usual_score(sample, Syntax(character, quote)), character) for character in _USUAL), key=lambda s: s[0]
    )
    if best[0] > 0:
        return best[1]
    return next((character for character in _UNUSUAL if _is_unusual(sample, Syntax(character, quote))), None)


def _is_one_column(sample: str) -> bool:
    """Whether values that may contain delimiters (``1,50``, ``12:30``) stand below a name that does not."""
    lines = [line for line in sample.splitlines()[:_EVIDENCE] if line.strip()]
    if len(lines) < 2 or any(character in lines[0] for character in _USUAL + ":"):
        return False
    return all(kind_of(line) is not Kind.TEXT for line in lines[1:])


def _usual_score(sample: str, syntax: Syntax) -> float:
    rows = _rows(sample, syntax)
    table = _table(rows)
    if not table:
        return 0.0
    width = len(table[0])
    regular = [row for row in table if len(row) == width]
    parted = sum(1 for row in table if len(row) > 1)
    consistency = (len(regular) + parted) / (2 * len(table))
    if consistency < _CONSISTENT or (len(regular) == 1 < len(rows)) or len(table) * 3 < len(rows):
        return 0.0
    cells = [cell for row in regular for cell in row]
    clean = sum(1 for cell in cells if not _REVEALING & set(cell)) / len(cells)
    return consistency * (1 + len(table) / len(rows)) * (1 + _typed(regular)) * clean


def _is_unusual(sample: str, syntax: Syntax) -> bool:
    rows = _rows(sample, syntax)
    width = len(rows[0]) if rows else 0
    return width > 1 and len(rows) > 1 and all(len(row) == width for row in rows) and _typed(rows[1:]) >= 0.5


def _rows(sample: str, syntax: Syntax) -> list[list[str]]:
    return [record.cells for record in islice(records(sample, syntax), _EVIDENCE) if not record.is_blank]


def _table(rows: list[list[str]]) -> list[list[str]]:
    """The records from the first of the usual width on; none when no record is parted."""
    widths = Counter(len(row) for row in rows if len(row) > 1)
    if not widths:
        return []
    usual = max(widths, key=lambda width: (widths[width], width))
    return rows[next(index for index, row in enumerate(rows) if len(row) == usual) :]


def _typed(rows: list[list[str]]) -> float:
    """The share of cells that are clearly something, such as a number or a date."""
    kinds = [kind_of(cell) for row in rows for cell in row]
    return sum(1 for kind in kinds if kind not in {Kind.TEXT, Kind.EMPTY}) / max(1, len(kinds))
