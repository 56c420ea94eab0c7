"""XML read in runs is what it is when it is read element by element, whatever the records and whatever is wrong."""

import re

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from pipeline_exec.errors import ParsingFailure, SourceDataEmpty
from pipeline_exec.formats.markup import parsing, runs, survey, template
from pipeline_exec.formats.registry import FORMATS
from pipeline_exec.model.pipeline import ReadOptions
from pipeline_exec_tests.formats.conformance import INHERITED
from pipeline_exec_tests.formats.tables import cells_of

NAMES = st.sampled_from(["r", "a", "b", "n:a", "id"])
TEXTS = st.lists(
    st.sampled_from(["x", " ", "é", "&amp;", "&#65;", "&#x42;", "&lt;", "\n", "\r\n", "]", "'", "12", "🙂"]), max_size=4
).map("".join)
TROUBLE = st.sampled_from(
    [
        "&b;",
        "&#0;",
        "&#xD800;",
        "<![CDATA[<r>]]>",
        "<!-- <r> -->",
        "]]>",
        "\x01",
        "\ufffe",
        "<r/>",
        "<?p?>",
        "\r",
        ">",
        "&",
    ]
)
SPACE = st.sampled_from(["", "", " ", "\n  ", "\r\n"])


@st.composite
def elements(draw, depth=2):
    name = draw(NAMES)
    attributes = "".join(
        f" {each}={quote}{draw(TEXTS)}{quote}"
        for each in draw(st.lists(st.sampled_from(["id", "k", "a"]), max_size=2, unique=True))
        for quote in draw(st.sampled_from(['"', '"', '"', "'"]))
    )
    if draw(st.integers(0, 5)) == 0:
        return f"<{name}{attributes}/>"
    content = draw(TEXTS)
    if depth and draw(st.booleans()):
        content = "".join(draw(SPACE) + inner for inner in draw(st.lists(elements(depth - 1), max_size=3)))
    elif draw(st.integers(0, 9)) == 0:
        content += draw(TROUBLE)
    return f"<{name}{attributes}>{content}</{name}>"


#: Few kinds of records, each often and some with something else in them.
RECORDS = st.lists(elements(), min_size=1, max_size=3).flatmap(
    lambda kinds: st.lists(st.sampled_from(kinds) | elements(), min_size=2, max_size=14)
)


def read(path, options=None, piece=150, **patches):
    """What is read, or what is said to be wrong; in small pieces, so that runs begin and end anywhere."""
    values = [(parsing, "_PIECE", piece), (parsing, "_MOST_LEFT_OUT", 1)]
    with pytest.MonkeyPatch.context() as patched:
        for module, name, value in values:
            patched.setattr(module, name, value)
        for name, value in patches.items():
            patched.setattr(template, name, value)
        try:
            rows = FORMATS.named("xml").read(path, options or ReadOptions()).rows
            return rows.schema.names, cells_of(rows)
        except (ParsingFailure, SourceDataEmpty) as error:
            return error.message


def one_by_one(path, options=None):
    return read(path, options, _MOST_GROUPS=-1)


@INHERITED
@given(records=RECORDS, space=SPACE)
@example(records=["<r><a>1</a></r>"] * 9 + ["<r><a>1</a><a>2</a></r>"] + ["<r><a>3</a></r>"] * 9, space="\n")
@example(records=["<r><a>1</a></r>"] * 9 + ['<r><a k="1">1</a><b/></r>'] + ["<r><a>3</a></r>"] * 9, space="")
@example(records=['<r id="1"/>'] * 30 + ['<r id="2">text</r>'] + ['<r id="1"/>'] * 30, space="\n")
@example(records=['<r id="1"> </r>'] * 30, space="")
@example(records=["<r><a>1</a></r>"] * 9 + ["<r>mixed<a>1</a></r>"] + ["<r><a>3</a></r>"] * 9, space="")
@example(records=["<r><a>&#9;&amp;amp;</a></r>"] * 20 + ["<r><a>&x;</a></r>"], space="\n")
@example(records=["<r><r>1</r></r>"] * 20, space="")
@example(records=["<r><a>1</a> <a/><b/><a>2</a></r>", "<r><a>1</a><a> &lt;</a></r>"] * 9, space="\n")
def test_any_records(tmp_path, records, space):
    path = tmp_path / "a.xml"
    path.write_text(f"<all>{space}{space.join(records)}</all>", encoding="utf-8", newline="")
    assert read(path) == one_by_one(path)


