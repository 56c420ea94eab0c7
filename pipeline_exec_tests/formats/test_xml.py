"""XML: what is particular to it."""

import re
import tracemalloc
from xml.etree import ElementTree

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline_exec.errors import ParsingFailure, SourceDataEmpty, WriteFileFailure
from pipeline_exec.formats.markup import parsing, rows
from pipeline_exec.formats.markup.writing import element_name
from pipeline_exec.formats.registry import FORMATS
from pipeline_exec.model.limits import DEFAULT_LIMITS, ReadLimits
from pipeline_exec.model.pipeline import OutputOptions, ReadOptions
from pipeline_exec_tests.formats.conformance import INHERITED, FormatConformance
from pipeline_exec_tests.formats.tables import TEXT, cells_of, text_columns

FORBIDDEN = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")


class TestXml(FormatConformance):
    name = "xml"
    sure = ReadOptions()
    typed = ("42", "0.5", "1234567890.123456789", "true", "31.12.2024", "2024-12-31T23:59:58Z", "r")

    def held(self, cell):
        return cell and FORBIDDEN.sub("\ufffd", cell)

    @INHERITED
    @given(keys=st.lists(TEXT.filter(bool), min_size=1, max_size=4, unique=True))
    def test_any_keys_make_a_well_formed_document(self, format, path, keys):
        self.written(format, path, text_columns(*keys), [["x"] * len(keys)])
        root = ElementTree.parse(path).getroot()
        names = [element.tag for element in root[0]]
        assert len(set(names)) == len(keys)

    def test_the_names_of_elements_are_options(self, format, path):
        options = OutputOptions(root_element="orders", record_element="order")
        self.written(format, path, text_columns("a b", "1", "a_b"), [["x", None, "<&>"]], options)
        assert path.read_text() == (
            '<?xml version="1.0" encoding="UTF-8"?>\n<orders>\n'
            "  <order><a_b>x</a_b><_1/><a_b_2>&lt;&amp;&gt;</a_b_2></order>\n</orders>\n"
        )

    @pytest.mark.parametrize("name", ["", "a b", "1st", "a:b", "<a", "-"])
    def test_a_name_no_element_can_have_is_refused(self, format, path, name):
        with pytest.raises(WriteFileFailure, match="record_element"):
            self.written(format, path, text_columns("a"), [["x"]], OutputOptions(record_element=name))


@pytest.mark.parametrize(
    ("key", "name"),
    [("a", "a"), ("Größe", "Größe"), ("a b", "a_b"), ("2nd", "_2nd"), ("a:b", "a_b"), ("", ""), ("名前", "名前")],
)
def test_an_element_is_called_like_its_key_as_far_as_names_go(key, name):
    assert element_name(key) == name


def read(tmp_path, text, limits=DEFAULT_LIMITS, **options):
    path = tmp_path / "a.xml"
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    parsed = FORMATS.named("xml").read(path, ReadOptions(**options), limits)
    return parsed.rows.schema.names, cells_of(parsed.rows)


