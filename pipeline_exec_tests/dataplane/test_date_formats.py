from datetime import UTC, date, datetime

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline_exec.dataplane.date_formats import DateFormat, read, show
from pipeline_exec.dataplane.date_spellings import _DIRECTIVES, _TOKENS
from pipeline_exec.dataplane.moments import DAY, Field, Moments, microseconds
from pipeline_exec.dataplane.month_names import LONG, SHORT
from pipeline_exec_tests.dataplane.tables import texts

EPOCH = date(1970, 1, 1)


def test_every_day_there_can_be_is_taken_apart_and_put_together():
    first, last = (date.min - EPOCH).days, (date.max - EPOCH).days
    days = np.arange(first, last + 1)
    moments = Moments(days * DAY)
    calendar = [date.fromordinal(ordinal) for ordinal in range(1, date.max.toordinal() + 1, 97)]
    for field, attribute in ((Field.YEAR, "year"), (Field.MONTH, "month"), (Field.DAY, "day")):
        assert moments[field][::97].tolist() == [getattr(day, attribute) for day in calendar]
    fields = {field: moments[field] for field in (Field.YEAR, Field.MONTH, Field.DAY)}
    together, exists = microseconds(fields, len(days))
    assert exists.all()
    assert (together == days * DAY).all()


FORMATS = ["%d.%m.%Y", "%Y%m%d", "%m/%d/%y", "%d-%b-%Y", "%B/%d/%Y", "%Y-%m-%dT%H:%M:%S", "%d.%m.%Y-%I:%M%p", "%H:%M"]


def moments(first, last):
    """Moments of these years, both included."""
    bounds = [datetime.fromisoformat(f"{first:04}-01-01"), datetime.fromisoformat(f"{last}-12-31T23:59:59.999999")]
    return st.datetimes(*bounds, timezones=st.just(UTC))


@pytest.mark.parametrize("text", [*FORMATS, "%Y-%m-%d/%H:%M:%S.%f", "%Y-%m-%dT%H:%M:%S%z"])
@given(st.data())
def test_text_is_read_as_python_reads_it(text, data):
    right = moments(1969, 2068).map(lambda moment: moment.strftime(text))
    shorter = right.map(lambda shown: shown.replace("0", "", 1))
    damaged = st.builds(_damaged, right, st.integers(0, 12), st.sampled_from("0139x.-"))
    cells = data.draw(st.lists(st.one_of(right, shorter, damaged), max_size=10))
    read_here = read(texts(*cells), [DateFormat.parse(text)]).cast(pa.timestamp("us", "UTC"))
    assert read_here.to_pylist() == [_python_reading(cell, text) for cell in cells]


def _damaged(shown, place, sign):
    return shown[:place] + sign + shown[place + 1 :]


def _python_reading(cell, text):
    zone = "" if "%z" in text else "+0000"
    try:
        moment = datetime.strptime(f"{cell} {zone}", f"{text} {'%z' if zone else ''}")  # noqa: DTZ007  # it always has a zone
    except ValueError:
        return None
    # Python counts from 1900 where a format has no date.
    return moment.astimezone(UTC) if "Y" in text.upper() else moment.replace(year=1970)


@pytest.mark.parametrize(
    "text", ["%d.%m.%Y", "%-d/%-m/%y", "%B %d, %Y %I:%M:%S %p", "%Y-%m-%dT%H:%M:%S.%f%z", "100 %% of %b %Y"]
)
@given(st.lists(st.none() | moments(1000, 9999), max_size=10))
def test_moments_are_shown_as_python_shows_them(text, values):
    shown = show(pa.array(values, pa.timestamp("us", "UTC")), DateFormat.parse(text))
    shown.validate(full=True)
    assert shown.to_pylist() == [value and value.strftime(text) for value in values]


