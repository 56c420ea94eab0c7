"""Whatever bytes a file holds, what is read of it is text: UTF-8 in every cell, or a ParsingFailure."""

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline_exec.errors import ParsingFailure, SourceDataEmpty
from pipeline_exec.formats.registry import TABLE, FormatRegistry
from pipeline_exec.model.pipeline import ReadOptions

FORMATS = FormatRegistry(TABLE)
#: Half a character, a surrogate, one too many bytes, one beyond Unicode.
BROKEN = [b"\xc3", b"\xed\xa0\x80", b"\xa4", b"\xf4\x90\x80\x80", b"\xff"]


def read(path, name):
    """Every cell that can be read, all of which must be text."""
    try:
        for batch in FORMATS.read(path, f"x.{name}", ReadOptions(format=name)).rows:
            batch.validate(full=True)
    except (ParsingFailure, SourceDataEmpty):
        return


@pytest.mark.parametrize(
    ("name", "before", "after"),
    [
        pytest.param("csv", b"a,b\nx,", b"y\nz,1\n", id="csv"),
        pytest.param("csv", b'a,b\n"x\ny",', b"\nz\n", id="csv with a line break and a ragged row"),
        pytest.param("tsv", b"a\tb\nx\t", b"y\nz\t1\n", id="tsv"),
        pytest.param("json", b'[{"a": "x', b'y", "b": [1]}]', id="json"),
        pytest.param("jsonl", b'{"a": "x', b'y", "b": 1}\n{"a": "z"}\n', id="json lines"),
        pytest.param("xml", b"<r><a><x>1", b"</x></a><a><x>2</x></a></r>", id="xml"),
        pytest.param("xml", b'<?xml version="1.0"?><r><a x="', b'"/><a x="2"/></r>', id="xml attribute"),
    ],
)
@given(broken=st.sampled_from(BROKEN) | st.binary(max_size=4))
def test_text_formats(tmp_path, name, before, after, broken):
    path = tmp_path / "x"
    path.write_bytes(before + broken + after)
    read(path, name)


@pytest.mark.parametrize("escape", [r"\ud800", r"\udc00\ud800", r"\u0000", r"\ud83d\ude00"])
@pytest.mark.parametrize("name", ["json", "jsonl"])
def test_escapes_of_json(tmp_path, name, escape):
    path = tmp_path / "x"
    path.write_text(f'{{"a{escape}": "{escape}", "b": ["{escape}"]}}\n', encoding="ascii")
    read(path, name)


@pytest.mark.parametrize("broken", BROKEN)
@pytest.mark.parametrize("as_dictionary", [False, True])
def test_strings_of_parquet(tmp_path, broken, as_dictionary):
    column = pa.array([b"a", broken], pa.binary()).view(pa.string())
    path = tmp_path / "x.parquet"
    pq.write_table(pa.table({"x": column.dictionary_encode() if as_dictionary else column}), path)

    with pytest.raises(ParsingFailure, match="UTF8"):
        list(FORMATS.read(path, "x.parquet", ReadOptions()).rows)
