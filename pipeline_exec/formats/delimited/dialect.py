"""How a delimited file is written: detected from its beginning, or as the read options say."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Literal

from pipeline_exec.errors import ParsingFailure, SourceDataEmpty
from pipeline_exec.formats import encoding as encodings
from pipeline_exec.formats.decoding import text
from pipeline_exec.formats.delimited.delimiter import detect_delimiter, detect_quote, hint
from pipeline_exec.formats.delimited.records import Record, Syntax, records
from pipeline_exec.formats.header import column_names, locate, renamed
from pipeline_exec.model.pipeline import ReadOptions

#: Characters looked at, and when these hold no whole record of data.
_SAMPLES: Final = (100_000, 8_000_000)


@dataclass(frozen=True)
class Dialect:
    """Everything needed to read a delimited file."""

    encoding: str
    syntax: Syntax
    header_row: int | None
    """1-based line of the header; None when the file has none."""
    found: tuple[str, ...]
    """The header's cells as they stand; empty when the file has none."""
    names: tuple[str, ...]
    """The columns."""
    regular_width: int
    """How many cells most records have."""
    data_line: int
    """1-based line of the first record of data."""
    data_start: int
    """Where the first record of data begins, in bytes of UTF-8 behind the byte order mark."""

    def described(self, format_name: str) -> dict[str, object]:
        """The dialect as it is recorded with the execution."""
        return {
            "format": format_name,
            "encoding": self.encoding,
            "delimiter": self.syntax.delimiter,
            "quote": self.syntax.quote,
            "header_row": self.header_row,
            "columns": len(self.names),
            **renamed(self.names, self.found),
        }


def detect(path: Path, options: ReadOptions) -> Dialect:
    """The dialect of a file; what the options set is taken as it is.

    Raises:
        ParsingFailure: it is no text, an option cannot be, or the header row is not there.
        SourceDataEmpty: it has no record.
    """
    encoding = encodings.detect(path, options.encoding)
    for size in _SAMPLES:
        sample, whole = _sample(path, encoding, size)
        detected = _detected(encoding, sample, whole, options)
        if detected is not None:
            return detected
        if whole:
            raise SourceDataEmpty("The file holds no row of data.", "Send a file that has rows below its header.")
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


def _detected(encoding: str, sample: str, whole: bool, options: ReadOptions) -> Dialect | None:
    """The dialect by a sample; None when that holds no whole record of data."""
    hinted, skipped = hint(sample)
    body = sample[skipped:]
    quote = detect_quote(body) if options.quote is None else options.quote or None
    delimiter = options.delimiter or hinted or detect_delimiter(body, quote)
    syntax = _checked(Syntax(delimiter, quote))
    start = len(sample[:skipped].encode())
    found = [record for record in records(sample, syntax) if record.start >= start]
    filled = [record for record in found if not record.is_blank]
    if not filled:
        raise SourceDataEmpty("The file is empty.", "Send a file that has a header and rows.")
    header = _header(filled, options.header_row)
    data = [record for record in found if header is None or record.start > header.start]
    # The last record of a sample may have been cut.
    data = data if whole else data[:-1]
    return _dialect(encoding, syntax, header, data) if data else None


def _checked(syntax: Syntax) -> Syntax:
    for name, character in (("delimiter", syntax.delimiter), ("quote", syntax.quote)):
        if character is not None and (len(character) != 1 or not character.isascii() or character in "\r\n\0"):
            raise ParsingFailure(
                f"{character!r} cannot be the {name}: it must be one ASCII character.",
                f"Correct read_options.{name}, or leave it out to have it detected.",
            )
    if syntax.delimiter == syntax.quote:
        raise ParsingFailure(
            f"{syntax.quote!r} cannot be both delimiter and quote.",
            "Correct read_options.delimiter or read_options.quote.",
        )
    return syntax


def _header(filled: list[Record], header_row: Literal["auto"] | int | None) -> Record | None:
    """Which of the records is the header."""
    if header_row is None:
        return None
    if header_row == "auto":
        at = locate([record.cells for record in filled])
        return None if at is None else filled[at]
    header = next((record for record in filled if record.line >= header_row), None)
    if header is None:
        raise ParsingFailure(
            f"The file has no row {header_row:,} near its beginning.",
            "Correct read_options.header_row.",
        )
    return header


def _dialect(encoding: str, syntax: Syntax, header: Record | None, data: list[Record]) -> Dialect:
    cells = header.cells if header else []
    widths = Counter(len(record.cells) for record in data if not record.is_blank) or Counter([1])
    return Dialect(
        encoding=encoding,
        syntax=syntax,
        header_row=header.line if header else None,
        found=tuple(cells),
        names=column_names(cells, len(cells) or max(widths)),
        regular_width=widths.most_common(1)[0][0],
        data_line=data[0].line,
        data_start=data[0].start,
    )
