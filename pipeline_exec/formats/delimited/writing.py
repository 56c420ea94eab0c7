"""Record batches to delimited text: whole columns are quoted and joined at once."""

from __future__ import annotations

import codecs
from collections.abc import Iterable, Sequence
from itertools import chain
from pathlib import Path
from typing import BinaryIO, Final

import pyarrow as pa
from pyarrow.csv import WriteOptions, write_csv

from pipeline_exec.dataplane.delimited_lines import Lines, Unquotable
from pipeline_exec.dataplane.formulas import neutralised
from pipeline_exec.dataplane.output_columns import output_columns
from pipeline_exec.dataplane.side_by_side import side_by_side
from pipeline_exec.dataplane.text import concatenated, cut
from pipeline_exec.errors import WriteFileFailure
from pipeline_exec.formats.lines import text_bytes
from pipeline_exec.model.encoding import codec_name
from pipeline_exec.model.pipeline import OutputOptions
from pipeline_exec.model.rows import Rows
from pipeline_exec.model.target_model import TargetColumn

_MARK: Final = "\ufeff"
#: Codecs of Python that write a byte order mark of their own.
_MARKED: Final = frozenset({"utf-16", "utf-32", "utf-8-sig"})


class Writer:
    """Writes delimited text as output options say."""

    def __init__(self, options: OutputOptions, delimiter: str | None = None) -> None:
        """Prepare; a delimiter that is given stands in place of that of the options."""
        self._options = options
        self._encoding = codec_name(options.encoding) or options.encoding
        self._lines = Lines(
            delimiter=delimiter or options.delimiter,
            quote=options.quote,
            quoting=options.quoting,
            escape=options.escape,
            null=options.null,
        )

    def write(self, rows: Rows, columns: Sequence[TargetColumn], into: Path) -> None:
        """Write all rows.

        Raises:
            WriteFileFailure: the encoding has no such character as stands in a cell, or a cell needs quotes and there
                are to be none.
        """
        outputs = output_columns(columns, neutralise=self._options.neutralise_formulas)

        def lines(batch: pa.RecordBatch) -> memoryview:
            return self._joined([output.text(batch) for output in outputs])

        header = map(self._joined, self._header(columns))
        with into.open("wb") as file:
            self._write(chain(header, side_by_side(lines, rows)), file)

    def write_texts(self, batches: Iterable[Sequence[pa.StringArray]], into: BinaryIO) -> None:
        """Write columns of text as they are, batch after batch; a header is a batch of one row.

        Raises:
            WriteFileFailure: as ``write``.
        """
        self._write(map(self._joined, batches), into)

    def _write(self, batches: Iterable[memoryview], into: BinaryIO) -> None:
        encoder = codecs.getincrementalencoder(self._encoding)()
        if self._options.byte_order_mark and self._encoding not in _MARKED:
            into.write(encoder.encode(_MARK))
        for lines in batches:
            into.write(self._encoded(encoder, lines))

    def _header(self, columns: Sequence[TargetColumn]) -> Iterable[Sequence[pa.StringArray]]:
        if not self._options.header:
            return []
        keys = [pa.array([column.key], pa.string()) for column in columns]
        return [[neutralised(key) for key in keys] if self._options.neutralise_formulas else keys]

    def _joined(self, columns: Sequence[pa.StringArray]) -> memoryview:
        """The lines of the rows, each with its end, in UTF-8."""
        if self._options.record_end == "\n" and self._lines.are_plain(columns):
            return _plain_lines(columns, self._lines.delimiter)
        try:
            return text_bytes(concatenated(self._lines.of(columns), self._options.record_end))
        except Unquotable as error:
            text = error.args[0]
            what = f"The cell {cut(text)!r} cannot" if text else "A row of one empty cell cannot"
            raise WriteFileFailure(
                f"{what} be written without quotes.", "Set output_options.quoting to minimal, or output_options.escape."
            ) from None

    def _encoded(self, encoder: codecs.IncrementalEncoder, text: memoryview) -> memoryview | bytes:
        if self._encoding == "utf-8":
            return text
        try:
            return encoder.encode(bytes(text).decode())
        except UnicodeEncodeError as error:
            raise WriteFileFailure(
                f"The output holds {error.object[error.start]!r}, which the encoding {self._encoding} cannot write.",
                "Set output_options.encoding to utf-8.",
            ) from None


def _plain_lines(columns: Sequence[pa.StringArray], delimiter: str) -> memoryview:
    """The lines of cells that need no quotes, by Arrow's writer: in half the time of joining them here."""
    into = pa.BufferOutputStream()
    batch = pa.record_batch(columns, names=[str(place) for place in range(len(columns))])
    options = WriteOptions(
        include_header=False, delimiter=delimiter, quoting_style="none", batch_size=max(1, batch.num_rows)
    )
    write_csv(batch, into, options)
    return memoryview(into.getvalue())
