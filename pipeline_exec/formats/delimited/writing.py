"""Record batches to delimited text: whole columns are quoted and joined at once."""

from __future__ import annotations

import codecs
from collections.abc import Iterable, Sequence
from itertools import chain
from pathlib import Path
from typing import BinaryIO

import pyarrow as pa
import pyarrow.compute as pc

from pipeline_exec.dataplane.text import concatenated
from pipeline_exec.errors import WriteFileFailure
from pipeline_exec.formats.columns import output_columns
from pipeline_exec.formats.decoding import codec_name
from pipeline_exec.formats.lines import line_bytes
from pipeline_exec.model.rows import Rows
from pipeline_exec.model.target_model import TargetColumn


class Writer:
    """Writes delimited text with a header; lines end with a line feed, and cells are quoted where they must be."""

    def __init__(self, delimiter: str, quote: str, encoding: str) -> None:
        """Prepare.

        Raises:
            WriteFileFailure: these cannot be the delimiter, quote or encoding of a file.
        """
        self._delimiter = _single("delimiter", delimiter)
        self._quote = _single("quote", quote)
        self._encoding = _known(encoding)
        if delimiter == quote:
            raise WriteFileFailure(
                f"{quote!r} cannot be both delimiter and quote.", "Correct output_options.delimiter or quote."
            )
        self._special = "[" + "".join(f"\\x{{{ord(character):x}}}" for character in f"{delimiter}{quote}\r\n") + "]"

    def write(self, rows: Rows, columns: Sequence[TargetColumn], into: Path) -> None:
        """Write all rows.

        Raises:
            WriteFileFailure: the encoding has no such character as stands in a cell.
        """
        outputs = output_columns(columns)
        header = [pa.array([column.key], pa.string()) for column in columns]
        texts = ([output.text(batch) for output in outputs] for batch in rows)
        with into.open("wb") as file:
            self.write_texts(chain([header], texts), file)

    def write_texts(self, batches: Iterable[Sequence[pa.StringArray]], into: BinaryIO) -> None:
        """Write columns of text as they are, batch after batch; a header is a batch of one row.

        Raises:
            WriteFileFailure: the encoding has no such character as stands in a cell.
        """
        encoder = codecs.getincrementalencoder(self._encoding)()
        for columns in batches:
            into.write(self._encoded(encoder, self._lines(columns)))

    def _lines(self, cells: Sequence[pa.StringArray]) -> pa.StringArray:
        quoted = [self._quoted(column) for column in cells]
        if len(quoted) == 1:
            # A blank line is no row to whoever reads it.
            return pc.if_else(pc.equal(quoted[0], ""), self._quote * 2, quoted[0])
        return pc.binary_join_element_wise(*quoted, self._delimiter)

    def _quoted(self, cells: pa.StringArray) -> pa.StringArray:
        filled = pc.fill_null(cells, "")
        must = pc.match_substring_regex(filled, self._special)
        if not must.true_count:
            return filled
        doubled = pc.replace_substring(filled, self._quote, self._quote * 2)
        return pc.if_else(must, concatenated(self._quote, doubled, self._quote), filled)

    def _encoded(self, encoder: codecs.IncrementalEncoder, lines: pa.StringArray) -> memoryview | bytes:
        text = line_bytes(lines)
        if self._encoding == "utf-8":
            return text
        try:
            return encoder.encode(bytes(text).decode())
        except UnicodeEncodeError as error:
            raise WriteFileFailure(
                f"The output holds {error.object[error.start]!r}, which the encoding {self._encoding} cannot write.",
                "Set output_options.encoding to utf-8.",
            ) from None


def _single(name: str, character: str) -> str:
    if len(character) != 1 or character in "\r\n\0":
        raise WriteFileFailure(
            f"{character!r} cannot be the {name}: it must be one character.", f"Correct output_options.{name}."
        )
    return character


def _known(encoding: str) -> str:
    codec = codec_name(encoding)
    if codec is None:
        raise WriteFileFailure(
            f'There is no encoding "{encoding}".', "Correct output_options.encoding, for instance to utf-8."
        )
    return codec
