"""Which characters part the cells of a text."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from itertools import chain, islice
from typing import Final

from pipeline_exec.formats.delimited.records import Record, Splitter
from pipeline_exec.formats.delimited.syntax import Syntax
from pipeline_exec.formats.kinds import Kind, kind_of

#: Delimiters in the order that decides between equals.
_USUAL: Final = ",;\t|^~\x01\x1f"
#: Characters that are part of ordinary text and times too: these need more evidence.
_UNUSUAL: Final = " :"
#: Delimiters of two or three characters: signs that hardly any text has together, or one beside a space.
_LONG: Final = re.compile(r"(?=([^\w\s\"'.+\-$€£%()\\/]{2,3}|[,;|] | [,;|] |\t\t))")
#: A cell that contains one of these was not parted at the right places.
_REVEALING: Final = frozenset(";\t|")

#: How many records are looked at, how many of these for what they hold, and how many characters of them.
_EVIDENCE: Final = 100
_TYPED_EVIDENCE: Final = 40
_CHARACTERS: Final = 1 << 15
#: Below this share of records that agree, a character is no delimiter.
_CONSISTENT: Final = 0.5

#: Excel's hint to itself.
_HINT: Final = re.compile(r'"?sep=(.)"?\r?(?:\n|$)', re.IGNORECASE)


def hint(sample: str) -> tuple[str | None, int]:
    """The delimiter a first line ``sep=;`` names, and how many characters that line takes."""
    match = _HINT.match(sample)
    return (match[1], match.end()) if match else (None, 0)


def detect_delimiter(sample: str, quote: str | None) -> str | None:
    """The characters by which the records part most evenly; None when there is one column."""
    if _is_one_column(sample):
        return None
    met = [delimiter for delimiter in _USUAL if delimiter in sample[:_CHARACTERS]] or [_USUAL[0]]
    evidence = [_Evidence.of(sample, delimiter, quote) for delimiter in (*met, *_long(sample))]
    best = max(evidence, key=lambda each: (each.score, len(each.delimiter)))
    if best.score > 0 and not best.is_doubtful:
        return best.delimiter
    spaced = _Evidence.of(sample, " ", quote)
    if spaced.is_surer_than(best):
        return " "
    if best.score > 0:
        return best.delimiter
    if spaced.is_words_of_a_table:
        return " "
    unusual = (each for each in map(partial(_Evidence.of, sample, quote=quote), _UNUSUAL) if each.is_even)
    ragged = (each for each in evidence if each.is_ragged)
    return next((each.delimiter for each in chain(unusual, ragged)), None)


def _is_one_column(sample: str) -> bool:
    """Whether values that may contain delimiters (``1,50``, ``12:30``) stand below a name that does not."""
    lines = [line for line in sample.splitlines()[:_EVIDENCE] if line.strip()]
    if len(lines) < 2 or any(character in lines[0] for character in _USUAL + ":"):
        return False
    return all(kind_of(line) is not Kind.TEXT for line in lines[1:])


def _long(sample: str) -> Iterator[str]:
    """Delimiters of some characters that nearly every line has."""
    lines = [line for line in sample[:_CHARACTERS].splitlines()[:_EVIDENCE] if line.strip()]
    times = Counter(found for line in lines for found in set(_LONG.findall(line)))
    yield from (found for found, lines_with in times.items() if lines_with * 5 >= len(lines) * 4)


@dataclass(frozen=True)
class _Evidence:
    """What speaks for a delimiter."""

    delimiter: str
    rows: list[list[str]]
    sound: float
    """The share of records that are written as they should be, times that of quotes that stand where they should."""

    @staticmethod
    def of(sample: str, delimiter: str, quote: str | None) -> _Evidence:
        """The evidence in a sample."""
        text = sample[:_CHARACTERS]
        splitter = Splitter(Syntax(delimiter, quote), None, _CHARACTERS)
        records = list(islice(_filled(splitter.records(text, whole=len(sample) <= _CHARACTERS)), _EVIDENCE))
        if not records:
            records = list(islice(_filled(Splitter(Syntax(delimiter, quote), None, 1).records(text, whole=True)), 9))
        sound = sum(1 for record in records if record.is_sound) / max(1, len(records))
        return _Evidence(delimiter, [record.cells for record in records], sound * _at_home(text, delimiter, quote))

    @property
    def score(self) -> float:
        """0 for no delimiter; greater is better."""
        table = self._table
        if not table:
            return 0.0
        width = len(table[0])
        regular = [row for row in table if len(row) == width]
        parted = sum(1 for row in table if len(row) > 1)
        consistency = (len(regular) + parted) / (2 * len(table))
        if consistency < _CONSISTENT or (len(regular) == 1 < len(self.rows)) or len(table) * 3 < len(self.rows):
            return 0.0
        cells = [cell for row in regular for cell in row]
        clean = sum(1 for cell in cells if not _REVEALING & set(cell) and not cell.startswith(" ")) / len(cells)
        share = len(table) / len(self.rows)
        return consistency * (1 + share) * (1 + _typed(regular)) * clean * (0.2 + 0.8 * self.sound)

    @property
    def is_even(self) -> bool:
        """Whether all rows have as many cells, many of which are clearly something."""
        width = len(self.rows[0]) if self.rows else 0
        even = width > 1 and len(self.rows) > 1 and all(len(row) == width for row in self.rows)
        return even and _typed(self.rows[1:]) >= 0.5

    @property
    def is_ragged(self) -> bool:
        """Whether names stand in the first row, and at least half of all rows have cells, however many."""
        names = self.rows[0] if self.rows else []
        is_header = len(names) > 1 and all(kind_of(name) is Kind.TEXT and name == name.strip() for name in names)
        return is_header and 2 * sum(1 for row in self.rows if len(row) > 1) >= len(self.rows)

    @property
    def is_words_of_a_table(self) -> bool:
        """Whether the rows are those of a table whose cells may be of some words, below its names."""
        if len(self.rows) < 3 or len(self.rows[0]) < 3 or any(kind_of(name) is not Kind.TEXT for name in self.rows[0]):
            return False
        names, *rows = self.rows
        if len(set(names)) < len(names) or any(len(row) < len(names) for row in rows):
            return False
        kinds = [Counter(kind_of(row[place]) for row in rows).most_common(1)[0] for place in range(len(names))]
        return sum(1 for kind, times in kinds if kind is not Kind.TEXT and times * 10 >= len(rows) * 9) >= 2

    @property
    def is_doubtful(self) -> bool:
        """Whether most quotes do not stand where they should."""
        return self.sound < 0.5

    def is_surer_than(self, other: _Evidence) -> bool:
        """Whether the quotes stand where they should, as they do not with the other delimiter."""
        return self.sound > 0.9 and other.is_doubtful and (self.score > 0 or self.is_words_of_a_table)

    @property
    def _table(self) -> list[list[str]]:
        """The records from the first of the usual width to the last that is parted; none when none is."""
        widths = Counter(len(row) for row in self.rows if len(row) > 1)
        if not widths:
            return []
        usual = max(widths, key=lambda width: (widths[width], width))
        first = next(at for at, row in enumerate(self.rows) if len(row) == usual)
        last = next(at for at in range(len(self.rows), first, -1) if len(self.rows[at - 1]) > 1)
        return self.rows[first:last]


def _filled(records: Iterator[Record]) -> Iterator[Record]:
    return (record for record in records if not record.is_blank)


def _at_home(text: str, delimiter: str, quote: str | None) -> float:
    """The share of the quotes that stand where cells begin or end; 1 where none quotes."""
    single = text.replace(quote * 2, "") if quote else ""
    if not quote or quote not in single:
        return 1.0
    mark, parting = re.escape(quote), re.escape(delimiter)
    home = re.compile(rf"(?:^|(?<={parting})){mark}|{mark}(?={parting}|$)", re.MULTILINE)
    return len(home.findall(single.replace("\r", "\n"))) / single.count(quote)


def _typed(rows: list[list[str]]) -> float:
    """The share of cells that are clearly something, such as a number or a date."""
    kinds = [kind_of(cell) for row in rows[:_TYPED_EVIDENCE] for cell in row]
    return sum(1 for kind in kinds if kind not in {Kind.TEXT, Kind.EMPTY}) / max(1, len(kinds))
