"""The dialect of a file: detected from its beginning, or as the read options say."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import islice
from pathlib import Path
from typing import Final

from pipeline_exec.errors import ParsingFailure, SourceDataEmpty
from pipeline_exec.formats import decoding
from pipeline_exec.formats.delimited.arrangement import Arrangement, plain_text
from pipeline_exec.formats.delimited.columns import arrangement_of
from pipeline_exec.formats.delimited.delimiter import detect_delimiter, hint
from pipeline_exec.formats.delimited.dialect import Dialect
from pipeline_exec.formats.delimited.layout import Layout, lay_out, line_of
from pipeline_exec.formats.delimited.profile import profile_of
from pipeline_exec.formats.delimited.quote import detect_escape, detect_quote
from pipeline_exec.formats.delimited.records import Record, Splitter
from pipeline_exec.formats.delimited.soundness import sound_part
from pipeline_exec.formats.delimited.syntax import Syntax
from pipeline_exec.formats.delimited.tables import first_table
from pipeline_exec.formats.encoding import detect_with_slips
from pipeline_exec.formats.header import column_names
from pipeline_exec.model.limits import ReadLimits
from pipeline_exec.model.pipeline import ReadOptions

#: Characters looked at, and when these hold no whole record of data.
_SAMPLES: Final = (100_000, 8_000_000)
#: Characters that suffice where all of a sample is regular.
_GLANCE: Final = 1 << 15
#: How many records of a sample are looked at.
_MOST_RECORDS: Final = 2_000
#: What stands in text only by mistake, or to escape quotes.
ZERO: Final = "\0"


def detect(path: Path, options: ReadOptions, limits: ReadLimits) -> Dialect:
    """The dialect of a file; what the options set is taken as it is.

    Raises:
        ParsingFailure: it is no text, it has more columns than are read, or the header row is not there.
        SourceDataEmpty: it has no record of data; the error has the header.
    """
    encoding, slips = detect_with_slips(path, options.encoding)
    for size in _SAMPLES:
        sample = _sample(decoding.text(path, encoding, "replace" if slips else "strict"), size, options)
        found = _by_glance(sample, options, limits) or _found(sample, options, limits)
        if found is not None and (found.layout.data or sample.is_whole):
            dialect = _dialect(encoding, found, limits)
            return replace(dialect, slips=slips, arrangement=sample.arrangement)
        if sample.is_whole:
            raise SourceDataEmpty("The file is empty.", "Send a file that has a header and rows.")
    raise ParsingFailure(
        f"The first record of the file does not end within {_SAMPLES[-1]:,} characters.",
        "A quote may never be closed: correct it, or set read_options.quote.",
    )


@dataclass(frozen=True)
class _Sample:
    """The beginning of a text."""

    text: str
    """Without its arrangement."""
    is_whole: bool
    """Whether it is all of the text."""
    arrangement: Arrangement | None


@dataclass(frozen=True)
class _Found:
    """What a sample of a file shows."""

    sample: str
    syntax: Syntax
    width: int
    """How many cells most rows have."""
    layout: Layout
    is_regular: bool
    """Whether all records are written as they should be and have as many cells."""


def _sample(pieces: Iterator[str], size: int, options: ReadOptions) -> _Sample:
    beginning = ""
    for piece in pieces:
        beginning += piece
        if len(beginning) > size:
            break
    sample = beginning[:size]
    arrangement = arrangement_of(sample, options)
    plain = sample if arrangement is None else "".join(plain_text(iter([sample]), arrangement))
    return _Sample(plain, len(beginning) <= size, arrangement)


def _by_glance(sample: _Sample, options: ReadOptions, limits: ReadLimits) -> _Found | None:
    """What the beginning of a sample shows, when that is regular and no quote behind it stands where it should not."""
    if len(sample.text) <= _GLANCE:
        return None
    found = _found(_Sample(sample.text[:_GLANCE], False, sample.arrangement), options, limits)
    if found is None or not found.is_regular or not found.layout.data:
        return None
    return None if sound_part(sample.text.encode(), found.syntax, whole=False).meets_trouble else found


def _found(sample: _Sample, options: ReadOptions, limits: ReadLimits) -> _Found | None:
    """What a sample shows; None when it holds no whole record."""
    text = sample.text
    if not text.strip("\0\r\n\t "):
        return None
    hinted, start = hint(text)
    syntax = sample.arrangement.syntax if sample.arrangement else _syntax(text[start:].lstrip("\r\n"), options, hinted)
    if syntax.escape != ZERO:
        text = text.replace(ZERO, "")

    def records(width: int | None) -> list[Record]:
        splitter = Splitter(syntax, width, limits.max_cell_length)
        met = (each for each in splitter.records(text, start, whole=sample.is_whole) if each.end > each.start)
        return list(islice(met, _MOST_RECORDS))

    first = records(None)
    of_words = syntax.delimiter == " " and sample.arrangement is None
    width = _width([record for record in first if not record.is_blank], of_words=of_words)
    is_certain = all(_is_certain(record, text, width) for record in first)
    # A cell of a single column may be quoted, and empty.
    kept = [each for each in (first if is_certain else records(width)) if width == 1 or not each.is_blank]
    if not kept:
        return None
    layout = lay_out(first_table(kept).records, text, syntax, width, options.header_row, options.header_rows)
    return _Found(text, syntax, width, layout, is_certain and all(len(each.cells) == width for each in kept))


def _is_certain(record: Record, text: str, width: int) -> bool:
    """Whether a record is the same whatever number of cells its table has."""
    if not record.is_sound:
        return False
    return len(record.cells) == width or not any(end in text[record.start : record.end] for end in "\r\n")


def _syntax(sample: str, options: ReadOptions, hinted: str | None) -> Syntax:
    quote = detect_quote(sample) if options.quote is None else options.quote or None
    clean = sample.replace(ZERO, "")
    delimiter = options.delimiter or hinted or detect_delimiter(clean, quote)
    escape = detect_escape(sample, delimiter, quote) if options.escape is None else options.escape or None
    return Syntax(delimiter, quote, escape, options.record_end)


def _width(records: list[Record], *, of_words: bool) -> int:
    """How many cells most records have; 1 where there are none."""
    if not records:
        return 1
    width = first_table(records).width
    if not of_words:
        return width
    # Words between spaces make rows of more cells than there are columns, and never of fewer.
    first = len(records[0].cells)
    return first if 1 < first <= min(len(record.cells) for record in records) else width


def _dialect(encoding: str, of: _Found, limits: ReadLimits) -> Dialect:
    layout, width, syntax, sample = of.layout, of.width, of.syntax, of.sample
    found = _without_stray_names(layout, width)
    profile = profile_of([record.cells for record in layout.data], width)
    columns = max(len(found), _used_width(layout, width, len(found))) if found else width
    if columns > limits.max_columns:
        raise ParsingFailure(
            f"The file has {columns:,} columns; at most {limits.max_columns:,} are read.",
            "Check its delimiter, split it, or raise PIPELINE_EXEC_MAX_COLUMNS.",
        )
    if not layout.data:
        raise SourceDataEmpty("The file holds no row of data.", "Send a file that has rows below its header.", found)
    start = layout.header[-1].following if layout.header else layout.data[0].start
    return Dialect(
        encoding=encoding,
        syntax=syntax,
        header_row=line_of(sample, layout.header[0].start, syntax) if layout.header else None,
        header_rows=len(layout.header),
        header=tuple(layout.header[0].cells) if layout.header else (),
        found=tuple(found),
        names=column_names(found, columns),
        profile=profile,
        above=tuple(sample[record.start : record.end] for record in layout.above),
        data_line=line_of(sample, start, syntax),
        data_start=len(sample[:start].encode()),
    )


def _without_stray_names(layout: Layout, width: int) -> list[str]:
    """The header without empty names, where it has just so many more names than the rows have cells."""
    names = layout.names
    empty = [name for name in names if not name.strip()]
    is_stray = layout.data and len(names) - len(empty) == width and empty
    return [name for name in names if name.strip()] if is_stray else names


def _used_width(layout: Layout, width: int, named: int) -> int:
    """How many columns the rows need: those that only end with a delimiter need none behind it."""
    regular = [record.cells for record in layout.data if len(record.cells) == width]
    return max((place + 1 for cells in regular for place in range(named, width) if cells[place].strip()), default=named)
