"""The days that a report is about, and the clocks of the study: from quarters of an hour in UTC to days and hours."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, and_, true

from cati.errors import InputError
from cati.fieldwork.clock import opening_instant
from cati.storage.sql_time import QUARTER

_EARLIEST = date.min + timedelta(days=1)  # the midnight of a day before lies, east of Greenwich, before all instants


@dataclass(frozen=True, slots=True)
class Period:
    """Days by the clocks of `zone`, both included; None: from the first, or to the last, that there is.

    Raises InputError where the last day lies before the first.
    """

    zone: ZoneInfo
    first: date | None = None
    last: date | None = None

    def __post_init__(self) -> None:
        if self.first is not None and self.last is not None and self.last < self.first:
            raise InputError(f"The period ends on {self.last} before it begins on {self.first}. Exchange the two.")

    @property
    def is_all(self) -> bool:
        """Is it all the time there is?"""
        return self.first is None and self.last is None

    def holds(self, column: ColumnElement[Any]) -> ColumnElement[bool]:
        """The condition that an instant lies in the period."""
        limits = []
        if self.first is not None and self.first > _EARLIEST:
            limits.append(column >= midnight(self.first, self.zone))
        if self.last is not None and self.last < date.max:
            limits.append(column < midnight(self.last + timedelta(days=1), self.zone))
        return and_(true(), *limits)

    def has(self, day: date) -> bool:
        """Does the day lie in the period?"""
        return (self.first is None or self.first <= day) and (self.last is None or day <= self.last)

    def days_of(self, days: set[date]) -> Iterator[date]:
        """Every day from the first to the last of some days, as far as the period has them, gaps filled."""
        inside = [day for day in days if self.has(day)]
        if inside:
            day, last = min(inside), max(inside)
            while day <= last:
                yield day
                day += timedelta(days=1)


def midnight(day: date, zone: ZoneInfo) -> datetime:
    """The instant (UTC) at which a day begins on the clocks of a zone, also where midnight is skipped or comes
    twice."""
    return opening_instant(datetime.combine(day, time()), zone).astimezone(UTC)


@lru_cache(maxsize=65_536)
def clock_at(quarter: int, zone: ZoneInfo) -> tuple[date, int]:
    """The day, and the hour on the wall (0 to 23), of a quarter of an hour (see storage.sql_time)."""
    local = datetime.fromtimestamp(int(quarter) * QUARTER, UTC).astimezone(zone)
    return local.date(), local.hour


def monday_of(day: date) -> date:
    """The Monday of the week of a day."""
    return day - timedelta(days=day.weekday())
