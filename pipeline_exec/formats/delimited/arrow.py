"""How Arrow's CSV parser is asked."""

from __future__ import annotations

import io
from collections.abc import Callable, Sequence

import pyarrow as pa
from pyarrow.csv import ConvertOptions, CSVStreamingReader, InvalidRow, ParseOptions, ReadOptions, open_csv, read_csv

from pipeline_exec.formats.delimited.records import Syntax


def open_stream(
    file: pa.NativeFile, syntax: Syntax, width: int, block_bytes: int, on_invalid_row: Callable[[InvalidRow], str]
) -> CSVStreamingReader:
    """Batches of ``width`` columns of text, one for each block; rows of another width go to ``on_invalid_row``."""
    return open_csv(
        file, _reading(width, block_bytes), _parsing(syntax, invalid_row_handler=on_invalid_row), _converting(width)
    )


def parse(texts: Sequence[str], syntax: Syntax, width: int) -> pa.RecordBatch:
    """Texts of one record each, all of ``width`` cells, as rows."""
    joined = "\n".join(texts).encode()
    parsing = _parsing(syntax, ignore_empty_lines=False)
    table = read_csv(io.BytesIO(joined), _reading(width, len(joined) + 1), parsing, _converting(width))
    return table.combine_chunks().to_batches()[0]


def _reading(width: int, block_bytes: int) -> ReadOptions:
    # Numbered names: Arrow matches columns by name, and a header may use one twice. One thread: only then are invalid
    # rows numbered, and it is no slower, for the parser is the bottleneck.
    return ReadOptions(column_names=_names(width), block_size=block_bytes, use_threads=False)


def _parsing(syntax: Syntax, **options: object) -> ParseOptions:
    quote: str | bool = syntax.quote or False
    return ParseOptions(delimiter=syntax.separator, quote_char=quote, newlines_in_values=bool(quote), **options)


def _converting(width: int) -> ConvertOptions:
    return ConvertOptions(
        column_types=dict.fromkeys(_names(width), pa.string()),
        null_values=[""],
        strings_can_be_null=True,
        quoted_strings_can_be_null=True,
        check_utf8=False,  # the encoding was checked to the end when it was detected
    )


def _names(width: int) -> list[str]:
    return [str(position) for position in range(width)]
