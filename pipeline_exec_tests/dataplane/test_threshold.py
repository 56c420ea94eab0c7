import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline_exec.dataplane.threshold import enforce
from pipeline_exec.errors import ErrorThresholdExceeded
from pipeline_exec.model.execution import Counts

TOP = [("birthday", "type.date", 8), ("email", "required", 4), ("zip", "regex", 2), ("city", "required", 1)]


def counts(error_cells, cells):
    return Counts(total_rows=cells, total_cells=cells, total_error_cells=error_cells, total_error_rows=error_cells)


@pytest.mark.parametrize(
    ("error_cells", "cells", "threshold"),
    [
        pytest.param(0, 0, 0.0, id="no cells"),
        pytest.param(0, 100, 0.0, id="no errors"),
        pytest.param(1, 100, 1.0, id="exactly as many as allowed"),
        pytest.param(3, 1000, 0.3, id="exactly a fraction no binary number can be"),
        pytest.param(7, 1000, 0.7, id="exactly another"),
        pytest.param(10**17, 10**19, 1.0, id="exactly, beyond what a float can count"),
        pytest.param(100, 100, 100.0, id="everything is allowed"),
    ],
)
def test_as_many_errors_as_allowed_pass(error_cells, cells, threshold):
    enforce(counts(error_cells, cells), threshold, TOP)


@pytest.mark.parametrize(
    ("error_cells", "cells", "threshold", "percentage"),
    [
        pytest.param(1, 100, 0.99, "1.0", id="one more than allowed"),
        pytest.param(12, 400, 1.0, "3.0", id="many"),
        pytest.param(1, 10_000_000, 0.0, "0.00001", id="one of millions"),
        pytest.param(10**17 + 1, 10**19, 1.0, "1.00000000000000001", id="one more, beyond what a float can count"),
        pytest.param(1004, 100_000, 1.0, "1.004", id="hardly more"),
    ],
)
def test_more_errors_than_allowed_do_not(error_cells, cells, threshold, percentage):
    with pytest.raises(
        ErrorThresholdExceeded, match=f"{error_cells} of {cells} cells \\({percentage} %\\) are erroneous"
    ):
        enforce(counts(error_cells, cells), threshold, TOP)


def test_the_message_says_how_many_which_and_what_to_do():
    with pytest.raises(ErrorThresholdExceeded) as exceeded:
        enforce(counts(12, 400), 1.0, TOP)
    assert exceeded.value.message == (
        "12 of 400 cells (3.0 %) are erroneous, more than the 1 % this pipeline allows; most: 8 x type.date in "
        "'birthday', 4 x required in 'email', 2 x regex in 'zip'. Correct the cells or the mapping and fix the "
        "execution; its list of errors names every cell."
    )


@given(st.integers(0, 10**6), st.integers(1, 10**6), st.integers(0, 10_000))
def test_the_comparison_is_that_of_whole_numbers(error_cells, cells, hundredths):
    try:
        enforce(counts(error_cells, cells), hundredths / 100, TOP)
    except ErrorThresholdExceeded:
        assert 100 * 100 * error_cells > hundredths * cells
    else:
        assert 100 * 100 * error_cells <= hundredths * cells
