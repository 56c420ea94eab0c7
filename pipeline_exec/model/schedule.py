"""Schedules: when a TIME_BASE pipeline executes.

A schedule is a cron expression with a time zone for the rhythm, and a pure decision for what cron cannot say:
every second week, every third month, not before, not after.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import Self
from zoneinfo import ZoneInfo, available_timezones

from croniter import croniter
from pydantic import Field, field_validator, model_validator

from pipeline_exec.model.document import Document


class Frequency(StrEnum):
    """The unit of a schedule's rhythm."""

    HOURLY = "HOURLY"
    DAILY = "DAILY"
    WEEKLY = "WEEKLY"
    MONTHLY = "MONTHLY"


class ScheduleConfig(Document):
    """``frequency`` every ``interval`` from ``starts_on`` to ``ends_on``; or a ``cron`` expression.

    With a frequency the wall-clock time of ``starts_on`` in ``timezone`` is the time of every execution, its weekday
    the weekday, its day of month the day of month (the month's last day where the month is shorter).
    """

    frequency: Frequency | None = None
    interval: int = Field(1, ge=1, le=1000)
    starts_on: datetime | None = None
    ends_on: datetime | None = None
    timezone: str = "UTC"
    cron: str | None = None

    @field_validator("timezone")
    @classmethod
    def _known_timezone(cls, name: str) -> str:
        if name not in available_timezones():
            raise ValueError(f"{name!r} is not a time zone of the IANA database, such as Europe/Berlin")
        return name

    @field_validator("cron")
    @classmethod
    def _valid_cron(cls, expression: str | None) -> str | None:
        if expression is not None and (len(expression.split()) != 5 or not croniter.is_valid(expression)):
            raise ValueError(f"{expression!r} is not a cron expression of five fields, such as 0 6 * * 1-5")
        return expression

    @model_validator(mode="after")
    def _either_frequency_or_cron(self) -> Self:
        if (self.frequency is None) == (self.cron is None):
            raise ValueError("give either a frequency or a cron expression")
        if self.cron is not None and self.interval != 1:
            raise ValueError("interval goes with a frequency; write it into the cron expression")
        if self.starts_on and self.ends_on and self._aware(self.ends_on) <= self._aware(self.starts_on):
            raise ValueError("ends_on must be later than starts_on")
        return self

    def _aware(self, moment: datetime) -> datetime:
        """A moment without an offset is meant in the schedule's own time zone."""
        return moment if moment.tzinfo else moment.replace(tzinfo=ZoneInfo(self.timezone))

    @property
    def anchor(self) -> datetime:
        """The moment intervals are counted from, in the schedule's time zone."""
        zone = ZoneInfo(self.timezone)
        return self._aware(self.starts_on).astimezone(zone) if self.starts_on else datetime(2024, 1, 1, tzinfo=zone)

    @property
    def cron_expression(self) -> str:
        """The rhythm as cron: every moment the schedule may be due, before ``is_due`` thins them out."""
        if self.cron is not None:
            return self.cron
        at = self.anchor
        match self.frequency:
            case Frequency.HOURLY:
                return f"{at.minute} * * * *"
            case Frequency.DAILY:
                return f"{at.minute} {at.hour} * * *"
            case Frequency.WEEKLY:
                return f"{at.minute} {at.hour} * * {at.isoweekday() % 7}"
            case _ if at.day <= 28:
                return f"{at.minute} {at.hour} {at.day} * *"
            case _:
                # Cron has no "the 31st, or the month's last day": offer the days it may be, is_due picks one.
                return f"{at.minute} {at.hour} 28-31 * *"

    def is_due(self, at: datetime) -> bool:
        """Whether the pipeline executes at this boundary of ``cron_expression``."""
        at = at.astimezone(ZoneInfo(self.timezone))
        if self.starts_on and _comparable(at, self.starts_on) < self.starts_on:
            return False
        if self.ends_on and _comparable(at, self.ends_on) > self.ends_on:
            return False
        return self.cron is not None or (self._periods_since_anchor(at) % self.interval == 0 and self._is_the_day(at))

    def _periods_since_anchor(self, at: datetime) -> int:
        anchor = self.anchor
        match self.frequency:
            case Frequency.HOURLY:
                return round((at.astimezone(UTC) - anchor.astimezone(UTC)) / timedelta(hours=1))
            case Frequency.DAILY:
                return (at.date() - anchor.date()).days
            case Frequency.WEEKLY:
                return (at.date() - anchor.date()).days // 7
            case _:
                return (at.year - anchor.year) * 12 + at.month - anchor.month

    def _is_the_day(self, at: datetime) -> bool:
        if self.frequency is not Frequency.MONTHLY or self.anchor.day <= 28:
            return True
        is_last_day = (at + timedelta(days=1)).month != at.month
        return at.day == self.anchor.day or (is_last_day and at.day < self.anchor.day)


def _comparable(at: datetime, given: datetime) -> datetime:
    """An instant where the user gave one; what the clock on the wall shows where the user gave that."""
    return at if given.tzinfo else at.replace(tzinfo=None)
