"""The tables behind the first, which are not read but told of."""

from __future__ import annotations

from dataclasses import dataclass, field

from pipeline_exec.formats.delimited.blocks import Blocks, line_breaks
from pipeline_exec.formats.delimited.dialect import Dialect
from pipeline_exec.formats.delimited.ending import Ending
from pipeline_exec.formats.delimited.records import Record, Splitter
from pipeline_exec.formats.kinds import Kind, kind_of

#: How many tables are told of one by one.
_MOST: int = 20


@dataclass
class OtherTable:
    """One of them."""

    line: int
    """1-based line on which it begins."""
    columns: int
    """How many cells its first row has."""
    rows: int = field(default=0)
    """How many rows it has, its header among them."""


def other_tables(blocks: Blocks, dialect: Dialect, ending: Ending, longest: int) -> list[OtherTable]:
    """The tables in the rest of a file; what is behind the last that is told of counts as rows of it."""
    tables: list[OtherTable] = []
    splitter = Splitter(dialect.syntax, None, longest)
    line, follows_blank, waiting = dialect.data_line + blocks.lines, True, 0
    while blocks.fill(waiting):
        text = blocks.window.decode(errors="replace")
        used = counted = 0
        for record in splitter.records(text, whole=blocks.is_last):
            is_empty = record.is_empty
            if not is_empty:
                if not tables or (len(tables) < _MOST and _begins(record, follows_blank, ending)):
                    line += line_breaks(text[counted : record.start].encode())
                    counted = record.start
                    tables.append(OtherTable(line, len(record.cells)))
                tables[-1].rows += 1
            follows_blank = is_empty
            used = record.following
        line += line_breaks(text[counted:used].encode())
        waiting = 0 if used else len(blocks.window)
        blocks.use(len(text[:used].encode()))
    return tables


def _begins(record: Record, follows_blank: bool, ending: Ending) -> bool:
    if ending.repeats_header(record.cells):
        return True
    return follows_blank and len(record.cells) > 1 and all(kind_of(cell) is Kind.TEXT for cell in record.cells)
