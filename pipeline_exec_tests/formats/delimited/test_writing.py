"""Lines of cells that need no quotes, and of those that do."""

import io

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline_exec.formats.delimited.writing import Writer
from pipeline_exec.model.pipeline import OutputOptions

PLAIN = st.text("ab 'é|;\t\N{NO-BREAK SPACE}", min_size=1, max_size=5)
ANY = st.text("ab\"',;\n\r", min_size=1, max_size=5)


def rows(cells):
    return st.integers(1, 4).flatmap(lambda width: st.lists(st.tuples(*[st.none() | cells] * width), max_size=6))


def written(records, delimiter, record_end="\n"):
    into = io.BytesIO()
    columns = [pa.array(cells, pa.string()) for cells in zip(*records, strict=True)]
    options = OutputOptions(delimiter=delimiter, record_end=record_end)
    Writer(options).write_texts([columns] if columns else [], into)
    return into.getvalue().decode()


def line(cells, delimiter):
    def quoted(cell):
        doubled = cell.replace('"', '""')
        return f'"{doubled}"' if any(mark in cell for mark in (delimiter, '"', "\n", "\r")) else cell

    return '""' if cells == (None,) else delimiter.join(quoted(cell or "") for cell in cells)


@pytest.mark.parametrize("record_end", ["\n", "\r\n"], ids=["LF", "CRLF"])
@pytest.mark.parametrize("cells", [PLAIN, ANY], ids=["plain cells", "any cells"])
@given(data=st.data())
def test_only_what_needs_quotes_has_them(data, cells, record_end):
    records = data.draw(rows(cells))
    delimiter = data.draw(st.sampled_from([",", "\N{SECTION SIGN}", "::"]))

    assert written(records, delimiter, record_end) == "".join(line(cells, delimiter) + record_end for cells in records)