@pytest.mark.parametrize(
    ("tokens", "strptime"),
    [
        ("DD.MM.YYYY HH:mm:ss", "%d.%m.%Y %H:%M:%S"),
        ("D/M/YY", "%-d/%-m/%y"),
        ("MMM D, YYYY h:mm A", "%b %-d, %Y %-I:%M %p"),
        ("MMMM [the] DD. YYYY", "%B the %d. %Y"),
        ("YYYY-MM-DDTHH:mm:ssZZ", "%Y-%m-%dT%H:%M:%S%z"),
    ],
)
def test_both_spellings_show_the_same(tokens, strptime):
    values = pa.array(["2024-02-03T04:05:06", "1999-12-31T23:59:59"]).cast(pa.timestamp("us"))
    shown = [show(values, DateFormat.parse(text)).to_pylist() for text in (tokens, strptime)]
    assert shown[0] == shown[1]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        pytest.param("dd.mm.yyyy", "holds 'dd', which is not known", id="small letters"),
        pytest.param("DDD", "holds 'DDD'", id="day of the year"),
        pytest.param("%d.%m.%Q", "holds '%Q'", id="unknown directive"),
        pytest.param("%d.%m.%", "holds '%'", id="a percent sign at the end"),
        pytest.param("DD.MM.YYYY DD", "the same thing twice", id="the day twice"),
        pytest.param("HH hh A YYYY", "the same thing twice", id="two kinds of hours"),
        pytest.param("", "neither a date", id="nothing"),
        pytest.param("DD.MM", "neither a date", id="no year"),
        pytest.param("DD.YYYY", "the day of nothing", id="no month"),
        pytest.param("mm:ss", "neither a date", id="no hour"),
        pytest.param("HH:ss", "the second of nothing", id="no minute"),
        pytest.param("YYYY Z", "the offset of nothing", id="a zone of a date"),
        pytest.param("hh:mm", "AM or PM", id="hour of twelve without half of the day"),
        pytest.param("HH:mm A", "AM or PM", id="hour of 24 with half of the day"),
        pytest.param("YYYY\n", "control character", id="line break"),
    ],
)
def test_formats_without_sense_are_refused(text, message):
    with pytest.raises(ValueError, match=message):
        DateFormat.parse(text)


PIECES = st.sampled_from([*_TOKENS, *_DIRECTIVES, ".", "/", " ", ":", "-", "T", "[at]", "%%", "x", "é", "\n"])


@given(st.lists(PIECES, max_size=8).map("".join))
def test_a_format_that_is_not_refused_reads_what_it_shows(text):
    try:
        date_format = DateFormat.parse(text)
    except ValueError:
        return
    moments = pa.array(["2001-11-12T13:14:15.678901", "2001-02-03T04:05:06"]).cast(pa.timestamp("us"))
    shown = show(moments, date_format)
    shown.validate(full=True)
    assert read(shown, [date_format]).null_count == 0


def test_slices_and_empty_columns_are_read_like_others():
    date_format = DateFormat.parse("DD.MM.YYYY")
    cells = texts("x", "01.02.2024", None, "", "03.02.2024", "x")
    assert read(cells.slice(1, 4), [date_format]).cast(pa.date32()).to_pylist() == [
        date(2024, 2, 1),
        None,
        None,
        date(2024, 2, 3),
    ]
    assert read(cells.slice(4, 1), [date_format]).cast(pa.date32()).to_pylist() == [date(2024, 2, 3)]
    for nothing in (texts(), texts(None, None), pa.nulls(2, pa.string())):
        assert read(nothing, [date_format]).null_count == len(nothing)
        assert show(read(nothing, [date_format]), date_format).null_count == len(nothing)


def test_other_characters_than_ascii_may_stand_in_a_format():
    date_format = DateFormat.parse("YYYY年MM月DD日")
    assert read(texts("2024年02月03日"), [date_format]).cast(pa.date32()).to_pylist() == [date(2024, 2, 3)]
    assert show(pa.array([date(2024, 2, 3)]), date_format).to_pylist() == ["2024年02月03日"]


def test_a_zone_may_lead_out_of_the_years_there_are():
    date_format = DateFormat.parse("YYYY-MM-DD HH:mm Z")
    cells = texts("0001-01-01 00:30 +01:00", "9999-12-31 23:30 -01:00", "0001-01-01 01:00 +01:00")
    assert read(cells, [date_format]).is_valid().to_pylist() == [False, False, True]


@pytest.mark.parametrize(
    ("token", "languages"), [pytest.param("MMM", SHORT, id="short"), pytest.param("MMMM", LONG, id="long")]
)
def test_names_of_months_are_read_in_every_language_and_case(token, languages):
    named = [(name, month) for names in languages for month, alike in enumerate(names, 1) for name in alike.split("/")]
    assert all(len(names) == 12 for names in languages)
    assert len({(name.lower(), month) for name, month in named}) == len({name.lower() for name, _ in named})
    date_format = DateFormat.parse(f"D. {token} YYYY")
    for case in (str, str.upper, str.lower, str.title):
        dates = read(texts(*(f"3. {case(name)} 2024" for name, _ in named)), [date_format]).cast(pa.date32())
        assert dates.to_pylist() == [date(2024, month, 3) for _, month in named]


def test_what_is_no_name_of_a_month_is_none():
    cells = texts("3 Dex 2024", "3 Mer 2024", "3 M\u00e5r 2024", "3 ÄÄÄ 2024", "3 123 2024")
    assert read(cells, [DateFormat.parse("D MMM YYYY")]).null_count == len(cells)


def test_times_before_1970_are_shown_right():
    before = pa.array(["1969-12-31T23:59:59.999999"]).cast(pa.timestamp("us"))
    shown = show(before, DateFormat.parse("%Y-%m-%d %H:%M:%S.%f"))
    assert shown.to_pylist() == ["1969-12-31 23:59:59.999999"]
