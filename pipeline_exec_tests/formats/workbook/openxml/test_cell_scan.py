"""Cells read the fast way, and the sure one."""

import pyarrow as pa
from hypothesis import given
from hypothesis import strategies as st

from pipeline_exec.formats.workbook.openxml.cell_parse import CellParser
from pipeline_exec.formats.workbook.openxml.cell_scan import scan

CELLS = st.builds(
    lambda style, kind, text: f"{f' s={chr(34)}{style}{chr(34)}' if style else ''}{kind}{text}</c>",
    st.sampled_from(["", "0", "3", "17"]),
    st.sampled_from([">", ' t="n">', ' t="str">']),
    st.sampled_from(
        ["<v>1.5</v>", "<v></v>", "<v/>", "<f>A1+1</f><v>7</v>", '<f t="shared" si="0"/><v>a &amp; &#228;</v>', ""]
    ),
)


@given(
    rows=st.lists(st.lists(st.none() | CELLS, max_size=4), min_size=1, max_size=4), space=st.sampled_from(["", "\n  "])
)
def test_the_fast_way_to_read_cells_agrees_with_the_sure_one(rows, space):
    xml = "".join(
        f'<row r="{row}">{space}'
        + "".join(f'<c r="{"ABCD"[at]}{row}"{cell}{space}' for at, cell in enumerate(cells) if cell)
        + f"</row>{space}"
        for row, cells in enumerate(rows, start=9)
    ).encode()
    fast = scan(xml)
    (sure,) = CellParser(0, 1_000).parse([b"<sheetData>", xml, b"</sheetData>"])
    kept = [at for at, text in enumerate(fast.texts.to_pylist()) if text]
    for name in ("rows", "columns", "kinds", "styles"):
        assert getattr(fast, name)[kept].tolist() == getattr(sure, name).tolist()
    assert fast.texts.take(pa.array(kept, pa.int64())).to_pylist() == sure.texts.to_pylist()
