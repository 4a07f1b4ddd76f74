"""A moment, or a stretch of time, that somebody asked to be called at."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from cati.errors import InputError

from .clock import day_name, need_aware


class WhenError(InputError):
    """A time that cannot be understood. `understood` is what could be, `example` a text that will be accepted."""

    def __init__(self, why: str, *, understood: str = "", example: str) -> None:
        got = f" Understood so far: {understood}." if understood else ""
        super().__init__(f'{why}{got} For example: "{example}".')
        self.why = why
        self.understood = understood
        self.example = example


@dataclass(frozen=True, slots=True)
class When:
    """An instant, or a stretch from `start` to `end`, in UTC; `text` is what was typed."""

    start: datetime
    end: datetime | None
    text: str

    def __post_init__(self) -> None:
        for moment in (self.start, self.end):
            if moment is not None and moment.utcoffset() != timedelta(0):
                raise ValueError(f"{moment!r} is not in UTC")
        if self.end is not None and self.end <= self.start:
            raise ValueError(f"{self.end} is not after {self.start}")


def render(when: When | datetime, zone: ZoneInfo) -> str:
    """The moment as `parse_when` reads it back, whatever the day: `24/11/2026 14:00`, `24/11/2026 14:00-16:00`."""
    start, end = _local(when, zone)
    text = f"{start:%d/%m/%Y %H:%M}"
    return f"{text}-{end:%H:%M}" if end else text


def describe(when: When | datetime, now: datetime, zone: ZoneInfo) -> str:
    """The moment as an interviewer reads it out: `Tue 24 Nov, 14:00 (in 2 days)`."""
    start, end = _local(when, zone)
    today = need_aware(now).astimezone(zone)
    day = day_name(start.date(), year=start.year != today.year)
    hours = f"{start:%H:%M} to {end:%H:%M}" if end else f"{start:%H:%M}"
    return f"{day}, {hours} ({_from_now(start, end, today)})"


def _local(when: When | datetime, zone: ZoneInfo) -> tuple[datetime, datetime | None]:
    if isinstance(when, datetime):
        return need_aware(when).astimezone(zone), None
    return when.start.astimezone(zone), when.end.astimezone(zone) if when.end else None


def _from_now(start: datetime, end: datetime | None, now: datetime) -> str:
    # Both in UTC: between two times of one zone Python subtracts the wall clocks, an hour wrong over a clock change.
    apart = start.astimezone(UTC) - now.astimezone(UTC)
    minutes = abs(round(apart / timedelta(minutes=1)))
    if minutes == 0 or (end is not None and start <= now < end):
        return "now"
    days = (start.date() - now.date()).days
    if minutes < 60:
        span = _count(minutes, "minute")
    elif days == 0:
        span = _count(round(minutes / 60), "hour")
    elif abs(days) == 1:
        return "tomorrow" if days == 1 else "yesterday"
    else:
        span = _count(abs(days), "day")
    return f"in {span}" if apart > timedelta(0) else f"{span} ago"


def _count(number: int, unit: str) -> str:
    return f"{number} {unit}" if number == 1 else f"{number} {unit}s"
