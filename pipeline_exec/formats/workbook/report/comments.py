"""Comments on cells: what they say (ECMA-376 part 1, 18.7.3), and the boxes they are shown in.

Boxes are drawn in VML (ECMA-376 part 4, 14): without them Excel finds the workbook damaged.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from pipeline_exec.dataplane.text import concatenated
from pipeline_exec.formats.lines import text_bytes
from pipeline_exec.formats.workbook.bounds import MAX_ROWS, MAX_SHEET_COLUMNS, column_letters
from pipeline_exec.formats.workbook.report.finding_rows import Numbers, row_numbers
from pipeline_exec.formats.workbook.writing.cell_xml import escaped
from pipeline_exec.formats.workbook.writing.skeleton import COMMENTS_BEGIN, COMMENTS_END

#: Excel opens a workbook with more of them, but takes minutes for it.
MAX_COMMENTS: Final = 20_000
#: Characters of a comment: more does not fit on a screen.
_LONGEST: Final = 1_000
#: Characters of a line in a box of three columns, and lines that fit on a screen.
_CHARACTERS: Final = 32
_MOST_LINES: Final = 25
#: Shapes are numbered from here, so many in a block.
_SHAPES: Final = 1_024

_DRAWING_BEGINS: Final = (
    '<xml xmlns:v="urn:schemas-microsoft-com:vml" xmlns:o="urn:schemas-microsoft-com:office:office" '
    'xmlns:x="urn:schemas-microsoft-com:office:excel"><o:shapelayout v:ext="edit">'
    '<o:idmap v:ext="edit" data="{blocks}"/></o:shapelayout>'
    '<v:shapetype id="_x0000_t202" coordsize="21600,21600" o:spt="202" '
    'path="m,l,21600r21600,l21600,xe"><v:stroke joinstyle="miter"/><v:path gradientshapeok="t" o:connecttype="rect"/>'
    "</v:shapetype>"
)
_SHAPE: Final = (
    '" type="#_x0000_t202" style="position:absolute;width:240pt;height:60pt;z-index:1;visibility:hidden" '
    'fillcolor="#ffffe1" o:insetmode="auto"><v:fill color2="#ffffe1"/><v:shadow color="black" obscured="t"/>'
    '<v:path o:connecttype="none"/><v:textbox style="mso-direction-alt:auto"><div style="text-align:left"></div>'
    '</v:textbox><x:ClientData ObjectType="Note"><x:MoveWithCells/><x:SizeWithCells/><x:Anchor>'
)


Placed = tuple[pa.RecordBatch, Numbers]
"""Findings of whole rows, and for each the 1-based number of the row it is in."""


@dataclass(frozen=True)
class Comments:
    """Comments on cells, none of which has two."""

    rows: Numbers
    columns: Numbers
    """Both 1-based places on the sheet."""
    texts: pa.StringArray

    def __len__(self) -> int:
        return len(self.rows)

    def xml(self) -> Iterator[bytes | memoryview]:
        """The part that says what they say."""
        numbers = pa.array(self.rows).cast(pa.string())
        letters = pa.array([column_letters(int(column)) for column in self.columns], pa.string())
        yield COMMENTS_BEGIN.encode()
        start = '" authorId="0"><text><t xml:space="preserve">'
        texts = escaped(self.texts)
        yield text_bytes(concatenated('<comment ref="', letters, numbers, start, texts, "</t></text></comment>"))
        yield COMMENTS_END.encode()

    def drawing(self) -> Iterator[bytes | memoryview]:
        """The part with their boxes."""
        # Programs look up shapes by the block of numbers they are in.
        blocks = ",".join(map(str, range(1, len(self) // _SHAPES + 2)))
        yield _DRAWING_BEGINS.format(blocks=blocks).encode()
        left = np.minimum(self.columns, MAX_SHEET_COLUMNS - 4)
        top, bottom = np.maximum(self.rows - 2, 0), np.minimum(self.rows + self._heights(), MAX_ROWS - 1)
        anchor = (_texts(left), ", 15, ", _texts(top), ", 10, ", _texts(left + 3), ", 15, ", _texts(bottom), ", 4")
        yield text_bytes(
            concatenated(
                '<v:shape id="_x0000_s',
                _texts(np.arange(_SHAPES + 1, _SHAPES + 1 + len(self))),
                _SHAPE,
                *anchor,
                "</x:Anchor><x:AutoFill>False</x:AutoFill><x:Row>",
                _texts(self.rows - 1),
                "</x:Row><x:Column>",
                _texts(self.columns - 1),
                "</x:Column></x:ClientData></v:shape>",
            )
        )
        yield b"</xml>"

    def _heights(self) -> Numbers:
        """How many rows below its own each box reaches, so that the text fits."""
        lines = pc.add(pc.divide(pc.utf8_length(self.texts), _CHARACTERS), pc.count_substring(self.texts, "\n"))
        heights: Numbers = np.clip(lines.to_numpy().astype(np.int64), 3, _MOST_LINES)
        return heights


def comments_of(findings: Iterable[Placed], columns: Mapping[str, int], most: int = MAX_COMMENTS) -> Comments:
    """A comment on each erroneous cell: the code and the message of all that is wrong with it.

    Args:
        findings: Of whole rows, with the 1-based place of each one's row on the sheet.
        columns: The 1-based place of each column on the sheet.
        most: How many there are to be at most; the first count.
    """
    parts: list[Comments] = []
    for batch, rows in findings:
        parts.append(_comments(batch, rows, columns))
        if sum(map(len, parts)) >= most:
            break
    joined = Comments(
        np.concatenate([np.empty(0, np.int64), *(part.rows for part in parts)]),
        np.concatenate([np.empty(0, np.int64), *(part.columns for part in parts)]),
        pa.concat_arrays([pa.array([], pa.string()), *(part.texts for part in parts)]),
    )
    return Comments(joined.rows[:most], joined.columns[:most], joined.texts.slice(0, most))


def ranked(findings: Iterable[pa.RecordBatch]) -> Iterator[Placed]:
    """Findings of whole rows, each with the 1-based number of its row among those that have any."""
    above = 0
    for batch in findings:
        rows = row_numbers(batch)
        found = above + np.cumsum(np.append(True, rows[1:] != rows[:-1]))
        above = int(found[-1])
        yield batch, found


def _comments(batch: pa.RecordBatch, rows: Numbers, columns: Mapping[str, int]) -> Comments:
    names: Sequence[str] = batch.column("column").to_pylist()
    places = np.array([columns.get(name, 0) for name in names], np.int64)
    order = np.lexsort((places, rows))
    order = order[places[order] > 0]
    rows, places = rows[order], places[order]
    is_first = np.append(True, (rows[1:] != rows[:-1]) | (places[1:] != places[:-1]))[: len(rows)]
    sentences = concatenated(batch.column("code"), ": ", batch.column("message")).take(pa.array(order))
    offsets = pa.array(np.append(np.flatnonzero(is_first), len(rows)).astype(np.int32))
    texts = pc.binary_join(pa.ListArray.from_arrays(offsets, sentences), "\n")
    return Comments(rows[is_first], places[is_first], pc.utf8_slice_codeunits(texts, 0, _LONGEST))


def _texts(numbers: Numbers) -> pa.StringArray:
    return pa.array(numbers).cast(pa.string())
