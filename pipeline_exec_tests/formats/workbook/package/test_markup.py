"""Comments, instructions and sections of characters in XML."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline_exec.formats.workbook.package.markup import is_utf8, without_asides

PIECES = st.sampled_from(
    [
        "<a>",
        "text",
        "&amp;",
        "</a>",
        "<!-- <a> -->",
        "<!---->",
        "<![CDATA[x<y>&]]>",
        "<![CDATA[]]>",
        "<?a b?>",
        "]]",
        "-->",
    ]
)
MEANT = {"<!-- <a> -->": "", "<!---->": "", "<?a b?>": "", "<![CDATA[x<y>&]]>": "x&lt;y&gt;&amp;", "<![CDATA[]]>": ""}


def cut(xml, size):
    return [xml[at : at + size] for at in range(0, len(xml), size)]


@given(pieces=st.lists(PIECES), size=st.integers(1, 40))
def test_asides_are_taken_out_wherever_chunks_end(pieces, size):
    xml = "".join(pieces).encode()
    assert b"".join(without_asides(cut(xml, size))) == "".join(MEANT.get(each, each) for each in pieces).encode()


@pytest.mark.parametrize("size", [1, 3, 1_000])
@pytest.mark.parametrize(
    "xml",
    [b"<a><!-- ", b"<a><![CDATA[x]]", b"<a><?x", b"<", b"<!DOCTYPE a>", b'<!ENTITY a "b">', b"<![INCLUDE[a]]>"],
)
def test_what_declares_something_or_does_not_end_is_refused(xml, size):
    with pytest.raises(ValueError, match="aside"):
        b"".join(without_asides(cut(xml, size)))


@pytest.mark.parametrize(
    ("head", "is_so"),
    [
        (b"<a/>", True),
        ("<a/>".encode("utf-8-sig"), True),
        (b'<?xml version="1.0" encoding="UTF-8"?><a/>', True),
        (b"<?xml version='1.0' encoding='us-ascii'?><a/>", True),
        (b'<?xml version="1.0" encoding="windows-1252"?><a/>', False),
        ("<a/>".encode("utf-16"), False),
        ("<a/>".encode("utf-16-le"), False),
    ],
    ids=["unsaid", "a mark", "UTF-8", "ASCII", "Windows-1252", "UTF-16", "UTF-16 without a mark"],
)
def test_the_encoding_of_xml_is_known_by_its_beginning(head, is_so):
    assert is_utf8(head) is is_so
