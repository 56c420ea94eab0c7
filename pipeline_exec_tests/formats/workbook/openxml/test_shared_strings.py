"""The texts that cells share."""

from pipeline_exec_tests.formats.workbooks import package, read


def test_shared_texts_of_several_formats_are_one_text(path):
    strings = (
        "<sst><si><t>id</t></si><si><r><t>An</t></r><r><rPr><b/></rPr><t>na</t></r>"
        "<rPh sb='0' eb='1'><t>x</t></rPh></si>"
        '<si><t xml:space="preserve"> a &lt;b&gt; </t></si><si><t/></si></sst>'
    )
    rows = "".join(f'<row r="{row}"><c r="A{row}" t="s"><v>{row - 1}</v></c></row>' for row in range(1, 5))
    package(path, rows, **{"xl/sharedStrings.xml": strings})
    assert read(path, header_row=1)[2] == [["Anna"], [" a <b> "]]