LISTS = [
    pytest.param("<i/><i></i>", id="nothing"),
    pytest.param('<i k="">&quot;\\&#9;</i><i k="2"/><i k="&amp;"> </i>', id="text and attributes"),
    pytest.param("<i><a>1</a><b/></i><i><b>2</b></i><i/>", id="elements"),
    pytest.param('<i k="1"><a k="2">3</a><a>4</a></i><i><a/></i>', id="lists within"),
    pytest.param("<i><a><b>1</b><b>2</b></a><n:a/></i><i><a/></i>", id="lists within elements"),
    pytest.param('<i xmlns:n="u" n:k="1" k="2">é</i><i>🙂</i>', id="prefixes"),
    pytest.param("<i>1</i><c>2</c><c/>", id="two lists"),
]


@pytest.mark.parametrize("items", LISTS)
@pytest.mark.parametrize("record_path", [None, "r", "r.i"])
def test_records_with_repeated_elements(tmp_path, items, record_path):
    path = tmp_path / "a.xml"
    several = [f"<r><id>{n}</id>{items * (n % 3)}</r>" for n in range(60)]
    path.write_text(f"<all>{''.join(several)}</all>", encoding="utf-8")
    options = ReadOptions(record_path=record_path)
    assert read(path, options, piece=1_000) == one_by_one(path, options)


@pytest.mark.parametrize("record_path", [None, "r.i"])
def test_what_repeated_elements_have_late_is_not_missed(tmp_path, record_path):
    path = tmp_path / "a.xml"
    early, late = '<r><i k="1"/><i/></r>' * 60, '<r><i k="2">text</i><i k="3"/></r>'
    path.write_text(f"<all>{early}{late}{early}</all>")
    options = ReadOptions(record_path=record_path)
    assert read(path, options, piece=1_000) == one_by_one(path, options)


@INHERITED
@given(
    records=RECORDS,
    at=st.floats(0, 1),
    damage=st.sampled_from(
        ["", "<", ">", "/", "<r>", "</r>", "</all>", "&", '"', "=", "\x00", "<!--", "<![CDATA[", "]]>"]
    ),
    cut=st.integers(0, 3),
)
@example(records=['<r k="é"/>'] * 9 + ["<r>x"], at=1.0, damage="", cut=0)
def test_any_damage(tmp_path, records, at, damage, cut):
    path = tmp_path / "a.xml"
    text = f"<all>{''.join(records)}</all>"
    place = int(at * len(text))
    path.write_text(text[:place] + damage + text[place + cut :], encoding="utf-8", newline="")
    assert read(path) == one_by_one(path)


@pytest.mark.parametrize(
    "record",
    [
        pytest.param("<order><id>1</id><name>A &amp; B</name><to><city>Ulm</city></to></order>\n", id="elements"),
        pytest.param('<order id="1" name="A &amp; B" city="Ulm"/>\n', id="attributes"),
        pytest.param('<o:order id="1"><name lang="de">é</name><city/></o:order>', id="both"),
        pytest.param(
            '<order id="1"><item k="1"/><item k="2"><n>1</n></item><to>Ulm</to></order>\n', id="repeated elements"
        ),
    ],
)
def test_regular_records_are_read_in_runs(tmp_path, monkeypatch, record):
    path = tmp_path / "a.xml"
    path.write_text(f"<orders>{record * 20_000}</orders>")
    in_runs = {"survey": 0, "rows": 0}
    counted, made = survey.Survey.run, runs.RunReader.batch

    def survey_run(self, data, at):
        end = counted(self, data, at)
        in_runs["survey"] += len(re.findall(b"order[ >]", data[at:end])) // (2 if b"</" in data else 1)
        return end

    def batch(self, data, at):
        rows, end = made(self, data, at)
        in_runs["rows"] += rows.num_rows
        return rows, end

    monkeypatch.setattr(survey.Survey, "run", survey_run)
    monkeypatch.setattr(runs.RunReader, "batch", batch)
    batches = list(FORMATS.named("xml").read(path, ReadOptions()).rows)
    assert sum(rows.num_rows for rows in batches) == 20_000
    assert len(batches) < 5
    assert min(in_runs.values()) > 10_000  # the first piece shows what the records look like