@pytest.mark.parametrize(
    ("text", "columns", "records"),
    [
        pytest.param(
            '<a><b id="1"><c>x</c></b><b id="2"><d>y</d></b></a>',
            ["id", "c", "d"],
            [["1", "x", None], ["2", None, "y"]],
            id="attributes and elements are columns",
        ),
        pytest.param(
            "<a><b><c><d>1</d><e><f>2</f></e></c></b><b/></a>",
            ["c.d", "c.e.f"],
            [["1", "2"], [None, None]],
            id="elements within elements have dotted names",
        ),
        pytest.param(
            '<a><b><p currency="EUR">1.10</p></b><b><p>2</p></b></a>',
            ["p", "p.currency"],
            [["1.10", "EUR"], ["2", None]],
            id="an element may have text and attributes",
        ),
        pytest.param(
            '<a><b id="1"><id>2</id></b><b/></a>',
            ["@id", "id"],
            [["1", "2"], [None, None]],
            id="an attribute that is called like an element has an @",
        ),
        pytest.param(
            "<a><b><t>x</t><t>y</t><u/></b><b><t>z</t></b><b/></a>",
            ["t", "u"],
            [['["x","y"]', None], ['["z"]', None], [None, None]],
            id="what is ever repeated is always a list",
        ),
        pytest.param(
            '<a><b><i n="1"><q>2</q></i><i n="2">x</i><i/></b><b><j/><k>1</k><l>2</l></b></a>',
            ["i", "j", "k", "l"],
            [['[{"n":"1","q":"2"},{"n":"2","#text":"x"},null]', None, None, None], [None, None, "1", "2"]],
            id="a list of elements with parts is a list of objects",
        ),
        pytest.param(
            "<a><m><x>1</x></m><o><r><c>1</c><d>2</d></r><r><c>3</c></r></o><l><s>1</s><s>2</s><s>3</s></l></a>",
            ["c", "d"],
            [["1", "2"], ["3", None]],
            id="the repeated elements with most columns are the records",
        ),
        pytest.param(
            "<a><p><x>1</x></p><p><x>2</x></p><q><y>1</y></q><q><y>2</y></q><q><y>3</y></q></a>",
            ["y"],
            [["1"], ["2"], ["3"]],
            id="of two alike the more frequent are the records",
        ),
        pytest.param(
            "<a><h><b><c>1</c><d>2</d></b></h></a>",
            ["c", "d"],
            [["1", "2"]],
            id="one record is found",
        ),
        pytest.param("<a><v>1</v><v> 2 </v></a>", ["v"], [["1"], [" 2 "]], id="records may be nothing but text"),
        pytest.param(
            '<n:a xmlns:n="u" xmlns="v"><n:b><n:c>1</n:c></n:b><n:b><n:c>2</n:c></n:b></n:a>',
            ["c"],
            [["1"], ["2"]],
            id="prefixes are left out",
        ),
        pytest.param(
            '<a xmlns:n="u" xmlns:m="v"><b><n:c>1</n:c><m:c>2</m:c></b><b/></a>',
            ["n:c", "m:c"],
            [["1", "2"], [None, None]],
            id="prefixes stay where names would be the same without",
        ),
        pytest.param(
            '<a xmlns:s="http://www.w3.org/2001/XMLSchema-instance" s:schemaLocation="u u.xsd">'
            '<b><c s:nil="true">x</c><d s:type="t">y</d></b><b><c s:nil="false">z</c></b></a>',
            ["c", "d"],
            [[None, "y"], ["z", None]],
            id="what is nil has no value",
        ),
        pytest.param(
            "<a><b><c>x &lt;&amp;&#65; <![CDATA[<y> & z]]></c></b><b><c><!-- no -->t<?no no?></c></b></a>",
            ["c"],
            [["x <&A <y> & z"], ["t"]],
            id="references and CDATA are text, comments and instructions are not",
        ),
        pytest.param(
            "<a><b> one <c>two</c> three </b><b><c/></b></a>",
            ["b", "c"],
            [["one  three", "two"], [None, None]],
            id="mixed content is text beside elements",
        ),
        pytest.param(
            "<a>\n  <b>\n    <c> x\n y </c>\n  </b>\n  <b><c>\t</c></b></a>",
            ["c"],
            [[" x\n y "], ["\t"]],
            id="space between elements is nothing and within a value it stays",
        ),
        pytest.param("<a><b/><b/></a>", ["b"], [[None], [None]], id="empty elements are rows"),
        pytest.param(
            '<s:Envelope xmlns:s="u"><s:Header><h>1</h><h>2</h></s:Header>'
            "<s:Body><g><i>1</i><j>2</j></g></s:Body></s:Envelope>",
            ["i", "j"],
            [["1", "2"]],
            id="of a SOAP message only the body counts",
        ),
        pytest.param(
            '\n <?xml version="1.0"?>\n<a><b>1</b><b>2</b></a>',
            ["b"],
            [["1"], ["2"]],
            id="space before the declaration",
        ),
    ],
)
def test_a_document_is_read(tmp_path, text, columns, records):
    assert read(tmp_path, text) == (columns, records)


@pytest.mark.parametrize("path", ["o.r", "a.o.r", "o/r", "/a/o/r", "x:o.x:r"])
def test_a_path_may_begin_at_the_first_element_or_below_it(tmp_path, path):
    text = "<a><x:o xmlns:x='u'><x:r><c>1</c></x:r></x:o><l><s><t>1</t></s><s/></l></a>"
    assert read(tmp_path, text, record_path=path) == (["c"], [["1"]])


def test_a_path_that_leads_nowhere_names_what_is_there(tmp_path):
    with pytest.raises(ParsingFailure, match=r'nothing at "o.rows"; where the path stops there is: r, t\.'):
        read(tmp_path, "<a><o><r/><t/></o></a>", record_path="o.rows")


@pytest.mark.parametrize(
    ("content", "options"),
    [
        pytest.param("<a><b>é</b></a>".encode(), {}, id="UTF-8 by default"),
        pytest.param("<a><b>é</b></a>".encode("utf-8-sig"), {}, id="UTF-8 with a mark"),
        pytest.param("<?xml version='1.0' encoding='UTF-16'?><a><b>é</b></a>".encode("utf-16"), {}, id="UTF-16"),
        pytest.param("<a><b>é</b></a>".encode("utf-16-be"), {}, id="UTF-16 without a mark"),
        pytest.param("<?xml version='1.0' encoding='ISO-8859-1'?><a><b>é</b></a>".encode("latin-1"), {}, id="declared"),
        pytest.param(
            "<?xml version='1.0' encoding='utf-16'?><a><b>é</b></a>".encode(), {}, id="wrongly declared UTF-16"
        ),
        pytest.param("<?xml version='1.0' encoding='ibm850'?><a><b>é</b></a>".encode("cp850"), {}, id="rare"),
        pytest.param("<a><b>é</b></a>".encode("cp1252"), {"encoding": "cp1252"}, id="set"),
    ],
)
def test_the_encoding_is_the_one_set_or_marked_or_declared(tmp_path, content, options):
    assert read(tmp_path, content, **options) == (["b"], [["é"]])


