"""A moment on the clocks of a respondent who lives in another time zone than the study's."""

from __future__ import annotations

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from .clock import day_name, need_aware
from .when import When


def zone_name(zone: ZoneInfo) -> str:
    """What a time zone is called by: `New York`."""
    return zone.key.rpartition("/")[2].replace("_", " ")


def apart(home: ZoneInfo, zone: ZoneInfo, now: datetime) -> str:
    """`5 hours behind London`: how the clocks of a zone stand to those at home now; empty where they show the same."""
    offsets = [need_aware(now).astimezone(each).utcoffset() or timedelta() for each in (zone, home)]
    gap = offsets[0] - offsets[1]
    hours, minutes = divmod(abs(gap) // timedelta(minutes=1), 60)
    parts = [f"{n} {unit}{'s' * (n > 1)}" for n, unit in ((hours, "hour"), (minutes, "minute")) if n]
    return f"{' '.join(parts)} {'ahead of' if gap > timedelta() else 'behind'} {zone_name(home)}" if parts else ""


def clocks_there(when: When | datetime, home: ZoneInfo, zone: ZoneInfo) -> str:
    """`09:00 in New York`, with the day where it is another one: `Wed 25 Nov 01:00 in Tokyo`.

    Empty where the clocks there show the same as those at home.
    """
    start, end = (when.start, when.end) if isinstance(when, When) else (need_aware(when), None)
    here, there = start.astimezone(home), start.astimezone(zone)
    if here.replace(tzinfo=None) == there.replace(tzinfo=None):
        return ""
    day = "" if there.date() == here.date() else f"{day_name(there.date())} "
    until = "" if end is None else f" to {end.astimezone(zone):%H:%M}"
    return f"{day}{there:%H:%M}{until} in {zone_name(zone)}"
