"""What is due is what Dagster's cron iteration offers and ``is_due`` leaves, so the tests put the two together."""

from datetime import UTC, datetime, time, timedelta
from itertools import takewhile
from zoneinfo import ZoneInfo

import pytest
from dagster._utils.schedules import schedule_execution_time_iterator
from hypothesis import given
from hypothesis import strategies as st

from pipeline_exec.errors import InvalidDocument
from pipeline_exec.model.schedule import Frequency, ScheduleConfig


def moments(config, since, until):
    """Every moment at which a schedule executes, in its own time zone."""
    boundaries = schedule_execution_time_iterator(since.timestamp(), config.cron_expression, config.timezone)
    return [at for at in takewhile(lambda at: at <= until, boundaries) if config.is_due(at)]


def shown(config, since, until):
    return [f"{at:%m-%d %H:%M%z}" for at in moments(config, utc(since), utc(until))]


def utc(text):
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def schedule(**document):
    return ScheduleConfig.parse(document)


@pytest.mark.parametrize(
    ("config", "since", "until", "due"),
    [
        pytest.param(
            schedule(frequency="WEEKLY", interval=2, starts_on="2024-05-01T06:00:00"),
            "2024-04-01",
            "2024-06-15",
            ["05-01 06:00+0000", "05-15 06:00+0000", "05-29 06:00+0000", "06-12 06:00+0000"],
            id="every second week, on the weekday of the start",
        ),
        pytest.param(
            schedule(frequency="MONTHLY", interval=3, starts_on="2023-08-31T00:15:00"),
            "2023-09-01",
            "2024-12-31",
            ["11-30 00:15+0000", "02-29 00:15+0000", "05-31 00:15+0000", "08-31 00:15+0000", "11-30 00:15+0000"],
            id="every third month on the 31st, or its last day",
        ),
        pytest.param(
            schedule(frequency="MONTHLY", starts_on="2023-01-30T12:00:00"),
            "2023-01-01",
            "2023-05-01",
            ["01-30 12:00+0000", "02-28 12:00+0000", "03-30 12:00+0000", "04-30 12:00+0000"],
            id="every month on the 30th, and the last of February",
        ),
        pytest.param(
            schedule(frequency="MONTHLY", starts_on="2023-01-28T12:00:00"),
            "2023-01-01",
            "2023-04-01",
            ["01-28 12:00+0000", "02-28 12:00+0000", "03-28 12:00+0000"],
            id="every month on a day every month has",
        ),
        pytest.param(
            schedule(frequency="HOURLY", interval=7, starts_on="2024-05-01T06:30:00"),
            "2024-05-01",
            "2024-05-02T04:00",
            ["05-01 06:30+0000", "05-01 13:30+0000", "05-01 20:30+0000", "05-02 03:30+0000"],
            id="every seventh hour, whatever the day",
        ),
        pytest.param(
            schedule(frequency="DAILY", interval=3, starts_on="2024-02-27T08:00:00"),
            "2024-02-01",
            "2024-03-06",
            ["02-27 08:00+0000", "03-01 08:00+0000", "03-04 08:00+0000"],
            id="every third day, over a leap day",
        ),
        pytest.param(
            schedule(frequency="DAILY", starts_on="2024-05-01T08:00:00", ends_on="2024-05-03T08:00:00"),
            "2024-04-01",
            "2024-06-01",
            ["05-01 08:00+0000", "05-02 08:00+0000", "05-03 08:00+0000"],
            id="not before the start, not after the end, both included",
        ),
        pytest.param(
            schedule(frequency="DAILY", ends_on="2024-05-03T08:00:00"),
            "2024-05-01T12:00",
            "2024-06-01",
            ["05-02 00:00+0000", "05-03 00:00+0000"],
            id="at midnight without a start",
        ),
        pytest.param(
            schedule(cron="0 6 * * 1-5", starts_on="2024-05-03T00:00:00", ends_on="2024-05-07T00:00:00"),
            "2024-04-01",
            "2024-06-01",
            ["05-03 06:00+0000", "05-06 06:00+0000"],
            id="a cron expression between start and end",
        ),
        pytest.param(
            schedule(frequency="WEEKLY", starts_on="2024-05-05T23:30:00Z", timezone="Europe/Berlin"),
            "2024-05-01",
            "2024-05-19",
            ["05-06 01:30+0200", "05-13 01:30+0200"],
            id="a start in another zone means the weekday here",
        ),
    ],
)
def test_a_schedule_is_due_at(config, since, until, due):
    assert shown(config, since, until) == due