@pytest.mark.parametrize(
    ("text", "says"),
    [
        pytest.param("<a><b>1</a>", "mismatched tag at line 1, column 10", id="wrong end"),
        pytest.param("<a><b>1</b>", "no element found at line 1", id="cut off"),
        pytest.param("<a/><b/>", "goes on behind the end of its first element", id="two documents"),
        pytest.param("<a>&b;</a>", "undefined entity", id="unknown entity"),
        pytest.param("<a b='1' b='2'/>", "duplicate attribute", id="attribute twice"),
        pytest.param("<a>\x01</a>", "not well-formed", id="control character"),
        pytest.param(b"<a>\xff</a>", "where it is not in utf-8", id="not in its encoding"),
        pytest.param("<?xml version='1.0' encoding='klingon'?><a/>", 'no encoding "klingon"', id="no encoding"),
        pytest.param("<a>" * 101, "more than 100 levels", id="bottomless"),
    ],
)
def test_what_is_no_document_is_said_to_be_none(tmp_path, text, says):
    with pytest.raises(ParsingFailure, match=says) as failed:
        read(tmp_path, text)
    assert failed.value.remedy


@pytest.mark.parametrize(
    "declared",
    [
        pytest.param('<!DOCTYPE a [<!ENTITY b "c">]>', id="an entity"),
        pytest.param('<!DOCTYPE a [<!ENTITY b SYSTEM "file:///etc/passwd">]>', id="a file"),
        pytest.param('<!DOCTYPE a SYSTEM "http://127.0.0.1:9/a.dtd">', id="an address"),
        pytest.param('<!DOCTYPE a [<!ENTITY b "x"><!ENTITY c "&b;&b;"><!ENTITY d "&c;&c;">]>', id="billion laughs"),
        pytest.param('<!DOCTYPE a [<!ENTITY % b SYSTEM "file:///etc/passwd"> %b;]>', id="a parameter"),
    ],
)
def test_document_types_are_refused(tmp_path, declared):
    with pytest.raises(ParsingFailure, match=r'declares a document type \("<!DOCTYPE a"\)'):
        read(tmp_path, f"{declared}<a>&b;</a>")


@pytest.mark.parametrize("text", ["<a/>", "<a></a>", "<a> <!-- x --> </a>"])
def test_a_document_with_nothing_in_it_is_no_data(tmp_path, text):
    with pytest.raises(SourceDataEmpty):
        read(tmp_path, text)


@pytest.mark.parametrize(
    ("text", "says"),
    [
        pytest.param(f"<a><b><c>{'x' * 2_000}</c></b><b/></a>", "more than 1,000 characters", id="a list"),
        pytest.param(f"<a><b><c>{'<d/>' * 99}</c><c/></b><b/></a>", "more than 1,000 characters", id="empty elements"),
    ],
)
def test_what_would_be_too_long_for_a_cell_is_refused_before_it_is_held(tmp_path, text, says):
    with pytest.raises(ParsingFailure, match=says):
        read(tmp_path, text.replace("<c>", "<c/><c>"), ReadLimits(max_cell_length=1_000), record_path="b")


def test_a_record_that_does_not_end_is_refused(tmp_path, monkeypatch):
    monkeypatch.setattr(rows, "MAX_RECORD_CHARS", 1_000_000)
    text = f"<a><b>{'<c>1</c>' * 300_000}</b></a>"
    with pytest.raises(ParsingFailure, match=r"Record 1 of the XML file has more than 1,000,000 bytes"):
        read(tmp_path, text, record_path="b")


def test_a_tag_that_does_not_end_is_refused(tmp_path, monkeypatch):
    monkeypatch.setattr(parsing, "_LONGEST_TAG", 1_000_000)
    with pytest.raises(ParsingFailure, match="a tag or comment of more than 1,000,000 bytes at line 1"):
        read(tmp_path, f"<a><!-- {'x' * 2_000_000} --></a>")


def test_endless_different_elements_are_refused(tmp_path):
    text = "".join(f"<e{number}/>" for number in range(60_000))
    with pytest.raises(ParsingFailure, match="more than 50,000 different"):
        read(tmp_path, f"<a>{text}</a>", ReadLimits(max_columns=100))


def test_a_long_document_is_not_held(tmp_path):
    path = tmp_path / "a.xml"
    path.write_text(f"<a>{'<b><c>some text</c><d>1</d></b>' * 60_000}</a>")
    tracemalloc.start()
    try:
        found = sum(batch.num_rows for batch in FORMATS.named("xml").read(path, ReadOptions()).rows)
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert found == 60_000
    assert peak < 25e6
