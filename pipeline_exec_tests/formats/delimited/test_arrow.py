"""What Arrow's parser makes of sound bytes."""

import pytest

from pipeline_exec.formats.delimited.arrow import parse
from pipeline_exec.formats.delimited.syntax import Syntax


@pytest.mark.parametrize(
    ("block", "rows"),
    [
        pytest.param("\ufeff", [["\ufeff"]], id="nothing else"),
        pytest.param("\ufeffa\nb\n", [["\ufeffa"], ["b"]], id="before a text"),
        pytest.param("a\n\ufeffb\n", [["a"], ["\ufeffb"]], id="further on"),
    ],
)
def test_what_looks_like_a_byte_order_mark_is_part_of_a_cell(block, rows):
    batch, irregular = parse(block.encode(), Syntax(",", '"'), 1)

    assert [list(row.values()) for row in batch.to_pylist()] == rows
    assert irregular == []
