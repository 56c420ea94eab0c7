"""Where a table begins, and what its columns are called."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline_exec.formats.header import column_names, locate
from pipeline_exec.formats.kinds import Kind, kind_of


@pytest.mark.parametrize(
    ("records", "expected"),
    [
        pytest.param(["id,name", "1,Anna", "2,Bob"], 0, id="names over values"),
        pytest.param(["name,city", "Anna,Ulm", "Bob,Köln"], 0, id="names over text"),
        pytest.param(["Anna,Ulm", "Bob,Ulm"], None, id="a value that comes again"),
        pytest.param(["1,2", "3,4"], None, id="numbers over numbers"),
        pytest.param(["2024-01-01,a", "2024-01-02,b"], None, id="a date over dates"),
        pytest.param(["anna@x.de,Anna", "bob@x.de,Bob"], None, id="an address over addresses"),
        pytest.param(["country,2019,2020", "DE,1,2", "FR,3,4"], 0, id="years as names"),
        pytest.param(["1999,a", "2000,b"], None, id="years over years"),
        pytest.param(["id,name"], 0, id="names over nothing"),
        pytest.param(["1,Anna"], None, id="values over nothing"),
        pytest.param(["Title", "id,name,city", "1,a,b"], 1, id="a title"),
        pytest.param(["Title,,", "id,name,city", "1,a,b"], 1, id="a title with delimiters"),
        pytest.param(["Title", "by,me", "id,name,city", "1,a,b"], 2, id="two titles, one of two cells"),
        pytest.param(["Title", "1,2,3", "4,5,6"], None, id="what may be a title, but no header below"),
        pytest.param([",value", "0,1.5", "1,2.5"], 0, id="a name missing"),
        pytest.param(["id,name", "1,Anna,x", "2,Bob,y"], 0, id="fewer names than cells"),
        pytest.param(["value", "1", "2"], 0, id="one column"),
        pytest.param([], None, id="nothing"),
    ],
)
def test_a_header_is_located(records, expected):
    assert locate([record.split(",") for record in records]) == expected


@given(
    found=st.lists(st.sampled_from(["a", " a", "a_2", "a_3", "", "column_1", "b"]), max_size=12), more=st.integers(0, 3)
)
def test_names_are_unique_and_never_empty(found, more):
    names = column_names(found, len(found) + more)
    assert len(names) == len(set(names)) == len(found) + more
    assert all(name == name.strip() != "" for name in names)


@given(found=st.lists(st.text("abc", min_size=1), unique=True, max_size=5))
def test_good_names_stay(found):
    assert list(column_names(found, len(found))) == found


def test_one_name_many_times_takes_no_long_time():
    assert column_names(["a"] * 16_384, 16_384)[-1] == "a_16384"


@pytest.mark.parametrize(
    ("kind", "cells"),
    [
        (Kind.EMPTY, ["", "  "]),
        (Kind.NUMBER, ["1", "-1.5", "1.234,56", "1'234.50", ".5", "12 %", "€ 5", "5 €", "1e-5", "(12)"]),
        (Kind.DATE, ["2024-01-31", "31.12.2024", "1/2/24", "2024-01-31T10:00:00Z", "2024-01-31 10:00"]),
        (Kind.TIME, ["9:30", "09:30:00", "09:30:00.5"]),
        (Kind.BOOLEAN, ["true", "No", "JA"]),
        (Kind.ADDRESS, ["a@b.de", "https://example.com/x?y=1"]),
        (Kind.TEXT, ["Anna", "12 Main Street", "A-17", "1 2 3", "x" * 100, "1" * 100]),
    ],
    ids=lambda value: value.name if isinstance(value, Kind) else "",
)
def test_cells_look_like_something(kind, cells):
    assert {cell: kind_of(cell) for cell in cells} == dict.fromkeys(cells, kind)