@pytest.mark.parametrize(
    ("config", "since", "until", "due"),
    [
        pytest.param(
            schedule(frequency="DAILY", starts_on="2024-03-01T02:30:00", timezone="Europe/Berlin"),
            "2024-03-30",
            "2024-04-01T12:00",
            ["03-30 02:30+0100", "03-31 03:00+0200", "04-01 02:30+0200"],
            id="an hour that is left out is replaced by its end",
        ),
        pytest.param(
            schedule(frequency="DAILY", starts_on="2024-03-31T02:30:00", timezone="Europe/Berlin"),
            "2024-03-30",
            "2024-04-01T12:00",
            ["03-31 03:00+0200", "04-01 02:30+0200"],
            id="a start within the hour that is left out",
        ),
        pytest.param(
            schedule(frequency="DAILY", starts_on="2024-10-01T02:30:00", timezone="Europe/Berlin"),
            "2024-10-26",
            "2024-10-28T12:00",
            ["10-26 02:30+0200", "10-27 02:30+0100", "10-28 02:30+0100"],
            id="an hour that comes twice counts once",
        ),
        pytest.param(
            schedule(frequency="DAILY", interval=2, starts_on="2024-03-29T02:30:00", timezone="Europe/Berlin"),
            "2024-03-29",
            "2024-04-05",
            ["03-29 02:30+0100", "03-31 03:00+0200", "04-02 02:30+0200", "04-04 02:30+0200"],
            id="every second day is counted in days, not in hours",
        ),
        pytest.param(
            schedule(frequency="HOURLY", interval=2, starts_on="2024-10-26T22:30:00", timezone="Europe/Berlin"),
            "2024-10-26T20:00",
            "2024-10-27T06:00",
            ["10-26 22:30+0200", "10-27 00:30+0200", "10-27 02:30+0200", "10-27 03:30+0100", "10-27 05:30+0100"],
            id="every second hour is two real hours when the clocks go back",
        ),
        pytest.param(
            schedule(frequency="HOURLY", interval=2, starts_on="2024-03-30T22:30:00", timezone="Europe/Berlin"),
            "2024-03-30T20:00",
            "2024-03-31T05:00",
            ["03-30 22:30+0100", "03-31 00:30+0100", "03-31 03:30+0200", "03-31 05:30+0200"],
            id="every second hour is two real hours when the clocks go forward",
        ),
        pytest.param(
            schedule(frequency="HOURLY", starts_on="2024-10-27T02:45:00+01:00", timezone="Europe/Berlin"),
            "2024-10-26T22:00",
            "2024-10-27T03:00",
            ["10-27 02:45+0100", "10-27 03:45+0100"],
            id="a start in the second of two equal hours",
        ),
        pytest.param(
            schedule(cron="15 * * * *", ends_on="2024-10-27T02:20:00+02:00", timezone="Europe/Berlin"),
            "2024-10-26T23:00",
            "2024-10-27T03:00",
            ["10-27 01:15+0200", "10-27 02:15+0200"],
            id="an end in the first of two equal hours",
        ),
        pytest.param(
            schedule(frequency="DAILY", starts_on="2024-10-26T02:30:00", ends_on="2024-10-27T02:30:00",
                     timezone="Europe/Berlin"),
            "2024-10-25",
            "2024-10-29",
            ["10-26 02:30+0200", "10-27 02:30+0100"],
            id="an end without an offset includes the hour that comes twice",
        ),
    ],
)  # fmt: skip
def test_a_change_of_the_clocks(config, since, until, due):
    assert shown(config, since, until) == due


#: Long enough for a change of the clocks, where that matters, and for several of the longest periods drawn.
LOOK = {
    Frequency.HOURLY: timedelta(days=15),
    Frequency.DAILY: timedelta(days=200),
    Frequency.WEEKLY: timedelta(days=400),
    Frequency.MONTHLY: timedelta(days=800),
}
ZONES = ("UTC", "Europe/Berlin", "America/New_York", "Asia/Kolkata", "Pacific/Auckland")


