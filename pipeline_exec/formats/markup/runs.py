"""Runs of records as record batches: whole columns at once."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Final

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from pipeline_exec.dataplane.text import empty_as_null
from pipeline_exec.formats.markup.place import Place
from pipeline_exec.formats.markup.template import Template

_LINE_FEED, _RETURN, _TAB, _FIRST_VISIBLE = 0x0A, 0x0D, 0x09, 0x20
#: What is no character of XML, in UTF-8, and what text must not hold.
_FORBIDDEN: Final = (b"\xef\xbf\xbe", b"\xef\xbf\xbf", b"]]>")
_REFERENCE: Final = re.compile(r"&(?:(lt|gt|amp|quot|apos)|#([0-9]{1,7})|#x([0-9A-Fa-f]{1,6}));")
_ANY_REFERENCE: Final = re.compile(rb"&[^;<]{0,12};?")
_ENTITIES: Final = {"lt": "<", "gt": ">", "amp": "&", "quot": '"', "apos": "'"}
#: Characters that only a reference can bring in, but for those below a space that XML has not.
_ALLOWED: Final = re.compile(r"[\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


class Irregular(Exception):
    """A run holds what the parser must see."""


class RunReader:
    """Reads runs of records of a template."""

    def __init__(self, template: Template, columns: Mapping[tuple[Place, str | None], int], schema: pa.Schema) -> None:
        """Prepare.

        Args:
            template: Of the records.
            columns: Where what a group of the template is of has its column; the others have none.
            schema: Of the batches.
        """
        self.template = template
        self._columns = [columns.get(group, -1) for group in template.groups]
        self._schema = schema

    def batch(self, data: bytes, at: int) -> tuple[pa.RecordBatch, int]:
        """The records of the run that begins here, and where it ends.

        Raises:
            Irregular: there is none, or some of their text is wrong.
        """
        records, end = self.template.values(data, at)
        if not records:
            raise Irregular
        run = data[at:end]
        check_characters(run)
        cells = {-1: pa.nulls(len(records), pa.string())}
        for column, values in zip(self._columns, zip(*records, strict=True), strict=False):
            if column >= 0:
                cells[column] = _texts(values, has_references=b"&" in run)
        columns = [cells.get(column, cells[-1]) for column in range(len(self._schema))]
        return pa.record_batch(columns, schema=self._schema), end


def check_characters(run: bytes) -> None:
    """Raises Irregular where a run holds what no text of XML may hold."""
    data = np.frombuffer(run, np.uint8)
    low = data[data < _FIRST_VISIBLE]
    is_space = (low == _LINE_FEED) | (low == _RETURN) | (low == _TAB)
    if not is_space.all() or any(each in run for each in _FORBIDDEN):
        raise Irregular
    if not run.isascii():
        try:
            run.decode()
        except UnicodeDecodeError:
            raise Irregular from None
    for reference in () if b"&" not in run else set(_ANY_REFERENCE.findall(run)):
        _resolved(reference.decode("ascii", "replace"))


def _texts(values: Sequence[bytes], *, has_references: bool) -> pa.StringArray:
    text = pa.array(values, pa.binary()).view(pa.string())
    where = pc.match_substring(text, "&") if has_references else None
    if where is not None and where.true_count:
        resolved = [_REFERENCE.sub(_character, cell) for cell in text.filter(where).to_pylist()]
        text = pc.replace_with_mask(text, where, pa.array(resolved, pa.string()))
    return empty_as_null(text)


def _resolved(reference: str) -> str:
    found = _REFERENCE.fullmatch(reference)
    if found is None:
        raise Irregular
    return _character(found)


def _character(reference: re.Match[str]) -> str:
    name, decimal, hexadecimal = reference.groups()
    if name:
        return _ENTITIES[name]
    code = int(decimal) if decimal else int(hexadecimal, 16)
    character = chr(code) if code <= 0x10FFFF else ""
    if not _ALLOWED.fullmatch(character):
        raise Irregular
    return character
