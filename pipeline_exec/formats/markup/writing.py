"""Record batches to XML: whole columns become elements and are joined at once."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import cache
from pathlib import Path
from typing import Final
from xml.parsers import expat

import pyarrow as pa
import pyarrow.compute as pc

from pipeline_exec.dataplane.output_columns import OutputColumn, output_columns
from pipeline_exec.dataplane.text import concatenated
from pipeline_exec.errors import WriteFileFailure
from pipeline_exec.formats.lines import text_bytes
from pipeline_exec.model.rows import Rows
from pipeline_exec.model.target_model import TargetColumn

_BEGINS: Final = '<?xml version="1.0" encoding="UTF-8"?>\n'
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
    name = "".join(each if _may_stand_behind("_", each) else "_" for each in key)
    return name if not name or _may_stand_behind("", name[0]) else f"_{name}"


@cache
def _may_stand_behind(beginning: str, character: str) -> bool:
    """Whether a name may go on like this. Colons part prefixes from names, so none of ours has any.

    The editions of XML 1.0 differ in this (sections 2.3 and appendix B); the parser keeps to the one all others read.
    """
    if character.isspace() or character == ":":
        return False
    try:
        expat.ParserCreate("utf-8").Parse(f"<{beginning}{character}/>".encode(errors="replace"), True)
    except expat.ExpatError:
        return False
    return True


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