@st.composite
def schedules(draw):
    starts_on = datetime.fromisoformat("2023-03-01") + timedelta(minutes=draw(st.integers(0, 270 * 24 * 60)))
    ends_on = draw(st.none() | st.integers(1, 400).map(lambda days: starts_on + timedelta(days=days)))
    return ScheduleConfig(
        frequency=draw(st.sampled_from(Frequency)),
        interval=draw(st.integers(1, 12)),
        starts_on=starts_on,
        ends_on=ends_on,
        timezone=draw(st.sampled_from(ZONES)),
    )


@given(config=schedules())
def test_a_schedule_is_due_exactly_when_its_words_say(config):
    start = config.starts_on.replace(tzinfo=ZoneInfo(config.timezone))
    since, until = start - timedelta(days=9), start + LOOK[config.frequency]

    assert moments(config, since, until) == list(enumerated(config, until))


def enumerated(config, until):
    """The slow way: every hour, or every day, since the start, and whether it is one of the schedule's."""
    zone, first = ZoneInfo(config.timezone), config.starts_on
    if config.frequency is Frequency.HOURLY:
        at = first.replace(tzinfo=zone).astimezone(UTC)
        while at <= until:
            local = at.astimezone(zone)
            if config.ends_on is None or local.replace(tzinfo=None) <= config.ends_on:
                yield local
            at += timedelta(hours=config.interval)
        return
    day = first.date()
    while (at := on_the_clock(day, first.time(), zone)) <= until:
        wall = datetime.combine(day, first.time())
        if is_the_day(config, day) and (config.ends_on is None or wall <= config.ends_on):
            yield at
        day += timedelta(days=1)


def is_the_day(config, day):
    first = config.starts_on.date()
    days = (day - first).days
    match config.frequency:
        case Frequency.DAILY:
            return days % config.interval == 0
        case Frequency.WEEKLY:
            return days % (7 * config.interval) == 0
        case _:
            months = (day.year - first.year) * 12 + day.month - first.month
            last = (day.replace(day=28) + timedelta(days=4)).replace(day=1) - timedelta(days=1)
            return months % config.interval == 0 and day.day == min(first.day, last.day)


def on_the_clock(day, wall: time, zone):
    """A wall-clock time as Dagster understands it: the end of an hour left out, the second of two equal hours."""
    at = datetime.combine(day, wall, zone).replace(fold=1)
    while at.astimezone(UTC).astimezone(zone).replace(tzinfo=None) != at.replace(tzinfo=None):
        at = (at + timedelta(minutes=1)).replace(fold=1)
    return at


@pytest.mark.parametrize(
    ("document", "problem"),
    [
        ({}, "either a frequency or a cron expression"),
        ({"frequency": "DAILY", "cron": "0 6 * * *"}, "either a frequency or a cron expression"),
        ({"cron": "0 6 * * *", "interval": 2}, "interval goes with a frequency"),
        ({"cron": "0 6 * *"}, "is not a cron expression of five fields"),
        ({"cron": "0 0 6 * * *"}, "is not a cron expression of five fields"),
        ({"cron": "61 6 * * *"}, "is not a cron expression of five fields"),
        ({"frequency": "DAILY", "timezone": "Berlin"}, "is not a time zone of the IANA database"),
        ({"frequency": "DAILY", "interval": 0}, "greater than or equal to 1"),
        (
            {"frequency": "DAILY", "starts_on": "2024-05-02T00:00:00", "ends_on": "2024-05-02T00:00:00"},
            "ends_on must be later than starts_on",
        ),
        (
            {"frequency": "DAILY", "starts_on": "2024-05-02T00:00:00Z", "ends_on": "2024-05-02T01:00:00",
             "timezone": "Europe/Berlin"},
            "ends_on must be later than starts_on",
        ),
    ],
    ids=[
        "no rhythm", "two rhythms", "an interval of a cron expression", "four fields", "six fields", "minute 61",
        "an unknown zone", "interval zero", "an end at the start", "an end before the start, in different zones",
    ],
)  # fmt: skip
def test_a_schedule_that_says_nothing_is_refused(document, problem):
    with pytest.raises(InvalidDocument, match=problem):
        ScheduleConfig.parse(document)
