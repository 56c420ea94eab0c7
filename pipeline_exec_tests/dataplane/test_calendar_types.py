"""Columns that are regular are read by Arrow's own cast, which must not make a difference."""

from datetime import date

import pyarrow as pa
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from pipeline_exec.dataplane.column_types import cell_type
from pipeline_exec_tests.dataplane.tables import column, texts

#: Too long for any of the types, and therefore for the fast way.
IRREGULAR = "x" * 50
DIGIT = st.sampled_from("0123456789")
LIKELY = {
    "date": ["2024-02-29", "2023-02-29", "0000-01-01", "0001-01-01", "9999-12-31", "20240-1-01", "2024-1-011"],
    "timestamp": [
        *(
            "2024-02-29",
            "2023-02-29",
            "0000-01-01",
            "2024-02-29T10:00:00",
            "2024-02-29 10:00:00",
            "2024-02-29_10:00:00",
        ),
        *("2024-02-29T24:00:00", "2024-02-29T10:00:00Z", "2024-02-29 10:00:00z", "0000-12-31T23:59:59"),
        *("0000-12-31T23:59:59Z", "2024-02-29T10:00+01", "2024-02-29T10+01:00", "2024-02-29T10:00:0.5"),
        *("2024-02-29T100000.50", "2024-02-29T10:00-010", "2024-02-29T10:00:00-", "2024-02-29T1000:00.5"),
    ],
}


@st.composite
def alike(draw, samples):
    """Texts of one length, made of one that is right or nearly so by changing a character or none."""
    sample = draw(st.sampled_from(samples))
    at, character = draw(st.integers(0, len(sample) - 1)), draw(DIGIT | st.sampled_from("-:+ .TZz,é"))
    changed = sample[:at] + character + sample[at + 1 :]
    return draw(st.lists(st.sampled_from([sample, changed]) | st.none(), min_size=1, max_size=4))


@pytest.mark.parametrize("kind", LIKELY)
def test_a_regular_column_is_read_as_an_irregular_one(kind):
    reader = cell_type(column(column_type=kind))

    @settings(max_examples=200)
    @given(alike(LIKELY[kind]))
    @example(LIKELY[kind][:1])
    def law(cells):
        values = reader.read(texts(*cells))
        assert values.type == reader.arrow_type
        assert values.equals(reader.read(texts(*cells, IRREGULAR))[:-1])

    law()
    for sample in LIKELY[kind]:
        assert reader.read(texts(sample)).equals(reader.read(texts(sample, IRREGULAR))[:-1]), sample


@pytest.mark.parametrize("kind", ["date", "time", "timestamp"])
def test_a_column_without_a_value_is_read(kind):
    reader = cell_type(column(column_type=kind))
    assert reader.read(pa.nulls(2, pa.string())).null_count == 2
    assert len(reader.read(texts())) == 0


@pytest.mark.parametrize("output_format", [None, "DD.MM.YYYY"], ids=["in ISO 8601", "in a format of its own"])
@given(st.lists(st.none() | st.dates() | st.dates(date(2024, 2, 27), date(2024, 3, 2)), max_size=9))
def test_days_that_come_often_are_shown_as_those_that_come_once(output_format, days):
    dates = cell_type(column(column_type="date", output_format=output_format))

    shown = dates.show(pa.array(days, pa.date32()))

    assert shown == pa.array([dates.show(pa.array([day], pa.date32()))[0].as_py() for day in days], pa.string())
