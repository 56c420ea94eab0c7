"""The dialect of a file: detected from its beginning, or as the read options say."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from pipeline_exec.errors import ParsingFailure, SourceDataEmpty
from pipeline_exec.formats import encoding as encodings
from pipeline_exec.formats.decoding import text
from pipeline_exec.formats.delimited.delimiter import detect_delimiter, hint
from pipeline_exec.formats.delimited.dialect import Dialect
from pipeline_exec.formats.delimited.layout import Layout, lay_out, line_of
from pipeline_exec.formats.delimited.profile import profile_of
from pipeline_exec.formats.delimited.quote import detect_escape, detect_quote
from pipeline_exec.formats.delimited.records import Record, Splitter
from pipeline_exec.formats.delimited.syntax import Syntax
from pipeline_exec.formats.delimited.tables import first_table
from pipeline_exec.formats.header import column_names
from pipeline_exec.model.limits import ReadLimits
from pipeline_exec.model.pipeline import ReadOptions

#: Characters looked at, and when these hold no whole record of data.
_SAMPLES: Final = (100_000, 8_000_000)
#: What stands in text only by mistake, or to escape quotes.
ZERO: Final = "\0"


def detect(path: Path, options: ReadOptions, limits: ReadLimits) -> Dialect:
    """The dialect of a file; what the options set is taken as it is.

    Raises:
        ParsingFailure: it is no text, it has more columns than are read, or the header row is not there.
        SourceDataEmpty: it has no record of data; the error has the header.
    """
    encoding = encodings.detect(path, options.encoding)
    for size in _SAMPLES:
        sample, whole = _sample(path, encoding, size)
        detected = _detected(encoding, sample, whole, options, limits)
        if detected is not None:
            return detected
    raise ParsingFailure(
        f"The first record of the file does not end within {_SAMPLES[-1]:,} characters.",
        "A quote may never be closed: correct it, or set read_options.quote.",
    )


def _sample(path: Path, encoding: str, size: int) -> tuple[str, bool]:
    """The beginning of the file's text, and whether that is all of it."""
    sample = ""
    for piece in text(path, encoding):
        sample += piece
        if len(sample) > size:
            return sample[:size], False
    return sample, True


def _detected(encoding: str, sample: str, whole: bool, options: ReadOptions, limits: ReadLimits) -> Dialect | None:
    """The dialect by a sample; None when that holds no whole record of data."""
    if not sample.strip("\0\r\n\t "):
        raise SourceDataEmpty("The file is empty.", "Send a file that has a header and rows.")
    hinted, skipped = hint(sample)
    syntax = _syntax(sample[skipped:], options, hinted)
    if syntax.escape != ZERO:
        sample = sample.replace(ZERO, "")
    first = [record for record in _records(sample, skipped, syntax, None, whole, limits) if not record.is_blank]
    width = _width(first, syntax) if first else 1
    # A cell of a single column may be quoted, and empty.
    records = [
        record
        for record in _records(sample, skipped, syntax, width, whole, limits)
        if not record.is_blank or (width == 1 and record.end > record.start)
    ]
    if not records:
        if whole:
            raise SourceDataEmpty("The file is empty.", "Send a file that has a header and rows.")
        return None
    layout = lay_out(first_table(records).records, sample, syntax, width, options.header_row, options.header_rows)
    if not layout.data and not whole:
        return None
    return _dialect(encoding, syntax, layout, width, sample, limits)


def _syntax(sample: str, options: ReadOptions, hinted: str | None) -> Syntax:
    quote = detect_quote(sample) if options.quote is None else options.quote or None
    clean = sample.replace(ZERO, "")
    delimiter = options.delimiter or hinted or detect_delimiter(clean, quote)
    escape = detect_escape(sample, delimiter, quote) if options.escape is None else options.escape or None
    return Syntax(delimiter, quote, escape, options.record_end)


def _records(
    sample: str, skipped: int, syntax: Syntax, width: int | None, whole: bool, limits: ReadLimits
) -> list[Record]:
    """The records of a sample, behind a hint in its first line."""
    # Splitting the rest of the text alone would count places from there.
    blank = "\n" * skipped + sample[skipped:] if skipped else sample
    return [
        record
        for record in Splitter(syntax, width, limits.max_cell_length).records(blank, whole=whole)
        if record.start >= skipped
    ]


def _width(records: list[Record], syntax: Syntax) -> int:
    width = first_table(records).width
    if syntax.delimiter != " ":
        return width
    # Words between spaces make rows of more cells than there are columns, and never of fewer.
    first = len(records[0].cells)
    return first if 1 < first <= min(len(record.cells) for record in records) else width


def _dialect(encoding: str, syntax: Syntax, layout: Layout, width: int, sample: str, limits: ReadLimits) -> Dialect:
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
