"""The texts that cells share."""

import io
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline_exec.formats.workbook.openxml import shared_strings
from pipeline_exec.formats.workbook.openxml.shared_strings import read_strings
from pipeline_exec.formats.workbook.package import list_xml
from pipeline_exec_tests.formats.workbooks import package, read

SPELLINGS = {
    "as usual": lambda xml: xml,
    "single quotes": lambda xml: re.sub(r"<[^<>!]*>", lambda tag: tag[0].replace('"', "'"), xml),
    "spaces": lambda xml: xml.replace("<t>", "<t >"),
    "a prefix": lambda xml: re.sub(r"<(/?)(?=[a-z])", r"<\1x:", xml).replace("<x:sst", '<x:sst xmlns:x="m"'),
    "comments": lambda xml: xml.replace("<si>", "<!-- <si> --><si>").replace("<sst", "<!-- --><sst"),
}


def test_shared_texts_of_several_formats_are_one_text(path):
    strings = (
        "<sst><si><t>id</t></si><si><r><t>An</t></r><r><rPr><b/></rPr><t>na</t></r>"
        "<rPh sb='0' eb='1'><t>x</t></rPh></si>"
        '<si><t xml:space="preserve"> a &lt;b&gt; </t></si><si><t/></si></sst>'
    )
    rows = "".join(f'<row r="{row}"><c r="A{row}" t="s"><v>{row - 1}</v></c></row>' for row in range(1, 5))
    package(path, rows, **{"xl/sharedStrings.xml": strings})
    assert read(path, header_row=1)[2] == [["Anna"], [" a <b> "]]


@pytest.mark.parametrize("spell", SPELLINGS.values(), ids=SPELLINGS)
@pytest.mark.parametrize("chunk", [60, 1 << 20])
@given(
    items=st.lists(
        st.sampled_from(
            [
                "<si><t>x</t></si>",
                "<si><t/></si>",
                "<si/>",
                "<si></si>",
                '<si><t xml:space="preserve"> it\'s &amp; "x" </t></si>',
                '<si><r><rPr><b/><color theme="1"/></rPr><t>a_x00</t></r><r><t>41_b</t></r></si>',
                '<si><t>x</t><rPh sb="0" eb="1"><t>no</t></rPh><phoneticPr fontId="1"/></si>',
                "<si><t>a<![CDATA[<1>]]></t></si>",
            ]
        ),
        min_size=1,
        max_size=8,
    )
)
def test_shared_texts_are_the_same_in_every_spelling(monkeypatch, spell, chunk, items):
    monkeypatch.setattr(list_xml, "_CHUNK", chunk)
    xml = f'<sst count="{len(items)}">{"".join(items)}</sst>'
    sure = shared_strings._parsed([xml.encode()])
    assert len(sure) == len(items)
    assert read_strings(io.BytesIO(spell(xml).encode())).to_pylist() == sure.to_pylist()
