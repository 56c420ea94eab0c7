"""Cells read the fast way, and the sure one."""

import re

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline_exec.formats.workbook.cells.stored_cells import Kind
from pipeline_exec.formats.workbook.openxml.cell_parse import CellParser
from pipeline_exec.formats.workbook.openxml.cell_scan import scan
from pipeline_exec.formats.workbook.package.spelling import Unusual, unprefixed

CELLS = st.builds(
    lambda style, kind, text: f"{f' s={chr(34)}{style}{chr(34)}' if style else ''}{kind}{text}</c>",
    st.sampled_from(["", "0", "3", "17"]),
    st.sampled_from([">", ' t="n">', ' t="str">', ' cm="1" t="str">', ' t="inlineStr" ph="1">']),
    st.sampled_from(
        [
            "<v>1.5</v>",
            "<v></v>",
            "<v/>",
            "<f>A1+1</f><v>7</v>",
            '<f t="shared" si="0"/><v>a &amp; &#228;</v>',
            "<f>A1&lt;2</f><v/>",
            "<f>A1></f>",
            '<f t="shared" si="0"/><v></v>',
            "<is><t>x</t></is>",
            '<is><t xml:space="preserve"> x </t><phoneticPr fontId="1"/></is>',
            '<is><r><t>a</t></r><r><rPr><b/><sz val="9"/></rPr><t>b&lt;</t></r><rPh sb="0"><t>no</t></rPh></is>',
            "<is><r><rPr/><t/></r></is>",
            "",
        ]
    ),
)
ROWS = st.lists(st.lists(st.none() | CELLS, max_size=4), min_size=1, max_size=4)
USUAL = '<c r="{place}"'


@given(
    rows=ROWS,
    space=st.sampled_from(["", "\n  "]),
    row=st.sampled_from(['<row r="{number}">', '<row spans="1:4" r="{number}">', '<row ht="1.5">', "<row>"]),
    start=st.sampled_from([USUAL, '<c vm="0" r="{place}"', "<c"]),
    prefix=st.sampled_from(["", "x:"]),
)
def test_the_fast_way_to_read_cells_agrees_with_the_sure_one(rows, space, row, start, prefix):
    xml = "".join(
        f"{row.format(number=number)}{space}"
        + "".join(
            start.format(place=f"{'ABCD'[at]}{number}") + f"{cell}{space}" for at, cell in enumerate(cells) if cell
        )
        + f"</row>{space}"
        for number, cells in enumerate(rows, start=9)
    )
    xml = re.sub("(</?)", rf"\1{prefix}", xml).encode()
    fast, last = scan(unprefixed(xml, prefix.encode()), 8)
    parser = CellParser(8, 1_000)
    (sure,) = parser.parse([b"<sheetData>", xml, b"</sheetData>"])
    assert last == parser.row == 8 + len(rows)
    texts = zip(fast.kinds, fast.texts.to_pylist(), strict=True)
    kept = [at for at, (kind, text) in enumerate(texts) if text or kind == Kind.FORMULA]
    for name in ("rows", "columns", "kinds", "styles"):
        assert getattr(fast, name)[kept].tolist() == getattr(sure, name).tolist()
    assert fast.texts.take(pa.array(kept, pa.int64())).to_pylist() == sure.texts.to_pylist()


@pytest.mark.parametrize(
    "xml",
    [
        '<row r="9"><c ph="1" r="B8"><v>1</v></c></row>',
        '<row r="9"><c ph="1" r="9"><v>1</v></c></row>',
        '<row r="9"><c ph="1" t="x"><v>1</v></c></row>',
        '<row r="9"><c ph="1" s=""><v>1</v></c></row>',
        '<row ht="1" r="0"><c><v>1</v></c></row>',
        '<row ht="1" r="8"><c><v>1</v></c></row>',
        "<row r='9'><c><v>1</v></c></row>",
        '<row r="9"><c ph="<v>" r="A9"><v>1</v></c></row>',
        '<row r="9"><c r="A9"/><v>1</v></row>',
        '<c r="A9"><v>1</v></c>',
        '<row r="9"><c r="A9"><is><rPr><t>1</t></rPr></is></c></row>',
        '<row r="9"><c r="A9"><is><rPh><t>1</t></is></c></row>',
        '<row r="9"><c r="A9"><is><ruby>1</ruby></is></c></row>',
    ],
    ids=[
        "a place in another row",
        "a place without letters",
        "an unknown kind",
        "no style",
        "row 0",
        "a row above",
        "single quotes",
        "tags in attributes",
        "a value outside cells",
        "a cell outside rows",
        "a text within a format",
        "a sound that does not end",
        "an unknown element",
    ],
)
def test_what_is_not_sure_is_refused(xml):
    with pytest.raises(Unusual):
        scan(xml.encode(), 8)
