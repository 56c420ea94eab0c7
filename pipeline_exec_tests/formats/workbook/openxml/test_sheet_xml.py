"""The XML of worksheets, however it is spelled."""

import io
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline_exec.formats.workbook.openxml.cell_parse import CellParser
from pipeline_exec.formats.workbook.openxml.sheet_xml import SheetXml
from pipeline_exec.formats.workbook.package import list_xml
from pipeline_exec.formats.workbook.sheets.merging import Range

VALUES = st.sampled_from(
    [
        "<v>1</v>",
        '<v>it\'s &lt;1&gt; "x"</v>',
        "<v><![CDATA[a<1>'\"&]]></v>",
        "<is><r><t>a</t></r><r><rPr><b/></rPr><t>b</t></r></is>",
        "<v>a<!-- <v> -->b</v>",
        "<f>'Sheet 1'!A1</f><v>x</v>",
    ]
)
SPELLINGS = {
    "as usual": lambda xml: xml,
    "single quotes": lambda xml: re.sub(r"<[^<>!]*>", lambda tag: tag[0].replace('"', "'"), xml),
    "quotes of both kinds": lambda xml: xml.replace(' t="str"', " t='str'"),
    "spaces": lambda xml: xml.replace("<c ", "<c\n  ").replace('"><', '" ><'),
    "a prefix": lambda xml: re.sub(r"<(/?)(?=[a-z])", r"<\1x:", xml).replace(
        "x:worksheet", 'x:worksheet xmlns:x="m"', 1
    ),
    "comments": lambda xml: xml.replace("<row", "<!-- <row> --><row").replace("<worksheet", "<!-- --><worksheet"),
    "a namespace": lambda xml: xml.replace("<row", '<row xmlns:y="n" y:z="1"'),
}


def read(xml):
    found = SheetXml(io.BytesIO(xml.encode()), 1_000)
    return [cell for cells in found.cells() for cell in listed(cells)], found.merged


def listed(cells):
    columns = (cells.rows.tolist(), cells.columns.tolist(), cells.kinds.tolist(), cells.styles.tolist())
    return [each for each in zip(*columns, cells.texts.to_pylist(), strict=True) if each[-1]]


@pytest.mark.parametrize("chunk", [90, 1 << 20])
@pytest.mark.parametrize("spell", SPELLINGS.values(), ids=SPELLINGS)
@given(rows=st.lists(st.lists(VALUES, max_size=3), min_size=1, max_size=5))
def test_cells_are_the_same_in_every_spelling(monkeypatch, spell, chunk, rows):
    monkeypatch.setattr(list_xml, "_CHUNK", chunk)
    lines = (
        f'<row r="{row}">'
        + "".join(f'<c r="{place}{row}" s="3" t="str">{cell}</c>' for place, cell in zip("ABC", cells, strict=False))
        for row, cells in enumerate(rows, start=1)
    )
    merged = '<mergeCells><mergeCell ref="A1:B1"/></mergeCells>'
    xml = f"<worksheet><sheetData>{'</row>'.join([*lines, ''])}</sheetData>{merged}</worksheet>"
    parser = CellParser(0, 1_000)
    sure = [cell for cells in parser.parse([xml.encode()]) for cell in listed(cells)]
    assert read(spell(xml)) == (sure, [Range(1, 1, 1, 2)])


@pytest.mark.parametrize("chunk", range(20, 60, 7))
def test_merged_cells_are_found_wherever_pieces_of_the_xml_end(monkeypatch, chunk):
    monkeypatch.setattr(list_xml, "_CHUNK", chunk)
    cells = "".join(f'<mergeCell ref="A{row}:B{row}"/>' for row in range(1, 40))
    assert len(read(f"<worksheet><sheetData/><mergeCells>{cells}</mergeCells></worksheet>")[1]) == 39


@pytest.mark.parametrize("encoding", ["utf-16", "latin-1", "utf-8-sig"])
def test_other_encodings_are_read(encoding):
    rows = '<row r="1"><c t="str"><v>ä</v></c></row>'
    declared = f'<?xml version="1.0" encoding="{encoding.removesuffix("-sig")}"?>'
    xml = f"{declared}<worksheet><sheetData>{rows}</sheetData></worksheet>"
    (cells,) = SheetXml(io.BytesIO(xml.encode(encoding)), 1_000).cells()
    assert listed(cells) == [(1, 1, 2, 0, "ä")]
