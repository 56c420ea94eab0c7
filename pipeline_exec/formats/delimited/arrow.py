"""The fast tier: sound bytes as rows, by Arrow's CSV parser."""

from __future__ import annotations

from codecs import BOM_UTF8

import pyarrow as pa
import pyarrow.compute as pc
from pyarrow.csv import ConvertOptions, InvalidRow, ParseOptions, ReadOptions, read_csv

from pipeline_exec.formats.delimited.syntax import UNIT, Syntax


def parse(block: bytes, syntax: Syntax, width: int) -> tuple[pa.RecordBatch, list[InvalidRow]]:
    """Sound bytes as rows of ``width`` columns of text, and the rows of another width, numbered among all from 1.

    Empty cells are null; blank lines are no rows.
    """
    irregular: list[InvalidRow] = []

    def keep(row: InvalidRow) -> str:
        irregular.append(row)
        return "skip"

    if not block.strip(b"\r\n"):
        return _nothing(width), irregular
    plain, is_replaced = _arrows(block, syntax)
    if plain.startswith(BOM_UTF8):
        # Arrow takes it for the mark of a file, of which the first was passed over before: this one is part of a cell.
        plain = BOM_UTF8 + plain
    table = read_csv(
        pa.BufferReader(plain), _reading(width, len(plain) + 1), _parsing(syntax, keep), _converting(width)
    )
    batches = table.combine_chunks().to_batches()
    batch = batches[0] if batches else _nothing(width)
    return (_restored(batch, syntax) if is_replaced and _has_quotes(block, syntax) else batch), irregular


def in_file(text: str, syntax: Syntax) -> str:
    """The text of a row as it stands in the file, of one that the parser refused."""
    return text if len(syntax.separator.encode()) == 1 else text.replace(UNIT, syntax.separator)


def _arrows(block: bytes, syntax: Syntax) -> tuple[bytes, bool]:
    """The block with one byte as delimiter and quotes doubled, and whether the delimiter was replaced."""
    if syntax.escape and syntax.quote:
        block = block.replace((syntax.escape + syntax.quote).encode(), (syntax.quote * 2).encode())
    separator = syntax.separator.encode()
    return (block, False) if len(separator) == 1 else (block.replace(separator, UNIT.encode()), True)


def _restored(batch: pa.RecordBatch, syntax: Syntax) -> pa.RecordBatch:
    """The rows with the delimiter in quoted cells as it was."""
    columns = [pc.replace_substring(column, UNIT, syntax.separator) for column in batch.columns]
    return pa.record_batch(columns, schema=batch.schema)


def _has_quotes(block: bytes, syntax: Syntax) -> bool:
    return syntax.quote is not None and syntax.quote.encode() in block


def _nothing(width: int) -> pa.RecordBatch:
    return pa.record_batch([pa.array([], pa.string())] * width, names=_names(width))


def _reading(width: int, block_bytes: int) -> ReadOptions:
    # Numbered names: Arrow matches columns by name, and a header may use one twice. One thread: only then are invalid
    # rows numbered, and it is no slower, for the parser is the bottleneck.
    return ReadOptions(column_names=_names(width), block_size=block_bytes, use_threads=False)


def _parsing(syntax: Syntax, invalid_row_handler: object) -> ParseOptions:
    quote: str | bool = syntax.quote or False
    delimiter = syntax.separator if len(syntax.separator.encode()) == 1 else UNIT
    return ParseOptions(
        delimiter=delimiter, quote_char=quote, newlines_in_values=bool(quote), invalid_row_handler=invalid_row_handler
    )


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
