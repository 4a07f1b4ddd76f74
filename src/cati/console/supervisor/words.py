"""Moments and spans as the supervisor's screen says them."""

from __future__ import annotations

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo


def hour(at: datetime | None, zone: ZoneInfo) -> str:
    """`14:05`; "–" for none."""
    return f"{at.astimezone(zone):%H:%M}" if at is not None else "–"


def moment(at: datetime | None, now: datetime, zone: ZoneInfo) -> str:
    """`14:05` of today, else `Tue 24 Nov 14:05`; "–" for none."""
    if at is None:
        return "–"
    local = at.astimezone(zone)
    if local.date() == now.astimezone(zone).date():
        return f"{local:%H:%M}"
    return f"{local:%a} {local.day} {local:%b %H:%M}"


def ago(at: datetime | None, now: datetime) -> str:
    """How long ago in whole minutes: `12 min`, `1 h 05`, `3 d`; "–" for none."""
    if at is None:
        return "–"
    minutes = max(int((now - at) / timedelta(minutes=1)), 0)
    if minutes < 60:
        return f"{minutes} min"
    hours, minutes = divmod(minutes, 60)
    return f"{hours} h {minutes:02d}" if hours < 48 else f"{hours // 24} d"


def brief(at: datetime, now: datetime, zone: ZoneInfo) -> str:
    """`14:05` of today, else the day alone: `24 Nov`."""
    local = at.astimezone(zone)
    today = local.date() == now.astimezone(zone).date()
    return f"{local:%H:%M}" if today else f"{local.day} {local:%b}"
