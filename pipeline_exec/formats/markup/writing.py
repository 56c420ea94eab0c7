"""Record batches to XML: whole columns become elements and are joined at once."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Final

import pyarrow as pa
import pyarrow.compute as pc

from pipeline_exec.dataplane.text import concatenated
from pipeline_exec.errors import WriteFileFailure
from pipeline_exec.formats.columns import OutputColumn, output_columns
from pipeline_exec.formats.lines import text_bytes
from pipeline_exec.model.rows import Rows
from pipeline_exec.model.target_model import TargetColumn

_BEGINS: Final = '<?xml version="1.0" encoding="UTF-8"?>\n'
#: What names may begin with and go on with (XML 1.0, section 2.3), but for the colon, which parts a prefix from them.
_START: Final = (
    "A-Z_a-z\u00c0-\u00d6\u00d8-\u00f6\u00f8-\u02ff\u0370-\u037d\u037f-\u1fff\u200c-\u200d\u2070-\u218f"
    "\u2c00-\u2fef\u3001-\ud7ff\uf900-\ufdcf\ufdf0-\ufffd\U00010000-\U000effff"
)
_NO_START: Final = re.compile(f"[^{_START}]")
_NO_PART: Final = re.compile(f"[^{_START}\\-.0-9\u00b7\u0300-\u036f\u203f-\u2040]")
#: What no XML 1.0 document can hold, however it is spelt (section 2.2).
_FORBIDDEN: Final = r"[\x00-\x08\x0b\x0c\x0e-\x1f\x{fffe}\x{ffff}]"
_SPECIAL: Final = r"[&<>\r]"
#: A carriage return that stood as it is would be read as a line feed (section 2.11).
_ESCAPES: Final = (("&", "&amp;"), ("<", "&lt;"), (">", "&gt;"), ("\r", "&#13;"))


def write(rows: Rows, columns: Sequence[TargetColumn], into: Path, root: str, record: str) -> None:
    """An element for each row with one for each column in it, empty where the cell is.

    Dates and numbers are in the format of their column. Characters that XML cannot hold are replaced by U+FFFD.

    Args:
        rows: The rows.
        columns: Their columns; elements are called like their keys, but for what no name can have.
        into: The file.
        root: The name of the document's element.
        record: The name of the element of each row.

    Raises:
        WriteFileFailure: one of the two names is none.
    """
    _check_name("root_element", root)
    _check_name("record_element", record)
    outputs = output_columns(columns)
    names = list(_each_once(element_name(column.key) for column in columns))
    with into.open("wb") as file:
        file.write(f"{_BEGINS}<{root}>\n".encode())
        for batch in rows:
            if batch.num_rows:
                file.write(text_bytes(_elements(batch, outputs, names, record)))
        file.write(f"</{root}>\n".encode())


def element_name(key: str) -> str:
    """What the element of a key is called: like it, with ``_`` for what no name can have there."""
    name = _NO_PART.sub("_", key)
    return f"_{name}" if _NO_START.match(name) else name


def _elements(
    batch: pa.RecordBatch, outputs: Sequence[OutputColumn], names: Sequence[str], record: str
) -> pa.StringArray:
    pieces: list[pa.StringArray | str] = [f"  <{record}>"]
    for output, name in zip(outputs, names, strict=True):
        text = _escaped(output.text(batch))
        element = concatenated(f"<{name}>", text, f"</{name}>")
        pieces.append(pc.fill_null(element, f"<{name}/>"))
    return concatenated(*pieces, f"</{record}>\n")


def _escaped(text: pa.StringArray) -> pa.StringArray:
    if pc.match_substring_regex(text, _FORBIDDEN).true_count:
        text = pc.replace_substring_regex(text, _FORBIDDEN, "\ufffd")
    if pc.match_substring_regex(text, _SPECIAL).true_count:
        for character, escape in _ESCAPES:
            text = pc.replace_substring(text, character, escape)
    return text


def _each_once(names: Iterator[str]) -> Iterator[str]:
    taken: set[str] = set()
    for name in names:
        fresh, number = name, 2
        while fresh in taken:
            fresh, number = f"{name}_{number}", number + 1
        taken.add(fresh)
        yield fresh


def _check_name(option: str, name: str) -> None:
    if not name or element_name(name) != name:
        raise WriteFileFailure(
            f"{name!r} cannot be the name of an XML element.",
            f"Correct output_options.{option}: letters and _ will do.",
        )
